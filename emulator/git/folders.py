"""The Git folders of a workspace, of both kinds that Databricks has.

A standard Git folder is a REPO object. One with the Git CLI enabled is a DIRECTORY with
`directory_info.is_git_folder`, and lists of repos leave it out (databricks-sdk workspace.py).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal, get_args

from emulator.errors import ApiError, already_exists, invalid_parameter, not_found
from emulator.files.object_ids import ObjectIds
from emulator.files.paths import WorkspacePath, parse_path
from emulator.files.tree import FileTree
from emulator.git.command import GitError
from emulator.git.remote import MAIN, PROVIDER, GitRemote
from emulator.git.working_copy import (
    Committed,
    Head,
    PushRefusedError,
    UncommittedChangesError,
    WorkingCopy,
)
from emulator.json_values import JsonDict
from emulator.options import WorkspaceOptions
from emulator.storage import Storage, Table

GitFolderKind = Literal["standard", "cli"]
_PUSH_REFUSED = "The push was refused: the remote branch has new commits. Pull, then commit again."


@dataclass(frozen=True, slots=True)
class GitFolder:
    """A working copy at a workspace path, without the `/Workspace` prefix."""

    path: str
    kind: GitFolderKind
    url: str

    @property
    def workspace_path(self) -> WorkspacePath:
        return parse_path(self.path)


class GitFolders:
    """Creates, finds, updates and commits Git folders."""

    def __init__(self, tree: FileTree, ids: ObjectIds, remote: GitRemote, storage: Storage) -> None:
        self._tree = tree
        self._ids = ids
        self._remote = remote
        self._folders = Table(
            storage, "git_folder", to_json=asdict, from_json=lambda doc: GitFolder(**doc)
        )

    @property
    def remote_url(self) -> str:
        return self._remote.url

    def all(self) -> list[GitFolder]:
        """Return the folders that still exist."""
        return [one for one in self._folders.values() if self._exists(one)]

    def add(self, path: WorkspacePath, kind: str, branch: str = MAIN) -> GitFolder:
        """Clone the remote into a new folder; its parents are created too.

        Raises:
            ApiError: the folder exists, or kind or branch do not.
        """
        if kind not in get_args(GitFolderKind) or branch.startswith("-"):
            raise invalid_parameter(f"No such kind or branch of a Git folder: {kind}, {branch}")
        with self._tree.lock:
            location = self._tree.location(path)
            if location.exists():
                raise already_exists(f"Repo already exists at path {path.shown}")
            location.parent.mkdir(parents=True, exist_ok=True)
            try:
                WorkingCopy.clone(self._remote.directory, location, branch)
            except GitError as error:
                raise invalid_parameter(f"Cannot clone branch {branch}: {error}") from error
        folder = GitFolder(str(path), "cli" if kind == "cli" else "standard", self._remote.url)
        self._folders.put(folder.path, folder)
        return folder

    def at(self, path: WorkspacePath) -> GitFolder | None:
        """Return the folder whose root is this path."""
        folder = self._folders.get(str(path))
        return folder if folder is not None and self._exists(folder) else None

    def containing(self, path: WorkspacePath) -> GitFolder | None:
        """Return the folder that the path is in."""
        roots = (WorkspacePath(path.parts[:end]) for end in range(len(path.parts), 0, -1))
        return next((folder for root in roots if (folder := self.at(root))), None)

    def by_id(self, folder_id: str) -> GitFolder:
        """Return the folder of an id. Source of the message: terraform-provider-databricks."""
        for folder in self.all():
            if str(self.id_of(folder)) == folder_id:
                return folder
        raise not_found("Repo could not be found")

    def id_of(self, folder: GitFolder) -> int:
        """Return the id, equal to the object id of the folder."""
        return self._ids.of(folder.workspace_path)

    def head(self, folder: GitFolder) -> Head:
        return self._copy(folder).head()

    def status(self, folder: GitFolder) -> str:
        with self._tree.lock:
            return self._copy(folder).status()

    def diff(self, folder: GitFolder) -> str:
        with self._tree.lock:
            return self._copy(folder).diff()

    def pull(self, folder: GitFolder, options: WorkspaceOptions) -> None:
        """Bring the current branch to the latest commit of the remote."""
        self.update(folder, options, branch=self.head(folder).branch)

    def update(
        self,
        folder: GitFolder,
        options: WorkspaceOptions,
        *,
        branch: str | None = None,
        tag: str | None = None,
    ) -> None:
        """Check out the latest commit of a branch, or a tag.

        Raises:
            ApiError: the reference is unknown, or uncommitted changes or commits conflict.
        """
        strict = options.git_dirty_refuses == "any"
        copy = self._copy(folder)
        with self._tree.lock:
            try:
                if tag:
                    copy.check_out_tag(tag, refuse_any_change=strict)
                else:
                    copy.switch(branch or "", refuse_any_change=strict)
            except UncommittedChangesError as error:
                raise _dirty(error, options) from error

    def commit(self, folder: GitFolder, message: str) -> Committed:
        """Commit and push everything in the folder.

        Raises:
            ApiError: the remote has commits that the folder lacks.
        """
        with self._tree.lock:
            try:
                return self._copy(folder).commit_and_push(message)
            except PushRefusedError as error:
                raise ApiError(409, "GIT_CONFLICT", _PUSH_REFUSED) from error
            except GitError as error:
                raise ApiError(400, "INVALID_STATE", str(error)) from error

    def forget(self, folder: GitFolder) -> None:
        """Drop the record of a folder whose files are removed elsewhere."""
        self._folders.remove(folder.path)

    def clear(self) -> None:
        self._folders.clear()

    def as_repo(self, folder: GitFolder, path: str) -> JsonDict:
        """Return the answer of repos/get. Source: databricks-sdk workspace.py, GetRepoResponse."""
        head = self.head(folder)
        return {
            "id": self.id_of(folder),
            "path": path,
            "url": folder.url,
            "provider": PROVIDER,
            **({"branch": head.branch} if head.branch else {}),
            "head_commit_id": head.commit,
        }

    def _copy(self, folder: GitFolder) -> WorkingCopy:
        return WorkingCopy(self._tree.location(folder.workspace_path))

    def _exists(self, folder: GitFolder) -> bool:
        return (self._tree.location(folder.workspace_path) / ".git").exists()


def _dirty(error: UncommittedChangesError, options: WorkspaceOptions) -> ApiError:
    """Source: databricks/cli#3630; the service's own body is undocumented."""
    return ApiError(
        options.git_dirty_status,
        "GIT_CONFLICT",
        "The update failed because uncommitted changes in the Git folder conflict with it."
        f" Commit or discard these files first: {error}",
    )
