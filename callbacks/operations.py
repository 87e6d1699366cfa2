"""Starting, carrying out and cancelling operations."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from dash import ClientsideFunction, Dash, Input, NoUpdate, Output, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import ids
from components.actions import Situation, reviewed_plan, running_sentence
from components.import_tab import PAUSE_OPTIONS
from components.words import READ_ONLY, WORDS
from core.errors import ModeError, SelectionError, StateError, SyncError
from core.json_text import JsonDict
from core.mapping.text.file_version import MOST_TEXT_BYTES
from core.operations.kinds import KINDS, OperationKind, Traits
from core.operations.operation import DRAFT, PLAN, OperationRunningError, OperationStore
from core.operations.plan_documents import read_fingerprints
from core.planning.statuses import RowStatus
from core.settings import AppMode
from core.state.history import is_entry_id
from web.background.work import run_operation
from web.people.identity import User
from web.serving.security import current_user
from web.settings import PageSettings

_DOUBLE_CLICK_S = 3.0
_OPERATION_ID = re.compile(r"[0-9a-f]{32}")
_VERSION = re.compile(r"(?:[0-9a-f]{32})?")
_PAUSES = frozenset(option["value"] for option in PAUSE_OPTIONS)


Started = tuple[str | NoUpdate, str | Component | NoUpdate, bool | NoUpdate]
"""The id of what was started, a message, and whether to show it."""


class Approver(Protocol):
    """Takes what a second operator has to approve. `callbacks.approvals.Approvals` is one."""

    def covers(self, request: Mapping[str, Any]) -> bool: ...

    def take(self, user: User | None, request: Mapping[str, Any]) -> Started: ...


def register(
    app: Dash,
    store: OperationStore,
    mode: AppMode,
    page: PageSettings,
    approver: Approver | None = None,
) -> None:
    """Wire the stores. The scripts put into them what a click asks for; all of it is checked.

    Args:
        approver: None where nothing needs the approval of a second operator.
    """

    @app.callback(
        Output(ids.STARTED, "data"),
        Output(ids.TOAST, "children"),
        Output(ids.TOAST, "is_open"),
        Input(ids.START_REQUEST, "data"),
        prevent_initial_call=True,
    )
    def on_start(request: Any) -> Started:
        if not isinstance(request, dict):
            raise PreventUpdate
        if approver and approver.covers(request):
            return approver.take(current_user(page), request)
        return start(store, mode, current_user(page), request)

    app.callback(
        Output(ids.ENDED, "data"),
        Input(ids.STARTED, "data"),
        background=True,
        interval=5000,
        prevent_initial_call=True,
    )(run_operation)

    @app.callback(
        Output(ids.CANCELLED, "data"),
        Input(ids.CANCEL_REQUEST, "data"),
        prevent_initial_call=True,
    )
    def on_cancel(request: Any) -> str:
        if not isinstance(request, dict):
            raise PreventUpdate
        return cancel(store, current_user(page), str(request.get("operation", "")))

    app.clientside_callback(
        ClientsideFunction("jobsync", "poke"),
        Output(ids.REFRESH, "data"),
        Input(ids.STARTED, "data"),  # not ENDED: Dash would wait for what is still running
        Input(ids.CANCELLED, "data"),
        prevent_initial_call=True,
    )


def start(
    store: OperationStore, mode: AppMode, user: User | None, request: Mapping[str, Any]
) -> Started:
    """Start what a click asked for, or say why not.

    Args:
        request: `kind`, and what `needs_of` lists for it; comes from the browser.

    Returns the operation's id, the message, and whether to show it.
    """
    try:
        operation_id = start_operation(store, mode, user, request)
    except OperationRunningError as busy:
        if user and _is_double_click(busy, user, request):
            return no_update, no_update, no_update
        return no_update, html.Span(["Not started. ", running_sentence(busy.operation)]), True
    except SyncError as error:
        return no_update, str(error), True
    return operation_id, no_update, no_update


def start_operation(
    store: OperationStore, mode: AppMode, user: User | None, request: Mapping[str, Any]
) -> str:
    """Check a request and note the operation.

    Raises:
        SyncError: it may not be started; nothing was.
    """
    kind, params = checked_request(store, mode, user, request)
    assert user is not None  # checked_request refuses nobody
    if not KINDS[kind].needs_text:
        return store.start(kind, params, user.name).operation_id
    draft = _checked_text(request.get("text"))
    operation_id = store.start(kind, params, user.name).operation_id
    # Nobody knows the operation before this.
    if not store.put_documents(operation_id, {DRAFT: draft}):
        store.note_launch(operation_id, None, "The text could not be kept.")
        raise StateError("The text could not be kept. Nothing was saved.", fix="Try again.")
    return operation_id


def checked_request(
    store: OperationStore, mode: AppMode, user: User | None, request: Mapping[str, Any]
) -> tuple[OperationKind, JsonDict]:
    """Return the kind of operation that is asked for, and what its process needs.

    Raises:
        SyncError: it may not be started.
    """
    kind = _checked_kind(mode, user, request.get("kind"))
    return kind, _checked_params(store, KINDS[kind], request)


def checked_plan(store: OperationStore, kind: Traits, request: Mapping[str, Any]) -> str:
    """Return the plan that is to be carried out.

    Raises:
        SyncError: it is not the newest one.
    """
    if kind.needs_entry:
        entry = _checked_entry(request.get("entry"))
        return _checked_preview(store, request.get("plan"), entry)
    return _checked_plan(store, request.get("plan"))


def cancel(store: OperationStore, user: User | None, operation_id: str) -> str:
    """Ask an operation to stop; it does so before its next write. Returns its id.

    Raises:
        StateError: it could not be asked.
    """
    if user and user.may_change and _OPERATION_ID.fullmatch(operation_id):
        try:
            store.request_cancel(operation_id, f"by {user.name}")
        except StateError as error:
            raise StateError(
                f"It may not have been asked to stop. {error.message}", fix="Try again."
            ) from error
    return operation_id


def _checked_kind(mode: AppMode, user: User | None, kind: Any) -> OperationKind:
    found = OperationKind(kind) if isinstance(kind, str) and kind in set(OperationKind) else None
    is_for_all = found is not None and not KINDS[found].is_exclusive
    if user is None or not (user.may_change or (is_for_all and user.may_look)):
        raise SyncError(user.refusal if user else READ_ONLY)
    if found is None:
        raise SyncError("Unknown operation.", fix="Reload the page.")
    if not mode.allows(KINDS[found].mode):
        raise ModeError(f"{WORDS[found].title} is not available: APP_MODE is {mode}.")
    return found


def _checked_params(store: OperationStore, kind: Traits, request: Mapping[str, Any]) -> JsonDict:
    """Return what the operation's process needs, see `Request.from_json`."""
    entry = {"entry": _checked_entry(request.get("entry"))} if kind.needs_entry else {}
    if kind.makes_plan:
        return entry or _checked_choices(request)
    if kind.needs_text:
        return {"version": _checked_version(request.get("version", ""))}
    if not kind.needs_plan:
        return {}
    plan = checked_plan(store, kind, request)
    validation = store.get(plan)
    params: JsonDict = {"plan": plan, **entry}
    params["pause"] = validation.params.get("pause", "") if validation else ""
    if kind.needs_names:
        params["names"] = _checked_names(store, plan, request.get("names"))
        params["ticked"] = _checked_ticks(params["names"], request.get("ticked", []))
    if kind.needs_fields:
        params["fields"] = _checked_fields(params["names"], request.get("fields"))
    if kind.needs_number:
        names = params["names"]
        number = _count_removed(store, plan, names) if kind.needs_entry else len(names)
        _check_number(number, request.get("typed", ""))
    return params


