"""What is left to do once an operation has ended, as an exit code."""

from core.planning.statuses import WRITTEN, RowResult, RowStatus
from core.reporting.report import Report, ReportRow, ReportStatus

NOTHING_LEFT, HAS_ERRORS, HAS_CHANGES = 0, 1, 2
"""Exit codes, as those of `terraform plan -detailed-exitcode`."""

_NOT_DONE = (RowResult.NOTHING, RowResult.NOT_STARTED)


def is_pending(operation: str, row: ReportRow) -> bool:
    """Return whether a row is left to be done by an operation.

    Of a check for drift that is every row, of a removal what is deleted. Elsewhere it is what is
    new, changed, renamed or deleted and was not carried out, also where nobody chose it or it
    needs a confirmation. What is unmanaged, skipped, excluded or only to be adopted is not.
    """
    if operation == "drift":
        return True
    statuses = (RowStatus.DELETED,) if operation == "remove" else WRITTEN
    return row.status in statuses and row.result in _NOT_DONE


def detailed_exit_code(report: Report) -> int:
    """Return 0 when nothing is left to do, 2 when something is, 1 when anything is in error."""
    if report.status is not ReportStatus.COMPLETED:
        return HAS_ERRORS
    left = any(is_pending(report.operation, row) for row in report.rows)
    return HAS_CHANGES if left else NOTHING_LEFT
