"""Operations in a real Redis that is killed, stopped, emptied, filled and set back."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from core.errors import StateError
from core.gateways.redis.connection import _QUIET_S
from core.gateways.redis.operation_store import RedisOperationStore
from core.operations.change_request import EXPIRE_S, NotOpenError, RequestState
from core.operations.counters import count_result
from core.operations.grid_row import GridRow, RowState
from core.operations.kinds import OperationKind
from core.operations.operation import (
    LogLine,
    Operation,
    OperationRunningError,
    Status,
)
from core.operations.outcome import Outcome
from core.operations.tally import Tally
from core.planning.statuses import RowResult
from tests.builders import definition_text, job
from tests.fakes import ME, FakeWorkspace
from tests.redis_server import RedisServer, serving
from tests.redis_stores import (
    ANA,
    LATE_S,
    Replicas,
    eventually,
    fill,
    got,
    has_ended,
    running,
    work,
)

BEN = "ben@dev.example"
CREATED = count_result(OperationKind.IMPORT, RowResult.CREATED)
EXPORT, VALIDATE, INFO = OperationKind.EXPORT, OperationKind.VALIDATE, OperationKind.INFO


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


def answers(store: RedisOperationStore) -> bool:
    with suppress(StateError):
        store.check()
        return True
    return False


# Losses


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


@pytest.mark.parametrize("part", ["rows", "order", "moved", "docs"])
def test_a_part_that_is_evicted_and_begun_anew_is_not_taken_for_whole(
    replicas: Replicas, part: str
) -> None:
    worker = replicas.store()
    operation = running(worker)
    name = operation.operation_id
    fill(worker, name)
    replicas.raw.delete(replicas.key(part, name))
    assert worker.progress(name, rows=[GridRow("0")])
    assert worker.put_documents(name, {"row/0": b"{}"})
    assert worker.beat(operation) is False
    fill(worker, name)
    assert worker.beat(operation) is True


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


@pytest.mark.parametrize(
    ("part", "field", "content"),
    [
        ("op", "kind", "future"),
        ("op", "status", "pondering"),
        ("op", "number", "many"),
        ("params", "", "{"),
        ("params", "", b"\x80\x04\x95pickle"),
        ("params", "", "[1]"),
    ],
)
def test_what_another_version_wrote_keeps_others_away_and_is_not_taken_for_nothing(
    replicas: Replicas, part: str, field: str, content: str | bytes
) -> None:
    name = running(replicas.store()).operation_id
    page = replicas.store()
    if field:
        replicas.raw.hset(replicas.key(part, name), field, content)
    else:
        replicas.raw.set(replicas.key(part, name), content)
    assert page.get(name) is None
    assert page.active() is None
    assert page.latest((EXPORT,)) is None
    assert page.ended() == []
    if field not in ("status", "number"):
        with pytest.raises(StateError, match=r"cannot read is running.*same version"):
            page.start(VALIDATE, {}, BEN)


def test_an_outcome_of_another_version_is_left_out(replicas: Replicas) -> None:
    store, other = replicas.store(), replicas.store()
    name = running(store).operation_id
    store.finish(name, Status.SUCCEEDED, Outcome(message="x"))
    for content in ("{", '{"status": 1}', "[]", b"\xff"):
        replicas.raw.set(replicas.key("outcome", name), content)
        assert got(other, name).outcome is None


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


def test_what_a_paused_redis_carries_out_later_is_counted_once(
    alone: Replicas, redis_server: RedisServer
) -> None:
    """It reads what was sent to it, also where nobody waits for the answer by then."""
    tally, later = Tally(alone.store().count, moment_s=LATE_S), Tally(alone.store().count)
    tally.add(CREATED)
    assert tally.write()  # Redis knows the script from now on
    tally.add(CREATED)
    redis_server.pause()
    assert not tally.write()
    tally.add(CREATED)
    time.sleep(_QUIET_S)  # until the store is asked again
    assert not tally.write()
    redis_server.resume()
    eventually(tally.write)
    assert tally.write()
    later.add(CREATED)
    eventually(lambda: later.write() and alone.store().counted())
    assert alone.store().counted() == dict.fromkeys(CREATED, 4)


@pytest.mark.parametrize("case", ["resumed", "emptied"])
def test_what_a_paused_redis_carries_out_later_is_in_the_log_once(
    alone: Replicas, redis_server: RedisServer, case: str
) -> None:
    worker, page = alone.store(), alone.store()
    operation = running(worker)
    name = operation.operation_id
    lines = [LogLine(float(number), "INFO", f"line {number}") for number in range(4)]
    assert worker.progress(name, log=lines[:1])
    redis_server.pause()
    assert not worker.progress(name, log=lines[1:2])
    redis_server.resume()
    eventually(lambda: answers(worker))
    if case == "emptied":
        alone.raw.flushall()
        worker.beat(operation)
    assert worker.progress(name, log=lines[1:3])
    assert worker.progress(name, log=lines[3:])
    shown = page.log_lines(name, 10)
    assert shown == (lines if case == "resumed" else lines[1:])
    worker.finish(name, Status.SUCCEEDED, Outcome())
    for line in lines[:2]:  # what could not be written before the end
        assert worker.progress(name, log=[line])
    assert page.log_lines(name, 10) == [*shown, *lines[:2]]


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
