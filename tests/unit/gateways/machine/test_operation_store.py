"""Operations in a file: many threads, several processes, and what the machine does to them."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.errors import StateError
from core.gateways.machine.operation_store import SqliteOperationStore
from core.gateways.machine.processes import process_start
from core.operations.grid_row import GridRow
from core.operations.kinds import OperationKind
from core.operations.operation import LogLine, OperationRunningError, Status
from core.operations.outcome import Outcome

EXPORT, INFO = OperationKind.EXPORT, OperationKind.INFO
ANA = "ana@dev.example"
ROOT = Path(__file__).parents[4]
FORK_AND_CLAIM = """
import os, sys
from pathlib import Path
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


def rewind(folder: Path, operation_id: str, seconds: float, **columns: object) -> None:
    """Let time have passed for an operation, as if the clock had moved on."""
    connection = sqlite3.connect(folder / "operations.sqlite")
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
    assert store.get(name).status is Status.RUNNING
    assert store.active() is None
    found = store.get(name)
    assert found.status is Status.INTERRUPTED
    assert "ended before it finished" in found.error
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
        "The page was closed before it started. Nothing was changed.",
    )
    assert not store.claim(name)


class ClaimedMeanwhile(SqliteOperationStore):
    """Another process claims the operation between the look at it and the verdict."""

    def _is_gone(self, row):
        if row["status"] == Status.QUEUED:
            assert super()._is_gone(row)
            self.claim(row["id"])
            return True
        return super()._is_gone(row)


def test_an_operation_that_is_begun_at_the_last_moment_goes_on(folder, store):
    name = store.start(EXPORT, {}, ANA).operation_id
    rewind(folder, name, 31)
    assert ClaimedMeanwhile(folder).active().operation_id == name
    assert store.get(name).status is Status.RUNNING


def test_another_host_s_operation_lives_while_it_tells_so(folder, store):
    name = store.start(EXPORT, {}, ANA).operation_id
    store.claim(name)
    rewind(folder, name, 20, host="elsewhere", pid=1)
    assert store.active().operation_id == name
    rewind(folder, name, 20)
    store.beat(name)
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
    SqliteOperationStore(tmp_path / "new" / "operations")
    for made in (tmp_path / "new", tmp_path / "new" / "operations"):
        assert made.stat().st_mode & 0o777 == 0o700


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="CACHE_FOLDER"):
        SqliteOperationStore(tmp_path / "file")


def test_a_file_that_is_no_database_is_refused(tmp_path):
    folder = tmp_path / "operations"
    folder.mkdir(mode=0o700)
    (folder / "operations.sqlite").write_bytes(b"something else entirely" * 100)
    with pytest.raises(StateError, match="cannot be used"):
        SqliteOperationStore(folder)


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
    folder.mkdir(mode=0o700)
    other = sqlite3.connect(folder / "operations.sqlite", isolation_level=None)
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
