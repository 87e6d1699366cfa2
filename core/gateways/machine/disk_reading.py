"""Reads one file of this machine, whatever it is, and says which version of it that was."""

import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import WorkspaceError
from core.gateways.machine.closed_tree import refuse_link
from core.gateways.machine.disk_names import refuse_unreadable_name
from core.local_paths import LOCAL

MOST_BYTES = 10 * 1024 * 1024
"""The workspace's own files are not larger either."""

STEP_S = 0.02
"""Twice the longest step of the kernel's clock that gives files their times."""

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # no pipe makes us wait
_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISDIR, "a folder"),
)


@dataclass(frozen=True, slots=True)
class Version:
    """What changes whenever a file is written or another takes its place."""

    inode: int
    size: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> "Version":
        """Return the version that was looked at."""
        return cls(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def is_settled(self, now_ns: int) -> bool:
        """Whether the next write would give the file another time."""
        return not 0 <= now_ns - self.changed_ns < STEP_S * 10**9


@dataclass(frozen=True, slots=True)
class DiskClock:
    """The clock by which files get their times, in ns since the epoch, and how to wait, in s."""

    now_ns: Callable[[], int] = time.time_ns
    sleep: Callable[[float], None] = time.sleep


def read_once(folder: int, name: str, path: str) -> tuple[bytes, Version | None]:
    """Read a file of an open folder; without a version when it was written meanwhile.

    Raises:
        OSError, WorkspaceError: it cannot be read.
    """
    try:
        file = os.open(name, _READ, dir_fd=folder)
    except OSError:
        refuse_link(folder, name, path)
        refuse_unreadable_name(folder, name, path)
        raise
    try:
        before = os.fstat(file)
        refuse_other_kinds(before, path)
        with os.fdopen(file, "rb", closefd=False) as opened:
            content = opened.read(MOST_BYTES + 1)
        version = Version.of(os.fstat(file))
    finally:
        os.close(file)
    if len(content) > MOST_BYTES:
        raise WorkspaceError(
            f"{path.removeprefix(LOCAL)} is larger than {MOST_BYTES // 1024**2} MB.",
            fix="Move it out of the folder; a definition is never that large.",
        )
    holds_still = version == Version.of(before) and len(content) == version.size
    return content, version if holds_still else None


def refuse_other_kinds(found: os.stat_result, path: str) -> None:
    """Raise WorkspaceError for anything but a regular file."""
    if stat.S_ISREG(found.st_mode):
        return
    kind = next((words for fits, words in _KINDS if fits(found.st_mode)), "of another kind")
    raise WorkspaceError(
        f"{path.removeprefix(LOCAL)} is {kind}, not a file.", fix="Remove it from the folder."
    )
