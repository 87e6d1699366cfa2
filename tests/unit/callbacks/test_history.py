"""The History tab: what the state folder keeps, and what only this machine knows."""

import threading
from dataclasses import replace

import pytest

from callbacks.history import history_entry, history_list, in_order, shown_entry
from core.errors import UnreachableError
from core.operations.entry import make_entry
from core.operations.grid_row import GridRow
from core.operations.kinds import OperationKind
from core.operations.operation import Status
from core.operations.outcome import Outcome
from core.reporting.report import ReportStatus
from core.state.history import HistoryEntry, entry_id
from tests.fakes import FakeOperationStore, FakeWorkspace
from web.routes.reader import WorkspaceReader
from web.routes.readings import Readings

ANA = "ana@dev.example"


@pytest.fixture
def workspace() -> FakeWorkspace:
    return FakeWorkspace()


@pytest.fixture
def reader(workspace) -> WorkspaceReader:
    return WorkspaceReader(workspace.opened)


@pytest.fixture
def store() -> FakeOperationStore:
    return FakeOperationStore()


def silent() -> WorkspaceReader:
    """A workspace that does not answer."""

    def connect():
        raise UnreachableError("No answer.")

    return WorkspaceReader(connect)


def ended(store, status=Status.SUCCEEDED, outcome=None, error=""):
    name = store.start(OperationKind.EXPORT, {}, ANA).operation_id
    store.claim(name)
    store.progress(name, rows=[GridRow("0", "<b>load</b>")])
    store.finish(name, status, outcome, error)
    return store.get(name)


def kept(workspace, started=1_600_000_000.0, **fields) -> HistoryEntry:
    name = entry_id("import", started, "f" * 32)
    entry = HistoryEntry(
        **{
            "entry_id": name,
            "kind": "import",
            "actor": "bo@prod.example",
            "mode": "Both",
            "started": started,
            "seconds": 2.0,
            "outcome": "completed",
            **fields,
        }
    )
    workspace.service().history().record(entry, [{"row": {"key": "0", "job": "kept"}}])
    return entry


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (None, ""),
        ("", ""),
        ("/", ""),
        ("/history", ""),
        ("/history/", ""),
        ("/history/abc", "abc"),
        ("/history/abc/def", "abc/def"),
        ("/history/../x", "../x"),
        ("/historyx/abc", ""),
        ("/export", ""),
        ("/export/history/abc", ""),
        ("/history/abc/restore", ""),
    ],
)
def test_an_address_names_an_entry(address, name):
    assert shown_entry(address) == name


def test_without_operations_the_list_is_empty(store, reader):
    assert history_list(store, reader) == ([], "0 operations.", None)


def test_both_sources_are_one_list_newest_first(store, reader, workspace):
    kept(workspace)
    ended(store, outcome=Outcome(states={"done": {"new": 1}}))
    rows, text, _ = history_list(store, reader)
    assert [row["title"] for row in rows] == ["Export", "Import"]
    assert text == "2 operations."
    assert rows[0]["counts"] == "1 created"


def test_an_operation_that_both_know_is_told_once(store, reader, workspace):
    operation = ended(store, outcome=Outcome())
    workspace.service().history().record(make_entry(operation), [])
    rows, text, _ = history_list(store, reader)
    assert (len(rows), text) == (1, "1 operation.")


def test_a_history_that_cannot_be_read_is_said_and_hides_nothing_known_here(store):
    ended(store, outcome=Outcome())
    rows, text, _ = history_list(store, silent())
    assert len(rows) == 1
    assert text == "1 operation. Could not read the history in the workspace. No answer."


@pytest.mark.parametrize(
    ("status", "outcome", "word"),
    [
        (Status.SUCCEEDED, Outcome(), "completed"),
        (Status.SUCCEEDED, Outcome(ReportStatus.COMPLETED_WITH_ERRORS), "completed_with_errors"),
        (Status.SUCCEEDED, None, ""),
        (Status.FAILED, Outcome(ReportStatus.FAILED), "failed"),
        (Status.CANCELLED, None, "cancelled"),
        (Status.INTERRUPTED, Outcome(), "interrupted"),
    ],
)
def test_a_local_operation_tells_how_it_ended(store, status, outcome, word):
    operation = ended(store, status, outcome, "why")
    entry = make_entry(operation)
    assert (entry.outcome, entry.message, entry.actor) == (word, "why", ANA)
    assert entry.started == operation.created
    assert entry.seconds == operation.finished - operation.started


def test_an_operation_that_never_began_took_its_time_from_its_start(store):
    name = store.start(OperationKind.EXPORT, {}, ANA).operation_id
    store.request_cancel(name, "by ana")
    operation = store.get(name)
    assert make_entry(operation).seconds == operation.finished - operation.created >= 0


def test_an_entry_of_this_machine_is_shown_without_the_workspace(store):
    operation = ended(store, outcome=Outcome())
    rows, head, _ = history_entry(store, silent(), make_entry(operation).entry_id)
    assert rows == [{**GridRow("0", "<b>load</b>").as_json(), "label": ""}]
    assert "Export: Completed" in str(head.to_plotly_json())


def test_an_entry_of_another_machine_is_read_from_the_workspace(store, reader, workspace):
    entry = kept(workspace)
    rows, head, _ = history_entry(store, reader, entry.entry_id)
    assert rows == [{**GridRow("0", "kept").as_json(), "label": ""}]
    assert "bo@prod.example" in str(head.to_plotly_json())


