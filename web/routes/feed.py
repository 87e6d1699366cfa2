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
    Situation,
    actions_of,
    running_sentence,
)
from components.mapping_outcome import mapping_outcome
from components.operation_view import chips_view, outcome_view, progress_view
from components.words import clock_time
from components.workspace_tab import workspace_view
from core.errors import StateError
from core.jobsettings.secrets import mask_text
from core.one_line import one_line
from core.operations.operation import Operation, OperationStore, Status
from core.operations.outcome import Outcome
from core.state.history import is_entry_id
from web.people.identity import User
from web.routes.places import folder_href, git_href
from web.routes.reader import Place, WorkspaceReader
from web.routes.readings import Known
from web.routes.tab_answers import (
    Props,
    button_props,
    editing,
    finished,
    held_back,
    is_known,
    place_props,
    selecting,
    shown_work,
    way_back,
)
from web.routes.tab_state import TAB_KINDS, WITH_ROWS, MappingState, TabState, read_tab
from web.serving.security import current_user
from web.settings import PageSettings

_LOG_LINES = 5000


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
            "placeIsNew": is_known(known),
            "seq": seq,
            "isFull": is_new or not source,
            "finished": finished(state.finished),
            "props": {**self._props(state), **place_props(known), **self._requests(user)},
            **selecting(state),
            **editing(state),
        }
        return answer, rows

    def held(self, tab: str, user: User, error: StateError) -> dict[str, Any]:
        """Return what a tab shows while the store does not answer: why, at its buttons as well."""
        why = mask_text(error.message)
        now = Situation(user.may_change, why_not=user.refusal, trouble=why)
        actions = actions_of(tab, now)
        return {
            "message": mask_text(str(error)),
            "props": {**button_props(actions), ids.STORE_NOTICE: {"children": "", "hidden": True}},
            **held_back(actions),
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
            props[ids.RESTORE_ENTRY] = way_back(state.now.entry, self.page.base)
        props[f"{tab}-chips"] = {"children": chips_view(state.with_rows)}
        return {**props, **button_props(actions_of(tab, state.now))}

    def _requests(self, user: User) -> Props:
        """Return what operators request of each other, where they have to."""
        return {ids.CHANGE_REQUESTS: {"children": self.requests(user)}} if self.requests else {}

    def _mapping_props(self, state: TabState, found: MappingState) -> Props:
        reading, newest = found.reading, found.newest
        shown = newest if newest and newest.status is Status.FAILED else shown_work(state, found)
        information = ((reading.outcome if reading else None) or Outcome()).mappings
        host = self.reader.known_host() or self.host
        href = folder_href(host, information.folder_id, information.workspace_id)
        reload_button = button_props(actions_of(state.tab, state.now))[ids.MAPPINGS_RELOAD]
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
