"""Which side has moved, as chips, cells and marks; and taking fields into Git."""

import json
from typing import Any

import pytest
from dash.development.base_component import Component

from components.columns import JOB_COLUMNS
from components.grid import job_columns
from components.operation_view import chips_view
from components.origins import ORIGIN_CELLS
from components.row_panel import row_panel
from core.comparing.origin import Origin
from core.operations.grid_row import GridRow
from core.operations.kinds import OperationKind
from core.operations.operation import Operation, Status
from core.operations.outcome import Outcome
from core.reporting.report import ReportRow
from tests.unit.components.test_components import text_of, walk
from web.routes.csv import csv_of_rows

ROW = {"key": "0", "job": "load", "file": "load.json", "status": "changed", "state": "planned"}
GIT, HERE, BOTH = (
    {"path": f"tags.{word}", "current": "a", "desired": "b", "origin": word}
    for word in ("git", "here", "both")
)


def panel(*changes: dict[str, Any], takes: bool = True, **row: Any) -> Component:
    shown = ReportRow.from_json({"changes": list(changes)})
    grid_row = GridRow.from_json({**ROW, **row})
    return row_panel(grid_row, shown, "validate", has_sides=True, takes=takes)


def with_attribute(tree: Component, name: str) -> list[dict[str, Any]]:
    props = [node.to_plotly_json()["props"] for node in walk(tree)]
    return [one for one in props if name in one]


def validation(**outcome: Any) -> Operation:
    kept = Outcome.from_json({"states": {"planned": {"changed": 3}}, **outcome}, "validate")
    times = {"created": 1.0, "started": 1.0, "finished": 2.0}
    return Operation(
        "1", OperationKind.VALIDATE, Status.SUCCEEDED, "ana", {}, outcome=kept, **times
    )


def test_chips_count_by_where_it_was_changed_beside_those_by_status():
    chips = chips_view(validation(origins={"git": 1200, "here": 3, "both": 1}))
    assert text_of(chips).endswith("Changed in Git 1,200Changed here 3Changed in both 1")
    assert [one["data-origin"] for one in with_attribute(chips, "data-origin")] == [
        "in Git",
        "here",
        "in both",
    ]
    assert with_attribute(chips_view(validation(origins={"git": 2})), "data-origin")


def test_without_a_third_side_there_are_no_such_chips():
    for outcome in ({}, {"origins": {}}):
        assert not with_attribute(chips_view(validation(**outcome)), "data-origin")


def test_the_column_is_shown_in_the_import_tab_and_can_be_chosen_elsewhere():
    [there] = [one for one in job_columns(shown=("origin",)) if one["field"] == "origin"]
    [elsewhere] = [one for one in job_columns() if one["field"] == "origin"]
    assert (there["hide"], elsewhere["hide"]) == (False, True)
    assert there["headerName"] == "Changed where"
    assert there["filter"] == "agTextColumnFilter"


@pytest.mark.parametrize(
    ("origin", "words"), [("", ""), ("git", "in Git"), ("here", "here"), ("both", "in both")]
)
def test_a_cell_and_the_csv_have_the_words(origin, words):
    row = GridRow.from_json({**ROW, "origin": origin})
    [column] = [one for one in JOB_COLUMNS if one.field == "origin"]
    assert column.value(row) == words
    assert f'"{words}"' in csv_of_rows([row], "validate").decode()


def test_every_field_says_which_side_has_moved_and_a_conflict_stands_out():
    tree = panel(GIT, HERE, BOTH, origin="both")
    marks = [node for node in walk(tree) if "origin-mark" in (getattr(node, "className", "") or "")]
    assert [text_of(mark) for mark in marks] == [
        "changed in Git",
        "changed here",
        "changed in both",
    ]
    assert [bool(list(walk(mark.children))) for mark in marks] == [False, False, True]
    assert "Conflict. 1 field was changed in Git and here." in text_of(tree)


def test_a_drifted_row_is_explained():
    assert "Drifted. This job was changed here" in text_of(panel(HERE, origin="here"))
    text = text_of(panel(GIT, HERE, origin="both"))
    assert "Git and this workspace changed different fields." in text
    for row in ({"origin": "git"}, {"origin": "here", "state": "done"}, {}):
        assert "Drifted" not in text_of(panel(HERE, **row))


def test_a_doubt_is_shown():
    text = text_of(panel(doubt="It was not made by this app.", status="deleted"))
    assert "Needs its own confirmation. It was not made by this app." in text
    assert "confirmation" not in text_of(panel())


def test_what_has_moved_here_can_be_taken_and_is_ticked_if_only_here():
    name = {**HERE, "path": "name"}
    tree = panel(GIT, HERE, BOTH, name, origin="both")
    boxes = with_attribute(tree, "data-take-field")
    assert [(one["data-take-field"], one["aria-checked"]) for one in boxes] == [
        ("tags.here", "true"),
        ("tags.both", "false"),
    ]
    assert boxes[0]["aria-label"] == "Take tags.here into Git"
    [button] = with_attribute(tree, "data-operation")
    assert (button["data-operation"], button["children"]) == ("take", "Take 1 field into Git")
    assert set(button["data-needs"].split()) == {"plan", "names", "fields"}
    assert json.loads(button["data-names"]) == ["load"]
    assert not button["disabled"]


def test_with_nothing_ticked_the_button_is_off():
    [button] = with_attribute(panel(BOTH, origin="both"), "data-operation")
    assert (button["children"], button["disabled"]) == ("Take 0 fields into Git", True)


@pytest.mark.parametrize("row", [{"state": "done"}, {"status": "new"}, {"state": ""}])
def test_only_planned_changes_are_taken(row):
    assert not with_attribute(panel(HERE, **row), "data-take-field")


def test_elsewhere_the_live_side_is_copied():
    tree = panel(HERE, origin="here", takes=False)
    assert not with_attribute(tree, "data-take-field")
    copies = {
        one["data-copy-json"]: text_of(one["children"])
        for one in with_attribute(tree, "data-copy-json")
    }
    assert copies["current"] == "Copy as JSON"
    assert "current" not in {
        one["data-copy-json"] for one in with_attribute(panel(GIT, takes=False), "data-copy-json")
    }


def test_all_origins_have_words():
    assert set(ORIGIN_CELLS) == set(Origin)
