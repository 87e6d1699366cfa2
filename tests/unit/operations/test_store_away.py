"""An operation whose store is away in the middle: it continues, and all is shown afterwards."""

import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import StateError, WorkspaceError
from core.operations.kinds import OperationKind
from core.operations.operation import PLAN, SHUTDOWN, Operation, Status, Waiting
from core.operations.recorder import Recorder
from core.operations.row_starts import STARTS
from core.operations.running import carry_out
from core.service import JobSync
from core.settings import AppMode
from core.state.history import Ending
from tests.builders import definition_text, job
from tests.fakes import ME, FakeOperationStore, FakeTime, FakeWorkspace

ANA = "ana@dev.example"
IMPORT, VALIDATE = OperationKind.IMPORT, OperationKind.VALIDATE
AWAY = StateError("Redis cannot be reached.", fix="Check it.")


class LeavingStore(FakeOperationStore):
    """A store that can be away: then it raises, and cannot be written."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = self.is_full = False
        self.asked = 0

    def _reach(self) -> None:
        self.asked += 1
        if self.is_away:
            raise AWAY

    def progress(self, operation_id: str, **moved: Any) -> bool:
        self.asked += 1
        return not (self.is_away or self.is_full) and super().progress(operation_id, **moved)

    def put_documents(self, operation_id: str, documents: Any) -> bool:
        self.asked += 1
        return not (self.is_away or self.is_full) and super().put_documents(operation_id, documents)

    def beat(self, operation: Operation) -> bool:
        self._reach()
        return super().beat(operation)

    def should_stop(self, operation_id: str) -> bool:
        self._reach()
        return super().should_stop(operation_id)

    def get(self, operation_id: str) -> Operation | None:
        self._reach()
        return super().get(operation_id)

    def document(self, operation_id: str, name: str) -> bytes | None:
        self._reach()
        return super().document(operation_id, name)

    def finish(self, *arguments: Any) -> None:
        self._reach()
        super().finish(*arguments)

    def lose_all(self) -> None:
        self._kept.clear()

    def now(self, operation_id: str) -> Operation:
        found = super().get(operation_id)
        assert found is not None
        return found


class Desk:
    """Carries out operations beside a store that leaves."""

    def __init__(self) -> None:
        self.store = LeavingStore()
        self.workspace = FakeWorkspace()
        self.waits: list[float] = []
        self.at_wait: Callable[[], None] = self.come_back

    def begin(self, kind: OperationKind, **params: Any) -> str:
        return self.store.start(kind, params, ANA).operation_id

    def carry_out(
        self,
        name: str,
        meanwhile: Callable[[Recorder], None] = lambda _: None,
        is_ending: Callable[[], bool] = lambda: False,
    ) -> None:
        def connect(recorder: Recorder) -> JobSync:
            meanwhile(recorder)
            return self.workspace.service()

        def wait(seconds: float) -> None:
            self.waits.append(seconds)
            self.at_wait()

        now = self.workspace.time.clock().now
        mode = AppMode.BOTH
        carry_out(name, self.store, connect, mode, now, beat_s=99, sleep=wait, is_ending=is_ending)

    def leave(self, _: object = None) -> None:
        self.store.is_away = True

    def come_back(self) -> None:
        self.store.is_away = False

    def put(self, *names: str) -> None:
        for job_id, name in enumerate(names, start=1):
            text = definition_text(job(name), job_id=job_id, run_as=ME)
            self.workspace.put_file(f"{name}.json", text)

    def validated(self) -> str:
        plan = self.begin(VALIDATE)
        self.carry_out(plan)
        return plan


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def name(desk: Desk) -> str:
    """The id of an operation that is running."""
    name = desk.begin(IMPORT)
    desk.store.claim(name)
    return name


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def recorder(desk: Desk, name: str, time: FakeTime) -> Recorder:
    return Recorder(desk.store, name, lambda: time.seconds)


def test_who_cannot_be_asked_has_not_asked_to_stop(desk: Desk, recorder: Recorder) -> None:
    desk.leave()
    assert not recorder.should_stop()


def test_who_asked_to_stop_before_is_remembered(
    desk: Desk, recorder: Recorder, name: str, time: FakeTime
) -> None:
    desk.store.request_cancel(name, "by ana")
    assert recorder.should_stop()
    desk.leave()
    time.seconds += 10
    assert recorder.should_stop()


def test_a_store_that_is_away_is_left_alone_until_a_beat_reaches_it(
    desk: Desk, recorder: Recorder, time: FakeTime
) -> None:
    """Each call may take two seconds, and nobody's import waits for what is only shown."""
    desk.leave()
    recorder.on_progress(1, 9)
    recorder.should_stop()
    asked = desk.store.asked
    for number in range(50):
        time.seconds += 1
        recorder.on_progress(number, 99)
        recorder.should_stop()
    assert desk.store.asked == asked
    desk.come_back()
    recorder.catch_up()
    time.seconds += 1
    recorder.should_stop()
    assert desk.store.asked > asked + 1


