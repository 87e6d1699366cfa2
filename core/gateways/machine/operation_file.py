"""The SQLite file of operations: one for all processes of this app on this machine."""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import StateError

log = logging.getLogger(__name__)

_TRIES, _AGAIN_S = 20, 0.5  # while another process makes the tables
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


class OperationFile:
    """Opens the file, for every thread and process on its own."""

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
                raise PermissionError("it belongs to another user, or others can open it")
            self._path = directory / "operations.sqlite"
            self._local = threading.local()
            self._make_tables(sleep)
        except (OSError, sqlite3.Error) as error:
            raise StateError(
                f"{directory} cannot be used: {error}.",
                fix="Set CACHE_FOLDER to a folder on this machine that only this app uses.",
            ) from error

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
            log.warning("could not store what the page shows: %s", error)

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


def storable(text: str) -> str:
    """Return a text as SQLite can hold it: lone surrogates, as job names may have, are escaped."""
    return text.encode("utf-8", "backslashreplace").decode()
