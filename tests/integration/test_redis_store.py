"""Operations in a real Redis, for several replicas at once: whose they are, how long they last."""

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.gateways.redis import prelude
from core.gateways.redis.operation_store import RedisOperationStore
from core.operations.change_request import RequestState
from core.operations.counters import OPERATIONS
from core.operations.grid_row import GridRow
from core.operations.kinds import READING_KINDS, OperationKind
from core.operations.operation import (
    SHUTDOWN,
    LogLine,
    Operation,
    OperationRunningError,
    Status,
)
from core.operations.outcome import Outcome
from tests.redis_server import RedisServer
from tests.redis_stores import ANA, LATE_S, Replicas, fill, got, running

BEN = "ben@dev.example"
EXPORT, VALIDATE, INFO = OperationKind.EXPORT, OperationKind.VALIDATE, OperationKind.INFO


@pytest.fixture
def replicas(shared_redis: RedisServer) -> Iterator[Replicas]:
    """Of a Redis that stays as it is."""
    replicas = Replicas(shared_redis)
    yield replicas
    replicas.close()


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Make all calls at the same time; an error is returned."""
    begin = threading.Barrier(len(calls))

    def call(work: Callable[[], Any]) -> Any:
        begin.wait()
        try:
            return work()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


# Several at once


def test_two_replicas_that_start_at_once_make_one_operation(replicas: Replicas) -> None:
    stores = [replicas.store() for _ in range(4)]
    results = at_once([lambda s=stores[n % 4]: s.start(EXPORT, {}, ANA) for n in range(12)])
    started = [one for one in results if isinstance(one, Operation)]
    assert len(started) == 1
    assert all(isinstance(one, OperationRunningError) for one in results if one not in started)
    assert [store.active() for store in stores] == started * 4


def test_two_workers_that_claim_at_once_make_one_run(replicas: Replicas) -> None:
    stores = [replicas.store() for _ in range(4)]
    name = stores[0].start(EXPORT, {}, ANA).operation_id
    results = at_once([lambda s=stores[n % 4]: s.claim(name) for n in range(12)])
    assert sorted(results) == [False] * 11 + [True]


def test_two_who_approve_at_once_start_one_operation(replicas: Replicas) -> None:
    stores = [replicas.store() for _ in range(4)]
    made = stores[0].request_change(OperationKind.IMPORT, {"plan": "p"}, ANA)
    results = at_once([lambda s=stores[n % 4]: s.approve(made.request_id, BEN) for n in range(12)])
    assert sum(isinstance(one, Operation) for one in results) == 1
    [answered] = stores[1].change_requests()
    assert answered.state is RequestState.APPROVED


def test_two_that_read_at_once_share_one_reading(replicas: Replicas) -> None:
    stores = [replicas.store() for _ in range(4)]
    results = at_once([lambda s=stores[n % 4]: s.start(INFO, {}, ANA) for n in range(12)])
    assert len({one.operation_id for one in results}) == 1


def test_rows_of_several_threads_are_all_there(replicas: Replicas) -> None:
    store = replicas.store()
    name = running(store).operation_id
    at_once([lambda n=n: store.progress(name, rows=[GridRow(f"{n}")]) for n in range(20)])
    assert sorted(int(row.key) for row in store.row_values(name)) == list(range(20))
    assert got(store, name).seq == 20


def test_two_deployments_do_not_meet(replicas: Replicas) -> None:
    mine = replicas.store()
    other = RedisOperationStore(replicas.server.url, uuid.uuid4().hex)
    name = running(mine).operation_id
    assert other.get(name) is None
    assert other.active() is None
    assert other.start(EXPORT, {}, BEN).status is Status.QUEUED
    other.close()


def test_a_store_that_was_opened_before_a_fork_serves_both_processes(replicas: Replicas) -> None:
    store = replicas.store()
    name = running(store).operation_id
    child = os.fork()
    if child == 0:  # nothing but this may happen in it
        is_written = store.progress(name, rows=[GridRow("0")]) and store.get(name) is not None
        os._exit(0 if is_written else 1)
    assert store.get(name) is not None
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(store.row_values(name)) == 1


# Silence


def test_a_silent_worker_is_shown_as_gone_until_it_is_back(replicas: Replicas) -> None:
    replicas.settle()
    worker, page = replicas.store(), replicas.store()
    operation = running(worker)
    name = operation.operation_id
    worker.progress(name, rows=[GridRow("0")])
    replicas.age(name, prelude.SILENT_S - 2)
    assert got(page, name).status is Status.RUNNING
    replicas.age(name, 3)
    gone = got(page, name)
    assert (gone.status, gone.finished > 0) == (Status.INTERRUPTED, True)
    assert "has not been heard of for 10 seconds" in gone.error
    assert page.active() is None
    assert [one.status for one in page.ended()] == [Status.INTERRUPTED]
    assert page.latest((EXPORT,)) == gone
    assert not page.should_stop(name)
    assert worker.beat(operation) is True
    assert got(page, name).status is Status.RUNNING
    assert page.active() is not None
    assert page.ended() == []
    worker.finish(name, Status.SUCCEEDED, Outcome(), "")
    assert got(page, name).status is Status.SUCCEEDED


def test_two_that_run_because_one_is_back_are_not_passed_over_in_silence(
    replicas: Replicas,
) -> None:
    replicas.settle()
    first, second = replicas.store(), replicas.store()
    silent = running(first)
    replicas.age(silent.operation_id, 60)
    assert second.notice() == ""
    other = running(second)
    assert first.beat(silent) is True
    assert "Two operations are running" in second.notice()
    assert second.active() == got(second, other.operation_id)
    second.request_cancel(silent.operation_id, "by ana")
    assert first.should_stop(silent.operation_id)
    first.finish(silent.operation_id, Status.CANCELLED, None, "")
    assert second.notice() == ""


def test_one_that_was_asked_to_stop_is_asked_when_it_is_back(replicas: Replicas) -> None:
    replicas.settle()
    store = replicas.store()
    operation = running(store)
    replicas.age(operation.operation_id, 60)
    store.request_cancel(operation.operation_id, SHUTDOWN)
    assert "was shut down" in got(store, operation.operation_id).error
    store.beat(operation)
    assert store.should_stop(operation.operation_id)
    assert got(store, operation.operation_id).status is Status.CANCELLING


def test_what_no_worker_begins_is_cancelled_and_begins_no_later(replicas: Replicas) -> None:
    store = replicas.store()
    name = store.start(EXPORT, {}, ANA).operation_id
    replicas.age(name, prelude.QUEUED_S - 2)
    assert got(store, name).status is Status.QUEUED
    replicas.age(name, 3)
    late = got(store, name)
    assert (late.status, late.finished > late.created) == (Status.CANCELLED, True)
    assert "No worker began it within 12 seconds" in late.error
    assert store.active() is None
    assert not store.claim(name)
    assert got(store, name).status is Status.CANCELLED
    assert store.start(EXPORT, {}, ANA).operation_id != name


def test_what_was_begun_late_is_refused_though_nobody_looked(replicas: Replicas) -> None:
    store = replicas.store()
    name = store.start(EXPORT, {}, ANA).operation_id
    replicas.age(name, prelude.QUEUED_S + 1)
    assert not store.claim(name)
    assert "No worker began it" in got(store, name).error


def test_who_could_not_be_heard_while_redis_was_away_is_not_called_silent(
    lasting_redis: RedisServer,
) -> None:
    replicas = Replicas(lasting_redis)
    worker, page = replicas.store(), replicas.store()
    name = running(worker).operation_id
    lasting_redis.kill()
    lasting_redis.start()
    replicas.age(name, 60)  # as after a minute
    assert got(page, name).status is Status.RUNNING
    with pytest.raises(OperationRunningError):
        page.start(EXPORT, {}, BEN)
    replicas.close()


def test_the_clocks_of_the_machines_do_not_count(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, worker = replicas.store(), replicas.store()
    here = time.time()
    monkeypatch.setattr(time, "time", lambda: here + 7200)
    made = page.request_change(OperationKind.IMPORT, {}, ANA)
    operation = page.start(EXPORT, {}, ANA)
    monkeypatch.setattr(time, "time", lambda: here - 7200)
    assert worker.claim(operation.operation_id)
    worker.beat(got(worker, operation.operation_id))
    assert got(page, operation.operation_id).status is Status.RUNNING
    assert abs(operation.created - here) < LATE_S
    assert worker.change_requests() == [made]


def test_a_silent_worker_is_counted_once_whatever_comes_of_it(replicas: Replicas) -> None:
    replicas.settle()
    store = replicas.store()
    operation = running(store)
    store.start(INFO, {}, ANA)
    for name in (operation.operation_id, store.latest((INFO,)).operation_id):  # type: ignore[union-attr]
        replicas.age(name, 60)

    def ends() -> dict[str, float]:
        found = store.counted().items()
        return {dict(one.labels)["outcome"]: n for one, n in found if one.name == OPERATIONS}

    assert ends() == {"interrupted": 1, "cancelled": 1}
    store.beat(operation)
    store.finish(operation.operation_id, Status.SUCCEEDED, Outcome())
    assert ends() == {"interrupted": 1, "cancelled": 1}


# What is kept


def test_only_so_much_is_kept_and_everything_expires(replicas: Replicas) -> None:
    store = replicas.store()
    names = []
    for number in range(prelude.KEPT + 5):
        names.append(running(store).operation_id)
        fill(store, names[-1])
        store.finish(names[-1], Status.SUCCEEDED, Outcome(message=f"{number}"))
    for kind in READING_KINDS:
        for _ in range(prelude.KEPT_READINGS + 3):
            reading = running(store, kind).operation_id
            store.finish(reading, Status.SUCCEEDED, Outcome())
    store.request_change(OperationKind.IMPORT, {}, ANA)
    store.notice()
    store.counted()
    last = running(store).operation_id
    store.note_launch(last, 1)
    store.request_cancel(last, "x")
    assert [one.operation_id for one in store.ended()] == names[-prelude.KEPT :][::-1]
    assert store.get(names[0]) is None
    kept = [key for key in replicas.names() if f"{names[0]}" in key]
    assert kept == []
    operations = [key for key in replicas.names() if ":op:" in key]
    assert len(operations) <= prelude.KEPT + 1 + len(READING_KINDS) * (prelude.KEPT_READINGS + 1)
    without = [key for key in replicas.names() if replicas.raw.ttl(key) < 0]
    assert without == []


def test_plans_and_sides_are_kept_of_the_newest_of_each_kind(replicas: Replicas) -> None:
    """They take most of the memory, and the page shows the newest."""
    store = replicas.store()
    names = []
    for kind in (VALIDATE, *[EXPORT] * (prelude.KEPT_DOCUMENTS + 1)):
        names.append(running(store, kind).operation_id)
        fill(store, names[-1])
        store.finish(names[-1], Status.SUCCEEDED, Outcome())
    kept = [store.document(name, "plan") is not None for name in names]
    assert kept == [True, False, *[True] * prelude.KEPT_DOCUMENTS]
    assert len(store.row_values(names[1])) == 2


def test_the_log_keeps_its_newest_lines(replicas: Replicas) -> None:
    store = replicas.store()
    name = running(store).operation_id
    lines = [LogLine(float(n), "INFO", f"{n}") for n in range(prelude.MOST_LINES + 10)]
    for start in range(0, len(lines), 1000):
        store.progress(name, log=lines[start : start + 1000])
    assert store.log_lines(name, 99_999) == lines[10:]


def test_large_things_come_back_whole(replicas: Replicas) -> None:
    store, other = replicas.store(), replicas.store()
    names = [f"job {n}" for n in range(20_000)]
    name = store.start(OperationKind.IMPORT, {"names": names}, ANA).operation_id
    store.claim(name)
    large = os.urandom(8 * 1024 * 1024)
    many = {f"desired/{n}": os.urandom(2000) for n in range(3000)}
    assert store.put_documents(name, {"plan": large, **many})
    rows = [GridRow(f"{n}", f"job {n}", message="x" * 200) for n in range(12_000)]
    assert store.progress(name, rows=rows)
    assert store.beat(got(store, name)) is True
    assert other.document(name, "plan") == large
    assert other.document(name, "desired/2999") == many["desired/2999"]
    assert other.row_values(name) == rows
    assert got(other, name).params == {"names": names}
    store.finish(name, Status.SUCCEEDED, Outcome(message="y" * 5_000_000))
    ended = got(other, name)
    assert ended.outcome is not None
    assert len(ended.outcome.message) == 5_000_000


def test_nothing_in_redis_is_a_pickle(replicas: Replicas) -> None:
    store = replicas.store()
    name = running(store).operation_id
    fill(store, name)
    store.finish(name, Status.SUCCEEDED, Outcome(message="x"))
    for key in replicas.names():
        content = replicas.raw.dump(key)
        assert b"\x80\x04\x95" not in content
        assert b"\x80\x05\x95" not in content
