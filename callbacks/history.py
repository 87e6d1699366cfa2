"""The History tab."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import ids
from components.history_tab import entry_head, history_row
from components.words import duration, label_of, plural
from core.errors import NotFoundError, StateError
from core.operations.entry import make_entry
from core.operations.grid_row import GridRow, RecordedRow
from core.operations.operation import OperationStore
from core.settings import AppMode
from core.state.history import Ending, History, HistoryEntry, is_entry_id
from web.routes.reader import WorkspaceReader
from web.routes.readings import Known

Rows = list[dict[str, Any]]
Again = dict[str, float] | None
"""Given when something is not known yet: the browser sends it back after some seconds."""

_LIST = "history"
_READING = "Reading the history …"
_NOT_SHOWN = "This operation cannot be shown."
_OLD_S = 60.0
_CLOCKS_S = 5.0  # between this machine's clock and what its process noted
_SOON_S, _LATER_S = 1.0, 5.0


def register(app: Dash, store: OperationStore, reader: WorkspaceReader, mode: AppMode) -> None:
    """Wire the list of operations, and the rows of one."""
    base: str = app.config.requests_pathname_prefix

    @app.callback(
        Output(ids.HISTORY_GRID, "rowData"),
        Output(ids.HISTORY_STATUS, "children"),
        Output(ids.HISTORY_AGAIN, "data"),
        Input(ids.HISTORY_REQUEST, "data"),
        Input(ids.HISTORY_RELOAD, "n_clicks"),
        prevent_initial_call=True,
    )
    def on_open(request: Any, _clicks: Any) -> tuple[Rows, str, Again]:
        again = request if ctx.triggered_id == ids.HISTORY_REQUEST else None
        return history_list(store, reader, _asked(again))

    @app.callback(
        Output(ids.HISTORY_ROWS_GRID, "rowData"),
        Output(ids.HISTORY_ENTRY_HEAD, "children"),
        Output(ids.HISTORY_ENTRY_AGAIN, "data"),
        Input(ids.URL, "pathname"),
        Input(ids.HISTORY_ENTRY_REQUEST, "data"),
    )
    def on_address(pathname: Any, _request: Any) -> tuple[Rows, Component | str, Again]:
        name = shown_entry(pathname, base)
        if not name:
            raise PreventUpdate
        return history_entry(store, reader, name, restores=mode.allows(AppMode.IMPORT))

    app.clientside_callback(
        ClientsideFunction("jobsync", "openHistory"),
        Output(ids.HISTORY_REQUEST, "data"),
        Input(ids.URL, "pathname"),
    )

    for again, request in (
        (ids.HISTORY_AGAIN, ids.HISTORY_REQUEST),
        (ids.HISTORY_ENTRY_AGAIN, ids.HISTORY_ENTRY_REQUEST),
    ):
        app.clientside_callback(
            ClientsideFunction("jobsync", "askAgain"),
            Input(again, "data"),
            State(request, "id"),
            prevent_initial_call=True,
        )


def shown_entry(pathname: object, base: str = "/") -> str:
    """Return the entry that an address shows, empty for the list and for other tabs.

    Args:
        base: the path below which the page is served.
    """
    if not isinstance(pathname, str) or not pathname.startswith(base):
        return ""
    tab, _, name = pathname.removeprefix(base).partition("/")
    return name if tab == _LIST and not is_restore(name) else ""


def is_restore(name: str) -> bool:
    """Whether the part of an address after the tab's is that of the page of Restore."""
    return name.partition("/")[2] == "restore"


def history_list(
    store: OperationStore, reader: WorkspaceReader, asked: float | None = None
) -> tuple[Rows, str, Again]:
    """Return all operations, newest first: those of the state folder and those only known here.

    Args:
        asked: the moment since which the list must have been read, None for this one.
    """
    asked = reader.now() if asked is None else asked
    known = reader.entries(asked)
    local = [make_entry(operation) for operation in store.ended()]
    entries = in_order(*join_interrupted(known.value or (), local))
    status = _READING
    if known.value is not None or known.problem:
        status = f"{plural(len(entries), 'operation')}.{_age(known)}"
    if known.problem:
        status += f" Could not read the history in the workspace. {known.problem}"
    return [history_row(entry) for entry in entries], status, _again(known, asked)


