"""One operation at a time per workspace: numbered lock files, made by exclusive create.

The workspace API has no compare-and-swap, but of several creates of one file only one wins. The
file with the highest number is the lock. It is never deleted, only marked as released, so that
numbers never start again; taking the lock over is the exclusive create of the next number.

The workspace's own times say how old a lock is: the clocks of two machines may differ by hours.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields, replace
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
from core.json_fields import Fields
from core.json_text import parse_json, stable_bytes
from core.ports import WorkspaceFiles
from core.state.lock_age import (
    LEFT_BEHIND,
    Moment,
    Witness,
    has_lock_ended,
    read_or_nothing,
    tidy_up,
)

log = logging.getLogger(__name__)

LEASE_S = 15 * 60  # an owner that has not renewed for this long is dead
_RENEW_S = 60
_CHECK_S = (
    5  # a check is valid for this long: far below the lease, before whose end nobody takes over
)

_NAME = re.compile(r"lock-(\d{8})\.json")


@dataclass(frozen=True, slots=True)
class Owner:
    """Which process holds the lock, and for what.

    Times are seconds since the epoch by the owner's clock: for people, and so that each renewal
    changes the file. Nobody else may compute with them. `pid` is unique within
    `machine`, and `born` distinguishes processes that reuse it; both are empty when unknown.
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

    @classmethod
    def from_json(cls, document: Any) -> "Owner":
        """Read what a lock file holds. Raises InvalidJsonError when it cannot be used."""
        owner = Fields(document, "a lock")
        owner.refuse_others(*(known.name for known in fields(cls)))
        owner.require("token", "host", "pid", "principal", "operation", "since", "renewed")
        return cls(
            owner.text("token"),
            owner.text("host"),
            owner.whole("pid"),
            owner.text("principal"),
            owner.text("operation"),
            owner.number("since"),
            owner.number("renewed"),
            released=owner.flag("released"),
            machine=owner.text("machine"),
            born=owner.text("born"),
        )

    def describe(self) -> str:
        """Say who has been running what since when, for users."""
        since = datetime.fromtimestamp(self.since, UTC).strftime("%Y-%m-%d %H:%M UTC")
        return f"{self.operation}, started by {self.principal} on {self.host} at {since}"


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the time comes from, and how to find out whether an owner is dead.

    `is_dead` returns True only when it knows: the owner ran on this machine and is gone.
    """

    now: Callable[[], float]
    monotonic: Callable[[], float]
    is_dead: Callable[[Owner], bool]

    def moment(self) -> Moment:
        """Return what both clocks show."""
        return Moment(self.now(), self.monotonic())


class Lease:
    """The lock as held by one operation. `taken` is when its file began to be made."""

    def __init__(
        self,
        files: WorkspaceFiles,
        folder: str,
        number: int,
        owner: Owner,
        clock: Clock,
        taken: Moment,
    ) -> None:
        self._files = files
        self._folder = folder
        self._number = number
        self._owner = owner
        self._clock = clock
        self._checked = self._renewed = taken
        self._has_expired = False
        self._mutex = threading.Lock()

    def check(self) -> None:
        """Make sure that nobody has taken over, nor could have; call it before each write.

        Raises:
            LockLostError: the lock belongs to another process now, or may belong to it.
        """
        with self._mutex:
            began = self._clock.moment()
            self._stop_if_expired()
            if self._checked.most_until(began) < _CHECK_S:
                return
            self._stop_if_taken_over()
            is_due = self._renewed.most_until(began) > _RENEW_S
            if is_due:
                self._owner = replace(self._owner, renewed=began.wall)
                self._write()
                self._stop_if_taken_over()  # while that was on its way
            self._stop_if_expired()  # the calls may have taken long
            self._checked = began
            if is_due:
                self._renewed = began

    def _stop_if_expired(self) -> None:
        """Stop for good once others may have taken over; a clock set back changes nothing."""
        if self._renewed.most_until(self._clock.moment()) > LEASE_S:
            self._has_expired = True
        if self._has_expired:
            raise LockLostError(
                f"This operation has not renewed its lock for more than {LEASE_S // 60} minutes:"
                " the machine slept, its clock was changed, or a call took very long."
                " Another operation may have started since.",
                fix="Check what was done, then validate again.",
            )

    def _stop_if_taken_over(self) -> None:
        if max(_numbers(self._files, self._folder), default=0) != self._number:
            raise LockLostError(
                "Another process took over the lock of this workspace.",
                fix="Check its result, then validate again.",
            )

    def release(self) -> None:
        """Give the lock back. If that fails, the next operation waits for the lease to expire."""
        self._owner = replace(self._owner, released=True)
        self._write()

    def _write(self) -> None:
        self._files.write(_path(self._folder, self._number), stable_bytes(asdict(self._owner)))


def acquire(files: WorkspaceFiles, folder: str, owner: Owner, clock: Clock) -> Lease:
    """Take the lock.

    Args:
        folder: where the lock files are; it must exist.

    Raises:
        LockedError: another operation is running.
        WorkspaceError: the lock could not be read or made; it is not taken.
    """
    return take(files, folder, find_free_number(files, folder, owner, clock), owner, clock)


def find_free_number(files: WorkspaceFiles, folder: str, owner: Owner, clock: Clock) -> int:
    """Return the number with which the lock can be taken. Takes nothing, so it may be stopped.

    Raises:
        LockedError: another operation is running.
        WorkspaceError: the lock could not be read.
    """
    highest = max(_numbers(files, folder), default=0)
    if highest:
        _refuse_if_held(files, folder, highest, owner, clock)
    return highest + 1


def find_holder(files: WorkspaceFiles, folder: str) -> Owner | None:
    """Return who holds the lock or has left it behind; None when it is free.

    Raises:
        WorkspaceError: the lock could not be read.
    """
    highest = max(_numbers(files, folder), default=0)
    owner = _read_owner(files, _path(folder, highest)) if highest else None
    return owner if owner and not owner.released else None


def take(files: WorkspaceFiles, folder: str, number: int, owner: Owner, clock: Clock) -> Lease:
    """Take the lock with a number that was free; see `acquire`."""
    taken = clock.moment()
    try:
        _create(files, _path(folder, number), owner)
        _make_sure(files, folder, number)
    except LockedError:
        raise
    except SyncError:
        _withdraw(files, _path(folder, number), owner)
        raise
    return Lease(files, folder, number, owner, clock, taken)


def _create(files: WorkspaceFiles, path: str, owner: Owner) -> None:
    try:
        files.create(path, stable_bytes(asdict(owner)))
    except AlreadyExistsError as error:
        # After a lost answer the retried create meets our own file.
        holder = _read_owner(files, path)
        if holder is None or holder.token != owner.token:
            raise _locked(path, holder) from error


def _withdraw(files: WorkspaceFiles, path: str, owner: Owner) -> None:
    """Release a lock whose taking failed halfway, if its file was created at all."""
    try:
        holder = _read_owner(files, path)
        if holder is not None and holder.token == owner.token:
            files.write(path, stable_bytes(asdict(replace(owner, released=True))))
    except SyncError:
        log.warning("could not release a lock that was only half taken; it expires with its lease")


def _make_sure(files: WorkspaceFiles, folder: str, number: int) -> None:
    """Step back if a higher number has appeared; else tidy up what others left behind."""
    names = _names(files, folder)
    numbers = _numbers_in(names)
    highest = max(numbers, default=0)
    if highest != number:
        files.delete(_path(folder, number))
        path = _path(folder, highest)
        raise _locked(path, _read_owner(files, path))
    for lower in numbers - {number}:
        files.delete(_path(folder, lower))
    for name in filter(LEFT_BEHIND.fullmatch, names):
        tidy_up(files, f"{folder}/{name}")


def _refuse_if_held(
    files: WorkspaceFiles, folder: str, number: int, me: Owner, clock: Clock
) -> None:
    path = _path(folder, number)
    holder = _read_owner(files, path)
    if holder and (holder.released or clock.is_dead(holder)):
        return
    try:
        witness = Witness(me.token, me.machine, clock.moment())
        has_ended = has_lock_ended(files, path, LEASE_S, witness)
    except NotFoundError as error:  # tidied up by whoever has just taken the next number
        raise _locked(path, holder) from error
    if not has_ended:
        raise _locked(path, holder)


def _read_owner(files: WorkspaceFiles, path: str) -> Owner | None:
    """Return the owner; None when the file is gone, half written, or damaged."""
    content = read_or_nothing(files, path)
    try:
        owner = Owner.from_json(parse_json(content.decode()))
        owner.describe()
        return owner
    except (InvalidJsonError, UnicodeDecodeError, ValueError, OverflowError, OSError):
        return None


def _names(files: WorkspaceFiles, folder: str) -> list[str]:
    return [entry.path.rpartition("/")[2] for entry in files.list_folder(folder)]


def _numbers(files: WorkspaceFiles, folder: str) -> set[int]:
    return _numbers_in(_names(files, folder))


def _numbers_in(names: Iterable[str]) -> set[int]:
    return {int(match[1]) for name in names if (match := _NAME.fullmatch(name))}


def _path(folder: str, number: int) -> str:
    return f"{folder}/lock-{number:08}.json"


def _locked(path: str, owner: Owner | None) -> SyncError:
    who = owner.describe() if owner else "another operation is running"
    return LockedError(
        f"This workspace is busy: {who}. Its lock file is {path}.",
        fix="Wait until it finishes. If its process died, the lock expires after"
        f" {LEASE_S // 60} minutes.",
    )
