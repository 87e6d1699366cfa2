"""What clients sent: requests counted by endpoint and, when an option asks for it, kept whole."""

from __future__ import annotations

import base64
import threading
from collections import Counter
from dataclasses import dataclass

from emulator.json_values import JsonDict


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


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request as it was sent. `target` is the path with its query, `at_s` a monotonic time."""

    at_s: float
    method: str
    target: str
    content_type: str
    body: bytes

    def as_json(self) -> JsonDict:
        return {
            "at_s": self.at_s,
            "method": self.method,
            "target": self.target,
            "content_type": self.content_type,
            "body_base64": base64.b64encode(self.body).decode(),
        }


class RequestLog:
    """Keeps requests in the order in which they arrived, so that they can be sent again."""

    def __init__(self) -> None:
        self._requests: list[RecordedRequest] = []

    def add(self, request: RecordedRequest) -> None:
        self._requests.append(request)

    def as_json(self) -> list[JsonDict]:
        return [request.as_json() for request in list(self._requests)]

    def clear(self) -> None:
        self._requests.clear()
