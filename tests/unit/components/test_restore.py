"""The page of Restore, and the ways that lead to it."""

import pytest

from components import ids
from components.actions import Situation, actions_of
from components.history_tab import entry_head, history_row
from components.restore_tab import NO_WAY_BACK, restore_dialog, restore_tab
from components.row_panel import row_panel
from components.tabs import has_page
from components.words import heads_of, label_of, what_happened
from core.operations.grid_row import GridRow, RowState
from core.operations.kinds import OperationKind
from core.operations.operation import Operation, Status
from core.operations.outcome import Outcome
from core.planning.statuses import RowStatus
from core.reporting.report import ReportRow
from core.state.history import HistoryEntry
from tests.unit.components.test_components import ANA, HOSTILE, text_of, walk

ENTRY_ID = "20261112T140200Z-import-0123456789ab"


def entry(kind: str = "import", snapshot: str = "kept", **fields) -> HistoryEntry:
    return HistoryEntry(
        **{
            "entry_id": ENTRY_ID,
            "kind": kind,
            "actor": ANA,
            "mode": "Both",
            "started": 1_700_000_000.0,
            "seconds": 2.0,
            "outcome": "completed",
            "snapshot": snapshot,
            **fields,
        }
    )


def ways(tree) -> list[tuple[str, str]]:
    """Return which entries the buttons of a tree restore, and which job alone."""
    props = [node.to_plotly_json()["props"] for node in walk(tree)]
    return [(each["data-restore"], each["data-job"]) for each in props if "data-restore" in each]


@pytest.mark.parametrize(
    ("path", "is_page"),
    [
        (f"/history/{ENTRY_ID}/restore", True),
        (f"/history/{ENTRY_ID}/restore/x", False),
        (f"/history/{ENTRY_ID}/other", False),
        ("/restore", False),
        ("/import/x/restore", False),
    ],
)
def test_the_page_has_an_address_below_its_entry(path, is_page):
    assert has_page(path) is is_page


@pytest.mark.parametrize("kind", ["import", "remove", "restore"])
def test_an_operation_with_a_snapshot_can_be_restored(kind):
    assert ways(entry_head(entry(kind), restores=True)) == [(ENTRY_ID, "")]
    assert history_row(entry(kind))["restorable"] == "Can be restored"


@pytest.mark.parametrize(
    "one", [entry(snapshot=""), entry("save"), entry("export"), entry("teleport")]
)
def test_others_cannot(one):
    assert ways(entry_head(one, restores=True)) == []
    assert history_row(one)["restorable"] == ""


def test_where_nothing_is_imported_nothing_is_restored():
    assert ways(entry_head(entry())) == []


def test_the_history_says_who_requested_approved_and_ran_an_operation():
    one = entry(approver="bo@dev.example", principal="Job Sync")
    row = history_row(one)
    assert (row["who"], row["approver"], row["principal"]) == (ANA, "bo@dev.example", "Job Sync")
    assert f"{ANA}, approved by bo@dev.example, ran as Job Sync" in text_of(entry_head(one))


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_texts_in_what_leads_to_a_restore(name):
    row = GridRow("0", name, status=RowStatus.CHANGED, state=RowState.DONE, doubt=name)
    report = ReportRow(name, "", RowStatus.CHANGED, doubt=name)
    panel = row_panel(row, report, "import", has_sides=False, restorable=ENTRY_ID)
    assert ways(panel) == [(ENTRY_ID, name)]
    assert f"Needs its own confirmation. {name}" in text_of(panel)


@pytest.mark.parametrize(
    ("status", "state"),
    [("unchanged", "done"), ("changed", "planned"), ("new", "not_started"), ("skipped", "")],
)
def test_a_job_that_was_left_alone_has_nothing_to_restore(status, state):
    row = GridRow("0", "load", status=RowStatus(status), state=RowState(state))
    report = ReportRow("load", "", RowStatus(status))
    assert ways(row_panel(row, report, "import", has_sides=False, restorable=ENTRY_ID)) == []


def test_a_job_that_failed_midway_may_be_restored():
    row = GridRow("0", "load", status=RowStatus.ERROR, state=RowState.FAILED)
    report = ReportRow("load", "", RowStatus.ERROR)
    assert ways(row_panel(row, report, "import", has_sides=False, restorable=ENTRY_ID))
    assert not ways(row_panel(row, report, "import", has_sides=False))


def test_the_dialog_says_that_run_history_cannot_come_back():
    assert "run history of deleted jobs cannot come back" in NO_WAY_BACK
    assert NO_WAY_BACK in text_of(restore_dialog())


def test_the_way_back_leads_to_the_history_below_its_path():
    links = [node for node in walk(restore_tab("/jobs/")) if getattr(node, "href", "")]
    assert [link.href for link in links] == ["/jobs/history", "/jobs/history"]


def operation(kind: str, status: str = "succeeded", states=None) -> Operation:
    counts = {}
    for by_status in (states or {}).values():
        for row_status, number in by_status.items():
            counts[row_status] = counts.get(row_status, 0) + number
    return Operation(
        "1",
        OperationKind(kind),
        Status(status),
        ANA,
        {"entry": ENTRY_ID},
        1_700_000_000.0,
        outcome=Outcome(counts=counts, states=states or {}),
    )


def test_a_restore_wants_a_preview_and_an_entry():
    def reason(button: str, **now) -> str:
        return actions_of("restore", Situation(True, **now))[button].reason

    assert reason(ids.RESTORE_PREVIEW, entry=ENTRY_ID) == ""
    assert "not that of an operation" in reason(ids.RESTORE_PREVIEW)
    assert reason(ids.RESTORE_START, entry=ENTRY_ID) == "Preview first."
    previewed = operation("planrestore")
    assert reason(ids.RESTORE_START, entry=ENTRY_ID, validation=previewed) == ""
    failed = operation("planrestore", "failed")
    assert reason(ids.RESTORE_START, entry=ENTRY_ID, validation=failed) == "Preview first."


def test_rows_say_what_a_restore_would_do_and_then_what_it_did():
    planned, done = RowState.PLANNED, RowState.DONE
    words = [label_of("planrestore", status, planned) for status in ("new", "changed", "deleted")]
    assert words == ["To create again", "To set back", "To remove"]
    words = [label_of("restore", status, done) for status in ("new", "changed", "deleted")]
    assert words == ["Created", "Updated", "Removed"]
    assert heads_of("planrestore", planned) == ("Current", "After restore")


def test_what_a_restore_did_is_said_in_a_sentence():
    def said(kind: str, **states) -> str:
        return what_happened(operation(kind, states=states))

    assert said("restore", done={"new": 1, "changed": 2, "deleted": 1}).startswith(
        "4 jobs restored."
    )
    assert said("planrestore", planned={"new": 1}, **{"": {"unchanged": 2}}) == (
        "1 to create again, 2 as before. Review the differences, then restore."
    )
    assert said("planrestore", **{"": {"unchanged": 2}}) == (
        "Every job is as it was before this operation: there is nothing to restore."
    )
    assert "cannot be restored" in said("planrestore", failed={"error": 1}, planned={"new": 1})