def _checked_choices(request: Mapping[str, Any]) -> JsonDict:
    pause = request.get("pause") or PAUSE_OPTIONS[0]["value"]
    if not isinstance(pause, str) or pause not in _PAUSES:
        raise SyncError("Unknown schedule policy.")
    policy = "" if pause == PAUSE_OPTIONS[0]["value"] else pause
    return {"pause": policy, "ask_workspace": bool(request.get("ask"))}


def _checked_text(text: Any) -> bytes:
    if not isinstance(text, str):
        raise SyncError("The page sent no text.", fix="Reload the page.")
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise SyncError(
            f"Character {error.start + 1} of the text cannot be saved as UTF-8.", fix="Remove it."
        ) from error
    if len(content) > MOST_TEXT_BYTES:
        raise SyncError(f"The mapping file may have at most {MOST_TEXT_BYTES // 10**6} MB.")
    return content


def _checked_version(version: Any) -> str:
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise SyncError("The page sent no version of the mapping file.", fix="Reload the page.")
    return version


def _check_number(number: int, typed: Any) -> None:
    if number and str(typed).strip() not in (str(number), f"{number:,}"):  # as the dialog shows it
        raise SyncError(f"Nothing was removed: type {number} to confirm.")


def _count_removed(store: OperationStore, plan: str, names: Collection[str]) -> int:
    """Return how many of the selected jobs will be gone: a restore removes only some of them."""
    wanted, rows = set(names), store.row_values(plan)
    return sum(row.job in wanted and row.status == RowStatus.DELETED for row in rows)


