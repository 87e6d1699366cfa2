"""Tables as CSV for spreadsheets, in UTF-8 with BOM. `assets/logic/csv.js` has the same rule.

Every cell is quoted, and none is a formula. Quotes do not make a text: a spreadsheet shows the id
917213546834291 as 9.17E+14 and rounds all digits after the fifteenth. So a text that it would take
for a number, a date or a time ends in a tab, which neither Excel nor LibreOffice takes for a part
of a number, and which `int()`, pandas and every other reader of numbers ignore. An apostrophe would
be shown, and `="…"` is a formula, which LibreOffice shows as it is unless it is asked to evaluate.

Source: support.microsoft.com/kb/269370 (15 digits); react-csv/react-csv#198 (the tab in Excel);
LibreOffice svl zforfind.cxx, SkipBlanks (only spaces are skipped); datatest's how-to on Excel
auto-formatting (what is reformatted).
"""

import csv
import io
import re
from collections.abc import Iterable

from core.jobsettings.secrets import mask_text
from core.reporting.report import ReportRow

_COLUMNS = (
    *("job_name", "file_name", "status", "result", "changes", "issues", "message", "mapped"),
    "origin",
)
# Source: OWASP, CSV Injection: a cell that starts with one of these is taken for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
_LIKE_A_NUMBER = re.compile(r"(?=.*[0-9０-９])[0-9０-９ \xa0.,:;/%()eE-]+")


def csv_bytes(rows: Iterable[ReportRow]) -> bytes:
    """Return one line per row of a report, with a header."""
    return table_bytes(_COLUMNS, map(_cells, rows))


def table_bytes(titles: Iterable[str], rows: Iterable[Iterable[str | int]]) -> bytes:
    """Return a table with its header. A cell that is an `int` is a number, all else is text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(titles)
    writer.writerows([cell_text(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", "backslashreplace")


def disarm(text: str) -> str:
    """Return a text as a cell that a spreadsheet neither calculates nor takes for a number."""
    if text.startswith(_FORMULA_STARTS):
        return f"'{text}"
    return f"{text}\t" if _LIKE_A_NUMBER.fullmatch(text) else text


def cell_text(value: str | int) -> str:
    """Return what is written into a cell: an `int` is a number, all else is text."""
    return disarm(value) if isinstance(value, str) else str(value)


def _cells(row: ReportRow) -> tuple[str | int, ...]:
    changes = mask_text("\n".join(change.path for change in row.changes))
    issues = mask_text("\n".join(str(issue) for issue in row.issues))
    message = row.message_with_risks
    texts = row.job_name, row.file_name, row.status, row.result, changes, issues, message
    return *texts, row.mapped_places, row.origin
