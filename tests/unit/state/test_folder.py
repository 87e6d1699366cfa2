"""The state folder."""

import pytest

from core.errors import NotFoundError, PermissionDeniedError, StateError, WorkspaceError
from core.state.folder import StateFolder
from core.state.ledger import ExportedFile, ExportedLedger, ImportedJob, ImportedLedger
from tests.fakes import FakeFiles

STATE = "/Workspace/Shared/.job-sync-state/abc"
DENIED = PermissionDeniedError("No permission.", fix="Ask.")


@pytest.fixture
def files() -> FakeFiles:
    return FakeFiles()


@pytest.fixture
def state(files) -> StateFolder:
    folder = StateFolder(files, STATE)
    folder.prepare()
    return folder


def test_the_folder_is_made_with_its_parents(files, state):
    assert {STATE, "/Workspace/Shared/.job-sync-state"} <= files.folders


def test_a_folder_that_cannot_be_made_says_what_to_do(files):
    files.read_only = DENIED
    with pytest.raises(StateError, match=r"No permission.*STATE_FOLDER_PATH"):
        StateFolder(files, STATE).prepare()


def test_there_are_empty_ledgers_at_first(state):
    assert state.imported() == ImportedLedger()
    assert state.exported() == ExportedLedger()


def test_ledgers_are_kept(state):
    imported = ImportedLedger({1: ImportedJob("größe", 2)})
    exported = ExportedLedger({"a.json": ExportedFile(1, "a")})
    state.save_imported(imported)
    state.save_exported(exported)
    assert (state.imported(), state.exported()) == (imported, exported)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"a": 1, "a": 2}'])
def test_a_damaged_ledger_is_an_error(files, state, content):
    for name in ("imported", "exported"):
        files.files[f"{STATE}/{name}.json"] = content
    for read in (state.imported, state.exported):
        with pytest.raises(StateError, match="is not valid JSON"):
            read()


@pytest.mark.parametrize("content", [b"null", b"[]", b'""', b"0", b"false", b"{}", b" null\n"])
def test_a_document_that_is_another_json_is_damaged_and_not_empty(files, state, content):
    for name in ("imported", "exported", "filled_in"):
        files.files[f"{STATE}/{name}.json"] = content
    reads = (state.imported, state.exported, state.find_imported, state.find_exported)
    for read in (*reads, state.find_filled_in):
        with pytest.raises(StateError, match="has a shape that this version cannot read"):
            read()


def test_an_editor_may_put_a_byte_order_mark_in_front(files, state):
    ledger = ImportedLedger({1: ImportedJob("a", 2)})
    state.save_imported(ledger)
    path = f"{STATE}/imported.json"
    files.files[path] = b"\xef\xbb\xbf" + files.files[path]
    assert state.imported() == ledger


def test_a_ledger_of_another_version_is_an_error(files, state):
    files.files[f"{STATE}/imported.json"] = b'{"version": 2}'
    with pytest.raises(StateError, match="cannot read"):
        state.imported()


def test_a_ledger_that_cannot_be_read_is_not_an_empty_one(files, state):
    files.unreadable[f"{STATE}/imported.json"] = WorkspaceError("Slow.")
    with pytest.raises(WorkspaceError, match="Slow"):
        state.imported()


def test_a_ledger_that_cannot_be_written_is_an_error(files, state):
    files.read_only = DENIED
    with pytest.raises(
        StateError, match=r"imported\.json cannot be written\. No permission\. Ask\."
    ):
        state.save_imported(ImportedLedger())


def test_a_ledger_that_is_listed_is_not_taken_for_a_missing_one(files, state):
    assert state.imported() == ImportedLedger()
    state.prepare()
    state.save_imported(ImportedLedger({1: ImportedJob("a", 2)}))
    files.unreadable[f"{STATE}/imported.json"] = NotFoundError("No.")
    with pytest.raises(StateError, match="exists but cannot be read"):
        state.imported()
