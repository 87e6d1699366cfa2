"""Values that may differ between environments, have no name to map, and are copied unchanged."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.jobsettings.known_ids import NO_IDS, KnownIds
from core.jobsettings.places import NOTIFICATION_EVENTS, element_key, join_element, join_key
from core.jobsettings.tree import PathTree, settings_tree
from core.json_text import JobSettings

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class VerbatimPath:
    """A place that holds such values; everything below it counts. `what` is the word for people.

    `only_ids` is True where nothing is known of the fields: only what looks like an id counts.
    """

    pattern: str
    what: str
    only_ids: bool = False


@dataclass(frozen=True, slots=True)
class Verbatim:
    """One value that is copied unchanged.

    `ids` say whose ids it holds, as far as that is known: of objects of the source workspace.
    """

    path: str
    value: Scalar
    what: str
    ids: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Return what the value is, in words."""
        return f"{self.what}, id of {', '.join(self.ids)}" if self.ids else self.what


_EMAILS = tuple(
    VerbatimPath(f"email_notifications.{event}", "e-mail address") for event in NOTIFICATION_EVENTS
)

# Source: databricks-sdk service/jobs.py and compute.py.
JOB_PATHS: tuple[VerbatimPath, ...] = (
    *_EMAILS,
    VerbatimPath("parameters[].default", "parameter"),
    VerbatimPath("git_source.git_url", "Git repository"),
    VerbatimPath("git_source.git_branch", "Git branch"),
    VerbatimPath("git_source.git_tag", "Git tag"),
    VerbatimPath("git_source.git_commit", "Git commit"),
    VerbatimPath("git_source.job_source", "Git source of the job"),
    VerbatimPath("git_source.sparse_checkout", "Git path"),
    VerbatimPath("tags", "tag"),
    VerbatimPath("trigger.file_arrival.url", "storage location"),
    VerbatimPath("triggers[].file_arrival.url", "storage location"),
    VerbatimPath("trigger.table_update.table_names", "table"),
    VerbatimPath("triggers[].table_update.table_names", "table"),
    VerbatimPath("trigger.table.table_names", "table"),
    VerbatimPath("trigger.model.securable_name", "model"),
    VerbatimPath("trigger.model.aliases", "model alias"),
    VerbatimPath("triggers[].model.securable_name", "model"),
    VerbatimPath("triggers[].model.aliases", "model alias"),
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
    VerbatimPath("sql_task.dashboard.custom_subject", "subject"),
    VerbatimPath("dashboard_task.filters", "filter"),
    VerbatimPath("dashboard_task.subscription.custom_subject", "subject"),
    VerbatimPath("dashboard_task.subscription.subscribers[].user_name", "e-mail address"),
    VerbatimPath(
        "dashboard_task.subscription.attachment.page_attachment.page_ids", "part of a dashboard"
    ),
    VerbatimPath(
        "dashboard_task.subscription.attachment.data_attachment.widgets", "part of a dashboard"
    ),
    VerbatimPath("alert_task.subscribers[].user_name", "e-mail address"),
    VerbatimPath("alert_task.workspace_path", "path"),
    VerbatimPath("alert_task.parameters", "parameter"),
    VerbatimPath("condition_task.left", "condition"),
    VerbatimPath("condition_task.right", "condition"),
    VerbatimPath("for_each_task.inputs", "input"),
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
    VerbatimPath("pipeline_task.full_refresh_selection", "table"),
    VerbatimPath("pipeline_task.refresh_selection", "table"),
    VerbatimPath("pipeline_task.refresh_flow_selection", "flow"),
    VerbatimPath("pipeline_task.reset_checkpoint_selection", "table"),
    VerbatimPath("run_job_task.job_parameters", "parameter"),
    VerbatimPath("run_job_task.notebook_params", "parameter"),
    VerbatimPath("run_job_task.jar_params", "parameter"),
    VerbatimPath("run_job_task.python_params", "parameter"),
    VerbatimPath("run_job_task.python_named_params", "parameter"),
    VerbatimPath("run_job_task.spark_submit_params", "parameter"),
    VerbatimPath("run_job_task.sql_params", "parameter"),
    VerbatimPath("run_job_task.dbt_commands", "command"),
    VerbatimPath("run_job_task.pipeline_params", "parameter"),
    VerbatimPath("clean_rooms_notebook_task", "clean room"),
    VerbatimPath("gen_ai_compute_task", "GPU compute"),
    VerbatimPath("ai_runtime_task", "AI runtime"),
    VerbatimPath("ai_function_task", "AI function"),
    VerbatimPath("ai_function_task.output", "table"),
    VerbatimPath("ai_function_task.delta_table", "table"),
    VerbatimPath("ai_function_task.volume", "path"),
    VerbatimPath("ai_function_task.ai_parse_document.image_output_path", "path"),
    VerbatimPath("python_operator_task.main", "code"),
    VerbatimPath("*_task", "possible id", only_ids=True),
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
    VerbatimPath("azure_attributes.capacity_reservation_group", "capacity reservation"),
    VerbatimPath("driver_node_type_flexibility", "node type"),
    VerbatimPath("worker_node_type_flexibility", "node type"),
    VerbatimPath("ssh_public_keys", "SSH key"),
    VerbatimPath("custom_tags", "tag"),
    VerbatimPath("docker_image", "container image"),
    VerbatimPath("spark_conf", "Spark setting"),
    VerbatimPath("spark_env_vars", "environment variable"),
)

