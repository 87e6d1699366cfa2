"""The history of operations in the state folder: who did what when, and to which jobs."""

import gzip
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from core.errors import InvalidJsonError, NotFoundError, StateError, SyncError, WorkspaceError
from core.inflating import gunzip
from core.json_fields import Fields
from core.json_text import JsonDict, parse_json, stable_bytes
from core.parallel import in_parallel
from core.ports import ContentCache, WorkspaceFiles
from core.state.interrupted import find_interrupted
from core.state.snapshots import Head, Snapshots, is_snapshot_name, moment_of

_FOLDER = "history"
_KEPT = 200
_LEEWAY_S = 5.0  # between the start of an operation and that of its lock
REVEAL = "reveal"
"""The kind of an entry that no operation made: somebody was shown hidden values."""
_ENTRY_ID = re.compile(r"\d{8}T\d{6}Z-[a-z]{1,20}-[0-9a-f]{8,32}")
_HEADER, _ROWS = ".json", ".rows.gz"
_LATEST_S = 253_402_300_800  # the end of the year 9999
_MOST_BYTES = 8 * 1024 * 1024  # what one workspace file may hold is 10 MB
_MOST_PLAIN_BYTES = 128 * 1024 * 1024  # of rows before they are compressed: 10 kB for each job
Row = TypeVar("Row")


class Ending(StrEnum):
    """How an operation of the history ended; UNREADABLE: its entry cannot be read."""

    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completed_with_errors"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One operation as it ended. `started` in seconds since the epoch.

    `actor` is who asked for it. `kind` and `outcome`, an Ending, may be words of another version.
    `counts` are by status, and under “not_started” of what was left when the operation was stopped.
    `message` says what the counts do not. `principal` is whom the workspace knew, where that is
    not the actor; `approver` who approved what the actor requested; `snapshot` the folder of the
    state folder's snapshots that keeps what was before, empty for none.
    """

    entry_id: str
    kind: str
    actor: str
    mode: str
    started: float
    seconds: float
    outcome: Ending | str
    counts: Mapping[str, int] = field(default_factory=dict)
    message: str = ""
    principal: str = ""
    approver: str = ""
    snapshot: str = ""

    def as_json(self) -> JsonDict:
        """Return the entry as its file holds it."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Any) -> "HistoryEntry":
        """Read what `as_json` gave.

        Raises:
            InvalidJsonError: a field is missing, unknown, or has another type.
        """
        entry = Fields(document, "an entry of the history")
        entry.refuse_others(*(known.name for known in fields(cls)))
        entry.require("entry_id", "kind", "actor", "mode", "started", "seconds", "outcome")
        return cls(
            entry.text("entry_id"),
            entry.text("kind"),
            entry.text("actor"),
            entry.text("mode"),
            _seconds(entry, "started"),
            _seconds(entry, "seconds"),
            entry.known_word("outcome", Ending),
            entry.counts("counts"),
            entry.text("message"),
            entry.text("principal"),
            entry.text("approver"),
            entry.text("snapshot"),
        )


def is_entry_id(name: str) -> bool:
    """Return whether an entry could have this name: it may come from an address."""
    return _ENTRY_ID.fullmatch(name) is not None


def entry_id(kind: str, started: float, operation_id: str) -> str:
    """Return a name that sorts by time and is safe as a file name."""
    return f"{datetime.fromtimestamp(started, UTC):%Y%m%dT%H%M%SZ}-{kind}-{operation_id[:12]}"


