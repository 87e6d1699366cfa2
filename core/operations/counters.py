"""What is counted of operations: the counters that the store keeps, and how they are named.

A counter is named as the sample that `/metrics` shows of it. Its labels hold words of this app,
never a name, a path or an id that somebody else wrote: each different text would be a series of
its own, for ever.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from core.calls import WaitReason
from core.errors import InvalidJsonError
from core.json_text import parse_json
from core.operations.kinds import OperationKind
from core.planning.statuses import RowResult

OPERATIONS = "job_sync_operations_total"
OPERATION_SECONDS = "job_sync_operation_seconds"
JOBS_WRITTEN = "job_sync_jobs_written_total"
JOBS_FAILED = "job_sync_jobs_failed_total"
API_CALLS = "job_sync_api_calls_total"
API_WAITS = "job_sync_api_waits_total"
API_WAIT_SECONDS = "job_sync_api_wait_seconds_total"
BUCKETS_S = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0)
"""Up to how many seconds an operation takes, by bucket; the last has no limit."""
NO_ANSWER = "none"
"""The status of a call that got no answer."""
OTHER = "other"
"""The label of what is none of the words that are known."""

_WRITES = (
    RowResult.CREATED,
    RowResult.UPDATED,
    RowResult.RENAMED,
    RowResult.REMOVED,
    RowResult.ADOPTED,
)
_STATUSES = (200, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504)
# A method and a template: its segments are words, versions such as 2.2, and names in braces.
_ENDPOINT = re.compile(
    r"(GET|POST|PUT|PATCH|DELETE) (/([a-zA-Z][a-zA-Z-]{0,40}|v?\d\.\d|v\d|\{[a-z_]{1,20}\})){1,10}"
)


@dataclass(frozen=True, slots=True)
class Counter:
    """What is counted: the name of a sample, and its labels sorted by their names."""

    name: str
    labels: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, name: str, **labels: str) -> "Counter":
        """Return the counter of a name with these labels."""
        return cls(name, tuple(sorted((key, str(label)) for key, label in labels.items())))

    def as_text(self) -> str:
        """Return it as one text, equal for equal counters, for a store to keep."""
        return json.dumps([self.name, dict(self.labels)], sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> "Counter":
        """Read what `as_text` gave.

        Raises:
            InvalidJsonError: it is something else.
        """
        parts = parse_json(text)
        if isinstance(parts, list) and len(parts) == 2:
            name, labels = parts
            is_named = isinstance(name, str) and isinstance(labels, dict)
            if is_named and all(isinstance(label, str) for label in labels.values()):
                return cls.of(name, **labels)
        raise InvalidJsonError("A counter should be a name and labels.")


Additions = Mapping[Counter, float]
"""By how much counters grow; never below 0."""


class Counts(Protocol):
    """Counters that all processes of a deployment add to. Part of the store of operations.

    They are lost with the store and begin at 0 again then, as Prometheus expects of a counter.
    The store counts by itself the operations whose end it notes: see `count_end`.
    """

    def count(self, additions: Additions, batch: str = "") -> bool:
        """Add to counters, all at once. Never raises; False when it may not have been written.

        Args:
            batch: names these additions for another attempt, which adds nothing where the first
                was carried out after all. Empty for what is tried once.
        """
        ...

    def counted(self) -> Mapping[Counter, float]:
        """Return all counters; first note those operations whose process is gone.

        What another version wrote and this one cannot read is left out.

        Raises:
            StateError: the store cannot be read.
        """
        ...


def count_end(kind: OperationKind, status: str, seconds: float | None) -> dict[Counter, float]:
    """Return what to add when the end of an operation is noted, once for each.

    Args:
        status: how it ended, a `Status`.
        seconds: how long it ran, None for one that never began.
    """
    additions = {Counter.of(OPERATIONS, kind=kind, outcome=status): 1.0}
    if seconds is not None:
        ran_s = max(0.0, seconds)  # a clock may have been set back
        number = bisect_left(BUCKETS_S, ran_s)
        limit = str(BUCKETS_S[number]) if number < len(BUCKETS_S) else "+Inf"
        additions[Counter.of(f"{OPERATION_SECONDS}_bucket", kind=kind, le=limit)] = 1.0
        additions[Counter.of(f"{OPERATION_SECONDS}_sum", kind=kind)] = ran_s
    return additions


def count_result(kind: OperationKind, result: RowResult) -> dict[Counter, float]:
    """Return what to add for a job, or its file, that was written or failed; else nothing."""
    if result is RowResult.FAILED:
        return {Counter.of(JOBS_FAILED, kind=kind): 1.0}
    if result in _WRITES:
        return {Counter.of(JOBS_WRITTEN, kind=kind, action=result): 1.0}
    return {}


def count_call(endpoint: str, status: int | None) -> dict[Counter, float]:
    """Return what to add for a call to the workspace.

    Args:
        endpoint: method and path template, as `RestClient.calls` has it.
        status: of the answer; None when none came.
    """
    known = endpoint if _ENDPOINT.fullmatch(endpoint) else OTHER
    return {Counter.of(API_CALLS, endpoint=known, status=_status_word(status)): 1.0}


def count_wait(reason: WaitReason, seconds: float) -> dict[Counter, float]:
    """Return what to add when a call has waited before it was sent, or sent again."""
    return {
        Counter.of(API_WAITS, reason=reason): 1.0,
        Counter.of(API_WAIT_SECONDS, reason=reason): max(0.0, seconds),
    }


def _status_word(status: int | None) -> str:
    """Return a status as it is where it is a usual one, else its class: a server may send any."""
    if status is None:
        return NO_ANSWER
    if status in _STATUSES:
        return str(status)
    return f"{status // 100}xx" if 200 <= status < 600 else OTHER
