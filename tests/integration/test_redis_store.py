"""Operations in a real Redis that is killed, stopped, emptied, filled and set back."""

import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from core.errors import StateError
from core.gateways.redis import prelude
from core.gateways.redis.operation_store import RedisOperationStore
from core.operations.change_request import EXPIRE_S, NotOpenError, RequestState
from core.operations.counters import OPERATIONS
from core.operations.grid_row import GridRow, RowState
from core.operations.kinds import READING_KINDS, OperationKind
from core.operations.operation import (
    SHUTDOWN,
    LogLine,
    Operation,
    OperationRunningError,
    Status,
)
from core.operations.outcome import Outcome
from core.operations.running import carry_out
from core.service import JobSync
from core.settings import AppMode
from tests.builders import definition_text, job
from tests.fakes import ME, FakeWorkspace
from tests.redis_server import RedisServer, serving

ANA, BEN = "ana@dev.example", "ben@dev.example"
EXPORT, VALIDATE, INFO = OperationKind.EXPORT, OperationKind.VALIDATE, OperationKind.INFO
LATE_S = 60.0


class Replicas:
    """Several processes' stores of one deployment, and what a test does to their Redis."""

    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self.deployment = uuid.uuid4().hex
        self._opened: list[RedisOperationStore] = []
        self.raw: Any = server.client()

    def store(self) -> RedisOperationStore:
        store = RedisOperationStore(self.server.url, self.deployment)
        self._opened.append(store)
        return store

    def close(self) -> None:
        for store in self._opened:
            store.close()
        self.raw.close()

    def names(self) -> list[str]:
        return sorted(key.decode() for key in self.raw.keys(f"jobsync:{self.deployment}:*"))

    def key(self, kind: str, name: str = "") -> str:
        return f"jobsync:{self.deployment}:{kind}" + (f":{name}" if name else "")

    def age(self, name: str, seconds: float) -> None:
        """Let the last sign of life, and the start, be some seconds ago."""
        for field in ("created", "heartbeat"):
            was = float(self.raw.hget(self.key("op", name), field))
            self.raw.hset(self.key("op", name), field, f"{was - seconds:.6f}")

    def settle(self) -> None:
        """Wait until Redis has been there for so long that silence means something."""
        end = time.monotonic() + LATE_S
        while self.raw.info("server")["uptime_in_seconds"] <= prelude.SILENT_S:
            assert time.monotonic() < end
            time.sleep(0.2)


@pytest.fixture
def replicas(shared_redis: RedisServer) -> Iterator[Replicas]:
    """Of a Redis that stays as it is."""
    replicas = Replicas(shared_redis)
    yield replicas
    replicas.close()


@pytest.fixture
def alone(redis_server: RedisServer) -> Iterator[Replicas]:
    """Of a Redis that loses everything when it is stopped."""
    replicas = Replicas(redis_server)
    yield replicas
    replicas.close()


def running(store: RedisOperationStore, kind: OperationKind = EXPORT) -> Operation:
    name = store.start(kind, {}, ANA).operation_id
    assert store.claim(name)
    return got(store, name)


def got(store: RedisOperationStore, name: str) -> Operation:
    operation = store.get(name)
    assert operation is not None
    return operation


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


def eventually(is_so: Callable[[], Any]) -> None:
    end = time.monotonic() + LATE_S
    while not is_so():
        assert time.monotonic() < end, "It never came to be."
        time.sleep(0.05)


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


# Losses


def fill(store: RedisOperationStore, name: str) -> None:
    assert store.progress(
        name,
        rows=[GridRow("0", "load", state=RowState.DONE), GridRow("1", "report")],
        log=[LogLine(1.0, "INFO", "x")],
    )
    assert store.put_documents(name, {"plan": b"{}"})


def empty_it(replicas: Replicas) -> None:
    replicas.raw.flushall()


def restart_it(replicas: Replicas) -> None:
    replicas.server.kill()
    replicas.server.start()


