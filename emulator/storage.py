"""Keeps a workspace's objects on disk: SQLite, written a moment after the change.

Requests only touch memory. A kill loses at most the last fraction of a second and never
leaves half a change behind, because each batch is one SQLite transaction.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from emulator.json_values import JsonDict, dump_json, parse_json

T = TypeVar("T")
log = logging.getLogger(__name__)

# What to write by (kind, key): a function that returns the document, or None to remove it.
Changes = dict[tuple[str, str], Callable[[], JsonDict] | None]

FLUSH_DELAY_S = 0.2
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS objects (kind TEXT, key TEXT, body BLOB, PRIMARY KEY (kind, key))"
)
# Keeps the row, and with it the order in which objects were first stored.
_UPSERT = (
    "INSERT INTO objects VALUES (?, ?, ?)"
    " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body"
)
_SELECT = "SELECT key, body FROM objects WHERE kind = ? ORDER BY rowid"


class Storage:
    """JSON documents by kind and key. Documents handed in must not be changed afterwards."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(_SCHEMA)
        self._pending: Changes = {}
        self._lock = threading.Lock()
        self._flush_lock = threading.Lock()
        self._changed = threading.Event()
        self._closing = threading.Event()
        self._writer = threading.Thread(target=self._write_behind, name="storage", daemon=True)
        self._writer.start()

    def load(self, kind: str) -> Iterator[tuple[str, JsonDict]]:
        """Return the stored documents of a kind. Meant only for the start of a workspace."""
        rows = self._connection.execute(_SELECT, (kind,))
        return ((key, parse_json(body)) for key, body in rows.fetchall())

    def put(self, kind: str, key: str, document: Callable[[], JsonDict] | None) -> None:
        """Store what `document` returns soon, or remove the key when it is None."""
        with self._lock:
            self._pending[kind, key] = document
        self._changed.set()

    def flush(self) -> None:
        """Write all pending changes in one transaction."""
        with self._flush_lock:
            with self._lock:
                pending, self._pending = self._pending, {}
            try:
                self._write(pending)
            except sqlite3.Error:
                self._take_back(pending)
                raise

    def close(self) -> None:
        """Write what is pending and close the file."""
        self._closing.set()
        self._changed.set()
        self._writer.join()
        self.flush()
        self._connection.close()

    def _take_back(self, pending: Changes) -> None:
        """Keep changes that could not be written, unless newer ones have come."""
        with self._lock:
            self._pending = pending | self._pending

    def _write(self, pending: Changes) -> None:
        if not pending:
            return
        removed = [key for key, document in pending.items() if document is None]
        written = [
            (*key, dump_json(document()))
            for key, document in pending.items()
            if document is not None
        ]
        with self._connection:
            self._connection.executemany("DELETE FROM objects WHERE kind=? AND key=?", removed)
            self._connection.executemany(_UPSERT, written)

    def _write_behind(self) -> None:
        while not self._closing.is_set():
            self._changed.wait()
            self._closing.wait(FLUSH_DELAY_S)
            self._changed.clear()
            try:
                self.flush()
            except sqlite3.Error:  # a full disk, say; the next change tries again
                log.exception("could not write the state")


class Table(Generic[T]):
    """Frozen values by key, in order of insertion; every change reaches the storage."""

    def __init__(
        self,
        storage: Storage,
        kind: str,
        *,
        to_json: Callable[[T], JsonDict],
        from_json: Callable[[JsonDict], T],
    ) -> None:
        self._storage = storage
        self._kind = kind
        self._to_json = to_json
        self._lock = threading.Lock()
        self._values: dict[str, T] = {
            key: from_json(document) for key, document in storage.load(kind)
        }

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def get(self, key: str) -> T | None:
        return self._values.get(key)

    def values(self) -> list[T]:
        """Return a snapshot that stays valid while other threads write."""
        return list(self._values.values())

    def put(self, key: str, value: T) -> None:
        with self._lock:
            self._values[key] = value
            self._storage.put(self._kind, key, lambda: self._to_json(value))

    def remove(self, key: str) -> None:
        with self._lock:
            self._values.pop(key, None)
            self._storage.put(self._kind, key, None)

    def clear(self) -> None:
        for key in list(self._values):
            self.remove(key)
