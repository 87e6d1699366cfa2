"""Small icons, drawn by CSS masks so that they take the colour of their text."""

from dash import html


def icon(name: str) -> html.Span:
    """Return a decorative icon; what it means is in the text beside it."""
    return html.Span(className=f"icon icon-{name}", **{"aria-hidden": "true"})
