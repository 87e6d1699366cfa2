"""The life cycle of operations in one SQLite file. Implements `OperationStore`."""

import json
import os
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from core.errors import StateError
from core.gateways.machine.change_request_rows import ChangeRequestRows, answer, open_request
from core.gateways.machine.counter_rows import CounterRows, add_up
from core.gateways.machine.operation_contents import OperationContents
from core.gateways.machine.operation_file import marks, storable
from core.gateways.machine.operation_values import age, count_end_of, read_operation
from core.gateways.machine.processes import machine, process_start
from core.json_text import JsonDict
from core.operations.change_request import RequestState
from core.operations.counters import Counter
from core.operations.kinds import EXCLUSIVE_KINDS, READING_KINDS, REMEMBERED_KINDS, OperationKind
from core.operations.operation import (
    APPROVER,
    SHUTDOWN,
    Operation,
    OperationRunningError,
    Status,
)
from core.operations.outcome import Outcome

_ACTIVE = "('queued','running','cancelling')"
_EXCLUSIVE = f"({marks(EXCLUSIVE_KINDS)})"
_ALL = "select rowid as number, * from operation"
_QUEUED_S = 30.0  # a page that was closed between its two requests never begins its operation
_SEQ_PER_S = 100_000  # more rows than are ever written
_SILENT_S = 30.0  # of another host's process, which cannot be asked
_LISTED = "Completed rows are listed; validate again before you continue."
_KILLED = f"Its process was killed or crashed before it finished. {_LISTED}"
_SHUT_DOWN = f"The app was shut down before it could finish. {_LISTED}"
_RESTARTED = f"The app was started anew elsewhere before it finished. {_LISTED}"
_NOTHING = "Nothing was changed."
_NEVER_ASKED = f"It did not start: the page was closed, or its request was lost. {_NOTHING}"
_NEVER_BEGUN = f"Its process ended before it began. {_NOTHING} See the app log."


