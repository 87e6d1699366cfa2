"""`/api/2.0/permissions/{kind}/{id}`. Source: databricks-sdk iam.py, PermissionsAPI."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from flask import Blueprint, Response, request

from emulator.access.answers import levels_answer, permissions_answer
from emulator.access.kinds import JOBS, KINDS, PermissionKind
from emulator.api.exchange import caller, json_body, json_response, whole_number
from emulator.errors import ApiError, invalid_parameter, not_found, permission_denied
from emulator.files.paths import WorkspacePath
from emulator.jobs.identity import read_grants, with_one_owner
from emulator.jobs.model import IS_OWNER, Grant, Job, concerns
from emulator.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Securable:
    """One object with permissions: a job, an object of the tree at `path`, or a resource."""

    kind: PermissionKind
    id: str
    grants: tuple[Grant, ...]
    inherited: tuple[tuple[Grant, str], ...] = ()
    job: Job | None = None


class PermissionsApi:
    """Reads, replaces (PUT) and merges (PATCH) the direct grants on objects."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("permissions", __name__, url_prefix="/api/2.0/permissions")
        for kind in KINDS:
            name = kind.path.replace("/", "_")
            for view, suffix, methods in (
                (self.get_permissions, "", ["GET"]),
                (self.change_permissions, "", ["PUT", "PATCH"]),
                (self.get_levels, "/permissionLevels", ["GET"]),
            ):
                blueprint.add_url_rule(
                    f"/{kind.path}/<id>{suffix}",
                    endpoint=f"{view.__name__}_{name}",
                    view_func=partial(view, kind),
                    methods=methods,
                )
        blueprint.add_url_rule(
            "/<kind>/<id>", view_func=_refuse_kind, methods=["GET", "PUT", "PATCH"]
        )
        return blueprint

    def get_permissions(self, kind: PermissionKind, id: str) -> Response:
        return self._answer(self._manageable(kind, id))

    def get_levels(self, kind: PermissionKind, id: str) -> Response:
        self._manageable(kind, id)
        return json_response(levels_answer(kind))

    def change_permissions(self, kind: PermissionKind, id: str) -> Response:
        entries = json_body().get("access_control_list", [])
        grants = read_grants(entries, self._workspace.people, kind.levels, kind.path)
        with self._workspace.jobs.lock:
            found = self._manageable(kind, id)
            if self._workspace.grants.is_shared(kind, id):
                raise _fixed(id)
            if request.method == "PATCH":
                grants = _merged(found.grants, grants)
            self._store(found, grants)
        return self._answer(replace(found, grants=grants))

    def _store(self, found: Securable, grants: tuple[Grant, ...]) -> None:
        if found.job is not None:
            self._workspace.jobs.put(replace(found.job, grants=with_one_owner(grants)))
        else:
            self._workspace.grants.replace(found.kind, found.id, grants)

    def _manageable(self, kind: PermissionKind, id: str) -> Securable:
        """Return an object whose permissions the caller may see.

        Raises:
            ApiError: the caller may not, or there is no such object; rights come before existence.
        """
        found = self._find(kind, id)
        if not self._may_manage(kind, found):
            raise permission_denied(_denial(kind, caller().name, id))
        if found is None:
            raise not_found(f"{kind.object_type.capitalize()} {id} does not exist.")
        return found

    def _may_manage(self, kind: PermissionKind, found: Securable | None) -> bool:
        me, people = caller(), self._workspace.people
        if people.is_admin(me):
            return True
        groups = people.groups_of(me)
        held = (*found.grants, *(grant for grant, _ in found.inherited)) if found else ()
        return any(
            grant.level in kind.managing_levels and concerns(grant, me, groups) for grant in held
        )

    def _find(self, kind: PermissionKind, id: str) -> Securable | None:
        workspace = self._workspace
        if kind is JOBS:
            job = workspace.jobs.get(whole_number("job_id", id))
            return Securable(kind, id, job.grants, job=job) if job else None
        grants = workspace.grants.of(kind, id)
        if kind.tree_types:
            path = self._path_of(kind, whole_number("object_id", id))
            if path is None:
                return None
            return Securable(kind, id, grants, tuple(workspace.grants.inherited(path)))
        known = workspace.resources.get(kind.seed_key, id) is not None
        return Securable(kind, id, grants) if known else None

    def _path_of(self, kind: PermissionKind, object_id: int) -> WorkspacePath | None:
        entry = self._workspace.find_object(object_id)
        if entry is None or entry.object_type not in kind.tree_types:
            return None
        is_git_folder = self._workspace.git_folders.at(entry.path) is not None
        return entry.path if is_git_folder or kind.path != "repos" else None

    def _answer(self, found: Securable) -> Response:
        people = self._workspace.people
        return json_response(
            permissions_answer(found.kind, found.id, found.grants, found.inherited, people)
        )


def _refuse_kind(kind: str, id: str) -> Response:
    """Sources: databricks/cli libs/testserver; databrickslabs/ucx#557 for passwords and tokens."""
    if kind == "authorization":
        raise ApiError(
            404, "FEATURE_DISABLED", f"ACLs for {id} are disabled or not available in this tier"
        )
    raise invalid_parameter(f"request_object_type is not recognized: {kind}")


def _fixed(id: str) -> ApiError:
    """Source of the words: terraform-provider-databricks#2269; the code is ours."""
    return ApiError(400, "BAD_REQUEST", f"Cannot modify permissions of directory {id}")


def _denial(kind: PermissionKind, name: str, id: str) -> str:
    """Source of the words for jobs: databricks/cli libs/testserver/jobs.go."""
    what = f"Job with ID: ElasticJobId({id})" if kind is JOBS else f"{kind.object_type} {id}"
    return (
        f"{name} does not have Manage permissions on {what}."
        " Please contact the owner or an administrator for access."
    )


def _merged(old: tuple[Grant, ...], new: tuple[Grant, ...]) -> tuple[Grant, ...]:
    """Lay new grants over old ones; a new owner takes over ownership."""
    named = {(grant.field, grant.name) for grant in new}
    moves = any(grant.level == IS_OWNER for grant in new)
    kept = tuple(
        grant
        for grant in old
        if (grant.field, grant.name) not in named and not (moves and grant.level == IS_OWNER)
    )
    return (*kept, *new)
