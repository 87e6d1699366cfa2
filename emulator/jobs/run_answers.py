"""Runs as the API shows them. Source: databricks-sdk jobs.py, BaseRun, Run, RunTask, RunOutput."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emulator.jobs.runs import SKIPPED, Run
from emulator.json_values import JsonDict
from emulator.options import WorkspaceOptions

# Sources: databricks-sdk jobs.py, TerminationCodeCode and TerminationTypeType.
TERMINATIONS: Mapping[str, tuple[str, str]] = {
    "SUCCESS": ("SUCCESS", "SUCCESS"),
    "FAILED": ("RUN_EXECUTION_ERROR", "CLIENT_ERROR"),
    "CANCELED": ("USER_CANCELED", "SUCCESS"),
    "MAXIMUM_CONCURRENT_RUNS_REACHED": ("MAX_CONCURRENT_RUNS_EXCEEDED", "CLIENT_ERROR"),
}
# databricks/cli libs/testserver/jobs.go, taskFailureMessage.
FAILURE = "Workload failed, see run output for details"
QUEUE_REASON = "Queued due to reaching the maximum concurrent runs of the job."
LOGGED_TASKS = ("spark_python_task", "python_wheel_task", "spark_jar_task")


@dataclass(frozen=True, slots=True)
class RunView:
    """Describes runs as one workspace shows them; `origin` is its address."""

    origin: str
    workspace_id: int
    options: WorkspaceOptions

    def describe(self, run: Run, *, with_tasks: bool) -> JsonDict:
        """Return a run, with its tasks as runs/get and an expanded list show it."""
        shown: JsonDict = {
            "job_id": run.job_id,
            "run_id": run.run_id,
            "number_in_job": run.run_id,
            "original_attempt_run_id": run.run_id,
            "creator_user_name": run.creator_user_name,
            "run_name": run.run_name,
            "run_page_url": self._page(run.job_id, run.run_id),
            "run_type": "JOB_RUN",
            "trigger": "ONE_TIME",
            "format": "MULTI_TASK",
            **_times(run),
            **_state(run, run.result, run.message or _failure(run), self._life_cycle(run)),
        }
        if run.plan.job_parameters:
            shown["job_parameters"] = list(run.plan.job_parameters)
        if run.plan.overriding_parameters:
            shown["overriding_parameters"] = run.plan.overriding_parameters
        if with_tasks and run.plan.tasks:
            shown["tasks"] = [self.describe_task(run, task) for task in run.plan.tasks]
        return shown

    def describe_task(self, run: Run, task: JsonDict) -> JsonDict:
        result = _result_of_task(run, task)
        message = FAILURE if result == "FAILED" else run.message
        return {
            **task,
            "run_page_url": self._page(run.job_id, task["run_id"]),
            "attempt_number": 0,
            **_times(run),
            **_state(run, result, message, run.state),
        }

    def output(self, run: Run, task: JsonDict | None) -> JsonDict:
        """Return the answer of runs/get-output; nothing has run, so outputs are empty."""
        described = self.describe(run, with_tasks=False)
        if task is None:
            return {"metadata": described}
        metadata = {**described, **self.describe_task(run, task), "job_run_id": run.run_id}
        answer: JsonDict = {"metadata": metadata}
        if "notebook_task" in task:
            answer["notebook_output"] = {"truncated": False}
        if any(kind in task for kind in LOGGED_TASKS):
            answer |= {"logs": "", "logs_truncated": False}
        if _result_of_task(run, task) == "FAILED":
            answer |= {"error": "RuntimeError: the run was made to fail", "error_trace": ""}
        return answer

    def _life_cycle(self, run: Run) -> str:
        """Only the run as a whole shows a failure by it, its tasks do not."""
        failed = run.result == "FAILED" and bool(run.plan.tasks)
        return self.options.failed_life_cycle if failed else run.state

    def _page(self, job_id: int, run_id: int) -> str:
        """Source of the form: databricks/cli libs/testserver/jobs.go."""
        return f"{self.origin}/?o={self.workspace_id}#job/{job_id}/run/{run_id}"


def _state(run: Run, result: str, message: str, life_cycle: str) -> JsonDict:
    """Return both forms of the state: `state`, which is deprecated, and `status`."""
    phase = "TERMINATED" if run.state == SKIPPED else run.state
    old: JsonDict = {"life_cycle_state": life_cycle, "state_message": message}
    new: JsonDict = {"state": phase}
    if result:
        old["result_state"] = result
        code, kind = TERMINATIONS.get(result, ("RUN_EXECUTION_ERROR", "CLIENT_ERROR"))
        new["termination_details"] = {"code": code, "type": kind, "message": message}
    if phase == "QUEUED":
        old["queue_reason"] = QUEUE_REASON
        new["queue_details"] = {"code": "MAX_CONCURRENT_RUNS_REACHED", "message": QUEUE_REASON}
    return {"state": old, "status": new}


def _failure(run: Run) -> str:
    if run.result != "FAILED" or not run.plan.tasks:
        return ""
    return f"Task {run.plan.tasks[0]['task_key']} failed with message: {FAILURE}."


def _result_of_task(run: Run, task: JsonDict) -> str:
    """Of a failed run the first task failed, and what depends on others was not run."""
    if run.result != "FAILED" or task is run.plan.tasks[0]:
        return run.result
    return "UPSTREAM_FAILED" if task.get("depends_on") else "SUCCESS"


def _times(run: Run) -> JsonDict:
    begun = run.began_time or run.start_time
    return {
        "start_time": run.start_time,
        "end_time": run.end_time,
        "setup_duration": 0,
        "execution_duration": max(0, run.end_time - begun),
        "cleanup_duration": 0,
        "queue_duration": begun - run.start_time,
        "run_duration": max(0, run.end_time - run.start_time),
    }
