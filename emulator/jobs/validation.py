"""What jobs/create and jobs/reset refuse, one rule per function.

Messages are those that users of the real service met; each rule cites its source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from emulator.errors import invalid_parameter, malformed_request, not_found
from emulator.json_values import JobSettings, JsonDict, dicts_in

GIT_PROVIDERS = (
    "gitHub,gitLab,bitbucketCloud,gitLabEnterpriseEdition,bitbucketServer,"
    "azureDevOpsServices,gitHubEnterprise,awsCodeCommit"
).lower()
MAX_TASKS = 1000
MAX_NAME_BYTES = 4096
MAX_TAGS = 25
MAX_WEBHOOKS = 3
LIST_FIELDS = ("tasks", "job_clusters", "environments", "parameters")
NEEDS_COMPUTE = ("notebook_task", "spark_python_task", "spark_jar_task", "python_wheel_task")
SERVERLESS_CAPABLE = ("notebook_task", "spark_python_task", "python_wheel_task")
COMPUTE_FIELDS = ("job_cluster_key", "new_cluster", "existing_cluster_id", "environment_key")


class Existing(Protocol):
    """What the rules ask about the workspace."""

    def cluster_source(self, cluster_id: str) -> str | None:
        """Return UI, API or JOB, or None for a cluster that does not exist."""

    def has_warehouse(self, warehouse_id: str) -> bool: ...
    def has_destination(self, destination_id: str) -> bool: ...
    def has_job(self, job_id: object) -> bool: ...


@dataclass(frozen=True, slots=True)
class Draft:
    """Settings to check; `prefix` is what messages call them: `settings` or `new_settings`."""

    settings: JobSettings
    prefix: str
    existing: Existing
    serverless: bool

    @property
    def tasks(self) -> list[JsonDict]:
        return dicts_in(self.settings.get("tasks"))

    @property
    def all_tasks(self) -> Iterator[JsonDict]:
        """The tasks and those inside for-each tasks."""
        for task in self.tasks:
            yield task
            nested = task.get("for_each_task")
            if isinstance(nested, dict) and isinstance(nested.get("task"), dict):
                yield nested["task"]

    @property
    def clusters(self) -> Iterator[JsonDict]:
        for holder in (*dicts_in(self.settings.get("job_clusters")), *self.all_tasks):
            if isinstance(holder.get("new_cluster"), dict):
                yield holder["new_cluster"]


def check_settings(draft: Draft) -> None:
    """Apply all rules.

    Raises:
        ApiError: the first rule that the settings break.
    """
    for rule in RULES:
        rule(draft)


def _shape(draft: Draft) -> None:
    for field in LIST_FIELDS:
        value = draft.settings.get(field, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise malformed_request(f"Could not parse request object: {field} is not a list")


def _name(draft: Draft) -> None:
    name = draft.settings.get("name", "")
    if not isinstance(name, str):
        raise malformed_request("Could not parse request object: name is not a string")
    if len(name.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
        raise invalid_parameter(f"The job name exceeds {MAX_NAME_BYTES} bytes in UTF-8.")


def _limits(draft: Draft) -> None:
    count = len(draft.tasks)
    if count > MAX_TASKS:
        raise invalid_parameter(f"The job has {count} tasks; at most {MAX_TASKS} are allowed.")
    tags = draft.settings.get("tags", {})
    if isinstance(tags, dict) and len(tags) > MAX_TAGS:
        raise invalid_parameter(f"The job has {len(tags)} tags; at most {MAX_TAGS} are allowed.")


def _task_keys(draft: Draft) -> None:
    """Source of the message: databricks/cli#1297."""
    seen: set[object] = set()
    for task in draft.tasks:
        key = task.get("task_key")
        if not isinstance(key, str) or not key:
            raise invalid_parameter(f"Missing required field: {draft.prefix}.tasks.task_key.")
        if key in seen:
            raise invalid_parameter(f"Duplicate task key: {key}")
        seen.add(key)


def _dependencies(draft: Draft) -> None:
    """Source of the first message: terraform-provider-databricks#1527."""
    keys = {task["task_key"] for task in draft.tasks}
    for task in draft.tasks:
        for dependency in dicts_in(task.get("depends_on")):
            if "task_key" not in dependency:
                field = f"{draft.prefix}.tasks.depends_on.task_key"
                raise invalid_parameter(f"Missing required field: {field}")
            if dependency["task_key"] not in keys or dependency["task_key"] == task["task_key"]:
                raise invalid_parameter(
                    f"Task {task['task_key']} depends on unknown task {dependency['task_key']}."
                )


def _job_clusters(draft: Draft) -> None:
    """Source of the message: databricks/cli acceptance tests of job clusters."""
    clusters = dicts_in(draft.settings.get("job_clusters"))
    if clusters and not draft.tasks:
        raise invalid_parameter("Shared job cluster feature is only supported in multi-task jobs.")
    keys = {cluster.get("job_cluster_key") for cluster in clusters}
    for task in draft.all_tasks:
        key = task.get("job_cluster_key")
        if key is not None and key not in keys:
            raise invalid_parameter(
                f"Job cluster {key} of task {task.get('task_key')} is not defined in job_clusters."
            )


