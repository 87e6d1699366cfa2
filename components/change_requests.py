"""What operators request of each other; `assets/operations.js` sends the answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from components.icons import icon
from components.moments import moment
from components.words import WORDS, plural
from core.operations.change_request import ChangeRequest, RequestState

_MOST_NAMES = 1000


@dataclass(frozen=True, slots=True)
class Card:
    """A request as one person sees it. `void` says why it can no longer be approved."""

    request: ChangeRequest
    is_own: bool = False
    void: str = ""


def requests_view(cards: Sequence[Card]) -> Component:
    """Return the requests, each with what this person can do about it; nothing for none."""
    if not cards:
        return html.Div(className="requests-none")
    return html.Section(
        [html.H2("Requests", className="visually-hidden"), *map(_card, cards)],
        className="requests",
        **{"aria-label": "Requests of operators"},
    )


def _card(card: Card) -> Component:
    request = card.request
    if request.state is RequestState.DECLINED:
        return _declined(request)
    return html.Div(
        [
            html.Div(
                [
                    html.Span([icon("user"), _headline(request)], className="outcome-headline"),
                    html.Span(_sentence(card), className="outcome-sentence"),
                    html.Span(
                        [*_requested_by(request), moment(request.created)],
                        className="outcome-facts",
                    ),
                    *_buttons(card),
                ],
                className=f"outcome {'outcome-bad' if card.void else 'outcome-warn'}",
            ),
            _names(request),
        ],
        key=request.request_id,
        className="request",
    )


def _declined(request: ChangeRequest) -> Component:
    facts = [f"{request.decided_by} declined what {request.requester} requested, at "]
    return html.Div(
        html.Div(
            [
                html.Span([icon("close"), _headline(request)], className="outcome-headline"),
                html.Span([*facts, moment(request.decided), "."], className="outcome-sentence"),
            ],
            className="outcome",
        ),
        key=request.request_id,
        className="request",
    )


def _requested_by(request: ChangeRequest) -> tuple[Component | str, ...]:
    return "Requested by ", html.Strong(request.requester), " at "


def _headline(request: ChangeRequest) -> str:
    return f"{WORDS[request.kind].title} of {plural(len(request.names), 'job')}"


def _sentence(card: Card) -> str:
    if card.void:
        return card.void
    if card.is_own:
        return "Another operator must approve it."
    return "Nothing is changed before you approve it."


def _buttons(card: Card) -> list[Component]:
    return [*_review(card), *_answers(card)]


def _review(card: Card) -> list[Component]:
    """Lead to the rows of a restore. A new preview, as History offers it, would end the request."""
    entry = card.request.params.get("entry", "")
    if card.void or not entry:
        return []
    return [
        html.Button(
            "Review",
            type="button",
            className="button",
            title="Shows the preview that the request is about",
            **{"data-review": entry},
        )
    ]


def _answers(card: Card) -> list[Component]:
    if card.is_own:
        return [_button(card, "withdraw", "Withdraw")]
    approve = [] if card.void else [_button(card, "approve", "Approve", "button-main")]
    return [*approve, _button(card, "decline", "Decline")]


def _button(card: Card, decision: str, label: str, looks: str = "") -> Component:
    request = card.request
    return html.Button(
        label,
        type="button",
        className=f"button {looks}".strip(),
        **{
            "data-decision": decision,
            "data-request-id": request.request_id,
            "aria-label": f"{label}: {_headline(request)}, requested by {request.requester}",
        },
    )


def _names(request: ChangeRequest) -> Component:
    shown, more = request.names[:_MOST_NAMES], len(request.names) - _MOST_NAMES
    ticked = set(request.params.get("ticked", ()))
    items = [
        html.Li([name, html.Span(" · confirmed one by one", className="quiet")])
        if name in ticked
        else html.Li(name)
        for name in shown
    ]
    rest = [html.Li(f"… and {plural(more, 'other job')}")] if more > 0 else []
    return html.Details(
        [
            html.Summary(f"Show {plural(len(request.names), 'job')}"),
            html.Ul([*items, *rest], className="issue-list request-names"),
        ],
        className="issues",
    )
