"""What the page of Restore may start. The browser's words are checked one by one."""

import json

import pytest

from callbacks.operations import start_operation
from core.errors import SelectionError, SyncError
from core.operations.grid_row import GridRow
from core.operations.kinds import OperationKind
from core.operations.operation import PLAN, Status
from core.operations.outcome import Outcome
from core.planning.statuses import RowStatus
from core.settings import AppMode
from tests.fakes import FakeOperationStore
from web.people.identity import User
from web.roles import Role

ANA = User("ana@dev.example", Role.OPERATOR)
ENTRY = "20261112T140200Z-import-0123456789ab"
OTHER = "20261112T140300Z-remove-0123456789ab"
ROWS = {
    "load": RowStatus.CHANGED,
    "gone": RowStatus.NEW,
    "made": RowStatus.DELETED,
    "grown": RowStatus.DELETED,
}


@pytest.fixture
def store() -> FakeOperationStore:
    return FakeOperationStore()


def preview(store, entry: str = ENTRY, status: Status = Status.SUCCEEDED) -> str:
    name = store.start(OperationKind.PLAN_RESTORE, {"entry": entry}, ANA.name).operation_id
    store.claim(name)
    rows = [GridRow(f"{n}", job, status=is_) for n, (job, is_) in enumerate(ROWS.items())]
    store.progress(name, rows=rows)
    store.put_documents(name, {PLAN: json.dumps(dict.fromkeys(ROWS, "1")).encode()})
    store.finish(name, status, Outcome())
    return name


def begin(store, **request):
    request = {"entry": ENTRY, **request}
    return store.get(start_operation(store, AppMode.BOTH, ANA, request))


def test_a_preview_is_about_an_operation_of_the_history(store):
    operation = begin(store, kind="planrestore", pause="from_git", ask=True)
    assert operation.params == {"entry": ENTRY}


@pytest.mark.parametrize("kind", ["planrestore", "restore"])
@pytest.mark.parametrize(
    "entry",
    [None, "", 7, ["x"], {}, "..", "../x", f"{ENTRY}/..", f"{ENTRY}\0", "x" * 4000, "\ud800"],
)
def test_what_is_no_operation_of_the_history_is_refused(store, kind, entry):
    plan = preview(store)
    request = {"kind": kind, "entry": entry, "plan": plan, "names": ["load"]}
    with pytest.raises(SyncError, match="no operation of the history"):
        start_operation(store, AppMode.BOTH, ANA, request)
    assert store.active() is None


@pytest.mark.parametrize("kind", ["planrestore", "restore"])
def test_a_restore_belongs_to_import_mode(store, kind):
    with pytest.raises(SyncError, match="APP_MODE is Export"):
        start_operation(store, AppMode.EXPORT, ANA, {"kind": kind, "entry": ENTRY})
    with pytest.raises(SyncError, match="read-only"):
        start_operation(
            store, AppMode.BOTH, User("cy", Role.VIEWER), {"kind": kind, "entry": ENTRY}
        )


def test_a_restore_gets_its_entry_its_plan_the_names_and_the_ticks_among_them(store):
    plan = preview(store)
    operation = begin(
        store, kind="restore", plan=plan, names=["gone", "load"], ticked=["load", "made"], job_id=7
    )
    assert operation.params == {
        "entry": ENTRY,
        "plan": plan,
        "pause": "",
        "names": ["gone", "load"],
        "ticked": ["load"],
    }


@pytest.mark.parametrize("typed", ["", "1", "3", "two", None])
def test_the_number_of_the_jobs_that_a_restore_removes_is_typed(store, typed):
    plan = preview(store)
    with pytest.raises(SyncError, match="type 2 to confirm"):
        begin(store, kind="restore", plan=plan, names=["load", "made", "grown"], typed=typed)
    assert store.active() is None
    assert begin(store, kind="restore", plan=plan, names=list(ROWS), typed=" 2 ")


@pytest.mark.parametrize("forged", [None, "", "0" * 32, 7, [], {}])
def test_no_other_plan_is_carried_out(store, forged):
    preview(store)
    with pytest.raises(SyncError, match="A newer preview exists"):
        begin(store, kind="restore", plan=forged, names=["load"])


def test_the_preview_of_another_operation_is_not_carried_out(store):
    mine = preview(store)
    others = preview(store, OTHER)
    for plan in (mine, others):
        with pytest.raises(SyncError, match="A newer preview exists"):
            begin(store, kind="restore", plan=plan, names=["load"])
    assert begin(store, kind="restore", entry=OTHER, plan=others, names=["load"])


def test_neither_a_failed_preview_nor_a_validation_is_carried_out(store):
    failed = preview(store, status=Status.FAILED)
    with pytest.raises(SyncError, match="A newer preview exists"):
        begin(store, kind="restore", plan=failed, names=["load"])
    name = store.start(OperationKind.VALIDATE, {}, ANA.name).operation_id
    store.claim(name)
    store.finish(name, Status.SUCCEEDED, Outcome())
    with pytest.raises(SyncError, match="A newer preview exists"):
        begin(store, kind="restore", plan=name, names=["load"])


def test_only_jobs_of_the_plan_can_be_named(store):
    plan = preview(store)
    with pytest.raises(SelectionError):
        begin(store, kind="restore", plan=plan, names=["load", "other"])
