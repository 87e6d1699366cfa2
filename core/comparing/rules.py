"""What the server adds, repeats or ignores by itself: rules as data, with reason and source.

A rule says when a field means nothing, so that what it hid from a comparison can be shown. One kind
of rule is data of the floor below: which lists have no order, in `core.jobsettings.places`.
A new rule is one row, here or there, and a case in `tests/unit/comparing`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.json_text import equal_json

Parents = tuple[Mapping[str, Any], ...]
"""The objects around a field, outermost (the settings) first."""

Hides = Callable[[Any, Parents], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """A field that means nothing when `hides` is true of its value.

    `sendable` is False for fields that `jobs/create` and `jobs/reset` refuse or must not receive.
    """

    pattern: str
    hides: Hides
    reason: str
    source: str
    sendable: bool = True


def always(_value: Any, _parents: Parents) -> bool:
    """Hide the field whatever it holds."""
    return True


def equal_to(default: Any) -> Hides:
    """Hide the field when it holds the API's default."""
    return lambda value, _parents: equal_json(value, default)


def same_as(field: str) -> Hides:
    """Hide the field when it repeats a sibling."""
    return lambda value, parents: equal_json(value, parents[-1].get(field))


def beside(field: str, *, levels_up: int = 1) -> Hides:
    """Hide the field when another one is set in the object around it, or further out."""
    return lambda _value, parents: bool(parents[-levels_up].get(field))


def without(field: str) -> Hides:
    """Hide the field when a sibling is missing."""
    return lambda _value, parents: not parents[-1].get(field)


def default_source(value: Any, parents: Parents) -> bool:
    """`source` is GIT by default in a job with a git_source, even an empty one, else WORKSPACE."""
    is_git = isinstance(parents[0].get("git_source"), dict)
    return bool(value == ("GIT" if is_git else "WORKSPACE"))


_FIXUPS = "databricks/cli libs/testserver/jobs.go jobFixUps"
_DEFAULTS = "databricks/cli bundle/configsync/defaults.go"
_MANAGED = "databricks/cli bundle/direct/dresources/resources.yml"
_POOL = "databricks/cli cluster_fixups.go; databricks-sdk-py#771"
_DOC = "Jobs API 2.2 reference"
_FILLED = "the server fills in the default"
_IN_POOL = "the pool decides it; the API rejects both together"

JOB_RULES: tuple[Rule, ...] = (
    Rule("deployment", always, "belongs to the source workspace", _DOC, sendable=False),
    Rule("edit_mode", always, "belongs to the source workspace", _DOC, sendable=False),
    Rule("git_source.git_snapshot", always, "only runs have it", _DOC, sendable=False),
    Rule("format", always, "ignored when written", "jobs.py JobSettings.format"),
    Rule("email_notifications", equal_to({}), _FILLED, _FIXUPS),
    Rule("email_notifications.no_alert_for_skipped_runs", equal_to(False), _FILLED, _DEFAULTS),
    Rule("webhook_notifications", equal_to({}), _FILLED, _FIXUPS),
    Rule("notification_settings", equal_to({}), _FILLED, _DOC),
    Rule("timeout_seconds", equal_to(0), _FILLED, _FIXUPS),
    Rule("max_concurrent_runs", equal_to(1), _FILLED, _DOC),
    Rule("schedule.pause_status", equal_to("UNPAUSED"), _FILLED, _DOC),
    Rule("trigger.pause_status", equal_to("UNPAUSED"), _FILLED, _DOC),
    Rule("continuous.pause_status", equal_to("UNPAUSED"), _FILLED, _DOC),
    Rule("triggers[].pause_status", equal_to("UNPAUSED"), _FILLED, _DOC),
    Rule("tags", equal_to({}), "an empty map counts as absent", _DOC),
)

TASK_RULES: tuple[Rule, ...] = (
    Rule("disabled", equal_to(False), _FILLED, _DEFAULTS),
    Rule("pipeline_task.full_refresh", equal_to(False), _FILLED, _DEFAULTS),
    Rule("email_notifications", equal_to({}), _FILLED, _FIXUPS),
    Rule("email_notifications.no_alert_for_skipped_runs", equal_to(False), _FILLED, _DEFAULTS),
    Rule("webhook_notifications", equal_to({}), _FILLED, _FIXUPS),
    Rule("notification_settings", equal_to({}), _FILLED, _DOC),
    Rule("run_if", equal_to("ALL_SUCCESS"), _FILLED, _FIXUPS),
    Rule("timeout_seconds", equal_to(0), _FILLED, _FIXUPS),
    Rule("retry_on_timeout", equal_to(False), _FILLED, "terraform-provider-databricks jobs"),
    Rule("notebook_task.source", default_source, _FILLED, "terraform-provider-databricks jobs"),
    Rule("spark_python_task.source", default_source, _FILLED, "terraform-provider-databricks jobs"),
    Rule("dbt_task.source", default_source, _FILLED, "terraform-provider-databricks jobs"),
    Rule("sql_task.file.source", default_source, _FILLED, "terraform-provider-databricks jobs"),
    Rule("spark_jar_task.run_as_repl", equal_to(True), _FILLED, "terraform-provider-databricks"),
    Rule("notebook_task.base_parameters", equal_to({}), "an empty map counts as absent", _DOC),
    Rule("run_job_task.job_parameters", equal_to({}), "an empty map counts as absent", _DOC),
    Rule("python_wheel_task.named_parameters", equal_to({}), "an empty map counts as absent", _DOC),
    Rule("sql_task.parameters", equal_to({}), "an empty map counts as absent", _DOC),
)

