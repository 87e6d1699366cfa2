"""Rows as CSV for spreadsheets: UTF-8 with BOM, no cell that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable

from core.reporting.report import ReportRow

_COLUMNS = ("job_name", "file_name", "status", "result", "changes", "issues", "message")
# Source: OWASP, CSV Injection: a cell that starts with one of these is taken for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def csv_bytes(rows: Iterable[ReportRow]) -> bytes:
    """Return one line per row, with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        changes = "\n".join(change.path for change in row.changes)
        issues = "\n".join(str(issue) for issue in row.issues)
        message = row.message_with_risks
        cells = (row.job_name, row.file_name, row.status, row.result, changes, issues, message)
        writer.writerow([disarm(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig", "backslashreplace")


def disarm(cell: str) -> str:
    """Return a cell that a spreadsheet shows as text."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
