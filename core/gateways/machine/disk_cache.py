"""Contents kept on this machine's disk. Implements `core.ports.ContentCache`."""

import logging
import os
from pathlib import Path

from core.gateways.machine.generations import make_private
from core.gateways.machine.json_disk import CACHE_FAILURES, open_json_cache

log = logging.getLogger(__name__)

_SIZE_BYTES = 200 * 1024 * 1024


class DiskCache:
    """A directory of our own."""

    def __init__(self, directory: Path, host: str) -> None:
        self._host = host  # object ids of two workspaces may be the same
        self._cache = open_json_cache(directory, size_bytes=_SIZE_BYTES, timeout=5)

    def get(self, key: str) -> bytes | None:
        """Return the cached content; None if there is none or the cache is damaged."""
        try:
            content = self._cache.get(f"{self._host} {key}")
        except CACHE_FAILURES:
            log.warning("could not read the cache")
            return None
        return content if isinstance(content, bytes) else None

    def put(self, key: str, content: bytes) -> None:
        """Cache a content; if that fails, it is fetched again."""
        try:
            self._cache.set(f"{self._host} {key}", content)
        except CACHE_FAILURES:
            log.warning("could not write to the cache")


def open_cache(directory: Path, host: str) -> DiskCache | None:
    """Open the cache of one workspace, or return None if the directory is not this user's alone."""
    try:
        make_private(directory)
        status = directory.lstat()
        if status.st_uid != os.getuid() or status.st_mode & 0o077:
            log.warning("%s is accessible to other users and is not used as a cache", directory)
            return None
        return DiskCache(directory, host)
    except CACHE_FAILURES:
        log.warning("could not open a cache in %s", directory)
        return None