def _checked_entry(entry: Any) -> str:
    if not isinstance(entry, str) or not is_entry_id(entry):
        raise SyncError("The page sent no operation of the history.", fix="Reload the page.")
    return entry


def _checked_preview(store: OperationStore, plan: Any, entry: str) -> str:
    """Accept only the newest preview, and only for the operation that it was made for."""
    newest = store.latest((OperationKind.PLAN_RESTORE,))
    is_of_entry = newest is not None and newest.params.get("entry") == entry
    now = Situation(may_operate=True, validation=newest if is_of_entry else None, entry=entry)
    if not isinstance(plan, str) or not plan or plan != reviewed_plan(now):
        raise SyncError("A newer preview exists.", fix="Preview again.")
    return plan


def _checked_plan(store: OperationStore, plan: Any) -> str:
    """Accept only the newest validation, and none that a pull or a save has overtaken."""
    now = Situation(
        may_operate=True,
        validation=store.latest((OperationKind.VALIDATE,)),
        pull=store.latest((OperationKind.PULL,)),
        save=store.latest((OperationKind.SAVE_MAPPINGS,)),
    )
    if not isinstance(plan, str) or not plan or plan != reviewed_plan(now):
        raise SyncError("A newer validation exists.", fix="Validate again.")
    return plan


def _checked_names(store: OperationStore, plan: str, names: Any) -> list[str]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SyncError("The page sent no selection.", fix="Reload the page.")
    if not names:
        raise SyncError("Nothing is selected.", fix="Select jobs in the table.")
    unknown = sorted(set(names) - read_fingerprints(store.document(plan, PLAN)).keys())
    if unknown:
        raise SelectionError(unknown, "such")
    return sorted(set(names))


def _checked_ticks(names: list[str], ticked: Any) -> list[str]:
    if not isinstance(ticked, list) or not all(isinstance(name, str) for name in ticked):
        raise SyncError("The page sent no confirmations.", fix="Reload the page.")
    return sorted(set(ticked) & set(names))


def _checked_fields(names: list[str], fields: Any) -> list[str]:
    """Return the chosen fields of the one job; the engine holds them against what differs."""
    if not isinstance(fields, list) or not all(isinstance(path, str) for path in fields):
        raise SyncError("The page sent no fields.", fix="Reload the page.")
    if len(names) != 1 or not fields:
        raise SyncError("Nothing is selected.", fix="Select fields of one job.")
    return sorted(set(fields))


def _is_double_click(busy: OperationRunningError, user: User, request: Mapping[str, Any]) -> bool:
    running = busy.operation
    return (
        running.kind == request.get("kind")
        and running.actor == user.name
        and abs(busy.at - running.created) < _DOUBLE_CLICK_S
    )
