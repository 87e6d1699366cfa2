"""An operation from its entry in the store to its final status, beside a workspace in memory."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.errors import PermissionDeniedError, StateError, UnreachableError
from core.logs import OneLineFormatter
from core.operations.counters import JOBS_FAILED, JOBS_WRITTEN, OPERATIONS, Additions, Counter
from core.operations.grid_row import RecordedRow
from core.operations.kinds import OperationKind, UseCases
from core.operations.operation import DRAFT, PLAN, SHUTDOWN, Operation, Status
from core.operations.outcome import Outcome
from core.operations.recorder import Recorder
from core.operations.running import carry_out
from core.planning.statuses import RowStatus
from core.reporting.details import PlanFacts
from core.service import JobSync
from core.settings import AppMode
from core.state.history import HistoryEntry
from tests.builders import definition_text, job
from tests.fakes import FOLDER, ME, FakeOperationStore, FakeWorkspace

ANA = "ana@dev.example"


class Desk:
    """Starts operations and carries them out, as the page and their processes do."""

    def __init__(self) -> None:
        self.workspace = FakeWorkspace()
        self.store = FakeOperationStore()

    def begin(self, kind: str, **params: Any) -> str:
        return self.store.start(OperationKind(kind), params, ANA).operation_id

    def run(self, kind: str, **params: Any) -> Operation:
        return self.carry_out(self.begin(kind, **params))

    def carry_out(
        self, name: str, open_service: Callable[[Recorder], UseCases] | None = None
    ) -> Operation:
        opens = open_service or self.open_service
        carry_out(name, self.store, opens, AppMode.BOTH, lambda: self.workspace.time.seconds)
        return self.operation(name)

    def open_service(self, _recorder: Recorder) -> JobSync:
        return self.workspace.service()

    def operation(self, name: str) -> Operation:
        operation = self.store.get(name)
        assert operation is not None
        return operation

    def outcome(self, operation: Operation) -> Outcome:
        assert operation.outcome is not None
        return operation.outcome

    def validated(self) -> str:
        return self.run("validate").operation_id

    def put(self, *names: str) -> None:
        for job_id, name in enumerate(names, start=1):
            text = definition_text(job(name), job_id=job_id, run_as=ME)
            self.workspace.put_file(f"{name}.json", text)

    def entries(self) -> tuple[HistoryEntry, ...]:
        return self.workspace.service().history().entries()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_preview_writes_no_file_and_an_export_does(desk: Desk) -> None:
    desk.workspace.jobs.add(job("load"))
    assert desk.run("preview").status is Status.SUCCEEDED
    assert not desk.workspace.definition_files()
    assert desk.run("export").status is Status.SUCCEEDED
    assert list(desk.workspace.definition_files()) == ["load.json"]


def test_what_was_reviewed_is_imported_and_removed(desk: Desk) -> None:
    desk.put("load", "report")
    imported = desk.run("import", plan=desk.validated(), names=["load"])
    assert (imported.status, desk.outcome(imported).mode) == (Status.SUCCEEDED, "Both")
    assert [one.name for one in desk.workspace.jobs.jobs.values()] == ["load"]
    del desk.workspace.files.files[f"{FOLDER}/load.json"]
    removed = desk.run("remove", plan=desk.validated(), names=["load"])
    assert removed.status is Status.SUCCEEDED
    assert not desk.workspace.jobs.jobs


def test_a_validation_keeps_what_the_user_reviews(desk: Desk) -> None:
    desk.put("load")
    plan = desk.validated()
    assert list(json.loads(desk.store.document(plan, PLAN) or b"")) == ["load"]
    assert desk.outcome(desk.operation(plan)).plan == PlanFacts(is_complete=True, adoptable=0)


def test_equal_jobs_are_adopted(desk: Desk) -> None:
    desk.workspace.jobs.add(job("load"))
    desk.run("export")
    plan = desk.validated()
    assert desk.outcome(desk.operation(plan)).plan.adoptable == 1
    assert desk.run("adopt", plan=plan).status is Status.SUCCEEDED
    assert desk.outcome(desk.operation(desk.validated())).plan.adoptable == 0


def test_reading_the_workspace_is_not_kept_in_the_history(desk: Desk) -> None:
    assert desk.run("info").status is Status.SUCCEEDED
    assert desk.entries() == ()
    desk.run("preview")
    assert [entry.kind for entry in desk.entries()] == ["preview"]


MAPPINGS = "/Workspace/Shared/mappings.json"


class MappingDesk(Desk):
    def open_service(self, _recorder: Recorder) -> JobSync:
        return self.workspace.service(mapping_path=MAPPINGS)

    def run_with(self, kind: str, text: str | None, version: str = "") -> Operation:
        name = self.begin(kind, version=version)
        if text is not None:
            self.store.put_documents(name, {DRAFT: text.encode()})
        return self.carry_out(name)


def test_mappings_are_saved_from_the_text_beside_the_operation() -> None:
    desk = MappingDesk()
    text = '{pause_status: "new_paused", run_as_mappings: {a: {user_name: "b"}}}'
    operation = desk.run_with("save", text)
    assert operation.status is Status.SUCCEEDED
    assert desk.workspace.files.files[MAPPINGS] == text.encode()
    assert desk.outcome(operation).saved.path == MAPPINGS
    [entry] = desk.entries()
    assert (entry.kind, entry.actor, entry.counts) == ("save", ANA, {"new": 2})
    rows = (
        desk.workspace.service(mapping_path=MAPPINGS)
        .history()
        .rows(entry.entry_id, RecordedRow.from_json)
    )
    assert [row.row.job for row in rows] == ["pause_status", "a (run_as_mappings)"]


def test_a_test_of_mappings_is_not_kept_in_the_history() -> None:
    desk = MappingDesk()
    desk.put("load")
    operation = desk.run_with("test", "{}")
    assert operation.status is Status.SUCCEEDED
    assert desk.outcome(operation).mapping_test.draft == {"new": 1}
    assert not desk.entries()


@pytest.mark.parametrize("kind", ["test", "save"])
def test_a_text_that_was_lost_does_not_become_an_empty_file(kind: str) -> None:
    desk = MappingDesk()
    operation = desk.run_with(kind, None)
    assert (operation.status, MAPPINGS in desk.workspace.files.files) == (Status.FAILED, False)
    assert "was lost on this machine" in operation.error


def test_the_mapping_file_is_read_for_its_tab() -> None:
    desk = MappingDesk()
    desk.workspace.files.files[MAPPINGS] = b"{pause_status: 'keep_target'}"
    operation = desk.run("mappings")
    assert desk.outcome(operation).mappings.pause_status == "keep_target"


def test_a_plan_that_is_gone_changes_nothing(desk: Desk) -> None:
    desk.put("load")
    failed = desk.run("import", plan="0" * 32, names=["load"])
    assert failed.status is Status.FAILED
    assert "has expired" in failed.error
    assert not desk.workspace.jobs.jobs


def test_without_a_connection_nothing_is_remembered(desk: Desk) -> None:
    def refuse(_recorder: Recorder) -> JobSync:
        raise UnreachableError("No answer.", fix="Try again.")

    failed = desk.carry_out(desk.begin("export"), refuse)
    assert (failed.status, failed.error) == (Status.FAILED, "No answer. Try again.")
    assert desk.entries() == ()


def refuse_to_write(desk: Desk, part_of_path: str) -> None:
    def before_write(path: str) -> None:
        if part_of_path in path:
            raise PermissionDeniedError("No.")

    desk.workspace.files.before_write = before_write


def test_what_was_done_and_could_not_be_noted_has_failed(desk: Desk) -> None:
    desk.workspace.jobs.add(job("load"))
    refuse_to_write(desk, "exported")
    failed = desk.run("export")
    assert failed.status is Status.FAILED
    assert failed.error == desk.outcome(failed).issues[-1].message
    assert list(desk.workspace.definition_files()) == ["load.json"]


def test_a_history_that_cannot_be_written_is_no_failure(desk: Desk) -> None:
    refuse_to_write(desk, "/history/")
    previewed = desk.run("preview")
    assert previewed.status is Status.SUCCEEDED
    [issue] = desk.outcome(previewed).issues
    assert "could not be added to the history" in issue.message


def test_an_operation_is_carried_out_once(desk: Desk) -> None:
    desk.workspace.jobs.add(job("load"))
    exported = desk.run("export")
    desk.workspace.files.files.pop(f"{FOLDER}/load.json")
    assert desk.carry_out(exported.operation_id) == exported
    assert not desk.workspace.definition_files()


def test_an_error_of_our_own_is_told_without_its_words(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    failed = desk.run("import", nonsense=True)
    assert failed.error.startswith("Internal error.")
    assert "KeyError" in caplog.text
    told = [line.text for line in desk.store.log_lines(failed.operation_id, 99)]
    assert not any(failed.operation_id in text for text in told)


@pytest.mark.parametrize(
    ("reason", "status", "text"),
    [
        (f"by {ANA}", Status.CANCELLED, "Stopped before anything was changed."),
        (SHUTDOWN, Status.INTERRUPTED, "Stopped before anything was changed."),
    ],
)
def test_what_is_stopped_before_it_writes_says_so(
    desk: Desk, reason: str, status: Status, text: str
) -> None:
    name = desk.begin("export")

    def stop_first(_recorder: Recorder) -> JobSync:
        desk.store.request_cancel(name, reason)
        return desk.workspace.service()

    stopped = desk.carry_out(name, stop_first)
    assert stopped.status is status
    assert stopped.error.startswith(text)
    assert not desk.workspace.definition_files()


@pytest.mark.parametrize(
    ("reason", "status", "text"),
    [
        (f"by {ANA}", Status.CANCELLED, "Cancelled. Completed rows are listed"),
        (SHUTDOWN, Status.INTERRUPTED, "The app was shut down. Completed rows are listed"),
    ],
)
def test_what_is_stopped_midway_tells_what_was_done(
    desk: Desk, reason: str, status: Status, text: str
) -> None:
    for number in range(20):
        desk.workspace.jobs.add(job(f"load {number}"))
    name = desk.begin("export")

    def stop(path: str) -> None:
        if "/load " in path:
            desk.store.request_cancel(name, reason)
            desk.workspace.time.wait(1)

    desk.workspace.files.before_write = stop
    stopped = desk.carry_out(name)
    assert stopped.status is status
    assert stopped.error.startswith(text)
    outcome = desk.outcome(stopped)
    assert 0 < outcome.count_done(RowStatus.NEW) < 20
    assert outcome.count_not_started() == 20 - outcome.count_done(RowStatus.NEW)
    assert [entry.outcome for entry in desk.entries()] == [status]


def test_what_is_asked_to_stop_when_all_is_done_was_not_stopped(desk: Desk) -> None:
    desk.workspace.jobs.add(job("load"))
    name = desk.begin("export")
    desk.workspace.files.before_write = lambda path: (
        desk.store.request_cancel(name, f"by {ANA}") if path.endswith("load.json") else None
    )
    stopped = desk.carry_out(name)
    assert (stopped.status, stopped.error) == (Status.SUCCEEDED, "")
    assert desk.outcome(stopped).count_done(RowStatus.NEW) == 1


def test_the_history_counts_what_was_not_begun(desk: Desk) -> None:
    for number in range(60):
        desk.workspace.jobs.add(job(f"job {number}"))
    name = desk.begin("export")

    def stop(path: str) -> None:
        if "/job " in path:
            desk.store.request_cancel(name, f"by {ANA}")
            desk.workspace.time.seconds += 1

    desk.workspace.files.before_write = stop
    stopped = desk.carry_out(name)
    left = desk.outcome(stopped).count_not_started()
    [entry] = desk.entries()
    assert 0 < left < 60
    assert entry.counts == {"new": 60 - left, "not_started": left}


def test_what_the_engine_logs_is_in_the_detailed_log_of_its_operation(desk: Desk) -> None:
    name = desk.begin("preview")

    def log_and_open(_recorder: Recorder) -> JobSync:
        logging.getLogger("core.anywhere").warning("careful")
        return desk.workspace.service()

    desk.carry_out(name, log_and_open)
    logging.getLogger("core.anywhere").warning("too late")
    texts = [line.text for line in desk.store.log_lines(name, 99)]
    assert "careful" in texts
    assert "too late" not in texts


@pytest.mark.parametrize("ahead_s", [-7200.0, 0.0, 7200.0])
def test_the_history_keeps_how_long_it_took_by_one_clock(desk: Desk, ahead_s: float) -> None:
    """The store's clock is that of Redis, on another machine."""
    desk.store = FakeOperationStore(lambda: desk.workspace.time.seconds + ahead_s)
    desk.workspace.jobs.add(job("load"))

    def take_a_while(_path: str) -> None:
        desk.workspace.time.seconds += 3

    desk.workspace.files.before_write = take_a_while
    desk.run("export")
    [entry] = desk.entries()
    assert 3 <= entry.seconds < 60


