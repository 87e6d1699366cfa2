"""Objects of the tree as the API shows them, with what the Git folders know of them.

Source: databricks-sdk workspace.py, ObjectInfo.
"""

from __future__ import annotations

from dataclasses import dataclass

from emulator.files.notebooks import JUPYTER
from emulator.files.object_ids import ObjectIds
from emulator.files.tree import Entry
from emulator.git.folders import GitFolder, GitFolders
from emulator.json_values import JsonDict
from emulator.options import WorkspaceOptions


@dataclass(frozen=True, slots=True)
class ObjectInfoView:
    """Describes objects with what the workspace knows about them."""

    ids: ObjectIds
    git_folders: GitFolders
    options: WorkspaceOptions

    def describe(self, entry: Entry) -> JsonDict:
        """Return the ObjectInfo of an entry."""
        object_id = self.ids.of(entry.path)
        info: JsonDict = {
            "object_type": entry.object_type,
            "path": entry.path.shown,
            "object_id": object_id,
            "resource_id": str(object_id),
        }
        if entry.language:
            info["language"] = entry.language
        if entry.is_directory:
            return info | self._folder_fields(entry)
        return info | self._file_fields(entry)

    def git_info(self, entry: Entry) -> JsonDict:
        """Return the answer to `return_git_info=true`: databricks/cli libs/git/info.go."""
        folder = self.git_folders.containing(entry.path)
        return {"git_info": self._git_info(folder)} if folder else {}

    def export_info(self, entry: Entry) -> JsonDict:
        """Return the answer to `return_export_info=true`: databricks/cli libs/filer, `Stat`.

        It says whether a notebook is a Jupyter document or source; nothing else has it.
        """
        if entry.object_type != "NOTEBOOK":
            return {}
        is_jupyter = entry.file.suffix.lower() == JUPYTER
        return {"repos_export_format": "JUPYTER" if is_jupyter else "SOURCE"}

    def _git_info(self, folder: GitFolder) -> JsonDict:
        """Return id and path only where the Git CLI is enabled."""
        repo = {"id": self.git_folders.id_of(folder), "path": folder.path}
        return repo if folder.kind == "cli" else self.git_folders.as_repo(folder, folder.path)

    def _folder_fields(self, entry: Entry) -> JsonDict:
        folder = self.git_folders.at(entry.path)
        if folder is None:
            return {}
        if folder.kind == "cli":
            return {"directory_info": {"is_git_folder": True}}
        return {"object_type": "REPO"}

    def _file_fields(self, entry: Entry) -> JsonDict:
        status = entry.file.stat()
        times: JsonDict = {
            "created_at": int(min(status.st_ctime, status.st_mtime) * 1000),
            "modified_at": status.st_mtime_ns // 10**6,
        }
        size: JsonDict = {"size": status.st_size} if entry.object_type == "FILE" else {}
        return (times if self.options.timestamps_on_files else {}) | (
            size if self.options.size_on_files else {}
        )
