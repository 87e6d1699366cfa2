"""A numbered step: what it does, its buttons, and why they cannot be pressed."""

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from components.icons import icon


def step(
    number: int,
    title: str,
    text: str,
    buttons: Sequence[Component],
    reason_id: str = "",
    extra: Sequence[Component] = (),
) -> Component:
    """Return a card. The element `reason_id` gets the reason why its buttons are disabled."""
    reason = (
        html.P(id=reason_id, className="step-reason", **{"data-role": "reason"})
        if reason_id
        else None
    )
    return html.Div(
        [
            html.Div(
                [
                    html.Span(str(number), className="step-number"),
                    html.H3(title, className="step-title"),
                ],
                className="step-head",
            ),
            html.P(text, className="step-text"),
            *extra,
            html.Div(list(buttons), className="step-buttons"),
            reason,
        ],
        className="card step",
    )


def git_link(link_id: str, label: str, git: Mapping[str, str]) -> Component:
    """Return a link that opens the Git folder in the workspace, in another tab."""
    return html.A(
        [label, icon("external")],
        id=link_id,
        href=git.get("href", ""),
        target="_blank",
        rel="noopener noreferrer",
        className="button",
    )
