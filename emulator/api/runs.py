"""`/api/2.x/jobs/run-now` and `/api/2.x/jobs/runs/*`. Source: databricks-sdk jobs.py."""

from __future__ import annotations

import time
from collections.abc import Sequence

from flask import Blueprint, Response, request

from emulator.api.exchange import (
    MAX_INT64,
    caller,
    count_argument,
    flag_argument,
    json_body,
    json_response,
    text_argument,
    whole_number,
)
from emulator.api.job_access import JobAccess
from emulator.errors import ApiError, invalid_parameter
from emulator.jobs.listing import page_newest_first
from emulator.jobs.run_answers import RunView
from emulator.jobs.run_requests import plan_run
from emulator.jobs.runs import Activity, Run, run_position
from emulator.json_values import JsonDict
from emulator.paging import make_token, read_position
from emulator.principals import ADMINS
from emulator.workspace import Workspace

# Documented as "less than 25"; the service refuses 27 with "it has to be no more than 26":
# databricks/databricks-cli#464.
MAX_LIMIT = 26
TASK_PAGE = 100
RUN_TYPES = ("JOB_RUN", "WORKFLOW_RUN", "SUBMIT_RUN")
RUN_TYPE = RUN_TYPES[0]  # all that the workspace has
SEVERAL_TASKS = (
    "Retrieving the output of runs with multiple tasks is not supported."
    " Please retrieve the output of each individual task run instead."
)


