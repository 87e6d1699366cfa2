"""What jobs/run-now asks for. Source: databricks-sdk jobs.py, `run_now`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emulator.errors import invalid_parameter
from emulator.jobs.model import Job
from emulator.jobs.runs import Plan
from emulator.json_values import JsonDict, dicts_in
from emulator.options import WorkspaceOptions

MAX_TOKEN_LENGTH = 64
PARAMETERS_OF_TASKS = (
    "dbt_commands",
    "jar_params",
    "notebook_params",
    "pipeline_params",
    "python_named_params",
    "python_params",
    "spark_submit_params",
    "sql_params",
)
# What a task of a run shows of the task of the job: databricks-sdk jobs.py, RunTask.
_LEFT_OUT = ("email_notifications", "webhook_notifications")


def plan_run(job: Job, body: JsonDict, options: WorkspaceOptions) -> Plan:
    """Return the plan of a new run.

    Raises:
        ApiError: the token is too long, or parameters are not texts by name.
    """
    token = body.get("idempotency_token", "")
    if not isinstance(token, str) or len(token) > MAX_TOKEN_LENGTH:
        raise invalid_parameter(
            f"The idempotency token must have at most {MAX_TOKEN_LENGTH} characters."
        )
    seconds = options.run_seconds
    return Plan(
        lasts_ms=int(seconds * 1000) if seconds >= 0 else None,
        ends_as=options.runs_end_as,
        slots=int(job.settings.get("max_concurrent_runs", 1)),
        queues=_queues(job, body),
        idempotency_token=token,
        tasks=tuple(_tasks(job, body.get("only"))),
        job_parameters=tuple(_job_parameters(job, body.get("job_parameters", {}))),
        overriding_parameters={name: body[name] for name in PARAMETERS_OF_TASKS if name in body},
    )


def _queues(job: Job, body: JsonDict) -> bool:
    queue = body.get("queue", job.settings.get("queue"))
    return isinstance(queue, dict) and queue.get("enabled") is True


def _tasks(job: Job, only: object) -> list[JsonDict]:
    """Return the tasks to run: all, or those of `only`."""
    tasks = dicts_in(job.settings.get("tasks"))
    wanted = _with_neighbours(tasks, only) if isinstance(only, list) else None
    return [
        {name: value for name, value in task.items() if name not in _LEFT_OUT}
        for task in tasks
        if wanted is None or task.get("task_key") in wanted
    ]


def _with_neighbours(tasks: Sequence[JsonDict], only: Sequence[object]) -> set[str]:
    """Read keys of which `+key` stands for all before it too and `key+` for all after it.

    Source: databricks/cli acceptance/bundle/run/jobs/partial_run.
    """
    before = {str(task.get("task_key")): _dependencies(task) for task in tasks}
    after = {key: {other for other in before if key in before[other]} for key in before}
    wanted: set[str] = set()
    for text in map(str, only):
        key = text.strip("+")
        wanted.add(key)
        if text.startswith("+"):
            wanted |= _reachable(key, before)
        if text.endswith("+"):
            wanted |= _reachable(key, after)
    return wanted


def _dependencies(task: JsonDict) -> set[str]:
    return {str(one.get("task_key")) for one in dicts_in(task.get("depends_on"))}


def _reachable(key: str, steps: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [key]
    while waiting:
        new = steps.get(waiting.pop(), set()) - found
        found |= new
        waiting.extend(new)
    return found


def _job_parameters(job: Job, values: object) -> list[JsonDict]:
    """Lay the values of a run over the job's: databricks/cli libs/testserver, runJobParameters."""
    if not isinstance(values, dict) or not all(isinstance(one, str) for one in values.values()):
        raise invalid_parameter("job_parameters must be a map of texts.")
    found: dict[str, JsonDict] = {}
    for parameter in dicts_in(job.settings.get("parameters")):
        default = parameter.get("default", "")
        found[str(parameter.get("name"))] = {"default": default, "value": default}
    for name, value in values.items():
        found[name] = {**found.get(name, {}), "value": value}
    return [{"name": name, **found[name]} for name in sorted(found)]
