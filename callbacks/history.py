"""The History tab."""

from collections.abc import Iterable
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import ids
from components.history_tab import entry_head, history_row
from components.words import label_of, plural
from core.errors import SyncError
from core.operations.entry import make_entry
from core.operations.grid_row import GridRow, RecordedRow
from core.operations.operation import OperationStore
from core.state.history import HistoryEntry
from web.reader import WorkspaceReader

Rows = list[dict[str, Any]]
_LIST = "history"


def register(app: Dash, store: OperationStore, reader: WorkspaceReader) -> None:
    """Wire the list of operations, and the rows of one."""
    base: str = app.config.requests_pathname_prefix

    @app.callback(
        Output(ids.HISTORY_GRID, "rowData"),
        Output(ids.HISTORY_STATUS, "children"),
        Input(ids.HISTORY_REQUEST, "data"),
        Input(ids.HISTORY_RELOAD, "n_clicks"),
        prevent_initial_call=True,
    )
    def on_open(_request: Any, _clicks: Any) -> tuple[Rows, str]:
        return history_list(store, reader)

    @app.callback(
        Output(ids.HISTORY_ROWS_GRID, "rowData"),
        Output(ids.HISTORY_ENTRY_HEAD, "children"),
        Input(ids.URL, "pathname"),
    )
    def on_address(pathname: Any) -> tuple[Rows, Component | str]:
        name = shown_entry(pathname, base)
        if not name:
            raise PreventUpdate
        return history_entry(store, reader, name)

    app.clientside_callback(
        ClientsideFunction("jobsync", "openHistory"),
        Output(ids.HISTORY_REQUEST, "data"),
        Input(ids.URL, "pathname"),
    )


def shown_entry(pathname: object, base: str = "/") -> str:
    """Return the entry that an address names, empty for the list and for other tabs.

    Args:
        base: the path below which the page is served.
    """
    if not isinstance(pathname, str) or not pathname.startswith(base):
        return ""
    tab, _, name = pathname.removeprefix(base).partition("/")
    return name if tab == _LIST else ""


def history_list(store: OperationStore, reader: WorkspaceReader) -> tuple[Rows, str]:
    """Return all operations, newest first: those of the state folder and those only known here."""
    try:
        kept = reader.history().entries()
        problem = ""
    except SyncError as error:
        kept, problem = (), f" Could not read the history in the workspace. {error}"
    known = {entry.entry_id for entry in kept}
    local = [entry for entry in map(make_entry, store.ended()) if entry.entry_id not in known]
    rows = [history_row(entry) for entry in sorted((*kept, *local), key=_newest, reverse=True)]
    return rows, f"{plural(len(rows), 'operation')}.{problem}"


def history_entry(
    store: OperationStore, reader: WorkspaceReader, name: str
) -> tuple[Rows, Component | str]:
    """Return the rows of one operation as they were, and what stands above them."""
    for operation in store.ended():
        entry = make_entry(operation)
        if entry.entry_id == name:
            return _rows(store.row_values(operation.operation_id), entry), entry_head(entry)
    try:
        history = reader.history()
        entry = history.entry(name)
        return _rows(history.rows(name, RecordedRow.row_from_json), entry), entry_head(entry)
    except SyncError as error:
        return [], f"This operation cannot be shown. {error}"


def _rows(rows: Iterable[GridRow], entry: HistoryEntry) -> Rows:
    return [{**row.as_json(), "label": label_of(entry.kind, row.status, row.state)} for row in rows]


def _newest(entry: HistoryEntry) -> float:
    return entry.started