class Pulse(FakeOperationStore):
    """Notices that an operation shows that it is alive."""

    def __init__(self) -> None:
        super().__init__()
        self.beaten = threading.Event()

    def beat(self, operation_id: str) -> None:
        self.beaten.set()


def test_an_operation_shows_that_it_is_alive(desk: Desk) -> None:
    desk.store = store = Pulse()

    def wait_for_the_pulse(_recorder: Recorder) -> JobSync:
        assert store.beaten.wait(10)
        return desk.workspace.service()

    name = desk.begin("preview")
    now = desk.workspace.time.clock().now
    carry_out(name, store, wait_for_the_pulse, AppMode.BOTH, now, beat_s=0.01)
    assert desk.operation(name).status is Status.SUCCEEDED


# Counting


def counted(desk: Desk, name: str) -> dict[tuple[str, ...], float]:
    """Return the counters of a name by the values of their labels."""
    return {
        tuple(label for _, label in counter.labels): amount
        for counter, amount in desk.store.counted().items()
        if counter.name == name
    }


def test_jobs_are_counted_by_what_was_done_with_them(desk: Desk) -> None:
    desk.put("a", "b", "c")
    plan = desk.validated()
    assert counted(desk, JOBS_WRITTEN) == {}
    desk.run("import", plan=plan, names=["a", "b"])
    assert counted(desk, JOBS_WRITTEN) == {("created", "import"): 2}
    desk.workspace.files.delete(f"{FOLDER}/a.json")
    desk.run("remove", plan=desk.validated(), names=["a"])
    assert counted(desk, JOBS_WRITTEN) == {("created", "import"): 2, ("removed", "remove"): 1}
    assert counted(desk, OPERATIONS) == {
        ("validate", "succeeded"): 2,
        ("import", "succeeded"): 1,
        ("remove", "succeeded"): 1,
    }


