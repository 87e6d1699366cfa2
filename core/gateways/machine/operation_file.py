"""The SQLite file of operations: one for all processes of this app on this machine.

It can be lost: somebody deletes it, a cleaner empties its folder, a disk damages it. It is then
moved aside and made anew, by whoever notices first.
"""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from core.errors import StateError
from core.gateways.machine.generations import Generations
from core.json_text import fingerprint
from core.operations.kinds import EXCLUSIVE_KINDS

log = logging.getLogger(__name__)

_TRIES, _AGAIN_S = 20, 0.5  # while another process makes the tables
_TABLES = """
create table if not exists operation(
  id text primary key, kind text not null, status text not null, actor text not null,
  params text not null, created real not null, started real not null default 0,
  finished real not null default 0, heartbeat real not null, host text not null,
  pid integer, pid_start text, total integer not null default 0, done integer not null default 0,
  step text not null default '', waiting_for text not null default '',
  waiting_at real not null default 0, outcome text,
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
create table if not exists change_request(
  id text primary key, kind text not null, params text not null, requester text not null,
  created real not null, state text not null, decided_by text not null default '',
  decided real not null default 0, operation text not null default '');
create table if not exists notice(text text not null);
create table if not exists counter(name text primary key, value real not null) without rowid;
"""
_VERSION = int(fingerprint(_TABLES)[:7], 16)  # of the tables; another version's file is moved aside
_FILE = "operations.sqlite"
_RESERVE, _RESERVED_BYTES = "reserve", 1024 * 1024
# What says that the file is not, or no longer, ours to read. A full disk and a busy file do not.
_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FORMAT,
        sqlite3.SQLITE_SCHEMA,
    }
)
_DAMAGE_IN_DETAIL = frozenset(
    {
        sqlite3.SQLITE_READONLY_DBMOVED,
        sqlite3.SQLITE_IOERR_SHORT_READ,
        sqlite3.SQLITE_IOERR_READ,
        sqlite3.SQLITE_IOERR_CORRUPTFS,
    }
)
_LOST = (
    "What this page knew about operations was lost: its folder on this machine was deleted or "
    "damaged. Jobs, files and the history are not affected. Validate again before you import."
)
_FULL_FIX = "Free some space on it, or set CACHE_FOLDER to a folder on another disk."
_UNUSABLE_FIX = "Set CACHE_FOLDER to a folder on this machine that only this app uses."


