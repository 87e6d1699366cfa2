"""Rows of the file of operations as values: what an operation is, and what its end counts for."""

import json
import sqlite3
import time
from functools import lru_cache

from core.calls import WaitReason
from core.operations.counters import Counter, count_end
from core.operations.kinds import OperationKind
from core.operations.operation import Operation, Status, Waiting
from core.operations.outcome import Outcome


def count_end_of(row: sqlite3.Row, status: Status, now: float) -> dict[Counter, float]:
    """Count an end; of one that was interrupted, only the last sign of life says when it was."""
    end = row["heartbeat"] if status is Status.INTERRUPTED else now
    seconds = end - row["started"] if row["started"] else None
    return count_end(OperationKind(row["kind"]), status, seconds)


def read_operation(row: sqlite3.Row) -> Operation:
    """Return the operation of a row, as it was noted."""
    kind = OperationKind(row["kind"])
    return Operation(
        operation_id=row["id"],
        kind=kind,
        status=Status(row["status"]),
        actor=row["actor"],
        params=json.loads(row["params"]),
        created=row["created"],
        started=row["started"],
        finished=row["finished"],
        total=row["total"],
        done=row["done"],
        step=row["step"],
        waiting=Waiting(WaitReason(row["waiting_for"]), row["waiting_at"]),
        outcome=_outcome(row["outcome"], kind) if row["outcome"] else None,
        error=row["error"],
        cancel_reason=row["cancel_reason"],
        seq=row["seq"],
        number=row["number"],
    )


@lru_cache(maxsize=16)
def _outcome(text: str, kind: OperationKind) -> Outcome:
    """Read an outcome once: a page asks every second, and that of a large mapping file is 5 MB."""
    return Outcome.from_json(json.loads(text), kind)


def age(then: float) -> float:
    """Return the seconds since a moment; one that is far ahead, by a clock that was wrong, is as
    old as it is far."""
    return abs(time.time() - then)
