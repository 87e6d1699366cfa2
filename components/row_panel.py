"""The side panel: everything about one row."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.columns import JOB_COLUMNS
from components.icons import icon
from components.moments import moment_of
from components.operation_view import copyable
from components.views import focus_line
from components.words import heads_of, label_of, plural
from core.comparing.diff import FieldChange, HiddenDifference
from core.errors import Issue
from core.jobsettings.places import steps_of
from core.jobsettings.verbatim import Verbatim
from core.operations.grid_row import GridRow, RowState
from core.planning.risks import Risk
from core.planning.statuses import RowStatus
from core.reporting.report import ReportRow, RowDetails

_LISTS = {
    "tasks": "task",
    "job_clusters": "job cluster",
    "environments": "environment",
    "parameters": "parameter",
    "depends_on": "depends on",
}
_LONGEST_VALUE = 4000


def row_panel(
    row: GridRow, report: ReportRow, kind: str, *, has_sides: bool, has_graph: bool = False
) -> Component:
    """Show a row.

    Args:
        row: as the grid has it.
        report: what there is to know of it, secrets masked.
        kind: of the operation that the row belongs to.
        has_sides: whether the settings can be shown side by side.
        has_graph: whether the row's job is in the graph of the tab that is open.
    """
    details = report.details or RowDetails()
    return html.Div(
        [
            _facts(row, label_of(kind, row.status, row.state)),
            focus_line(row.key) if has_graph else None,
            _risks(report.risks),
            _issues(report.issues),
            html.P(report.message, className="panel-message") if report.message else None,
            _views(len(report.changes)) if has_sides else None,
            html.Div(_changes(report.changes, row, kind), className="panel-fields"),
            html.Div(className="panel-sides", hidden=True),
            _hidden(details.hidden),
            _not_mapped(details.not_mapped),
        ]
    )


def crumbs(path: str) -> list[Component]:
    """Return a path as people read it: task `load` › notebook_task › date."""
    parts: list[Component] = []
    previous = ""
    for name, is_element in steps_of(path):
        if is_element and previous in _LISTS:
            parts[-1] = html.Span([f"{_LISTS[previous]} ", html.Code(name)])
        else:
            parts.append(html.Span(html.Code(name) if is_element else name))
        previous = "" if is_element else name
    joined: list[Component] = []
    for number, part in enumerate(parts):
        if number:
            joined.append(html.Span("›", className="crumb-arrow"))
        joined.append(part)
    return joined


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


def _views(changes: int) -> Component:
    return html.Div(
        [
            html.Button(
                "Fields",
                type="button",
                className="segment",
                **{"data-view": "fields", "aria-pressed": "true"},
            ),
            html.Button(
                "Side by side",
                type="button",
                className="segment",
                **{"data-view": "sides", "aria-pressed": "false"},
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


def _changes(changes: Sequence[FieldChange], row: GridRow, kind: str) -> Component | None:
    if not changes:
        texts: Mapping[str, str] = {
            RowStatus.UNCHANGED: "No differences.",
            RowStatus.NEW: "Everything is new. Side by side shows the whole definition.",
            RowStatus.DELETED: "Side by side shows what would be removed."
            if row.state is RowState.PLANNED
            else "Side by side shows what was removed.",
        }
        text = texts.get(row.status)
        return html.P(text, className="quiet") if text else None
    return html.Table(
        [
            html.Thead(
                html.Tr(
                    [html.Th(head, scope="col") for head in ("Field", *heads_of(kind, row.state))]
                )
            ),
            html.Tbody([_change(change) for change in changes]),
        ],
        className="plain-table changes",
    )


def _change(change: FieldChange) -> Component:
    return html.Tr(
        [
            html.Td(crumbs(change.path), className="crumbs"),
            html.Td(_value(change.current), className="value-current"),
            html.Td(_value(change.desired), className="value-desired"),
        ]
    )


def _value(value: Any) -> Component:
    if value is None:
        return html.Span("not set", className="quiet")
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    if len(text) > _LONGEST_VALUE:
        text = f"{text[:_LONGEST_VALUE]}\n… {len(text) - _LONGEST_VALUE:,} more characters"
    return html.Pre(text)


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
    title = f"{plural(len(items), 'value')} copied unchanged"
    return html.Details(
        [html.Summary(title), html.Ul(rows, className="item-list")], className="panel-more"
    )
