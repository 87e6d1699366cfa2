"""The side panel: everything about one row."""

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from components.columns import JOB_COLUMNS
from components.icons import icon
from components.mapped_values import mapped_here
from components.mapping_link import mapping_button
from components.moments import moment_of
from components.operation_view import copyable
from components.origins import (
    can_take,
    copy_box,
    doubt_notice,
    origin_mark,
    origin_notice,
    take_box,
    take_tick,
)
from components.restore_tab import restore_link
from components.values import crumbs, value_text
from components.views import focus_line
from components.words import heads_of, label_of, plural
from core.comparing.diff import FieldChange, HiddenDifference
from core.errors import Issue
from core.jobsettings.verbatim import Verbatim
from core.mapping.unmapped import UnmappedName
from core.operations.grid_row import GridRow, RowState
from core.planning.risks import Risk
from core.planning.statuses import WRITTEN, RowStatus
from core.reporting.report import ReportRow, RowDetails

_CHANGED = (RowState.DONE, RowState.FAILED)


def row_panel(
    row: GridRow,
    report: ReportRow,
    kind: str,
    *,
    has_sides: bool,
    has_graph: bool = False,
    unmapped: Sequence[UnmappedName] = (),
    restorable: str = "",
    takes: bool = False,
    reveal: str = "",
) -> Component:
    """Show a row.

    Args:
        row: as the grid has it.
        report: what there is to know of it, secrets masked.
        kind: of the operation that the row belongs to.
        has_sides: whether the settings can be shown side by side.
        has_graph: whether the row's job is in the graph of the tab that is open.
        unmapped: the names that this job needs and the workspace lacks.
        restorable: the operation of the history that the row belongs to, if it can be restored.
        takes: whether fields of the job can be taken into Git here.
        reveal: what to ask for to see hidden values, empty where nobody may or nothing is hidden.
    """
    details = report.details or RowDetails()
    is_whole = has_sides and row.status == RowStatus.NEW  # there is nothing to compare it with
    return html.Div(
        [
            _facts(row, label_of(kind, row.status, row.state)),
            focus_line(row.key) if has_graph else None,
            _restore(row, restorable),
            _risks(report.risks),
            _issues(report.issues),
            _to_map(unmapped),
            doubt_notice(row),
            origin_notice(row, report.changes),
            html.P(report.message, className="panel-message") if report.message else None,
            _views(len(report.changes), opens_sides=is_whole) if has_sides else None,
            reveal_button(reveal) if reveal else None,
            html.Div(
                [
                    _changes(report.changes, row, kind, has_sides=has_sides, takes=takes),
                    _keep(report.changes, row, takes=takes) if has_sides else None,
                ],
                className="panel-fields",
                hidden=is_whole,
            ),
            html.Div(className="panel-sides", hidden=not is_whole),
            mapped_here(report.mapped, {row.facts.run_as_id: row.facts.run_as}),
            _not_mapped(details.not_mapped),
            _hidden(details.hidden),
        ]
    )


def _facts(row: GridRow, label: str) -> Component:
    facts = [(column, column.value(row)) for column in JOB_COLUMNS if column.fact]
    return html.Div(
        [
            html.Span([html.Span(className=f"dot dot-{row.status}"), label], className="status"),
            *(
                html.Span(
                    [
                        html.Span(f"{column.fact} ", className="quiet"),
                        moment_of(str(value)) if column.is_moment else str(value),
                    ]
                )
                for column, value in facts
                if value
            ),
        ],
        className="panel-facts",
    )


def _restore(row: GridRow, entry_id: str) -> Component | None:
    """Lead to the page of Restore, for a job that the operation changed or may have changed."""
    if not entry_id or row.state not in _CHANGED or row.status not in (*WRITTEN, RowStatus.ERROR):
        return None
    return html.Div(restore_link(entry_id, "Restore this job …", row.job))


def _risks(risks: Sequence[Risk]) -> Component | None:
    if not risks:
        return None
    items = [
        html.Li([icon("alert"), risk.message], className=f"risk risk-{risk.code}") for risk in risks
    ]
    return html.Ul(items, className="risks", **{"aria-label": "Risks"})


def _issues(issues: Sequence[Issue]) -> Component | None:
    if not issues:
        return None
    items = [
        html.Li(
            [
                html.Pre(issue.message),
                html.Div(crumbs(issue.path), className="crumbs") if issue.path else None,
            ]
        )
        for issue in issues
    ]
    return html.Ul(items, className="issue-list panel-issues")


