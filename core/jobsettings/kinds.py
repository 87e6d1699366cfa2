"""The kinds of objects that settings refer to: all that is known about each, in one row.

A new kind is a row here and one in `core.gateways.databricks.resources.ENDPOINTS`, which says how
its objects are found; the emulator has a row of its own in `emulator.resources.KINDS`.

Below is the one codec of `__CLUSTER__<name>__` and its kin: how a file writes a reference by name.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple, Self

from core.jobsettings.places import NOTIFICATION_EVENTS

Level = Literal["job", "task", "cluster"]
JsonType = Literal["string", "integer"]


@dataclass(frozen=True, slots=True)
class ReferencePath:
    """One place where settings hold an id: a pattern inside the job, a task or a cluster.

    `owner` is the sibling field that may hold another workspace's id. This id then belongs to that
    workspace and is left alone.
    """

    level: Level
    pattern: str
    json_type: JsonType = "string"
    owner: str = ""


class Section(NamedTuple):
    """Where the mapping file holds the names of a kind."""

    group: str
    key: str


@dataclass(frozen=True, slots=True)
class KindRow:
    """What is known about one kind.

    `word` is the text between the underscores of a placeholder, `noun` is for people. `section` is
    None for kinds that the mapping file does not map. `is_listed` is False for kinds whose names
    are known without listing them.
    """

    word: str
    noun: str
    section: Section | None
    paths: tuple[ReferencePath, ...]
    is_listed: bool = True


def _in_job(*patterns: str) -> tuple[ReferencePath, ...]:
    return tuple(ReferencePath("job", pattern) for pattern in patterns)


def _in_task(*patterns: str) -> tuple[ReferencePath, ...]:
    return tuple(ReferencePath("task", pattern) for pattern in patterns)


def _in_cluster(*patterns: str) -> tuple[ReferencePath, ...]:
    return tuple(ReferencePath("cluster", pattern) for pattern in patterns)


_COMPUTE = "compute_name_mappings"
_RESOURCES = "resource_name_mappings"
_WEBHOOKS = tuple(f"webhook_notifications.{event}[].id" for event in NOTIFICATION_EVENTS)


class Kind(StrEnum):
    """What a reference points to; the value is the word between the underscores.

    Source of the paths: databricks-sdk service/jobs.py.
    """

    noun: str
    section: Section | None
    paths: tuple[ReferencePath, ...]
    is_listed: bool

    @property
    def plural(self) -> str:
        """Return the noun for several objects of this kind."""
        return f"{self.noun[:-1]}ies" if self.noun.endswith("y") else f"{self.noun}s"

    def __new__(cls, row: KindRow) -> Self:
        """Make a member from its row, so that a kind carries all that is known about it."""
        kind = str.__new__(cls, row.word)
        kind._value_ = row.word
        kind.noun = row.noun
        kind.section = row.section
        kind.paths = row.paths
        kind.is_listed = row.is_listed
        return kind

    CLUSTER = KindRow(
        word="CLUSTER",
        noun="cluster",
        section=Section(_COMPUTE, "cluster_name_mappings"),
        # A SINGLE_TASK job of Jobs API 2.0 holds its task's fields at the top.
        paths=_in_task("existing_cluster_id") + _in_job("existing_cluster_id"),
    )
    WAREHOUSE = KindRow(
        word="WAREHOUSE",
        noun="SQL warehouse",
        section=Section(_COMPUTE, "warehouse_name_mappings"),
        paths=(
            *_in_task(
                "sql_task.warehouse_id",
                "notebook_task.warehouse_id",
                "dbt_task.warehouse_id",
                "dashboard_task.warehouse_id",
                "alert_task.warehouse_id",
                "power_bi_task.warehouse_id",
            ),
            *_in_job(
                "schedule.sql_condition.warehouse_id",
                "trigger.sql_condition.warehouse_id",
                "triggers[].sql_condition.warehouse_id",
            ),
        ),
    )
    JOB = KindRow(
        word="JOB",
        noun="job",
        section=None,  # its definition is in Git, under the same name
        # Ids are integers in `run_job_task`, strings in triggers.
        paths=(
            ReferencePath("task", "run_job_task.job_id", "integer"),
            ReferencePath("job", "trigger.job_completion.jobs[].job_id", owner="workspace_id"),
            ReferencePath("job", "triggers[].job_completion.jobs[].job_id", owner="workspace_id"),
        ),
        is_listed=False,  # the inventory has them all
    )
    WORKSPACE = KindRow(
        word="WORKSPACE",
        noun="workspace",
        section=None,
        paths=_in_job(
            "trigger.job_completion.jobs[].workspace_id",
            "triggers[].job_completion.jobs[].workspace_id",
        ),
        is_listed=False,  # only the one that holds the job has a name, THIS_WORKSPACE
    )
    PIPELINE = KindRow(
        word="PIPELINE",
        noun="pipeline",
        section=Section(_RESOURCES, "pipelines"),
        paths=_in_task("pipeline_task.pipeline_id"),
    )
    CLUSTER_POLICY = KindRow(
        word="CLUSTER_POLICY",
        noun="cluster policy",
        section=Section(_RESOURCES, "cluster_policies"),
        paths=_in_cluster("policy_id"),
    )
    INSTANCE_POOL = KindRow(
        word="INSTANCE_POOL",
        noun="instance pool",
        section=Section(_RESOURCES, "instance_pools"),
        paths=_in_cluster("instance_pool_id", "driver_instance_pool_id"),
    )
    NOTIFICATION_DESTINATION = KindRow(
        word="NOTIFICATION_DESTINATION",
        noun="notification destination",
        section=Section(_RESOURCES, "notification_destinations"),
        paths=(
            *_in_task(
                *_WEBHOOKS,
                "sql_task.alert.subscriptions[].destination_id",
                "sql_task.dashboard.subscriptions[].destination_id",
                "dashboard_task.subscription.subscribers[].destination_id",
                "alert_task.subscribers[].destination_id",
            ),
            *_in_job(*_WEBHOOKS),
        ),
    )
    QUERY = KindRow(
        word="QUERY",
        noun="SQL query",
        section=Section(_RESOURCES, "queries"),
        paths=(
            *_in_task("sql_task.query.query_id"),
            *_in_job(
                "schedule.sql_condition.sql_query_id",
                "trigger.sql_condition.sql_query_id",
                "triggers[].sql_condition.sql_query_id",
            ),
        ),
    )
    ALERT = KindRow(
        word="ALERT",
        noun="alert",
        section=Section(_RESOURCES, "alerts"),
        paths=_in_task("alert_task.alert_id"),
    )
    LEGACY_ALERT = KindRow(
        word="LEGACY_ALERT",
        noun="legacy alert",
        section=Section(_RESOURCES, "legacy_alerts"),
        paths=_in_task("sql_task.alert.alert_id"),
    )
    DASHBOARD = KindRow(
        word="DASHBOARD",
        noun="dashboard",
        section=Section(_RESOURCES, "dashboards"),
        paths=_in_task("dashboard_task.dashboard_id"),
    )
    LEGACY_DASHBOARD = KindRow(
        word="LEGACY_DASHBOARD",
        noun="legacy dashboard",
        section=Section(_RESOURCES, "legacy_dashboards"),
        paths=_in_task("sql_task.dashboard.dashboard_id"),
    )


UNKNOWN = "unknown"
"""The name that stands for an object proven gone."""

THIS_WORKSPACE = "current"
"""The only name of kind WORKSPACE: the workspace that holds the job itself."""


def placeholder(kind: Kind, name: str) -> str:
    """Return the text that stands for the object of this kind and name."""
    return f"__{kind}__{name}__"


def name_in(kind: Kind, value: object) -> str | None:
    """Return the name in a placeholder of this kind, or None if `value` is not one.

    Exactly one prefix and one suffix are taken off, so that names with underscores survive.
    """
    prefix = f"__{kind}__"
    if isinstance(value, str) and value.startswith(prefix) and value.endswith("__"):
        name = value[len(prefix) : -2]
        return name if len(value) >= len(prefix) + 2 else None
    return None
