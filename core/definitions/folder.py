"""What the Git folder holds: definitions, files that could not be read, and everything else."""

import hashlib
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from core.definitions.definition import Definition, parse_definition
from core.definitions.file_names import SUFFIX, fold_file_name, possible_file_names
from core.definitions.ignore_rules import IGNORE_FILE, IgnoreFile
from core.definitions.other_json import OtherJson
from core.errors import InvalidDefinitionError, Issue, SyncError
from core.parallel import in_parallel
from core.ports import ContentCache, FileStatus, WorkspaceFiles
from core.secrets.allowed import ALLOWED_FILE, NOTHING_ALLOWED, AllowedSecrets, parse_allowed

LEFT_OUT = "left out"
"""In place of a hash: a file that is not read because of where it is, whatever it holds."""


@dataclass(frozen=True, slots=True)
class DefinitionFile:
    """A file that holds a definition. `path` is relative to the definitions' folder."""

    path: str
    definition: Definition
    compressed: bytes

    @property
    def content(self) -> bytes:
        """Return the file byte for byte."""
        return zlib.decompress(self.compressed)


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file or subfolder that could not be read as definitions, so that its jobs are unknown.

    `content_hash` is equal for equal content, and empty when the content itself is unknown.
    """

    path: str
    issue: Issue
    content_hash: str = ""


@dataclass(frozen=True, slots=True)
class OtherFile:
    """A JSON file that is not a definition, and by its content alone was never meant as one."""

    path: str
    json: OtherJson
    content_hash: str = ""


@dataclass(frozen=True, slots=True)
class RememberedFile:
    """A definition that was seen before: its job, the job's id at the source, and where it was.

    `path` is empty where only the job is remembered: then the file has the job's file name.
    """

    job_name: str
    source_job_id: int | None
    path: str


@dataclass(frozen=True, slots=True)
class GitContents:
    """All that was found below the definitions' folder.

    `names` are the names, folded, of all objects directly in the folder, where new files go;
    `left_out` are the subfolders that are not read: other tools keep their files in `.name`.
    `ignore_files` are the `.gitignore` files, where they were asked for. `allowed` are the secrets
    that the file of allowed secrets, directly in the folder, allows in Git.
    """

    folder: str
    files: tuple[DefinitionFile, ...] = ()
    unread: tuple[UnreadFile, ...] = ()
    other: tuple[OtherFile, ...] = ()
    names: frozenset[str] = frozenset()
    left_out: tuple[str, ...] = ()
    ignore_files: tuple[IgnoreFile, ...] = ()
    allowed: AllowedSecrets = NOTHING_ALLOWED

    @property
    def is_complete(self) -> bool:
        """Whether every file was read: only then a missing definition proves a deleted job."""
        return not self.unread

    @property
    def other_json(self) -> int:
        """Return the number of JSON files that are not ours."""
        return len(self.other)

    def list_payloads(self) -> tuple[OtherFile, ...]:
        """Return the files that hold jobs in another form than a definition's."""
        return tuple(file for file in self.other if file.json.form)


def with_remembered(contents: GitContents, remembered: Iterable[RememberedFile]) -> GitContents:
    """Class as unread what was a definition before, and holds another shape of JSON now.

    Such a file is still there: its job is neither gone from Git nor without a file.
    """
    if not contents.other and not contents.left_out:
        return contents
    remembered = tuple(remembered)
    by_path, by_name = _claims(contents, remembered)
    missed = _missed(contents, remembered)
    others: list[OtherFile] = []
    unread = [*contents.unread, *_behind_a_dot(contents, by_path)]
    for other in contents.other:
        folded = fold_file_name(other.path)
        job_name = by_path.get(folded, by_name.get(folded.rpartition("/")[2]))
        moved = _job_missed(other.json, missed)
        if job_name is not None:
            unread.append(_damaged(other, job_name))
        elif moved is not None:
            unread.append(_damaged_elsewhere(other, moved))
        else:
            others.append(other)
    unread.sort(key=lambda file: file.path)
    return replace(contents, unread=tuple(unread), other=tuple(others))


