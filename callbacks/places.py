"""Which workspace and Git folder this is: the header and the links."""

import logging
from dataclasses import dataclass
from typing import Any

from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from components import ids
from components.icons import icon
from core.errors import SyncError
from web.places import git_href
from web.reader import WorkspaceReader

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the header and the links show; a problem in place of all of it."""

    git: Component | None = None
    href: str = ""
    problem: str = ""


def register(app: Dash, reader: WorkspaceReader) -> None:
    """Wire the header; it is read anew when the page loads and when an operation ends."""

    @app.callback(
        Output(ids.GIT_PLACE, "children"),
        Output(ids.EXPORT_PUSH, "href"),
        Output(ids.IMPORT_GIT_LINK, "href"),
        Output(ids.CONNECTION_PROBLEM, "children"),
        Output(ids.CONNECTION_PROBLEM, "hidden"),
        Input(ids.ENDED, "data"),
    )
    def on_load(ended: Any) -> tuple[Component | None, str, str, str, bool]:
        shown = place_shown(reader, fresh=bool(ended))
        return shown.git, shown.href, shown.href, shown.problem, not shown.problem


def place_shown(reader: WorkspaceReader, *, fresh: bool) -> Shown:
    """Read where this is, or say why it cannot be read."""
    try:
        place = reader.place(fresh=fresh)
    except SyncError as error:
        log.warning("could not read the workspace: %s", error)
        return Shown(problem=f"Could not read the workspace. {error}")
    git = place.where.git
    text = " · ".join(part for part in (git.branch, git.commit[:7]) if part) or "no Git folder"
    return Shown(
        html.Span([icon("branch"), text], title=git.folder), git_href(place.host, place.where)
    )
