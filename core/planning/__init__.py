"""What would be done, decided by pure functions."""
