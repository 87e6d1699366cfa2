"""Rows of plans as rows of reports: the words that users read."""

from dataclasses import replace
from typing import assert_never

from core.errors import Issue
from core.jobsettings.verbatim import find_verbatim
from core.planning.export_rows import (
    ChangedFile,
    DeletedFile,
    ExportRow,
    ForeignFile,
    NewFile,
    SkippedJob,
    UnchangedFile,
)
from core.planning.import_rows import (
    Blocked,
    Changed,
    Deleted,
    New,
    Row,
    Skipped,
    Unchanged,
    Unmanaged,
)
from core.planning.risks import Risk, risks_of
from core.reporting.report import ReportRow, RowDetails


def detailed_row(row: Row, *, not_mapped: bool = True) -> ReportRow:
    """Return what validation shows of a job, with everything there is to know about it.

    Args:
        not_mapped: also gather the values that travel as they stand, which takes long.
    """
    match row:
        case New() | Changed() | Unchanged():
            details = RowDetails(
                not_mapped=find_verbatim(row.file.definition.unpack_settings())
                if not_mapped
                else (),
                hidden=() if isinstance(row, New) else row.hidden,
            )
            return replace(import_row(row), details=details)
        case Deleted():
            return replace(import_row(row), details=RowDetails())
        case _:
            return import_row(row)


def import_row(row: Row) -> ReportRow:
    """Return what validation shows of a job."""
    match row:
        case New():
            message = "Will be created."
            return ReportRow(
                row.job_name, row.file.path, row.status, message=message, risks=row_risks(row)
            )
        case Changed():
            return ReportRow(
                row.job_name,
                row.file.path,
                row.status,
                changes=row.changes,
                message=f"Currently named “{row.old_name}”." if row.old_name else "",
                risks=row_risks(row),
            )
        case Unchanged():
            message = "" if row.is_adopted else "Matches its definition, not yet adopted."
            return ReportRow(row.job_name, row.file.path, row.status, message=message)
        case Deleted():
            return ReportRow(row.job_name, "", row.status, message=_deleted_message(row))
        case Unmanaged():
            return ReportRow(row.job_name, "", row.status, message=row.note)
        case Skipped():
            path = row.file.path if row.file else ""
            return ReportRow(row.job_name, path, row.status, message=row.reason)
        case Blocked():
            return blocked_row(row)
        case _:
            assert_never(row)


def export_row(row: ExportRow) -> ReportRow:
    """Return what an export preview shows of a file."""
    match row:
        case NewFile():
            return ReportRow(row.job_name, row.path, row.status)
        case ChangedFile():
            message = f"The file still uses the name “{row.old_name}”." if row.old_name else ""
            return ReportRow(
                row.job_name, row.path, row.status, changes=row.changes, message=message
            )
        case UnchangedFile():
            return ReportRow(row.job_name, row.file.path, row.status)
        case DeletedFile():
            message = "Its job no longer exists in this workspace."
            return ReportRow(row.job_name, row.file.path, row.status, message=message)
        case ForeignFile():
            return ReportRow(row.job_name, row.file.path, row.status, message=row.note)
        case SkippedJob():
            return ReportRow(row.job_name, "", row.status, message=row.reason)
        case Blocked():
            return blocked_row(row)
        case _:
            assert_never(row)


def row_risks(row: Row) -> tuple[Risk, ...]:
    """Return what to look at before a row is imported, judging by its diff."""
    match row:
        case New():
            return risks_of(None, row.unpack_settings(), ())
        case Changed():
            return risks_of(row.unpack_current(), row.unpack_settings(), row.changes)
        case _:
            return ()


def blocked_row(row: Blocked) -> ReportRow:
    """Return the row of something that has to be solved first."""
    return ReportRow(row.job_name, row.file_name, row.status, issues=row.issues)


def moved_row(row: Row) -> ReportRow:
    """Return the row of a job that is no longer what the user reviewed."""
    path = row.file.path if isinstance(row, New | Changed) else ""
    issue = Issue("The job, its file or the mapping file changed after validation. Validate again.")
    return ReportRow(row.job_name, path, Blocked.status, issues=(issue,))


def _deleted_message(row: Deleted) -> str:
    if not row.needed_by:
        return "Its definition is no longer in Git."
    users = ", ".join(f"“{name}”" for name in row.needed_by[:3])
    verb = "runs" if len(row.needed_by) == 1 else "run"
    return f"Its definition is no longer in Git, but {users} still {verb} it."
