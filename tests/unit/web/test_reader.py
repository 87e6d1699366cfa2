"""What the page reads from the workspace by itself."""

import threading

import pytest

from core.errors import UnreachableError, WorkspaceError
from core.gateways.opening import OpenService
from tests.fakes import FOLDER, FakeWorkspace
from web.reader import WorkspaceReader

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


def test_it_connects_when_it_is_asked_and_never_before(reader, connecting):
    assert reader.known_host() == ""
    assert connecting.count == 0
    assert reader.place().host == HOST
    assert reader.known_host() == HOST
    reader.history()
    assert connecting.count == 1


def test_a_place_is_read_again_when_that_is_asked_for(reader, connecting):
    assert reader.place().where.git.commit == "1" * 40
    connecting.workspace.git.commit = "2" * 40
    assert reader.place().where.git.commit == "1" * 40
    assert reader.place(fresh=True).where.git.commit == "2" * 40
    assert reader.place().where.git.folder == FOLDER


def test_what_failed_is_tried_again(reader, connecting):
    connecting.fail = UnreachableError("No answer.")
    for _ in range(2):
        with pytest.raises(UnreachableError):
            reader.place()
    connecting.fail = None
    assert reader.place().host == HOST


def test_many_who_ask_at_once_share_one_connection(reader, connecting):
    barrier = threading.Barrier(8)

    def ask() -> None:
        barrier.wait(10)
        reader.history()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert connecting.count == 1
