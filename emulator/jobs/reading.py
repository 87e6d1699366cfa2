"""What reading a job returns: its settings as written, plus what the service fills in.

Jobs are stored as written and completed when read, so a stored job shows what a client sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.jobs.fill_ins import Situation, with_fill_ins
from emulator.jobs.model import Job
from emulator.jobs.policies import FindPolicy, with_policy_values
from emulator.json_values import JobSettings, JsonDict, dicts_in
from emulator.options import WorkspaceOptions

Order = Callable[[list[Any]], list[Any]]

# Source: databricks/cli libs/testserver/jobs.go (jobFixUps), bundle dresources/resources.yml.
# What only some workspaces fill in is in fill_ins.py.
JOB_DEFAULTS: Mapping[str, object] = {
    "email_notifications": {},
    "webhook_notifications": {},
    "timeout_seconds": 0,
    "format": "MULTI_TASK",
}
TASK_DEFAULTS: Mapping[str, object] = {
    "run_if": "ALL_SUCCESS",
    "timeout_seconds": 0,
    "email_notifications": {},
}
CLUSTER_DEFAULTS: Mapping[str, object] = {
    "data_security_mode": "SINGLE_USER",
    "enable_elastic_disk": False,
}
# Sources: databricks-sdk compute.py, AwsAttributes, AzureAttributes and GcpAttributes.
CLOUD_ATTRIBUTES: Mapping[str, Mapping[str, object]] = {
    "aws": {"aws_attributes": {"availability": "SPOT_WITH_FALLBACK", "zone_id": "us-east-1c"}},
    "azure": {
        "azure_attributes": {
            "availability": "ON_DEMAND_AZURE",
            "first_on_demand": 1,
            "spot_bid_max_price": -1.0,
        }
    },
    "gcp": {
        "gcp_attributes": {"availability": "ON_DEMAND_GCP", "use_preemptible_executors": False}
    },
}
# Source: databricks/cli libs/testserver/jobs.go, setSourceIfNotSet.
TASK_WITH_SOURCE = "notebook_task"
POOL_NODE_TYPE = "i3.xlarge"


@dataclass(frozen=True, slots=True)
class Completion:
    """How a workspace completes what was written: its options, its order, its policies."""

    order: Order
    options: WorkspaceOptions
    find_policy: FindPolicy


def read_settings(job: Job, how: Completion) -> JobSettings:
    """Return the settings that jobs/get answers with. Never changes the stored job."""
    settings, options = job.settings, how.options
    source = "GIT" if "git_source" in settings else "WORKSPACE"
    read: JobSettings = {**JOB_DEFAULTS, **settings, "format": "MULTI_TASK"}
    _shuffle_webhooks(read, how.order)
    if isinstance(read.get("tasks"), list):
        read["tasks"] = [
            _read_task(item, source, how) if isinstance(item, dict) else item
            for item in read["tasks"]
        ]
    if isinstance(read.get("job_clusters"), list):
        read["job_clusters"] = [
            _with_read_cluster(item, how) if isinstance(item, dict) else item
            for item in read["job_clusters"]
        ]
    situation = Situation(source, job.run_as_user_name)
    read = with_fill_ins(read, options.also_fills_in, situation)
    if _misses_queue(job, options):
        read["queue"] = {"enabled": False}
    if not options.returns_update_condition:
        _drop_update_condition(read)
    if not _returns_run_as(read.get("run_as"), options):
        read.pop("run_as", None)
    return read


def _read_task(task: JsonDict, source: str, how: Completion) -> JsonDict:
    read = {**TASK_DEFAULTS, **task}
    if isinstance(task.get("depends_on"), list):
        read["depends_on"] = how.order(task["depends_on"])
    _shuffle_webhooks(read, how.order)
    _complete_source(read, source)
    nested = read.get("for_each_task")
    if isinstance(nested, dict) and isinstance(nested.get("task"), dict):
        read["for_each_task"] = {**nested, "task": _read_task(nested["task"], source, how)}
    return _with_read_cluster(read, how)


def _complete_source(task: JsonDict, source: str) -> None:
    if isinstance(task.get(TASK_WITH_SOURCE), dict):
        task[TASK_WITH_SOURCE] = {"source": source, **task[TASK_WITH_SOURCE]}


def _with_read_cluster(holder: JsonDict, how: Completion) -> JsonDict:
    """Complete `new_cluster` as the service does."""
    cluster = holder.get("new_cluster")
    if not isinstance(cluster, dict):
        return holder
    read = {
        **CLUSTER_DEFAULTS,
        **CLOUD_ATTRIBUTES[how.options.cloud],
        **with_policy_values(cluster, how.find_policy),
    }
    # Accepted on write, never returned: databricks/cli libs/testserver/jobs.go.
    read.pop("apply_policy_default_values", None)
    if "instance_pool_id" in read:
        # The answer holds both, which a write refuses: databricks-sdk-py#771.
        read.setdefault("driver_instance_pool_id", read["instance_pool_id"])
        read.setdefault("node_type_id", POOL_NODE_TYPE)
        read.setdefault("driver_node_type_id", read["node_type_id"])
    return {**holder, "new_cluster": read}


def _shuffle_webhooks(holder: JsonDict, order: Order) -> None:
    """The service promises no order: databricks/cli bundle dresources/job.go."""
    webhooks = holder.get("webhook_notifications")
    if isinstance(webhooks, dict):
        holder["webhook_notifications"] = {
            event: order(targets) if dicts_in(targets) else targets
            for event, targets in webhooks.items()
        }


def _drop_update_condition(settings: JobSettings) -> None:
    """Leave out `condition` of every table trigger: databricks/cli#6315."""
    if "trigger" in settings:
        settings["trigger"] = _without_condition(settings["trigger"])
    if isinstance(settings.get("triggers"), list):
        settings["triggers"] = [_without_condition(one) for one in settings["triggers"]]


def _without_condition(trigger: Any) -> Any:
    if not isinstance(trigger, dict) or not isinstance(trigger.get("table_update"), dict):
        return trigger
    table = {k: v for k, v in trigger["table_update"].items() if k != "condition"}
    return {**trigger, "table_update": table}


def _misses_queue(job: Job, options: WorkspaceOptions) -> bool:
    old = job.api_version != "2.2" and "queue" not in job.settings
    return old and options.queue_on_get_for_old_jobs == "false"


def _returns_run_as(run_as: object, options: WorkspaceOptions) -> bool:
    if options.get_returns_run_as == "never":
        return False
    is_group = isinstance(run_as, dict) and "group_name" in run_as
    return options.get_returns_group_run_as or not is_group
