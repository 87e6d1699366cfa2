"""The side panels that the page's scripts fetch: everything about one row."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dash import html
from flask import Blueprint, Response, abort
from plotly.utils import PlotlyJSONEncoder

from components.row_panel import row_panel
from core.comparing.diff import FieldChange
from core.errors import InvalidJsonError
from core.jobsettings.places import steps_of, walk
from core.jobsettings.secrets import mask_sides
from core.json_text import Packed, parse_json
from core.mapping.copied import find_copied
from core.mapping.unmapped import UnmappedName
from core.operations.entry import is_restorable
from core.operations.grid_row import GridRow, RecordedRow
from core.operations.kinds import kinds_of_tab
from core.operations.operation import Operation, OperationStore
from core.planning.statuses import RowStatus
from core.reporting.report import ReportRow, RowDetails
from core.state.history import History, is_entry_id
from web.people.identity import User
from web.routes.reader import WorkspaceReader

log = logging.getLogger(__name__)

_EQUAL = (  # one side is enough
    RowStatus.UNCHANGED,
    RowStatus.UNMANAGED,
    RowStatus.SKIPPED,
    RowStatus.EXCLUDED,
)

_RESTORES = kinds_of_tab("restore")

Panel = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """A panel that is being read, or why it could not be."""

    problem: str = ""


@dataclass(frozen=True, slots=True)
class Panels:
    """Answers the page's scripts. Made once per server.

    `user` returns who sent the request at hand: the button that shows hidden values is theirs only
    who may change something. `takes` says whether fields of jobs can be taken into Git here,
    `restores` whether this deployment can restore operations.
    """

    store: OperationStore
    reader: WorkspaceReader
    user: Callable[[], User | None] = lambda: None
    restores: bool = False
    takes: bool = False

    def routes(self) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("panels", __name__, url_prefix="/feed")
        routes.add_url_rule("/row/<operation_id>/<key>", view_func=self._row, endpoint="row")
        routes.add_url_rule("/history/<entry_id>/<key>", view_func=self._kept, endpoint="kept")
        return routes

    def row(self, operation_id: str, key: str) -> Panel | None:
        """Return the side panel of one row, secrets masked, or None when it has expired."""
        user = self.user()
        found = self._row_and_sides(operation_id, key)
        if found is None:
            return None
        raw = (found.current, found.desired)
        masked = mask_sides("", *raw)
        may_reveal = user is not None and user.may_change and masked != raw
        shown = replace(found, current=masked[0], desired=masked[1])
        return self._panel_of(shown, f"row/{operation_id}/{key}" if may_reveal else "")

    def revealed_row(self, operation_id: str, key: str) -> Panel | None:
        """Return the same with nothing masked: for who may change something, after a note of it."""
        found = self._row_and_sides(operation_id, key)
        if found is None:
            return None
        changes = tuple(
            _revealed(change, found.current, found.desired) for change in found.report.changes
        )
        return self._panel_of(replace(found, report=replace(found.report, changes=changes)), "")

    def history_row(self, entry_id: str, key: str) -> "Panel | Reading | None":
        """Return the side panel of a row as it was; its sides are not kept so long."""
        if not is_entry_id(entry_id):
            return None
        known = self.reader.of_history(
            f"row {entry_id} {key}",
            lambda history: _kept_panel(history, entry_id, key, restores=self.restores),
        )
        return Reading(known.problem) if known.value is None else known.value[0]

    # Inside

    def _report(self, operation_id: str, row: GridRow) -> ReportRow:
        document = self.store.document(operation_id, f"row/{row.key}")
        if document is None:
            return _from_row(row)
        try:
            return ReportRow.from_json(parse_json(document.decode()))
        except (InvalidJsonError, UnicodeDecodeError):
            log.warning("what was kept of a row is damaged, so less is shown of it")
            return _from_row(row)

    def _row_and_sides(self, operation_id: str, key: str) -> "_Found | None":
        operation, row = self.store.get(operation_id), self.store.row(operation_id, key)
        if operation is None or row is None:
            return None
        sides = (self._side(operation_id, side, key) for side in ("current", "desired"))
        return _Found(operation, row, self._report(operation_id, row), *sides)

    def _panel_of(self, found: "_Found", reveal: str) -> Panel:
        current, desired, report = found.current, found.desired, found.report
        has_sides = current is not None or desired is not None
        is_restore = found.operation.kind in _RESTORES
        if report.status in _EQUAL:
            desired = current
        panel = _panel(
            found.operation.kind,
            found.row,
            _with_not_mapped(report, desired),
            has_sides=has_sides,
            has_graph=has_sides and not is_restore,
            unmapped=_unmapped(found.operation, found.row),
            takes=self.takes and not is_restore,
            reveal=reveal,
        )
        return {**panel, "current": _text(current), "desired": _text(desired)}

    def _side(self, operation_id: str, side: str, key: str) -> Any:
        content = self.store.document(operation_id, f"{side}/{key}")
        if content is None:
            return None
        try:
            return Packed.from_content(content).unpack()
        except InvalidJsonError:
            log.warning("what was kept of the settings of a row is damaged and is not shown")
            return None

    def _row(self, operation_id: str, key: str) -> Response:
        return _answer(self.row(operation_id, key))

    def _kept(self, entry_id: str, key: str) -> Response:
        panel = self.history_row(entry_id, key)
        if not isinstance(panel, Reading):
            return _answer(panel)
        if panel.problem:
            text = html.P(panel.problem, className="panel-message")
            return _answer({"title": "This row cannot be shown", "body": text})
        return Response(status=503, headers={"Retry-After": "1"})


@dataclass(frozen=True, slots=True)
class _Found:
    """What is kept of a row; the sides as they are, secrets and all."""

    operation: Operation
    row: GridRow
    report: ReportRow
    current: Any
    desired: Any


def _revealed(change: FieldChange, current: Any, desired: Any) -> FieldChange:
    """Return a change with the values that the sides have there, as far as they have them."""
    return replace(
        change,
        current=_value_at(change.path, current, change.current),
        desired=_value_at(change.path, desired, change.desired),
    )


def _value_at(path: str, settings: Any, masked: Any) -> Any:
    found = list(walk(path, settings))
    return found[-1][1] if found and len(found) == len(steps_of(path)) else masked


def _kept_panel(
    history: History, entry_id: str, key: str, *, restores: bool
) -> tuple[Panel | None]:
    entry = history.entry(entry_id)
    restorable = entry_id if restores and is_restorable(entry) else ""
    for kept in filter(None, history.rows(entry_id, _only(key))):
        report = kept.report or _from_row(kept.row)
        return (_panel(entry.kind, kept.row, report, has_sides=False, restorable=restorable),)
    return (None,)


def _only(key: str) -> Callable[[Any], RecordedRow | None]:
    """Return how to read one row of ten thousand: the reports of the others are left unread."""

    def read(document: Any) -> RecordedRow | None:
        is_wanted = RecordedRow.row_from_json(document).key == key
        return RecordedRow.from_json(document) if is_wanted else None

    return read


def _unmapped(operation: Operation, row: GridRow) -> tuple[UnmappedName, ...]:
    """Return the names that the mapping file could map for a row."""
    names = operation.outcome.unmapped if operation.outcome else ()
    return tuple(name for name in names if name.section and row.job in name.jobs)


def _panel(
    kind: str,
    row: GridRow,
    report: ReportRow,
    *,
    has_sides: bool,
    has_graph: bool = False,
    unmapped: Sequence[UnmappedName] = (),
    restorable: str = "",
    takes: bool = False,
    reveal: str = "",
) -> Panel:
    body = row_panel(
        row,
        report,
        kind,
        has_sides=has_sides,
        has_graph=has_graph,
        unmapped=unmapped,
        restorable=restorable,
        takes=takes,
        reveal=reveal,
    )
    return {"title": row.job or row.file, "body": body}


def _with_not_mapped(report: ReportRow, settings: Any) -> ReportRow:
    """Add the values that are copied unchanged: gathered for the row that is looked at only."""
    if not isinstance(settings, dict):
        return report
    details = report.details or RowDetails()
    found = {item.path: item for item in find_copied(settings, report.mapped)}
    marked = {item.path: item for item in details.not_mapped}  # with the ids that were known then
    not_mapped = tuple({**found, **marked}.values())
    return replace(report, details=replace(details, not_mapped=not_mapped))


def _from_row(row: GridRow) -> ReportRow:
    return ReportRow(row.job, row.file, row.status, message=row.message)


def _text(settings: Any) -> str:
    if settings is None:
        return ""
    return json.dumps(settings, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _answer(panel: Panel | None) -> Response:
    if panel is None:
        abort(404)
    return Response(json.dumps(panel, cls=PlotlyJSONEncoder), mimetype="application/json")
