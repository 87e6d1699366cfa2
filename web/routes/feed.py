"""What the page's scripts fetch of a tab: its operation, the rows that moved, its log.

Reading only; whatever changes something goes through a callback.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask import Blueprint, Response, abort, request
from plotly.utils import PlotlyJSONEncoder

from components import ids
from components.actions import (
    Action,
    Situation,
    actions_of,
    adoptable,
    reviewed_plan,
    running_sentence,
)
from components.mapping_outcome import mapping_outcome
from components.operation_view import chips_view, outcome_view, progress_view
from components.place import place_view
from components.words import clock_time, headline, title_of, what_happened
from components.workspace_tab import workspace_view
from core.errors import StateError
from core.jobsettings.secrets import mask_text
from core.one_line import one_line
from core.operations.kinds import OperationKind
from core.operations.operation import Operation, OperationStore, Status
from core.operations.outcome import Outcome
from core.state.history import entry_facts, is_entry_id
from web.people.identity import User
from web.routes.places import folder_href, git_href
from web.routes.reader import Place, WorkspaceReader
from web.routes.readings import Known
from web.routes.tab_state import SELECTING, TAB_KINDS, WITH_ROWS, MappingState, TabState, read_tab
from web.serving.security import current_user
from web.settings import PageSettings

_LOG_LINES = 5000
_READING = "Reading the workspace …"
_REASONS = {
    ids.EXPORT_START: ids.EXPORT_REASON,
    ids.IMPORT_PULL: ids.IMPORT_PULL_REASON,
    ids.IMPORT_VALIDATE: ids.IMPORT_VALIDATE_REASON,
    ids.IMPORT_START: ids.IMPORT_START_REASON,
    ids.IMPORT_REMOVE: ids.IMPORT_REMOVE_REASON,
    ids.RESTORE_PREVIEW: ids.RESTORE_PREVIEW_REASON,
    ids.RESTORE_START: ids.RESTORE_START_REASON,
}
# Enabled and disabled by the scripts, which know what is selected.
_SELECTING = (ids.IMPORT_START, ids.IMPORT_REMOVE, ids.TAKE_START, ids.RESTORE_START)
_EDITING = {"test": ids.MAPPINGS_TEST, "save": ids.MAPPINGS_SAVE}  # these know what is unsaved

Props = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page's header wants to know: where this is after the operation of a number.

    `reads`: until it knows; what others have read will do otherwise.
    """

    number: int = 0
    reads: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """Answers the page's scripts. Made once per server.

    `trouble` returns why nothing that is started now would be begun, or nothing.
    """

    store: OperationStore
    host: str
    reader: WorkspaceReader
    page: PageSettings
    versions: Mapping[str, str]
    requests: Callable[[User], Component] | None = None
    trouble: Callable[[], str] = str
    is_checkout: bool = False

    def routes(self) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("feed", __name__, url_prefix="/feed")
        routes.add_url_rule("/<tab>", view_func=self._tab_route, endpoint="tab")
        routes.add_url_rule("/log/<operation_id>", view_func=self._log_route, endpoint="log")
        return routes

    def tab(
        self,
        tab: str,
        seen: str,
        since: int,
        user: User,
        place: Wanted | None = None,
        entry: str = "",
    ) -> tuple[dict[str, Any], list[str]]:
        """Return what a tab shows now, and the rows that its grid lacks, as JSON texts.

        Args:
            seen: the operation that the tab shows, empty for none.
            since: up to which `seq` its rows are known, 0 for none.
            place: what the header wants to know.
            entry: the operation of the history that the page of Restore is about.
        """
        trouble = self.trouble()
        state = read_tab(
            self.store,
            tab,
            may_operate=user.may_change,
            why_not=user.refusal,
            entry=entry,
            trouble=trouble,
            is_checkout=self.is_checkout,
        )
        source = state.with_rows
        is_new = source is not None and (source.operation_id != seen or not since)
        seq = 0
        rows: list[str] = []
        if source and tab in WITH_ROWS:
            seq, rows = self.store.rows_since(source.operation_id, 0 if is_new else since)
        known = self._place(place or Wanted())
        answer = {
            "operation": source.operation_id if source else "",
            "shown": state.shown.operation_id if state.shown else "",
            "kind": source.kind if source else "",
            "isActive": state.is_active,
            "isReading": known.is_reading,
            "placeIsNew": _is_new(known),
            "seq": seq,
            "isFull": is_new or not source,
            "finished": _finished(state.finished),
            "props": {**self._props(state), **_place_props(known), **self._requests(user)},
            **_selecting(state),
            **_editing(state),
        }
        return answer, rows

    def held(self, tab: str, user: User, error: StateError) -> dict[str, Any]:
        """Return what a tab shows while the store does not answer: why, at its buttons as well."""
        why = mask_text(error.message)
        now = Situation(user.may_change, why_not=user.refusal, trouble=why)
        actions = actions_of(tab, now)
        return {
            "message": mask_text(str(error)),
            "props": _buttons(actions),
            "reasons": {name: actions[name].reason for name in _SELECTING if name in actions},
            "editing": {
                kind: actions[name].reason for kind, name in _EDITING.items() if name in actions
            },
        }

    # Inside

    def _place(self, wanted: Wanted) -> Known[Place]:
        """Return where this is; not as it was before an operation, to who knows it after that."""
        known = self.reader.place(wanted.number, reads=wanted.reads)
        is_old = known.value is not None and known.value.number < wanted.number
        is_old = is_old and not wanted.reads
        return replace(known, value=None) if is_old else known

    def _props(self, state: TabState) -> Props:
        tab, elsewhere = state.tab, state.elsewhere
        notice = " ".join(filter(None, (state.now.trouble, self.store.notice())))
        progress = progress_view(state.shown, time.time(), may_cancel=state.now.may_operate)
        props: Props = {
            f"{tab}-progress": {"children": progress},
            ids.OPERATION_ELSEWHERE: {
                "children": running_sentence(elsewhere) if elsewhere else html.Span(),
                "hidden": not elsewhere,
            },
            ids.STORE_NOTICE: {"children": notice, "hidden": not notice},
        }
        if tab == "workspace":
            props[ids.WORKSPACE_BODY] = {"children": self._workspace(state.reading)}
        if state.mappings is not None:
            return {**props, **self._mapping_props(state, state.mappings)}
        if tab not in WITH_ROWS:
            return props
        props[f"{tab}-outcome"] = {"children": outcome_view(state.shown)}
        if tab == "restore":
            props[ids.RESTORE_ENTRY] = _way_back(state.now.entry, self.page.base)
        props[f"{tab}-chips"] = {"children": chips_view(state.with_rows)}
        return {**props, **_buttons(actions_of(tab, state.now))}

    def _requests(self, user: User) -> Props:
        """Return what operators request of each other, where they have to."""
        return {ids.CHANGE_REQUESTS: {"children": self.requests(user)}} if self.requests else {}

    def _mapping_props(self, state: TabState, found: MappingState) -> Props:
        reading, newest = found.reading, found.newest
        shown = newest if newest and newest.status is Status.FAILED else _shown_work(state, found)
        information = ((reading.outcome if reading else None) or Outcome()).mappings
        host = self.reader.known_host() or self.host
        href = folder_href(host, information.folder_id, information.workspace_id)
        reload_button = _buttons(actions_of(state.tab, state.now))[ids.MAPPINGS_RELOAD]
        return {
            ids.MAPPINGS_OUTCOME: {"children": mapping_outcome(shown)},
            ids.MAPPINGS_GIT_LINK: {"href": href, "hidden": not href},
            ids.MAPPINGS_RELOAD: reload_button,
        }

    def _workspace(self, reading: Operation | None) -> Any:
        host = self.reader.known_host() or self.host
        outcome = (reading.outcome if reading else None) or Outcome()
        href = git_href(host, outcome.information.where)
        return workspace_view(reading, host, href, self.versions)

    # Routes

    def _tab_route(self, tab: str) -> Response:
        if tab not in TAB_KINDS:
            abort(404)
        seen, since = request.args.get("operation", ""), _number(request.args, "since")
        wanted = Wanted(_number(request.args, "place"), "ask" in request.args)
        entry = _entry(request.args) if tab == "restore" else ""
        user = self._user()
        try:
            answer, rows = self.tab(tab, seen, since, user, wanted, entry)
        except StateError as error:
            return _json(self.held(tab, user, error), 503)
        head = json.dumps(answer, cls=PlotlyJSONEncoder)
        text = f'{head[:-1]}, "rows": [{",".join(rows)}]}}'
        return Response(text, mimetype="application/json")

    def _log_route(self, operation_id: str) -> Response:
        if self.store.get(operation_id) is None:
            abort(404)
        lines = [
            one_line(f"{clock_time(line.at)} {line.level:<7} {line.text}")
            for line in self.store.log_lines(operation_id, _LOG_LINES)
        ]
        return Response("\n".join(lines) + "\n", mimetype="text/plain")

    def _user(self) -> User:
        user = current_user(self.page)
        if user is None:
            abort(401)
        return user


