"""The page: header, tabs, dialogs, side panel, and the stores that the wiring needs."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from components.export_tab import export_tab
from components.history_tab import history_tab
from components.icons import icon
from components.import_tab import import_tab, remove_dialog
from components.mappings_tab import Allowed, mappings_tab
from components.restore_tab import restore_dialog, restore_tab
from components.script_config import script_config
from components.tabs import TABS
from components.workspace_tab import workspace_tab

_FOUR_EYES = " Another operator must approve it."


@dataclass(frozen=True, slots=True)
class Frame:
    """What the page's frame depends on.

    `tabs` are those that APP_MODE allows. `key` identifies the workspace in the browser's storage.
    `banner` is a warning that everybody sees, such as that authentication is off. `base` is the
    path below which the page is served. `has_mappings`: a mapping file is configured.
    `four_eyes`: what changes jobs must be approved by a second operator.
    """

    workspace_name: str
    host: str
    colour: str
    mode: str
    user: str
    may_operate: bool
    key: str
    tabs: Collection[str]
    banner: str = ""
    base: str = "/"
    has_mappings: bool = True
    four_eyes: bool = False


def page(frame: Frame) -> Component:
    """Return the whole page. All tabs are always in it, so that none loses what it shows."""
    return html.Div(
        [
            dcc.Location(id=ids.URL, refresh=False),
            *(
                dcc.Store(id=store)
                for store in (
                    ids.REFRESH,
                    ids.START_REQUEST,
                    ids.STARTED,
                    ids.ENDED,
                    ids.CANCEL_REQUEST,
                    ids.CANCELLED,
                    ids.HISTORY_REQUEST,
                    ids.HISTORY_AGAIN,
                    ids.HISTORY_ENTRY_REQUEST,
                    ids.HISTORY_ENTRY_AGAIN,
                    ids.MAPPINGS_REQUEST,
                    ids.MAPPINGS_DRAFT,
                )
            ),
            _config(frame),
            html.A("Skip to content", href="#content", className="skip-link"),
            _header(frame),
            _banner(frame.banner) if frame.banner else None,
            html.Div(id=ids.CONNECTION_PROBLEM, className="banner banner-bad", hidden=True),
            html.Div(id=ids.WORKSPACE_PROBLEM, className="banner banner-bad", hidden=True),
            html.Div(id=ids.STORE_NOTICE, className="banner", hidden=True),
            html.Div(id=ids.OPERATION_ELSEWHERE, className="banner", hidden=True),
            html.Div(id=ids.CHANGE_REQUESTS, className="requests-holder"),
            html.Main(
                [
                    export_tab({}),
                    import_tab({}, _FOUR_EYES if frame.four_eyes else ""),
                    mappings_tab(
                        Allowed(frame.has_mappings, frame.may_operate, "import" in frame.tabs)
                    ),
                    history_tab(frame.base),
                    restore_tab(frame.base, _FOUR_EYES if frame.four_eyes else ""),
                    workspace_tab(),
                ],
                id="content",
                tabIndex="-1",
            ),
            remove_dialog(),
            restore_dialog(),
            _panel(),
            _toast(),
        ],
        className=f"page environment-{frame.colour}",
    )


def _banner(text: str) -> Component:
    return html.Aside(text, className="banner", **{"aria-label": "Warning"})


def _config(frame: Frame) -> Component:
    """What the scripts need to know; they read it from the attribute."""
    tabs = [tab for tab in TABS if tab.name in frame.tabs]
    config = script_config(frame.key, frame.workspace_name or frame.host, tabs, frame.base)
    values: Mapping[str, str] = {
        "data-config": json.dumps(config),
        "data-operates": "true" if frame.may_operate else "false",
    }
    return html.Div(id=ids.CONFIG, hidden=True, **values)


def _header(frame: Frame) -> Component:
    return html.Header(
        [
            html.Div(
                [
                    html.Span([icon("logo"), html.H1("Job Sync")], className="brand"),
                    html.Span(
                        frame.workspace_name or frame.host or "No workspace",
                        className="environment",
                        title=frame.host,
                    ),
                    html.Span(f"{frame.mode} mode", className="mode"),
                ],
                className="header-left",
            ),
            html.Nav(
                [
                    dcc.Link(tab.label, href=f"{frame.base}{tab.name}", id=tab.nav, className="tab")
                    for tab in TABS
                    if tab.name in frame.tabs and not tab.within
                ],
                className="tabs",
                **{"aria-label": "Sections"},
            ),
            html.Div(
                [
                    html.Span(id=ids.GIT_PLACE, className="git-place"),
                    html.Span(
                        [icon("user"), html.Span(frame.user)], className="user", title=frame.user
                    ),
                    html.Button(
                        [icon("theme"), html.Span("Switch theme", className="visually-hidden")],
                        type="button",
                        className="button-icon",
                        title="Switch theme",
                        **{"data-theme-toggle": "true"},
                    ),
                ],
                className="header-right",
            ),
        ],
        className="header",
    )


def _panel() -> Component:
    return html.Aside(
        [
            html.Div(
                [
                    html.H2("", id=ids.PANEL_TITLE, **{"data-role": "panel-title"}),
                    html.Button(
                        [icon("close"), html.Span("Close", className="visually-hidden")],
                        type="button",
                        className="button-icon",
                        title="Close (Esc)",
                        **{"data-close-panel": "true"},
                    ),
                ],
                className="panel-head",
            ),
            html.Div(
                id=ids.PANEL_BODY,
                className="panel-body",
                tabIndex="0",
                **{"data-role": "panel-body"},
            ),
        ],
        id=ids.PANEL,
        className="panel",
        hidden=True,
        **{"aria-label": "Details of the selected row", "data-role": "panel"},
    )


def _toast() -> Component:
    return html.Div(
        dbc.Toast(
            id=ids.TOAST, header="", is_open=False, dismissable=True, duration=8000, children=""
        ),
        className="toast-holder",
        **{"aria-live": "polite"},
    )
