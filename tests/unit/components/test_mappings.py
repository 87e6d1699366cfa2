"""What the Mappings tab shows, by the trees of its components."""

from typing import Any

import pytest
from dash import html

from components.mapping_outcome import mapping_outcome
from components.mapping_sections import SECTIONS, Shape
from components.mapping_words import MAPPING_WORDS
from components.mappings_tab import Allowed, mapping_dialog, mappings_tab
from components.operation_view import outcome_view
from components.row_panel import row_panel
from core.jobsettings.kinds import Kind
from core.jobsettings.principals import PRINCIPAL_FIELDS
from core.mapping.mapping_file import DROPPABLE, PausePolicy, section_of
from core.mapping.unmapped import UnmappedName
from core.mapping.use import EntryState
from core.mapping.values.rules import ValueSection
from core.operations.grid_row import GridRow
from core.operations.operation import Operation
from core.reporting.report import ReportRow
from tests.unit.components.test_components import HOSTILE, is_harmless, operation, text_of, walk

CLUSTERS = "compute_name_mappings.cluster_name_mappings"


def controls(tree: Any) -> set[str]:
    """Return what the buttons of a tree do."""
    buttons = [node for node in walk(tree) if isinstance(node, html.Button)]
    names = {name for node in buttons for name in node.to_plotly_json()["props"]}
    return {name for name in names if name.startswith("data-")}


def after_test(changes: list[dict[str, Any]], **more: Any) -> Operation:
    details = {"version": "v", "changes": changes, "issues": [], "now": {}, "draft": {}, **more}
    return operation("test", outcome={"details": details})


def changed(job: str, before: str, after: str, message: str = "") -> dict[str, Any]:
    return {"job_name": job, "before": before, "after": after, "message": message}


# Sections


def test_every_section_of_the_mapping_file_can_be_edited_once():
    places = [section.place for section in SECTIONS]
    expected = [
        *(section_of(kind) for kind in Kind if kind.section),
        *(section.place for section in ValueSection),
        *("run_as_mappings", "jobs.include", "jobs.exclude", "pause_status", "permissions"),
    ]
    assert sorted(places) == sorted(expected)


def test_only_what_may_be_left_out_offers_it():
    dropped = {section.place for section in SECTIONS if section.shape is Shape.DROPPABLE}
    assert dropped == {section_of(kind) for kind in DROPPABLE}


def test_every_state_policy_and_kind_of_identity_has_its_word():
    assert set(MAPPING_WORDS["states"]) == set(EntryState)
    assert set(MAPPING_WORDS["policies"]) == set(PausePolicy)
    assert set(MAPPING_WORDS["ways"]) >= set(PRINCIPAL_FIELDS)


# The tab


def test_operators_can_add_undo_test_and_save():
    found = controls(mappings_tab(Allowed()))
    assert found >= {"data-mapping-add", "data-mapping-undo", "data-mapping-save"}
    assert found >= {"data-mapping-discard", "data-mapping-starts", "data-mapping-apply"}


def test_who_may_only_look_gets_no_button_that_changes_something():
    tree = mappings_tab(Allowed(may_edit=False))
    shown = {"data-operation", "data-needs", "data-close-dialog", "data-column", "data-csv"}
    hidden = {"data-mapping-remove", "data-mapping-undo-row", "data-mapping-apply"}  # by scripts
    assert controls(tree) - shown - hidden <= {"data-reset-columns"}
    kinds = [node.to_plotly_json()["props"].get("data-operation") for node in walk(tree)]
    assert [kind for kind in kinds if kind] == ["mappings"]


def test_who_may_only_look_closes_an_entry_instead_of_cancelling():
    assert "Close" in text_of(mapping_dialog(may_edit=False)).removeprefix("Close")
    assert "Cancel" not in text_of(mapping_dialog(may_edit=False))
    assert "Cancel" in text_of(mapping_dialog(may_edit=True))


def test_a_deployment_that_does_not_validate_does_not_test():
    kinds = [
        node.to_plotly_json()["props"].get("data-operation")
        for node in walk(mappings_tab(Allowed(may_test=False)))
    ]
    assert "test" not in kinds
    assert "save" in kinds


