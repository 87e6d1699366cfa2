"""Snapshots: what an operation was about to change, kept whole before anything is changed.

A snapshot is a folder: its parts first, then `head.json` with their digests, what will be created,
and a seal. A folder without a head is the rest of an operation that changed nothing, or was written
by a version whose snapshots have none.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from core.errors import InvalidJsonError, NotFoundError, StateError, WorkspaceError
from core.json_fields import Fields
from core.json_text import JsonDict, parse_json, stable_bytes
from core.ports import FileStatus, WorkspaceFiles
from core.state.kept_jobs import KeptJob, PlannedCreate
from core.state.seals import Proof, Seals

VERSION = 2
_FOLDER = "snapshots"
_HEAD, _CREATED = "head.json", "created.json"
_PURPOSE, _CREATED_PURPOSE = "snapshot", "snapshot-created"
_NAME = re.compile(r"(\d{8}T\d{6}Z)-([a-z]{1,20})-[0-9a-z-]{1,32}")
_PART = re.compile(r"part-\d{4}\.json")
_STAMP = "%Y%m%dT%H%M%SZ"
_PART_BYTES = 5 * 1024 * 1024  # half of what one workspace file may hold
_ALWAYS_KEPT = 10  # whatever their age: clocks may be wrong


@dataclass(frozen=True, slots=True)
class Retention:
    """How many snapshots are kept, and for how many days."""

    kept: int = 100
    days: int = 180


@dataclass(frozen=True, slots=True)
class Head:
    """What a snapshot says of itself. `at` in seconds since the epoch, by its writer's clock.

    `creates` are the jobs that the operation was about to create. `written_ms` is when the
    workspace got the head, by its own clock, 0 where it gives files no times.
    """

    name: str
    operation: str
    principal: str
    actor: str
    at: float
    parts: Mapping[str, str] = field(default_factory=dict)
    creates: tuple[PlannedCreate, ...] = ()
    proof: Proof = Proof.UNPROVEN
    version: int = VERSION
    written_ms: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot as it was read: whole, and undamaged.

    `created` are the jobs that the operation did create, by id with their names; None when it did
    not live to note them.
    """

    head: Head
    jobs: tuple[KeptJob, ...] = ()
    created: Mapping[int, str] | None = None


def is_snapshot_name(name: str) -> bool:
    """Return whether a snapshot could have this name: it may come from an address."""
    return _NAME.fullmatch(name) is not None


def snapshot_name(operation: str, since: float, token: str) -> str:
    """Return a name that sorts by time and is safe as a folder's.

    Args:
        since: when the operation began, in seconds since the epoch.
    """
    return f"{datetime.fromtimestamp(since, UTC):{_STAMP}}-{operation}-{token[:8]}"


