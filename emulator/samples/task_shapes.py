"""The shape of one task. `task` joins fragments: what to do, where to do it, and after what."""

from collections.abc import Sequence
from typing import Any

from emulator.samples.job_shapes import JsonDict


def task(task_key: str, *fragments: JsonDict, **fields: Any) -> JsonDict:
    """Return a task with the defaults that the Jobs API stores, then its fragments and fields."""
    result: JsonDict = {
        "task_key": task_key,
        "run_if": "ALL_SUCCESS",
        "timeout_seconds": 0,
        "email_notifications": {},
    }
    for fragment in fragments:
        result |= fragment
    return result | fields


# What to do


def notebook(path: str, *, source: str = "WORKSPACE", **base_parameters: str) -> JsonDict:
    body: JsonDict = {"notebook_path": path, "source": source}
    if base_parameters:
        body["base_parameters"] = base_parameters
    return {"notebook_task": body}


def sql_notebook(path: str, warehouse_id: str) -> JsonDict:
    """Return a notebook that runs on a SQL warehouse; such a task has no other compute."""
    body = {"notebook_path": path, "source": "WORKSPACE", "warehouse_id": warehouse_id}
    return {"notebook_task": body}


def python_file(path: str, *arguments: str, source: str = "WORKSPACE") -> JsonDict:
    body: JsonDict = {"python_file": path, "source": source}
    if arguments:
        body["parameters"] = list(arguments)
    return {"spark_python_task": body}


def wheel(package_name: str, entry_point: str, **named_parameters: str) -> JsonDict:
    body: JsonDict = {"package_name": package_name, "entry_point": entry_point}
    if named_parameters:
        body["named_parameters"] = named_parameters
    return {"python_wheel_task": body}


def jar(main_class_name: str, *arguments: str) -> JsonDict:
    return {"spark_jar_task": {"main_class_name": main_class_name, "parameters": list(arguments)}}


def sql_file(
    path: str, warehouse_id: str, *, source: str = "WORKSPACE", **named_parameters: str
) -> JsonDict:
    body: JsonDict = {"file": {"path": path, "source": source}, "warehouse_id": warehouse_id}
    if named_parameters:
        body["parameters"] = named_parameters
    return {"sql_task": body}


def dbt(
    commands: Sequence[str], warehouse_id: str, *, schema: str, project: str, source: str
) -> JsonDict:
    """Return a dbt task: the SQL runs on the warehouse, the dbt program on the task's compute."""
    return {
        "dbt_task": {
            "commands": list(commands),
            "catalog": "retail",
            "schema": schema,
            "project_directory": project,
            "source": source,
            "warehouse_id": warehouse_id,
        }
    }


def run_job(job_id: int, **job_parameters: str) -> JsonDict:
    body: JsonDict = {"job_id": job_id}
    if job_parameters:
        body["job_parameters"] = job_parameters
    return {"run_job_task": body}


def condition(left: str, op: str, right: str) -> JsonDict:
    return {"condition_task": {"left": left, "op": op, "right": right}}


def for_each(inputs: str, inner: JsonDict, *, concurrency: int) -> JsonDict:
    """Return a loop. `inputs` is a JSON list or a reference to a task value."""
    return {"for_each_task": {"inputs": inputs, "task": inner, "concurrency": concurrency}}


# Where to do it


def on_cluster(cluster_id: str) -> JsonDict:
    return {"existing_cluster_id": cluster_id}


def on_job_cluster(job_cluster_key: str) -> JsonDict:
    return {"job_cluster_key": job_cluster_key}


def on_serverless(environment_key: str = "default") -> JsonDict:
    return {"environment_key": environment_key}


# After what, and how often


def after(*task_keys: str, outcome: str | None = None, run_if: str = "ALL_SUCCESS") -> JsonDict:
    """Return the dependencies; `outcome` ("true" or "false") is for those on a condition task."""
    chosen = {} if outcome is None else {"outcome": outcome}
    return {"depends_on": [{"task_key": key, **chosen} for key in task_keys], "run_if": run_if}


def retried(times: int, *, wait_minutes: int, on_timeout: bool = False) -> JsonDict:
    return {
        "max_retries": times,
        "min_retry_interval_millis": wait_minutes * 60_000,
        "retry_on_timeout": on_timeout,
    }
