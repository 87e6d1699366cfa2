"""What a repository has and its checkout on this machine lacks, without anybody having deleted it.

A sparse checkout leaves files out, a submodule that was not fetched is an empty folder, and of two
names that are one on this disk only one is there. A definition that is missing for such a reason is
not gone from Git.
"""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.definitions.file_names import fold_file_name
from core.errors import WorkspaceError
from core.gateways.machine.closed_tree import nearest_repository
from core.gateways.machine.git_index import find_index, read_index

log = logging.getLogger(__name__)

_SPARSE = (
    "is not checked out here: this is a sparse checkout.",
    "Run git sparse-checkout disable, or check out the whole folder of the definitions.",
)
_SUBMODULE = (
    "is a submodule that is not checked out here.",
    "Run git submodule update --init.",
)
_TWICE = (
    "is in the repository, and this disk takes its name and that of another file for the same.",
    "Rename one of the two in Git.",
)
_GITLINK, _FOLDER = 0o160000, 0o040000


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A path of the repository, relative to its root, and why this checkout lacks it."""

    path: str
    is_folder: bool
    reason: tuple[str, str]

    def as_error(self, root: str) -> WorkspaceError:
        """Return the error of whoever wants to read it."""
        words, fix = self.reason
        return WorkspaceError(f"{root}/{self.path} {words}", fix=fix)


class Checkout:
    """Reads the index of the repository that a folder is in, anew whenever Git has written it."""

    def __init__(self, folder: str) -> None:
        self.root = nearest_repository(folder)
        self._index: Path | None = None
        self._known: tuple[LeftOut, ...] = ()
        self._version: object = None

    def find_below(self, path: str) -> list[LeftOut]:
        """Return what is left out of a folder and of those below it, or the path itself.

        What is of one name twice may be there, under one of the two.

        Raises:
            WorkspaceError: it is a sparse checkout, and nobody knows of what.
        """
        if not self.root or not f"{path}/".startswith(f"{self.root}/"):
            return []
        below = path[len(self.root) + 1 :]
        start = f"{below}/" if below else ""
        return [
            one
            for one in self._read()
            if (one.path == below or one.path.startswith(start)) and not self._has_come(one)
        ]

    def _has_come(self, one: LeftOut) -> bool:
        """Whether a submodule was fetched, which does not change the index."""
        return one.reason is _SUBMODULE and os.path.lexists(f"{self.root}/{one.path}/.git")

    def _read(self) -> tuple[LeftOut, ...]:
        try:
            index = self._index = self._index or find_index(self.root)
            version = _version(index)
            if version != self._version:
                self._known = tuple(_left_out(self.root, index)) if version else ()
                self._version = version
        except Exception as error:  # a format unknown to it may raise any kind
            log.info("the index of %s cannot be read: %s", self.root, error)
            if _is_sparse(self.root):
                raise WorkspaceError(
                    f"{self.root} is a sparse checkout, and what it leaves out cannot be read.",
                    fix=_SPARSE[1],
                ) from error
        return self._known


def _version(index: Path) -> object:
    try:
        found = index.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _left_out(root: str, index: Path) -> Iterator[LeftOut]:
    from dulwich.index import EXTENDED_FLAG_SKIP_WORKTREE, IndexEntry  # noqa: PLC0415

    seen: dict[str, str] = {}
    for path, entry in read_index(index):
        twin = seen.setdefault(fold_file_name(path), path)
        if not isinstance(entry, IndexEntry):
            continue  # in conflict: the file is there, with Git's marks in it
        if entry.mode == _GITLINK:
            yield LeftOut(path, is_folder=True, reason=_SUBMODULE)
        elif entry.extended_flags & EXTENDED_FLAG_SKIP_WORKTREE:
            yield LeftOut(path, is_folder=entry.mode == _FOLDER, reason=_SPARSE)
        elif twin != path and _is_one_file(f"{root}/{twin}", f"{root}/{path}"):
            yield from (LeftOut(one, is_folder=False, reason=_TWICE) for one in (twin, path))


def _is_one_file(one: str, other: str) -> bool:
    try:
        return os.path.samestat(os.lstat(one), os.lstat(other))
    except OSError:
        return False


def _is_sparse(root: str) -> bool:
    """Whether Git was ever asked for a sparse checkout, as its own file of patterns shows."""
    return os.path.lexists(f"{root}/.git/info/sparse-checkout")
