"""How old a lock is by the workspace's own times: two machines' clocks may differ by hours."""

import logging
import re
from dataclasses import asdict, dataclass

from core.errors import InvalidJsonError, NotFoundError, SyncError
from core.json_fields import Fields
from core.json_text import fingerprint, parse_json, stable_bytes
from core.ports import WorkspaceFiles

log = logging.getLogger(__name__)

LEFT_BEHIND = re.compile(r"lock-(probe|seen)-.+\.json")
"""Files of this module, which the next owner of the lock deletes."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time by the two clocks of one machine, in seconds.

    The wall clock may be set in either direction; the monotonic clock stands still while the
    machine sleeps, and starts again with it.
    """

    wall: float
    monotonic: float

    def most_until(self, later: "Moment") -> float:
        """Return the most seconds that may have passed until `later`; if in doubt, too many."""
        return max(later.wall - self.wall, later.monotonic - self.monotonic)

    def least_until(self, later: "Moment") -> float:
        """Return the fewest seconds that have passed until `later`; negative if unknown."""
        return min(later.wall - self.wall, later.monotonic - self.monotonic)


@dataclass(frozen=True, slots=True)
class Witness:
    """Who asks for the age: `token` is this operation's own, `machine` this machine's."""

    token: str
    machine: str
    now: Moment


def has_lock_ended(files: WorkspaceFiles, path: str, lease_s: float, witness: Witness) -> bool:
    """Return whether the lock file at `path` was not renewed for longer than the lease.

    Raises:
        NotFoundError: the lock file is gone.
        WorkspaceError: its age could not be determined.
    """
    folder = path.rpartition("/")[0]
    now_ms = _ask_time(files, folder, witness)
    modified_at = files.status(path).modified_at  # asked last: a renewal meanwhile counts
    if 0 < modified_at <= now_ms:
        return now_ms - modified_at > lease_s * 1000
    return _was_seen_before(files, path, lease_s, witness)


def tidy_up(files: WorkspaceFiles, path: str) -> None:
    """Delete a file that nobody needs; if that fails, the next owner of the lock tries again."""
    try:
        files.delete(path)
    except SyncError as error:
        log.warning("could not delete %s: %s", path, error)


def read_or_nothing(files: WorkspaceFiles, path: str) -> bytes:
    """Return what a file holds; nothing when it is gone."""
    try:
        return files.read(path)
    except NotFoundError:
        return b""


def _ask_time(files: WorkspaceFiles, folder: str, witness: Witness) -> int:
    """Return the workspace's time in ms, 0 if it is unknown: that of a file written just now."""
    probe = f"{folder}/lock-probe-{witness.token}.json"
    files.write(probe, stable_bytes({"token": witness.token}))
    try:
        return files.status(probe).modified_at
    finally:
        tidy_up(files, probe)


def _was_seen_before(files: WorkspaceFiles, path: str, lease_s: float, witness: Witness) -> bool:
    """Whether this machine saw the very same lock more than a lease ago; note it when new.

    For workspaces that give no times, or impossible ones. Each machine goes by what it saw with
    its own clocks, and only by what both of them agree on.
    """
    lock = fingerprint([path, read_or_nothing(files, path).hex()])
    folder = path.rpartition("/")[0]
    note = f"{folder}/lock-seen-{fingerprint(witness.machine)[:12]}.json"
    seen = _seen_in(read_or_nothing(files, note), lock)
    if seen and seen.least_until(witness.now) >= 0:
        return seen.least_until(witness.now) > lease_s
    files.write(note, stable_bytes({"lock": lock, **asdict(witness.now)}))
    return False


def _seen_in(content: bytes, lock: str) -> Moment | None:
    try:
        note = Fields(parse_json(content.decode()), "a note")
        note.require("wall", "monotonic")
        moment = Moment(note.number("wall"), note.number("monotonic"))
        return moment if note.text("lock") == lock else None
    except (InvalidJsonError, UnicodeDecodeError):
        return None
