"""Sends each path where it belongs: `file:` to this machine, everything else to the workspace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.local_paths import is_local
from core.ports import Access, FileStatus, GitFolder, GitFolders, ObjectKind, WorkspaceFiles


@dataclass(frozen=True, slots=True)
class RoutedFiles:
    """Implements `core.ports.WorkspaceFiles`."""

    workspace: WorkspaceFiles
    machine: WorkspaceFiles

    def status(self, path: str) -> FileStatus:
        """As the place of the path does it."""
        return self._place(path).status(path)

    def access(self, kind: ObjectKind, object_id: int) -> Sequence[Access]:
        """Only the workspace knows objects by id."""
        return self.workspace.access(kind, object_id)

    def list_folder(self, path: str) -> Sequence[FileStatus]:
        """As the place of the path does it."""
        return self._place(path).list_folder(path)

    def read(self, path: str) -> bytes:
        """As the place of the path does it."""
        return self._place(path).read(path)

    def read_folder(self, path: str) -> Mapping[str, bytes] | None:
        """As the place of the path does it."""
        return self._place(path).read_folder(path)

    def create(self, path: str, content: bytes) -> None:
        """As the place of the path does it."""
        self._place(path).create(path, content)

    def write(self, path: str, content: bytes) -> None:
        """As the place of the path does it."""
        self._place(path).write(path, content)

    def make_folder(self, path: str) -> None:
        """As the place of the path does it."""
        self._place(path).make_folder(path)

    def delete(self, path: str) -> None:
        """As the place of the path does it."""
        self._place(path).delete(path)

    def _place(self, path: str) -> WorkspaceFiles:
        return self.machine if is_local(path) else self.workspace


@dataclass(frozen=True, slots=True)
class RoutedGitFolders:
    """Implements `core.ports.GitFolders`."""

    workspace: GitFolders
    machine: GitFolders

    def find(self, path: str) -> GitFolder | None:
        """As the place of the path does it."""
        return self._place(path).find(path)

    def pull(self, folder: GitFolder) -> GitFolder:
        """As the place of the folder does it."""
        return self._place(folder.path).pull(folder)

    def _place(self, path: str) -> GitFolders:
        return self.machine if is_local(path) else self.workspace
