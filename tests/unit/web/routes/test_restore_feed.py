"""What the page of Restore fetches: the operations of the entry that its address names."""

import json

import pytest

from components import ids
from core.operations.grid_row import GridRow, Pick, RowState
from core.operations.kinds import OperationKind
from core.operations.operation import Status
from core.operations.outcome import Outcome
from core.planning.statuses import RowStatus
from tests.fakes import FakeOperationStore, FakeWorkspace
from web.people.identity import User
from web.roles import Role
from web.routes.feed import Feed
from web.routes.reader import WorkspaceReader
from web.settings import PageSettings

ENTRY = "20261112T140200Z-import-0123456789ab"
OTHER = "20261112T140300Z-remove-0123456789ab"
OPERATOR = User("ana@dev.example", Role.OPERATOR)
HOSTILE = "<img src=x onerror=alert(1)>\u202e"


@pytest.fixture
def store() -> FakeOperationStore:
    return FakeOperationStore()


@pytest.fixture
def feed(store) -> Feed:
    reader = WorkspaceReader(FakeWorkspace().opened)
    page = PageSettings("DEV", user_header="", base="/jobs/")
    return Feed(store, "", reader, page, {"job-sync": "1"})


def preview(store, status: Status = Status.SUCCEEDED) -> str:
    name = store.start(OperationKind.PLAN_RESTORE, {"entry": ENTRY}, "ana").operation_id
    store.claim(name)
    row = GridRow(
        "0",
        HOSTILE,
        status=RowStatus.CHANGED,
        state=RowState.PLANNED,
        pick=Pick.RESTORE,
        doubt=HOSTILE,
    )
    store.progress(name, rows=[row])
    store.finish(name, status, Outcome())
    return name


def test_the_page_gets_the_plan_its_rows_and_the_way_back(feed, store):
    plan = preview(store)
    answer, rows = feed.tab("restore", "", 0, OPERATOR, entry=ENTRY)
    assert (answer["operation"], answer["plan"]) == (plan, plan)
    assert answer["reasons"] == {ids.RESTORE_START: ""}
    assert answer["props"][ids.RESTORE_ENTRY] == {
        "children": "Import of 2026-11-12 14:02:00 UTC",
        "href": f"/jobs/history/{ENTRY}",
    }
    [row] = map(json.loads, rows)
    assert (row["job"], row["doubt"], row["pick"]) == (HOSTILE, HOSTILE, "restore")


def test_the_page_of_another_entry_gets_nothing_of_it(feed, store):
    preview(store)
    answer, rows = feed.tab("restore", "", 0, OPERATOR, entry=OTHER)
    assert (answer["operation"], answer["plan"], rows) == ("", "", [])
    assert answer["isFull"]
    assert answer["reasons"] == {ids.RESTORE_START: "Preview first."}


def test_a_failed_preview_is_shown_and_not_to_be_carried_out(feed, store):
    preview(store, Status.FAILED)
    answer, _ = feed.tab("restore", "", 0, OPERATOR, entry=ENTRY)
    assert answer["plan"] == ""
    assert answer["reasons"] == {ids.RESTORE_START: "Preview first."}


def test_an_address_that_names_no_operation_of_the_history_offers_nothing(feed, store):
    preview(store)
    answer, rows = feed.tab("restore", "", 0, OPERATOR)
    preview_button = answer["props"][ids.RESTORE_PREVIEW]
    assert (preview_button["disabled"], rows) == (True, [])
    assert "not that of an operation" in preview_button["title"]
    assert answer["props"][ids.RESTORE_ENTRY] == {"children": "Operation", "href": "/jobs/history"}