def test_without_a_place_for_the_file_the_tab_says_what_to_configure():
    tree = mappings_tab(Allowed(has_file=False))
    assert "RESOURCE_NAME_MAPPINGS_FILE_PATH" in text_of(tree)
    assert controls(tree) == set()


# How a test or a save ended


def test_a_test_groups_the_jobs_by_how_they_change():
    changes = [changed(f"job {number}", "error", "new") for number in range(7)]
    changes += [changed("load", "changed", "changed"), changed("bad", "new", "error", "No x.")]
    counts = {"now": {"error": 7, "new": 1}, "draft": {"error": 1, "new": 7}}
    tree = mapping_outcome(after_test(changes, **counts))
    text = text_of(tree)
    for part in ("7 jobs: Error → New", "1 job: Changed, with other content", "bad No x."):
        assert part in text
    assert "Error 7 → 1" in text
    groups = [node for node in walk(tree) if isinstance(node, html.Details)]
    assert [group.open for group in groups if group.className == "test-group"] == [
        False,
        True,
        True,
    ]


def test_a_test_that_changes_nothing_says_so():
    assert "No job changes" in text_of(mapping_outcome(after_test([])))


def test_many_changed_jobs_are_cut_off_with_a_number():
    changes = [changed(f"job {number}", "error", "new") for number in range(150)]
    assert "… and 50 more" in text_of(mapping_outcome(after_test(changes)))


def test_a_status_of_another_version_is_its_own_word():
    text = text_of(mapping_outcome(after_test([changed("x", "", "frozen")])))
    assert "Not in the plan → frozen" in text


def test_a_refused_save_offers_to_reload_and_says_that_the_changes_stay():
    tree = mapping_outcome(operation("save", "failed", error="It has changed."))
    assert "Your changes are still here." in text_of(tree)
    assert "data-mapping-reload" in controls(tree)
    assert "data-mapping-reload" not in controls(mapping_outcome(operation("save")))


def test_while_something_is_running_nothing_is_shown():
    assert text_of(mapping_outcome(None)) == ""
    assert text_of(mapping_outcome(operation("save", "running"))) == ""


# What leads to the tab


def unmapped(name: str = "etl", section: str = CLUSTERS) -> UnmappedName:
    return UnmappedName("cluster", name, ("load",), ("etl prod",), section, '"etl": "etl prod"')


def test_a_name_to_map_leads_to_its_line():
    names = [unmapped().as_json(), unmapped("job x", "").as_json()]
    tree = outcome_view(operation("validate", outcome={"unmapped": names}))
    leads = [
        node.to_plotly_json()["props"]
        for node in walk(tree)
        if "data-map-section" in node.to_plotly_json()["props"]
    ]
    assert [
        (props["children"], props["data-map-section"], props["data-map-name"]) for props in leads
    ] == [("Map names", CLUSTERS, "etl"), ("etl", CLUSTERS, "etl")]


def test_a_save_leads_to_the_validation_where_there_is_one():
    saved = mapping_outcome(operation("save", outcome={"mode": "Both"}))
    [button] = [node for node in walk(saved) if hasattr(node, "data-go-tab")]
    assert text_of(button) == "Go to Import"
    exporting = mapping_outcome(operation("save", outcome={"mode": "Export"}))
    assert "data-go-tab" not in controls(exporting)
    assert "The next export uses them." in text_of(exporting)


def test_the_panel_of_a_row_leads_to_the_lines_of_its_names():
    row = GridRow("key", "load", "load.json", "error")
    report = ReportRow("load", "load.json", "error")
    tree = row_panel(row, report, "validate", has_sides=False, unmapped=[unmapped()])
    assert "Map “etl”" in text_of(tree)
    assert "data-map-section" in controls(tree)


@pytest.mark.parametrize("text", HOSTILE)
def test_names_are_only_ever_text(text):
    row = GridRow("key", text, text, "error")
    report = ReportRow(text, text, "error")
    trees = (
        row_panel(row, report, "validate", has_sides=False, unmapped=[unmapped(text)]),
        mapping_outcome(after_test([changed(text, text, text, text)])),
        mapping_outcome(operation("save", "failed", error=text, actor=text)),
    )
    for tree in trees:
        assert is_harmless(tree)
        assert text in text_of(tree)