@pytest.mark.parametrize("is_full", [False, True], ids=["away", "full"])
def test_rows_and_documents_are_written_when_the_store_is_back(
    desk: Desk, recorder: Recorder, name: str, is_full: bool
) -> None:
    desk.put("load", "report")
    if is_full:
        desk.store.is_full = True
    else:
        desk.leave()
    report = desk.workspace.service().import_jobs(listener=recorder.listener)
    recorder.keep_plan({"load": "1"}, ["load"])
    recorder.finish(report)
    assert desk.store.row_values(name) == []
    desk.store.is_full = desk.store.is_away = False
    recorder.catch_up()
    assert [row.job for row in desk.store.row_values(name)] == ["load", "report"]
    for document in (STARTS, PLAN, "desired/0", "desired/1", "row/0", "row/1"):
        assert desk.store.document(name, document) is not None, document
    asked = desk.store.asked
    recorder.catch_up()
    assert desk.store.asked == asked


def test_the_step_is_shown_when_the_store_is_back(
    desk: Desk, recorder: Recorder, name: str
) -> None:
    desk.leave()
    recorder.on_step("Reading jobs")
    desk.come_back()
    recorder.catch_up()
    assert desk.store.now(name).step == "Reading jobs"


def test_a_call_is_not_shown_as_slow_for_ever(desk: Desk, recorder: Recorder, name: str) -> None:
    seconds = [12.0, 0.0, 0.0]
    recorder.watch(lambda: seconds.pop(0))
    recorder.look()
    desk.store.is_full = True
    recorder.look()
    desk.store.is_full = False
    recorder.look()
    assert desk.store.now(name).waiting == Waiting()


def test_the_end_is_noted_when_the_store_is_back(desk: Desk) -> None:
    desk.put("load")
    name = desk.begin(VALIDATE)
    waits = 0

    def come_back_late() -> None:
        nonlocal waits
        waits += 1
        if waits == 3:
            desk.come_back()

    desk.at_wait = come_back_late
    desk.carry_out(name, desk.leave)
    assert desk.waits == [5.0] * 3
    assert desk.store.now(name).status is Status.SUCCEEDED
    assert [row.job for row in desk.store.row_values(name)] == ["load"]
    assert desk.store.document(name, PLAN)
    [entry] = desk.workspace.service().history().entries()
    assert entry.outcome is Ending.COMPLETED


def test_a_store_that_comes_back_empty_has_everything_again(desk: Desk) -> None:
    desk.put("load")
    name = desk.begin(VALIDATE)

    def come_back_empty() -> None:
        desk.store.lose_all()
        desk.come_back()

    desk.at_wait = come_back_empty
    desk.carry_out(name, desk.leave)
    assert desk.store.now(name).status is Status.SUCCEEDED
    assert [row.job for row in desk.store.row_values(name)] == ["load"]
    for document in (STARTS, PLAN, "desired/0", "row/0"):
        assert desk.store.document(name, document) is not None, document


def test_an_import_whose_store_is_away_changes_the_jobs_all_the_same(desk: Desk) -> None:
    desk.put("load", "report")
    name = desk.begin(IMPORT, plan=desk.validated(), names=["load", "report"])
    create = desk.workspace.jobs.create_job

    def leave_and_create(*arguments: Any) -> int:
        desk.leave()
        return create(*arguments)

    desk.workspace.jobs.create_job = leave_and_create  # type: ignore[method-assign]
    desk.carry_out(name)
    assert {one.name for one in desk.workspace.jobs.jobs.values()} == {"load", "report"}
    ended = desk.store.now(name)
    assert (ended.status, ended.outcome.counts if ended.outcome else {}) == (
        Status.SUCCEEDED,
        {"new": 2},
    )
    assert {row.state for row in desk.store.row_values(name)} == {"done"}


