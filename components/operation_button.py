"""The buttons that start an operation: `assets/operations.js` sends what they ask for."""

import json
from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.forms import Forms, fill
from core.operations.kinds import KINDS, OperationKind


def needs_of(kind: OperationKind) -> tuple[str, ...]:
    """Return what a request holds besides its kind. The server checks all of it again."""
    traits = KINDS[kind]
    needs = {
        "entry": traits.needs_entry,
        "pause": traits.makes_plan and not traits.needs_entry,
        "ask": traits.makes_plan and not traits.needs_entry,
        "plan": traits.needs_plan,
        "names": traits.needs_names,
        "ticked": traits.needs_number,  # what asks for a number has a dialog that lists the doubts
        "typed": traits.needs_number,
        "fields": traits.needs_fields,
        "text": traits.needs_text,
        "version": traits.needs_text,
    }
    return tuple(name for name, is_needed in needs.items() if is_needed)


def operation_button(
    kind: OperationKind,
    button_id: str,
    content: str | Sequence[str | Component],
    looks: str = "",
    **properties: Any,
) -> Component:
    """Return a button that starts an operation.

    Args:
        looks: classes besides `button`.
        properties: others of the button, such as `disabled`.
    """
    return html.Button(
        content,
        id=button_id,
        type="button",
        className=f"button {looks}".strip(),
        **{"data-operation": kind.value, "data-needs": " ".join(needs_of(kind))},
        **properties,
    )


def counting(what: str, label: Forms, nothing: str = "") -> dict[str, Any]:
    """Return the attributes of a button whose label counts what is selected.

    Args:
        what: what is counted: rows that can be picked for `import`, `remove` or `restore`, or
            `adoptable`.
        label: with `{n}` in it.
        nothing: why it cannot be pressed when the table holds nothing to pick.
    """
    return {"data-counts": what, "data-label": json.dumps(label), "data-nothing": nothing}


def label_of_none(label: Forms) -> str:
    """Return the label before anything was counted."""
    return fill(label, 0)
