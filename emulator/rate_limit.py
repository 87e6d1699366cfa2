"""A limit of requests per second for a whole workspace."""

from __future__ import annotations

import threading
import time


class RateLimit:
    """Counts requests in each second of the clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._second = 0
        self._count = 0

    def allows(self, per_second: int) -> bool:
        """Count a request; return whether it is within the limit. 0 is no limit."""
        if not per_second:
            return True
        second = int(time.monotonic())
        with self._lock:
            if second != self._second:
                self._second, self._count = second, 0
            self._count += 1
            return self._count <= per_second
