"""Fills a workspace: what every workspace has, then what a seed document lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.git.folders import GitFolderKind
from emulator.identifiers import secret_for
from emulator.principals import ADMINS
from emulator.seeds import apply_seed
from emulator.workspace import Workspace

DEFAULT_GIT_FOLDER = "/Shared/jobs"


def populate(
    workspace: Workspace,
    document: Mapping[str, Any],
    *,
    git_folder_kind: GitFolderKind = "standard",
) -> None:
    """Fill a new workspace. The default Git folder is created unless the document lists others."""
    workspace.make_standard_folders()
    apply_seed(workspace, _always(workspace))
    folders = document.get("git_folders", [{"path": DEFAULT_GIT_FOLDER}])
    apply_seed(workspace, {**document, "git_folders": _of_kind(folders, git_folder_kind)})


def _of_kind(folders: Any, kind: GitFolderKind) -> Any:
    """Give the folders that say nothing of it a kind."""
    if not isinstance(folders, list) or not all(isinstance(one, dict) for one in folders):
        return folders  # refused where the seed is applied
    return [{"kind": kind, **folder} for folder in folders]


def seed(workspace: Workspace, document: Mapping[str, Any]) -> None:
    """Add what a document lists to a workspace in use."""
    with workspace.tree.lock:
        apply_seed(workspace, document)


def reset(workspace: Workspace, document: Mapping[str, Any]) -> None:
    """Empty a workspace and fill it again; Git folders are cloned anew."""
    kinds = [folder.kind for folder in workspace.git_folders.all()]
    workspace.clear()
    populate(workspace, document, git_folder_kind=kinds[0] if kinds else "standard")


def _always(workspace: Workspace) -> dict[str, Any]:
    """Return the principals that every workspace has: an administrator and the app."""
    name, spec = workspace.name, workspace.spec
    return {
        "groups": [{"displayName": ADMINS}],
        "users": [
            {"userName": spec.admin_name, "displayName": f"{name} admin", "groups": [ADMINS]}
        ],
        "service_principals": [
            {
                "applicationId": spec.app_client_id,
                "displayName": "job-sync-app",
                "groups": [ADMINS],
                "secret": secret_for(name, "app", "secret"),
            }
        ],
    }
