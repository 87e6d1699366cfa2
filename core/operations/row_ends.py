"""How rows ended, and the operation with them."""

from collections import Counter
from collections.abc import Sequence

from core.operations.grid_row import GridRow, RowState
from core.operations.outcome import Outcome
from core.planning.statuses import RowResult, RowStatus
from core.reporting.report import Report, ReportRow


def state_of(shown: ReportRow) -> RowState:
    """Return how a row that was carried out ended."""
    if shown.status == RowStatus.ERROR:
        return RowState.FAILED
    if shown.result is RowResult.NOT_STARTED:
        return RowState.NOT_STARTED
    return RowState.DONE


def outcome_of(report: Report, rows: Sequence[GridRow]) -> Outcome:
    """Return what is kept of an operation beside its rows."""
    return Outcome(
        status=report.status,
        counts=_counts(rows),
        states=_states(rows),
        issues=report.issues,
        unmapped=report.unmapped,
        details=report.details,
        origins=dict(Counter(row.origin for row in rows if row.origin)),
    )


def _counts(rows: Sequence[GridRow]) -> dict[str, int]:
    """Count the rows by status, also those of an operation that came to no report."""
    return dict(sorted(Counter(row.status for row in rows).items()))


def _states(rows: Sequence[GridRow]) -> dict[str, dict[str, int]]:
    """Count the rows by how they ended, and there by status."""
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        by_status = counts.setdefault(row.state, {})
        by_status[row.status] = by_status.get(row.status, 0) + 1
    return counts
