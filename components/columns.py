"""The columns of the grids, once for all: grid, CSV of all rows, side panel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from components.moments import iso_time
from components.origins import ORIGIN_CELLS
from components.words import counts_text, duration, ending_of, title_of
from core.mapping.use import MappingEntry
from core.operations.entry import is_restorable
from core.operations.grid_row import GridRow
from core.state.history import HistoryEntry

Value = TypeVar("Value")
# The cell shows more of the row than its value, so it is drawn whenever the row moves.
_REDRAWN = {"function": "isNeverEqual()"}
# Cells hold UTC, which files get as it is; people read their own zone, and UTC in the tooltip.
_MOMENT: Mapping[str, Any] = {
    "comparator": {"function": "byTime"},
    "tooltipField": None,
    "tooltipValueGetter": {"function": "utcTime(params.value)"},
    "filterValueGetter": {"function": "localTime(params.data[params.column.getColId()])"},
}


@dataclass(frozen=True, slots=True)
class Column(Generic[Value]):
    """One column. `value` takes its cell from a row; the browser finds it under `field`.

    `fact` is its word in the side panel, empty for what the panel does not list. `options` are the
    grid's own: width, renderer. `is_moment` is a time in ISO 8601. Source: ag-grid.com, Column
    Options.
    """

    field: str
    title: str
    value: Callable[[Value], str | int]
    options: Mapping[str, Any]
    fact: str = ""
    is_number: bool = False
    is_moment: bool = False


# A field is one of `GridRow.as_json`; its order is that of the grid, the CSV and the panel.
JOB_COLUMNS: tuple[Column[GridRow], ...] = (
    Column(
        "job", "Job", lambda row: row.job, {"flex": 3, "minWidth": 200, "cellRenderer": "JobCell"}
    ),
    Column(
        "status",
        "Status",
        lambda row: row.status,
        {
            "width": 150,
            "cellRenderer": "StatusCell",
            "equals": _REDRAWN,
            "valueGetter": {"function": "params.data.label"},  # see `assets/logic/rows.js`
            "tooltipField": None,
        },
    ),
    Column(
        "changes",
        "Changes",
        lambda row: row.changes or "",
        {"width": 104, "valueFormatter": {"function": "params.value || ''"}},
        is_number=True,
    ),
    Column(
        "origin",
        "Changed where",
        lambda row: ORIGIN_CELLS[row.origin],
        {
            "width": 132,
            "hide": True,  # the Import tab shows it
            "tooltipField": None,
            "valueGetter": {"function": "changedWhere(params.data.origin)"},
        },
    ),
    Column(
        "mapped",
        "Mapped",
        lambda row: row.mapped or "",
        {"width": 100, "valueFormatter": {"function": "params.value || ''"}},
        is_number=True,
    ),
    Column(
        "message",
        "Message",
        lambda row: row.message,
        {"flex": 4, "minWidth": 280, "cellRenderer": "MessageCell", "equals": _REDRAWN},
    ),
    Column(
        "tasks",
        "Tasks",
        lambda row: row.facts.tasks or "",
        {"width": 88, "valueFormatter": {"function": "params.value || ''"}},
        is_number=True,
    ),
    Column("types", "Task types", lambda row: row.facts.types, {"width": 160}, "Tasks"),
    Column(
        "starts",
        "Schedule or trigger",
        lambda row: row.facts.starts,
        {
            "width": 250,
            "comparator": {"function": "byNextRun"},
            "tooltipField": None,
            "tooltipValueGetter": {"function": "params.data.expression || params.value"},
        },
        "Starts",
    ),
    Column(
        "next_run",
        "Next run",
        lambda row: row.facts.next_run,
        {**_MOMENT, "width": 140, "valueFormatter": {"function": "shortTime(params.value)"}},
        "Next run",
        is_moment=True,
    ),
    Column(
        "pause",
        "State",
        lambda row: row.facts.pause,
        {"width": 100, "cellRenderer": "PauseCell"},
    ),
    Column(
        "run_as",
        "Run as",
        lambda row: row.facts.run_as,
        {
            "width": 190,
            "tooltipField": None,
            "tooltipValueGetter": {"function": "params.data.run_as_id || params.value"},
        },
        "Run as",
    ),
    Column(
        "runs",
        "Runs",
        lambda row: ", ".join(row.runs),
        {"width": 180, "hide": True, "valueGetter": {"function": "params.data.runs.join(', ')"}},
        "Runs",
    ),
    Column(
        "triggered_by",
        "Is triggered by",
        lambda row: ", ".join(row.triggered_by),
        {
            "width": 180,
            "hide": True,
            "valueGetter": {"function": "params.data.triggered_by.join(', ')"},
        },
        "Is triggered by",
    ),
    Column("file", "File", lambda row: row.file, {"flex": 2, "minWidth": 160}, "File"),
    Column("doubt", "Needs a tick because", lambda row: row.doubt, {"width": 240, "hide": True}),
    Column("job_id", "Job id", lambda row: row.job_id, {"width": 160, "hide": True}, "Job id"),
    Column(
        "expression",
        "Expression",
        lambda row: row.facts.expression,
        {"width": 180, "hide": True},
        "Expression",
    ),
    Column(
        "run_as_id",
        "Run as id",
        lambda row: row.facts.run_as_id,
        {"width": 190, "hide": True},
        "Run as id",
    ),
)

HISTORY_COLUMNS: tuple[Column[HistoryEntry], ...] = (
    Column(
        "start",
        "Start",
        lambda entry: iso_time(entry.started),
        {
            **_MOMENT,
            "width": 170,
            "sort": "desc",
            "valueFormatter": {"function": "localTime(params.value)"},
        },
    ),
    Column("title", "Operation", lambda entry: title_of(entry.kind), {"width": 150}),
    Column("who", "Requested by", lambda entry: entry.actor, {"flex": 1, "minWidth": 160}),
    Column(
        "outcome",
        "Outcome",
        lambda entry: ending_of(entry.outcome),
        {"width": 190, "cellRenderer": "OutcomeCell"},
    ),
    Column(
        "counts",
        "Counts",
        lambda entry: counts_text(entry.kind, entry.counts),
        {"flex": 2, "minWidth": 220},
    ),
    Column(
        "restorable",
        "Restore",
        lambda entry: "Can be restored" if is_restorable(entry) else "",
        {"width": 140},
    ),
    Column("approver", "Approved by", lambda entry: entry.approver, {"width": 150}),
    Column("principal", "Ran as", lambda entry: entry.principal, {"width": 150}),
    Column("duration", "Duration", lambda entry: duration(entry.seconds), {"width": 120}),
    Column("mode", "Mode", lambda entry: entry.mode, {"width": 100}),
    Column("message", "Message", lambda entry: entry.message, {"flex": 2, "minWidth": 200}),
)

# The rows that a user has not saved are made by `assets/logic/mappings.js`, in the same form.
MAPPING_COLUMNS: tuple[Column[MappingEntry], ...] = (
    Column(
        "name",
        "In Git",
        lambda entry: entry.name,
        {"flex": 3, "minWidth": 170, "cellRenderer": "MappingNameCell", "equals": _REDRAWN},
    ),
    Column(
        "target",
        "Here",
        lambda entry: entry.target,
        {"flex": 3, "minWidth": 170, "cellRenderer": "MappingTargetCell", "equals": _REDRAWN},
    ),
    Column(
        "jobs",
        "Used by",
        lambda entry: entry.jobs,
        {"width": 112, "cellRenderer": "MappingUseCell"},
        is_number=True,
    ),
    Column(
        "state",
        "State",
        lambda entry: entry.state,
        {
            "width": 150,
            "cellRenderer": "MappingStateCell",
            "equals": _REDRAWN,
            "valueGetter": {"function": "params.data.label"},
            "tooltipField": None,
        },
    ),
    Column(
        "line",
        "Line",
        lambda entry: entry.line,
        {"width": 84, "valueFormatter": {"function": "params.value || ''"}},
        is_number=True,
    ),
)
