"""The Mappings tab: the mapping file, section by section, and what it lacks.

The scripts draw what depends on edits that are not saved: `assets/mappings.js` and its kin.
"""

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from components import ids
from components.columns import MAPPING_COLUMNS
from components.grid import definition_of, grid, grid_tools
from components.icons import icon
from components.operation_button import operation_button
from core.operations.kinds import OperationKind


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the tab offers.

    `has_file`: a place for the file is configured. `may_edit`: the user may change it; who may not
    sees no buttons for it. `may_test`: this deployment validates.
    """

    has_file: bool = True
    may_edit: bool = True
    may_test: bool = True


def mappings_tab(allowed: Allowed) -> Component:
    """Return the tab."""
    if not allowed.has_file:
        return _without_file()
    may_operate = allowed.may_edit
    return html.Section(
        [
            html.H2("Mappings", className="visually-hidden"),
            _head(allowed),
            html.Div(id=ids.MAPPINGS_PROGRESS),
            html.Div(id=ids.MAPPINGS_OUTCOME),
            _drawn("mapping-notices", "mapping-notices"),
            _drawn("mapping-todo", "mapping-todo"),
            html.Div(
                [
                    _drawn("mapping-sections", "mapping-sections"),
                    _table(may_operate=may_operate),
                ],
                className="mapping-body",
                hidden=True,
                **{"data-role": "mapping-body"},
            ),
            _drawn("mapping-text", "mapping-text"),
            mapping_dialog(may_edit=may_operate),
            *([save_dialog()] if may_operate else []),
        ],
        id=ids.PANE_MAPPINGS,
        className="pane",
        hidden=True,
        **{"data-edits": "true" if may_operate else "false"},
    )


def mapping_dialog(*, may_edit: bool) -> Component:
    """Return the dialog that changes one entry; `assets/mapping-dialog.js` fills it."""
    return html.Dialog(
        [
            _dialog_head("mapping-dialog-title"),
            html.Div(className="dialog-body", **{"data-role": "mapping-form"}),
            html.Div(
                [
                    _button("Remove", "button-danger", "data-mapping-remove"),
                    _button("Undo this change", "", "data-mapping-undo-row"),
                    html.Span(className="spacer"),
                    _button("Cancel" if may_edit else "Close", "", "data-close-dialog"),
                    _button("Apply", "button-main", "data-mapping-apply"),
                ],
                className="dialog-foot",
            ),
        ],
        className="dialog",
        **{"data-role": "mapping-dialog", "aria-labelledby": "mapping-dialog-title"},
    )


def save_dialog() -> Component:
    """Return the dialog that shows the difference of the file before it is written."""
    return html.Dialog(
        [
            _dialog_head("mapping-save-title", "Save the mapping file"),
            html.Div(className="dialog-body", tabIndex="0", **{"data-role": "mapping-diff"}),
            html.Div(
                [
                    html.Span(className="spacer"),
                    _button("Cancel", "", "data-close-dialog"),
                    operation_button(
                        OperationKind.SAVE_MAPPINGS,
                        ids.MAPPINGS_CONFIRM,
                        "Save",
                        "button-main",
                        **{"data-close-dialog": "true"},
                    ),
                ],
                className="dialog-foot",
            ),
        ],
        className="dialog dialog-wide",
        **{"data-role": "mapping-save-dialog", "aria-labelledby": "mapping-save-title"},
    )


def _without_file() -> Component:
    """Say what to configure; there is nothing to read."""
    return html.Section(
        [
            html.H2("Mappings", className="visually-hidden"),
            html.Div(
                [
                    html.P("No mapping file is configured: names are used unchanged."),
                    html.P(
                        [
                            "To use one, set ",
                            html.Code("RESOURCE_NAME_MAPPINGS_FILE_PATH"),
                            " to the workspace path that it has, or should have.",
                        ],
                        className="quiet",
                    ),
                ],
                className="card empty",
            ),
        ],
        id=ids.PANE_MAPPINGS,
        className="pane",
        hidden=True,
    )


def _head(allowed: Allowed) -> Component:
    return html.Div(
        [
            html.Div(
                [
                    _drawn("mapping-file", "mapping-file"),
                    html.A(
                        ["Commit in Git", icon("external")],
                        id=ids.MAPPINGS_GIT_LINK,
                        href="",
                        target="_blank",
                        rel="noopener noreferrer",
                        className="button button-quiet",
                        hidden=True,
                    ),
                    html.Span(className="spacer"),
                    *(_edit_buttons() if allowed.may_edit else []),
                    operation_button(
                        OperationKind.MAPPINGS,
                        ids.MAPPINGS_RELOAD,
                        [icon("reload"), "Reload"],
                        "button-quiet",
                        title="Reads the file and its use again; unsaved changes stay",
                    ),
                    *([_test_button()] if allowed.may_edit and allowed.may_test else []),
                    *([_save_button()] if allowed.may_edit else []),
                ],
                className="mapping-head-line",
            ),
            html.P(
                id=ids.MAPPINGS_REASON,
                className="step-reason",
                **{"data-role": "mapping-reason"},
            ),
        ],
        className="card mapping-head",
    )


def _edit_buttons() -> list[Component]:
    return [
        _button("Undo", "button-quiet", "data-mapping-undo", hidden=True),
        _button("Discard all", "button-quiet", "data-mapping-discard", hidden=True),
    ]


def _test_button() -> Component:
    return operation_button(
        OperationKind.TEST_MAPPINGS,
        ids.MAPPINGS_TEST,
        "Test",
        title="Validates with the unsaved mappings; nothing is written",
        disabled=True,
        **{"data-mapping-starts": "test"},
    )


def _save_button() -> Component:
    return html.Button(
        "Save …",
        id=ids.MAPPINGS_SAVE,
        type="button",
        className="button button-main",
        disabled=True,
        **{"data-mapping-save": "true", "data-mapping-starts": "save"},
    )


def _table(*, may_operate: bool) -> Component:
    columns = [definition_of(column) for column in MAPPING_COLUMNS]
    add = _button("Add", "", "data-mapping-add")
    return html.Div(
        [
            html.Div(
                [_drawn("mapping-title", "mapping-title"), *([add] if may_operate else [])],
                className="mapping-section-head",
            ),
            grid_tools(ids.MAPPINGS_GRID, columns, has_all=False),
            grid(
                ids.MAPPINGS_GRID,
                columns,
                "This section has no entries.",
                label="Entries of the section",
                opens="mapping",
            ),
        ],
        className="card grid-card",
    )


def _drawn(role: str, look: str) -> Component:
    """Return a place that the scripts draw into."""
    return html.Div(className=look, **{"data-role": role})


def _button(label: str, look: str, control: str, **properties: bool) -> Component:
    return html.Button(
        label,
        type="button",
        className=f"button {look}".strip(),
        **{control: "true"},
        **properties,
    )


def _dialog_head(title_id: str, title: str = "") -> Component:
    return html.Div(
        [
            html.H2(title, id=title_id, **{"data-role": title_id}),
            html.Button(
                [icon("close"), html.Span("Close", className="visually-hidden")],
                type="button",
                className="button-icon",
                title="Close (Esc)",
                **{"data-close-dialog": "true"},
            ),
        ],
        className="dialog-head",
    )
