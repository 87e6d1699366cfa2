"""One operation at a time per workspace: numbered lock files, made by exclusive create.

The workspace API has no compare-and-swap, but of several creates of one file only one wins. The
file with the highest number is the lock. It is never deleted, only marked as released, so that
numbers never start again; taking the lock over is the exclusive create of the next number.
"""

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from core.errors import (
    AlreadyExistsError,
    InvalidJsonError,
    LockedError,
    LockLostError,
    NotFoundError,
    SyncError,
)
from core.json_text import parse_json, stable_bytes
from core.ports import WorkspaceFiles

log = logging.getLogger(__name__)

LEASE_S = 15 * 60  # an owner that has not renewed for so long is dead
_RENEW_S = 60
_CHECK_S = 5  # a check counts for so long: far below the lease, after which alone others take over

_NAME = re.compile(r"lock-(\d{8})\.json")


@dataclass(frozen=True, slots=True)
class Owner:
    """Which process holds the lock, and for what. Times are seconds since the epoch.

    `machine` is what `pid` is unique in, `born` names one life of it; empty when not known.
    """

    token: str
    host: str
    pid: int
    principal: str
    operation: str
    since: float
    renewed: float
    released: bool = False
    machine: str = ""
    born: str = ""

    def describe(self) -> str:
        """Say who is at work since when, for users."""
        since = datetime.fromtimestamp(self.since, UTC).strftime("%Y-%m-%d %H:%M UTC")
        return f"{self.operation}, started by {self.principal} on {self.host} at {since}"


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the time comes from, and what tells whether a process of this host is alive.

    `is_dead` returns True only when it knows: the owner ran on this machine and is gone.
    """

    now: Callable[[], float]
    monotonic: Callable[[], float]
    is_dead: Callable[[Owner], bool]


class Lease:
    """The lock as held by one operation."""

    def __init__(
        self, files: WorkspaceFiles, folder: str, number: int, owner: Owner, clock: Clock
    ) -> None:
        self._files = files
        self._folder = folder
        self._number = number
        self._owner = owner
        self._clock = clock
        self._checked = clock.monotonic()
        self._mutex = threading.Lock()

    def check(self) -> None:
        """Make sure that nobody has taken over; call it before each write.

        Raises:
            LockLostError: the lock belongs to another process now.
        """
        with self._mutex:
            if self._clock.monotonic() - self._checked < _CHECK_S:
                return
            if max(_numbers(self._files, self._folder), default=0) != self._number:
                raise LockLostError(
                    "Another process took over the lock of this workspace.",
                    fix="Look at its result, then validate again.",
                )
            self._checked = self._clock.monotonic()
            if self._clock.now() - self._owner.renewed > _RENEW_S:
                self._owner = replace(self._owner, renewed=self._clock.now())
                self._write()

    def release(self) -> None:
        """Give the lock back. Where that fails, the next operation waits for the lease to end."""
        self._owner = replace(self._owner, released=True)
        self._write()

    def _write(self) -> None:
        self._files.write(_path(self._folder, self._number), stable_bytes(asdict(self._owner)))


def acquire(files: WorkspaceFiles, folder: str, owner: Owner, clock: Clock) -> Lease:
    """Take the lock.

    Args:
        folder: where the lock files are; it must exist.

    Raises:
        LockedError: another operation is at work.
    """
    highest = max(_numbers(files, folder), default=0)
    if highest:
        _refuse_if_held(files, _path(folder, highest), clock)
    number = highest + 1
    try:
        _create(files, _path(folder, number), owner)
        _make_sure(files, folder, number)
    except LockedError:
        raise
    except SyncError:
        _withdraw(files, _path(folder, number), owner)
        raise
    return Lease(files, folder, number, owner, clock)


def _create(files: WorkspaceFiles, path: str, owner: Owner) -> None:
    try:
        files.create(path, stable_bytes(asdict(owner)))
    except AlreadyExistsError as error:
        # After a lost answer the retried create meets our own file.
        holder = _read_owner(files, path)
        if holder is None or holder.token != owner.token:
            raise _locked(holder) from error


def _withdraw(files: WorkspaceFiles, path: str, owner: Owner) -> None:
    """Release a lock that could not be taken for good, if it was made at all."""
    try:
        holder = _read_owner(files, path)
        if holder is not None and holder.token == owner.token:
            files.write(path, stable_bytes(asdict(replace(owner, released=True))))
    except SyncError:
        log.warning("a lock that was not taken could not be released; it ends with its lease")


def _make_sure(files: WorkspaceFiles, folder: str, number: int) -> None:
    """Step back if a higher number appeared meanwhile; else tidy up the lower ones."""
    numbers = _numbers(files, folder)
    highest = max(numbers, default=0)
    if highest != number:
        files.delete(_path(folder, number))
        raise _locked(_read_owner(files, _path(folder, highest)))
    for lower in numbers - {number}:
        files.delete(_path(folder, lower))


def _refuse_if_held(files: WorkspaceFiles, path: str, clock: Clock) -> None:
    owner = _read_owner(files, path)
    if owner is None:
        # Just being written, or damaged: the file's own time says how long to wait.
        try:
            modified_at = files.status(path).modified_at  # 0 when the workspace does not tell
            age_s = clock.now() - modified_at / 1000 if modified_at else 0.0
        except NotFoundError as error:  # tidied away by whoever has just taken the next number
            raise _locked(None) from error
        if age_s < LEASE_S:
            raise _locked(None)
        return
    if owner.released or clock.is_dead(owner) or clock.now() - owner.renewed > LEASE_S:
        return
    raise _locked(owner)


def _read_owner(files: WorkspaceFiles, path: str) -> Owner | None:
    try:
        document: Any = parse_json(files.read(path).decode())
        owner = Owner(**document)
        return replace(owner, since=float(owner.since), renewed=float(owner.renewed))
    except (InvalidJsonError, UnicodeDecodeError, TypeError, ValueError, NotFoundError):
        return None


def _numbers(files: WorkspaceFiles, folder: str) -> set[int]:
    names = (entry.path.rpartition("/")[2] for entry in files.list_folder(folder))
    return {int(match[1]) for name in names if (match := _NAME.fullmatch(name))}


def _path(folder: str, number: int) -> str:
    return f"{folder}/lock-{number:08}.json"


def _locked(owner: Owner | None) -> SyncError:
    who = owner.describe() if owner else "another operation"
    return LockedError(
        f"This workspace is busy: {who}.",
        fix=f"Wait until it has ended. A process that died is replaced after {LEASE_S // 60} min.",
    )
