"""`cli.py history`: what was done, by whom, and what can be undone."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from core.one_line import escape_controls
from core.reporting.details import HistoryListing
from core.state.history import HistoryEntry

_COLUMNS = ("Operation", "At (UTC)", "What", "By", "Outcome", "Jobs", "Restore")


def history_table(listing: HistoryListing) -> Table:
    """Return a table of the entries, newest first."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in _COLUMNS:
        table.add_column(column, overflow="fold")
    for entry in listing.entries:
        table.add_row(*(Text(escape_controls(cell)) for cell in _cells(entry)))
    return table


def _cells(entry: HistoryEntry) -> Sequence[str]:
    at = datetime.fromtimestamp(entry.started, UTC)
    counts = ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in entry.counts.items())
    names = [name for name in (entry.actor, entry.principal, entry.approver) if name]
    return (
        entry.entry_id,
        f"{at:%Y-%m-%d %H:%M}",
        entry.kind,
        " · ".join(dict.fromkeys(names)),
        entry.outcome.replace("_", " "),
        counts or entry.message,
        "yes" if entry.snapshot and entry.kind in HistoryListing.RESTORABLE else "",
    )
