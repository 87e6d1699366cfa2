"""The history of operations in the state folder: who did what when, and to which jobs."""

import gzip
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from core.errors import InvalidJsonError, NotFoundError, StateError, SyncError, WorkspaceError
from core.json_text import JsonDict, parse_json, stable_bytes
from core.parallel import in_parallel
from core.ports import ContentCache, WorkspaceFiles

_FOLDER = "history"
_KEPT = 200
_ENTRY_ID = re.compile(r"\d{8}T\d{6}Z-[a-z]{1,20}-[0-9a-f]{8,32}")
_HEADER, _ROWS = ".json", ".rows.gz"
_LATEST_S = 253_402_300_800  # the end of the year 9999
_MOST_BYTES = 8 * 1024 * 1024  # what one workspace file may hold is 10 MB


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One operation as it ended. `started` in seconds since the epoch.

    `actor` is who asked for it; `outcome` one of the words completed, completed_with_errors,
    failed, cancelled, interrupted, unreadable. `message` says what the counts do not.
    """

    entry_id: str
    kind: str
    actor: str
    mode: str
    started: float
    seconds: float
    outcome: str
    counts: Mapping[str, int] = field(default_factory=dict)
    message: str = ""


def entry_id(kind: str, started: float, operation_id: str) -> str:
    """Return a name that sorts by time and is safe as a file name."""
    return f"{datetime.fromtimestamp(started, UTC):%Y%m%dT%H%M%SZ}-{kind}-{operation_id[:12]}"


class History:
    """The entries of one workspace and Git folder, newest first. The oldest are forgotten."""

    def __init__(
        self, files: WorkspaceFiles, state_path: str, cache: ContentCache | None, threads: int
    ) -> None:
        self._files = files
        self._path = f"{state_path}/{_FOLDER}"
        self._cache = cache
        self._threads = threads

    def record(self, entry: HistoryEntry, rows: Sequence[JsonDict]) -> None:
        """Add an entry. Rows that are too many for a file are left out, which the entry says.

        Raises:
            StateError: it could not be written.
        """
        content = gzip.compress(json.dumps(rows, separators=(",", ":")).encode(), mtime=0)
        if len(content) > _MOST_BYTES:
            content = gzip.compress(b"[]", mtime=0)
        try:
            self._files.make_folder(self._path)
            self._files.write(f"{self._path}/{entry.entry_id}{_ROWS}", content)
            self._files.write(
                f"{self._path}/{entry.entry_id}{_HEADER}", stable_bytes(asdict(entry))
            )
            self._forget_old()
        except WorkspaceError as error:
            raise StateError(
                f"The operation could not be entered in the history. {error.message}",
                fix=error.fix,
            ) from error

    def entries(self) -> tuple[HistoryEntry, ...]:
        """Return the kept entries, newest first. One that cannot be read says so.

        Raises:
            WorkspaceError: the folder could not be listed.
        """
        results = in_parallel(self._entry, self._ids(), threads=self._threads)
        entries = [
            _unreadable(name, str(result)) if isinstance(result, SyncError) else result
            for name, result in results
        ]
        return tuple(sorted(entries, key=lambda entry: entry.entry_id, reverse=True))

    def entry(self, name: str) -> HistoryEntry:
        """Return one entry.

        Raises:
            NotFoundError: there is none of this name.
            StateError: it cannot be used.
        """
        return self._entry(_checked(name))

    def rows(self, name: str) -> list[JsonDict]:
        """Return an entry's rows as they were.

        Raises:
            NotFoundError: there is no entry of this name.
            StateError: its file cannot be used.
        """
        path = f"{self._path}/{_checked(name)}{_ROWS}"
        try:
            rows: Any = json.loads(gzip.decompress(self._files.read(path)))
            if not isinstance(rows, list) or not all(
                isinstance(item["row"], dict) for item in rows
            ):
                raise TypeError("a row is no object")
        except (OSError, EOFError, zlib.error, ValueError, TypeError, LookupError) as error:
            raise StateError(f"{path} cannot be used.", fix="It is left as it is.") from error
        return list(rows)

    def _ids(self) -> list[str]:
        try:
            listed = self._files.list_folder(self._path)
        except NotFoundError:
            return []
        names = (entry.path.rpartition("/")[2] for entry in listed)
        ids = (name.removesuffix(_HEADER) for name in names if name.endswith(_HEADER))
        return sorted(filter(_ENTRY_ID.fullmatch, ids))

    def _entry(self, name: str) -> HistoryEntry:
        path = f"{self._path}/{name}{_HEADER}"
        kept = self._cache.get(path) if self._cache else None
        content = kept or self._files.read(path)
        entry = _parsed(content, path)
        if self._cache and kept is None:
            self._cache.put(path, content)
        return entry

    def _forget_old(self) -> None:
        for name in self._ids()[:-_KEPT]:
            for suffix in (_HEADER, _ROWS):
                self._files.delete(f"{self._path}/{name}{suffix}")


def _checked(name: str) -> str:
    """Names come from URLs; only ours become paths."""
    if not _ENTRY_ID.fullmatch(name):
        raise NotFoundError("There is no such entry in the history.")
    return name


def _parsed(content: bytes, path: str) -> HistoryEntry:
    try:
        document: dict[str, Any] = parse_json(content.decode())
        entry = HistoryEntry(**document)
        if not _is_sound(entry):
            raise TypeError("a field has another type")
    except (InvalidJsonError, TypeError, UnicodeDecodeError) as error:
        raise StateError(f"{path} cannot be used.", fix="It is left as it is.") from error
    return entry


def _is_sound(entry: HistoryEntry) -> bool:
    """Whether the fields of an entry that was read are what they should be."""
    texts = (entry.entry_id, entry.kind, entry.actor, entry.mode, entry.outcome, entry.message)
    if not isinstance(entry.counts, dict) or not all(isinstance(text, str) for text in texts):
        return False
    numbers = (entry.started, entry.seconds, *entry.counts.values())
    return all(isinstance(n, int | float) and 0 <= n < _LATEST_S for n in numbers)


def _unreadable(name: str, message: str) -> HistoryEntry:
    started, kind, _ = name.split("-", 2)
    try:
        at = datetime.strptime(started, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:  # somebody else gave it its name
        at = 0.0
    return HistoryEntry(name, kind, "", "", at, 0.0, "unreadable", message=message)