def test_a_job_that_failed_is_not_counted_as_written(desk: Desk) -> None:
    desk.put("a", "b")
    plan = desk.validated()
    desk.workspace.jobs.fail_names["create a"] = PermissionDeniedError("No permission: no.")
    desk.run("import", plan=plan, names=["a", "b"])
    assert counted(desk, JOBS_WRITTEN) == {("created", "import"): 1}
    assert counted(desk, JOBS_FAILED) == {("import",): 1}


def test_a_file_that_cannot_be_imported_has_not_failed_to_be(desk: Desk) -> None:
    desk.put("a")
    desk.workspace.put_file("bad.json", b"{")
    plan = desk.validated()
    desk.run("import", plan=plan, names=["a"])
    assert counted(desk, JOBS_FAILED) == {}


def test_what_an_operation_wrote_is_counted_when_its_end_shows(desk: Desk) -> None:
    class Watched(FakeOperationStore):
        written = 0.0

        def finish(self, *arguments: Any) -> None:
            name = Counter.of(JOBS_WRITTEN, kind="import", action="created")
            self.written = self.counted().get(name, 0.0)
            super().finish(*arguments)

    desk.store = store = Watched()
    desk.put("a")
    desk.run("import", plan=desk.validated(), names=["a"])
    assert store.written == 1