@pytest.mark.parametrize("lose", [empty_it, restart_it], ids=["emptied", "restarted"])
def test_what_redis_lost_is_put_back_by_its_worker(
    alone: Replicas, lose: Callable[[Replicas], None]
) -> None:
    worker, page, late = alone.store(), alone.store(), alone.store()
    for store in (worker, page):
        store.check()
    old = page.start(VALIDATE, {}, ANA).operation_id
    page.claim(old)
    page.finish(old, Status.SUCCEEDED, Outcome())
    operation = running(worker)
    name = operation.operation_id
    fill(worker, name)
    page.check()
    seen, _ = page.rows_since(name, 0)
    lose(alone)
    assert page.get(name) is None
    assert page.get(old) is None
    assert not worker.progress(name, done=1)
    assert late.notice() == "" or "was lost" in late.notice()
    assert "was lost" in page.notice()
    assert worker.beat(operation) is False
    back = got(page, name)
    assert (back.status, back.kind, back.actor, back.number, back.params) == (
        *(Status.RUNNING, EXPORT, ANA),
        *(operation.number, {}),
    )
    assert page.active() == back
    with pytest.raises(OperationRunningError):
        page.start(EXPORT, {}, BEN)
    fill(worker, name)
    assert worker.beat(operation) is True
    _, rows = page.rows_since(name, seen)
    assert [json.loads(row)["key"] for row in rows] == ["0", "1"]  # a browser has them all again
    assert page.document(name, "plan") == b"{}"
    assert "was lost" in late.notice()
    worker.finish(name, Status.SUCCEEDED, Outcome())
    newer = page.start(EXPORT, {}, ANA)
    assert newer.number > operation.number
    assert [store.notice() for store in (page, worker, late)] == [""] * 3


def test_a_redis_that_comes_back_with_an_older_state_has_everything_again(
    alone: Replicas,
) -> None:
    worker, page = alone.store(), alone.store()
    operation = running(worker)
    name = operation.operation_id
    fill(worker, name)
    page.check()
    alone.raw.save()
    worker.progress(name, rows=[GridRow("1", "report", state=RowState.DONE)])
    worker.put_documents(name, {"row/1": b"{}"})
    seen, _ = page.rows_since(name, 0)
    restart_it(alone)
    assert [row.state for row in page.row_values(name)] == ["done", ""]
    assert worker.beat(operation) is False
    fill(worker, name)
    worker.progress(name, rows=[GridRow("1", "report", state=RowState.DONE)])
    assert worker.beat(operation) is True
    assert {row.state for row in page.row_values(name)} == {"done"}
    _, rows = page.rows_since(name, seen)
    assert {json.loads(row)["key"] for row in rows} == {"0", "1"}


def test_an_older_state_is_noticed_by_the_page_as_well(alone: Replicas) -> None:
    page = alone.store()
    first = page.start(EXPORT, {}, ANA).operation_id
    page.check()
    alone.raw.save()
    page.finish(first, Status.CANCELLED, None)
    page.start(EXPORT, {}, ANA)
    page.check()
    restart_it(alone)
    assert "was lost" in page.notice()
    assert "was lost" in alone.store().notice()


PARTS = ("op", "params", "rows", "order", "moved", "docs")


@pytest.mark.parametrize("part", PARTS)
def test_an_evicted_part_is_lost_and_put_back(replicas: Replicas, part: str) -> None:
    worker, page = replicas.store(), replicas.store()
    name = worker.start(EXPORT, {"names": ["a"]}, ANA).operation_id
    worker.claim(name)
    operation = got(worker, name)
    fill(worker, name)
    assert worker.beat(operation) is True
    replicas.raw.delete(replicas.key(part, name))
    assert worker.beat(operation) is False
    fill(worker, name)
    assert worker.beat(operation) is True
    back = got(page, name)
    assert (back.status, back.params) == (Status.RUNNING, {"names": ["a"]})
    assert [row.job for row in page.row_values(name)] == ["load", "report"]
    assert page.document(name, "plan") == b"{}"


@pytest.mark.parametrize("key", ["live", "kind:export", "exclusive", "last", "made"])
def test_an_evicted_list_is_made_anew_by_whoever_is_alive(replicas: Replicas, key: str) -> None:
    worker, page = replicas.store(), replicas.store()
    operation = running(worker)
    page.check()
    replicas.raw.delete(replicas.key(key))
    assert worker.beat(operation) is True
    assert page.active() == got(page, operation.operation_id)
    assert page.latest((EXPORT,)) == page.active()
    worker.finish(operation.operation_id, Status.SUCCEEDED, None)
    assert page.start(EXPORT, {}, ANA).number > operation.number


def test_what_ended_and_is_evicted_in_part_is_never_taken_for_something_else(
    replicas: Replicas,
) -> None:
    """Without its parameters, an import of some jobs would be one of all."""
    store = replicas.store()
    name = store.start(OperationKind.IMPORT, {"names": ["a"]}, ANA).operation_id
    replicas.raw.delete(replicas.key("params", name))
    other = replicas.store()
    assert not other.claim(name)
    assert other.get(name) is None
    done = running(store)
    store.finish(done.operation_id, Status.SUCCEEDED, Outcome(message="x"))
    replicas.raw.delete(replicas.key("outcome", done.operation_id))
    assert got(other, done.operation_id).outcome is None


