"""Operations in a file: many threads, several processes, and what the machine does to them."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.errors import StateError
from core.gateways.machine.generations import Generations
from core.gateways.machine.operation_store import SqliteOperationStore
from core.gateways.machine.processes import process_start
from core.operations.grid_row import GridRow
from core.operations.kinds import OperationKind
from core.operations.operation import LogLine, OperationRunningError, Status
from core.operations.outcome import Outcome
from core.operations.running import carry_out
from core.settings import AppMode
from tests.builders import definition_text, job
from tests.fakes import ME, FakeWorkspace

EXPORT, INFO = OperationKind.EXPORT, OperationKind.INFO
ANA = "ana@dev.example"
DATABASE = "operations.sqlite"
ROOT = Path(__file__).parents[4]
FORK_AND_CLAIM = """
import os, sys
from pathlib import Path
from core.gateways.machine.generations import Generations
from core.gateways.machine.operation_store import SqliteOperationStore
store = SqliteOperationStore(Path(sys.argv[1]))
if (pid := os.fork()) == 0:
    os._exit(0 if store.claim(sys.argv[2]) else 1)
assert os.waitpid(pid, 0)[1] == 0
assert not store.claim(sys.argv[2])
"""
CLAIM_AND_DIE = """
import os, sys
from pathlib import Path
from core.gateways.machine.generations import Generations
from core.gateways.machine.operation_store import SqliteOperationStore
assert SqliteOperationStore(Path(sys.argv[1])).claim(sys.argv[2])
os._exit(1)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "operations"


@pytest.fixture
def store(folder: Path) -> SqliteOperationStore:
    return SqliteOperationStore(folder)


