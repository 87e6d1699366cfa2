"""Seed documents: what a workspace should hold, as JSON."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from emulator.errors import ApiError, EmulatorError
from emulator.files.imports import Import
from emulator.files.paths import parse_path
from emulator.git.remote import MAIN
from emulator.identifiers import number_for, secret_for
from emulator.jobs.identity import read_grants
from emulator.jobs.model import IS_OWNER, Grant, Job
from emulator.json_values import JsonDict, without_nulls
from emulator.principals import USERS, Group, Principal, PrincipalKind
from emulator.resources import KINDS, ResourceKind
from emulator.workspace import Workspace

SeedDocument = Mapping[str, Any]
"""What a workspace should hold; README.md shows one. All keys are optional."""

_KEYS = frozenset(
    (
        "workspace_id",
        *("users", "service_principals", "groups"),
        *(kind.seed_key for kind in KINDS),
        "jobs",
        *("git_folders", "directories", "files", "read_only", "hidden"),
    )
)


def apply_seed(workspace: Workspace, seed: SeedDocument) -> None:
    """Add what the document lists; objects of the same id or path are replaced.

    Jobs are stored as they are: a job of a deleted cluster is a useful sample.

    Raises:
        EmulatorError: a key is unknown, or an entry lacks a field or has a wrong value.
    """
    unknown = seed.keys() - _KEYS
    if unknown:
        raise EmulatorError(f"Unknown keys in the seed document: {', '.join(sorted(unknown))}")
    try:
        _apply(workspace, seed)
    except ApiError as error:
        raise EmulatorError(f"The seed document cannot be applied: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise EmulatorError(f"The seed document is malformed: {error!r}") from error


def _apply(workspace: Workspace, seed: SeedDocument) -> None:
    if "workspace_id" in seed:
        workspace.change_id(int(seed["workspace_id"]))
    for group in seed.get("groups", ()):
        _add_group(workspace, group["displayName"], tuple(group.get("groups", ())))
    for user in seed.get("users", ()):
        _add_principal(workspace, "user", user["userName"], user)
    for principal in seed.get("service_principals", ()):
        _add_principal(workspace, "service_principal", principal["applicationId"], principal)
    for kind in KINDS:
        for resource in seed.get(kind.seed_key, ()):
            workspace.resources.put(kind, _resource(kind, resource))
    for position, job in enumerate(seed.get("jobs", ())):
        workspace.jobs.put(_job(workspace, job, position))
    _apply_files(workspace, seed)


def _apply_files(workspace: Workspace, seed: SeedDocument) -> None:
    """Create directories, Git folders and files; restrict paths last, as that binds seeds too."""
    for path in seed.get("directories", ()):
        workspace.tree.make_directories(parse_path(path))
    for folder in seed.get("git_folders", ()):
        _add_git_folder(workspace, folder)
    for file in seed.get("files", ()):
        path = parse_path(file["path"])
        workspace.tree.make_directories(path.parent)
        content = file["content"].encode()
        workspace.writer.import_object(
            Import(path, content, "AUTO", None, overwrite=True), workspace.options
        )
    for kind in ("read_only", "hidden"):
        for path in seed.get(kind, ()):
            workspace.tree.restrict(parse_path(path), kind)


def _add_group(workspace: Workspace, name: str, parents: tuple[str, ...] = ()) -> None:
    group_id = str(number_for(workspace.name, "group", name))
    workspace.people.add_group(Group(group_id, name, parents))
    for parent in parents:
        if workspace.people.group(parent) is None:
            _add_group(workspace, parent)


def _add_principal(
    workspace: Workspace, kind: PrincipalKind, name: str, seed: Mapping[str, Any]
) -> None:
    groups = tuple(dict.fromkeys((*seed.get("groups", ()), USERS)))
    for group in groups:
        if workspace.people.group(group) is None:
            _add_group(workspace, group)
    workspace.people.add(
        Principal(
            kind=kind,
            id=str(seed.get("id") or number_for(workspace.name, kind, name)),
            name=name,
            display_name=seed.get("displayName", name),
            active=seed.get("active", True),
            groups=groups,
            token=seed.get("token") or secret_for(workspace.name, kind, name, "token"),
            secret=seed.get("secret", ""),
        )
    )
    if kind == "user":
        workspace.tree.make_directories(parse_path("/Users").child(name))


def _resource(kind: ResourceKind, seed: JsonDict) -> JsonDict:
    if not isinstance(seed.get(kind.id_field), str):
        raise EmulatorError(f"An entry of {kind.seed_key} lacks {kind.id_field}")
    return {**kind.defaults, **seed}


def _job(workspace: Workspace, seed: Mapping[str, Any], position: int) -> Job:
    creator = seed.get("creator_user_name") or workspace.admin.name
    return Job(
        job_id=int(seed.get("job_id") or workspace.jobs.next_id()),
        creator_user_name=creator,
        created_time=int(seed.get("created_time") or time.time() * 1000 + position),
        api_version=seed.get("api_version", "2.2"),
        settings=without_nulls(seed["settings"]),
        grants=_grants(workspace, creator, seed.get("access_control_list", ())),
    )


def _grants(workspace: Workspace, creator: str, entries: Any) -> tuple[Grant, ...]:
    """Return the grants of a seeded job; without an owner its creator owns it."""
    grants = read_grants(list(entries), workspace.people)
    if any(grant.level == IS_OWNER for grant in grants):
        return grants
    kind = workspace.people.get("service_principal", creator)
    field = "service_principal_name" if kind else "user_name"
    return (*grants, Grant(field, creator, IS_OWNER))


def _add_git_folder(workspace: Workspace, seed: Mapping[str, Any]) -> None:
    path = parse_path(seed["path"])
    if workspace.git_folders.at(path) is None:
        kind = seed.get("kind", "standard")
        workspace.git_folders.add(path, kind, seed.get("branch", MAIN))
