"""Promises of `core.operations.operation.OperationStore`: in memory, in a file and in Redis."""

import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from core.calls import WaitReason
from core.errors import Issue
from core.gateways.machine.operation_store import SqliteOperationStore
from core.gateways.redis.operation_store import RedisOperationStore
from core.operations.change_request import (
    EXPIRE_S,
    MOST_OPEN,
    NotOpenError,
    RequestState,
    TooManyRequestsError,
)
from core.operations.counters import (
    OPERATION_SECONDS,
    OPERATIONS,
    Counter,
    count_call,
    count_result,
    count_wait,
)
from core.operations.grid_row import GridRow, RowState
from core.operations.kinds import EXCLUSIVE_KINDS, OperationKind
from core.operations.operation import (
    LogLine,
    OperationRunningError,
    OperationStore,
    Status,
    Waiting,
)
from core.operations.outcome import Outcome
from core.planning.statuses import RowResult
from core.reporting.report import ReportStatus
from tests.fakes import FakeOperationStore

HOSTILE = (
    "<script>alert(1)</script>",
    "nul \0 byte",
    "lone surrogate \ud800",
    "'; drop table operation; --",
    "名" * 1365,  # 4,095 bytes
    "\x1b[2J\u202e",
)
ANA = "ana@dev.example"
INFO, EXPORT, VALIDATE = OperationKind.INFO, OperationKind.EXPORT, OperationKind.VALIDATE


