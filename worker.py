"""What a background callback carries out in a process of its own: one operation, start to end.

Every such process imports this module, so it imports the heavy parts only when it needs them.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.errors import Issue, PlanGoneError, StoppedError, SyncError
from core.gateways.machine.local_folder import default_cache_folder, page_folder
from core.gateways.machine.operation_store import SqliteOperationStore
from core.mapping.mapping_file import PausePolicy
from core.operations.entry import entry_of
from core.operations.operation import ADOPTABLE, PLAN, SHUTDOWN, Operation, OperationKind, Status
from core.operations.outcome import Outcome
from core.operations.recorder import BEAT_S, Recorder
from core.planning.import_plan import plan_fingerprints
from core.reporting.details import PlanFacts
from core.reporting.report import Report, ReportStatus
from core.service import JobSync
from core.settings import Settings

log = logging.getLogger(__name__)

_BUG = (
    "The app met an error of its own and stopped. What was done is listed. Look into the app's "
    "log, and validate again before going on."
)
_SHUT_DOWN = "The app was shut down. What was done is listed; start it again to go on."
_CANCELLED = "Cancelled. What was done is listed; start it again to go on."


def carry_out(operation_id: str) -> str:
    """Carry out a queued operation and return its id; one that was begun already is left alone.

    The environment tells which workspace it concerns, as it told the page.
    """
    store = SqliteOperationStore(page_folder(Settings.from_env(os.environ), os.environ))
    if store.claim(operation_id):
        operation = store.get(operation_id)
        assert operation is not None  # it was claimed a moment ago
        _Work(store, operation).run()
    return operation_id


class _Work:
    def __init__(self, store: SqliteOperationStore, operation: Operation) -> None:
        self._store = store
        self._operation = operation
        self._recorder = Recorder(store, operation.operation_id, time.time)
        self._ended = threading.Event()

    def run(self) -> None:
        """Every way out leaves a final status."""
        handler = _ToRecorder(self._recorder)
        core_log = logging.getLogger("core")
        core_log.addHandler(handler)
        core_log.setLevel(logging.INFO)
        threading.Thread(target=self._beat, daemon=True).start()
        service: JobSync | None = None
        mode = ""
        try:
            settings = Settings.from_env(os.environ)
            mode = settings.mode.value
            service = _service(settings, self._recorder)
            status, outcome = self._succeeded(self._recorder.finish(self._report(service)))
        except StoppedError as error:
            status, outcome = self._stopped_status(), self._failed(str(error))
        except SyncError as error:
            self._recorder.log("ERROR", str(error))
            status, outcome = Status.FAILED, self._failed(str(error))
        except Exception:  # the edge of the process: whatever it was, the user is told
            log.exception("operation %s failed", self._operation.operation_id)
            status, outcome = Status.FAILED, self._failed(_BUG)
        outcome = replace(outcome, mode=mode)
        if service:
            outcome = self._remember(service, status, outcome)
        self._recorder.flush()
        self._store.finish(self._operation.operation_id, status, outcome, outcome.message)
        self._ended.set()
        core_log.removeHandler(handler)

    def _report(self, service: JobSync) -> Report:
        listener, params = self._recorder.listener, self._operation.params
        pause = PausePolicy(params["pause"]) if params.get("pause") else None
        commands: Mapping[OperationKind, Callable[[], Report]] = {
            OperationKind.INFO: lambda: service.info(listener=listener),
            OperationKind.PREVIEW: lambda: service.export(dry_run=True, listener=listener),
            OperationKind.EXPORT: lambda: service.export(listener=listener),
            OperationKind.PULL: lambda: service.pull(listener=listener),
            OperationKind.ADOPT: lambda: service.adopt(
                self._kept(ADOPTABLE), pause=pause, listener=listener
            ),
            OperationKind.VALIDATE: lambda: self._validate(service, pause),
            OperationKind.IMPORT: lambda: service.import_jobs(
                params["names"], reviewed=self._kept(PLAN), pause=pause, listener=listener
            ),
            OperationKind.REMOVE: lambda: service.remove(
                params["names"], reviewed=self._kept(PLAN), pause=pause, listener=listener
            ),
        }
        return commands[self._operation.kind]()

    def _validate(self, service: JobSync, pause: PausePolicy | None) -> Report:
        plan, report = service.validate(
            details=True,
            not_mapped=False,  # the side panel gathers them for the row that it shows
            ask_workspace=bool(self._operation.params.get("ask_workspace")),
            pause=pause,
            listener=self._recorder.listener,
        )
        adoptable = [row.job_name for row in plan.adoptable()]
        self._recorder.keep_plan(plan_fingerprints(plan), adoptable)
        return replace(report, details=PlanFacts(plan.is_complete, len(adoptable)))

    def _kept(self, document: str) -> Any:
        """Return what the validation kept of what the user reviewed."""
        content = self._store.document(self._operation.params["plan"], document)
        if content is None:
            raise PlanGoneError
        return json.loads(content)

    def _succeeded(self, outcome: Outcome) -> tuple[Status, Outcome]:
        """Return how an operation ended that came to a report: it may have been stopped midway."""
        if outcome.status is ReportStatus.FAILED:  # it was done, and could not be noted
            return Status.FAILED, replace(outcome, message=outcome.issues[-1].message)
        if not self._store.should_stop(self._operation.operation_id):
            return Status.SUCCEEDED, outcome
        status = self._stopped_status()
        message = _SHUT_DOWN if status is Status.INTERRUPTED else _CANCELLED
        return status, replace(outcome, message=message)

    def _failed(self, message: str) -> Outcome:
        report = Report(self._operation.kind, has_failed=True)
        return replace(self._recorder.finish(report), message=message)

    def _stopped_status(self) -> Status:
        operation = self._store.get(self._operation.operation_id)
        is_shutdown = operation is not None and operation.cancel_reason == SHUTDOWN
        return Status.INTERRUPTED if is_shutdown else Status.CANCELLED

    def _remember(self, service: JobSync, status: Status, outcome: Outcome) -> Outcome:
        """Enter the operation in the history; failing to do so is no failure of the operation."""
        if self._operation.kind is OperationKind.INFO:
            return outcome
        ended = replace(
            self._operation,
            status=status,
            outcome=outcome,
            error=outcome.message,
            finished=time.time(),
        )
        try:
            rows = [row.as_json() for row in self._recorder.history_rows()]
            service.history().record(entry_of(ended), rows)
        except SyncError as error:
            return replace(outcome, issues=(*outcome.issues, Issue(str(error))))
        return outcome

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_S):
            self._store.beat(self._operation.operation_id)


class _ToRecorder(logging.Handler):
    """Brings what the engine logs into the detailed log."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(logging.INFO)
        self._recorder = recorder

    def emit(self, record: logging.LogRecord) -> None:
        self._recorder.log(record.levelname, record.getMessage())


def _service(settings: Settings, recorder: Recorder) -> JobSync:
    from core.gateways.connect import (  # noqa: PLC0415 - the SDK takes two seconds to load
        connect,
        system_clock,
        this_process,
    )

    connection = connect(
        retry_s=settings.retry_s,
        on_wait=recorder.on_wait,
        threads=settings.threads,
        cache_folder=Path(settings.cache_folder or default_cache_folder()),
    )
    return JobSync(connection.ports, settings, system_clock(), this_process)
