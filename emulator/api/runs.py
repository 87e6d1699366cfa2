"""`/api/2.x/jobs/runs/list`. Source: Jobs API 2.2; databricks-sdk jobs.py, `list_runs`."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response

from emulator.api.exchange import (
    caller,
    count_argument,
    flag_argument,
    json_response,
    text_argument,
    whole_number,
)
from emulator.errors import invalid_parameter
from emulator.jobs.listing import page_newest_first
from emulator.jobs.runs import Activity, Run, run_position
from emulator.principals import ADMINS
from emulator.workspace import Workspace

# Documented as "less than 25"; the service refuses 27 with "it has to be no more than 26":
# databricks/databricks-cli#464.
MAX_LIMIT = 26


class RunsApi:
    """The runs endpoint in one version of the API."""

    def __init__(self, workspace: Workspace, version: str) -> None:
        self._workspace = workspace
        self._version = version

    def blueprint(self) -> Blueprint:
        name = f"runs_{self._version.replace('.', '_')}"
        blueprint = Blueprint(name, __name__, url_prefix=f"/api/{self._version}/jobs/runs")
        blueprint.add_url_rule("/list", view_func=self.list_runs)
        return blueprint

    def list_runs(self) -> Response:
        """A limit of 0 stands for the largest one."""
        limit = count_argument("limit", 20, smallest=0, largest=MAX_LIMIT) or MAX_LIMIT
        wanted = text_argument("job_id")
        job_id = whole_number("job_id", wanted) if wanted else None
        runs = self._workspace.runs.newest_first(activity=_activity(), job_id=job_id)
        token = text_argument("page_token")
        page, paging = page_newest_first(self._visible(runs), token, limit, run_position)
        if not page:
            return json_response({"has_more": False})
        return json_response({"runs": [run.as_answer() for run in page], **paging})

    def _visible(self, runs: Sequence[Run]) -> Sequence[Run]:
        """Return the runs of jobs that the caller may see."""
        me, workspace = caller(), self._workspace
        groups = workspace.people.groups_of(me)
        if not workspace.options.visibility_by_acl or ADMINS in groups:
            return runs
        jobs = {run.job_id: workspace.jobs.get(run.job_id) for run in runs}
        seen = {i for i, job in jobs.items() if job and job.allows(me, groups, "CAN_VIEW")}
        return [run for run in runs if run.job_id in seen]


def _activity() -> Activity:
    active, completed = flag_argument("active_only"), flag_argument("completed_only")
    if active and completed:
        raise invalid_parameter("active_only and completed_only cannot both be true.")
    return "active" if active else "completed" if completed else "any"