def test_an_evicted_request_is_not_approved(replicas: Replicas) -> None:
    store, other = replicas.store(), replicas.store()
    for part in ("request", "params"):
        made = store.request_change(OperationKind.IMPORT, {"of": part}, ANA)
        replicas.raw.delete(replicas.key(part, made.request_id))
        with pytest.raises(NotOpenError):
            other.approve(made.request_id, BEN)
        assert [one for one in other.change_requests() if one == made] == []
    assert other.active() is None


def test_a_request_expires_by_the_clock_of_redis(replicas: Replicas) -> None:
    store = replicas.store()
    made = store.request_change(OperationKind.IMPORT, {}, ANA)
    key = replicas.key("request", made.request_id)
    for seconds in (EXPIRE_S, -60):  # yesterday, or by a clock that was wrong
        replicas.raw.hset(key, "created", f"{made.created - seconds:.6f}")
        assert store.change_requests() == []
        with pytest.raises(NotOpenError):
            store.approve(made.request_id, BEN)
        with pytest.raises(NotOpenError):
            store.decide(made.request_id, RequestState.DECLINED, BEN)


# Away


def test_a_redis_that_is_not_there_is_no_obstacle_to_opening_the_store(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.stop()
        store = RedisOperationStore(server.url, "x")
        with pytest.raises(StateError, match=r"cannot be reached.*REDIS_URL"):
            store.check()
        server.start()
        eventually(lambda: _is_well(store))
        store.close()


def _is_well(store: RedisOperationStore) -> bool:
    try:
        store.check()
    except StateError:
        return False
    return True


def methods(store: RedisOperationStore, operation: Operation) -> dict[str, Callable[[], Any]]:
    """Return a call of each method that raises where Redis is away."""
    name = operation.operation_id
    return {
        "check": store.check,
        "notice": store.notice,
        "start": lambda: store.start(EXPORT, {}, ANA),
        "claim": lambda: store.claim(name),
        "finish": lambda: store.finish(name, Status.FAILED, None),
        "request_cancel": lambda: store.request_cancel(name, "x"),
        "beat": lambda: store.beat(operation),
        "note_launch": lambda: store.note_launch(name, None, "x"),
        "document": lambda: store.document(name, "x"),
        "get": lambda: store.get(name),
        "active": store.active,
        "latest": lambda: store.latest((EXPORT,)),
        "rows_since": lambda: store.rows_since(name, 0),
        "rows_since 1": lambda: store.rows_since(name, 1),
        "row": lambda: store.row(name, "0"),
        "row_values": lambda: store.row_values(name),
        "ended": store.ended,
        "log_lines": lambda: store.log_lines(name, 9),
        "should_stop": lambda: store.should_stop(name),
        "stop_all": lambda: store.stop_all("x"),
        "counted": store.counted,
        "request_change": lambda: store.request_change(OperationKind.IMPORT, {}, ANA),
        "change_requests": store.change_requests,
        "decide": lambda: store.decide("x", RequestState.DECLINED, ANA),
        "approve": lambda: store.approve("x", ANA),
    }


@pytest.mark.parametrize("word", ["cannot be reached", "does not answer"])
def test_every_method_says_that_redis_is_away(alone: Replicas, word: str) -> None:
    store = alone.store()
    operation = running(store)
    name = operation.operation_id
    if word == "does not answer":
        alone.server.pause()
    else:
        alone.server.kill()
    for call in methods(store, operation).values():
        with pytest.raises(StateError, match=rf"{word}.*Check that Redis is running"):
            call()
    assert store.progress(name, rows=[GridRow("0")]) is False
    assert store.put_documents(name, {"x": b""}) is False
    assert store.count({}) is False


def test_a_connection_that_broke_meanwhile_is_no_failure(lasting_redis: RedisServer) -> None:
    replicas = Replicas(lasting_redis)
    store = replicas.store()
    operation = running(store)
    lasting_redis.kill()
    lasting_redis.start()
    assert store.beat(operation) is True
    lasting_redis.kill()
    lasting_redis.start()
    assert store.progress(operation.operation_id, rows=[GridRow("0")]) is True
    replicas.close()


def test_a_full_memory_is_said_and_loses_nothing(alone: Replicas) -> None:
    store = alone.store()
    operation = running(store)
    name = operation.operation_id
    fill(store, name)
    alone.raw.config_set("maxmemory", "1mb")
    for refused in (
        lambda: store.start(INFO, {}, ANA),
        lambda: store.finish(name, Status.SUCCEEDED, Outcome()),
    ):
        with pytest.raises(StateError, match=r"memory of Redis.*is full.*maxmemory"):
            refused()
    assert store.progress(name, rows=[GridRow("0")]) is False
    assert store.put_documents(name, {"x": b""}) is False
    assert got(store, name).status is Status.RUNNING
    assert len(store.row_values(name)) == 2
    alone.raw.config_set("maxmemory", "0")
    store.finish(name, Status.SUCCEEDED, Outcome())
    assert got(store, name).status is Status.SUCCEEDED


def test_a_refused_login_is_said_without_the_password(alone: Replicas) -> None:
    alone.raw.config_set("requirepass", "right-word")
    for user in (":wrong-word@", "eve:wrong-word@", ""):
        store = RedisOperationStore(f"redis://{user}127.0.0.1:{alone.server.port}/0", "x")
        with pytest.raises(StateError, match="refuses the login") as refused:
            store.check()
        assert "word@" not in str(refused.value)
        assert "wrong" not in str(refused.value)
        store.close()


def test_a_user_who_may_use_only_our_keys_and_ask_nothing_else_is_enough(
    alone: Replicas,
) -> None:
    alone.raw.execute_command(
        *("ACL", "SETUSER", "ana", "on", ">word", "~jobsync:*", "+@all", "-@dangerous", "-@admin")
    )
    store = RedisOperationStore(f"redis://ana:word@127.0.0.1:{alone.server.port}/0", "x")
    operation = running(store)
    alone.raw.hset(f"jobsync:x:op:{operation.operation_id}", "heartbeat", "1")
    assert got(store, operation.operation_id).status is Status.INTERRUPTED
    assert store.beat(operation) is True
    store.close()


def test_one_that_only_copies_another_says_so(alone: Replicas) -> None:
    store = alone.store()
    store.check()
    alone.raw.replicaof("127.0.0.1", "1")
    with pytest.raises(StateError, match="is a replica"):
        store.start(EXPORT, {}, ANA)


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


# Of one process


def test_a_worker_stops_its_own_operations_and_no_other(replicas: Replicas) -> None:
    store = replicas.store()
    mine, others = running(store), running(store, INFO)
    replicas.raw.hset(replicas.key("op", others.operation_id), "pid", "1")
    waiting = store.start(OperationKind.MAPPINGS, {}, ANA).operation_id
    assert [pid for pid, _ in store.stop_all(SHUTDOWN)] == [os.getpid()]
    assert got(store, mine.operation_id).status is Status.CANCELLING
    assert got(store, mine.operation_id).cancel_reason == SHUTDOWN
    assert not store.should_stop(others.operation_id)
    assert got(store, waiting).status is Status.QUEUED


@pytest.mark.parametrize("case", ["comes back", "comes back empty", "is emptied"])
def test_an_operation_outlives_a_redis_that_goes_away_in_the_middle(
    tmp_path: Path, case: str
) -> None:
    """All of it is shown in the end: the rows, both sides, the plan and how it ended."""
    workspace = FakeWorkspace()
    for number in range(30):
        text = definition_text(job(f"job {number}"), run_as=ME)
        workspace.put_file(f"{number}.json", text)
    read, began, continues = workspace.files.read_folder, threading.Event(), threading.Event()

    def stop_in_the_middle(path: str) -> Any:
        began.set()
        assert continues.wait(LATE_S)
        return read(path)

    workspace.files.read_folder = stop_in_the_middle  # type: ignore[method-assign]
    with serving(tmp_path, persistent=case == "comes back") as server:
        replicas = Replicas(server)
        worker, page = replicas.store(), replicas.store()
        name = page.start(VALIDATE, {}, ANA).operation_id
        thread = threading.Thread(target=work, args=(worker, workspace, name))
        thread.start()
        assert began.wait(LATE_S)
        if case == "is emptied":
            replicas.raw.flushall()
        else:
            server.kill()
        continues.set()
        eventually(lambda: bool(workspace.service().history().entries()))
        if case != "is emptied":
            server.start()
        eventually(lambda: has_ended(page, name))
        thread.join(LATE_S)
        assert got(page, name).status is Status.SUCCEEDED
        assert len(page.row_values(name)) == 30
        for document in ("plan", "desired/0", "desired/29", "row/29"):
            assert page.document(name, document) is not None, document
        replicas.close()


def work(store: RedisOperationStore, workspace: FakeWorkspace, name: str) -> None:
    """Carry out an operation as a worker does, that beats and tries again more often."""

    def connect(_: object) -> JobSync:
        return workspace.service()

    def sleep(_: float) -> None:
        time.sleep(0.1)

    carry_out(name, store, connect, AppMode.BOTH, time.time, beat_s=0.05, sleep=sleep)


def has_ended(store: RedisOperationStore, name: str) -> bool:
    try:
        operation = store.get(name)
    except StateError:
        return False
    return operation is not None and not operation.status.is_active
