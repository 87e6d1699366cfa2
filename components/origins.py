"""Which side has moved: the words for it, its chips, and its marks in the side panel."""

import json
from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from components import ids
from components.forms import fill, forms
from components.icons import icon
from components.operation_button import operation_button
from core.comparing.diff import FieldChange
from core.comparing.origin import Origin
from core.operations.grid_row import GridRow, RowState
from core.operations.kinds import OperationKind
from core.operations.outcome import Outcome
from core.planning.statuses import RowStatus
from core.planning.taking import may_be_taken

# In a cell of the column “Changed where”.
ORIGIN_CELLS: Mapping[Origin, str] = {
    Origin.UNKNOWN: "",
    Origin.GIT: "in Git",
    Origin.HERE: "here",
    Origin.BOTH: "in both",
}
_LABELS = {origin: f"Changed {words}" for origin, words in ORIGIN_CELLS.items() if words}
TAKE_BUTTON = forms("Take 1 field into Git", "Take {n} fields into Git")
_MOVED_HERE = (Origin.HERE, Origin.BOTH)
_COMPARED = (RowStatus.CHANGED, RowStatus.RENAMED)


def origin_chips(outcome: Outcome) -> Component | None:
    """Show how many rows moved where. A click filters the grid: `assets/chips.js`."""
    chips = [
        html.Button(
            [
                html.Span(className=f"dot dot-origin-{origin}", **{"aria-hidden": "true"}),
                f"{label} ",
                html.Span(f"{outcome.origins[origin]:,}", className="chip-count"),
            ],
            type="button",
            className="chip",
            **{"data-origin": ORIGIN_CELLS[origin], "aria-pressed": "false"},
        )
        for origin, label in _LABELS.items()
        if outcome.origins.get(origin)
    ]
    if not chips:
        return None
    return html.Div(
        chips, className="chips", role="group", **{"aria-label": "Filter by where it was changed"}
    )


def origin_mark(origin: Origin) -> Component | None:
    """Say of one field which side has moved; a field that both have is marked as a conflict."""
    if not origin:
        return None
    is_conflict = origin is Origin.BOTH
    return html.Span(
        [icon("alert") if is_conflict else None, f"changed {ORIGIN_CELLS[origin]}"],
        className=f"origin-mark origin-{origin}",
    )


def origin_notice(row: GridRow, changes: Sequence[FieldChange]) -> Component | None:
    """Say what it means for a row that something has moved here."""
    if row.origin not in _MOVED_HERE or row.state is not RowState.PLANNED:
        return None
    if row.status not in _COMPARED:
        return None
    conflicts = sum(change.origin is Origin.BOTH for change in changes)
    if row.origin is Origin.HERE:
        head = "Drifted."
        text = (
            "This job was changed here since it was last written, and its definition was not. "
            "Importing it would undo that."
        )
    elif conflicts:
        head = "Conflict."
        fields = "1 field was" if conflicts == 1 else f"{conflicts:,} fields were"
        text = f"{fields} changed in Git and here. Importing the job takes Git’s values."
    else:
        head, text = "Changed in both.", "Git and this workspace changed different fields."
    return html.P(
        [icon("alert"), html.Span([html.Strong(head), f" {text}"])], className="panel-notice"
    )


def doubt_notice(row: GridRow) -> Component | None:
    """Say why a row needs a confirmation of its own."""
    if not row.doubt:
        return None
    text = html.Span([html.Strong("Needs its own confirmation."), f" {row.doubt}"])
    return html.P([icon("alert"), text], className="panel-notice panel-doubt")


def can_take(row: GridRow, change: FieldChange) -> bool:
    """Whether a field of a planned row can be chosen to be taken into Git."""
    return (
        row.state is RowState.PLANNED
        and row.status in _COMPARED
        and change.origin in _MOVED_HERE
        and may_be_taken(change.path)
    )


def take_tick(change: FieldChange) -> Component:
    """Return the box of a field; what only this workspace has changed is ticked."""
    return html.Button(
        icon("check"),
        type="button",
        role="checkbox",
        className="tick",
        **{
            "aria-checked": str(_is_ticked(change)).lower(),
            "aria-label": f"Take {change.path} into Git",
            "data-take-field": change.path,
        },
    )


def take_box(row: GridRow, changes: Sequence[FieldChange]) -> Component | None:
    """Offer to write the ticked fields into the definition; `assets/taking.js` counts them."""
    takeable = [change for change in changes if can_take(row, change)]
    if not takeable:
        return None
    count = sum(map(_is_ticked, takeable))
    button = operation_button(
        OperationKind.TAKE,
        ids.TAKE_START,
        fill(TAKE_BUTTON, count),
        disabled=not count,
        **{"data-label": json.dumps(TAKE_BUTTON), "data-names": json.dumps([row.job])},
    )
    text = (
        "Writes the ticked fields of the job into its definition, with the names that Git uses. "
        "The previous file is saved first. Commit and push afterwards."
    )
    note = html.Span(className="quiet", role="status", **{"data-role": "take-note"})
    return _box([html.P(text, className="quiet"), html.Div([button, note], className="take-line")])


def copy_box(row: GridRow, changes: Sequence[FieldChange]) -> Component | None:
    """Offer the live side as JSON where nothing can be written into Git."""
    if not any(can_take(row, change) for change in changes):
        return None
    text = (
        "To keep what was changed here, copy the live job and change the definition where it comes "
        "from, for example in the workspace that exports it."
    )
    button = html.Button(
        [icon("copy"), "Copy as JSON"],
        type="button",
        className="button",
        title="Copies the job as it is in this workspace; hidden values stay hidden",
        **{"data-copy-json": "current"},
    )
    return _box([html.P(text, className="quiet"), html.Div([button], className="take-line")])


def _box(content: list[Component]) -> Component:
    return html.Div(
        content, className="take-box", role="group", **{"aria-label": "Keep what was changed here"}
    )


def _is_ticked(change: FieldChange) -> bool:
    return change.origin is Origin.HERE