class SqliteOperationStore(ChangeRequestRows, OperationContents, CounterRows):
    """One file, used by every process of this app on this machine."""

    def __init__(self, directory: Path, sleep: Callable[[float], None] = time.sleep) -> None:
        """Open or make the file. Raises StateError, as `OperationFile` does."""
        super().__init__(directory, sleep)
        self._host = machine()
        self._keep_reserve()

    # Life cycle

    def start(self, kind: OperationKind, params: JsonDict, actor: str) -> Operation:
        self._reap()
        with self._transaction() as sql:
            operation = self._start(sql, kind, params, actor)
        self._keep_reserve()
        return operation

    def approve(self, request_id: str, approver: str) -> Operation:
        self._reap()
        with self._transaction() as sql:
            asked = open_request(sql, request_id)
            params = {**asked.params, APPROVER: storable(approver)}
            operation = self._start(sql, asked.kind, params, asked.requester)
            answer(sql, request_id, RequestState.APPROVED, approver, operation.operation_id)
        self._keep_reserve()
        return operation

    def _start(
        self, sql: sqlite3.Connection, kind: OperationKind, params: JsonDict, actor: str
    ) -> Operation:
        now, operation_id, actor = time.time(), uuid.uuid4().hex, storable(actor)
        if kind in READING_KINDS:
            reading = sql.execute(
                f"{_ALL} where status in {_ACTIVE} and kind=? limit 1", (kind,)
            ).fetchone()
            if reading:
                return read_operation(reading)
        if kind in EXCLUSIVE_KINDS:
            held = sql.execute(
                f"{_ALL} where status in {_ACTIVE} and kind in {_EXCLUSIVE} limit 1",
                EXCLUSIVE_KINDS,
            ).fetchone()
            if held:
                raise OperationRunningError(read_operation(held), now)
            sql.execute("delete from notice")
        number = sql.execute(
            "insert into operation(id, kind, status, actor, params, created, heartbeat, host) "
            "values(?, ?, ?, ?, ?, ?, ?, ?)",
            (operation_id, kind, "queued", actor, json.dumps(params), now, now, self._host),
        ).lastrowid
        self._forget_old(sql)
        return Operation(operation_id, kind, Status.QUEUED, actor, params, now, number=number or 0)

    def claim(self, operation_id: str) -> bool:
        try:
            return self._claim(operation_id)
        except StateError as error:  # as on a full disk; who waits for it learns why
            self._release_reserve()
            with self._transaction() as sql:
                why = f"{error} {_NOTHING}"
                self._finish(sql, operation_id, Status.FAILED, None, why)
            return False

    def _claim(self, operation_id: str) -> bool:
        now, pid = time.time(), os.getpid()
        with self._transaction() as sql:
            changed = sql.execute(
                "update operation set status='running', started=?, heartbeat=?, pid=?, "
                "pid_start=?, host=? where id=? and status='queued'",
                (now, now, pid, process_start(pid), self._host, operation_id),
            )
            return changed.rowcount == 1

    def finish(
        self, operation_id: str, status: Status, outcome: Outcome | None, error: str = ""
    ) -> None:
        try:
            with self._transaction() as sql:
                self._finish(sql, operation_id, status, outcome, error)
        except StateError:
            self._release_reserve()
            with self._transaction() as sql:
                self._finish(sql, operation_id, status, outcome, error)

    def request_cancel(self, operation_id: str, reason: str) -> None:
        with self._transaction() as sql:
            sql.execute(
                "update operation set status='cancelling', cancel_reason=? "
                "where id=? and status='running'",
                (reason, operation_id),
            )
            queued = sql.execute(
                "update operation set cancel_reason=? where id=? and status='queued'",
                (reason, operation_id),
            )
            if queued.rowcount:
                self._finish(sql, operation_id, Status.CANCELLED, None, "")

    def stop_all(self, reason: str) -> list[tuple[int, str]]:
        """Ask all operations of this host to stop.

        Returns the process ids of those running, each with its `process_start`.
        """
        with self._transaction() as sql:
            rows = sql.execute(
                "select id, pid, pid_start from operation "
                "where status in ('running', 'cancelling') and host=?",
                (self._host,),
            ).fetchall()
            sql.executemany(
                "update operation set status='cancelling', cancel_reason=? where id=?",
                [(reason, row["id"]) for row in rows],
            )
        return [(row["pid"], row["pid_start"]) for row in rows]

    def should_stop(self, operation_id: str) -> bool:
        row = self._one("select status from operation where id=?", operation_id)
        return row is not None and row["status"] not in ("running", "queued")

    def beat(self, operation: Operation) -> bool:
        def write(sql: sqlite3.Connection) -> bool:
            found = sql.execute(
                "update operation set heartbeat=? where id=?", (time.time(), operation.operation_id)
            )
            if not found.rowcount:
                self._put_back(sql, operation)
            return found.rowcount > 0

        return self._try_to_write(write, otherwise=True)

    def note_launch(self, operation_id: str, pid: int | None, problem: str = "") -> None:
        def write(sql: sqlite3.Connection) -> bool:
            if problem:
                error = f"{problem} {_NOTHING}"
                self._finish(sql, operation_id, Status.FAILED, None, error)
                return True
            sql.execute(
                "update operation set pid=?, pid_start=?, host=? where id=? and status='queued'",
                (pid, process_start(pid), self._host, operation_id),
            )
            return True

        self._try_to_write(write, otherwise=False)

    def get(self, operation_id: str) -> Operation | None:
        row = self._one(f"{_ALL} where id=?", operation_id)
        return self._as_it_is(row) if row else None

    def active(self) -> Operation | None:
        rows = self._rows(
            f"{_ALL} where status in {_ACTIVE} and kind in {_EXCLUSIVE} order by number desc",
            *EXCLUSIVE_KINDS,
        )
        return next((read_operation(row) for row in rows if self._end_of(row) is None), None)

    def latest(self, kinds: Iterable[OperationKind], *, ended: bool = False) -> Operation | None:
        names = list(kinds)
        wanted = " and status='succeeded'" if ended else ""
        row = self._one(
            f"{_ALL} where kind in ({marks(names)}){wanted} order by number desc limit 1",
            *names,
        )
        return self._as_it_is(row) if row else None

    def ended(self) -> list[Operation]:
        self._reap()
        rows = self._rows(
            f"{_ALL} where kind in ({marks(REMEMBERED_KINDS)}) order by number desc",
            *REMEMBERED_KINDS,
        )
        operations = map(self._as_it_is, rows)
        return [operation for operation in operations if not operation.status.is_active]

    def counted(self) -> dict[Counter, float]:
        self._reap()
        return super().counted()

    # Inside

    def _reap(self) -> None:
        """Note how operations ended whose process is gone; they are shown so in any case."""
        rows = self._rows(f"{_ALL} where status in {_ACTIVE}")
        if all(self._end_of(row) is None for row in rows):
            return

        def write(sql: sqlite3.Connection) -> bool:
            for row in sql.execute(f"{_ALL} where status in {_ACTIVE}").fetchall():
                if end := self._end_of(row):  # it may have been claimed meanwhile
                    self._finish(sql, row["id"], end[0], None, end[1])
            return True

        self._try_to_write(write, otherwise=False)

    def _as_it_is(self, row: sqlite3.Row) -> Operation:
        """Return an operation as ended where its process is gone, noted or not."""
        operation, end = read_operation(row), self._end_of(row)
        return replace(operation, status=end[0], error=end[1]) if end else operation

    def _end_of(self, row: sqlite3.Row) -> tuple[Status, str] | None:
        """Return how an operation ended that could not say so itself; None when none did."""
        status = Status(row["status"])
        if not status.is_active:
            return None
        is_here, is_launched = row["host"] == self._host, row["pid"] is not None
        if is_here and is_launched and process_start(row["pid"]) == row["pid_start"]:
            return None
        if status is Status.QUEUED:
            if is_launched and is_here:
                return Status.FAILED, _NEVER_BEGUN
            is_late = age(row["created"]) > _QUEUED_S
            return (Status.CANCELLED, _NEVER_ASKED) if is_late else None
        if is_here:
            is_shutdown = row["cancel_reason"] == SHUTDOWN
            return Status.INTERRUPTED, _SHUT_DOWN if is_shutdown else _KILLED
        is_silent = age(row["heartbeat"]) > _SILENT_S
        return (Status.INTERRUPTED, _RESTARTED) if is_silent else None

    def _put_back(self, sql: sqlite3.Connection, operation: Operation) -> None:
        """Enter an operation of this process anew, after the file was lost.

        Who follows it asks for what was written after the `seq` that it knows: it goes beyond that.
        """
        now, pid = time.time(), os.getpid()
        sql.execute(
            "insert or ignore into operation(id, kind, status, actor, params, created, started, "
            "heartbeat, host, pid, pid_start, seq) "
            "values(?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(operation.operation_id, operation.kind, operation.actor),
                *(json.dumps(operation.params), operation.created, operation.started),
                *(now, self._host, pid, process_start(pid), int(now * _SEQ_PER_S)),
            ),
        )

    @staticmethod
    def _finish(
        sql: sqlite3.Connection,
        operation_id: str,
        status: Status,
        outcome: Outcome | None,
        error: str,
    ) -> None:
        text, now = json.dumps(outcome.as_json()) if outcome is not None else None, time.time()
        ending = sql.execute(
            f"{_ALL} where id=? and status in {_ACTIVE}", (operation_id,)
        ).fetchone()
        if ending is None:
            return
        sql.execute(
            "update operation set status=?, finished=?, outcome=?, error=?, waiting_for='', "
            "waiting_at=0 where id=?",
            (status, now, text, storable(error), operation_id),
        )
        add_up(sql, count_end_of(ending, status, now))
