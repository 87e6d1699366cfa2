"""`/api/2.0/workspace-files/*`: the raw bytes of workspace files.

Undocumented; what it answers is what the vendor's client expects: databricks/cli
libs/filer/workspace_files_client.go (`Write` before #6149) and bundle/deploy/filer.go (`Read`).
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from emulator.api.exchange import flag_argument, json_response
from emulator.errors import not_found
from emulator.files.imports import Import
from emulator.files.paths import parse_path
from emulator.workspace import Workspace


class RawFilesApi:
    """Reads and writes files by a path in the URL, in which `/` may be `%2F`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("raw_files", __name__, url_prefix="/api/2.0/workspace-files")
        blueprint.add_url_rule(
            "/import-file/<path:path>", view_func=self.import_file, methods=["POST"]
        )
        blueprint.add_url_rule("/<path:path>", view_func=self.get_file)
        return blueprint

    def import_file(self, path: str) -> Response:
        wanted = Import(
            path=parse_path(f"/{path}"),
            content=request.get_data(),
            format="AUTO",
            language=None,
            overwrite=flag_argument("overwrite"),
            sent="raw",
        )
        self._workspace.writer.import_object(wanted, self._workspace.options)
        return json_response({})

    def get_file(self, path: str) -> Response:
        """A notebook is not found here: databricks/cli bundle/deploy/filer.go, StateFiler."""
        entry = self._workspace.tree.find(parse_path(f"/{path}"))
        if entry.is_directory or entry.object_type == "NOTEBOOK":
            raise not_found(f"File ({entry.path.shown}) doesn't exist.")
        return Response(entry.file.read_bytes(), content_type="application/octet-stream")
