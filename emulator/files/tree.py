"""The workspace tree: real files below one directory, found by workspace path."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emulator.errors import not_found, permission_denied
from emulator.files import notebooks
from emulator.files.paths import WorkspacePath
from emulator.json_values import JsonDict
from emulator.storage import Storage, Table

SOURCE_SUFFIXES = (*notebooks.LANGUAGES, ".R")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, notebook or directory; `path` is its workspace path, `file` is on disk."""

    path: WorkspacePath
    file: Path
    object_type: str
    language: str | None = None

    @property
    def is_directory(self) -> bool:
        return self.object_type == "DIRECTORY"


class FileTree:
    """Finds, lists and removes objects. `lock` is held by whoever changes the tree."""

    def __init__(self, root: Path, storage: Storage) -> None:
        self.lock = threading.RLock()
        self._root = root
        self._restrictions: Table[JsonDict] = Table(
            storage, "restriction", to_json=dict, from_json=dict
        )
        root.mkdir(parents=True, exist_ok=True)
        self._real_root = root.resolve()

    def restrict(self, path: WorkspacePath, kind: str) -> None:
        """Make a subtree `read_only` or `hidden` for everybody."""
        self._restrictions.put(str(path), {"kind": kind})

    def find(self, path: WorkspacePath) -> Entry:
        """Return the object at a path.

        Raises:
            ApiError: it does not exist or is hidden. Both look alike: databricks/cli libs/filer.
        """
        entry = self.look_up(path)
        if entry is None:
            raise not_found(f"Path ({path.shown}) doesn't exist.")
        return entry

    def look_up(self, path: WorkspacePath) -> Entry | None:
        """Return the object at a path, or None."""
        if self._is_restricted(path, "hidden"):
            return None
        file = self.location(path)
        if file.is_dir():
            return Entry(path, file, "DIRECTORY")
        if file.is_file():
            return _file_entry(path, file)
        return self._notebook(path, file)

    def children(self, directory: Entry) -> Iterator[Entry]:
        """Return the objects in a directory by name, without `.git` and symbolic links."""
        for found in sorted(_scan(directory.file)):
            child = directory.path.child(found)
            entry = _described(child, directory.file / found)
            if entry is not None and not self._is_restricted(entry.path, "hidden"):
                yield entry

    def files_below(self, directory: Entry) -> Iterator[Entry]:
        """Return all files and notebooks of a subtree."""
        for entry in self.children(directory):
            if entry.is_directory:
                yield from self.files_below(entry)
            else:
                yield entry

    def location(self, path: WorkspacePath) -> Path:
        """Return where a path is on disk.

        Raises:
            ApiError: a symbolic link leads outside the tree.
        """
        file = self._root.joinpath(*path.parts)
        if file.resolve() != self._real_root.joinpath(*path.parts):
            raise not_found(f"Path ({path.shown}) doesn't exist.")
        return file

    def require_writable(self, path: WorkspacePath) -> None:
        """Refuse a path that is read-only, or hidden and so as good as missing.

        Raises:
            ApiError: the path must not be written.
        """
        if self._is_restricted(path, "hidden"):
            raise not_found(f"Path ({path.shown}) doesn't exist.")
        if self._is_restricted(path, "read_only"):
            raise permission_denied(
                f"You don't have write permission on the folder {path.parent.shown}."
            )

    def make_directories(self, path: WorkspacePath) -> None:
        """Create a directory and its parents; the caller has checked the path."""
        self.location(path).mkdir(parents=True, exist_ok=True)

    def remove(self, entry: Entry) -> None:
        if entry.is_directory:
            shutil.rmtree(entry.file)
        else:
            entry.file.unlink()

    def clear(self) -> None:
        """Remove everything, restrictions too."""
        self._restrictions.clear()
        for target in self._root.iterdir():
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink()

    def _notebook(self, path: WorkspacePath, file: Path) -> Entry | None:
        """Return the notebook whose file is the path plus an extension."""
        if not path.parts:
            return None
        for suffix in SOURCE_SUFFIXES:
            name = f"{file}{suffix}"
            if not os.path.isfile(name):  # noqa: PTH113 - several times faster, for each miss
                continue
            source = Path(name)
            language = None if source.is_symlink() else notebooks.language_of_file(source)
            if language is not None:
                return Entry(path, source, "NOTEBOOK", language)
        return None

    def _is_restricted(self, path: WorkspacePath, kind: str) -> bool:
        if not len(self._restrictions):
            return False
        ancestors = (WorkspacePath(path.parts[:end]) for end in range(1, len(path.parts) + 1))
        found = (self._restrictions.get(str(ancestor)) for ancestor in ancestors)
        return any(restriction is not None and restriction["kind"] == kind for restriction in found)


def _scan(directory: Path) -> list[str]:
    with os.scandir(directory) as entries:
        return [
            entry.name
            for entry in entries
            if entry.name.casefold() != ".git" and not entry.is_symlink()
        ]


def _described(path: WorkspacePath, file: Path) -> Entry | None:
    """Return what is at `file`, or None when it vanished or is neither file nor directory."""
    try:
        mode = file.stat().st_mode
    except OSError:
        return None
    if stat.S_ISDIR(mode):
        return Entry(path, file, "DIRECTORY")
    language = notebooks.language_of_file(file) if stat.S_ISREG(mode) else None
    if language is not None:
        return Entry(path.renamed(file.stem), file, "NOTEBOOK", language)
    return _file_entry(path, file) if stat.S_ISREG(mode) else None


def _file_entry(path: WorkspacePath, file: Path) -> Entry | None:
    """Return a plain file; a notebook is only found under its name without extension."""
    if notebooks.is_dashboard(file.name):
        return Entry(path, file, "DASHBOARD")
    return None if notebooks.language_of_file(file) else Entry(path, file, "FILE")