def _json(document: Any, status: int) -> Response:
    text = json.dumps(document, cls=PlotlyJSONEncoder)
    return Response(text, status, mimetype="application/json")


def _finished(last: Operation | None) -> dict[str, Any]:
    """Return which operation ended last, for those who look at another tab."""
    if last is None:
        return {"operation": "", "text": "", "number": 0}
    text = f"{headline(last)}. {what_happened(last)}"
    return {
        "operation": last.operation_id,
        "kind": last.kind,
        "text": text,
        "number": last.number,
    }


def _selecting(state: TabState) -> dict[str, Any]:
    """Return what may be selected for what, for the scripts of the tabs where rows are ticked."""
    if state.tab not in SELECTING:
        return {}
    now = state.now
    actions = actions_of(state.tab, now)
    return {
        "plan": reviewed_plan(now),
        "pause": (now.validation.params.get("pause") or "") if now.validation else "",
        "adoptable": adoptable(now),
        "reasons": {name: actions[name].reason for name in _SELECTING if name in actions},
    }


def _tested_version(work: Operation | None) -> str:
    """Return the version of the text that was tested, empty where no test is shown."""
    return ((work.outcome if work else None) or Outcome()).mapping_test.version


def _shown_work(state: TabState, found: MappingState) -> Operation | None:
    """Return the test or save that still says how things are; other work or a reading ends that."""
    work, reading = found.work, found.reading
    if work is None or state.last is None or state.last.number != work.number:
        return None
    is_test = work.kind is OperationKind.TEST_MAPPINGS
    return None if is_test and reading and reading.number > work.number else work


