"""Finds jobs and checks what the caller may do with them, as all job endpoints do."""

from __future__ import annotations

from emulator.api.exchange import caller
from emulator.errors import ApiError, invalid_parameter, permission_denied
from emulator.jobs.model import Job
from emulator.workspace import Workspace


class JobAccess:
    """The jobs of a workspace, to the caller of the current request."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def existing(self, job_id: int) -> Job:
        """Return a job. Sources: terraform-provider-databricks#2225, databricks/cli testserver."""
        job = self._workspace.jobs.get(job_id)
        if job is not None:
            return job
        message = f"Job {job_id} does not exist."
        if self._workspace.options.missing_job_status == 404:
            raise ApiError(404, "", message)
        raise invalid_parameter(message)

    def require(self, job_id: int, level: str, needed: str) -> None:
        """Check permission before existence, as the service does: databricks/cli testserver."""
        if self.may(job_id, level):
            return
        if level != "CAN_VIEW" or self._workspace.options.visibility_by_acl:
            raise permission_denied(
                f"User {caller().name} does not have {needed} permissions on job {job_id}"
            )

    def may(self, job_id: int, level: str) -> bool:
        """Return whether the caller has a level; on a job that is gone only admins do."""
        me, people = caller(), self._workspace.people
        job = self._workspace.jobs.get(job_id)
        return job.allows(me, people.groups_of(me), level) if job else people.is_admin(me)
