"""An operation that has ended as an entry of the history."""

from core.operations.operation import Operation, Status
from core.operations.outcome import Outcome
from core.state.history import Ending, HistoryEntry, entry_id


def entry_of(operation: Operation) -> HistoryEntry:
    """Return how an operation ended."""
    outcome = operation.outcome or Outcome()
    return HistoryEntry(
        entry_id(operation.kind, operation.created, operation.operation_id),
        kind=operation.kind,
        actor=operation.actor,
        mode=outcome.mode,
        started=operation.created,
        seconds=round(operation.finished - (operation.started or operation.created), 1),
        outcome=_ending(operation),
        counts=outcome.carried_out(operation.kind),
        message=operation.error,
    )


def _ending(operation: Operation) -> Ending | str:
    if operation.status is not Status.SUCCEEDED:
        return Ending(operation.status)
    return Ending(operation.outcome.status) if operation.outcome else ""
