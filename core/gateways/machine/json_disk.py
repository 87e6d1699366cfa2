"""The only way to open a diskcache: values are JSON, never a pickle.

diskcache executes a pickled row when it reads one, and `JSONDisk` alone does not change that:
its `fetch` unpickles rows that carry the mode of a pickle. Source: CVE-2025-69872.
"""

import json
from pathlib import Path
from typing import Any

import diskcache
from diskcache.core import MODE_PICKLE

from core.inflating import inflate

_BYTES = "__bytes__"
_MOST_BYTES = 128 * 1024 * 1024  # ten megabytes, with each byte as an escape of six characters
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


def open_json_cache(directory: Path, *, size_bytes: int, **settings: Any) -> diskcache.Cache:
    """Open a cache in a directory of this user alone.

    Args:
        settings: further settings of `diskcache.Cache`.

    Raises:
        OSError, sqlite3.Error, diskcache.Timeout: the directory cannot be used.
    """
    return diskcache.Cache(
        str(directory),
        disk=JsonDisk,
        disk_min_file_size=_NEVER_IN_FILES,
        size_limit=size_bytes,
        **settings,
    )


def _component_json(value: Any) -> Any:
    """Return a Dash component as the browser gets it; anything else is not JSON."""
    if hasattr(value, "to_plotly_json"):
        return value.to_plotly_json()
    raise TypeError(f"{type(value).__name__} is not JSON")