class RunsApi:
    """The runs endpoints in one version of the API."""

    def __init__(self, workspace: Workspace, version: str) -> None:
        self._workspace = workspace
        self._version = version
        self._access = JobAccess(workspace)

    def blueprint(self) -> Blueprint:
        name = f"runs_{self._version.replace('.', '_')}"
        blueprint = Blueprint(name, __name__, url_prefix=f"/api/{self._version}/jobs")
        for path, reader in (
            ("/runs/list", self.list_runs),
            ("/runs/get", self.get_run),
            ("/runs/get-output", self.get_output),
        ):
            blueprint.add_url_rule(path, view_func=reader)
        for path, writer in (
            ("/run-now", self.run_now),
            ("/runs/cancel", self.cancel_run),
            ("/runs/cancel-all", self.cancel_all),
            ("/runs/delete", self.delete_run),
        ):
            blueprint.add_url_rule(path, view_func=writer, methods=["POST"])
        return blueprint

    def run_now(self) -> Response:
        body = json_body()
        job_id = whole_number("job_id", body.get("job_id"))
        self._access.require(job_id, "CAN_MANAGE_RUN", "Manage Run or Admin or Owner")
        job = self._access.existing(job_id)
        plan = plan_run(job, body, self._workspace.options)
        run = self._workspace.runs.run_now(job_id, job.name, caller().name, _now_ms(), plan)
        return json_response({"run_id": run.run_id, "number_in_job": run.run_id})

    def list_runs(self) -> Response:
        """A limit of 0 stands for the largest one."""
        limit = count_argument("limit", 20, smallest=0, largest=MAX_LIMIT) or MAX_LIMIT
        wanted = text_argument("job_id")
        job_id = whole_number("job_id", wanted) if wanted else None
        runs = self._workspace.runs.newest_first(_now_ms(), activity=_activity(), job_id=job_id)
        runs = _filtered(runs)
        token = text_argument("page_token")
        page, paging = page_newest_first(self._visible(runs), token, limit, run_position)
        if not page:
            return json_response({"has_more": False})
        view, expand = self._view(), flag_argument("expand_tasks")
        return json_response(
            {"runs": [view.describe(run, with_tasks=expand) for run in page], **paging}
        )

    def get_run(self) -> Response:
        run, task = self._requested()
        view = self._view()
        if task is not None:
            described = {**view.describe(run, with_tasks=False), **view.describe_task(run, task)}
            return json_response({**described, "job_run_id": run.run_id})
        answer = view.describe(run, with_tasks=True)
        return json_response(_one_page(answer, read_position(text_argument("page_token"))))

    def get_output(self) -> Response:
        run, task = self._requested()
        if task is None and len(run.plan.tasks) > 1:
            raise invalid_parameter(SEVERAL_TASKS)
        if task is None and run.plan.tasks:
            task = run.plan.tasks[0]
        return json_response(self._view().output(run, task))

    def cancel_run(self) -> Response:
        """A run that has ended keeps its outcome: databricks/cli libs/testserver/jobs.go."""
        run_id = whole_number("run_id", json_body().get("run_id"))
        run, _ = self._find(run_id)
        self._access.require(run.job_id, "CAN_MANAGE_RUN", "Manage Run or Admin or Owner")
        self._cancel(run)
        return json_response({})

    def cancel_all(self) -> Response:
        """Without a job, only queued runs: databricks-sdk jobs.py, `cancel_all_runs`."""
        body = json_body()
        only_queued = body.get("all_queued_runs") is True
        if only_queued and "job_id" not in body:
            job_id = None
        else:
            job_id = whole_number("job_id", body.get("job_id"))
            self._access.require(job_id, "CAN_MANAGE_RUN", "Manage Run or Admin or Owner")
        runs = self._workspace.runs
        for run in runs.newest_first(_now_ms(), activity="active", job_id=job_id):
            may = job_id is not None or self._access.may(run.job_id, "CAN_MANAGE_RUN")
            if may and (not only_queued or run.state == "QUEUED"):
                self._cancel(run)
        return json_response({})

    def delete_run(self) -> Response:
        run_id = whole_number("run_id", json_body().get("run_id"))
        run, _ = self._find(run_id)
        self._access.require(run.job_id, "CAN_MANAGE", "Manage or Admin or Owner")
        if run.is_active:
            raise ApiError(400, "INVALID_STATE", f"Run {run_id} is active and cannot be deleted.")
        self._workspace.runs.remove(run.run_id)
        return json_response({})

    def _cancel(self, run: Run) -> None:
        self._workspace.runs.finish(run.run_id, "CANCELED", _now_ms(), "Run cancelled.")

    def _requested(self) -> tuple[Run, JsonDict | None]:
        run, task = self._find(whole_number("run_id", text_argument("run_id")))
        self._access.require(run.job_id, "CAN_VIEW", "View or Admin or Manage Run or Owner")
        return run, task

    def _find(self, run_id: int) -> tuple[Run, JsonDict | None]:
        """Source of status and message: databricks-sdk errors/overrides.py."""
        found = self._workspace.runs.get(run_id, _now_ms())
        if found is None:
            raise invalid_parameter(f"Run {run_id} does not exist.")
        return found

    def _view(self) -> RunView:
        workspace = self._workspace
        return RunView(request.host_url.rstrip("/"), workspace.workspace_id, workspace.options)

    def _visible(self, runs: Sequence[Run]) -> Sequence[Run]:
        """Return the runs of jobs that the caller may see."""
        me, workspace = caller(), self._workspace
        groups = workspace.people.groups_of(me)
        if not workspace.options.visibility_by_acl or ADMINS in groups:
            return runs
        seen = {i for i in {run.job_id for run in runs} if self._access.may(i, "CAN_VIEW")}
        return [run for run in runs if run.job_id in seen]


def _one_page(answer: JsonDict, start: int) -> JsonDict:
    """Cut the tasks to one page, as jobs/get does: databricks-sdk jobs.py, `get_run`."""
    tasks = answer.get("tasks")
    if tasks is None:
        return answer
    end = start + TASK_PAGE
    following: JsonDict = {"next_page_token": make_token(end)} if end < len(tasks) else {}
    return {**answer, "tasks": tasks[start:end], **following}


def _activity() -> Activity:
    active, completed = flag_argument("active_only"), flag_argument("completed_only")
    if active and completed:
        raise invalid_parameter("active_only and completed_only cannot both be true.")
    return "active" if active else "completed" if completed else "any"


def _filtered(runs: Sequence[Run]) -> list[Run]:
    """Apply the filters of the query. Source: databricks-sdk jobs.py, `list_runs`, RunType."""
    run_type = text_argument("run_type", RUN_TYPE)
    if run_type not in RUN_TYPES:
        raise invalid_parameter(f"Invalid run_type {run_type} - it has to be a type of run.")
    first = count_argument("start_time_from", 0, smallest=0, largest=MAX_INT64)
    last = count_argument("start_time_to", MAX_INT64, smallest=0, largest=MAX_INT64)
    return [run for run in runs if run_type == RUN_TYPE and first <= run.start_time <= last]


def _now_ms() -> int:
    return int(time.time() * 1000)
