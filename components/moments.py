"""A moment on the page: `assets/times.js` shows it in the zone of who looks."""

from datetime import UTC, datetime

from dash import html
from dash.development.base_component import Component

from components.words import clock_time


def iso_time(at: float) -> str:
    """Return a moment as scripts and files take it, in UTC. `at` is in seconds since the epoch."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def moment(at: float) -> Component:
    """Show a moment, in UTC until the script has seen it and in the tooltip."""
    text = clock_time(at)
    return html.Time(text, dateTime=iso_time(at), title=text, **{"data-moment": "true"})


def moment_of(iso: str) -> Component:
    """Show a moment that is given in ISO 8601."""
    return moment(datetime.fromisoformat(iso).timestamp())