def join_interrupted(
    kept: Sequence[HistoryEntry], local: Sequence[HistoryEntry]
) -> tuple[list[HistoryEntry], list[HistoryEntry]]:
    """Return both lists with what they know of one interrupted operation in one entry.

    The state folder knows it by its snapshot, this machine by what had been done by then.
    """
    joined = list(kept)
    left: list[HistoryEntry] = []
    for entry in local:
        at = next((at for at, one in enumerate(joined) if _is_one(one, entry)), None)
        if at is None:
            left.append(entry)
        else:
            joined[at] = _join(joined[at], entry)
    return joined, left


def _is_one(kept: HistoryEntry, local: HistoryEntry) -> bool:
    """Whether an entry that was made of a snapshot is that of an operation of this machine."""
    is_of_snapshot = bool(kept.snapshot) and kept.entry_id == kept.snapshot
    both = {kept.outcome, local.outcome} == {Ending.INTERRUPTED} and kept.kind == local.kind
    return (
        is_of_snapshot
        and both
        and -_CLOCKS_S <= kept.started - local.started <= local.seconds + _CLOCKS_S
    )


def _join(kept: HistoryEntry, local: HistoryEntry) -> HistoryEntry:
    principal = kept.principal or kept.actor
    return replace(
        local,
        entry_id=kept.entry_id,
        principal=principal if principal != local.actor else "",
        snapshot=kept.snapshot,
    )


def in_order(kept: Sequence[HistoryEntry], local: Sequence[HistoryEntry]) -> list[HistoryEntry]:
    """Return both lists as one, newest first, each in its own order: clocks may have been wrong.

    An entry that is only known here comes right after the one that followed it here; where none
    did, by its time.
    """
    found = list(kept)
    places = {entry.entry_id for entry in kept}
    after = -1  # where the entry before, which is newer, is
    for entry in local:
        if entry.entry_id in places:
            after = next(at for at, one in enumerate(found) if one.entry_id == entry.entry_id)
            continue
        older = (at for at, one in enumerate(found) if one.started <= entry.started)
        after = after + 1 if after >= 0 else next(older, len(found))
        found.insert(after, entry)
    return found


def history_entry(
    store: OperationStore, reader: WorkspaceReader, name: str, *, restores: bool = False
) -> tuple[Rows, Component | str, Again]:
    """Return the rows of one operation as they were, and what stands above them.

    Args:
        restores: whether this deployment can restore operations.
    """
    for operation in store.ended():
        entry = make_entry(operation)
        if entry.entry_id == name:
            shown = _rows(store.row_values(operation.operation_id), entry)
            return shown, entry_head(entry, restores=restores), None
    if not is_entry_id(name):
        return [], f"{_NOT_SHOWN} It is not in the history.", None
    known = reader.of_history(f"entry {name}", lambda history: _read_entry(history, name))
    again = _again(known, reader.now())
    if isinstance(known.value, str):
        return [], f"{_NOT_SHOWN} {known.value}", again
    if known.value is not None:
        entry, rows = known.value
        for operation in store.ended():
            local = make_entry(operation)
            if _is_one(entry, local):
                entry, rows = _join(entry, local), store.row_values(operation.operation_id)
        return _rows(rows, entry), entry_head(entry, restores=restores), None
    if known.problem:
        return [], f"{_NOT_SHOWN} {known.problem}", again
    return [], "Reading this operation …", again


def _read_entry(history: History, name: str) -> tuple[HistoryEntry, list[GridRow]] | str:
    """Return an entry with its rows, or why there is none, which is so for good."""
    try:
        return history.entry(name), history.rows(name, RecordedRow.row_from_json)
    except (NotFoundError, StateError) as error:
        return str(error)


def _asked(again: Any) -> float | None:
    """Return the moment that the browser sends back, None for anything else."""
    since = again.get("since") if isinstance(again, dict) else None
    return since if isinstance(since, float | int) else None


def _again(known: Known[Any], asked: float) -> Again:
    """Have the browser ask again until it is known; what failed is tried less often."""
    if known.is_reading:
        return {"since": asked, "after_s": _SOON_S}
    return {"since": asked, "after_s": _LATER_S} if known.problem else None


def _age(known: Known[Any]) -> str:
    return f" Read {duration(known.age_s)} ago." if known.age_s > _OLD_S else ""


def _rows(rows: Iterable[GridRow], entry: HistoryEntry) -> Rows:
    return [{**row.as_json(), "label": label_of(entry.kind, row.status, row.state)} for row in rows]
