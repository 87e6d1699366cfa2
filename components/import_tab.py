"""The Import tab, and the dialog that confirms a removal."""

from collections.abc import Mapping

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components import ids
from components.asking import asking_footer, number_to_type
from components.grid import grid, grid_tools, job_columns
from components.icons import icon
from components.operation_button import counting, label_of_none, operation_button
from components.script_config import ADOPT_BUTTON, IMPORT_BUTTON, REMOVE_BUTTON
from components.step import git_link, step
from components.views import other_views, view_buttons
from components.words import UNMANAGED_SENTENCE
from core.operations.kinds import OperationKind

PAUSE_OPTIONS = (
    {"label": "Schedules: as the mapping file says", "value": "mapping_file"},
    {"label": "Schedules: as in Git", "value": "from_git"},
    {"label": "Schedules: keep existing ones", "value": "keep_target"},
    {"label": "Schedules: keep existing ones, create new jobs paused", "value": "new_paused"},
)


def import_tab(git: Mapping[str, str], note: str = "") -> Component:
    """Return the tab.

    Args:
        git: the link to the Git folder, see `git_link`.
        note: what is added to the sentence about each step that changes jobs.
    """
    columns = job_columns(shown=("origin",))
    return html.Section(
        [
            html.H2("Import", className="visually-hidden"),
            html.Div(
                [_pull(git), _validate(), _import(note), _remove(note)], className="steps steps-4"
            ),
            html.Div(id=ids.IMPORT_PROGRESS),
            html.Div(id=ids.IMPORT_OUTCOME),
            html.Div(
                [
                    html.Div(id=ids.IMPORT_CHIPS, className="chips-holder"),
                    grid_tools(
                        ids.IMPORT_GRID,
                        columns,
                        before=[view_buttons()],
                        extra=[
                            html.Button(
                                [icon("link"), "Select required jobs"],
                                id=ids.IMPORT_NEEDS,
                                type="button",
                                className="button button-quiet",
                                disabled=True,
                                title="Adds the new and changed jobs that the selected ones run",
                                **{"data-role": "select-needed", "data-select-needed": "true"},
                            )
                        ],
                    ),
                    grid(
                        ids.IMPORT_GRID,
                        columns,
                        "Nothing validated yet. Pull, then validate, to see what would change.",
                        is_fed=True,
                        selects=True,
                        label="Jobs of this workspace and their definitions",
                    ),
                    *other_views(),
                ],
                className="card grid-card",
                **{"data-views": "table"},
            ),
            _unmanaged(),
        ],
        id=ids.PANE_IMPORT,
        className="pane",
        hidden=True,
    )


def remove_dialog() -> Component:
    """Return the dialog that lists the jobs to remove and asks the user to type how many."""
    dialog: Component = dbc.Modal(
        [
            dbc.ModalHeader(
                dbc.ModalTitle("Remove deleted jobs", id=ids.REMOVE_TITLE), close_button=True
            ),
            dbc.ModalBody(
                [
                    html.P(id=ids.REMOVE_QUESTION),
                    html.Div(id=ids.REMOVE_LIST, className="name-list"),
                    html.Div(id=ids.REMOVE_DOUBTS),
                    *number_to_type(ids.REMOVE_NUMBER),
                ]
            ),
            asking_footer(OperationKind.REMOVE, ids.REMOVE_CONFIRM, "Remove"),
        ],
        id=ids.REMOVE_DIALOG,
        labelledby=ids.REMOVE_TITLE,
        centered=True,
        scrollable=True,
        is_open=False,
    )
    return dialog


def _pull(git: Mapping[str, str]) -> Component:
    return step(
        1,
        "Pull from Git Repo",
        "Updates the Git folder to the newest commit of its branch.",
        [
            operation_button(OperationKind.PULL, ids.IMPORT_PULL, "Pull"),
            git_link(ids.IMPORT_GIT_LINK, "Open the Git folder", git),
        ],
        ids.IMPORT_PULL_REASON,
    )


def _validate() -> Component:
    return step(
        2,
        "Validate Job Definition JSON Files",
        "Compares the files with this workspace. Nothing is changed.",
        [operation_button(OperationKind.VALIDATE, ids.IMPORT_VALIDATE, "Validate", "button-main")],
        ids.IMPORT_VALIDATE_REASON,
        extra=[
            html.Div(
                [
                    html.Label(
                        "Schedules and triggers",
                        htmlFor=ids.IMPORT_PAUSE,
                        className="visually-hidden",
                    ),
                    html.Div(
                        dbc.Select(
                            id=ids.IMPORT_PAUSE,
                            options=list(PAUSE_OPTIONS),
                            value="mapping_file",
                            size="sm",
                        ),
                        **{"data-request": "pause"},
                    ),
                    html.Div(
                        dbc.Checkbox(
                            id=ids.IMPORT_ASK,
                            label="Also check runs, paths and roles",
                            value=False,
                        ),
                        **{"data-request": "ask"},
                    ),
                ],
                className="step-options",
            )
        ],
    )


def _import(note: str) -> Component:
    return step(
        3,
        "Import New and Changed Jobs",
        f"Creates and updates the selected jobs. The previous state is saved first.{note}",
        [
            operation_button(
                OperationKind.IMPORT,
                ids.IMPORT_START,
                label_of_none(IMPORT_BUTTON),
                "button-main",
                disabled=True,
                **counting("import", IMPORT_BUTTON, "There is nothing to import."),
            ),
            operation_button(
                OperationKind.ADOPT,
                ids.IMPORT_ADOPT,
                label_of_none(ADOPT_BUTTON),
                title="Records jobs that already match as imported; changes nothing",
                hidden=True,
                **counting("adoptable", ADOPT_BUTTON),
            ),
        ],
        ids.IMPORT_START_REASON,
    )


def _remove(note: str) -> Component:
    return step(
        4,
        "Remove Deleted Jobs",
        f"Removes jobs that this app imported and whose file is no longer in Git.{note}",
        [
            html.Button(
                label_of_none(REMOVE_BUTTON),
                id=ids.IMPORT_REMOVE,
                type="button",
                className="button button-danger",
                disabled=True,
                **{"data-open-removal": "true"},
                **counting("remove", REMOVE_BUTTON, "There is nothing to remove."),
            )
        ],
        ids.IMPORT_REMOVE_REASON,
    )


def _unmanaged() -> Component:
    columns = [column for column in job_columns() if column["field"] not in ("changes", "file")]
    return html.Details(
        [
            html.Summary(
                ["Unmanaged jobs ", html.Span("0", id=ids.UNMANAGED_COUNT, className="chip-count")]
            ),
            html.P(UNMANAGED_SENTENCE, className="quiet"),
            grid_tools(ids.UNMANAGED_GRID, columns, has_all=False),
            grid(ids.UNMANAGED_GRID, columns, "No unmanaged jobs.", label="Unmanaged jobs"),
        ],
        id=ids.UNMANAGED,
        className="card unmanaged",
        hidden=True,
        **{"data-role": "unmanaged"},
    )
