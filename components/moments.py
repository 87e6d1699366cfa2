"""A moment on the page: `assets/times.js` shows it in the zone of who looks."""

from datetime import UTC, datetime

from dash import html
from dash.development.base_component import Component

from components.words import clock_time


def iso_time(at: float) -> str:
    """Return a moment as scripts and files take it, in UTC. `at` is in seconds since the epoch."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def moment(at: float, form: str = "local") -> Component:
    """Show a moment, in UTC until the script has seen it and in the tooltip.

    Args:
        form: a function of `assets/logic/times.js`; `short` leaves out seconds that are nought.
    """
    text = clock_time(at)
    return html.Time(text, dateTime=iso_time(at), title=text, **{"data-moment": form})


def moment_of(iso: str) -> Component:
    """Show a moment of a schedule, which is given in ISO 8601."""
    return moment(datetime.fromisoformat(iso).timestamp(), "short")