def _editing(state: TabState) -> dict[str, Any]:
    """Return what there is of the mapping file, for the scripts of the Mappings tab."""
    found = state.mappings
    if found is None:
        return {}
    actions = actions_of(state.tab, state.now)
    return {
        "mappings": {
            "reading": found.reading.operation_id if found.reading else "",
            "written": found.written.operation_id if found.written else "",
            "hasFailed": found.has_failed,
            "validation": found.validation.operation_id if found.validation else "",
            "isReading": found.is_reading,
            "isOld": found.is_old,
            "savedBy": found.saver,
            "tested": _tested_version(_shown_work(state, found)),
            "version": (found.reading.outcome or Outcome()).mappings.version
            if found.reading
            else "",
            "reasons": {kind: actions[button].reason for kind, button in _EDITING.items()},
        }
    }


def _is_new(known: Known[Place]) -> bool:
    """Whether a page need not ask again: what failed is tried until it succeeds."""
    return known.value is not None and not (known.is_reading or known.problem)


def _place_props(known: Known[Place]) -> Props:
    """Return the header and the links; without what is not known yet."""
    if known.value is None and not known.problem:
        return {ids.GIT_PLACE: {"children": _READING}} if known.is_reading else {}
    problem = f"Could not read the workspace. {known.problem}" if known.problem else ""
    props: Props = {ids.WORKSPACE_PROBLEM: {"children": problem, "hidden": not problem}}
    if known.value is None:
        return props
    where = known.value.where
    href = git_href(known.value.host, where)
    return {
        **props,
        ids.GIT_PLACE: {"children": place_view(where.git, known.age_s)},
        ids.EXPORT_PUSH: {"href": href, "hidden": not href},
        ids.IMPORT_GIT_LINK: {"href": href, "hidden": not href},
    }


def _number(arguments: Mapping[str, str], name: str) -> int:
    """Return a number that counts rows or operations; one that none can have counts as 0."""
    text = arguments.get(name, "") or "0"
    if not (text.isascii() and text.isdecimal()):
        abort(400, f"{name} is not a number.")
    return int(text) if len(text) < 16 else 0


def _entry(arguments: Mapping[str, str]) -> str:
    """Return the operation of the history that is asked about, empty where none has this name."""
    name = arguments.get("entry", "")
    return name if is_entry_id(name) else ""


def _way_back(entry: str, base: str) -> dict[str, Any]:
    """Return the link that leads back to the operation: its name says which and when."""
    if not entry:
        return {"children": "Operation", "href": f"{base}history"}
    kind, at = entry_facts(entry)
    return {
        "children": f"{title_of(kind)} of {clock_time(at)}" if at else title_of(kind),
        "href": f"{base}history/{entry}",
    }


def _buttons(actions: Mapping[str, Action]) -> Props:
    props: Props = {}
    for button, action in actions.items():
        if button not in (*_SELECTING, *_EDITING.values()):
            props[button] = {"disabled": not action.is_enabled, "title": action.reason}
            if button in _REASONS:
                props[_REASONS[button]] = {"children": action.reason}
    return props