def at_once(work: list[Callable[[], object]]) -> list[object]:
    """Call everything at the same instant, each on a thread of its own."""
    barrier, results = threading.Barrier(len(work)), []

    def begin(call: Callable[[], object]) -> None:
        barrier.wait(10)
        results.append(call())

    threads = [threading.Thread(target=begin, args=(call,)) for call in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def run(script: str, folder: Path, operation_id: str) -> int:
    """Run a script in a process of its own and return how it ended."""
    command = [sys.executable, "-c", script, str(folder), operation_id]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def file_of(folder: Path) -> Path:
    """Return the present file of operations."""
    return folder / (folder / "current").read_text() / DATABASE


def rewind(folder: Path, operation_id: str, seconds: float, **columns: object) -> None:
    """Let time have passed for an operation, as if the clock had moved on."""
    connection = sqlite3.connect(file_of(folder))
    with connection:
        connection.execute(
            "update operation set created=created-?, heartbeat=heartbeat-? where id=?",
            (seconds, seconds, operation_id),
        )
        for name, value in columns.items():
            connection.execute(f"update operation set {name}=? where id=?", (value, operation_id))
    connection.close()


# Many at the same time


def test_of_twenty_that_start_at_once_one_begins(folder):
    stores = [SqliteOperationStore(folder), SqliteOperationStore(folder)]

    def start(store: SqliteOperationStore) -> str:
        try:
            return store.start(EXPORT, {}, ANA).operation_id
        except OperationRunningError as busy:
            return f"busy: {busy.operation.operation_id}"

    results = at_once([lambda store=stores[n % 2]: start(store) for n in range(20)])
    [won] = [result for result in results if not str(result).startswith("busy")]
    assert results.count(f"busy: {won}") == 19
    assert [store.active().operation_id for store in stores] == [won, won]


def test_of_twenty_that_claim_at_once_one_carries_out(folder):
    stores = [SqliteOperationStore(folder), SqliteOperationStore(folder)]
    name = stores[0].start(EXPORT, {}, ANA).operation_id
    results = at_once([lambda store=stores[n % 2]: store.claim(name) for n in range(20)])
    assert sorted(results) == [False] * 19 + [True]


def test_no_row_is_lost_when_many_write(store):
    name = store.start(EXPORT, {}, ANA).operation_id
    at_once([lambda n=n: store.progress(name, rows=[GridRow(f"{n}")], done=n) for n in range(20)])
    seq, rows = store.rows_since(name, 0)
    assert seq == len(rows) == 20
    assert sorted(int(row.key) for row in store.row_values(name)) == list(range(20))


def test_another_object_on_the_same_file_sees_everything(folder, store):
    name = store.start(EXPORT, {"a": 1}, ANA).operation_id
    store.progress(name, rows=[GridRow("0", "load")], log=[LogLine(1.0, "INFO", "x")])
    store.put_documents(name, {"plan": b"{}"})
    other = SqliteOperationStore(folder)
    assert other.get(name) == store.get(name)
    assert other.row_values(name) == [GridRow("0", "load")]
    assert other.document(name, "plan") == b"{}"
    assert other.log_lines(name, 5) == [LogLine(1.0, "INFO", "x")]


def test_a_write_that_fails_leaves_nothing_behind(store):
    name = store.start(EXPORT, {}, ANA).operation_id
    with pytest.raises(TypeError):
        store.progress(name, rows=[GridRow("0"), GridRow("1", {"not": "json"}.keys())], step="half")
    assert store.rows_since(name, 0) == (0, [])
    store.progress(name, step="whole")
    assert store.get(name).step == "whole"


# What the machine does to operations


def test_an_operation_whose_process_is_gone_was_interrupted(folder, store):
    name = store.start(EXPORT, {}, ANA).operation_id
    assert run(CLAIM_AND_DIE, folder, name) == 1
    assert store.active() is None
    found = store.get(name)
    assert found.status is Status.INTERRUPTED
    assert "killed or crashed before it finished" in found.error
    assert [operation.operation_id for operation in store.ended()] == [name]


def test_the_next_operation_need_not_wait_for_a_dead_one(folder, store):
    name = store.start(EXPORT, {}, ANA).operation_id
    store.claim(name)
    rewind(folder, name, 0, pid_start="an earlier life of this process id")
    assert store.start(EXPORT, {}, ANA).operation_id != name
    assert store.get(name).status is Status.INTERRUPTED


def test_an_operation_at_work_stays_so_however_long_it_takes(folder, store):
    name = store.start(EXPORT, {}, ANA).operation_id
    store.claim(name)
    rewind(folder, name, 100_000)
    assert store.active().operation_id == name


def test_an_operation_that_is_not_begun_in_time_is_cancelled(folder, store):
    name = store.start(EXPORT, {}, ANA).operation_id
    rewind(folder, name, 29)
    assert store.active().operation_id == name
    rewind(folder, name, 2)
    assert store.ended()[0].operation_id == name
    found = store.get(name)
    assert (found.status, found.error) == (
        Status.CANCELLED,
        "It did not start: the page was closed, or its request was lost. Nothing was changed.",
    )
    assert not store.claim(name)


class ClaimedMeanwhile(SqliteOperationStore):
    """Another process claims the operation between the look at it and the verdict."""

    looks = 0

    def _end_of(self, row):
        end = super()._end_of(row)
        self.looks += 1
        if self.looks == 1:
            assert end
            other = SqliteOperationStore(self._directory)
            assert other.claim(row["id"])
        return end


def test_an_operation_that_is_begun_at_the_last_moment_goes_on(folder, store):
    name = store.start(EXPORT, {}, ANA).operation_id
    rewind(folder, name, 31)
    assert ClaimedMeanwhile(folder).ended() == []
    assert store.active().operation_id == name
    assert store.get(name).status is Status.RUNNING


def test_another_host_s_operation_lives_while_it_tells_so(folder, store):
    name = store.start(EXPORT, {}, ANA).operation_id
    store.claim(name)
    operation = store.get(name)
    rewind(folder, name, 20, host="elsewhere", pid=1)
    assert store.active().operation_id == name
    rewind(folder, name, 20)
    store.beat(operation)
    assert store.active().operation_id == name
    rewind(folder, name, 31)
    assert store.active() is None
    assert store.get(name).status is Status.INTERRUPTED


def test_a_shutdown_stops_what_runs_here_and_nothing_else(folder, store):
    here = store.start(EXPORT, {}, ANA).operation_id
    store.claim(here)
    other = store.start(INFO, {}, ANA).operation_id
    assert store.stop_all("shutdown") == [(os.getpid(), process_start(os.getpid()))]
    assert (store.get(here).status, store.get(here).cancel_reason) == (
        Status.CANCELLING,
        "shutdown",
    )
    assert store.get(other).status is Status.QUEUED
    assert store.should_stop(here)


def test_a_shutdown_leaves_alone_what_runs_on_another_machine(folder, store):
    elsewhere = store.start(EXPORT, {}, ANA).operation_id
    store.claim(elsewhere)
    rewind(folder, elsewhere, 0, host="elsewhere")
    assert store.stop_all("shutdown") == []
    assert store.get(elsewhere).status is Status.RUNNING


# What is kept


def test_the_log_keeps_the_newest_lines(store):
    name, other = (store.start(kind, {}, ANA).operation_id for kind in (INFO, EXPORT))
    store.progress(other, log=[LogLine(0.0, "INFO", "of another operation")])
    lines = [LogLine(float(n), "INFO", f"{n}") for n in range(6000)]
    for start in range(0, 6000, 1000):
        store.progress(name, log=lines[start : start + 1000])
    kept = store.log_lines(name, 10_000)
    assert len(kept) == 5000
    assert kept == lines[-5000:]
    assert len(store.log_lines(other, 10)) == 1


def test_the_oldest_operations_are_forgotten_with_all_they_told(store):
    names = []
    for _ in range(53):
        name = store.start(EXPORT, {}, ANA).operation_id
        store.claim(name)
        store.progress(name, rows=[GridRow("0")], log=[LogLine(1.0, "INFO", "x")])
        store.put_documents(name, {"plan": b"{}"})
        store.finish(name, Status.SUCCEEDED, Outcome())
        names.append(name)
    kept = [operation.operation_id for operation in store.ended()]
    assert kept == names[::-1][: len(kept)]
    assert 50 <= len(kept) <= 51
    assert store.get(names[0]) is None
    assert store.row(names[0], "0") is None
    assert store.document(names[0], "plan") is None
    assert store.log_lines(names[0], 9) == []
    assert store.document(names[-1], "plan") == b"{}"


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o777])
def test_a_folder_open_to_others_is_refused(tmp_path, mode):
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(StateError, match=r"another user.*CACHE_FOLDER"):
        SqliteOperationStore(folder)


