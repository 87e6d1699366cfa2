"""Operations in one SQLite file on this machine. Implements `OperationStore`."""

import json
import logging
import os
import socket
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import StateError
from core.gateways.machine.processes import process_start
from core.json_text import JsonDict
from core.operations.kinds import EXCLUSIVE_KINDS, OperationKind
from core.operations.operation import LogLine, Operation, OperationRunningError, Status

log = logging.getLogger(__name__)

_ACTIVE = "('queued','running','cancelling')"
_QUEUED_S = 30.0  # a page that was closed between its two requests never begins its operation
_SILENT_S = 30.0  # of another host's process, which cannot be asked
_TRIES, _AGAIN_S = 20, 0.5  # while another process makes the tables
_KEEP = 50
_KEPT_READINGS = 3  # of the workspace; they must not push out what was done
_MAX_LOG_LINES = 5000
_LOST = "The process that carried it out ended before it was done. What was done is listed."
_NEVER_BEGUN = "The page was closed before it began. Nothing was changed."
_TABLES = """
create table if not exists operation(
  id text primary key, kind text not null, status text not null, actor text not null,
  params text not null, created real not null, started real not null default 0,
  finished real not null default 0, heartbeat real not null, host text not null,
  pid integer, pid_start text, total integer not null default 0, done integer not null default 0,
  step text not null default '', waiting_until real not null default 0, outcome text,
  error text not null default '', cancel_reason text not null default '',
  seq integer not null default 0);
create table if not exists row(
  operation text not null, key text not null, position integer not null, seq integer not null,
  body text not null, primary key(operation, key)) without rowid;
create index if not exists row_seq on row(operation, seq);
create table if not exists document(
  operation text not null, name text not null, body blob not null,
  primary key(operation, name)) without rowid;
create table if not exists log(
  operation text not null, at real not null, level text not null, text text not null);
create index if not exists log_operation on log(operation);
"""


