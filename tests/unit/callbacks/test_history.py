"""The History tab: what the state folder keeps, and what only this machine knows."""

import pytest

from callbacks.history import history_entry, history_list, shown_entry
from core.errors import UnreachableError
from core.operations.entry import make_entry
from core.operations.grid_row import GridRow
from core.operations.kinds import OperationKind
from core.operations.operation import Status
from core.operations.outcome import Outcome
from core.reporting.report import ReportStatus
from core.state.history import HistoryEntry, entry_id
from tests.fakes import FakeOperationStore, FakeWorkspace
from web.reader import WorkspaceReader

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
    ],
)
def test_an_address_names_an_entry(address, name):
    assert shown_entry(address) == name


def test_without_operations_the_list_is_empty(store, reader):
    assert history_list(store, reader) == ([], "0 operations.")


def test_both_sources_are_one_list_newest_first(store, reader, workspace):
    kept(workspace)
    ended(store, outcome=Outcome(states={"done": {"new": 1}}))
    rows, text = history_list(store, reader)
    assert [row["title"] for row in rows] == ["Export", "Import"]
    assert text == "2 operations."
    assert rows[0]["counts"] == "1 created"


def test_an_operation_that_both_know_is_told_once(store, reader, workspace):
    operation = ended(store, outcome=Outcome())
    workspace.service().history().record(make_entry(operation), [])
    rows, text = history_list(store, reader)
    assert (len(rows), text) == (1, "1 operation.")


def test_a_history_that_cannot_be_read_is_said_and_hides_nothing_known_here(store):
    ended(store, outcome=Outcome())
    rows, text = history_list(store, silent())
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
    rows, head = history_entry(store, silent(), make_entry(operation).entry_id)
    assert rows == [{**GridRow("0", "<b>load</b>").as_json(), "label": ""}]
    assert "Export: Completed" in str(head.to_plotly_json())


def test_an_entry_of_another_machine_is_read_from_the_workspace(store, reader, workspace):
    entry = kept(workspace)
    rows, head = history_entry(store, reader, entry.entry_id)
    assert rows == [{**GridRow("0", "kept").as_json(), "label": ""}]
    assert "bo@prod.example" in str(head.to_plotly_json())


@pytest.mark.parametrize("name", ["../x", "..", "x" * 4000, "\0", "<script>", "\ud800"])
def test_an_address_that_names_no_entry_says_so(store, reader, name):
    rows, text = history_entry(store, reader, name)
    assert rows == []
    assert text == "This operation cannot be shown. This entry is not in the history."


def test_an_entry_whose_rows_are_damaged_says_so(store, reader, workspace):
    entry = kept(workspace)
    [path] = [path for path in workspace.files.files if path.endswith(".rows.gz")]
    workspace.files.files[path] = b"damaged"
    rows, text = history_entry(store, reader, entry.entry_id)
    assert rows == []
    assert "cannot be used" in text
