"""The History tab: all operations, and one of them as it was."""

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from components.columns import HISTORY_COLUMNS
from components.grid import grid, grid_tools, history_columns, job_columns
from components.icons import icon
from components.moments import moment
from components.restore_tab import restore_link
from components.words import (
    counts_text,
    duration,
    ending_of,
    title_of,
    tone_of,
)
from core.operations.entry import is_restorable
from core.state.history import HistoryEntry


def history_tab(base: str = "/") -> Component:
    """Return the tab; it is filled when it is opened.

    Args:
        base: the path below which the page is served.
    """
    return html.Section(
        [
            html.H2("History", className="visually-hidden"),
            html.Div(
                [
                    html.Div(
                        [
                            html.P(id=ids.HISTORY_STATUS, className="quiet", role="status"),
                            html.Button(
                                [icon("reload"), "Refresh"],
                                id=ids.HISTORY_RELOAD,
                                type="button",
                                className="button button-quiet",
                            ),
                        ],
                        className="list-head",
                    ),
                    grid_tools(ids.HISTORY_GRID, history_columns(), extra=[_only()], has_all=False),
                    grid(
                        ids.HISTORY_GRID,
                        history_columns(),
                        "No operations to show.",
                        key="entry_id",
                        label="Operations",
                    ),
                ],
                id=ids.HISTORY_LIST,
                className="card grid-card",
            ),
            html.Div(
                [
                    dcc.Link(
                        [icon("back"), "All operations"],
                        href=f"{base}history",
                        className="button button-quiet",
                    ),
                    html.Div(id=ids.HISTORY_ENTRY_HEAD, role="status"),
                    grid_tools(ids.HISTORY_ROWS_GRID, job_columns(), has_all=False),
                    grid(
                        ids.HISTORY_ROWS_GRID,
                        job_columns(),
                        "No rows to show.",
                        label="Jobs of the operation, as they were",
                    ),
                ],
                id=ids.HISTORY_ENTRY,
                className="card grid-card",
                hidden=True,
            ),
        ],
        id=ids.PANE_HISTORY,
        className="pane",
        hidden=True,
    )


def _only() -> Component:
    """Return the button that leaves only what can be restored: `assets/restoring.js`."""
    return html.Button(
        "Can be restored",
        type="button",
        className="chip",
        **{"data-only-restorable": ids.HISTORY_GRID, "aria-pressed": "false"},
    )


def history_row(entry: HistoryEntry) -> dict[str, Any]:
    """Return an entry as a row of the grid."""
    cells = {column.field: column.value(entry) for column in HISTORY_COLUMNS}
    return {"entry_id": entry.entry_id, "tone": tone_of(entry.outcome), **cells}


def entry_head(entry: HistoryEntry, *, restores: bool = False) -> Component:
    """Return the heading above the rows of one operation.

    Args:
        restores: whether this deployment can restore operations.
    """
    return html.Div(
        [
            html.Span(
                [
                    html.Span(className=f"dot dot-{tone_of(entry.outcome)}"),
                    f"{title_of(entry.kind)}: {ending_of(entry.outcome)}",
                ],
                className="outcome-headline",
            ),
            html.Span(counts_text(entry.kind, entry.counts), className="outcome-sentence"),
            html.Span(
                [moment(entry.started), f" · {duration(entry.seconds)} · {_who(entry)}"],
                className="outcome-facts",
            ),
            restore_link(entry.entry_id, "Restore …")
            if restores and is_restorable(entry)
            else None,
            html.P(entry.message) if entry.message else None,
        ],
        className="outcome",
    )


def _who(entry: HistoryEntry) -> str:
    approved = f", approved by {entry.approver}" if entry.approver else ""
    ran = f", ran as {entry.principal}" if entry.principal else ""
    return f"{entry.actor}{approved}{ran}"
