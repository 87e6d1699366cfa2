"""`/api/2.0/permissions/jobs/{id}`. Source: databricks-sdk iam.py, PermissionsAPI."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from emulator.api.exchange import caller, json_body, json_response, whole_number
from emulator.errors import not_found, permission_denied
from emulator.jobs.identity import inherited_admins_entry, read_grants, with_one_owner
from emulator.jobs.model import IS_OWNER, Grant, Job
from emulator.json_values import JsonDict
from emulator.workspace import Workspace


class PermissionsApi:
    """Reads, replaces (PUT) and merges (PATCH) the direct grants on a job."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("permissions", __name__, url_prefix="/api/2.0/permissions")
        blueprint.add_url_rule("/jobs/<id>", view_func=self.get_permissions)
        blueprint.add_url_rule(
            "/jobs/<id>", view_func=self.change_permissions, methods=["PUT", "PATCH"]
        )
        return blueprint

    def get_permissions(self, id: str) -> Response:
        return json_response(self._answer(self._manageable(id)))

    def change_permissions(self, id: str) -> Response:
        entries = json_body().get("access_control_list", [])
        grants = read_grants(entries, self._workspace.people)
        with self._workspace.jobs.lock:
            job = self._manageable(id)
            if request.method == "PATCH":
                grants = _merged(job.grants, grants)
            job = replace(job, grants=with_one_owner(grants))
            self._workspace.jobs.put(job)
        return json_response(self._answer(job))

    def _manageable(self, id: str) -> Job:
        job_id = whole_number("job_id", id)
        me, people = caller(), self._workspace.people
        job = self._workspace.jobs.get(job_id)
        allowed = job.allows(me, people.groups_of(me), "CAN_MANAGE") if job else people.is_admin(me)
        if not allowed:
            # Source: databricks/cli libs/testserver/jobs.go.
            raise permission_denied(
                f"{me.name} does not have Manage permissions on Job with ID:"
                f" ElasticJobId({job_id}). Please contact the owner or an administrator for access."
            )
        if job is None:
            raise not_found(f"Job {job_id} does not exist.")
        return job

    def _answer(self, job: Job) -> JsonDict:
        entries = [self._entry(grant) for grant in job.grants]
        return {
            "object_id": f"/jobs/{job.job_id}",
            "object_type": "job",
            "access_control_list": [*entries, inherited_admins_entry()],
        }

    def _entry(self, grant: Grant) -> JsonDict:
        permission = {"permission_level": grant.level, "inherited": False}
        entry: JsonDict = {grant.field: grant.name, "all_permissions": [permission]}
        if grant.field == "group_name":
            return entry
        kind = self._workspace.people
        principal = (
            kind.get("user", grant.name)
            if grant.field == "user_name"
            else kind.get("service_principal", grant.name)
        )
        return {**entry, "display_name": principal.display_name if principal else grant.name}


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
