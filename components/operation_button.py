"""The buttons that start an operation: `assets/operations.js` sends what they ask for."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.script_config import Forms, fill
from core.operations.operation import OperationKind

# What a request holds besides its kind. The server checks all of it again.
NEEDS: Mapping[OperationKind, tuple[str, ...]] = {
    OperationKind.VALIDATE: ("pause", "ask"),
    OperationKind.IMPORT: ("plan", "names"),
    OperationKind.REMOVE: ("plan", "names", "typed"),
    OperationKind.ADOPT: ("plan",),
}


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
        **{"data-operation": kind.value, "data-needs": " ".join(NEEDS.get(kind, ()))},
        **properties,
    )


def counting(what: str, label: Forms, nothing: str = "") -> dict[str, Any]:
    """Return the attributes of a button whose label counts what is selected.

    Args:
        what: what is counted: rows that can be picked for `import` or `remove`, or `adoptable`.
        label: with `{n}` in it.
        nothing: why it cannot be pressed when the table holds nothing to pick.
    """
    return {"data-counts": what, "data-label": json.dumps(label), "data-nothing": nothing}


def label_of_none(label: Forms) -> str:
    """Return the label before anything was counted."""
    return fill(label, 0)