def test_the_folder_is_made_for_this_user_alone(tmp_path):
    folder = tmp_path / "new" / "page" / "operations"
    SqliteOperationStore(folder)
    for made in (folder, folder.parent, folder.parent.parent):
        assert made.stat().st_mode & 0o777 == 0o700


def test_a_file_in_place_of_the_folder_above_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="CACHE_FOLDER"):
        SqliteOperationStore(tmp_path / "file" / "operations")


def test_a_folder_that_is_opened_to_others_is_used_by_nobody_until_it_is_closed(folder, store):
    store.check()
    folder.chmod(0o777)
    for one in (store, store):
        with pytest.raises(StateError, match=r"another user.*CACHE_FOLDER"):
            one.check()
    folder.chmod(0o700)
    store.check()
    assert store.notice() == ""


def test_what_a_process_knows_is_written_whole_where_the_store_is_lost_at_its_end(folder, store):
    workspace = FakeWorkspace()
    workspace.put_file("a.json", definition_text(job("a"), run_as=ME))
    name = store.start(OperationKind.VALIDATE, {}, ANA).operation_id

    class LosesItsPlace(SqliteOperationStore):
        def put_documents(self, operation_id, documents):
            is_written = super().put_documents(operation_id, documents)
            if documents.keys() & {"row/0"} and not (folder / "lost").exists():
                shutil.rmtree(folder)
                folder.mkdir(mode=0o700)
                (folder / "lost").touch()
            return is_written

    losing = LosesItsPlace(folder)
    carry_out(name, losing, lambda _: workspace.service(), AppMode.BOTH, lambda: 0.0, beat_s=99)
    ended = store.get(name)
    assert (ended.status, ended.outcome.counts) == (Status.SUCCEEDED, {"new": 1})
    assert [row.job for row in store.row_values(name)] == ["a"]
    assert store.document(name, "plan") and store.document(name, "row/0")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "the folder is deleted": shutil.rmtree,
    "the folder above it as well": lambda folder: shutil.rmtree(folder.parent),
    "it is emptied": lambda folder: [shutil.rmtree(folder), folder.mkdir(mode=0o700)],
    "its files are deleted": lambda folder: [
        file.unlink() for file in folder.rglob("*") if file.is_file()
    ],
    "the pointer to it is deleted": lambda folder: (folder / "current").unlink(),
    "the pointer to it is damaged": lambda folder: (folder / "current").write_text("../../x"),
    "the pointer to it is long": lambda folder: (folder / "current").write_text("a" * 7000),
    "the pointer to it is no text": lambda folder: (folder / "current").write_bytes(b"\xff\0"),
    "the database is deleted": lambda folder: file_of(folder).unlink(),
    "the shared memory is deleted": lambda folder: Path(f"{file_of(folder)}-shm").unlink(),
    "another database takes its place": lambda folder: _replace(folder, b"something else" * 100),
    "an empty file takes its place": lambda folder: _replace(folder, b""),
    "its beginning is overwritten": lambda folder: _scribble(file_of(folder)),
    "a file takes the place of the folder": lambda folder: [
        shutil.rmtree(folder),
        folder.write_text("in the way"),
    ],
    "folders take the place of its files": lambda folder: [
        [file.unlink(), file.mkdir()] for file in folder.rglob("*") if file.is_file()
    ],
    "a file is where damaged ones go": lambda folder: [
        (folder / "damaged").write_text(""),
        _scribble(file_of(folder)),
    ],
}