CLUSTER_RULES: tuple[Rule, ...] = (
    Rule("node_type_id", beside("instance_pool_id"), _IN_POOL, _POOL, sendable=False),
    Rule("driver_node_type_id", beside("instance_pool_id"), _IN_POOL, _POOL, sendable=False),
    Rule("enable_elastic_disk", beside("instance_pool_id"), _IN_POOL, _POOL, sendable=False),
    Rule(
        "aws_attributes.*",
        beside("instance_pool_id", levels_up=2),
        _IN_POOL,
        _POOL,
        sendable=False,
    ),
    Rule(
        "azure_attributes.*",
        beside("instance_pool_id", levels_up=2),
        _IN_POOL,
        _POOL,
        sendable=False,
    ),
    Rule(
        "gcp_attributes.*",
        beside("instance_pool_id", levels_up=2),
        _IN_POOL,
        _POOL,
        sendable=False,
    ),
    # These two keep their value in a pool: named, so that `*` does not cover them.
    Rule("aws_attributes.instance_profile_arn", equal_to(""), _FILLED, _POOL),
    Rule("gcp_attributes.google_service_account", equal_to(""), _FILLED, _POOL),
    Rule(
        "driver_instance_pool_id",
        without("instance_pool_id"),
        "has no effect without instance_pool_id",
        _POOL,
        sendable=False,
    ),
    Rule("driver_instance_pool_id", same_as("instance_pool_id"), _FILLED, _FIXUPS),
    Rule("driver_node_type_id", same_as("node_type_id"), _FILLED, _FIXUPS),
    Rule("enable_elastic_disk", equal_to(False), _FILLED, _FIXUPS),
    Rule("enable_local_disk_encryption", equal_to(False), _FILLED, _FIXUPS),
    Rule("aws_attributes", equal_to({}), "an empty map counts as absent", _DOC),
    Rule("azure_attributes", equal_to({}), "an empty map counts as absent", _DOC),
    Rule("gcp_attributes", equal_to({}), "an empty map counts as absent", _DOC),
    Rule("spark_conf", equal_to({}), "an empty map counts as absent", _DOC),
    Rule("spark_env_vars", equal_to({}), "an empty map counts as absent", _DOC),
    Rule("custom_tags", equal_to({}), "an empty map counts as absent", _DOC),
)

# These two hold everywhere. Source: the API is protobuf JSON, which has no presence for them.
NULL = Rule("*", lambda value, _: value is None, "null counts as absent", "protobuf JSON")
EMPTY_LIST = Rule("*", equal_to([]), "an empty list counts as absent", "protobuf JSON")


@dataclass(frozen=True, slots=True)
class SpelledOut:
    """A field whose absence means `live` in a live job and `file` in a file, so both say it."""

    field: str
    live: Any
    file: Any
    reason: str
    source: str


SPELLED_OUT: tuple[SpelledOut, ...] = (
    SpelledOut(
        "queue",
        live={"enabled": False},
        file={"enabled": True},
        reason="jobs created through API 2.2 are queued by default; whether older jobs show the "
        "field is not documented",
        source="docs.databricks.com/reference/jobs-api-updates.html",
    ),
)


def _by_workspace(pattern: str, source: str = _MANAGED, hides: Hides = always) -> Rule:
    return Rule(pattern, hides, "filled in by this workspace", source)


# What a workspace fills in where a definition is silent. They hold for a value that only the
# workspace has, in a job that was never written by us: of others the workspace's answer is known.
FILLED_IN_JOB: tuple[Rule, ...] = (
    _by_workspace("performance_target", _DEFAULTS, equal_to("PERFORMANCE_OPTIMIZED")),
)
FILLED_IN_TASK: tuple[Rule, ...] = (
    _by_workspace("notebook_task.source"),
    _by_workspace("spark_python_task.source"),
    _by_workspace("dbt_task.source"),
    _by_workspace("sql_task.file.source"),
)
FILLED_IN_CLUSTER: tuple[Rule, ...] = (
    _by_workspace("aws_attributes"),
    _by_workspace("azure_attributes"),
    _by_workspace("gcp_attributes"),
    _by_workspace("data_security_mode"),
    _by_workspace("single_user_name", _DEFAULTS),
    _by_workspace("enable_elastic_disk"),
    _by_workspace("enable_local_disk_encryption"),
    _by_workspace("node_type_id"),
    _by_workspace("driver_node_type_id"),
    _by_workspace("driver_instance_pool_id"),
    _by_workspace("custom_tags", f"{_DEFAULTS}; databricks/cli#5610"),
    _by_workspace("cluster_log_conf", _DEFAULTS),
    _by_workspace("runtime_engine", "databricks/cli#6512", beside("policy_id")),
    _by_workspace("spark_version", "databricks/cli#5179", beside("policy_id")),
)

_UNRETURNED = "never returned by the API, so it cannot be compared or exported"

# What is accepted and never returned. They hold for a value that only the definition has.
UNRETURNED_JOB: tuple[Rule, ...] = (
    Rule("trigger.table_update.condition", always, _UNRETURNED, "databricks/cli#6315"),
    Rule("triggers[].table_update.condition", always, _UNRETURNED, "databricks/cli#6315"),
)
UNRETURNED_CLUSTER: tuple[Rule, ...] = (
    Rule("apply_policy_default_values", always, _UNRETURNED, f"{_FIXUPS}; {_MANAGED}"),
)