def _claims(
    contents: GitContents, remembered: Iterable[RememberedFile]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return whose file a path was, and whose a file name would be, both folded.

    A name alone claims nothing for a job whose definition was found.
    """
    names = {file.definition.job_name for file in contents.files}
    sources = {file.definition.source_job_id for file in contents.files} - {None}
    by_path: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for file in remembered:
        if file.path:
            by_path[fold_file_name(file.path)] = file.job_name
        elif file.job_name not in names and file.source_job_id not in sources:
            for name in possible_file_names(file.job_name):
                by_name[fold_file_name(name)] = file.job_name
    return by_path, by_name


def _missed(contents: GitContents, remembered: Iterable[RememberedFile]) -> dict[str | int, str]:
    """Return the jobs whose definition was not found, by their name and by their id."""
    definitions = [file.definition for file in contents.files]
    names = {definition.job_name for definition in definitions}
    sources = {definition.source_job_id for definition in definitions} - {None}
    missed: dict[str | int, str] = {}
    for file in remembered:
        if file.job_name not in names and file.source_job_id not in sources:
            missed[file.job_name] = file.job_name
            if file.source_job_id is not None:
                missed[file.source_job_id] = file.job_name
    return missed


def _job_missed(other: OtherJson, missed: Mapping[str | int, str]) -> str | None:
    """Return the job whose definition this file was: it lost its form, and has moved as well."""
    if not other.form:
        return None
    by_id = missed.get(other.job_id) if other.job_id is not None else None
    return by_id or missed.get(other.job_name)


def _behind_a_dot(contents: GitContents, by_path: Mapping[str, str]) -> Iterator[UnreadFile]:
    """Yield the definitions that were last seen in a subfolder that is not read."""
    found = {file.definition.job_name for file in contents.files}
    folders = tuple(fold_file_name(folder) for folder in contents.left_out)
    for path, job_name in by_path.items():
        if folders and path.startswith(folders) and job_name not in found:
            message = (
                f"The definition of “{job_name}” was here, and folders that begin with a dot are "
                "not read. Move it to another folder."
            )
            yield UnreadFile(path, Issue(message, path), LEFT_OUT)


def _damaged(other: OtherFile, job_name: str) -> UnreadFile:
    message = (
        f"{other.json.problem} It used to hold the definition of “{job_name}”. Restore or correct "
        "it in the Git folder; delete it only if the job should be removed."
    )
    return UnreadFile(other.path, Issue(message, other.path), other.content_hash)


def _damaged_elsewhere(other: OtherFile, job_name: str) -> UnreadFile:
    message = (
        f"{other.json.problem} It holds “{job_name}”, which has no definition any longer. Make a "
        "definition of it; delete it only if the job should be removed."
    )
    return UnreadFile(other.path, Issue(message, other.path), other.content_hash)


Progress = Callable[[int, int], None]

_WORTH_A_ZIP = 10  # fewer files are read faster one by one
_MAX_ZIPPED = 20_000  # objects; a larger folder is not known to be small


class GitReader:
    """Reads every definition below a folder, with few calls."""

    def __init__(
        self,
        files: WorkspaceFiles,
        folder: str,
        *,
        ignore: str,
        threads: int,
        on_progress: Progress,
        cache: ContentCache | None = None,
        with_ignore_files: bool = False,
    ) -> None:
        """Take what reading needs.

        Args:
            ignore: absolute path of the mapping file, which is never taken for a definition.
            cache: keeps contents between operations; None reads everything anew.
            with_ignore_files: also read the `.gitignore` files.
        """
        self._files = files
        self._folder = folder
        self._ignore = ignore
        self._threads = threads
        self._on_progress = on_progress
        self._cache = cache
        self._with_ignore_files = with_ignore_files

    def read(self, version: str = "") -> GitContents:
        """Read the folder.

        Args:
            version: changes whenever the folder was pulled: what is cached is only valid with it.

        Raises:
            WorkspaceError: the folder itself cannot be listed.
        """
        root = self._files.list_folder(self._folder)
        unread: list[UnreadFile] = []
        left_out: list[str] = []
        entries = list(self._tree(root, unread, left_out))
        candidates = [entry for entry in entries if self._is_read(entry)]
        files: list[DefinitionFile] = []
        other: list[OtherFile] = []
        ignore_files: list[IgnoreFile] = []
        allowed = NOTHING_ALLOWED
        results = self._contents(candidates, len(entries), version)
        for done, (entry, content) in enumerate(results, start=1):
            self._on_progress(done, len(candidates))
            if _name(entry) == IGNORE_FILE:
                ignore_files.append(_ignore_file(entry.path, content))
                continue
            if entry.path == f"{self._folder}/{ALLOWED_FILE}":
                allowed = _allowed(content)
                continue
            found = _interpret(entry.path[len(self._folder) + 1 :], content)
            match found:
                case DefinitionFile():
                    files.append(found)
                case UnreadFile():
                    unread.append(found)
                case OtherFile():
                    other.append(found)
                case _:
                    assert_never(found)
        return GitContents(
            folder=self._folder,
            files=tuple(sorted(files, key=lambda file: file.path)),
            unread=tuple(sorted(unread, key=lambda file: file.path)),
            other=tuple(sorted(other, key=lambda file: file.path)),
            names=frozenset(fold_file_name(_name(entry)) for entry in root),
            left_out=tuple(left_out),
            ignore_files=tuple(ignore_files),
            allowed=allowed,
        )

    def _is_read(self, entry: FileStatus) -> bool:
        if not entry.is_file or entry.path == self._ignore:
            return False
        if _name(entry) == IGNORE_FILE:
            return self._with_ignore_files
        return entry.path.casefold().endswith(SUFFIX)

    def _contents(
        self, candidates: Sequence[FileStatus], objects: int, version: str
    ) -> Iterator[tuple[FileStatus, bytes | SyncError]]:
        """Yield each file's content: from the cache, from a zip, else read one by one."""
        missing: dict[str, FileStatus] = {}
        for entry in candidates:
            cached = self._cached(entry, version)
            if cached is None:
                missing[entry.path] = entry
            else:
                yield entry, cached
        zips = self._zips(list(missing)) if objects <= _MAX_ZIPPED else ()
        for zipped in zips:
            for path, unpacked in zipped.items():
                if path in missing:
                    entry = missing.pop(path)
                    yield entry, self._keep(entry, version, unpacked)
        reading = in_parallel(
            lambda entry: self._files.read(entry.path), missing.values(), threads=self._threads
        )
        for entry, content in reading:
            if isinstance(content, SyncError):
                yield entry, content
            else:
                yield entry, self._keep(entry, version, content)

    def _zips(self, paths: Sequence[str]) -> Iterator[Mapping[str, bytes]]:
        """Yield the whole folder; where the workspace refuses that, each of its subfolders.

        It refuses what is larger than 10 MB together. Few files are not worth the attempt.
        """
        if len(paths) < _WORTH_A_ZIP:
            return
        whole = self._files.read_folder(self._folder)
        if whole is not None:
            yield whole
            return
        start = len(self._folder) + 1
        inside = Counter(path[: path.index("/", start)] for path in paths if "/" in path[start:])
        for subfolder, files in sorted(inside.items()):
            if files >= _WORTH_A_ZIP:
                yield self._files.read_folder(subfolder) or {}

    def _cached(self, entry: FileStatus, version: str) -> bytes | None:
        key = _cache_key(entry, version)
        return self._cache.get(key) if self._cache is not None and key else None

    def _keep(self, entry: FileStatus, version: str, content: bytes) -> bytes:
        key = _cache_key(entry, version)
        if self._cache is not None and key:
            self._cache.put(key, content)
        return content

    def _tree(
        self, children: Iterable[FileStatus], unread: list[UnreadFile], left_out: list[str]
    ) -> Iterator[FileStatus]:
        """Yield all files below a folder; a subfolder that cannot be listed is noted as unread.

        Folders may be nested deeper than functions can be.
        """
        waiting = _sorted_for_popping(children)
        while waiting:
            child = waiting.pop()
            if not child.is_folder:
                yield child
                continue
            path = child.path[len(self._folder) + 1 :] + "/"
            if _name(child).startswith("."):
                left_out.append(path)
                continue
            try:
                inside = self._files.list_folder(child.path)
            except SyncError as error:
                unread.append(UnreadFile(path, Issue(str(error), path)))
            else:
                waiting += _sorted_for_popping(inside)


def _sorted_for_popping(entries: Iterable[FileStatus]) -> list[FileStatus]:
    return sorted(entries, key=lambda entry: entry.path, reverse=True)


def _name(entry: FileStatus) -> str:
    return entry.path.rpartition("/")[2]


def _cache_key(entry: FileStatus, version: str) -> str:
    """Return what identifies one state of one file; empty when nothing does."""
    if not entry.modified_at or not version:
        return ""
    return f"{version}:{entry.object_id}:{entry.modified_at}"


def _ignore_file(path: str, content: bytes | SyncError) -> IgnoreFile:
    return IgnoreFile(path, Issue(str(content)) if isinstance(content, SyncError) else content)


def _allowed(content: bytes | SyncError) -> AllowedSecrets:
    if isinstance(content, SyncError):
        return AllowedSecrets(problem=str(content))
    return parse_allowed(content)


def _interpret(path: str, content: bytes | SyncError) -> DefinitionFile | UnreadFile | OtherFile:
    if isinstance(content, SyncError):
        return UnreadFile(path, Issue(str(content), path))
    try:
        found = parse_definition(content)
    except InvalidDefinitionError as error:
        return UnreadFile(path, Issue(str(error), path), _hash(content))
    if isinstance(found, Definition):
        return DefinitionFile(path, found, zlib.compress(content, level=1))
    if found.is_job_like:
        way_out = "Correct the file, or move it out of the folder if it does not define a job."
        return UnreadFile(path, Issue(f"{found.problem} {way_out}", path), _hash(content))
    return OtherFile(path, found, _hash(content))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