@pytest.fixture(params=["fake", "sqlite", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OperationStore]:
    if request.param == "redis":
        server = request.getfixturevalue("shared_redis")
        redis = RedisOperationStore(server.url, uuid.uuid4().hex)
        yield redis
        redis.close()
    else:
        is_fake = request.param == "fake"
        yield FakeOperationStore() if is_fake else SqliteOperationStore(tmp_path / "operations")


@pytest.fixture
def running(store: OperationStore) -> str:
    """The id of an export at work."""
    operation_id = store.start(EXPORT, {}, ANA).operation_id
    assert store.claim(operation_id)
    return operation_id


# Starting


def test_a_started_operation_waits_to_be_claimed(store: OperationStore) -> None:
    params = {"names": ["a", *HOSTILE], "plan": "p", "job_id": 9_007_199_254_740_993}
    started = store.start(OperationKind.IMPORT, params, ANA)
    assert (started.status, started.actor, started.params) == (Status.QUEUED, ANA, params)
    assert started.created > 0
    assert store.get(started.operation_id) == started


def test_a_reading_at_work_serves_whoever_asks_for_another(store: OperationStore) -> None:
    first = store.start(INFO, {}, ANA)
    assert store.start(INFO, {}, "ben@dev.example").operation_id == first.operation_id
    store.claim(first.operation_id)
    assert store.start(INFO, {}, ANA).operation_id == first.operation_id
    store.finish(first.operation_id, Status.SUCCEEDED, Outcome())
    assert store.start(INFO, {}, ANA).operation_id != first.operation_id


def test_readings_of_two_kinds_do_not_stand_in_for_each_other(store: OperationStore) -> None:
    first, other = store.start(INFO, {}, ANA), store.start(OperationKind.MAPPINGS, {}, ANA)
    assert other.kind is OperationKind.MAPPINGS
    again = store.start(OperationKind.MAPPINGS, {}, ANA)
    assert (again.operation_id, first.operation_id) == (other.operation_id, first.operation_id)
    assert store.active() is None
    assert store.start(EXPORT, {}, ANA).kind is EXPORT


def test_what_the_history_does_not_keep_is_not_among_what_has_ended(store: OperationStore) -> None:
    test = store.start(OperationKind.TEST_MAPPINGS, {"version": ""}, ANA)
    assert store.active() == test
    store.claim(test.operation_id)
    store.finish(test.operation_id, Status.SUCCEEDED, Outcome())
    assert store.ended() == []
    save = store.start(OperationKind.SAVE_MAPPINGS, {"version": ""}, ANA)
    store.claim(save.operation_id)
    store.finish(save.operation_id, Status.SUCCEEDED, Outcome())
    assert [one.operation_id for one in store.ended()] == [save.operation_id]


def test_every_operation_has_an_id_of_its_own(store: OperationStore) -> None:
    ids = {store.start(kind, {}, ANA).operation_id for kind in (INFO, OperationKind.EXPORT)}
    assert len(ids) == 2
    assert all(len(name) == 32 and set(name) <= set("0123456789abcdef") for name in ids)


@pytest.mark.parametrize("kind", EXCLUSIVE_KINDS)
def test_one_operation_at_a_time(store: OperationStore, kind: OperationKind) -> None:
    first = store.start(kind, {}, ANA)
    with pytest.raises(OperationRunningError, match=ANA) as refused:
        store.start(EXPORT, {}, "bo@dev.example")
    assert refused.value.operation == first
    assert refused.value.at >= first.created
    assert store.active() == first


def test_one_that_is_told_to_stop_still_keeps_others_away(
    store: OperationStore, running: str
) -> None:
    store.request_cancel(running, "by ana")
    with pytest.raises(OperationRunningError):
        store.start(VALIDATE, {}, ANA)


def test_reading_the_workspace_keeps_nobody_away(store: OperationStore) -> None:
    reading = store.start(INFO, {}, ANA)
    assert store.active() is None
    exporting = store.start(EXPORT, {}, ANA)
    store.start(INFO, {}, ANA)
    assert store.active() == exporting
    assert store.get(reading.operation_id) == reading


def test_when_one_has_ended_the_next_may_start(store: OperationStore, running: str) -> None:
    store.finish(running, Status.SUCCEEDED, Outcome())
    assert store.active() is None
    assert store.start(VALIDATE, {}, ANA).status is Status.QUEUED


# Claiming and ending


def test_an_operation_is_claimed_once(store: OperationStore) -> None:
    operation_id = store.start(EXPORT, {}, ANA).operation_id
    assert store.claim(operation_id)
    assert not store.claim(operation_id)
    claimed = store.get(operation_id)
    assert claimed is not None
    assert claimed.status is Status.RUNNING
    assert claimed.started >= claimed.created


@pytest.mark.parametrize("unknown", ["", "0" * 32, "../x", "%"])
def test_what_does_not_exist_is_not_claimed(store: OperationStore, unknown: str) -> None:
    assert not store.claim(unknown)
    assert store.get(unknown) is None


def test_a_queued_operation_that_is_cancelled_never_begins(store: OperationStore) -> None:
    operation_id = store.start(EXPORT, {}, ANA).operation_id
    store.request_cancel(operation_id, "by ana")
    cancelled = store.get(operation_id)
    assert cancelled is not None
    assert (cancelled.status, cancelled.cancel_reason) == (Status.CANCELLED, "by ana")
    assert cancelled.finished >= cancelled.created
    assert not store.claim(operation_id)


def test_a_running_operation_is_asked_to_stop(store: OperationStore, running: str) -> None:
    assert not store.should_stop(running)
    store.request_cancel(running, "by ana")
    asked = store.get(running)
    assert asked is not None
    assert (asked.status, asked.cancel_reason) == (Status.CANCELLING, "by ana")
    assert store.should_stop(running)


def test_the_first_who_cancels_is_remembered(store: OperationStore, running: str) -> None:
    store.request_cancel(running, "by ana")
    store.request_cancel(running, "by bo")
    operation = store.get(running)
    assert operation is not None
    assert operation.cancel_reason == "by ana"


def test_what_ended_cannot_be_cancelled(store: OperationStore, running: str) -> None:
    store.finish(running, Status.SUCCEEDED, Outcome())
    ended = store.get(running)
    store.request_cancel(running, "by ana")
    assert store.get(running) == ended
    store.request_cancel("unknown", "by ana")


def test_nobody_asked_what_is_unknown_to_stop(store: OperationStore) -> None:
    assert not store.should_stop("unknown")


def test_an_end_is_final(store: OperationStore, running: str) -> None:
    outcome = Outcome(
        ReportStatus.FAILED,
        {"error": 1},
        {"failed": {"error": 1}},
        tuple(Issue(text, text) for text in HOSTILE),
        message="No.",
    )
    store.progress(running, waiting=Waiting(WaitReason.RATE_LIMIT, 9_999_999_999.0))
    store.finish(running, Status.FAILED, outcome, "No.")
    ended = store.get(running)
    assert ended is not None
    assert (ended.status, ended.outcome, ended.error) == (Status.FAILED, outcome, "No.")
    assert ended.finished >= ended.started
    assert ended.waiting == Waiting()
    store.finish(running, Status.SUCCEEDED, None)
    assert store.get(running) == ended
    assert store.should_stop(running)


def test_a_beat_changes_nothing_that_is_told(store: OperationStore, running: str) -> None:
    before = store.get(running)
    assert before is not None
    assert store.beat(before) is True
    assert store.get(running) == before


# Progress and rows


def test_only_what_has_moved_is_told(store: OperationStore, running: str) -> None:
    slow = Waiting(WaitReason.SLOW, 5.0)
    store.progress(running, step="Reading jobs", done=3, total=10, waiting=slow)
    store.progress(running, done=4)
    operation = store.get(running)
    assert operation is not None
    assert (operation.step, operation.done, operation.total) == ("Reading jobs", 4, 10)
    assert operation.waiting == slow
    store.progress(running, done=0, total=0)
    operation = store.get(running)
    assert operation is not None
    assert (operation.done, operation.total) == (0, 0)


def test_progress_of_an_unknown_operation_is_nobody_s(store: OperationStore) -> None:
    store.progress("unknown", rows=[GridRow("0")], step="x", log=[LogLine(1.0, "INFO", "x")])
    assert store.rows_since("unknown", 0) == (0, [])
    assert store.row("unknown", "0") is None
    assert store.row_values("unknown") == []
    assert store.log_lines("unknown", 9) == []


def test_all_rows_come_in_the_order_of_the_plan(store: OperationStore, running: str) -> None:
    store.progress(running, rows=[GridRow(f"{n}") for n in range(12)])
    store.progress(running, rows=[GridRow("3", state=RowState.DONE)])
    store.progress(running, rows=[GridRow("0", state=RowState.DONE)])
    rows = store.row_values(running)
    assert [row.key for row in rows] == [f"{n}" for n in range(12)]
    assert [row.key for row in rows if row.state] == ["0", "3"]
    assert store.rows_since(running, 0)[0] == 14


def test_rows_written_since_come_once_in_the_order_of_writing(
    store: OperationStore, running: str
) -> None:
    store.progress(running, rows=[GridRow(f"{n}") for n in range(3)])
    seq, rows = store.rows_since(running, 0)
    assert len(rows) == 3
    assert store.rows_since(running, seq) == (seq, [])
    for state in (RowState.FAILED, RowState.DONE):
        store.progress(running, rows=[GridRow("2", state=state)])
    store.progress(running, rows=[GridRow("0", "load")])
    moved, rows = store.rows_since(running, seq)
    assert [GridRow.from_json(json.loads(row)) for row in rows] == [
        GridRow("2", state=RowState.DONE),
        GridRow("0", "load"),
    ]
    assert moved == seq + 3
    operation = store.get(running)
    assert operation is not None
    assert operation.seq == moved


def test_a_row_is_found_by_its_key(store: OperationStore, running: str) -> None:
    row = GridRow("0", HOSTILE[0], job_id="9007199254740993", needs=HOSTILE)
    store.progress(running, rows=[row, GridRow("1")])
    assert store.row(running, "0") == row
    assert store.row(running, "2") is None
    assert store.row(running, "../0") is None


def test_rows_of_operations_do_not_mix(store: OperationStore, running: str) -> None:
    other = store.start(INFO, {}, ANA).operation_id
    store.progress(running, rows=[GridRow("0", "of the export")])
    store.progress(other, rows=[GridRow("0", "of the reading")])
    assert store.row_values(running) == [GridRow("0", "of the export")]
    assert store.row_values(other) == [GridRow("0", "of the reading")]


def test_the_newest_lines_of_the_log_come_oldest_first(store: OperationStore, running: str) -> None:
    lines = [LogLine(float(n), "INFO", f"line {n}") for n in range(5)]
    store.progress(running, log=lines[:3])
    store.progress(running, log=lines[3:])
    assert store.log_lines(running, 10) == lines
    assert store.log_lines(running, 2) == lines[3:]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_an_obstacle(store: OperationStore, text: str) -> None:
    """Job names come into the log and into errors; only what UTF-8 cannot hold is escaped."""
    escaped = text.replace("\ud800", "\\ud800")
    operation_id = store.start(EXPORT, {}, ANA).operation_id
    store.claim(operation_id)
    store.progress(operation_id, log=[LogLine(1.0, "INFO", text)])
    store.finish(operation_id, Status.FAILED, Outcome(message=text), text)
    operation = store.get(operation_id)
    assert operation is not None
    assert operation.outcome == Outcome(message=text)
    assert operation.error in (text, escaped)
    [line] = store.log_lines(operation_id, 1)
    assert line.text in (text, escaped)


# Documents


def test_documents_are_bytes_by_name(store: OperationStore, running: str) -> None:
    content = bytes(range(256))
    store.put_documents(running, {"plan": content, "row/0": b""})
    assert store.document(running, "plan") == content
    assert store.document(running, "row/0") == b""
    assert store.document(running, "row/1") is None
    assert store.document("unknown", "plan") is None


def test_a_document_is_replaced_by_its_successor(store: OperationStore, running: str) -> None:
    store.put_documents(running, {"plan": b"old", "other": b"stays"})
    store.put_documents(running, {"plan": b"new"})
    assert store.document(running, "plan") == b"new"
    assert store.document(running, "other") == b"stays"


# Looking back


def test_the_latest_is_the_newest_of_its_kinds(store: OperationStore) -> None:
    assert store.latest((VALIDATE,)) is None
    assert store.latest(()) is None
    for status in (Status.SUCCEEDED, Status.FAILED):
        operation_id = store.start(VALIDATE, {"as": status}, ANA).operation_id
        store.claim(operation_id)
        store.finish(operation_id, status, None)
    store.start(EXPORT, {}, ANA)
    newest, succeeded = store.latest((VALIDATE,)), store.latest((VALIDATE,), ended=True)
    assert newest is not None
    assert succeeded is not None
    assert (newest.status, succeeded.status) == (Status.FAILED, Status.SUCCEEDED)
    both = store.latest((VALIDATE, EXPORT))
    assert both is not None
    assert both.kind is EXPORT


def test_the_history_tells_of_what_ended_newest_first(store: OperationStore) -> None:
    for kind in (EXPORT, INFO, VALIDATE):
        operation_id = store.start(kind, {}, ANA).operation_id
        store.claim(operation_id)
        store.finish(operation_id, Status.SUCCEEDED, Outcome())
    store.start(EXPORT, {}, ANA)
    assert [operation.kind for operation in store.ended()] == [VALIDATE, EXPORT]


# Counters

CREATED = Counter.of("job_sync_jobs_written_total", kind="import", action="created")
LIST_CALLS = count_call("GET /api/2.2/jobs/list", 200)


def ends(store: OperationStore) -> dict[tuple[str, ...], float]:
    """Return how many operations ended, by kind and outcome."""
    return {
        tuple(label for _, label in counter.labels): amount
        for counter, amount in store.counted().items()
        if counter.name == OPERATIONS
    }


def test_counters_grow_by_what_is_added(store: OperationStore) -> None:
    assert store.counted() == {}
    assert store.count(count_result(OperationKind.IMPORT, RowResult.CREATED))
    assert store.count({**count_result(OperationKind.IMPORT, RowResult.CREATED), **LIST_CALLS})
    assert store.count(count_wait(WaitReason.RATE_LIMIT, 1.5))
    assert store.count(count_wait(WaitReason.RATE_LIMIT, 0.25))
    assert store.count({})
    assert store.counted() == {
        CREATED: 2,
        **LIST_CALLS,
        Counter.of("job_sync_api_waits_total", reason="rate_limit"): 2,
        Counter.of("job_sync_api_wait_seconds_total", reason="rate_limit"): 1.75,
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_no_label_is_an_obstacle(store: OperationStore, text: str) -> None:
    counter = Counter.of("job_sync_api_calls_total", endpoint=text, status="}\n1")
    assert store.count({counter: 3})
    assert store.counted() == {counter: 3}


def test_no_addition_is_lost_between_threads(store: OperationStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(store.count, [LIST_CALLS] * 100))
    assert store.counted() == dict.fromkeys(LIST_CALLS, 100)


def test_an_operation_that_ends_is_counted_once(store: OperationStore, running: str) -> None:
    assert ends(store) == {}
    store.finish(running, Status.SUCCEEDED, Outcome())
    store.finish(running, Status.FAILED, None)
    assert ends(store) == {("export", "succeeded"): 1}
    names = {counter.name for counter in store.counted()}
    assert names == {OPERATIONS, f"{OPERATION_SECONDS}_bucket", f"{OPERATION_SECONDS}_sum"}


def test_an_operation_that_never_begins_is_counted_without_a_duration(
    store: OperationStore,
) -> None:
    cancelled, failed = store.start(INFO, {}, ANA), store.start(EXPORT, {}, ANA)
    store.request_cancel(cancelled.operation_id, ANA)
    store.request_cancel(cancelled.operation_id, ANA)
    store.note_launch(failed.operation_id, None, "No memory.")
    assert ends(store) == {("info", "cancelled"): 1, ("export", "failed"): 1}
    assert {counter.name for counter in store.counted()} == {OPERATIONS}


def test_counters_outlive_the_operations_that_were_counted(store: OperationStore) -> None:
    for _ in range(53):  # more than are kept
        name = store.start(EXPORT, {}, ANA).operation_id
        store.claim(name)
        store.finish(name, Status.SUCCEEDED, Outcome())
    assert ends(store) == {("export", "succeeded"): 53}


# Requests that another operator answers

BO = "bo@dev.example"
IMPORT = OperationKind.IMPORT


@pytest.fixture
def requests(store: OperationStore) -> Any:
    """The same store, for what it keeps beside operations."""
    return store


def test_a_request_is_kept_as_it_was_made(requests: Any) -> None:
    params = {"names": ["a", *HOSTILE], "plan": "p", "ticked": ["a"]}
    made = requests.request_change(IMPORT, params, ANA)
    assert requests.change_requests() == [made]
    assert (made.kind, made.params, made.requester, made.state) == (
        *(IMPORT, params, ANA),
        RequestState.OPEN,
    )
    assert requests.request_change(IMPORT, params, ANA) == made
    assert requests.request_change(IMPORT, params, BO) != made
    assert requests.active() is None


def test_an_approval_starts_what_was_requested_once(requests: Any) -> None:
    made = requests.request_change(IMPORT, {"plan": "p", "names": ["a"]}, ANA)
    started = requests.approve(made.request_id, BO)
    assert (started.kind, started.actor, started.approver) == (IMPORT, ANA, BO)
    assert started.params == {"plan": "p", "names": ["a"], "approver": BO}
    assert requests.get(started.operation_id) == started
    [answered] = requests.change_requests()
    assert answered.state is RequestState.APPROVED
    assert (answered.decided_by, answered.operation_id) == (BO, started.operation_id)
    requests.finish(started.operation_id, Status.SUCCEEDED, Outcome())
    for answer in (
        lambda: requests.approve(made.request_id, BO),
        lambda: requests.decide(made.request_id, RequestState.DECLINED, BO),
    ):
        with pytest.raises(NotOpenError):
            answer()
    assert requests.active() is None


def test_a_request_stays_open_while_something_is_running(requests: Any) -> None:
    made = requests.request_change(IMPORT, {}, ANA)
    requests.start(EXPORT, {}, ANA)
    with pytest.raises(OperationRunningError):
        requests.approve(made.request_id, BO)
    assert requests.change_requests() == [made]


@pytest.mark.parametrize("state", [RequestState.DECLINED, RequestState.WITHDRAWN])
def test_what_was_declined_or_withdrawn_is_not_started(requests: Any, state: RequestState) -> None:
    made = requests.request_change(IMPORT, {}, ANA)
    requests.decide(made.request_id, state, BO)
    with pytest.raises(NotOpenError):
        requests.approve(made.request_id, BO)
    assert [one.state for one in requests.change_requests()] == [state]
    with pytest.raises(NotOpenError):
        requests.decide("nothing", state, BO)


def test_only_so_many_requests_are_open(requests: Any) -> None:
    for number in range(MOST_OPEN):
        made = requests.request_change(IMPORT, {"plan": f"{number}"}, ANA)
    with pytest.raises(TooManyRequestsError):
        requests.request_change(IMPORT, {"plan": "more"}, ANA)
    requests.decide(made.request_id, RequestState.WITHDRAWN, ANA)
    for number in range(300):
        made = requests.request_change(IMPORT, {"plan": "again"}, f"user{number}")
        requests.decide(made.request_id, RequestState.DECLINED, BO)
    open_ones = [one for one in requests.change_requests() if one.state is RequestState.OPEN]
    assert len(open_ones) == MOST_OPEN - 1


def test_requests_outlive_the_process_and_expire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = SqliteOperationStore(tmp_path).request_change(IMPORT, {"plan": "p"}, ANA)
    again = SqliteOperationStore(tmp_path)
    assert again.change_requests() == [made]
    later = time.time() + EXPIRE_S
    monkeypatch.setattr(time, "time", lambda: later)
    assert again.change_requests() == []
    with pytest.raises(NotOpenError):
        again.approve(made.request_id, BO)


def test_of_two_who_approve_at_once_one_starts_it(tmp_path: Path) -> None:
    made = SqliteOperationStore(tmp_path).request_change(IMPORT, {}, ANA)

    def approve(number: int) -> str:
        try:
            return SqliteOperationStore(tmp_path).approve(made.request_id, f"{number}").operation_id
        except (NotOpenError, OperationRunningError):
            return ""

    with ThreadPoolExecutor(4) as pool:
        started = list(filter(None, pool.map(approve, range(8))))
    assert len(started) == 1