def entry_facts(name: str) -> tuple[str, float]:
    """Return which kind of operation has this name, and when it began, 0.0 where it does not say.

    Args:
        name: as `is_entry_id` accepts it.
    """
    started, kind, _ = name.split("-", 2)
    try:
        return kind, datetime.strptime(started, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:  # somebody else gave it its name
        return kind, 0.0


class History:
    """The entries of one workspace and Git folder, newest first. The oldest are forgotten."""

    def __init__(
        self,
        files: WorkspaceFiles,
        state_path: str,
        cache: ContentCache | None,
        threads: int,
        snapshots: Snapshots | None = None,
    ) -> None:
        """Take where it is, and the snapshots that interrupted operations are known by."""
        self._files = files
        self._state_path = state_path
        self._snapshots = snapshots
        self._path = f"{state_path}/{_FOLDER}"
        self._cache = cache
        self._threads = threads

    def record(self, entry: HistoryEntry, rows: Sequence[JsonDict]) -> None:
        """Add an entry. Rows that are too many for a file are left out, which the entry says.

        Raises:
            StateError: it could not be written.
        """
        plain = json.dumps(rows, separators=(",", ":")).encode()
        content = gzip.compress(plain, mtime=0)
        if len(content) > _MOST_BYTES or len(plain) > _MOST_PLAIN_BYTES:
            content = gzip.compress(b"[]", mtime=0)
        try:
            self._files.make_folder(self._path)
            self._files.write(f"{self._path}/{entry.entry_id}{_ROWS}", content)
            self._files.write(
                f"{self._path}/{entry.entry_id}{_HEADER}", stable_bytes(entry.as_json())
            )
            self._forget_old()
        except WorkspaceError as error:
            raise StateError(
                f"The operation could not be added to the history. {error.message}",
                fix=error.fix,
            ) from error

    def entries(self) -> tuple[HistoryEntry, ...]:
        """Return the kept entries, newest first. One that cannot be read says so.

        Raises:
            WorkspaceError: the folder could not be listed.
        """
        names = self._ids()
        results = in_parallel(self._entry, names, threads=self._threads)
        entries = {
            name: _unreadable(name, str(result)) if isinstance(result, SyncError) else result
            for name, result in results
        }
        found = [entries[name] for name in reversed(names)]
        return tuple(_with_interrupted(found, self._find_interrupted(found)))

    def find_snapshot(self, name: str) -> str:
        """Return the name of the snapshot that an operation kept.

        Args:
            name: of an entry, or of a snapshot without one.

        Raises:
            NotFoundError: there is neither.
            StateError: the operation kept none, or its entry cannot be used.
        """
        try:
            entry = self._entry(_checked(name))
        except NotFoundError as error:
            if self._snapshots is None or name not in self._snapshots.names():
                raise _unknown() from error
            return name
        found = entry.snapshot or self._find_older_snapshot(entry)
        if not found:
            raise StateError(
                "This operation kept no snapshot, because it changed no job.",
                fix="There is nothing to restore.",
            )
        return found

    def _find_older_snapshot(self, entry: HistoryEntry) -> str:
        """Return the snapshot of an entry whose version did not note it: the one of its time."""
        names = self._snapshots.names() if self._snapshots else []
        first, last = entry.started - _LEEWAY_S, entry.started + entry.seconds + _LEEWAY_S
        fitting = [
            name
            for name in names
            if first <= moment_of(name) <= last and name.split("-")[1] == entry.kind
        ]
        return fitting[0] if len(fitting) == 1 else ""

    def _find_interrupted(self, entries: Sequence[HistoryEntry]) -> list[HistoryEntry]:
        if self._snapshots is None:
            return []
        since = min(entry.started for entry in entries) if len(entries) >= _KEPT else 0.0
        known = {entry.snapshot for entry in entries}
        heads = find_interrupted(self._files, self._state_path, self._snapshots, known, since)
        return [_interrupted(head) for head in heads]

    def entry(self, name: str) -> HistoryEntry:
        """Return one entry.

        Raises:
            NotFoundError: there is none of this name.
            StateError: it cannot be used.
        """
        try:
            return self._entry(_checked(name))
        except NotFoundError:
            return _interrupted(self._head_of(name))

    def rows(self, name: str, read: Callable[[Any], Row]) -> list[Row]:
        """Return an entry's rows as they were.

        Args:
            read: makes a row of the JSON that was recorded; may raise InvalidJsonError.

        Raises:
            NotFoundError: there is no entry of this name.
            StateError: its file cannot be used.
        """
        path = f"{self._path}/{_checked(name)}{_ROWS}"
        try:
            content = self._files.read(path)
        except NotFoundError:
            self._head_of(name)  # an interrupted operation has no rows
            return []
        try:
            documents = parse_json(gunzip(content, _MOST_PLAIN_BYTES).decode())
            if not isinstance(documents, list):
                raise InvalidJsonError("The rows should be a list.")
            return [read(document) for document in documents]
        except (ValueError, InvalidJsonError) as error:
            raise StateError(f"{path} cannot be used.", fix="It was left unchanged.") from error

    def _head_of(self, name: str) -> Head:
        """Return the head of an operation that has no entry."""
        if self._snapshots is None or not is_snapshot_name(name):
            raise _unknown()
        try:
            return self._snapshots.read_head(name)
        except NotFoundError as error:
            raise _unknown() from error

    def _ids(self) -> list[str]:
        """Return the names of the entries, oldest first by the clock of the workspace.

        That of the machine which gave them their names may have been wrong; where the workspace
        gives its files no times, it must do.
        """
        try:
            listed = self._files.list_folder(self._path)
        except NotFoundError:
            return []
        written = {
            entry.path.rpartition("/")[2].removesuffix(_HEADER): entry.modified_at
            for entry in listed
            if entry.path.endswith(_HEADER)
        }
        names = filter(_ENTRY_ID.fullmatch, written)
        if all(written.values()):
            return sorted(names, key=lambda name: (written[name], name))
        return sorted(names)

    def _entry(self, name: str) -> HistoryEntry:
        path = f"{self._path}/{name}{_HEADER}"
        kept = self._cache.get(path) if self._cache else None
        content = kept or self._files.read(path)
        entry = _parsed(content, path)
        if self._cache and kept is None:
            self._cache.put(path, content)
        return entry

    def _forget_old(self) -> None:
        names = self._ids()
        reveals = [name for name in names if _is_reveal(name)]
        others = [name for name in names if not _is_reveal(name)]
        for name in (*reveals[:-_KEPT], *others[:-_KEPT]):  # clicks push out no operation
            for suffix in (_HEADER, _ROWS):
                self._files.delete(f"{self._path}/{name}{suffix}")


def _interrupted(head: Head) -> HistoryEntry:
    """Return the entry of an operation of which only its snapshot is known."""
    return HistoryEntry(
        head.name,
        head.operation,
        head.actor or head.principal,
        "",
        head.at,
        0.0,
        Ending.INTERRUPTED,
        message="The process ended before it finished; what it had done by then is not listed.",
        principal=head.principal if head.actor else "",
        snapshot=head.name,
    )


def _with_interrupted(
    entries: Sequence[HistoryEntry], interrupted: Sequence[HistoryEntry]
) -> list[HistoryEntry]:
    """Return the entries, newest first, with those that are only known by their snapshot.

    Each comes before the first that began earlier.
    """
    found = list(entries)
    for one in interrupted:
        place = next((i for i, entry in enumerate(found) if entry.started <= one.started), None)
        found.insert(len(found) if place is None else place, one)
    return found


def _is_reveal(name: str) -> bool:
    return name.split("-")[1] == REVEAL


def _checked(name: str) -> str:
    """Names come from URLs; only ours become paths."""
    if not is_entry_id(name):
        raise _unknown()
    return name


def _unknown() -> NotFoundError:
    return NotFoundError("This operation is not in the history.")


def _parsed(content: bytes, path: str) -> HistoryEntry:
    try:
        return HistoryEntry.from_json(parse_json(content.decode()))
    except (InvalidJsonError, UnicodeDecodeError) as error:
        raise StateError(f"{path} cannot be used.", fix="It was left unchanged.") from error


def _seconds(entry: Fields, name: str) -> float:
    value = entry.number(name)
    if not 0 <= value < _LATEST_S:
        raise InvalidJsonError(f"“{name}” of an entry of the history is not a time.")
    return value


def _unreadable(name: str, message: str) -> HistoryEntry:
    kind, at = entry_facts(name)
    return HistoryEntry(name, kind, "", "", at, 0.0, Ending.UNREADABLE, message=message)
