"""What the page reads from the workspace by itself."""

import time

import pytest

from core.errors import UnreachableError, WorkspaceError
from core.gateways.opening import OpenService
from tests.fakes import FOLDER, FakeWorkspace
from web.routes.reader import Place, WorkspaceReader
from web.routes.readings import Known

HOST = "https://dev.example"


class Connecting:
    """Connects to a workspace in memory, and counts how often."""

    def __init__(self, workspace: FakeWorkspace) -> None:
        self.workspace = workspace
        self.count = 0
        self.fail: WorkspaceError | None = None

    def __call__(self) -> OpenService:
        self.count += 1
        if self.fail:
            raise self.fail
        return self.workspace.opened()


@pytest.fixture
def connecting() -> Connecting:
    return Connecting(FakeWorkspace())


@pytest.fixture
def reader(connecting) -> WorkspaceReader:
    return WorkspaceReader(connecting)


def place_of(reader: WorkspaceReader, number: int = 0) -> Known[Place]:
    """Ask as a page does, until it knows."""
    while (known := reader.place(number)).is_reading:
        time.sleep(0.001)
    return known


def test_it_connects_when_it_is_asked_and_never_before(reader, connecting):
    assert reader.known_host() == ""
    assert reader.place(reads=False) == Known()
    assert connecting.count == 0
    assert place_of(reader).value.host == HOST
    assert reader.known_host() == HOST
    reader.entries(reader.now())
    assert connecting.count == 1


def test_a_place_is_read_again_when_an_operation_has_ended_since(reader, connecting):
    assert place_of(reader).value.where.git.commit == "1" * 40
    connecting.workspace.git.commit = "2" * 40
    assert place_of(reader).value.where.git.commit == "1" * 40
    assert reader.place(7, reads=False).value.where.git.commit == "1" * 40
    assert place_of(reader, 7).value.where.git.commit == "2" * 40
    assert place_of(reader).value.where.git.folder == FOLDER


def test_what_failed_is_a_problem_beside_what_was_known(reader, connecting):
    connecting.fail = UnreachableError("No answer.")
    known = place_of(reader)
    assert (known.value, known.problem) == (None, "No answer.")


def test_the_history_comes_at_once_where_the_workspace_is_fast(reader, connecting):
    known = reader.entries(reader.now())
    assert (known.value, known.is_reading) == ((), False)