def _replace(folder: Path, content: bytes) -> None:
    (folder / "new").write_bytes(content)
    (folder / "new").replace(file_of(folder))


def _scribble(database: Path) -> None:
    with database.open("r+b") as file:
        file.write(b"scribbled" * 500)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_store_that_is_lost_while_it_is_open_is_made_anew(tmp_path, damage):
    folder = tmp_path / "cache" / "operations"
    stores = [SqliteOperationStore(folder) for _ in range(3)]
    name = stores[0].start(EXPORT, {}, ANA).operation_id
    assert [store.get(name).status for store in stores] == [Status.QUEUED] * 3
    stores[0].finish(name, Status.SUCCEEDED, Outcome())
    stores[0]._connection().execute("pragma wal_checkpoint(truncate)")
    damage(folder)
    stores[2] = SqliteOperationStore(folder)  # one that starts now may be the first to notice
    for store in stores:
        store.check()
        assert store.get(name) is None
        assert "was lost" in store.notice()
    again = stores[1].start(EXPORT, {}, ANA).operation_id
    assert [store.get(again).status for store in stores] == [Status.QUEUED] * 3
    assert not any(store.notice() for store in stores)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_store_that_was_damaged_before_the_start_is_kept_beside_the_new_one(folder):
    Generations(folder, DATABASE).present()
    file_of(folder).write_bytes(b"something else entirely" * 100)
    store = SqliteOperationStore(folder)
    assert "was lost" in store.notice()
    assert (folder / "damaged" / DATABASE).read_bytes().startswith(b"something else")


def test_the_file_of_another_version_is_replaced_without_a_word(folder):
    SqliteOperationStore(folder)
    other = sqlite3.connect(file_of(folder))
    with other:
        other.execute("pragma user_version=1")
    other.close()
    store = SqliteOperationStore(folder)
    store.start(EXPORT, {}, ANA)
    assert store.notice() == ""


