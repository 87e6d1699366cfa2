"""What the dialogs have in common that ask before jobs are removed or restored."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components.operation_button import operation_button
from core.operations.kinds import OperationKind

_CLOSES = {"data-close-asking": "true"}


def number_to_type(number_id: str) -> tuple[Component, ...]:
    """Return the field that takes the number of jobs to remove, with its label."""
    field = dbc.Input(id=number_id, type="text", inputMode="numeric", autocomplete="off", value="")
    return (
        html.Label("To confirm, type the number of jobs to remove", htmlFor=number_id),
        html.Div(field, **{"data-request": "typed"}),
    )


def asking_footer(kind: OperationKind, confirm_id: str, label: str) -> Component:
    """Return the buttons; that which confirms is enabled by the scripts.

    Args:
        label: of the button that confirms, before the scripts know the number of jobs.
    """
    footer: Component = dbc.ModalFooter(
        [
            html.Button("Cancel", type="button", className="button", **_CLOSES),
            operation_button(kind, confirm_id, label, "button-danger", disabled=True, **_CLOSES),
        ]
    )
    return footer
