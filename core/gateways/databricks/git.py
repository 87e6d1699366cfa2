"""Git folders. Implements `core.ports.GitFolders`."""

from core.errors import SyncError, WorkspaceError
from core.gateways.databricks.answers import id_in, read_answer
from core.gateways.databricks.rest import RestClient
from core.jobsettings.workspace_paths import workspace_path
from core.json_text import JsonDict
from core.ports import GitFolder

_FIXES = {
    "uncommitted": "Open the Git folder in the workspace, commit or discard the changes, and pull "
    "again. The app never discards anything.",
    "conflict": "Open the Git folder in the workspace, resolve the conflict, and pull again.",
    "credential": "Add a Git credential for the app's principal (User Settings → Linked accounts), "
    "or pull manually in the workspace.",
}


class RestGitFolders:
    """Git folders over REST."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest

    def find(self, path: str) -> GitFolder | None:
        """Source: databricks/cli libs/git/info.go: `return_git_info` for any path in the folder.

        For a Git-CLI folder that holds only id and path; `repos/{id}` has the rest.
        """
        query: JsonDict = {"path": path, "return_git_info": True}
        info = self._rest.get("/api/2.0/workspace/get-status", query).get("git_info")
        if not isinstance(info, dict) or "id" not in info:
            return None
        if "head_commit_id" not in info or "branch" not in info:
            info = {**self._rest.get("/api/2.0/repos/{id}", id=str(info["id"])), **info}
        return read_answer(_git_folder, info)

    def pull(self, folder: GitFolder) -> GitFolder:
        """Source: Repos API 2.0: PATCH with the current branch pulls; it never discards work."""
        if not folder.branch:
            raise WorkspaceError(
                f"{folder.path} is at a commit, not on a branch.",
                fix="Check out a branch in the Git folder, then pull.",
            )
        try:
            self._rest.patch(
                "/api/2.0/repos/{id}", {"branch": folder.branch}, id=str(folder.folder_id)
            )
        except WorkspaceError as error:
            raise _with_fix(error) from error
        return self.find(folder.path) or folder


def _with_fix(error: WorkspaceError) -> SyncError:
    text = error.message.casefold()
    fix = next((fix for word, fix in _FIXES.items() if word in text), error.fix)
    return type(error)(error.message, fix=fix)


def _git_folder(info: JsonDict) -> GitFolder:
    return GitFolder(
        folder_id=id_in(info, "id"),
        path=workspace_path(str(info["path"])),
        branch=str(info.get("branch") or ""),
        commit=str(info.get("head_commit_id") or ""),
        url=str(info.get("url") or ""),
    )
