"""What the Git folder holds: definitions, files that could not be read, and everything else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.definitions import Definition, parse_definition
from core.errors import InvalidDefinitionError, Issue, SyncError
from core.file_names import SUFFIX
from core.parallel import in_parallel
from core.ports import FileStatus, WorkspaceFiles


@dataclass(frozen=True, slots=True)
class DefinitionFile:
    """A file that holds a definition. `path` is relative to the definitions' folder."""

    path: str
    definition: Definition
    content: bytes


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file or subfolder that could not be read, so that nothing is known of its jobs."""

    path: str
    issue: Issue


@dataclass(frozen=True, slots=True)
class GitContents:
    """All that was found below the definitions' folder.

    `names` are the casefolded names of all objects directly in the folder, where new files go.
    """

    folder: str
    files: tuple[DefinitionFile, ...] = ()
    unread: tuple[UnreadFile, ...] = ()
    other_json: int = 0
    names: frozenset[str] = frozenset()

    @property
    def is_complete(self) -> bool:
        """Whether every file was read: only then a missing definition proves a deleted job."""
        return not self.unread


Progress = Callable[[int, int], None]


def read_git_contents(
    port: WorkspaceFiles, folder: str, *, ignore: str, threads: int, on_progress: Progress
) -> GitContents:
    """Read every definition below a folder.

    Args:
        ignore: absolute path of the mapping file, which is never taken for a definition.

    Raises:
        WorkspaceError: the folder itself cannot be listed.
    """
    candidates: list[FileStatus] = []
    unread: list[UnreadFile] = []
    names = {_name(child.path).casefold() for child in port.list_folder(folder)}
    for entry in _tree(port, folder, folder, unread):
        if entry.is_file and entry.path.casefold().endswith(SUFFIX) and entry.path != ignore:
            candidates.append(entry)
    files: list[DefinitionFile] = []
    other_json = 0
    results = in_parallel(lambda entry: port.read(entry.path), candidates, threads=threads)
    for done, (entry, content) in enumerate(results, start=1):
        relative = entry.path[len(folder) + 1 :]
        found = _interpret(relative, content)
        match found:
            case DefinitionFile():
                files.append(found)
            case UnreadFile():
                unread.append(found)
            case None:
                other_json += 1
        on_progress(done, len(candidates))
    return GitContents(
        folder=folder,
        files=tuple(sorted(files, key=lambda file: file.path)),
        unread=tuple(sorted(unread, key=lambda file: file.path)),
        other_json=other_json,
        names=frozenset(names),
    )


def _interpret(path: str, content: bytes | SyncError) -> DefinitionFile | UnreadFile | None:
    if isinstance(content, SyncError):
        return UnreadFile(path, Issue(str(content), path))
    try:
        definition = parse_definition(content)
    except InvalidDefinitionError as error:
        return UnreadFile(path, Issue(str(error), path))
    return DefinitionFile(path, definition, content) if definition else None


def _tree(
    port: WorkspaceFiles, root: str, folder: str, unread: list[UnreadFile]
) -> Iterator[FileStatus]:
    """Yield all files below a folder; a subfolder that cannot be listed is noted as unread."""
    try:
        children = port.list_folder(folder)
    except SyncError as error:
        if folder == root:
            raise
        path = folder[len(root) + 1 :] + "/"
        unread.append(UnreadFile(path, Issue(str(error), path)))
        return
    for child in sorted(children, key=lambda child: child.path):
        if child.is_folder:
            yield from _tree(port, root, child.path, unread)
        else:
            yield child


def _name(path: str) -> str:
    return path.rpartition("/")[2]