class SqliteOperationStore:
    """One file, used by every process of this app on this machine."""

    def __init__(self, directory: Path, sleep: Callable[[float], None] = time.sleep) -> None:
        """Open or make the file; wait for another process that is making it.

        Raises:
            StateError: the directory cannot be used, or is open to other users.
        """
        try:
            directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            directory.mkdir(mode=0o700, exist_ok=True)
            status = directory.stat()
            if status.st_uid != os.getuid() or status.st_mode & 0o077:
                raise PermissionError("it belongs to, or is open to, another user")
            self._path = directory / "operations.sqlite"
            self._local = threading.local()
            self._host = socket.gethostname()
            self._make_tables(sleep)
        except (OSError, sqlite3.Error) as error:
            raise StateError(
                f"{directory} cannot be used: {error}.",
                fix="Set CACHE_FOLDER to a folder of this machine that only this app uses.",
            ) from error

    # Life cycle

    def start(self, kind: OperationKind, params: JsonDict, actor: str) -> Operation:
        self._reap()
        now, operation_id, actor = time.time(), uuid.uuid4().hex, _storable(actor)
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
        self, operation_id: str, status: Status, outcome: JsonDict | None, error: str = ""
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

        Returns the process ids of those at work, each with its `process_start`.
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

    # What it tells

    def progress(
        self,
        operation_id: str,
        *,
        rows: Sequence[tuple[str, JsonDict]] = (),
        step: str | None = None,
        done: int | None = None,
        total: int | None = None,
        waiting_until: float | None = None,
        log: Sequence[LogLine] = (),
    ) -> None:
        with self._best_effort(), self._transaction() as sql:
            found = sql.execute("select seq from operation where id=?", (operation_id,)).fetchone()
            if found is None:
                return
            seq = found["seq"]
            sql.executemany(
                "insert into row values(?, ?, ?, ?, ?) "
                "on conflict(operation, key) do update set seq=excluded.seq, body=excluded.body",
                [
                    (operation_id, key, seq + number, seq + number, json.dumps(body))
                    for number, (key, body) in enumerate(rows, start=1)
                ],
            )
            sql.execute(
                "update operation set seq=?, heartbeat=?, step=coalesce(?, step), "
                "done=coalesce(?, done), total=coalesce(?, total), "
                "waiting_until=coalesce(?, waiting_until) where id=?",
                (seq + len(rows), time.time(), step, done, total, waiting_until, operation_id),
            )
            self._log(sql, operation_id, log)

    def put_documents(self, operation_id: str, documents: Mapping[str, bytes]) -> None:
        with self._best_effort(), self._transaction() as sql:
            sql.executemany(
                "insert or replace into document values(?, ?, ?)",
                [(operation_id, name, body) for name, body in documents.items()],
            )

    def document(self, operation_id: str, name: str) -> bytes | None:
        query = "select body from document where operation=? and name=?"
        row = self._one(query, operation_id, name)
        return bytes(row["body"]) if row else None

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

    def rows_since(self, operation_id: str, seq: int) -> tuple[int, list[str]]:
        order = "seq" if seq else "position"
        with self._transaction("deferred") as sql:
            now = sql.execute("select seq from operation where id=?", (operation_id,)).fetchone()
            rows = sql.execute(
                f"select body from row where operation=? and seq>? order by {order}",
                (operation_id, seq),
            )
            return (now["seq"] if now else 0), [row["body"] for row in rows]

    def row(self, operation_id: str, key: str) -> str | None:
        found = self._one("select body from row where operation=? and key=?", operation_id, key)
        return found["body"] if found else None

    def row_values(self, operation_id: str) -> list[JsonDict]:
        return [json.loads(text) for text in self.rows_since(operation_id, 0)[1]]

    def ended(self) -> list[Operation]:
        self._reap()
        rows = self._connection().execute(
            f"select * from operation where status not in {_ACTIVE} and kind != 'info' "
            "order by created desc"
        )
        return [_operation(row) for row in rows.fetchall()]

    def log_lines(self, operation_id: str, limit: int) -> list[LogLine]:
        rows = self._connection().execute(
            "select at, level, text from log where operation=? order by rowid desc limit ?",
            (operation_id, limit),
        )
        return [LogLine(row["at"], row["level"], row["text"]) for row in rows][::-1]

    # Inside

    def _make_tables(self, sleep: Callable[[float], None]) -> None:
        """SQLite's own timeout does not cover the switch to WAL: it fails at once where another
        process writes at that moment."""
        tries = 0
        while True:
            try:
                self._connection().executescript(_TABLES)
                return
            except sqlite3.OperationalError as error:
                tries += 1
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or tries == _TRIES:
                    raise
            sleep(_AGAIN_S)

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
        outcome: JsonDict | None,
        error: str,
    ) -> None:
        text = json.dumps(outcome) if outcome is not None else None
        sql.execute(
            f"update operation set status=?, finished=?, outcome=?, error=?, waiting_until=0 "
            f"where id=? and status in {_ACTIVE}",
            (status, time.time(), text, _storable(error), operation_id),
        )

    @staticmethod
    def _log(sql: sqlite3.Connection, operation_id: str, lines: Sequence[LogLine]) -> None:
        if not lines:
            return
        sql.executemany(
            "insert into log values(?, ?, ?, ?)",
            [(operation_id, line.at, line.level, _storable(line.text)) for line in lines],
        )
        sql.execute(
            "delete from log where operation=? and rowid <= "
            "(select max(rowid) from log where operation=?) - ?",
            (operation_id, operation_id, _MAX_LOG_LINES),
        )

    @staticmethod
    def _forget_old(sql: sqlite3.Connection) -> None:
        old = [
            row["id"]
            for condition, kept in (("!=", _KEEP), ("=", _KEPT_READINGS))
            for row in sql.execute(
                f"select id from operation where status not in {_ACTIVE} and kind {condition} ? "
                "order by created desc limit -1 offset ?",
                (OperationKind.INFO, kept),
            )
        ]
        for table, column in (
            ("row", "operation"), ("document", "operation"), ("log", "operation"),
            ("operation", "id"),
        ):  # fmt: skip
            sql.executemany(f"delete from {table} where {column}=?", [(name,) for name in old])

    def _one(self, query: str, *values: Any) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection().execute(query, values).fetchone()
        return row

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection; a forked process gets one of its own."""
        if getattr(self._local, "pid", None) != os.getpid():
            connection = sqlite3.connect(self._path, timeout=10, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma synchronous=normal")
            self._local.connection, self._local.pid = connection, os.getpid()
        found: sqlite3.Connection = self._local.connection
        return found

    @staticmethod
    @contextmanager
    def _best_effort() -> Iterator[None]:
        """A full disk loses what is shown; it must not end what is done in the workspace."""
        try:
            yield
        except sqlite3.Error as error:
            log.warning("what the page shows could not be kept: %s", error)

    @contextmanager
    def _transaction(self, mode: str = "immediate") -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        connection.execute(f"begin {mode}")
        try:
            yield connection
        except BaseException:
            connection.execute("rollback")
            raise
        connection.execute("commit")


def _storable(text: str) -> str:
    """Return a text as SQLite can hold it: lone surrogates, as job names may have, are escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


def _operation(row: sqlite3.Row) -> Operation:
    return Operation(
        operation_id=row["id"],
        kind=OperationKind(row["kind"]),
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
        outcome=json.loads(row["outcome"]) if row["outcome"] else None,
        error=row["error"],
        cancel_reason=row["cancel_reason"],
        seq=row["seq"],
    )
