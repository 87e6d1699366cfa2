"""The only way to open a diskcache: values are JSON, never a pickle.

diskcache executes a pickled row when it reads one, and `JSONDisk` alone does not change that:
its `fetch` unpickles rows that carry the mode of a pickle. Source: CVE-2025-69872.
"""

import json
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diskcache
from diskcache.core import DBNAME, MODE_PICKLE

from core.gateways.machine.generations import Generations
from core.inflating import inflate

log = logging.getLogger(__name__)

_BYTES = "__bytes__"
_MOST_BYTES = 128 * 1024 * 1024  # ten megabytes, with each byte as an escape of six characters
CACHE_FAILURES = (
    OSError,
    sqlite3.Error,
    diskcache.Timeout,
    ValueError,
    TypeError,
    RecursionError,
)
"""What reading or writing a cache may raise."""
_NEVER_IN_FILES = 2**31 - 1  # bytes; every value stays in the database


class JsonDisk(diskcache.JSONDisk):  # type: ignore[misc]
    """JSON in, JSON out; bytes work as well. Reads nothing that it cannot have written."""

    def store(self, value: Any, read: bool, key: Any = diskcache.UNKNOWN) -> Any:
        if isinstance(value, bytes | bytearray):
            value = {_BYTES: value.decode("latin-1")}
        plain = json.loads(json.dumps(value, default=_component_json))
        return super().store(plain, read, key=key)

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        if mode == MODE_PICKLE:
            raise ValueError("refused a pickled cache entry")
        if filename is not None:
            raise ValueError("refused a cache entry that refers to a file")
        data = diskcache.Disk.fetch(self, mode, filename, value, read)
        found = json.loads(inflate(data, _MOST_BYTES))
        if isinstance(found, dict) and found.keys() == {_BYTES}:
            return found[_BYTES].encode("latin-1")
        return found

    def get(self, key: Any, raw: bool) -> Any:
        if not raw:
            raise ValueError("refused a pickled cache key")
        return json.loads(inflate(diskcache.Disk.get(self, key, raw), _MOST_BYTES))

    def remove(self, file_path: str) -> None:
        """Leave the file alone: entries of ours have none, so somebody else planted it."""


class LosableCache(diskcache.Cache):  # type: ignore[misc]
    """A cache that is made anew when its file is deleted or damaged while it is open.

    What was in it is gone then, as if it had expired.
    """

    def __init__(
        self, directory: str, timeout: float = 60, disk: Any = JsonDisk, **settings: Any
    ) -> None:
        self.__setstate__((directory, timeout, disk, settings))
        path, is_new = self._generations.present()
        try:
            self._open(path, is_new)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            self._open(*self._generations.renew(path.parent.name))

    def __getstate__(self) -> tuple[Any, ...]:
        return (self._root, *self._more)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Open nothing yet: a process that only leaves its result may do without."""
        self._root, *more = state
        self._more = tuple(more)
        self._generations = Generations(Path(self._root), DBNAME)
        self._opened: tuple[Any, ...] | None = None

    def get(self, *args: Any, **named: Any) -> Any:
        return self._healing(super().get, *args, **named)

    def set(self, *args: Any, **named: Any) -> Any:
        return self._healing(super().set, *args, **named)

    def add(self, *args: Any, **named: Any) -> Any:
        return self._healing(super().add, *args, **named)

    def delete(self, *args: Any, **named: Any) -> Any:
        return self._healing(super().delete, *args, **named)

    def _healing(self, work: Callable[..., Any], *args: Any, **named: Any) -> Any:
        try:
            self._follow()
            return work(*args, **named)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and not _is_about_tables(error):
                raise  # it is busy, or the disk is full
            log.warning("%s cannot be read and is made anew: %s", self._root, error)
            self._open(*self._generations.renew(self._tried))
        return work(*args, **named)

    def _follow(self) -> None:
        """Open the file that is there now, where it is no longer the one that is open."""
        if self._opened is None:
            self._open(*self._generations.present())
        elif self._generations.identity() != self._opened:
            self._open(*self._generations.renew(self._opened[0]))

    def _open(self, path: Path, is_new: bool) -> None:  # noqa: ARG002 - nothing is said of it
        """Open a file; connections of all threads to the one before are forgotten."""
        timeout, disk, settings = self._more
        self._tried = path.parent.name
        super().__init__(str(path.parent), timeout, disk, **settings)
        self._opened = self._generations.identity()


def _is_about_tables(error: sqlite3.OperationalError) -> bool:
    return "no such" in str(error) or "disk I/O" in str(error) or "readonly" in str(error)


def open_json_cache(directory: Path, *, size_bytes: int, **settings: Any) -> LosableCache:
    """Open a cache in a directory of this user alone; one that cannot be read is made anew.

    Args:
        settings: further settings of `diskcache.Cache`.

    Raises:
        OSError, sqlite3.Error, diskcache.Timeout: the directory cannot be used.
    """
    return LosableCache(
        str(directory),
        disk_min_file_size=_NEVER_IN_FILES,
        size_limit=size_bytes,
        **settings,
    )


def _component_json(value: Any) -> Any:
    """Return a Dash component as the browser gets it; anything else is not JSON."""
    if hasattr(value, "to_plotly_json"):
        return value.to_plotly_json()
    raise TypeError(f"{type(value).__name__} is not JSON")
