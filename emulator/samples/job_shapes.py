"""The shape of one job in a seed document, and the job-level parts that many jobs share."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

JsonDict = dict[str, Any]

OSLO = "Europe/Oslo"
ALERTS_MAIL = "data-alerts@brindlewick.example"


def job(
    job_id: int,
    name: str,
    tasks: Sequence[JsonDict],
    *,
    creator: str,
    created: str,
    **settings: Any,
) -> JsonDict:
    """Return a job as a seed document holds it, with the defaults that the Jobs API stores.

    Args:
        job_id: 15 or 16 digits, as Databricks assigns them.
        name: what users see.
        tasks: made by the builders of `task_shapes`.
        creator: user name or application id; also the identity of a job without `run_as`.
        created: ISO 8601, read as UTC, for example "2025-03-14T08:12:00".
        **settings: further fields of JobSettings; they replace the defaults.
    """
    defaults: JsonDict = {
        "name": name,
        "email_notifications": {},
        "timeout_seconds": 0,
        "max_concurrent_runs": 1,
        "tasks": list(tasks),
        "format": "MULTI_TASK",
        "queue": {"enabled": True},
    }
    return {
        "job_id": job_id,
        "creator_user_name": creator,
        "created_time": epoch_ms(created),
        "settings": defaults | settings,
    }


def epoch_ms(moment: str) -> int:
    """Return milliseconds since 1970 of an ISO 8601 moment without an offset, read as UTC."""
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)


def schedule(quartz: str, *, paused: bool = False, timezone: str = OSLO) -> JsonDict:
    """Return `schedule`. Quartz has six fields: second minute hour day-of-month month weekday."""
    return {
        "quartz_cron_expression": quartz,
        "timezone_id": timezone,
        "pause_status": "PAUSED" if paused else "UNPAUSED",
    }


def parameters(**defaults: str) -> list[JsonDict]:
    return [{"name": name, "default": default} for name, default in sorted(defaults.items())]


def runs_longer_than(seconds: int) -> JsonDict:
    """Return `health` with one rule on the duration of a run."""
    rule = {"metric": "RUN_DURATION_SECONDS", "op": "GREATER_THAN", "value": seconds}
    return {"rules": [rule]}


def runs_as_user(user_name: str) -> JsonDict:
    return {"user_name": user_name}


def runs_as_service_principal(application_id: str) -> JsonDict:
    return {"service_principal_name": application_id}


def git_main() -> JsonDict:
    """Return `git_source` of the company's pipeline repository, on its main branch."""
    return {
        "git_url": "https://git.brindlewick.example/data/retail-pipelines.git",
        "git_provider": "gitLabEnterpriseEdition",
        "git_branch": "main",
    }


def serverless(*dependencies: str, key: str = "default") -> list[JsonDict]:
    """Return `environments` with one entry, to which tasks refer by `environment_key`."""
    spec: JsonDict = {"environment_version": "3", "dependencies": list(dependencies)}
    return [{"environment_key": key, "spec": spec}]