def test_a_browser_has_all_rows_again_of_an_operation_that_was_lost(folder, store):
    operation = running_operation(store)
    name = operation.operation_id
    for _ in range(9):
        store.progress(name, rows=[GridRow("0"), GridRow("1")])
    seen, _ = store.rows_since(name, 0)
    shutil.rmtree(folder)
    store.beat(operation)
    store.progress(name, rows=[GridRow("0"), GridRow("1")])
    seq, rows = store.rows_since(name, seen)
    assert len(rows) == 2
    assert len(f"{seq}") < 16  # the feed takes no longer number


def running_operation(store):
    name = store.start(EXPORT, {}, ANA).operation_id
    assert store.claim(name)
    return store.get(name)


def test_an_operation_that_the_store_lost_while_it_was_running_is_put_back(folder, store):
    name = store.start(EXPORT, {"a": 1}, ANA).operation_id
    store.claim(name)
    operation = store.get(name)
    shutil.rmtree(folder)
    assert store.progress(name, rows=[GridRow("0")]) is False
    assert not store.should_stop(name)
    assert store.beat(operation) is False
    assert store.beat(operation) is True
    back = store.get(name)
    assert (back.status, back.actor, back.params) == (Status.RUNNING, ANA, {"a": 1})
    store.request_cancel(name, "by ana")
    assert store.should_stop(name)


# Clocks that were wrong


def test_what_was_started_while_the_clock_was_ahead_is_not_the_newest_for_ever(folder, store):
    first = store.start(EXPORT, {}, ANA).operation_id
    store.claim(first)
    store.finish(first, Status.SUCCEEDED, Outcome())
    rewind(folder, first, -86_400)
    second = store.start(EXPORT, {}, ANA).operation_id
    store.claim(second)
    store.finish(second, Status.SUCCEEDED, Outcome())
    assert store.latest((EXPORT,)).operation_id == second
    assert [operation.operation_id for operation in store.ended()] == [second, first]
    assert store.get(first).number < store.get(second).number


@pytest.mark.parametrize("seconds", [-86_400, 86_400])
def test_a_queued_operation_of_another_time_does_not_wait_for_ever(folder, store, seconds):
    name = store.start(EXPORT, {}, ANA).operation_id
    rewind(folder, name, seconds)
    assert store.active() is None
    assert store.get(name).status is Status.CANCELLED


def test_another_machine_s_operation_of_another_time_does_not_run_for_ever(folder, store):
    name = store.start(EXPORT, {}, ANA).operation_id
    store.claim(name)
    rewind(folder, name, -86_400, host="elsewhere")
    assert store.active() is None
    assert "started anew" in store.get(name).error


# What really stopped it


def test_a_process_that_could_not_start_is_not_a_page_that_was_closed(store):
    name = store.start(EXPORT, {}, ANA).operation_id
    store.note_launch(name, None, "Its process could not start: no memory.")
    found = store.get(name)
    assert (found.status, found.error) == (
        Status.FAILED,
        "Its process could not start: no memory. Nothing was changed.",
    )


def test_a_process_that_ends_before_it_begins_is_known_at_once(folder, store):
    name = store.start(EXPORT, {}, ANA).operation_id
    store.note_launch(name, os.getpid())
    assert store.active().operation_id == name
    rewind(folder, name, 0, pid_start="an earlier life of this process id")
    assert store.active() is None
    assert (store.get(name).status, store.get(name).error[:26]) == (
        Status.FAILED,
        "Its process ended before i",
    )


def test_a_process_that_a_shutdown_killed_says_so(folder, store):
    name = store.start(EXPORT, {}, ANA).operation_id
    store.claim(name)
    store.stop_all("shutdown")
    rewind(folder, name, 0, pid_start="an earlier life of this process id")
    assert store.active() is None
    assert "was shut down" in store.get(name).error