# A SINGLE_TASK job of Jobs API 2.0 holds its task's fields at the top.
_CATALOGUE: PathTree[VerbatimPath] = settings_tree(
    (*TASK_PATHS, *JOB_PATHS), TASK_PATHS, CLUSTER_PATHS
)
_ANY_TASK = "*_task"
# What each run computes differs by itself; a secret's scope and key are the environment's.
_DECIDED_BY_EACH_RUN = re.compile(r"\s*\{\{(?!\s*secrets/)[^{}]*\}\}\s*")
# UUIDs, cluster ids, the numbers of jobs, warehouses and queries.
_ID = re.compile(
    r"(?<![\w-])([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d{6}-[a-z0-9]+"
    r"|(?=[a-z]*\d)[0-9a-f]{12,}|\d{6,})(?![\w-])",
    re.IGNORECASE,
)
_ID_KEY = re.compile(r"((^|[._])id|Id)s?(\[[^\]]*\])?$")


def find_verbatim(settings: JobSettings, known: KnownIds = NO_IDS) -> tuple[Verbatim, ...]:
    """Return every value that is copied unchanged although it may have to differ.

    Args:
        known: the objects whose ids are to be recognised in the values.
    """
    return tuple(
        Verbatim(path, value, found.what, ids)
        for path, value, found in _walk(settings, _CATALOGUE, "", None)
        if (ids := known.find_in(path, value)) or _counts(value, path, found)
    )


def _walk(
    node: Any, tree: PathTree[VerbatimPath] | None, path: str, found: VerbatimPath | None
) -> Iterator[tuple[str, Scalar, VerbatimPath]]:
    """Follow the catalogue down to its leaves, and from there to every scalar below."""
    found = tree.leaves[0] if tree and tree.leaves else found
    if tree is None and found is None:
        return
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _walk(value, _branch(tree, key), join_key(path, key), found)
    elif isinstance(node, list):
        branch = tree.child("[]") if tree else None
        for index, item in enumerate(node):
            here = join_element(path, element_key(path, item, index))
            yield from _walk(item, branch, here, found)
    elif found and node is not None:
        yield path, node, found


def _branch(tree: PathTree[VerbatimPath] | None, key: str) -> PathTree[VerbatimPath] | None:
    """Return the level below a key; a task of a type that is not listed has a branch as well."""
    if tree is None:
        return None
    is_task = key.endswith("_task")
    return tree.child(key) or (tree.children.get(_ANY_TASK) if is_task else None)


def _counts(value: Scalar, path: str, found: VerbatimPath) -> bool:
    if isinstance(value, str) and _DECIDED_BY_EACH_RUN.fullmatch(value):
        return False
    return not found.only_ids or _looks_like_an_id(value, path)


def _looks_like_an_id(value: Scalar, path: str) -> bool:
    if isinstance(value, bool | float) or value == "":
        return False
    return bool(_ID_KEY.search(path) or _ID.search(str(value)))
