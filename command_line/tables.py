"""Rows, entries and names as tables for the terminal."""

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from core.jobsettings.secrets import mask_text
from core.mapping.unmapped import UnmappedName
from core.mapping.use import MappingEntry
from core.one_line import escape_controls
from core.planning.statuses import RowResult, RowStatus
from core.reporting.report import ReportRow

COLOURS: Mapping[str, str] = {
    RowStatus.NEW: "green",
    RowStatus.CHANGED: "yellow",
    RowStatus.RENAMED: "yellow",
    RowStatus.DELETED: "red",
    RowStatus.ERROR: "bold red",
    RowStatus.UNCHANGED: "dim",
    RowStatus.UNMANAGED: "dim",
    RowStatus.SKIPPED: "dim",
    RowStatus.EXCLUDED: "dim",
    RowResult.CREATED: "green",
    RowResult.UPDATED: "yellow",
    RowResult.RENAMED: "yellow",
    RowResult.REMOVED: "red",
    RowResult.ADOPTED: "green",
    RowResult.FAILED: "bold red",
    RowResult.NOT_STARTED: "dim",
}
_SHOWN_PATHS = 3


def plain(text: str, *, keep: str = "") -> str:
    """Return a text of strangers for the terminal, without secrets."""
    return escape_controls(mask_text(text), keep=keep)


def rows_table(rows: Sequence[ReportRow]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Job", "File", "Status", "Changes", "Message"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(
            Text(plain(row.job_name)),
            Text(plain(row.file_name)),
            Text(word_of(row), style=COLOURS.get(word_of(row), "")),
            Text(plain(_changes(row))),
            Text(plain(_message(row), keep="\n")),
        )
    return table


def entries_table(entries: Sequence[MappingEntry]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.title = "The mapping file"
    for column in ("Line", "Section", "Name", "Maps to", "Jobs", "State"):
        table.add_column(column, overflow="fold")
    for entry in entries:
        line = str(entry.line or "")
        cells = (line, entry.section, entry.name, entry.target, str(entry.jobs), entry.state)
        table.add_row(*(Text(plain(cell)) for cell in cells))
    return table


def unmapped_table(names: Sequence[UnmappedName]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.title = "Names to map"
    for column in ("Kind", "Name", "Needed by", "Add to", "Line"):
        table.add_column(column, overflow="fold")
    for name in names:
        cells = (name.noun, name.name, ", ".join(name.jobs), name.section, name.line)
        table.add_row(*(Text(plain(cell)) for cell in cells))
    return table


def word_of(row: ReportRow) -> str:
    """Return what was done with a row, or what the plan found about it."""
    return row.result or row.status


def _changes(row: ReportRow) -> str:
    paths = [change.path for change in row.changes]
    more = len(paths) - _SHOWN_PATHS
    shown = ", ".join(paths[:_SHOWN_PATHS])
    return f"{shown} and {more} more" if more > 0 else shown


def _message(row: ReportRow) -> str:
    return "\n".join(filter(None, (*map(str, row.issues), row.message_with_risks)))
