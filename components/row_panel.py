"""The side panel: everything about one row."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.icons import icon
from components.operation_view import copyable
from components.words import plural
from core.jobsettings.places import steps_of

_LISTS = {
    "tasks": "task",
    "job_clusters": "job cluster",
    "environments": "environment",
    "parameters": "parameter",
    "depends_on": "depends on",
}
_LONGEST_VALUE = 4000


def row_panel(
    row: Mapping[str, Any], report: Mapping[str, Any], label: str, *, has_sides: bool
) -> Component:
    """Show a row.

    Args:
        row: as the grid has it.
        report: as `ReportRow.as_json` gives it, secrets masked.
        label: the word for the row's status.
        has_sides: whether the settings can be shown side by side.
    """
    details: Mapping[str, Any] = report.get("details", {})
    changes: Sequence[Mapping[str, Any]] = report.get("changes", ())
    return html.Div(
        [
            _facts(row, label),
            _risks(details.get("risks", ())),
            _issues(report.get("issues", ())),
            _message(str(report.get("message", "")), details.get("risks", ())),
            _views(len(changes)) if has_sides else None,
            html.Div(_changes(changes, row), className="panel-fields"),
            html.Div(className="panel-sides", hidden=True),
            _hidden(details.get("hidden", ())),
            _not_mapped(details.get("not_mapped", ())),
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


def _facts(row: Mapping[str, Any], label: str) -> Component:
    facts = [
        ("File", row.get("file")),
        ("Job id", row.get("job_id")),
        ("Run as", row.get("run_as")),
        ("Starts", row.get("starts")),
        ("Tasks", row.get("types")),
    ]
    status = row.get("status", "")
    return html.Div(
        [
            html.Span([html.Span(className=f"dot dot-{status}"), label], className="status"),
            *(
                html.Span([html.Span(f"{name} ", className="quiet"), str(value)])
                for name, value in facts
                if value
            ),
        ],
        className="panel-facts",
    )


def _message(message: str, risks: Sequence[Mapping[str, str]]) -> Component | None:
    """Show what the risks, which have a place of their own, do not say already."""
    for risk in risks:
        message = message.replace(str(risk["message"]), "")
    message = " ".join(message.split(" ")).strip()
    return html.P(message, className="panel-message") if message else None


def _risks(risks: Sequence[Mapping[str, str]]) -> Component | None:
    if not risks:
        return None
    items = [
        html.Li([icon("alert"), str(risk["message"])], className=f"risk risk-{risk['code']}")
        for risk in risks
    ]
    return html.Ul(items, className="risks", **{"aria-label": "What to look at"})


def _issues(issues: Sequence[Mapping[str, str]]) -> Component | None:
    if not issues:
        return None
    items = [
        html.Li(
            [
                html.Div(crumbs(issue["path"]), className="crumbs") if issue.get("path") else None,
                html.Pre(str(issue["message"])),
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
            html.Span(plural(changes, "change"), className="quiet"),
            html.Span(className="spacer"),
            html.Button(
                "Previous",
                type="button",
                className="button button-quiet sides-only",
                hidden=True,
                **{"data-move": "-1"},
            ),
            html.Button(
                "Next",
                type="button",
                className="button button-quiet sides-only",
                hidden=True,
                **{"data-move": "1"},
            ),
            html.Button(
                "Whole text",
                type="button",
                className="button button-quiet sides-only",
                hidden=True,
                **{"data-fold": "true", "aria-pressed": "false"},
            ),
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


def _changes(changes: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> Component | None:
    if not changes:
        texts = {
            "unchanged": "Nothing differs.",
            "new": "Everything is new. Side by side shows the whole definition.",
            "deleted": "Side by side shows what would be removed.",
        }
        text = texts.get(str(row.get("status")))
        return html.P(text, className="quiet") if text else None
    return html.Table(
        [
            html.Thead(
                html.Tr([html.Th(head, scope="col") for head in ("Field", "Now", "Afterwards")])
            ),
            html.Tbody([_change(change) for change in changes]),
        ],
        className="plain-table changes",
    )


def _change(change: Mapping[str, Any]) -> Component:
    return html.Tr(
        [
            html.Td(crumbs(change["path"]), className="crumbs"),
            html.Td(_value(change["current"]), className="value-current"),
            html.Td(_value(change["desired"]), className="value-desired"),
        ]
    )


def _value(value: Any) -> Component:
    if value is None:
        return html.Span("not set", className="quiet")
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    if len(text) > _LONGEST_VALUE:
        text = f"{text[:_LONGEST_VALUE]}\n… {len(text) - _LONGEST_VALUE:,} more characters"
    return html.Pre(text)


def _hidden(hidden: Sequence[Mapping[str, Any]]) -> Component | None:
    if not hidden:
        return None
    rows = [
        html.Li(
            [
                html.Div(crumbs(item["path"]), className="crumbs"),
                html.Div(str(item["reason"])),
                html.Div(str(item["source"]), className="quiet"),
            ]
        )
        for item in hidden
    ]
    title = f"{plural(len(hidden), 'difference')} hidden by rule"
    return html.Details(
        [html.Summary(title), html.Ul(rows, className="item-list")], className="panel-more"
    )


def _not_mapped(items: Sequence[Mapping[str, Any]]) -> Component | None:
    if not items:
        return None
    rows = [
        html.Li(
            [
                html.Div(crumbs(item["path"]), className="crumbs"),
                copyable(str(item["value"])),
                html.Span(f" {item['what']}", className="quiet"),
            ]
        )
        for item in items
    ]
    title = f"{plural(len(items), 'value')} not mapped"
    return html.Details(
        [html.Summary(title), html.Ul(rows, className="item-list")], className="panel-more"
    )
