"""The header's words for the Git folder: its branch and commit, as they were read last."""

from dash import html
from dash.development.base_component import Component

from components.icons import icon
from components.words import duration
from core.reporting.details import GitPlace

_OLD_S = 120.0


def place_view(git: GitPlace, age_s: float) -> Component:
    """Show branch and commit; how old that is, when it could not be read anew for long."""
    text = " · ".join(part for part in (git.branch, git.commit[:7]) if part) or "no Git folder"
    if age_s > _OLD_S:
        text = f"{text} ({duration(60 * (age_s // 60))} ago)"
    return html.Span([icon("branch"), text], title=git.folder)