class Snapshots:
    """The snapshots of one workspace and Git folder."""

    def __init__(
        self, files: WorkspaceFiles, state_path: str, seals: Seals, workspace_id: str = ""
    ) -> None:
        self._files = files
        self._path = f"{state_path}/{_FOLDER}"
        self._seals = seals
        self._workspace_id = workspace_id

    def write(
        self,
        name: str,
        about: JsonDict,
        items: Sequence[JsonDict],
        creates: Sequence[PlannedCreate] = (),
    ) -> str:
        """Write a snapshot, its head last. Returns the folder's path.

        Args:
            about: `operation`, `principal`, `actor` and `at`.

        Raises:
            StateError: it could not be written whole; nothing may be changed then.
        """
        folder = f"{self._path}/{name}"
        try:
            self._files.make_folder(folder)
            digests = {}
            for number, part in enumerate(_parts(items), start=1):
                content = stable_bytes({"version": VERSION, **about, "items": part})
                file = f"part-{number:04}.json"
                self._files.create(f"{folder}/{file}", content)
                digests[file] = _digest(content)
            head = {
                "version": VERSION,
                **about,
                "parts": digests,
                "creates": [create.as_json() for create in creates],
            }
            sealed = {**head, "seal": self._seals.seal(_PURPOSE, self._placed(name, head))}
            self._files.create(f"{folder}/{_HEAD}", stable_bytes(sealed))
        except WorkspaceError as error:
            raise StateError(
                f"The previous state could not be saved in {folder}, so nothing was changed. "
                f"{error.message}",
                fix=error.fix,
            ) from error
        return folder

    def note_created(self, name: str, jobs: Mapping[int, str]) -> None:
        """Note which jobs an operation created, by id with their names.

        Raises:
            StateError: it could not be written.
        """
        document: JsonDict = {
            "version": VERSION,
            "snapshot": name,
            "jobs": {str(job_id): job_name for job_id, job_name in jobs.items()},
        }
        seal = self._seals.seal(_CREATED_PURPOSE, self._placed(name, document))
        path = f"{self._path}/{name}/{_CREATED}"
        try:
            self._files.write(path, stable_bytes({**document, "seal": seal}))
        except WorkspaceError as error:
            raise StateError(f"{path} cannot be written. {error.message}", fix=error.fix) from error

    def names(self) -> list[str]:
        """Return the names of all snapshots, oldest first. Raises WorkspaceError."""
        try:
            listed = self._files.list_folder(self._path)
        except NotFoundError:
            return []
        names = (entry.path.rpartition("/")[2] for entry in listed if entry.is_folder)
        return sorted(name for name in names if is_snapshot_name(name))

    def prune(self, newest: str, retention: Retention) -> list[str]:
        """Delete the snapshots that are too many or too old, and return their names.

        Age counts by the names, back from the one just written. The newest few stay however old
        they are, and that one stays in any case.

        Raises:
            WorkspaceError: one could not be deleted.
        """
        names = [name for name in self.names() if name != newest]
        names.append(newest)
        oldest = moment_of(newest) - retention.days * 86400
        most = max(1, retention.kept)
        going = [
            name
            for place, name in enumerate(reversed(names))
            if name != newest
            and (place >= most or (place >= _ALWAYS_KEPT and moment_of(name) < oldest))
        ]
        for name in going:
            self._delete(name)
        return going

    def read_head(self, name: str) -> Head:
        """Return a snapshot's head.

        Raises:
            NotFoundError: it has none.
            StateError: it is forged or damaged.
        """
        path = f"{self._path}/{_checked(name)}/{_HEAD}"
        return self._parse_head(name, self._files.read(path))

    def read(self, name: str) -> Snapshot:
        """Return a snapshot, once all of it is proven to be as it was written.

        Raises:
            NotFoundError: there is none of this name.
            StateError: it is incomplete, damaged, forged, or does not hold jobs.
        """
        folder = f"{self._path}/{_checked(name)}"
        listed = {entry.path.rpartition("/")[2]: entry for entry in self._list(folder)}
        if _HEAD not in listed:
            return self._read_first_version(name, folder, listed)
        head = self._parse_head(name, self._files.read(f"{folder}/{_HEAD}"))
        jobs: list[KeptJob] = []
        for part in sorted(head.parts):
            content = self._read_part(folder, part)
            if _digest(content) != head.parts[part]:
                raise _damaged(f"{folder}/{part}", "It is not what the operation wrote.")
            jobs += _jobs_in(content, f"{folder}/{part}", knows_entries=True)
        found = self._created(name, folder) if _CREATED in listed else None
        written_ms = listed[_HEAD].modified_at
        return Snapshot(replace(head, written_ms=written_ms), tuple(jobs), found)

    def _list(self, folder: str) -> Sequence[FileStatus]:
        try:
            return self._files.list_folder(folder)
        except NotFoundError as error:
            raise NotFoundError(
                "The snapshot of this operation is gone.",
                fix="Snapshots are kept for SNAPSHOT_DAYS days, at most SNAPSHOTS_KEPT of them.",
            ) from error

    def _read_first_version(
        self, name: str, folder: str, listed: Mapping[str, FileStatus]
    ) -> Snapshot:
        """Read a folder without a head: one of version 1 had none."""
        parts = sorted(file for file in listed if _PART.fullmatch(file))
        documents = [self._read_part(folder, part) for part in parts]
        heads = [_about(content, f"{folder}/{parts[0]}") for content in documents[:1]]
        expected = [f"part-{number:04}.json" for number in range(1, len(parts) + 1)]
        if not heads or heads[0].value("version") != 1 or parts != expected:
            raise StateError(
                f"The snapshot {name} is incomplete: its operation ended while it was saved, "
                "before anything was changed.",
                fix="There is nothing to restore.",
            )
        head = Head(
            name,
            heads[0].text("operation"),
            heads[0].text("principal"),
            "",
            _moment(heads[0].text("at")) or moment_of(name),
            version=1,
        )
        jobs = [
            job
            for part, content in zip(parts, documents, strict=True)
            for job in _jobs_in(content, f"{folder}/{part}", knows_entries=False)
        ]
        return Snapshot(head, tuple(jobs))

    def _read_part(self, folder: str, part: str) -> bytes:
        try:
            return self._files.read(f"{folder}/{part}")
        except NotFoundError as error:
            raise _damaged(f"{folder}/{part}", "It is missing.") from error

    def _parse_head(self, name: str, content: bytes) -> Head:
        path = f"{self._path}/{name}/{_HEAD}"
        try:
            document = parse_json(content.decode())
            fields = Fields(document, "a snapshot")
            fields.require_version(VERSION)
            fields.require("operation", "principal", "at", "parts", "creates")
            parts = fields.entries("parts", str)
            if not all(_PART.fullmatch(part) for part in parts):
                raise InvalidJsonError("A part has another name than ours have.")
            head = Head(
                name,
                fields.text("operation"),
                fields.text("principal"),
                fields.text("actor"),
                _moment(fields.text("at")) or moment_of(name),
                parts,
                fields.values("creates", PlannedCreate.from_json),
                self._check(_PURPOSE, name, document, fields.text("seal")),
            )
        except (InvalidJsonError, UnicodeDecodeError) as error:
            raise _damaged(path, str(error)) from error
        if head.proof is Proof.FORGED:
            raise _damaged(path, "Its seal is not this app's.")
        return head

    def _created(self, name: str, folder: str) -> Mapping[int, str] | None:
        """Return the jobs that were created; what cannot be read or proven says nothing."""
        try:
            document = parse_json(self._files.read(f"{folder}/{_CREATED}").decode())
            fields = Fields(document, "the created jobs")
            fields.require_version(VERSION)
            jobs = fields.by_id("jobs", str)
            proof = self._check(_CREATED_PURPOSE, name, document, fields.text("seal"))
        except (InvalidJsonError, UnicodeDecodeError, NotFoundError) as error:
            raise _damaged(f"{folder}/{_CREATED}", str(error)) from error
        if proof is Proof.FORGED or fields.text("snapshot") != name:
            raise _damaged(f"{folder}/{_CREATED}", "Its seal is not this app's.")
        return None if self._seals.has_key and proof is not Proof.PROVEN else jobs

    def _check(self, purpose: str, name: str, document: JsonDict, seal: str) -> Proof:
        unsealed = {key: value for key, value in document.items() if key != "seal"}
        return self._seals.check(purpose, self._placed(name, unsealed), seal)

    def _placed(self, name: str, document: JsonDict) -> JsonDict:
        """Return what a seal covers: a copy under another name or in another workspace is none."""
        return {**document, "snapshot": name, "workspace_id": self._workspace_id}

    def _delete(self, name: str) -> None:
        folder = f"{self._path}/{name}"
        try:
            inside = self._files.list_folder(folder)
        except NotFoundError:
            return
        # The head goes first: what is left of a folder half deleted counts for nothing.
        for path in sorted((entry.path for entry in inside), key=lambda path: _HEAD not in path):
            self._files.delete(path)
        self._files.delete(folder)


