"""Files of a checkout on this machine. Implements `core.ports.WorkspaceFiles` for `file:` paths."""

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.errors import NotFoundError, WorkspaceError
from core.gateways.machine.closed_tree import Base, ClosedTree, refuse_link
from core.gateways.machine.new_files import delete_left_over, put_new, put_over
from core.local_paths import LOCAL
from core.ports import Access, FileStatus, ObjectKind

MOST_BYTES = 10 * 1024 * 1024
"""The workspace's own files are not larger either."""

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # no pipe makes us wait
_READS = 3
_DEFINITION = ".json"
_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISDIR, "a folder"),
)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Version:
    """What changes whenever a file is written or another takes its place."""

    inode: int
    size: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> "_Version":
        return cls(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class LocalFiles:
    """The files below the configured places of this machine, and none that a link leads to.

    What somebody else changed since this object read it is neither replaced nor deleted.
    """

    def __init__(self, folder: str = "", mapping_path: str = "") -> None:
        """Take the places, each beginning with `file:` or empty."""
        bases = []
        if folder:
            bases.append(Base.of_folder(folder.removeprefix(LOCAL)))
        if mapping_path:
            bases.append(Base.of_file(mapping_path.removeprefix(LOCAL)))
        self._tree = ClosedTree(bases)
        self._read: dict[str, _Version] = {}

    def status(self, path: str) -> FileStatus:
        """Return what has this name. A link is what it is, not what it leads to."""
        with self._tree.folder_of(path) as (folder, name):
            return _status(path, os.stat(name, dir_fd=folder, follow_symlinks=False), folder)

    def access(self, kind: ObjectKind, object_id: int) -> Sequence[Access]:  # noqa: ARG002
        """Raise: this machine knows users of its own."""
        raise WorkspaceError("Who may write a folder of this machine is not known.")

    def list_folder(self, path: str) -> Sequence[FileStatus]:
        """Return the children of a folder; names that are not UTF-8 with escapes."""
        with self._tree.folder(path) as folder, os.scandir(folder) as entries:
            return [
                _status(
                    f"{path}/{_readable(entry.name)}", entry.stat(follow_symlinks=False), folder
                )
                for entry in entries
            ]

    def read(self, path: str) -> bytes:
        """Read a regular file that holds still."""
        with self._tree.folder_of(path) as (folder, name):
            for _ in range(_READS):
                content, version = _read(folder, name, path)
                if version is not None:
                    self._read[path] = version
                    return content
        raise WorkspaceError(
            f"{path.removeprefix(LOCAL)} changes while it is read.",
            fix="Wait until whatever writes it has finished, then try again.",
        )

    def read_folder(self, path: str) -> Mapping[str, bytes] | None:  # noqa: ARG002
        """Return None: here each file is read as fast by itself."""
        return None

    def create(self, path: str, content: bytes) -> None:
        """Write a new file, which is there as a whole or not at all."""
        with self._tree.folder_of(path) as (folder, name):
            delete_left_over(folder)
            put_new(folder, name, content)
            self._note(folder, name, path)

    def write(self, path: str, content: bytes) -> None:
        """Put a file in the place of the one that may be there; its permissions stay."""
        with self._tree.folder_of(path) as (folder, name):
            found = self._find_unmoved(folder, name, path)
            delete_left_over(folder)
            put_over(folder, name, content, stat.S_IMODE(found.st_mode) if found else None)
            self._note(folder, name, path)

    def make_folder(self, path: str) -> None:
        """Create a folder and those above it, as far as they are below a configured place."""
        try:
            with self._tree.folder(path):
                return
        except NotFoundError:
            above = path.rpartition("/")[0]
            if not above.removeprefix(LOCAL):
                raise
        self.make_folder(above)
        with self._tree.folder_of(path) as (folder, name):
            try:
                os.mkdir(name, dir_fd=folder)
            except FileExistsError:
                if not stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                    raise

    def delete(self, path: str) -> None:
        """Delete a file or an empty folder."""
        try:
            with self._tree.folder_of(path) as (folder, name):
                found = self._find_unmoved(folder, name, path)
                if found is None:
                    return
                if stat.S_ISDIR(found.st_mode):
                    os.rmdir(name, dir_fd=folder)
                else:
                    os.unlink(name, dir_fd=folder)
        except NotFoundError:
            return

    def _find_unmoved(self, folder: int, name: str, path: str) -> os.stat_result | None:
        """Return what is there, None for nothing.

        Raises:
            WorkspaceError: it is not a file or folder, or is not what was read from here.
        """
        refuse_link(folder, name, path)
        try:
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return None
        if not stat.S_ISDIR(found.st_mode):
            _refuse_other_kinds(found, path)
        if path in self._read and self._read[path] != _Version.of(found):
            raise WorkspaceError(
                f"{path.removeprefix(LOCAL)} was changed by somebody else meanwhile, and was left "
                "alone.",
                fix="Look at it, then start again.",
            )
        return found

    def _note(self, folder: int, name: str, path: str) -> None:
        """Remember our own file: replacing it again overwrites nobody."""
        self._read[path] = _Version.of(os.stat(name, dir_fd=folder, follow_symlinks=False))


def _read(folder: int, name: str, path: str) -> tuple[bytes, _Version | None]:
    """Read a file once; without a version when it was written meanwhile."""
    try:
        file = os.open(name, _READ, dir_fd=folder)
    except OSError:
        refuse_link(folder, name, path)
        _refuse_unreadable_name(folder, name, path)
        raise
    with os.fdopen(file, "rb") as opened:
        before = os.fstat(file)
        _refuse_other_kinds(before, path)
        content = opened.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise WorkspaceError(
                f"{path.removeprefix(LOCAL)} is larger than {MOST_BYTES // 1024**2} MB.",
                fix="Move it out of the folder; a definition is never that large.",
            )
        version = _Version.of(os.fstat(file))
    holds_still = version == _Version.of(before) and len(content) == version.size
    return content, version if holds_still else None


def _refuse_other_kinds(found: os.stat_result, path: str) -> None:
    if stat.S_ISREG(found.st_mode):
        return
    kind = next((words for fits, words in _KINDS if fits(found.st_mode)), "of another kind")
    raise WorkspaceError(
        f"{path.removeprefix(LOCAL)} is {kind}, not a file.", fix="Remove it from the folder."
    )


def _refuse_unreadable_name(folder: int, name: str, path: str) -> None:
    """Explain why a file that was listed cannot be found."""
    with os.scandir(folder) as entries:
        if any(entry.name != name and _readable(entry.name) == name for entry in entries):
            raise WorkspaceError(
                f"The name of {path.removeprefix(LOCAL)} is not UTF-8.", fix="Rename the file."
            )


def _readable(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _status(path: str, found: os.stat_result, folder: int) -> FileStatus:
    """Describe a name. What could hide definitions counts as a file or folder that fails later."""
    is_folder = stat.S_ISDIR(found.st_mode)
    if stat.S_ISLNK(found.st_mode):
        is_folder = _leads_to_folder(folder, path.rpartition("/")[2])
    is_file = not is_folder and (
        stat.S_ISREG(found.st_mode) or path.casefold().endswith(_DEFINITION)
    )
    return FileStatus(path, found.st_ino, is_file, is_folder, found.st_mtime_ns // 10**6)


def _leads_to_folder(folder: int, name: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=folder).st_mode)
    except OSError:
        return False