def _to_map(names: Sequence[UnmappedName]) -> Component | None:
    """Lead from each name to its line in the Mappings tab."""
    if not names:
        return None
    items = [
        html.Li(
            [
                html.Span(f"{name.noun} ", className="quiet"),
                mapping_button(name.section, name.name, f"Map “{name.name}”"),
            ]
        )
        for name in names
    ]
    return html.Ul(items, className="to-map", **{"aria-label": "Names to map"})


def _views(changes: int, *, opens_sides: bool) -> Component:
    return html.Div(
        [
            *(
                html.Button(
                    label,
                    type="button",
                    className="segment",
                    **{"data-view": view, "aria-pressed": str(is_open).lower()},
                )
                for label, view, is_open in (
                    ("Fields", "fields", not opens_sides),
                    ("Side by side", "sides", opens_sides),
                )
            ),
            html.Span(plural(changes, "change") if changes else "", className="quiet"),
            html.Span(className="spacer"),
            *(_side_tools() if changes else ()),
            html.Button(
                [icon("copy"), "Copy JSON"],
                type="button",
                className="button button-quiet",
                **{"data-copy-json": "true"},
            ),
        ],
        className="panel-views",
        role="group",
        **{"aria-label": "How to show the differences"},
    )


def reveal_button(reveal: str) -> Component:
    """Return what shows hidden values, and says what comes of it."""
    button = html.Button(
        "Show hidden values",
        type="button",
        className="button button-quiet",
        **{"data-reveal": reveal},
    )
    return html.P(
        [button, html.Span("History will note it.", className="quiet")], className="reveal"
    )


def _side_tools() -> tuple[Component, ...]:
    """What helps to find the changes among lines that are equal."""
    return tuple(
        html.Button(
            label, type="button", className="button button-quiet sides-only", hidden=True, **what
        )
        for label, what in (
            ("Previous", {"data-move": "-1"}),
            ("Next", {"data-move": "1"}),
            ("Show unchanged lines", {"data-fold": "true", "aria-pressed": "false"}),
        )
    )


def _keep(changes: Sequence[FieldChange], row: GridRow, *, takes: bool) -> Component | None:
    return take_box(row, changes) if takes else copy_box(row, changes)


def _changes(
    changes: Sequence[FieldChange], row: GridRow, kind: str, *, has_sides: bool, takes: bool
) -> Component | None:
    if not changes:
        texts: Mapping[str, str] = {
            RowStatus.NEW: "Everything is new. Side by side shows the whole definition.",
            RowStatus.DELETED: "Side by side shows what would be removed."
            if row.state is RowState.PLANNED
            else "Side by side shows what was removed.",
        }
        text = texts.get(row.status) if has_sides else None
        text = "No differences." if row.status == RowStatus.UNCHANGED else text
        return html.P(text, className="quiet") if text else None
    return html.Table(
        [
            html.Thead(
                html.Tr(
                    [html.Th(head, scope="col") for head in ("Field", *heads_of(kind, row.state))]
                )
            ),
            html.Tbody(
                [_change(change, takes=takes and can_take(row, change)) for change in changes]
            ),
        ],
        className="plain-table changes",
    )


def _change(change: FieldChange, *, takes: bool) -> Component:
    field = html.Div(crumbs(change.path), className="crumbs")
    return html.Tr(
        [
            html.Td(
                html.Div(
                    [take_tick(change) if takes else None, field, origin_mark(change.origin)],
                    className="change-field",
                )
            ),
            html.Td(value_text(change.current), className="value-current"),
            html.Td(value_text(change.desired), className="value-desired"),
        ]
    )


def _hidden(hidden: Sequence[HiddenDifference]) -> Component | None:
    if not hidden:
        return None
    rows = [
        html.Li(
            [
                html.Div(crumbs(item.path), className="crumbs"),
                html.Div(item.reason),
                html.Div(item.source, className="quiet"),
            ]
        )
        for item in hidden
    ]
    title = f"{plural(len(hidden), 'difference')} hidden by a rule"
    return html.Details(
        [html.Summary(title), html.Ul(rows, className="item-list")], className="panel-more"
    )


def _not_mapped(items: Sequence[Verbatim]) -> Component | None:
    if not items:
        return None
    rows = [
        html.Li(
            [
                html.Div(crumbs(item.path), className="crumbs"),
                copyable(str(item.value)),
                html.Span(f" {item.words}", className="quiet"),
            ]
        )
        for item in items
    ]
    title = f"Copied unchanged ({len(items):,})"
    return html.Details(
        [html.Summary(title), html.Ul(rows, className="item-list")], className="panel-more"
    )
