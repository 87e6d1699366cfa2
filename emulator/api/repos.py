"""`/api/2.0/repos`: Git folders. Source: databricks-sdk workspace.py, ReposAPI."""

from __future__ import annotations

from flask import Blueprint, Response

from emulator.api.exchange import caller, json_body, json_response, text_argument
from emulator.errors import invalid_parameter, permission_denied
from emulator.files.paths import parse_path
from emulator.git.folders import GitFolder
from emulator.git.remote import PROVIDER
from emulator.json_values import JsonDict
from emulator.paging import page_of
from emulator.workspace import Workspace

PAGE_SIZE = 20


class ReposApi:
    """Lists, creates, updates and deletes Git folders."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("repos", __name__, url_prefix="/api/2.0")
        blueprint.add_url_rule("/repos", view_func=self.list_repos)
        blueprint.add_url_rule("/repos", view_func=self.create_repo, methods=["POST"])
        blueprint.add_url_rule("/repos/<id>", view_func=self.get_repo)
        blueprint.add_url_rule("/repos/<id>", view_func=self.update_repo, methods=["PATCH"])
        blueprint.add_url_rule("/repos/<id>", view_func=self.delete_repo, methods=["DELETE"])
        blueprint.add_url_rule("/git-credentials", view_func=self.list_credentials)
        return blueprint

    def list_repos(self) -> Response:
        """Folders with the Git CLI enabled are left out; an empty prefix means `/Repos`."""
        prefix = parse_path(text_argument("path_prefix") or "/Workspace/Repos")
        folders = [
            folder
            for folder in self._workspace.git_folders.all()
            if folder.kind == "standard" and str(folder.workspace_path).startswith(str(prefix))
        ]
        page, token = page_of(folders, text_argument("next_page_token"), PAGE_SIZE)
        following = {"next_page_token": token} if token else {}
        repos = [self._describe(folder) for folder in page]
        return json_response({"repos": repos, **following} if repos else {})

    def create_repo(self) -> Response:
        body = json_body()
        folders = self._workspace.git_folders
        if body.get("url") != folders.remote_url:
            raise invalid_parameter(f"Remote repo not found: {body.get('url')}")
        default = f"/Repos/{caller().name}/{folders.remote_url.rsplit('/', 1)[-1][:-4]}"
        path = parse_path(body.get("path", default))
        self._workspace.tree.require_writable(path)
        return json_response(self._describe(folders.add(path, "standard")))

    def get_repo(self, id: str) -> Response:
        folder = self._found(id)
        return json_response({**self._describe(folder), "git_cli_enabled": folder.kind == "cli"})

    def update_repo(self, id: str) -> Response:
        folder = self._found(id)
        self._require_credential()
        body = json_body()
        branch, tag = body.get("branch"), body.get("tag")
        if (branch is None) == (tag is None):
            raise invalid_parameter("Exactly one of branch and tag must be given.")
        options = self._workspace.options
        self._workspace.git_folders.update(
            folder, options, branch=str(branch or ""), tag=str(tag or "")
        )
        return json_response({})

    def delete_repo(self, id: str) -> Response:
        folder = self._found(id)
        self._workspace.writer.delete(folder.workspace_path, recursive=True)
        self._workspace.git_folders.forget(folder)
        return json_response({})

    def list_credentials(self) -> Response:
        if not self._has_credential():
            return json_response({})
        credential = {"credential_id": 1, "git_provider": PROVIDER, "git_username": caller().name}
        return json_response({"credentials": [credential]})

    def _found(self, folder_id: str) -> GitFolder:
        folder = self._workspace.git_folders.by_id(folder_id)
        self._workspace.tree.find(folder.workspace_path)  # a hidden folder is as good as missing
        return folder

    def _describe(self, folder: GitFolder) -> JsonDict:
        return self._workspace.git_folders.as_repo(folder, f"/Workspace{folder.path}")

    def _has_credential(self) -> bool:
        options = self._workspace.options
        return not options.pull_needs_credential or caller().name in options.git_credentials

    def _require_credential(self) -> None:
        if not self._has_credential():
            raise permission_denied(
                "Missing Git provider credentials. Add a Git credential for"
                f" {caller().name} before updating the Git folder.",
            )