@pytest.mark.parametrize("name", ["../x", "..", "x" * 4000, "\0", "<script>", "\ud800"])
def test_an_address_that_names_no_entry_says_so(store, reader, name):
    rows, text, _ = history_entry(store, reader, name)
    assert rows == []
    assert text == "This operation cannot be shown. It is not in the history."


def test_an_entry_whose_rows_are_damaged_says_so(store, reader, workspace):
    entry = kept(workspace)
    [path] = [path for path in workspace.files.files if path.endswith(".rows.gz")]
    workspace.files.files[path] = b"damaged"
    rows, text, _ = history_entry(store, reader, entry.entry_id)
    assert rows == []
    assert "cannot be used" in text


class Waiting:
    """A workspace that answers when it is let."""

    def __init__(self, workspace: FakeWorkspace) -> None:
        self.answers = threading.Event()
        self.workspace = workspace

    def connect(self):
        assert self.answers.wait(10)
        return self.workspace.opened()


@pytest.mark.slow
def test_a_slow_workspace_keeps_nobody_waiting_for_its_history(store, workspace):
    entry = kept(workspace)
    waiting = Waiting(workspace)
    reader = WorkspaceReader(waiting.connect)
    ended(store, outcome=Outcome())
    rows, text, again = history_list(store, reader)
    assert (len(rows), text) == (1, "Reading the history …")
    assert again is not None
    assert history_entry(store, reader, entry.entry_id)[1] == "Reading this operation …"
    waiting.answers.set()
    while again:
        rows, text, again = history_list(store, reader, again["since"])
    assert (len(rows), text) == (2, "2 operations.")
    again = {}
    while again is not None:
        rows, _, again = history_entry(store, reader, entry.entry_id)
    assert [row["job"] for row in rows] == ["kept"]


def entry_at(name: str, started: float) -> HistoryEntry:
    return HistoryEntry(name, "import", ANA, "Both", started, 1.0, "completed")


@pytest.mark.parametrize(
    ("kept", "local", "order"),
    [
        ("", "", ""),
        ("c3 b2", "c3 b2", "c b"),
        ("c3 a1", "c3 b2 a1", "c b a"),
        ("b2 a1", "c3 b2", "c b a"),
        ("c3 b2", "a1", "c b a"),
        ("c3 b9 a1", "c3 b9", "c b a"),  # b was made while the clock was ahead
        ("d4 a1", "d4 c9 b8 a1", "d c b a"),
    ],
)
def test_the_order_of_operations_is_that_of_their_starts_and_not_of_clocks(kept, local, order):
    lists = [[entry_at(one[0], float(one[1:])) for one in text.split()] for text in (kept, local)]
    assert " ".join(entry.entry_id for entry in in_order(*lists)) == order


def test_a_history_that_cannot_be_read_is_asked_for_again(store, workspace):
    failures = [UnreachableError("No answer.")]

    def connect():
        if failures:
            raise failures[0]
        return workspace.opened()

    now = [0.0]
    entry = kept(workspace)
    reader = WorkspaceReader(connect, Readings(monotonic=lambda: now[0]))
    _, text, again = history_list(store, reader)
    assert text == "0 operations. Could not read the history in the workspace. No answer."
    _, shown, entry_again = history_entry(store, reader, entry.entry_id)
    assert shown == "This operation cannot be shown. No answer."
    assert again["after_s"] == entry_again["after_s"] == 5.0
    failures.clear()
    now[0] += 10
    assert history_list(store, reader, again["since"])[1:] == ("1 operation.", None)
    assert history_entry(store, reader, entry.entry_id)[2] is None


def test_a_moment_that_has_not_come_yet_is_this_one(store, reader, workspace):
    kept(workspace)
    assert history_list(store, reader, 1e300)[1:] == ("1 operation.", None)


def restores(head) -> bool:
    return "data-restore" in str(head.to_plotly_json())


def test_an_entry_with_a_snapshot_offers_to_restore_it(store, reader, workspace):
    entry = kept(workspace, snapshot="20200913T122640Z-import-0123abcd")
    assert restores(history_entry(store, reader, entry.entry_id, restores=True)[1])
    assert not restores(history_entry(store, reader, entry.entry_id)[1])


def test_what_this_machine_knows_to_have_changed_jobs_can_be_restored(store):
    name = store.start(OperationKind.IMPORT, {}, ANA).operation_id
    store.claim(name)
    store.finish(name, Status.SUCCEEDED, Outcome(states={"done": {"new": 1}}))
    entry = make_entry(store.get(name))
    assert restores(history_entry(store, silent(), entry.entry_id, restores=True)[1])


def test_an_interrupted_operation_that_left_a_snapshot_is_one_entry(store, reader, workspace):
    name = store.start(OperationKind.IMPORT, {}, ANA).operation_id
    store.claim(name)
    store.progress(name, rows=[GridRow("0", "load")])
    store.finish(name, Status.INTERRUPTED, Outcome(), "The process ended.")
    local = make_entry(store.get(name))
    snapshot = entry_id("import", local.started + 1, "a" * 8)
    made = replace(
        local, entry_id=snapshot, actor="sync@prod.example", message="", snapshot=snapshot
    )
    workspace.service().history().record(replace(made, started=local.started + 1), [])
    rows, status, _ = history_list(store, reader)
    assert status.startswith("1 operation.")
    assert (rows[0]["entry_id"], rows[0]["who"]) == (snapshot, ANA)
    shown, _, _ = history_entry(store, reader, snapshot)
    assert [row["job"] for row in shown] == ["load"]