def _compute(draft: Draft) -> None:
    """Source of the message: terraform-provider-databricks#3414, databricks/cli#4857."""
    for task in draft.all_tasks:
        kinds = [kind for kind in NEEDS_COMPUTE if kind in task]
        if not kinds or any(field in task for field in COMPUTE_FIELDS):
            continue
        notebook = task.get("notebook_task")
        if isinstance(notebook, dict) and "warehouse_id" in notebook:
            continue
        if not (draft.serverless and kinds[0] in SERVERLESS_CAPABLE):
            raise invalid_parameter(_NO_COMPUTE + ("" if draft.serverless else _NO_SERVERLESS))


_NO_COMPUTE = "One of job_cluster_key, new_cluster, or existing_cluster_id must be specified."
_NO_SERVERLESS = " Serverless compute for workflows is not enabled in the workspace."


def _pools(draft: Draft) -> None:
    """Source: databricks-sdk-py#771."""
    for cluster in draft.clusters:
        if "instance_pool_id" not in cluster:
            continue
        for field in ("node_type_id", "driver_node_type_id", "enable_elastic_disk"):
            if field in cluster:
                raise invalid_parameter(
                    f"The field '{field}' cannot be supplied when an instance pool ID is provided."
                )


def _cluster_size(draft: Draft) -> None:
    """Sources: databricks/cli#1546, databrickslabs/dbx#830."""
    for cluster in draft.clusters:
        by_policy = "policy_id" in cluster and cluster.get("apply_policy_default_values") is True
        sized = "num_workers" in cluster or "autoscale" in cluster
        if not (sized or by_policy or cluster.get("is_single_node") is True):
            field = "settings.cluster_spec.new_cluster.size"
            raise invalid_parameter(f"Cluster validation error: Missing required field: {field}")
        if cluster.get("num_workers") == 0 and not _is_single_node(cluster):
            raise invalid_parameter(
                "NumWorkers could be 0 only for SingleNode clusters. See"
                " https://docs.databricks.com/clusters/single-node.html for more details"
            )


def _is_single_node(cluster: JsonDict) -> bool:
    """A policy may make a cluster single-node, so one with a policy passes."""
    if cluster.get("is_single_node") is True or "policy_id" in cluster:
        return True
    tags, conf = cluster.get("custom_tags", {}), cluster.get("spark_conf", {})
    tagged = isinstance(tags, dict) and tags.get("ResourceClass") == "SingleNode"
    profile = "spark.databricks.cluster.profile"
    return tagged and isinstance(conf, dict) and conf.get(profile) == "singleNode"


def _git_source(draft: Draft) -> None:
    """Source: databricks/cli libs/testserver/jobs.go (validateJobGitSource)."""
    source = draft.settings.get("git_source")
    if source is None:
        return
    provider = source.get("git_provider") if isinstance(source, dict) else None
    if str(provider).lower() not in GIT_PROVIDERS.split(","):
        raise invalid_parameter(f"git_source.git_provider must be one of: {GIT_PROVIDERS}")


def _webhooks(draft: Draft) -> None:
    """Sources: databricks/bundle-examples#22, terraform-provider-databricks#1842 and #1989."""
    for holder, path in _webhook_holders(draft):
        for event, targets in holder.items():
            field = f"{path}.webhook_notifications.{event}"
            if len(dicts_in(targets)) > MAX_WEBHOOKS:
                raise invalid_parameter(f"{field} has more than {MAX_WEBHOOKS} destinations.")
            for target in dicts_in(targets):
                if not target.get("id"):
                    raise invalid_parameter(f"Missing required field: {field}.id")
                if not draft.existing.has_destination(str(target["id"])):
                    raise invalid_parameter(f"Webhook with id '{target['id']}' was not found.")


def _webhook_holders(draft: Draft) -> Iterator[tuple[JsonDict, str]]:
    for owner, path in (
        (draft.settings, draft.prefix),
        *((task, f"{draft.prefix}.tasks") for task in draft.all_tasks),
    ):
        if isinstance(owner.get("webhook_notifications"), dict):
            yield owner["webhook_notifications"], path


def _existing_clusters(draft: Draft) -> None:
    """Sources: databricks/cli#900, databricks-sdk-py#744."""
    for task in draft.all_tasks:
        cluster_id = task.get("existing_cluster_id")
        if cluster_id is None:
            continue
        source = draft.existing.cluster_source(str(cluster_id))
        if source is None:
            raise invalid_parameter(f"Cluster {cluster_id} does not exist")
        if source == "JOB":
            raise invalid_parameter("existing_cluster_id only supports all-purpose cluster IDs")


def _jobs_to_run(draft: Draft) -> None:
    for task in draft.all_tasks:
        run_job = task.get("run_job_task")
        if isinstance(run_job, dict) and not draft.existing.has_job(run_job.get("job_id")):
            raise invalid_parameter(f"Job {run_job.get('job_id', 0)} does not exist.")


def _warehouses(draft: Draft) -> None:
    """Source of the message: databricks/cli golden files of dashboards."""
    for task in draft.all_tasks:
        for value in task.values():
            warehouse_id = value.get("warehouse_id") if isinstance(value, dict) else None
            if warehouse_id and not draft.existing.has_warehouse(str(warehouse_id)):
                raise not_found(f"Warehouse {warehouse_id} does not exist")


RULES: tuple[Callable[[Draft], None], ...] = (
    _shape,
    _name,
    _limits,
    _task_keys,
    _dependencies,
    _job_clusters,
    _compute,
    _pools,
    _cluster_size,
    _git_source,
    _webhooks,
    _existing_clusters,
    _jobs_to_run,
    _warehouses,
)
