"""Workspace files. Implements `core.ports.WorkspaceFiles`."""

import base64
from collections.abc import Mapping, Sequence

from core.errors import NotFoundError, UnauthenticatedError, UnreachableError, WorkspaceError
from core.gateways.databricks.answers import list_in, read_answer, whole_in
from core.gateways.databricks.archive import unzip
from core.gateways.databricks.rest import RestClient
from core.jobsettings.principals import PRINCIPAL_FIELDS, Principal
from core.jobsettings.workspace_paths import workspace_path
from core.json_text import JsonDict
from core.ports import Access, FileStatus, ObjectKind


class RestWorkspaceFiles:
    """The workspace tree over REST."""

    def __init__(self, rest: RestClient) -> None:
        self._rest = rest

    def status(self, path: str) -> FileStatus:
        """Source: Workspace API 2.0, `get-status`."""
        answer = self._rest.get("/api/2.0/workspace/get-status", {"path": path})
        return read_answer(_status, answer)

    def access(self, kind: ObjectKind, object_id: int) -> Sequence[Access]:
        """Source: Permissions API 2.0; databricks-sdk iam.py, `ObjectPermissions`."""
        path = f"/api/2.0/permissions/{kind}/{{id}}"
        entries = list_in(self._rest.get(path, id=str(object_id)), "access_control_list")
        return [read_answer(_access, entry) for entry in entries]

    def list_folder(self, path: str) -> Sequence[FileStatus]:
        """Source: Workspace API 2.0, `list`: not paged; of a file, the file itself."""
        answer = self._rest.get("/api/2.0/workspace/list", {"path": path})
        entries = [read_answer(_status, entry) for entry in answer.get("objects", [])]
        if len(entries) == 1 and entries[0].path == path:
            raise NotFoundError(f"{path} is a file, not a folder.")
        return entries

    def read(self, path: str) -> bytes:
        """Source: Workspace API 2.0, `export`: base64 in JSON."""
        answer = self._rest.get("/api/2.0/workspace/export", {"path": path, "format": "AUTO"})
        return read_answer(_content, answer)

    def read_folder(self, path: str) -> Mapping[str, bytes] | None:
        """Source: Workspace API 2.0, `export` of a folder with AUTO: a zip with workspace files.

        Neither the layout nor whether Git folders can be exported is documented, so a refusal, or
        anything that is not a zip, means "not as a whole".
        """
        query: JsonDict = {"path": path, "format": "AUTO"}
        try:
            answer = self._rest.get("/api/2.0/workspace/export", query)
            return unzip(read_answer(_content, answer), path)
        except (UnauthenticatedError, UnreachableError):
            raise
        except WorkspaceError:
            return None

    def create(self, path: str, content: bytes) -> None:
        """Source: Workspace API 2.0, `import` without overwrite: only one caller wins."""
        self._import(path, content, overwrite=False)

    def write(self, path: str, content: bytes) -> None:
        """Source: Workspace API 2.0, `import` as JSON: the SDK never retries multipart."""
        self._import(path, content, overwrite=True)

    def make_folder(self, path: str) -> None:
        """Source: Workspace API 2.0, `mkdirs`: creates parents; keeps existing folders."""
        self._rest.post("/api/2.0/workspace/mkdirs", {"path": path})

    def delete(self, path: str) -> None:
        """Source: Workspace API 2.0, `delete`. A read confirms that it is already gone."""
        try:
            self._rest.post("/api/2.0/workspace/delete", {"path": path})
        except NotFoundError:
            try:
                self.status(path)
            except NotFoundError:
                return
            raise

    def _import(self, path: str, content: bytes, *, overwrite: bool) -> None:
        body: JsonDict = {
            "path": path,
            "content": base64.b64encode(content).decode(),
            "format": "AUTO",  # the default SOURCE refuses everything but notebooks
            "overwrite": overwrite,
        }
        self._rest.post("/api/2.0/workspace/import", body)


def _content(answer: JsonDict) -> bytes:
    return base64.b64decode(answer.get("content", ""), validate=True)


def _access(entry: JsonDict) -> Access:
    [field] = [field for field in PRINCIPAL_FIELDS if entry.get(field)]
    return Access(
        Principal(field, str(entry[field])),
        frozenset(str(one["permission_level"]) for one in entry.get("all_permissions") or ()),
        str(entry.get("display_name") or ""),
    )


def _status(entry: JsonDict) -> FileStatus:
    object_type = entry.get("object_type")
    return FileStatus(
        path=workspace_path(str(entry["path"])),
        object_id=whole_in(entry, "object_id"),
        is_file=object_type == "FILE",
        is_folder=object_type in {"DIRECTORY", "REPO"},
        modified_at=whole_in(entry, "modified_at"),
    )
