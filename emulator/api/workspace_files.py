"""`/api/2.0/workspace/*`: files, notebooks and directories.

Source: databricks-sdk workspace.py, WorkspaceAPI.
"""

from __future__ import annotations

import base64
import binascii
from typing import Literal

from flask import Blueprint, Response, request

from emulator.api.exchange import (
    MAX_INT64,
    count_argument,
    error_response,
    flag_argument,
    is_true,
    json_body,
    json_response,
    text_argument,
)
from emulator.errors import ApiError, invalid_parameter, not_found
from emulator.files.archive import zip_folder
from emulator.files.exports import DEFAULT, export
from emulator.files.imports import Import
from emulator.files.paths import parse_path
from emulator.files.tree import Entry
from emulator.files.writing import modified_ms
from emulator.json_values import JsonDict
from emulator.object_info import ObjectInfoView
from emulator.workspace import Workspace

FOLDER_FORMATS = ("AUTO", "SOURCE", "DBC")


class WorkspaceFilesApi:
    """The endpoints of the workspace tree."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("workspace_files", __name__, url_prefix="/api/2.0/workspace")
        blueprint.register_error_handler(FileNotFoundError, _vanished)
        for path, reader in (
            ("/get-status", self.get_status),
            ("/list", self.list_objects),
            ("/export", self.export_object),
        ):
            blueprint.add_url_rule(path, view_func=reader)
        for path, writer in (
            ("/import", self.import_object),
            ("/mkdirs", self.make_directories),
            ("/delete", self.delete_object),
        ):
            blueprint.add_url_rule(path, view_func=writer, methods=["POST"])
        return blueprint

    def get_status(self) -> Response:
        """Add what the undocumented flags of databricks/cli libs/git and libs/filer ask for."""
        entry = self._requested()
        view = self._workspace.object_view
        answer = view.describe(entry)
        if flag_argument("return_git_info"):
            answer |= view.git_info(entry)
        if flag_argument("return_export_info"):
            answer |= view.export_info(entry)
        return json_response(answer)

    def list_objects(self) -> Response:
        """A file lists itself; an empty directory answers `{}`: databricks/cli libs/filer."""
        entry = self._requested()
        entries = self._workspace.tree.children(entry) if entry.is_directory else [entry]
        view = self._workspace.object_view
        after = count_argument("notebooks_modified_after", 0, smallest=0, largest=MAX_INT64)
        objects = [
            info
            for child in entries
            if _is_recent(child, after) and (info := _describe(view, child))
        ]
        return json_response({"objects": objects} if objects else {})

    def export_object(self) -> Response:
        entry = self._requested()
        export_format = text_argument("format") or DEFAULT
        if entry.is_directory:
            content, file_type = self._export_folder(entry, export_format), "zip"
        else:
            content, file_type = self._export_file(entry, export_format)
        if flag_argument("direct_download"):
            return Response(content, content_type="application/octet-stream")
        encoded = base64.b64encode(content).decode()
        return json_response({"content": encoded, "file_type": file_type})

    def import_object(self) -> Response:
        self._workspace.writer.import_object(_import_request(), self._workspace.options)
        return json_response({})

    def make_directories(self) -> Response:
        self._workspace.writer.make_directories(parse_path(json_body().get("path")))
        return json_response({})

    def delete_object(self) -> Response:
        body = json_body()
        path = parse_path(body.get("path"))
        recursive = is_true(body.get("recursive"))
        self._workspace.writer.delete(path, recursive=recursive)
        return json_response({})

    def _requested(self) -> Entry:
        return self._workspace.tree.find(parse_path(text_argument("path")))

    def _export_folder(self, entry: Entry, export_format: str) -> bytes:
        """Only AUTO includes files that are not notebooks: databricks-sdk workspace.py."""
        options = self._workspace.options
        in_git_folder = self._workspace.git_folders.containing(entry.path) is not None
        allowed = options.folder_zip and (options.folder_zip_in_git_folder or not in_git_folder)
        if export_format not in FOLDER_FORMATS or not allowed:
            path = entry.path.shown
            raise invalid_parameter(f"Cannot export the folder {path} as {export_format}.")
        return zip_folder(self._workspace.tree, entry, export_format, options)

    def _export_file(self, entry: Entry, export_format: str) -> tuple[bytes, str]:
        limit = self._workspace.options.max_file_bytes
        content, file_type = export(entry, export_format)
        if len(content) > limit:
            # The service says "imported" on an export too: databricks/cli#3691.
            raise ApiError(
                400,
                "BAD_REQUEST",
                f"File size imported is ({len(content)} bytes), exceeded max size ({limit} bytes)",
            )
        return content, file_type


def _is_recent(entry: Entry, after_ms: int) -> bool:
    """Only notebooks are left out: databricks-sdk workspace.py, `list`."""
    if not after_ms or entry.object_type != "NOTEBOOK":
        return True
    return modified_ms(entry.file) > after_ms


def _describe(view: ObjectInfoView, entry: Entry) -> JsonDict | None:
    """Return the ObjectInfo, or None when the object was deleted while it was listed."""
    try:
        return view.describe(entry)
    except FileNotFoundError:
        return None


def _vanished(_error: FileNotFoundError) -> Response:
    """Another caller deleted the object between finding and reading it."""
    return error_response(not_found(f"Path ({text_argument('path')}) doesn't exist."))


def _import_request() -> Import:
    """Read an import as JSON with base64, or as the multipart form that `upload` sends."""
    if request.mimetype == "multipart/form-data":
        part = request.files.get("content")
        content = part.read() if part else request.form.get("content", "").encode()
        return _import(dict(request.form), content, "form")
    body = json_body()
    try:
        content = base64.b64decode(str(body.get("content", "")), validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid_parameter("The content is not valid base64.") from error
    return _import(body, content, "json")


def _import(fields: JsonDict, content: bytes, sent: Literal["json", "form"]) -> Import:
    return Import(
        path=parse_path(fields.get("path")),
        content=content,
        format=str(fields.get("format") or DEFAULT),
        language=fields.get("language") or None,
        overwrite=is_true(fields.get("overwrite")),
        sent=sent,
    )
