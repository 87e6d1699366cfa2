"""What only a job has, and the settings of another tool do not."""

from collections.abc import Callable, Mapping
from typing import Any

from core.json_text import JobSettings, JsonDict

Check = Callable[[Any], bool]


def _is(*kinds: type) -> Check:
    return lambda value: isinstance(value, kinds) and not isinstance(value, bool)


def _has(*keys: str) -> Check:
    """Return whether a value is an object with one of these keys, or an empty object."""
    return lambda value: (
        isinstance(value, dict) and (not value or any(key in value for key in keys))
    )


def _holds(check: Check) -> Check:
    """Return whether a value is a list whose elements all pass; an empty list does."""
    return lambda value: isinstance(value, list) and all(map(check, value))


# The fields that `name`, `description`, `tags` and `parameters` are not among: other tools have
# these as well. A field of the right name and another shape proves nothing.
# Source: databricks-sdk service/jobs.py, JobSettings; Jobs API 2.0 has a task's fields at the top.
JOB_FIELDS: Mapping[str, Check] = {
    "tasks": _is(list, dict),  # an object is a mistake that the API refuses, not another tool's
    "job_clusters": _holds(_has("job_cluster_key")),
    "environments": _holds(_has("environment_key")),
    "environment_variables": _holds(_has("environment_variables_key")),
    "schedule": _has("quartz_cron_expression", "sql_condition", "pause_status"),
    "trigger": _is(dict),
    "triggers": _holds(_is(dict)),
    "continuous": _is(dict),
    "max_concurrent_runs": _is(int),
    "email_notifications": _is(dict),
    "webhook_notifications": _is(dict),
    "notification_settings": _is(dict),
    "git_source": _has("git_url", "git_provider"),
    "run_as": _has("user_name", "service_principal_name", "group_name"),
    "queue": _has("enabled"),
    "health": _has("rules"),
    "performance_target": _is(str),
    "budget_policy_id": _is(str),
    "usage_policy_id": _is(str),
    "format": lambda value: value in ("SINGLE_TASK", "MULTI_TASK"),
    "edit_mode": _is(str),
    "deployment": _has("kind"),
    "existing_cluster_id": _is(str),
    "new_cluster": _is(dict),
}
# What requests and answers of the Jobs API, bundles and older tools keep with a job's settings and
# what is none of them. A field that is not listed travels: it may be a new setting.
# Source: databricks-sdk service/jobs.py, Job, JobsAPI.create, SubmitRun; Jobs API 2.0, jobs/get;
# bundle schema, resources.Job.
NOT_SETTINGS = frozenset(
    {
        "access_control_list",
        "created_time",
        "creator_user_name",
        "effective_budget_policy_id",
        "effective_usage_policy_id",
        "has_more",
        "idempotency_token",
        "job_id",
        "next_page_token",
        "permissions",
        "run_as_owner",
        "run_as_user_name",
        "trigger_details",
        "trigger_state",
    }
)
_OF_A_DEFINITION = frozenset(
    {"job_id", "permissions", "run_as_user_name"}
)  # beside the settings, that is
_TASK_SUFFIX = "_task"  # notebook_task and its kin; later releases of the API add more
_BESIDE_SETTINGS: Mapping[str, Check] = {
    "job_id": _is(int, str),
    "run_as_user_name": _is(str),
    "creator_user_name": _is(str),
}


def is_of_a_job(document: JsonDict) -> bool:
    """Whether a document with `settings` has what only a job has, in them or beside them."""
    settings: JsonDict = document["settings"]
    return (
        _has_one_of(document, _BESIDE_SETTINGS)
        or _has_one_of(settings, JOB_FIELDS)
        or any(
            key.endswith(_TASK_SUFFIX) and isinstance(value, dict)
            for key, value in settings.items()
        )
    )


def lacks_its_tasks(document: JsonDict) -> bool:
    """Whether this is an answer of the API that shows a job without its tasks.

    Source: Jobs API 2.2, `jobs/list` without `expand_tasks`. An answer has both a time and a
    creator beside the settings, which neither an export nor a person writes.
    """
    settings: JsonDict = document["settings"]
    is_answer = "created_time" in document and "creator_user_name" in document
    has_task = "tasks" in settings or any(key.endswith(_TASK_SUFFIX) for key in settings)
    return is_answer and not has_task


def _has_one_of(document: JsonDict, fields: Mapping[str, Check]) -> bool:
    return any(key in document and check(document[key]) for key, check in fields.items())


def find_left_out(document: JsonDict) -> tuple[str, ...]:
    """Return the fields in and beside `settings` that no definition has, in alphabetical order."""
    inside: JsonDict = document["settings"]
    found = {key for key in NOT_SETTINGS & inside.keys() if inside[key] is not None}
    beside = NOT_SETTINGS - _OF_A_DEFINITION
    found |= {key for key in beside & document.keys() if document[key] is not None}
    return tuple(sorted(found))


def keep_settings(settings: JobSettings) -> JobSettings:
    """Return the settings without what is none of them."""
    if not NOT_SETTINGS & settings.keys():
        return settings
    return {key: value for key, value in settings.items() if key not in NOT_SETTINGS}