def test_an_import_with_failures_is_no_other_because_the_store_is_away(desk: Desk) -> None:
    desk.put("load", "report")
    name = desk.begin(IMPORT, plan=desk.validated(), names=["load", "report"])
    desk.workspace.jobs.fail_names["create load"] = WorkspaceError("No.")
    create = desk.workspace.jobs.create_job

    def leave_and_create(*arguments: Any) -> int:
        desk.leave()
        return create(*arguments)

    desk.workspace.jobs.create_job = leave_and_create  # type: ignore[method-assign]
    desk.carry_out(name)
    ended = desk.store.now(name)
    assert ended.status is Status.SUCCEEDED
    assert ended.outcome is not None
    assert (ended.outcome.count_failed(), ended.error) == (1, "")


@pytest.mark.parametrize(
    ("reason", "status"), [("by ana", Status.CANCELLED), (SHUTDOWN, Status.INTERRUPTED)]
)
def test_who_stopped_it_is_known_while_the_store_is_away(
    desk: Desk, reason: str, status: Status
) -> None:
    desk.put("load", "report")
    name = desk.begin(IMPORT, plan=desk.validated(), names=["load", "report"])
    create = desk.workspace.jobs.create_job

    def stop_and_create(*arguments: Any) -> int:
        desk.store.request_cancel(name, reason)
        desk.workspace.time.seconds += 1
        return create(*arguments)

    desk.workspace.jobs.create_job = stop_and_create  # type: ignore[method-assign]
    desk.workspace.files.before_write = lambda _: (
        desk.leave() if desk.store.now(name).cancel_reason else None
    )
    desk.carry_out(name)
    ended = desk.store.now(name)
    assert ended.status is status
    assert ended.outcome is not None
    assert ended.outcome.count_not_started() == 1


def test_a_process_that_is_to_end_stops_while_nobody_can_be_asked(desk: Desk) -> None:
    desk.put("load", "report")
    name = desk.begin(IMPORT, plan=desk.validated(), names=["load", "report"])
    create = desk.workspace.jobs.create_job

    def leave_and_create(*arguments: Any) -> int:
        desk.leave()
        desk.workspace.time.seconds += 1
        return create(*arguments)

    desk.workspace.jobs.create_job = leave_and_create  # type: ignore[method-assign]
    desk.carry_out(name, is_ending=lambda: desk.store.is_away)
    ended = desk.store.now(name)
    assert ended.status is Status.INTERRUPTED
    assert ended.error.startswith("The app was shut down.")
    assert ended.outcome is not None
    assert ended.outcome.count_not_started() == 1


def test_a_store_that_leaves_right_after_the_claim_costs_nothing(desk: Desk) -> None:
    desk.put("load")
    name = desk.begin(VALIDATE)
    claim = desk.store.claim

    def claim_and_leave(operation_id: str) -> bool:
        is_claimed = claim(operation_id)
        desk.leave()
        return is_claimed

    desk.store.claim = claim_and_leave  # type: ignore[method-assign]
    desk.carry_out(name)
    ended = desk.store.now(name)
    assert (ended.status, ended.kind, ended.actor) == (Status.SUCCEEDED, VALIDATE, ANA)


def test_one_outage_is_logged_once_and_its_end_as_well(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    name = desk.begin(VALIDATE)
    beats = threading.Semaphore(0)
    beat = desk.store.beat

    def count(operation: Operation) -> bool:
        beats.release()
        return beat(operation)

    desk.store.beat = count  # type: ignore[method-assign]

    def see_it_leave_and_come_back(_: Recorder) -> None:
        for happens in (desk.leave, desk.come_back):
            happens()
            for _ in range(4):
                assert beats.acquire(timeout=60)

    def connect(recorder: Recorder) -> JobSync:
        see_it_leave_and_come_back(recorder)
        return desk.workspace.service()

    now = desk.workspace.time.clock().now
    carry_out(name, desk.store, connect, AppMode.BOTH, now, beat_s=0.001)
    warnings = [one for one in caplog.records if one.levelno >= logging.WARNING]
    lines = [record.getMessage() for record in warnings if record.name == "operations"]
    assert [line.partition(":")[0] for line in lines] == [
        "could not show that the operation is running",
        "the store of operations answers again",
    ]
