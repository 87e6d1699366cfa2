"""Carries out one operation, from its entry in the store to its final status."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from core.errors import Issue, StateError, StoppedError, SyncError
from core.jobsettings.secrets import mask_text
from core.logs import in_operation
from core.operations.counters import count_result
from core.operations.entry import make_entry
from core.operations.kinds import KINDS, REMEMBERED_KINDS, Request, UseCases
from core.operations.operation import (
    ADOPTABLE,
    DRAFT,
    PLAN,
    SHUTDOWN,
    Operation,
    OperationStore,
    Status,
)
from core.operations.outcome import Outcome
from core.operations.plan_documents import read_adoptable, read_draft, read_fingerprints
from core.operations.recorder import Recorder
from core.operations.tally import Tally
from core.parallel import start_thread
from core.planning.statuses import RowResult
from core.reporting.report import Report, ReportStatus
from core.settings import AppMode

log = logging.getLogger("operations")  # not below “core”, whose lines users read

_END_TRIES, _END_AGAIN_S = 120, 5.0

OpenService = Callable[[Recorder], UseCases]
"""Connects to the workspace. The recorder learns when the workspace makes us wait."""

_BUG = (
    "Internal error. Completed rows are listed. See the app log, and validate again before you "
    "continue."
)
_SHUT_DOWN = "The app was shut down. Completed rows are listed; run it again to continue."
_CANCELLED = "Cancelled. Completed rows are listed; run it again to continue."


def carry_out(
    operation_id: str,
    store: OperationStore,
    open_service: OpenService,
    mode: AppMode,
    now: Callable[[], float],
    *,
    beat_s: float = 1.0,
    sleep: Callable[[float], None] = time.sleep,
    tally: Tally | None = None,
    is_ending: Callable[[], bool] = lambda: False,
) -> None:
    """Carry out a queued operation; one that was begun already is left alone.

    Args:
        mode: the APP_MODE that the history keeps.
        now: seconds since the epoch.
        beat_s: how often to show that this process is alive, and whether it waits for an answer.
        sleep: waits between two attempts to note how the operation ended.
        tally: counts what it does; written before the end is noted.
        is_ending: whether this process is to end: the operation stops, also where the store that
            would say so is away.
    """
    queued = store.get(operation_id)
    if queued is not None and store.claim(operation_id):
        operation = _claimed(store, queued, now())
        tally = tally or Tally(store.count)
        running = _Running(operation, store, mode, now, sleep, tally, is_ending)
        with in_operation(operation_id), _beating(running.beat, beat_s):
            running.carry_out(open_service)


def _claimed(store: OperationStore, queued: Operation, now: float) -> Operation:
    """Return an operation that was claimed a moment ago, also where the store has left since."""
    with suppress(StateError):
        if operation := store.get(queued.operation_id):
            return operation
    return replace(queued, status=Status.RUNNING, started=now)


class _Running:
    """An operation that this process has claimed."""

    def __init__(
        self,
        operation: Operation,
        store: OperationStore,
        mode: AppMode,
        now: Callable[[], float],
        sleep: Callable[[float], None],
        tally: Tally,
        is_ending: Callable[[], bool],
    ) -> None:
        self._operation = operation
        self._store = store
        self._mode = mode
        self._now = now
        self._began = now()  # by the clock of this machine; the store's may be another
        self._sleep = sleep
        self._stopped_early = False  # before anything was written
        self._is_noted = False  # how it ended
        self._tally = tally
        name, actor = operation.operation_id, operation.actor
        self._recorder = Recorder(store, name, now, actor, self._count_result, is_ending)

    def carry_out(self, open_service: OpenService) -> None:
        """Every way out leaves a final status."""
        with _logging_to(self._recorder):
            log.info("%s began", self._operation.kind)
            service, status, outcome = self._attempt(open_service)
            outcome = replace(outcome, mode=self._mode.value)
            if self._stopped_early:  # who cancels because the workspace is slow need not wait again
                self._finish(status, outcome)
            if service:
                outcome = self._remember(service, status, outcome)
            self._finish(status, outcome)
            log.info("%s ended: %s", self._operation.kind, status)

    def beat(self) -> None:
        """Show that the process is alive; write what the store has lost or could not take."""
        if self._is_noted:
            return  # nobody may put it back as running
        if self._store.beat(self._operation):
            self._recorder.catch_up()
        else:
            self._recorder.write_again()
        self._recorder.look()

    def _count_result(self, result: RowResult) -> None:
        self._tally.add(count_result(self._operation.kind, result))

    def _finish(self, status: Status, outcome: Outcome) -> None:
        """Note how it ended; on a full disk, or without Redis, try again for some minutes."""
        if self._is_noted:
            return
        for attempt in range(1, _END_TRIES + 1):
            try:
                self.beat()  # the store may have been lost since
                self._recorder.flush()
                self._tally.write()
                self._store.finish(self._operation.operation_id, status, outcome, outcome.message)
                self._is_noted = True
                self._recorder.flush()  # what could not be written before
                return
            except StateError as error:
                log.warning("attempt %d to note the end failed: %s", attempt, error)
            self._sleep(_END_AGAIN_S)

    def _attempt(self, open_service: OpenService) -> tuple[UseCases | None, Status, Outcome]:
        """Return how it ended; without a service when there was no connection."""
        service: UseCases | None = None
        try:
            service = open_service(self._recorder)
            report = KINDS[self._operation.kind].run(service, self._request(), self._recorder)
            status, outcome = self._succeeded(self._recorder.finish(report))
        except StoppedError as error:
            self._stopped_early = True
            status, outcome = self._stopped_status(), self._failed(str(error))
        except SyncError as error:
            self._recorder.log("ERROR", str(error))
            status, outcome = Status.FAILED, self._failed(str(error))
        except Exception:  # the edge of the process: whatever it was, the user learns of it
            log.exception("%s failed", self._operation.kind)
            status, outcome = Status.FAILED, self._failed(_BUG)
        return service, status, outcome

    def _request(self) -> Request:
        request = Request.from_json(self._operation.kind, self._operation.params)
        needs = KINDS[self._operation.kind]
        if needs.needs_text:
            draft = self._store.document(self._operation.operation_id, DRAFT)
            return replace(request, text=read_draft(draft))
        if not needs.needs_plan:
            return request
        return replace(
            request,
            fingerprints=read_fingerprints(self._store.document(request.plan, PLAN)),
            adoptable=read_adoptable(self._store.document(request.plan, ADOPTABLE)),
        )

    def _succeeded(self, outcome: Outcome) -> tuple[Status, Outcome]:
        """Return how an operation ended that came to a report: it may have been stopped midway.

        One that was asked to stop when everything was done was not stopped.
        """
        if outcome.status is ReportStatus.FAILED:  # it was done, and could not be noted
            return Status.FAILED, replace(outcome, message=outcome.issues[-1].message)
        is_whole = not outcome.count_not_started() and not outcome.count_failed()
        if is_whole or not self._recorder.stop.was_wanted():
            return Status.SUCCEEDED, outcome
        status = self._stopped_status()
        message = _SHUT_DOWN if status is Status.INTERRUPTED else _CANCELLED
        return status, replace(outcome, message=message)

    def _failed(self, message: str) -> Outcome:
        report = Report(self._operation.kind, has_failed=True)
        return replace(self._recorder.finish(report), message=mask_text(message))

    def _stopped_status(self) -> Status:
        is_shutdown = self._recorder.stop.reason == SHUTDOWN
        return Status.INTERRUPTED if is_shutdown else Status.CANCELLED

    def _remember(self, service: UseCases, status: Status, outcome: Outcome) -> Outcome:
        """Add the operation to the history; where that fails, the operation has not."""
        if self._operation.kind not in REMEMBERED_KINDS:
            return outcome
        ended = replace(
            self._operation,
            status=status,
            outcome=outcome,
            error=outcome.message,
            finished=self._operation.started + self._now() - self._began,
        )
        try:
            rows = [row.as_json() for row in self._recorder.history_rows()]
            recorder = self._recorder
            entry = make_entry(ended, principal=recorder.principal, snapshot=recorder.snapshot)
            service.history().record(entry, rows)
        except SyncError as error:
            return replace(outcome, issues=(*outcome.issues, Issue(str(error))))
        return outcome


@contextmanager
def _beating(beat: Callable[[], None], every_s: float) -> Iterator[None]:
    """Call a function all the while, in a thread of its own."""
    ended = threading.Event()

    def keep_beating() -> None:
        is_away = False
        while not ended.wait(every_s):
            try:
                beat()
                if is_away:
                    log.warning("the store of operations answers again")
                is_away = False
            except SyncError as error:
                if not is_away:
                    log.warning("could not show that the operation is running: %s", error)
                is_away = True

    start_thread(keep_beating, "beat")
    try:
        yield
    finally:
        ended.set()


@contextmanager
def _logging_to(recorder: Recorder) -> Iterator[None]:
    """Bring what the engine logs into the detailed log."""
    core_log, handler = logging.getLogger("core"), _ToRecorder(recorder)
    core_log.addHandler(handler)
    core_log.setLevel(logging.INFO)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        core_log.removeHandler(handler)


class _ToRecorder(logging.Handler):
    def __init__(self, recorder: Recorder) -> None:
        super().__init__(logging.INFO)
        self._recorder = recorder

    def handle(self, record: logging.LogRecord) -> bool:
        """Pass a line on without the handler's lock: the recorder has one, and logs in it itself.

        Two threads that log would wait for each other for ever.
        """
        if self.filter(record):
            self.emit(record)
        return True

    def emit(self, record: logging.LogRecord) -> None:
        self._recorder.log(record.levelname, record.getMessage())
