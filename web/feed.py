"""What the page's scripts fetch: the operation of a tab, one of its rows, its log, its CSV.

Reading only; whatever changes something goes through a callback.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
from components.operation_view import chips_view, outcome_view, progress_view
from components.row_panel import row_panel
from components.tabs import TABS
from components.words import WORDS, clock_time, headline, what_happened
from components.workspace_tab import workspace_view
from core.errors import SyncError
from core.jobsettings.secrets import mask
from core.jobsettings.verbatim import find_verbatim
from core.json_text import Packed
from core.operations.kinds import EXCLUSIVE_KINDS, OperationKind, kinds_of_tab
from core.operations.operation import Operation, OperationStore
from core.reporting.report import RowDetails
from web.csv import csv_name, csv_of_rows
from web.identity import User
from web.places import git_href
from web.reader import WorkspaceReader
from web.security import current_user
from web.settings import PageSettings

_LOG_LINES = 5000
_TAB_KINDS: Mapping[str, tuple[OperationKind, ...]] = {
    tab.name: kinds_of_tab(tab.name) for tab in TABS
}
_WITH_ROWS = ("export", "import")
_REASONS = {
    ids.EXPORT_START: ids.EXPORT_REASON,
    ids.IMPORT_PULL: ids.IMPORT_PULL_REASON,
    ids.IMPORT_VALIDATE: ids.IMPORT_VALIDATE_REASON,
    ids.IMPORT_START: ids.IMPORT_START_REASON,
    ids.IMPORT_REMOVE: ids.IMPORT_REMOVE_REASON,
}
# Enabled and disabled by the scripts, which know what is selected.
_SELECTING = (ids.IMPORT_START, ids.IMPORT_REMOVE)

Props = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Feed:
    """Answers the page's scripts. Made once per server."""

    store: OperationStore
    host: str
    reader: WorkspaceReader
    page: PageSettings
    versions: Mapping[str, str]

    def blueprint(self) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("feed", __name__, url_prefix="/feed")
        routes.add_url_rule("/<tab>", view_func=self._tab_route, endpoint="tab")
        routes.add_url_rule("/row/<operation_id>/<key>", view_func=self._row_route, endpoint="row")
        routes.add_url_rule("/log/<operation_id>", view_func=self._log_route, endpoint="log")
        routes.add_url_rule("/csv/<operation_id>", view_func=self._csv_route, endpoint="csv")
        routes.add_url_rule(
            "/history/<entry_id>/<key>", view_func=self._history_row_route, endpoint="history-row"
        )
        return routes

    def tab(self, tab: str, seen: str, since: int, user: User) -> tuple[dict[str, Any], list[str]]:
        """Return what a tab shows now, and the rows that its grid lacks, as JSON texts.

        Args:
            seen: the operation that the tab shows, empty for none.
            since: up to which `seq` its rows are known, 0 for none.
        """
        active = self.store.active()
        shown = self.store.latest(_TAB_KINDS[tab])
        source = self._with_rows(tab, active, shown, user)
        is_new = source is not None and (source.operation_id != seen or not since)
        seq = 0
        rows: list[str] = []
        if source and tab in _WITH_ROWS:
            seq, rows = self.store.rows_since(source.operation_id, 0 if is_new else since)
        answer = {
            "operation": source.operation_id if source else "",
            "shown": shown.operation_id if shown else "",
            "kind": source.kind if source else "",
            "isActive": bool(active or (shown and shown.status.is_active)),
            "seq": seq,
            "isFull": is_new or not source,
            "finished": self._finished(),
            "props": self._props(tab, active, shown, source, user),
            **self._selecting(tab, active, shown, user),
        }
        return answer, rows

    def row(self, operation_id: str, key: str) -> dict[str, Any] | None:
        """Return the side panel of one row, or None when it is not kept any more."""
        operation = self.store.get(operation_id)
        document = self.store.document(operation_id, f"row/{key}")
        row = self._row(operation_id, key)
        if operation is None or row is None:
            return None
        report = json.loads(document) if document else _from_row(row)
        current, desired = (self._side(operation_id, side, key) for side in ("current", "desired"))
        has_sides = current is not None or desired is not None
        if report["status"] in ("unchanged", "unmanaged", "skipped"):
            desired = current
        label = WORDS[operation.kind].labels.get(row["status"], row["status"])
        return {
            "title": row["job"] or row["file"],
            "body": row_panel(row, _with_not_mapped(report, desired), label, has_sides=has_sides),
            "current": _text(current),
            "desired": _text(desired),
        }

    def history_row(self, entry_id: str, key: str) -> dict[str, Any] | None:
        """Return the side panel of a row as it was; its sides are not kept so long."""
        history = self.reader.history()
        entry = history.entry(entry_id)
        for item in history.rows(entry_id):
            row = item["row"]
            if row["key"] == key:
                labels = WORDS[entry.kind].labels if entry.kind in WORDS else {}
                label = labels.get(row["status"], row["status"])
                report = item.get("report") or _from_row(row)
                body = row_panel(row, report, label, has_sides=False)
                return {"title": row["job"] or row["file"], "body": body}
        return None

    # Inside

    def _with_rows(
        self, tab: str, active: Operation | None, shown: Operation | None, user: User
    ) -> Operation | None:
        """Return whose rows to show: those of the validation that still stands, where the newest
        operation ended before it had any."""
        if tab != "import" or shown is None or shown.seq or shown.status.is_active:
            return shown
        now = self._situation(tab, active, shown, user)
        return now.validation if reviewed_plan(now) else shown

    def _props(
        self,
        tab: str,
        active: Operation | None,
        shown: Operation | None,
        source: Operation | None,
        user: User,
    ) -> Props:
        progress = progress_view(
            shown if shown and shown.status.is_active else None,
            time.time(),
            may_cancel=user.may_operate,
        )
        props: Props = {f"{tab}-progress": {"children": progress}}
        elsewhere = active and active.kind not in _TAB_KINDS.get(tab, ())
        props[ids.OPERATION_ELSEWHERE] = {
            "children": running_sentence(active) if active and elsewhere else "",
            "hidden": not elsewhere,
        }
        if tab == "workspace":
            props[ids.WORKSPACE_BODY] = {"children": self._workspace()}
        if tab not in _WITH_ROWS:
            return props
        props[f"{tab}-outcome"] = {"children": outcome_view(shown)}
        props[f"{tab}-chips"] = {"children": chips_view(source)}
        return {**props, **_buttons(self._actions(tab, active, shown, user))}

    def _finished(self) -> dict[str, str]:
        """Tell which operation ended last, for those who look at another tab."""
        last = self.store.latest(EXCLUSIVE_KINDS)
        if last is None or last.status.is_active:
            return {"operation": "", "text": ""}
        text = f"{headline(last)}. {what_happened(last)}"
        return {"operation": last.operation_id, "kind": last.kind, "text": text}

    def _workspace(self) -> Any:
        operation = self.store.latest((OperationKind.INFO,))
        if operation and operation.status.is_active:
            operation = self.store.latest((OperationKind.INFO,), ended=True)
        host = self.reader.known_host() or self.host
        details: Mapping[str, Any] = (operation.outcome if operation else None) or {}
        href = git_href(host, details.get("details", {}))
        return workspace_view(operation, host, href, self.versions)

    def _situation(
        self, tab: str, active: Operation | None, shown: Operation | None, user: User
    ) -> Situation:
        if tab != "import":
            return Situation(user.may_operate, active, shown)
        validation = self.store.latest((OperationKind.VALIDATE,))
        pull = self.store.latest((OperationKind.PULL,))
        return Situation(user.may_operate, active, shown, validation, pull)

    def _actions(
        self, tab: str, active: Operation | None, shown: Operation | None, user: User
    ) -> dict[str, Action]:
        now = self._situation(tab, active, shown, user)
        return actions_of(tab, now)

    def _selecting(
        self, tab: str, active: Operation | None, shown: Operation | None, user: User
    ) -> dict[str, Any]:
        if tab != "import":
            return {}
        now = self._situation(tab, active, shown, user)
        actions = actions_of(tab, now)
        return {
            "plan": reviewed_plan(now),
            "pause": (now.validation.params.get("pause") or "") if now.validation else "",
            "adoptable": adoptable(now),
            "reasons": {button: actions[button].reason for button in _SELECTING},
        }

    def _side(self, operation_id: str, side: str, key: str) -> Any:
        content = self.store.document(operation_id, f"{side}/{key}")
        return None if content is None else mask("", Packed.from_content(content).unpack())

    def _row(self, operation_id: str, key: str) -> dict[str, Any] | None:
        text = self.store.row(operation_id, key)
        row: dict[str, Any] | None = json.loads(text) if text else None
        return row

    # Routes

    def _tab_route(self, tab: str) -> Response:
        if tab not in _TAB_KINDS:
            abort(404)
        seen, since = request.args.get("operation", ""), _sequence(request.args)
        answer, rows = self.tab(tab, seen, since, self._user())
        head = json.dumps(answer, cls=PlotlyJSONEncoder)
        return _json(f'{head[:-1]}, "rows": [{",".join(rows)}]}}')

    def _row_route(self, operation_id: str, key: str) -> Response:
        answer = self.row(operation_id, key)
        if answer is None:
            abort(404)
        return _json(json.dumps(answer, cls=PlotlyJSONEncoder))

    def _history_row_route(self, entry_id: str, key: str) -> Response:
        try:
            answer = self.history_row(entry_id, key)
        except SyncError:
            answer = None
        if answer is None:
            abort(404)
        return _json(json.dumps(answer, cls=PlotlyJSONEncoder))

    def _log_route(self, operation_id: str) -> Response:
        lines = [
            f"{clock_time(line.at)} {line.level:<7} {line.text}"
            for line in self.store.log_lines(operation_id, _LOG_LINES)
        ]
        return Response("\n".join(lines) + "\n", mimetype="text/plain")

    def _csv_route(self, operation_id: str) -> Response:
        operation = self.store.get(operation_id)
        if operation is None:
            abort(404)
        _, rows = self.store.rows_since(operation_id, 0)
        content = csv_of_rows([json.loads(row) for row in rows], WORDS[operation.kind].labels)
        name = csv_name(self.page.workspace_name, operation.kind, operation.created)
        return Response(
            content,
            mimetype="text/csv",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _user(self) -> User:
        user = current_user(self.page)
        if user is None:
            abort(401)
        return user


def _sequence(arguments: Mapping[str, str]) -> int:
    text = arguments.get("since", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def _buttons(actions: Mapping[str, Action]) -> Props:
    props: Props = {}
    for button, action in actions.items():
        if button not in _SELECTING:
            props[button] = {"disabled": not action.is_enabled, "title": action.reason}
            if button in _REASONS:
                props[_REASONS[button]] = {"children": action.reason}
    return props


def _with_not_mapped(report: dict[str, Any], settings: Any) -> dict[str, Any]:
    """Add the values that travel as they stand: gathered for the row that is looked at only."""
    if not isinstance(settings, dict):
        return report
    found = RowDetails(not_mapped=find_verbatim(settings)).as_json()["not_mapped"]
    return {**report, "details": {**report.get("details", {}), "not_mapped": found}}


def _from_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": row["status"], "message": row["message"], "changes": [], "issues": []}


def _text(settings: Any) -> str:
    if settings is None:
        return ""
    return json.dumps(settings, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json")
