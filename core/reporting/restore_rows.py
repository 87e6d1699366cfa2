"""Rows of a restore as rows of reports: the words that users read."""

from dataclasses import replace

from core.planning.import_rows import Changed, Deleted, New, Unchanged
from core.planning.restore_rows import RestoreRow
from core.reporting.report import ReportRow
from core.reporting.rows import import_row, row_risks

_WILL = {
    New: "Will be created again under a new id; its run history cannot come back.",
    Deleted: "Was created by this operation and will be removed.",
}


def restore_row(planned: RestoreRow) -> ReportRow:
    """Return what the preview of a restore shows of a job."""
    row = planned.row
    if not isinstance(row, New | Changed | Deleted | Unchanged):
        return import_row(row)
    renamed = row.old_name if isinstance(row, Changed) else ""
    sentences = (
        _WILL.get(type(row), ""),
        f"Currently named “{renamed}”." if renamed else "",
        _users(row) if isinstance(row, Deleted) else "",
        planned.note,
    )
    return ReportRow(
        row.job_name,
        row.file.path if isinstance(row, New | Changed | Unchanged) else "",
        row.status,
        changes=row.changes if isinstance(row, Changed) else (),
        message=" ".join(filter(None, sentences)),
        risks=row_risks(row),
        doubt=planned.doubt,
    )


def done_row(planned: RestoreRow, message: str) -> ReportRow:
    """Return the row as it was carried out."""
    shown = restore_row(planned)
    sentences = " ".join(filter(None, (message, planned.note)))
    return replace(shown.done(sentences), doubt="")


def _users(row: Deleted) -> str:
    if not row.needed_by:
        return ""
    users = ", ".join(f"“{name}”" for name in row.needed_by[:3])
    return f"{users} still {'runs' if len(row.needed_by) == 1 else 'run'} it."
