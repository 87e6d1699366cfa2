"""Adds what the command line does to the history, with the rows that the page shows of it."""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from core.errors import Issue, SyncError
from core.operations.entry import make_entry
from core.operations.grid_row import GridRow
from core.operations.kinds import REMEMBERED_KINDS, OperationKind
from core.operations.operation import LogLine, Operation, Status, Waiting
from core.operations.outcome import Outcome
from core.operations.recorder import Recorder
from core.ports import CurrentPrincipal
from core.reporting.listener import Listener, PlannedRows
from core.reporting.report import Report, ReportRow, ReportStatus, report_failure

if TYPE_CHECKING:
    from core.service import JobSync


class CommandRecord:
    """One operation of the command line. It counts as begun once it holds the lock."""

    def __init__(self, operation: str, mode: str, screen: Listener) -> None:
        """Take the operation, the APP_MODE, and who else follows it."""
        self._operation = operation
        self._mode = mode
        self._screen = screen
        self._started = time.time()
        self.operation_id = secrets.token_hex(16)
        self._recorder = Recorder(_NoStore(), self.operation_id, time.time)
        self._me: CurrentPrincipal | None = None

    @property
    def listener(self) -> Listener:
        """Return the listener of the operation."""
        return replace(
            self._screen,
            on_planned=self._on_planned,
            on_row=self._on_row,
            on_begun=self._on_begun,
            on_snapshot=self._recorder.on_snapshot,
        )

    def add(self, service: "JobSync", report: Report) -> Report:
        """Add the operation to the history as it ended, and return its report.

        One that never began is not added. Where the history cannot be written the report says so.
        """
        kind = self._kind()
        if self._me is None or kind is None:
            return report
        outcome = replace(self._recorder.finish(report), mode=self._mode)
        operation = Operation(
            self.operation_id,
            kind,
            _status(report, outcome),
            self._me.display_name or self._me.name,
            {},
            self._started,
            started=self._started,
            finished=time.time(),
            outcome=outcome,
            error=report.issues[-1].message if report.has_failed and report.issues else "",
        )
        entry = make_entry(operation, principal=self._me.name, snapshot=self._recorder.snapshot)
        try:
            rows = [row.as_json() for row in self._recorder.history_rows()]
            service.history().record(entry, rows)
        except SyncError as error:
            return replace(report, issues=(*report.issues, Issue(str(error))))
        return report

    def add_failure(self, service: "JobSync", error: SyncError) -> None:
        """Add an operation that could not be carried out."""
        self.add(service, report_failure(self._operation, error))

    def _kind(self) -> OperationKind | None:
        known = self._operation in set(OperationKind)
        kind = OperationKind(self._operation) if known else None
        return kind if kind in REMEMBERED_KINDS else None

    def _on_begun(self, me: CurrentPrincipal) -> None:
        self._me = me

    def _on_planned(self, rows: PlannedRows) -> None:
        if self._me is not None:  # a preview leaves no trace
            self._recorder.on_planned(rows)

    def _on_row(self, row: ReportRow) -> None:
        self._recorder.on_row(row)


def _status(report: Report, outcome: Outcome) -> Status:
    if report.status is ReportStatus.FAILED:
        return Status.FAILED
    return Status.CANCELLED if outcome.count_not_started() else Status.SUCCEEDED


class _NoStore:
    """In place of the page's store of operations: nobody looks at a command while it runs."""

    def progress(
        self,
        operation_id: str,  # noqa: ARG002 - as the store has it
        *,
        rows: Sequence[GridRow] = (),  # noqa: ARG002
        step: str | None = None,  # noqa: ARG002
        done: int | None = None,  # noqa: ARG002
        total: int | None = None,  # noqa: ARG002
        waiting: Waiting | None = None,  # noqa: ARG002
        log: Sequence[LogLine] = (),  # noqa: ARG002
    ) -> bool:
        return True

    def put_documents(
        self,
        operation_id: str,  # noqa: ARG002
        documents: Mapping[str, bytes],  # noqa: ARG002
    ) -> bool:
        return True

    def get(self, operation_id: str) -> Operation | None:  # noqa: ARG002
        return None

    def should_stop(self, operation_id: str) -> bool:  # noqa: ARG002
        return False
