"""The Export tab."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from components import ids
from components.grid import grid, grid_tools, job_columns
from components.operation_button import operation_button
from components.step import git_link, step
from components.views import other_views, view_buttons
from core.operations.kinds import OperationKind


def export_tab(git: Mapping[str, str]) -> Component:
    """Return the tab. `git` holds the link to the Git folder, see `git_link`."""
    columns = job_columns()
    return html.Section(
        [
            html.H2("Export", className="visually-hidden"),
            html.Div(
                [
                    step(
                        1,
                        "Export Workflow Jobs to JSON Files",
                        "Writes every job of this workspace to its file in the Git folder.",
                        [
                            operation_button(
                                OperationKind.EXPORT, ids.EXPORT_START, "Export", "button-main"
                            ),
                            operation_button(OperationKind.PREVIEW, ids.EXPORT_PREVIEW, "Preview"),
                        ],
                        ids.EXPORT_REASON,
                    ),
                    step(
                        2,
                        "Push to Git Repo",
                        "Review in the Git folder what was written, then commit and push.",
                        [git_link(ids.EXPORT_PUSH, "Open the Git folder", git)],
                    ),
                ],
                className="steps",
            ),
            html.Div(id=ids.EXPORT_PROGRESS),
            html.Div(id=ids.EXPORT_OUTCOME),
            html.Div(
                [
                    html.Div(id=ids.EXPORT_CHIPS, className="chips-holder"),
                    grid_tools(ids.EXPORT_GRID, columns, before=[view_buttons()]),
                    grid(
                        ids.EXPORT_GRID,
                        columns,
                        "Nothing exported yet. Preview shows what an export would write.",
                        is_fed=True,
                        label="Jobs and their files",
                    ),
                    *other_views(),
                ],
                className="card grid-card",
                **{"data-views": "table"},
            ),
        ],
        id=ids.PANE_EXPORT,
        className="pane",
        hidden=True,
    )