def test_no_operation_fails_over_its_counters(desk: Desk) -> None:
    class Away(FakeOperationStore):
        def count(self, additions: Additions, batch: str = "") -> bool:
            return False

    desk.store = Away()
    desk.put("a")
    assert desk.run("import", plan=desk.validated(), names=["a"]).status is Status.SUCCEEDED


# The log


class Lines(logging.Handler):
    """Formats what is logged, where it is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(OneLineFormatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines() -> Iterator[list[str]]:
    handler = Lines()
    logging.getLogger().addHandler(handler)
    yield handler.lines
    logging.getLogger().removeHandler(handler)


def test_every_line_of_an_operation_has_its_id(desk: Desk, lines: list[str]) -> None:
    desk.put("a", "b", "c")
    validated = desk.run("validate").operation_id
    imported = desk.run("import", plan=validated, names=["a", "b", "c"]).operation_id
    of_one, of_other = (
        [line for line in lines if f"[{name}]" in line] for name in (validated, imported)
    )
    assert len(of_one) + len(of_other) == len(lines)
    assert of_one[0] == f"operations [{validated}] validate began"
    assert of_one[-1] == f"operations [{validated}] validate ended: succeeded"
    assert of_other[-1] == f"operations [{imported}] import ended: succeeded"
    assert any(line.startswith("core.") for line in of_other)


def test_the_thread_that_shows_that_an_operation_is_running_logs_for_it(
    desk: Desk, lines: list[str]
) -> None:
    class Away(FakeOperationStore):
        beats = 0

        def beat(self, operation: Operation) -> bool:
            self.beats += 1
            if self.beats < 3:
                raise StateError("The store is away.")
            return super().beat(operation)

    desk.store = store = Away()
    ready = threading.Event()

    def open_slowly(_recorder: Recorder) -> JobSync:
        while store.beats < 3:
            ready.wait(0.001)
        return desk.workspace.service()

    name = desk.begin("validate")
    carry_out(name, store, open_slowly, AppMode.BOTH, lambda: 0.0, beat_s=0.001)
    said = [line for line in lines if "The store is away" in line or "answers again" in line]
    assert len(said) == 2
    assert all(line.startswith(f"operations [{name}] ") for line in said)