class FullDisk(SqliteOperationStore):
    """A disk on which nothing can be written until the reserve is given back."""

    has_room = False

    def _connection(self):
        connection = super()._connection()
        pages = connection.execute("pragma page_count").fetchone()[0]
        connection.execute(f"pragma max_page_count={10**6 if self.has_room else pages}")
        return connection

    def _release_reserve(self):
        super()._release_reserve()
        self.has_room = True


def test_a_full_disk_is_called_so_and_nothing_is_made_anew(folder):
    store = FullDisk(folder)
    with pytest.raises(StateError, match=r"is full.*Free some space"):
        store.start(EXPORT, {"names": ["x" * 100_000]}, ANA)
    assert store.progress("any", log=[LogLine(1.0, "INFO", "x" * 100_000)]) is False
    assert store.notice() == ""


def test_the_end_of_an_operation_finds_room_on_a_full_disk(folder):
    before = SqliteOperationStore(folder)
    name = before.start(EXPORT, {}, ANA).operation_id
    before.claim(name)
    assert (folder / "reserve").stat().st_size == 1024 * 1024
    store = FullDisk(folder)
    assert store.progress(name, rows=[GridRow("0", "x" * 100_000)]) is False
    store.finish(name, Status.SUCCEEDED, Outcome(message="y" * 100_000))
    assert before.get(name).status is Status.SUCCEEDED
    assert not (folder / "reserve").exists()
    before.start(EXPORT, {}, ANA)
    assert (folder / "reserve").exists()


def test_an_operation_that_cannot_be_begun_on_a_full_disk_says_so(folder):
    before = SqliteOperationStore(folder)
    name = before.start(EXPORT, {}, ANA).operation_id
    store = FullDisk(folder)

    def claim(operation_id: str) -> bool:
        raise StateError("The disk that holds it is full.")

    store._claim = claim
    assert not store.claim(name)
    ended = before.get(name)
    assert ended.status is Status.FAILED
    assert ended.error == "The disk that holds it is full. Nothing was changed."


def test_an_operation_whose_end_cannot_be_noted_is_shown_as_ended(folder, store):
    name = store.start(EXPORT, {}, ANA).operation_id
    store.claim(name)
    rewind(folder, name, 0, pid_start="an earlier life of this process id")
    full = FullDisk(folder)
    full._transaction = lambda *_: (_ for _ in ()).throw(StateError("full"))
    assert full.active() is None
    assert full.latest((EXPORT,)).status is Status.INTERRUPTED
    assert [operation.operation_id for operation in full.ended()] == [name]


def test_a_forked_process_gets_a_connection_of_its_own(folder, store):
    name = store.start(EXPORT, {}, ANA).operation_id
    assert run(FORK_AND_CLAIM, folder, name) == 0


def test_readings_of_the_workspace_do_not_push_out_a_validation(tmp_path: Path) -> None:
    store = SqliteOperationStore(tmp_path / "operations")
    for kind in [OperationKind.VALIDATE] + [OperationKind.INFO] * 60:
        name = store.start(kind, {}, "ana@dev.example").operation_id
        store.claim(name)
        store.finish(name, Status.SUCCEEDED, Outcome())
    assert store.latest((OperationKind.VALIDATE,)) is not None


# Two processes begin at the same time


@contextmanager
def another_makes_the_tables(folder: Path) -> Iterator[sqlite3.Connection]:
    Generations(folder, DATABASE).present()
    other = sqlite3.connect(file_of(folder), isolation_level=None)
    other.execute("begin immediate")
    yield other
    other.close()


def test_a_process_that_begins_beside_another_waits_for_it(folder: Path) -> None:
    with another_makes_the_tables(folder) as other:
        store = SqliteOperationStore(folder, sleep=lambda _seconds: other.execute("rollback"))
    assert store.start(EXPORT, {}, ANA).kind is EXPORT


def test_no_process_waits_for_ever_for_another(folder: Path) -> None:
    waits: list[float] = []
    with another_makes_the_tables(folder), pytest.raises(StateError, match="database is locked"):
        SqliteOperationStore(folder, sleep=waits.append)
    assert 5 <= sum(waits) <= 30
