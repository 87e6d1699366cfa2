"""The page of Restore, below an entry of the history, and the dialog that confirms one."""

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from components.asking import asking_footer, number_to_type
from components.grid import grid, grid_tools, job_columns
from components.icons import icon
from components.operation_button import counting, label_of_none, operation_button
from components.script_config import RESTORE_BUTTON
from components.step import step
from core.operations.kinds import OperationKind

NO_WAY_BACK = (
    "The run history of deleted jobs cannot come back: a job that is created again has a new id "
    "and an empty run history."
)


def restore_tab(base: str = "/", note: str = "") -> Component:
    """Return the tab; the address says which operation of the history it is about.

    Args:
        base: the path below which the page is served.
        note: what is added to the sentence about the step that changes jobs.
    """
    columns = job_columns()
    return html.Section(
        [
            html.H2("Restore", className="visually-hidden"),
            _way_back(base),
            html.Div([_preview(), _restore(note)], className="steps"),
            html.Div(id=ids.RESTORE_PROGRESS),
            html.Div(id=ids.RESTORE_OUTCOME),
            html.Div(
                [
                    html.Div(id=ids.RESTORE_CHIPS, className="chips-holder"),
                    grid_tools(ids.RESTORE_GRID, columns),
                    grid(
                        ids.RESTORE_GRID,
                        columns,
                        "Nothing compared yet. Preview shows what a restore would do.",
                        is_fed=True,
                        selects=True,
                        label="Jobs as they were before the operation, and as they are now",
                    ),
                ],
                className="card grid-card",
            ),
        ],
        id=ids.PANE_RESTORE,
        className="pane",
        hidden=True,
    )


def restore_link(entry_id: str, label: str, job_name: str = "") -> Component:
    """Return a button that opens the tab and previews there: `assets/restoring.js`.

    Args:
        job_name: the only job to select at first, empty for all.
    """
    return html.Button(
        [icon("back"), label],
        type="button",
        className="button",
        **{"data-restore": entry_id, "data-job": job_name},
    )


def restore_dialog() -> Component:
    """Return the dialog that lists what a restore will do, and asks about each doubt.

    The scripts fill it: `assets/restoring.js`.
    """
    dialog: Component = dbc.Modal(
        [
            dbc.ModalHeader(
                dbc.ModalTitle("Restore jobs", id=ids.RESTORE_TITLE), close_button=True
            ),
            dbc.ModalBody(
                [
                    html.P(NO_WAY_BACK),
                    html.Div(id=ids.RESTORE_ASKED),
                    html.Div(
                        [
                            *number_to_type(ids.RESTORE_NUMBER),
                        ],
                        id=ids.RESTORE_TYPED,
                        className="asked-number",
                    ),
                ]
            ),
            asking_footer(OperationKind.RESTORE, ids.RESTORE_CONFIRM, "Restore"),
        ],
        id=ids.RESTORE_DIALOG,
        labelledby=ids.RESTORE_TITLE,
        centered=True,
        scrollable=True,
        is_open=False,
    )
    return dialog


def _way_back(base: str) -> Component:
    return html.Nav(
        html.Ol(
            [
                html.Li(dcc.Link("History", href=f"{base}history")),
                html.Li(dcc.Link("Operation", id=ids.RESTORE_ENTRY, href=f"{base}history")),
                html.Li(html.Span("Restore", **{"aria-current": "page"})),
            ]
        ),
        className="way-back",
        **{"aria-label": "Where this is"},
    )


def _preview() -> Component:
    return step(
        1,
        "Compare with the Snapshot",
        "Shows each job as it was before the operation and as it is now. Nothing is changed.",
        [operation_button(OperationKind.PLAN_RESTORE, ids.RESTORE_PREVIEW, "Preview")],
        ids.RESTORE_PREVIEW_REASON,
    )


def _restore(note: str) -> Component:
    return step(
        2,
        "Restore Selected Jobs",
        "Sets them back, creates deleted ones again and removes those that the operation created. "
        f"The present state is saved first.{note}",
        [
            html.Button(
                label_of_none(RESTORE_BUTTON),
                id=ids.RESTORE_START,
                type="button",
                className="button button-main",
                disabled=True,
                **{"data-open-restore": "true"},
                **counting("restore", RESTORE_BUTTON, "There is nothing to restore."),
            )
        ],
        ids.RESTORE_START_REASON,
        extra=[html.P(id=ids.RESTORE_ONLY, className="quiet restore-only", role="status")],
    )