class OperationFile:
    """Opens the file, for every thread and process on its own."""

    def __init__(self, directory: Path, sleep: Callable[[float], None] = time.sleep) -> None:
        """Open or make the file; wait for another process that is making it.

        Raises:
            StateError: the directory cannot be used, or is open to other users.
        """
        self._directory = directory
        self._generations = Generations(directory, _FILE)
        self._local = threading.local()
        self._sleep = sleep
        self._was_there = False
        self._healing(lambda _sql: None)

    def check(self) -> None:
        """Make sure that the file can be read; heal it where that is possible.

        Raises:
            StateError: it cannot be read.
        """
        self._one("select count(*) from operation")

    def notice(self) -> str:
        row = self._one("select text from notice limit 1")
        return row["text"] if row else ""

    # For those who inherit

    def _one(self, query: str, *values: Any) -> sqlite3.Row | None:
        rows = self._rows(query, *values)
        return rows[0] if rows else None

    def _rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        rows: list[sqlite3.Row] = self._healing(lambda sql: sql.execute(query, values).fetchall())
        return rows

    @contextmanager
    def _transaction(self, mode: str = "immediate") -> Iterator[sqlite3.Connection]:
        connection = self._healing(lambda sql: _begun(sql, mode))
        try:
            yield connection
            connection.execute("commit")
        except BaseException as error:
            with suppress(sqlite3.Error):
                connection.execute("rollback")
            if isinstance(error, sqlite3.Error):
                self._heal(error)
                raise self._unusable(error) from error
            raise

    def _try_to_write(self, work: Callable[[sqlite3.Connection], bool], *, otherwise: bool) -> bool:
        """Write what is only shown: where that fails, what is done in the workspace continues.

        Returns what the work returned, or `otherwise`.
        """
        try:
            with self._transaction() as sql:
                return work(sql)
        except StateError as error:
            log.warning("could not store what the page shows: %s", error)
            return otherwise

    def _release_reserve(self) -> None:
        """Give back the space that is kept for what must be written on a full disk."""
        with suppress(OSError):
            (self._directory / _RESERVE).unlink()

    def _keep_reserve(self) -> None:
        reserve = self._directory / _RESERVE
        with suppress(OSError):
            if not reserve.exists():
                reserve.write_bytes(os.urandom(_RESERVED_BYTES))  # zeros may take no space

    # Opening and healing

    def _healing(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """Do some work that may be done twice; heal the file in between where it is damaged."""
        try:
            return work(self._connection())
        except (OSError, sqlite3.Error) as error:
            if not self._heal(error):
                raise self._unusable(error) from error
        try:
            return work(self._connection())
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection to the file that is there now.

        A forked process gets one of its own, and so does whoever had a file that is gone.
        """
        kept: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if kept is None:
            return self._open(*self._generations.present())
        pid, opened = self._local.owner
        if (pid, opened) == (os.getpid(), self._generations.identity()):
            return kept
        self._close()
        if pid == os.getpid():
            return self._open(*self._generations.renew(opened[0]))
        return self._open(*self._generations.present())

    def _open(self, path: Path, is_new: bool) -> sqlite3.Connection:
        former, self._local.name = getattr(self._local, "name", ""), path.parent.name
        is_lost = self._was_there and (is_new or former not in ("", path.parent.name))
        connection = sqlite3.connect(path, timeout=10, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            self._make_tables(connection)
            if is_lost:
                self._say_lost(connection)
        except sqlite3.Error:
            connection.close()
            raise
        self._was_there = True
        self._local.connection = connection
        self._local.owner = (os.getpid(), self._generations.identity())
        return connection

    def _make_tables(self, connection: sqlite3.Connection) -> None:
        """SQLite's own timeout does not cover the switch to WAL: it fails at once where another
        process writes at that moment."""
        tries = 0
        while True:
            try:
                connection.execute("pragma journal_mode=wal")
                connection.execute("pragma synchronous=normal")
                self._write_tables(connection)
                return
            except sqlite3.OperationalError as error:
                tries += 1
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or tries == _TRIES:
                    raise
            self._sleep(_AGAIN_S)

    @staticmethod
    def _write_tables(connection: sqlite3.Connection) -> None:
        # In this order: another process may make them in between, all at once.
        has_tables = connection.execute("select 1 from sqlite_master").fetchone() is not None
        version = connection.execute("pragma user_version").fetchone()[0]
        if version == _VERSION:
            return
        if version != 0 or has_tables:
            raise _OtherTablesError("it was written by another version")
        connection.executescript(f"begin immediate;{_TABLES}pragma user_version={_VERSION};commit;")

    @staticmethod
    def _say_lost(connection: sqlite3.Connection) -> None:
        """Leave word for users, unless another process did or an operation was started since."""
        log.warning("the file of operations was lost and made anew")
        connection.execute(
            "insert into notice select ? where not exists(select 1 from notice) "
            f"and not exists(select 1 from operation where kind in ({marks(EXCLUSIVE_KINDS)}))",
            (_LOST, *EXCLUSIVE_KINDS),
        )

    def _heal(self, error: Exception) -> bool:
        """Replace a file that cannot be read. Returns whether to try again."""
        if not isinstance(error, sqlite3.Error) or not _is_damage(error):
            return False
        log.warning("the file of operations cannot be read and is made anew: %s", error)
        self._was_there = not isinstance(error, _OtherTablesError)
        self._close()
        with suppress(OSError, sqlite3.Error):
            self._open(*self._generations.renew(getattr(self._local, "name", "")))
        return True

    def _close(self) -> None:
        kept = getattr(self._local, "connection", None)
        self._local.connection = None
        if kept is not None and self._local.owner[0] == os.getpid():
            with suppress(sqlite3.Error):
                kept.close()

    def _unusable(self, error: Exception) -> StateError:
        code = getattr(error, "sqlite_errorcode", 0)
        if code & 0xFF == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_WRITE:
            return StateError(f"The disk that holds {self._directory} is full.", fix=_FULL_FIX)
        return StateError(f"{self._directory} cannot be used: {error}.", fix=_UNUSABLE_FIX)


class _OtherTablesError(sqlite3.DatabaseError):
    """The file has the tables of another version of this app."""


def _begun(connection: sqlite3.Connection, mode: str) -> sqlite3.Connection:
    connection.execute(f"begin {mode}")
    return connection


def _is_damage(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)
    return (
        isinstance(error, _OtherTablesError)
        or code & 0xFF in _DAMAGE
        or code in _DAMAGE_IN_DETAIL
        or (code == sqlite3.SQLITE_ERROR and "no such" in str(error))
    )


def marks(values: Sized) -> str:
    """Return the marks that stand for some values in a query."""
    return ",".join("?" * len(values))


def storable(text: str) -> str:
    """Return a text as SQLite can hold it: lone surrogates, as job names may have, are escaped."""
    return text.encode("utf-8", "backslashreplace").decode()
