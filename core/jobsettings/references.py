"""The catalogue of the paths that hold ids of workspace objects, and the walk over them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from core.jobsettings.kinds import Kind
from core.jobsettings.places import NOTIFICATION_EVENTS, Place
from core.jobsettings.tree import PathTree, settings_tree
from core.json_text import JobSettings, JsonDict

JsonType = Literal["string", "integer"]


@dataclass(frozen=True, slots=True)
class ReferencePath:
    """One place where settings hold an id.

    `owner` names the sibling field which, when it holds another workspace's id, makes this id
    none of ours.
    """

    pattern: str
    kind: Kind
    json_type: JsonType = "string"
    owner: str = ""


_DESTINATION = Kind.NOTIFICATION_DESTINATION
_WEBHOOKS = tuple(
    ReferencePath(f"webhook_notifications.{event}[].id", _DESTINATION)
    for event in NOTIFICATION_EVENTS
)

# Source: databricks-sdk service/jobs.py.
TASK_PATHS: tuple[ReferencePath, ...] = (
    ReferencePath("existing_cluster_id", Kind.CLUSTER),
    ReferencePath("sql_task.warehouse_id", Kind.WAREHOUSE),
    ReferencePath("notebook_task.warehouse_id", Kind.WAREHOUSE),
    ReferencePath("dbt_task.warehouse_id", Kind.WAREHOUSE),
    ReferencePath("dashboard_task.warehouse_id", Kind.WAREHOUSE),
    ReferencePath("alert_task.warehouse_id", Kind.WAREHOUSE),
    ReferencePath("power_bi_task.warehouse_id", Kind.WAREHOUSE),
    ReferencePath("run_job_task.job_id", Kind.JOB, "integer"),
    ReferencePath("pipeline_task.pipeline_id", Kind.PIPELINE),
    ReferencePath("sql_task.query.query_id", Kind.QUERY),
    ReferencePath("sql_task.alert.alert_id", Kind.LEGACY_ALERT),
    ReferencePath("alert_task.alert_id", Kind.ALERT),
    ReferencePath("sql_task.dashboard.dashboard_id", Kind.LEGACY_DASHBOARD),
    ReferencePath("dashboard_task.dashboard_id", Kind.DASHBOARD),
    ReferencePath("sql_task.alert.subscriptions[].destination_id", _DESTINATION),
    ReferencePath("sql_task.dashboard.subscriptions[].destination_id", _DESTINATION),
    ReferencePath("dashboard_task.subscription.subscribers[].destination_id", _DESTINATION),
    ReferencePath("alert_task.subscribers[].destination_id", _DESTINATION),
    *_WEBHOOKS,
)

CLUSTER_PATHS: tuple[ReferencePath, ...] = (
    ReferencePath("policy_id", Kind.CLUSTER_POLICY),
    ReferencePath("instance_pool_id", Kind.INSTANCE_POOL),
    ReferencePath("driver_instance_pool_id", Kind.INSTANCE_POOL),
)

JOB_PATHS: tuple[ReferencePath, ...] = (
    # A SINGLE_TASK job of Jobs API 2.0 holds its task's fields at the top.
    ReferencePath("existing_cluster_id", Kind.CLUSTER),
    ReferencePath("schedule.sql_condition.warehouse_id", Kind.WAREHOUSE),
    ReferencePath("trigger.sql_condition.warehouse_id", Kind.WAREHOUSE),
    ReferencePath("triggers[].sql_condition.warehouse_id", Kind.WAREHOUSE),
    ReferencePath("schedule.sql_condition.sql_query_id", Kind.QUERY),
    ReferencePath("trigger.sql_condition.sql_query_id", Kind.QUERY),
    ReferencePath("triggers[].sql_condition.sql_query_id", Kind.QUERY),
    *_WEBHOOKS,
    # Job ids are strings here, integers in `run_job_task`.
    ReferencePath("trigger.job_completion.jobs[].job_id", Kind.JOB, owner="workspace_id"),
    ReferencePath("triggers[].job_completion.jobs[].job_id", Kind.JOB, owner="workspace_id"),
    ReferencePath("trigger.job_completion.jobs[].workspace_id", Kind.WORKSPACE),
    ReferencePath("triggers[].job_completion.jobs[].workspace_id", Kind.WORKSPACE),
)

_CATALOGUE: PathTree[ReferencePath] = settings_tree(JOB_PATHS, TASK_PATHS, CLUSTER_PATHS)


@dataclass(frozen=True, slots=True)
class Reference:
    """One value found at a catalogued path. `owner` is the sibling's value, None without one."""

    kind: Kind
    place: Place
    value: Any
    json_type: JsonType
    owner: Any = None

    @property
    def path(self) -> str:
        """Return where it stands, for people."""
        return str(self.place)


Replace = Callable[[Reference], Any]


def find_references(settings: JobSettings) -> list[Reference]:
    """Return every value at a catalogued path."""
    found: list[Reference] = []

    def note(reference: Reference) -> Any:
        found.append(reference)
        return reference.value

    replace_references(settings, note)
    return found


def replace_references(settings: JobSettings, replace: Replace) -> JobSettings:
    """Return a copy of the settings in which `replace` has given each reference its new value.

    Branches without a catalogued path are shared with the original, not copied.
    """
    result: JobSettings = _walk(settings, _CATALOGUE, None, replace)
    return result


def _walk(node: Any, tree: PathTree[ReferencePath], place: Place | None, replace: Replace) -> Any:
    if isinstance(node, list) and "[]" in tree.children:
        branch = tree.children["[]"]
        return [
            _walk(item, branch, Place(place, index, item), replace)
            for index, item in enumerate(node)
        ]
    if not isinstance(node, dict):
        return node
    result = dict(node)
    for key in node:
        if key in tree.children:
            result[key] = _step(node, key, tree.children[key], Place(place, key), replace)
    return result


def _step(
    node: JsonDict, key: str, tree: PathTree[ReferencePath], place: Place, replace: Replace
) -> Any:
    if not tree.leaves or node[key] is None:
        return _walk(node[key], tree, place, replace)
    found = tree.leaves[0]
    owner = node.get(found.owner) if found.owner else None
    return replace(Reference(found.kind, place, node[key], found.json_type, owner))
