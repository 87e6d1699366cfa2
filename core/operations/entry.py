"""An operation that has ended as an entry of the history."""

from core.operations.grid_row import RowState
from core.operations.kinds import OperationKind
from core.operations.operation import Operation, Status
from core.operations.outcome import Outcome
from core.state.history import Ending, HistoryEntry, entry_id

CHANGES_JOBS = frozenset({OperationKind.IMPORT, OperationKind.REMOVE, OperationKind.RESTORE})
"""The kinds of operation that change jobs of the workspace."""


def is_restorable(entry: HistoryEntry) -> bool:
    """Whether an operation kept the jobs as they were before it changed them."""
    return bool(entry.snapshot) and entry.kind in CHANGES_JOBS


def make_entry(operation: Operation, *, principal: str = "", snapshot: str = "") -> HistoryEntry:
    """Return how an operation ended.

    Args:
        principal: whom the workspace knew, empty for nobody else than the actor.
        snapshot: the name of the snapshot that it kept, empty for none.
    """
    outcome = operation.outcome or Outcome()
    began = operation.started or operation.created
    return HistoryEntry(
        entry_id(operation.kind, operation.created, operation.operation_id),
        kind=operation.kind,
        actor=operation.actor,
        mode=outcome.mode,
        started=operation.created,
        seconds=max(0.0, round(operation.finished - began, 1)),  # the clock may have been set back
        outcome=_ending(operation),
        counts=_counts(operation.kind, outcome),
        message=operation.error,
        approver=operation.approver,
        principal=principal if principal != operation.actor else "",
        snapshot=snapshot,
    )


def _counts(kind: OperationKind, outcome: Outcome) -> dict[str, int]:
    """Return what was done by status, and how many rows were left because it was stopped."""
    left = outcome.count_not_started()
    return outcome.count_carried_out(kind) | ({RowState.NOT_STARTED: left} if left else {})


def _ending(operation: Operation) -> Ending | str:
    if operation.status is not Status.SUCCEEDED:
        return Ending(operation.status)
    return Ending(operation.outcome.status) if operation.outcome else ""
