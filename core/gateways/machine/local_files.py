"""Files of a checkout on this machine. Implements `core.ports.WorkspaceFiles` for `file:` paths."""

import os
import stat
from collections.abc import Mapping, Sequence

from core.errors import NotFoundError, WorkspaceError
from core.gateways.machine.closed_tree import Base, ClosedTree, refuse_link
from core.gateways.machine.disk_names import look_at, readable, refuse_unreadable_name, status_of
from core.gateways.machine.disk_reading import (
    STEP_S,
    DiskClock,
    Version,
    read_once,
    refuse_other_kinds,
)
from core.gateways.machine.left_out_by_git import Checkout, LeftOut
from core.gateways.machine.new_files import keep_no_left_over, put_new, put_over
from core.local_paths import LOCAL, is_local
from core.ports import Access, FileStatus, ObjectKind

_READS = 4
_NO_FOLDER = (
    "Clone the repository, create the folder, or correct --folder or WORKSPACE_GIT_FOLDER_PATH."
)
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
        self._folder = folder
        self._tree = ClosedTree(bases)
        self._read: dict[str, Version] = {}
        self._clock = clock

    def status(self, path: str) -> FileStatus:
        """Return what has this name. A link is what it is, not what it leads to."""
        with self._tree.folder_of(path) as (folder, name):
            return status_of(
                path, os.stat(name, dir_fd=folder, follow_symlinks=False), name, folder
            )

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
            if path == self._folder:
                raise NotFoundError(error.message, fix=_NO_FOLDER) from error
            with self._tree.folder_of(path) as (folder, name):
                refuse_unreadable_name(folder, name, path)
            raise
        if left_out and f"{LOCAL}{self._root}/{left_out[0].path}" == path:  # an empty submodule
            raise self._why_left_out(left_out[0])
        there = {entry.path for entry in found}
        absent = (_absent(path, f"{LOCAL}{self._root}/{one.path}", one) for one in left_out)
        return [*found, *{one.path: one for one in absent if one.path not in there}.values()]

    def _list(self, path: str) -> list[FileStatus]:
        with self._tree.folder(path) as folder:
            names = keep_no_left_over(folder, os.listdir(folder))  # noqa: PTH208 - of a descriptor
            return [
                status_of(f"{path}/{readable(name)}", look_at(folder, name), name, folder)
                for name in names
            ]

    def read(self, path: str) -> bytes:
        """Read a regular file that holds still."""
        try:
            with self._tree.folder_of(path) as (folder, name):
                for _ in range(_READS):
                    content, version = read_once(folder, name, path)
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

    def _holds_still(self, folder: int, name: str, version: Version) -> bool:
        """Wait for the next time of the disk's clock, when a file was written just now.

        It may have been written once more at that same time.
        """
        if version.is_settled(self._clock.now_ns()):
            return True
        self._clock.sleep(STEP_S)
        return version == Version.of(os.stat(name, dir_fd=folder, follow_symlinks=False))

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
            refuse_other_kinds(found, path)
        if path in self._read and self._read[path] != Version.of(found):
            raise WorkspaceError(
                f"{path.removeprefix(LOCAL)} was changed by somebody else meanwhile, and was left "
                "alone.",
                fix="Look at it, then start again.",
            )
        return found

    def _note(self, folder: int, name: str, path: str) -> None:
        """Remember our own file: replacing it again overwrites nobody."""
        self._read[path] = Version.of(os.stat(name, dir_fd=folder, follow_symlinks=False))


def _absent(folder: str, path: str, one: LeftOut) -> FileStatus:
    """Describe the child of a folder by which something below it is missing."""
    name, _, rest = path[len(folder) + 1 :].partition("/")
    is_folder = bool(rest) or one.is_folder
    return FileStatus(f"{folder}/{name}", 0, is_file=not is_folder, is_folder=is_folder)