def _checked(name: str) -> str:
    """Names come from URLs and command lines; only ours become paths."""
    if not is_snapshot_name(name):
        raise NotFoundError("There is no snapshot of this name.")
    return name


def _about(content: bytes, path: str) -> Fields:
    try:
        return Fields(parse_json(content.decode()), "a snapshot")
    except (InvalidJsonError, UnicodeDecodeError) as error:
        raise _damaged(path, str(error)) from error


def _jobs_in(content: bytes, path: str, *, knows_entries: bool) -> Iterable[KeptJob]:
    fields = _about(content, path)

    def read(item: Any) -> KeptJob | None:
        holds_file = isinstance(item, dict) and "settings" not in item and "path" in item
        return None if holds_file else KeptJob.from_json(item, knows_entries=knows_entries)

    try:
        return [job for job in fields.values("items", read) if job is not None]
    except InvalidJsonError as error:
        raise _damaged(path, str(error)) from error


def _parts(items: Iterable[JsonDict]) -> Iterable[list[JsonDict]]:
    part: list[JsonDict] = []
    size = 0
    for item in items:
        item_size = len(stable_bytes(item))
        if part and size + item_size > _PART_BYTES:
            yield part
            part, size = [], 0
        part.append(item)
        size += item_size
    if part:
        yield part


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def moment_of(name: str) -> float:
    """Return when the operation of a snapshot began, in seconds since the epoch, 0.0 if unknown."""
    stamp = name.partition("-")[0]
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC).timestamp()
    except ValueError:  # somebody else gave it its name
        return 0.0


def _moment(text: str) -> float:
    """Return the seconds since the epoch of an ISO time, 0.0 for what is none."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _damaged(path: str, why: str) -> StateError:
    return StateError(
        f"{path} is damaged, or was not written by this app. {why} Nothing was changed.",
        fix="Find out who can write the state folder. Undo the change by hand.",
    )
