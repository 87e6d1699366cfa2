"""How many objects a directory holds, without reading a large directory for each new file."""

from __future__ import annotations

import os
from pathlib import Path


class ChildCounts:
    """Counts children; a count holds until the directory changes otherwise (a `git pull`, say)."""

    def __init__(self) -> None:
        self._counts: dict[Path, tuple[int, int]] = {}

    def of(self, directory: Path) -> int:
        changed, count = self._counts.get(directory, (-1, 0))
        return count if changed == _changed_at(directory) else self._recount(directory)

    def remember(self, directory: Path, count: int) -> None:
        """Take over the count that the caller knows after its own change."""
        self._counts[directory] = (_changed_at(directory), count)

    def _recount(self, directory: Path) -> int:
        with os.scandir(directory) as entries:
            count = sum(entry.name != ".git" for entry in entries)
        self.remember(directory, count)
        return count


def _changed_at(directory: Path) -> int:
    return directory.stat().st_mtime_ns
