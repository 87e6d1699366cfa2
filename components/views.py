"""The three views of a tab's rows: table, graph of the jobs, timeline of the next 24 hours."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from components.icons import icon
from core.planning.statuses import RowStatus

VIEWS: Mapping[str, str] = {"table": "Table", "graph": "Graph", "timeline": "Timeline"}
# What stands before a job's name in the graph: colour is not the only sign.
MARKS: Mapping[str, str] = {
    RowStatus.NEW: "+",
    RowStatus.CHANGED: "≠",
    RowStatus.RENAMED: "→",
    RowStatus.DELETED: "−",
    RowStatus.UNCHANGED: "=",
    RowStatus.UNMANAGED: "○",
    RowStatus.SKIPPED: "·",
    RowStatus.EXCLUDED: "×",
    RowStatus.ERROR: "!",
}
_DIRECTIONS = {"needs": "What this needs", "needed": "What needs this"}


def view_buttons() -> Component:
    """Return the buttons that choose a view: `assets/views.js`."""
    buttons = [
        html.Button(
            label,
            type="button",
            className="segment",
            **{"data-show": view, "aria-pressed": "true" if view == "table" else "false"},
        )
        for view, label in VIEWS.items()
    ]
    return html.Div(buttons, className="segments", role="group", **{"aria-label": "View"})


def other_views() -> list[Component]:
    """Return the places of the graph and of the timeline. They stay empty until they are opened."""
    return [_graph(), _timeline()]


def focus_buttons(key: str = "") -> list[Component]:
    """Return the buttons that draw only what a job needs, or what needs it: `assets/graph.js`.

    Args:
        key: of the row; empty for the job that is selected in the graph.
    """
    return [
        html.Button(
            label,
            type="button",
            className="button button-quiet",
            disabled=not key,
            **{"data-focus": direction, "data-key": key},
        )
        for direction, label in _DIRECTIONS.items()
    ]


def _graph() -> Component:
    return html.Div(
        [
            html.Div(
                [
                    html.P("", className="graph-note", role="status"),
                    html.Span(className="spacer"),
                    html.Button(
                        "Show all",
                        type="button",
                        className="button graph-all",
                        hidden=True,
                        **{"data-focus": "all"},
                    ),
                    *focus_buttons(),
                    html.Div(
                        [
                            _zoom("out", "−", "Zoom out"),
                            _zoom("in", "+", "Zoom in"),
                            _zoom("fit", "Fit", "Fit the whole graph"),
                        ],
                        className="segments",
                    ),
                ],
                className="graph-tools",
            ),
            html.Div(className="graph-keys"),
            html.Div(className="graph-canvas", role="img"),
            html.P(
                "The table has the same facts: its columns “Runs” and “Is triggered by”, and the "
                "panel of each job.",
                className="quiet graph-hint",
            ),
        ],
        className="graph-view",
        hidden=True,
    )


def _zoom(way: str, sign: str, title: str) -> Component:
    return html.Button(
        [html.Span(sign, **{"aria-hidden": "true"}), html.Span(title, className="visually-hidden")],
        type="button",
        className="segment",
        title=title,
        **{"data-zoom": way},
    )


def _timeline() -> Component:
    return html.Div(className="timeline-view", hidden=True)


def focus_line(key: str) -> Component:
    """Return what leads from the side panel of a row to its job in the graph."""
    return html.Div([icon("link"), *focus_buttons(key)], className="panel-focus")
