"""workspace/import, mkdirs and delete: what they do and what they refuse."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from emulator.errors import ApiError, already_exists, not_found
from emulator.files import refusals
from emulator.files.child_counts import ChildCounts
from emulator.files.imports import Import, Target, target_of
from emulator.files.object_ids import ObjectIds
from emulator.files.paths import WorkspacePath
from emulator.files.tree import Entry, FileTree
from emulator.options import WorkspaceOptions


class FileWriter:
    """Changes the tree. Creating without overwrite is atomic: one of many callers wins."""

    def __init__(self, tree: FileTree, ids: ObjectIds, scratch: Path) -> None:
        self._tree = tree
        self._ids = ids
        self._scratch = scratch
        self._children = ChildCounts()
        scratch.mkdir(parents=True, exist_ok=True)

    def import_object(self, request: Import, options: WorkspaceOptions) -> None:
        """Create or overwrite a file or notebook.

        Raises:
            ApiError: no such parent, no write permission, too large, too many children, or an
                object is there already or is of another type.
        """
        _check_size(request, options)
        target = target_of(request)
        self._tree.require_writable(target.path)
        if not request.overwrite:
            self._refuse_existing(request, target, options)
        with self._tree.lock:
            parent = self._parent(target.path)
            existing = self._existing(target)
            count = self._children.of(parent.file)
            if existing is None:
                _check_children(parent, count, options)
            elif not request.overwrite:  # created since the check above: another caller won
                raise refusals.node_exists(target.path)
            elif existing.object_type != target.object_type:
                raise refusals.of_another_type(request, target, existing)
            file = parent.file / target.file_name
            self._write(file, target.content, existing, options.clock_ahead_s)
            self._children.remember(parent.file, count + (existing is None))

    def make_directories(self, path: WorkspacePath) -> None:
        """Create a directory and its parents; existing directories are fine."""
        with self._tree.lock:
            for end in range(1, len(path.parts) + 1):
                self._make_directory(WorkspacePath(path.parts[:end], path.prefixed))

    def delete(self, path: WorkspacePath, *, recursive: bool) -> None:
        """Delete an object.

        Raises:
            ApiError: it does not exist, is read-only, or is a directory with children.
        """
        with self._tree.lock:
            entry = self._tree.find(path)
            self._tree.require_writable(path)
            if not path.parts:
                raise ApiError(400, "DIRECTORY_PROTECTED", "The root folder is protected")
            if entry.is_directory and not recursive and any(entry.file.iterdir()):
                raise ApiError(400, "DIRECTORY_NOT_EMPTY", f"Folder ({path.shown}) is not empty")
            self._retire(entry)
            self._tree.remove(entry)

    def _make_directory(self, path: WorkspacePath) -> None:
        existing = self._tree.look_up(path)
        if existing is not None and existing.is_directory:
            return
        self._tree.require_writable(path)
        if existing is not None or self._tree.location(path).exists():
            raise already_exists(f"{path.shown} already exists and is not a directory.")
        self._tree.make_directories(path)

    def _refuse_existing(self, request: Import, target: Target, options: WorkspaceOptions) -> None:
        self._parent(target.path)
        existing = self._existing(target)
        if existing is not None:
            raise refusals.in_the_way(request, target, existing, options)

    def _parent(self, path: WorkspacePath) -> Entry:
        parent = self._tree.look_up(path.parent)
        if parent is None or not parent.is_directory:
            raise not_found(f"The parent folder ({path.parent.shown}) does not exist.")
        return parent

    def _existing(self, target: Target) -> Entry | None:
        """Return the object of this name, or one whose file would be overwritten."""
        found = self._tree.look_up(target.path)
        if found is not None:
            return found
        if target.file_name != target.path.name:
            return self._tree.look_up(target.path.renamed(target.file_name))
        # A real workspace keeps a notebook `a` and a file `a.py` apart; here they share one file,
        # as they do in a Git folder.
        notebook = self._tree.look_up(target.path.renamed(Path(target.file_name).stem))
        shares = notebook is not None and notebook.file.name == target.file_name
        return notebook if shares else None

    def _write(self, file: Path, content: bytes, existing: Entry | None, ahead_s: float) -> None:
        """Replace a file whole, so that no reader sees half of it."""
        descriptor, name = tempfile.mkstemp(dir=self._scratch)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        temporary = Path(name)
        temporary.chmod(0o644)
        before_ms = modified_ms(existing.file) if existing else 0
        temporary.replace(file)
        if existing and existing.file != file:
            existing.file.unlink()
        now_ms = modified_ms(file)
        # Caches tell versions apart by this time, so that each write has a later one.
        written_ms = max(now_ms + int(ahead_s * 1000), before_ms + 1)
        if written_ms != now_ms:
            os.utime(file, ns=(written_ms * 10**6, written_ms * 10**6))

    def _retire(self, entry: Entry) -> None:
        self._ids.retire(entry.path)
        if entry.is_directory:
            for child in self._tree.children(entry):
                self._retire(child)


def modified_ms(file: Path) -> int:
    return file.stat().st_mtime_ns // 10**6


def _check_size(request: Import, options: WorkspaceOptions) -> None:
    """Source of the message: databricks/cli#3691; of the two limits: libs/filer, `Write`."""
    size = len(request.content)
    limit = options.max_file_bytes if request.sent == "json" else options.max_upload_bytes
    if size > limit:
        raise ApiError(
            400,
            "BAD_REQUEST",
            f"File size imported is ({size} bytes), exceeded max size ({limit} bytes)",
        )


def _check_children(parent: Entry, count: int, options: WorkspaceOptions) -> None:
    """Source: databricks/cli bundle/deploy/lock/acquire.go."""
    if count >= options.max_children:
        raise ApiError(
            403,
            "MAX_CHILD_NODE_SIZE_EXCEEDED",
            f"Size limit exceeded for folder '{parent.path.shown}'."
            f" Current size: {count} Limit: {options.max_children}",
        )
