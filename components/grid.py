"""The data grids: how they behave, and the tools above them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components.columns import HISTORY_COLUMNS, JOB_COLUMNS, Column
from components.icons import icon

ColumnDefinition = dict[str, Any]

# Variables of app.css, so that the grid follows light and dark by itself.
_THEME = (
    "themeQuartz.withParams({backgroundColor:'var(--surface)',foregroundColor:'var(--text)',"
    "accentColor:'var(--accent)',borderColor:'var(--line)',headerBackgroundColor:'var(--surface)',"
    "headerTextColor:'var(--text-quiet)',chromeBackgroundColor:'var(--surface)',"
    "rowHoverColor:'var(--hover)',selectedRowBackgroundColor:'var(--accent-soft)',"
    "fontFamily:'inherit',fontSize:13,headerFontSize:12,headerFontWeight:500,spacing:6,"
    "wrapperBorder:false,wrapperBorderRadius:0,columnBorder:false,browserColorScheme:'inherit',"
    "inputBackgroundColor:'var(--surface)'})"
)


def job_columns(*, shown: Collection[str] = ()) -> list[ColumnDefinition]:
    """Return the columns of a grid of jobs.

    Args:
        shown: fields that are hidden at first elsewhere.
    """
    columns = [definition_of(column) for column in JOB_COLUMNS]
    return [{**one, "hide": False} if one["field"] in shown else one for one in columns]


def history_columns() -> list[ColumnDefinition]:
    """Return the columns of the grid of operations."""
    return [definition_of(column) for column in HISTORY_COLUMNS]


def definition_of(column: Column[Any]) -> ColumnDefinition:
    """Return a column as the grid takes it. Source: ag-grid.com, Column Options."""
    by_kind: ColumnDefinition = {"filter": "agTextColumnFilter", "tooltipField": column.field}
    if column.is_number:
        by_kind = {"filter": "agNumberColumnFilter", "type": "rightAligned"}
    return {"field": column.field, "headerName": column.title, **by_kind, **column.options}


def grid(
    grid_id: str,
    columns: Sequence[ColumnDefinition],
    empty: str,
    *,
    is_fed: bool = False,
    selects: bool = False,
    key: str = "key",
    rows: Sequence[Mapping[str, Any]] = (),
    label: str = "",
    opens: str = "row",
) -> Component:
    """Return a grid.

    Args:
        empty: what it says when it has no rows.
        is_fed: whether its rows are those of the tab's operation, which the scripts fetch.
        selects: whether rows have a box to tick, where the row says what for.
        key: the field that identifies a row.
        label: its name for screen readers.
        opens: what a click on a row opens: `row`, its side panel, or what a script registered.
    """
    options: dict[str, Any] = {
        "theme": {"function": _THEME},
        "animateRows": False,
        "rowHeight": 38,
        "headerHeight": 38,
        "suppressCellFocus": False,
        "localeText": {"noRowsToShow": empty},
        "ensureDomOrder": True,
        "enableCellTextSelection": True,
        "tooltipShowDelay": 400,
        "asyncTransactionWaitMillis": 100,
        "includeHiddenColumnsInQuickFilter": True,  # ids and expressions are looked for
        "suppressColumnVirtualisation": False,
        "autoSizeStrategy": None,
        "popupParent": {"function": "document.body"},
    }
    if selects:
        options["rowSelection"] = {
            "mode": "multiRow",
            "selectAll": "filtered",
            "checkboxes": True,
            "headerCheckbox": True,
            "enableClickSelection": False,
            "isRowSelectable": {"function": "isPickable(params)"},
            "hideDisabledCheckboxes": True,
        }
        options["selectionColumnDef"] = {"width": 44, "pinned": "left", "sortable": True}
    return html.Div(
        dag.AgGrid(
            id=grid_id,
            columnDefs=list(columns),
            rowData=list(rows),
            getRowId=f"params.data.{key}",
            columnSize=None,
            defaultColDef={"sortable": True, "resizable": True},
            dashGridOptions=options,
            className="grid",
            style=None,
        ),
        className="grid-frame",
        role="region",
        **{
            "aria-label": label or empty,
            "data-rows-of": grid_id,
            "data-opens": opens,
            **({"data-fed": "true"} if is_fed else {}),
            **({"data-selects": "true"} if selects else {}),
        },
    )


def grid_tools(
    grid_id: str,
    columns: Iterable[ColumnDefinition],
    *,
    before: Sequence[Component] = (),
    extra: Sequence[Component] = (),
    has_all: bool = True,
) -> Component:
    """Return the tools above a grid: search, column choice and CSV, with others around the search.

    `assets/grid-tools.js` makes them work, for the grid in their `data-grid`.
    """
    return html.Div(
        [
            *before,
            html.Span(
                [
                    icon("search"),
                    dbc.Input(
                        id=f"{grid_id}-search",
                        type="search",
                        placeholder="Search all columns",
                        class_name="search-input",
                    ),
                    html.Label(
                        "Search all columns",
                        htmlFor=f"{grid_id}-search",
                        className="visually-hidden",
                    ),
                ],
                className="search",
            ),
            *extra,
            html.Span(className="spacer"),
            _column_menu(columns),
            _csv_menu(has_all=has_all),
        ],
        className="grid-tools",
        **{"data-grid": grid_id, "data-csv-name": grid_id.removesuffix("-grid")},
    )


def _column_menu(columns: Iterable[ColumnDefinition]) -> Component:
    items = [
        html.Button(
            [icon("check"), column["headerName"]],
            type="button",
            className="menu-item",
            role="menuitemcheckbox",
            **{
                "data-column": column["field"],
                "aria-checked": "false" if column.get("hide") else "true",
            },
        )
        for column in columns
    ]
    reset = html.Button(
        "Reset columns",
        type="button",
        className="menu-item menu-item-plain",
        role="menuitem",
        **{"data-reset-columns": "true"},
    )
    return _menu("Columns", "columns", [*items, reset])


def _csv_menu(*, has_all: bool) -> Component:
    shown = html.Button(
        "Visible rows",
        type="button",
        className="menu-item menu-item-plain",
        role="menuitem",
        **{"data-csv": "shown"},
    )
    everything = html.Button(
        "All rows and columns",
        type="button",
        role="menuitem",
        className="menu-item menu-item-plain",
        **{"data-csv": "all"},
    )
    return _menu("CSV", "download", [shown, everything] if has_all else [shown])


def _menu(label: str, symbol: str, items: Sequence[Component]) -> Component:
    return html.Details(
        [
            html.Summary([icon(symbol), label], className="button button-quiet"),
            html.Div(list(items), className="menu", role="menu"),
        ],
        className="menu-holder",
    )
