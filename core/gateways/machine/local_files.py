"""Files of a checkout on this machine. Implements `core.ports.WorkspaceFiles` for `file:` paths."""

import os
import stat
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.errors import NotFoundError, WorkspaceError
from core.gateways.machine.closed_tree import Base, ClosedTree, refuse_link
from core.gateways.machine.left_out_by_git import Checkout, LeftOut
from core.gateways.machine.new_files import keep_no_left_over, put_new, put_over
from core.local_paths import LOCAL, is_local
from core.ports import Access, FileStatus, ObjectKind

MOST_BYTES = 10 * 1024 * 1024
"""The workspace's own files are not larger either."""

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # no pipe makes us wait
_READS = 4
_STEP_S = 0.02  # twice the longest step of the kernel's clock that gives files their times
_DEFINITION = ".json"
_NO_FOLDER = (
    "Clone the repository, create the folder, or correct --folder or WORKSPACE_GIT_FOLDER_PATH."
)
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

    def is_settled(self, now_ns: int) -> bool:
        """Whether the next write would give the file another time."""
        return not 0 <= now_ns - self.changed_ns < _STEP_S * 10**9


@dataclass(frozen=True, slots=True)
class DiskClock:
    """The clock by which files get their times, in ns since the epoch, and how to wait, in s."""

    now_ns: Callable[[], int] = time.time_ns
    sleep: Callable[[float], None] = time.sleep


_THIS_MACHINE = DiskClock()


class LocalFiles:
    """The files below the configured places of this machine, and none that a link leads to.

    What somebody else changed since this object read it is neither replaced nor deleted.
    """

    def __init__(
        self, folder: str = "", mapping_path: str = "", clock: DiskClock = _THIS_MACHINE
    ) -> None:
        """Take the configured places; one that does not begin with `file:` is not ours."""
        bases = []
        self._checkout: Checkout | None = None
        if is_local(folder):
            bases.append(Base.of_folder(folder.removeprefix(LOCAL)))
            self._checkout = Checkout(folder.removeprefix(LOCAL))
        if is_local(mapping_path):
            bases.append(Base.of_file(mapping_path.removeprefix(LOCAL)))
        self._tree = ClosedTree(bases)
        self._read: dict[str, _Version] = {}
        self._clock = clock

    def status(self, path: str) -> FileStatus:
        """Return what has this name. A link is what it is, not what it leads to."""
        with self._tree.folder_of(path) as (folder, name):
            return _status(path, os.stat(name, dir_fd=folder, follow_symlinks=False), name, folder)

    def access(self, kind: ObjectKind, object_id: int) -> Sequence[Access]:  # noqa: ARG002
        """Raise: this machine knows users of its own."""
        raise WorkspaceError("Who may write a folder of this machine is not known.")

    def list_folder(self, path: str) -> Sequence[FileStatus]:
        """Return the children of a folder, also those that Git left out of this checkout.

        Names that are not UTF-8 have escapes in them.
        """
        left_out = self._left_out_of(path)
        try:
            found = self._list(path)
        except NotFoundError as error:
            if left_out:
                raise self._why_left_out(left_out[0]) from None
            raise NotFoundError(error.message, fix=_NO_FOLDER) from error
        if left_out and f"{LOCAL}{self._root}/{left_out[0].path}" == path:  # an empty submodule
            raise self._why_left_out(left_out[0])
        there = {entry.path for entry in found}
        absent = (_absent(path, f"{LOCAL}{self._root}/{one.path}", one) for one in left_out)
        return [*found, *{one.path: one for one in absent if one.path not in there}.values()]

    def _list(self, path: str) -> list[FileStatus]:
        with self._tree.folder(path) as folder:
            names = keep_no_left_over(folder, os.listdir(folder))  # noqa: PTH208 - of a descriptor
            return [
                _status(f"{path}/{_readable(name)}", _look(folder, name), name, folder)
                for name in names
            ]

    def read(self, path: str) -> bytes:
        """Read a regular file that holds still."""
        try:
            with self._tree.folder_of(path) as (folder, name):
                for _ in range(_READS):
                    content, version = _read(folder, name, path)
                    if version is not None and self._holds_still(folder, name, version):
                        self._read[path] = version
                        return content
        except NotFoundError:
            for one in self._left_out_of(path):
                raise self._why_left_out(one) from None
            raise
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
            put_new(folder, name, content)
            self._note(folder, name, path)

    def write(self, path: str, content: bytes) -> None:
        """Put a file in the place of the one that may be there; its permissions stay."""
        with self._tree.folder_of(path) as (folder, name):
            found = self._find_unmoved(folder, name, path)
            put_over(folder, name, content, stat.S_IMODE(found.st_mode) if found else None)
            self._note(folder, name, path)

    def make_folder(self, path: str) -> None:
        """Create a folder and those above it, as far as they are below a configured place."""
        try:
            with self._tree.folder(path):
                return
        except NotFoundError:
            above = path.rpartition("/")[0]
            if not self._tree.holds(above):
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

    def _holds_still(self, folder: int, name: str, version: _Version) -> bool:
        """Wait for the next time of the disk's clock, when a file was written just now.

        It may have been written once more at that same time.
        """
        if version.is_settled(self._clock.now_ns()):
            return True
        self._clock.sleep(_STEP_S)
        return version == _Version.of(os.stat(name, dir_fd=folder, follow_symlinks=False))

    @property
    def _root(self) -> str:
        return self._checkout.root if self._checkout else ""

    def _left_out_of(self, path: str) -> list[LeftOut]:
        return self._checkout.find_below(path.removeprefix(LOCAL)) if self._checkout else []

    def _why_left_out(self, one: LeftOut) -> WorkspaceError:
        return one.as_error(self._root)

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
    try:
        before = os.fstat(file)
        _refuse_other_kinds(before, path)
        with os.fdopen(file, "rb", closefd=False) as opened:
            content = opened.read(MOST_BYTES + 1)
        version = _Version.of(os.fstat(file))
    finally:
        os.close(file)
    if len(content) > MOST_BYTES:
        raise WorkspaceError(
            f"{path.removeprefix(LOCAL)} is larger than {MOST_BYTES // 1024**2} MB.",
            fix="Move it out of the folder; a definition is never that large.",
        )
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


def _look(folder: int, name: str) -> os.stat_result | None:
    """Return what a name in an open folder is, None when it has gone since it was listed."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _status(path: str, found: os.stat_result | None, name: str, folder: int) -> FileStatus:
    """Describe a name. What could hide definitions counts as a file or folder that fails later."""
    is_definition = path.casefold().endswith(_DEFINITION)
    if found is None:
        return FileStatus(path, 0, is_file=is_definition, is_folder=False)
    is_folder = stat.S_ISDIR(found.st_mode)
    if stat.S_ISLNK(found.st_mode):
        is_folder = _leads_to_folder(folder, name)
    is_file = not is_folder and (stat.S_ISREG(found.st_mode) or is_definition)
    return FileStatus(path, found.st_ino, is_file, is_folder, found.st_mtime_ns // 10**6)


def _absent(folder: str, path: str, one: LeftOut) -> FileStatus:
    """Describe the child of a folder by which something below it is missing."""
    name, _, rest = path[len(folder) + 1 :].partition("/")
    is_folder = bool(rest) or one.is_folder
    return FileStatus(f"{folder}/{name}", 0, is_file=not is_folder, is_folder=is_folder)


def _leads_to_folder(folder: int, name: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=folder).st_mode)
    except OSError:
        return False
