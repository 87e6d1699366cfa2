"""Values that may differ between environments, have no name to map, and are copied unchanged."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.jobsettings.places import NOTIFICATION_EVENTS, element_key, join_element, join_key
from core.jobsettings.tree import PathTree, settings_tree
from core.json_text import JobSettings


@dataclass(frozen=True, slots=True)
class VerbatimPath:
    """A place that holds such values; everything below it counts. `what` is the word for people."""

    pattern: str
    what: str


@dataclass(frozen=True, slots=True)
class Verbatim:
    """One value that is copied unchanged."""

    path: str
    value: str | int | float | bool
    what: str


_EMAILS = tuple(
    VerbatimPath(f"email_notifications.{event}", "e-mail address") for event in NOTIFICATION_EVENTS
)

# Source: databricks-sdk service/jobs.py and compute.py.
JOB_PATHS: tuple[VerbatimPath, ...] = (
    *_EMAILS,
    VerbatimPath("parameters[].default", "parameter"),
    VerbatimPath("git_source.git_url", "Git repository"),
    VerbatimPath("git_source.git_branch", "Git branch"),
    VerbatimPath("trigger.file_arrival.url", "storage location"),
    VerbatimPath("triggers[].file_arrival.url", "storage location"),
    VerbatimPath("trigger.table_update.table_names", "table"),
    VerbatimPath("triggers[].table_update.table_names", "table"),
    VerbatimPath("trigger.model.securable_name", "model"),
    VerbatimPath("triggers[].model.securable_name", "model"),
    VerbatimPath("environments[].spec", "library or environment"),
    VerbatimPath("environment_variables[].spec", "environment variable"),
    VerbatimPath("budget_policy_id", "budget policy"),
    VerbatimPath("usage_policy_id", "usage policy"),
    VerbatimPath("parent_path", "path"),
    VerbatimPath("job_clusters[].serverless_compute_id", "serverless compute"),
    VerbatimPath("job_clusters[].serverless_compute.policy_id", "serverless policy"),
)

TASK_PATHS: tuple[VerbatimPath, ...] = (
    *_EMAILS,
    VerbatimPath("notebook_task.notebook_path", "path"),
    VerbatimPath("notebook_task.base_parameters", "parameter"),
    VerbatimPath("spark_python_task.python_file", "path"),
    VerbatimPath("spark_python_task.parameters", "parameter"),
    VerbatimPath("spark_jar_task.jar_uri", "library"),
    VerbatimPath("spark_jar_task.parameters", "parameter"),
    VerbatimPath("spark_submit_task.parameters", "parameter"),
    VerbatimPath("python_wheel_task.parameters", "parameter"),
    VerbatimPath("python_wheel_task.named_parameters", "parameter"),
    VerbatimPath("python_operator_task.parameters", "parameter"),
    VerbatimPath("sql_task.file.path", "path"),
    VerbatimPath("sql_task.parameters", "parameter"),
    VerbatimPath("sql_task.alert.subscriptions[].user_name", "e-mail address"),
    VerbatimPath("sql_task.dashboard.subscriptions[].user_name", "e-mail address"),
    VerbatimPath("dashboard_task.subscription.subscribers[].user_name", "e-mail address"),
    VerbatimPath("alert_task.subscribers[].user_name", "e-mail address"),
    VerbatimPath("alert_task.workspace_path", "path"),
    VerbatimPath("dbt_task.project_directory", "path"),
    VerbatimPath("dbt_task.profiles_directory", "path"),
    VerbatimPath("dbt_task.catalog", "catalog"),
    VerbatimPath("dbt_task.schema", "schema"),
    VerbatimPath("dbt_task.commands", "command"),
    VerbatimPath("dbt_cloud_task", "dbt Cloud"),
    VerbatimPath("dbt_platform_task", "dbt platform"),
    VerbatimPath("power_bi_task.connection_resource_name", "connection"),
    VerbatimPath("power_bi_task.power_bi_model", "Power BI model"),
    VerbatimPath("power_bi_task.tables", "table"),
    VerbatimPath("pipeline_task.parameters", "parameter"),
    VerbatimPath("run_job_task.job_parameters", "parameter"),
    VerbatimPath("clean_rooms_notebook_task", "clean room"),
    VerbatimPath("gen_ai_compute_task", "GPU compute"),
    VerbatimPath("ai_runtime_task", "AI runtime"),
    VerbatimPath("libraries", "library"),
)

CLUSTER_PATHS: tuple[VerbatimPath, ...] = (
    VerbatimPath("node_type_id", "node type"),
    VerbatimPath("driver_node_type_id", "node type"),
    VerbatimPath("single_user_name", "user name"),
    VerbatimPath("init_scripts", "path"),
    VerbatimPath("cluster_log_conf", "path"),
    VerbatimPath("aws_attributes.instance_profile_arn", "cloud identity"),
    VerbatimPath("aws_attributes.zone_id", "cloud zone"),
    VerbatimPath("gcp_attributes.google_service_account", "cloud identity"),
    VerbatimPath("gcp_attributes.zone_id", "cloud zone"),
    VerbatimPath("azure_attributes.log_analytics_info", "log analytics"),
    VerbatimPath("docker_image", "container image"),
    VerbatimPath("spark_conf", "Spark setting"),
    VerbatimPath("spark_env_vars", "environment variable"),
)

_CATALOGUE: PathTree[VerbatimPath] = settings_tree(JOB_PATHS, TASK_PATHS, CLUSTER_PATHS)


def find_verbatim(settings: JobSettings) -> tuple[Verbatim, ...]:
    """Return every value that is copied unchanged although it may have to differ."""
    return tuple(_walk(settings, _CATALOGUE, "", ""))


def _walk(
    node: Any, tree: PathTree[VerbatimPath] | None, path: str, what: str
) -> Iterator[Verbatim]:
    """Follow the catalogue down to its leaves, and from there to every scalar below."""
    what = tree.leaves[0].what if tree and tree.leaves else what
    if tree is None and not what:
        return
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _walk(value, tree.child(key) if tree else None, join_key(path, key), what)
    elif isinstance(node, list):
        branch = tree.child("[]") if tree else None
        for index, item in enumerate(node):
            here = join_element(path, element_key(path, item, index))
            yield from _walk(item, branch, here, what)
    elif what and node is not None:
        yield Verbatim(path, node, what)
