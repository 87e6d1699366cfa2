"""Whether a worker is there to begin operations."""

from core.gateways.redis.connection import RedisConnection

_KEY = "worker"
_SEEN_S = 10


class WorkerPresence:
    """A sign that lasts ten seconds, renewed by every worker of the deployment."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection
        self._key = f"{connection.prefix}{_KEY}"

    def beat(self, name: str) -> None:
        """Show that a worker is there. Raises StateError."""
        self._connection.call(lambda redis: redis.set(self._key, name, ex=_SEEN_S), again=True)

    def is_seen(self) -> bool:
        """Return whether any worker was there lately. Raises StateError."""
        return bool(self._connection.call(lambda redis: redis.exists(self._key), again=True))
