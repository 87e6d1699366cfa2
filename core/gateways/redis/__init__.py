"""Operations in Redis, for the replicas of one deployment."""
