"""The life cycle of operations in one SQLite file. Implements `OperationStore`."""

import json
import os
import socket
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

from core.gateways.machine.operation_contents import OperationContents
from core.gateways.machine.operation_file import storable
from core.gateways.machine.processes import process_start
from core.json_text import JsonDict
from core.operations.kinds import EXCLUSIVE_KINDS, OperationKind
from core.operations.operation import Operation, OperationRunningError, Status
from core.operations.outcome import Outcome

_ACTIVE = "('queued','running','cancelling')"
_QUEUED_S = 30.0  # a page that was closed between its two requests never begins its operation
_SILENT_S = 30.0  # of another host's process, which cannot be asked
_LOST = "The process ended before it finished. Completed rows are listed."
_NEVER_BEGUN = "The page was closed before it started. Nothing was changed."


class SqliteOperationStore(OperationContents):
    """One file, used by every process of this app on this machine."""

    def __init__(self, directory: Path, sleep: Callable[[float], None] = time.sleep) -> None:
        """Open or make the file. Raises StateError, as `OperationFile` does."""
        super().__init__(directory, sleep)
        self._host = socket.gethostname()

    # Life cycle

    def start(self, kind: OperationKind, params: JsonDict, actor: str) -> Operation:
        self._reap()
        now, operation_id, actor = time.time(), uuid.uuid4().hex, storable(actor)
        with self._transaction() as sql:
            if kind is OperationKind.INFO:
                reading = sql.execute(
                    f"select * from operation where status in {_ACTIVE} and kind=? limit 1", (kind,)
                ).fetchone()
                if reading:
                    return _operation(reading)
            if kind in EXCLUSIVE_KINDS:
                held = sql.execute(
                    f"select * from operation where status in {_ACTIVE} and kind != ? limit 1",
                    (OperationKind.INFO,),
                ).fetchone()
                if held:
                    raise OperationRunningError(_operation(held), now)
            sql.execute(
                "insert into operation(id, kind, status, actor, params, created, heartbeat, host) "
                "values(?, ?, ?, ?, ?, ?, ?, ?)",
                (operation_id, kind, "queued", actor, json.dumps(params), now, now, self._host),
            )
            self._forget_old(sql)
        return Operation(operation_id, kind, Status.QUEUED, actor, params, now)

    def claim(self, operation_id: str) -> bool:
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
        with self._transaction() as sql:
            self._finish(sql, operation_id, status, outcome, error)

    def request_cancel(self, operation_id: str, reason: str) -> None:
        with self._transaction() as sql:
            sql.execute(
                "update operation set status='cancelling', cancel_reason=? "
                "where id=? and status='running'",
                (reason, operation_id),
            )
            sql.execute(
                "update operation set status='cancelled', cancel_reason=?, finished=? "
                "where id=? and status='queued'",
                (reason, time.time(), operation_id),
            )

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
        return row is None or row["status"] not in ("running", "queued")

    def beat(self, operation_id: str) -> None:
        with self._best_effort(), self._transaction() as sql:
            sql.execute("update operation set heartbeat=? where id=?", (time.time(), operation_id))

    def get(self, operation_id: str) -> Operation | None:
        row = self._one("select * from operation where id=?", operation_id)
        return _operation(row) if row else None

    def active(self) -> Operation | None:
        self._reap()
        row = self._one(
            f"select * from operation where status in {_ACTIVE} and kind != 'info' "
            "order by created desc limit 1"
        )
        return _operation(row) if row else None

    def latest(self, kinds: Iterable[OperationKind], *, ended: bool = False) -> Operation | None:
        names = list(kinds)
        wanted = " and status='succeeded'" if ended else ""
        row = self._one(
            f"select * from operation where kind in ({','.join('?' * len(names))}){wanted} "
            "order by created desc limit 1",
            *names,
        )
        return _operation(row) if row else None

    def ended(self) -> list[Operation]:
        self._reap()
        rows = self._connection().execute(
            f"select * from operation where status not in {_ACTIVE} and kind != 'info' "
            "order by created desc"
        )
        return [_operation(row) for row in rows.fetchall()]

    # Inside

    def _reap(self) -> None:
        """Note operations as interrupted whose process is gone."""
        rows = (
            self._connection()
            .execute(f"select * from operation where status in {_ACTIVE}")
            .fetchall()
        )
        gone = [row["id"] for row in rows if self._is_gone(row)]
        if not gone:
            return
        with self._transaction() as sql:
            for operation_id in gone:
                row = sql.execute("select * from operation where id=?", (operation_id,)).fetchone()
                if row is None or not self._is_gone(row):
                    continue  # it was claimed or forgotten meanwhile
                if row["status"] == Status.QUEUED:
                    self._finish(sql, operation_id, Status.CANCELLED, None, _NEVER_BEGUN)
                else:
                    self._finish(sql, operation_id, Status.INTERRUPTED, None, _LOST)

    def _is_gone(self, row: sqlite3.Row) -> bool:
        now = time.time()
        if row["status"] == Status.QUEUED:
            return bool(now - row["created"] > _QUEUED_S)
        if row["host"] == self._host:
            return bool(process_start(row["pid"]) != row["pid_start"])
        return bool(now - row["heartbeat"] > _SILENT_S)

    @staticmethod
    def _finish(
        sql: sqlite3.Connection,
        operation_id: str,
        status: Status,
        outcome: Outcome | None,
        error: str,
    ) -> None:
        text = json.dumps(outcome.as_json()) if outcome is not None else None
        sql.execute(
            f"update operation set status=?, finished=?, outcome=?, error=?, waiting_until=0 "
            f"where id=? and status in {_ACTIVE}",
            (status, time.time(), text, storable(error), operation_id),
        )


def _operation(row: sqlite3.Row) -> Operation:
    kind = OperationKind(row["kind"])
    return Operation(
        operation_id=row["id"],
        kind=kind,
        status=Status(row["status"]),
        actor=row["actor"],
        params=json.loads(row["params"]),
        created=row["created"],
        started=row["started"],
        finished=row["finished"],
        total=row["total"],
        done=row["done"],
        step=row["step"],
        waiting_until=row["waiting_until"],
        outcome=Outcome.from_json(json.loads(row["outcome"]), kind) if row["outcome"] else None,
        error=row["error"],
        cancel_reason=row["cancel_reason"],
        seq=row["seq"],
    )
