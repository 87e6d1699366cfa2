"""Counts requests by endpoint, so that tests can assert what a client sent."""

from __future__ import annotations

import threading
from collections import Counter


class CallLog:
    """Counts by method and route template, such as `GET /api/2.2/jobs/list`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, endpoint: str) -> None:
        with self._lock:
            self._counts[endpoint] += 1

    def counts(self) -> dict[str, int]:
        with self._lock:
            return dict(sorted(self._counts.items()))

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()
