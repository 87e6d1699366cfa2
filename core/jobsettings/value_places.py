"""The catalogue of the places whose values differ by environment and can be mapped by a rule.

Here are places only; what becomes of their values is decided in `core.mapping`. References by name
are in `references`, everything that is copied unchanged without a rule in `verbatim`. Dashboards
are in both: their names are paths.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.jobsettings import workspace_paths
from core.jobsettings.kinds import Kind
from core.jobsettings.places import NOTIFICATION_EVENTS, Place, key_of
from core.jobsettings.tree import PathTree, settings_tree
from core.json_text import JobSettings


class Form(StrEnum):
    """What a value is."""

    PATH = "path"
    DASHBOARD = "dashboard"  # a reference by its path
    DEPENDENCY = "dependency"  # a package, or a path, or an option with a path
    TABLE = "table"  # `catalog.schema.table`; the parts before the table may be missing
    MODEL = "model"  # `catalog.schema.model`; the parts after the catalog may be missing
    CATALOG = "catalog"
    SCHEMA = "schema"
    PARAMETER = "parameter"
    EMAIL = "e-mail address"
    BRANCH = "Git branch"
    GIT_URL = "Git repository"
    NODE_TYPE = "node type"
    ZONE = "cloud zone"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class ValuePlace:
    """A place that holds one value of a form.

    `name_field` is the sibling that holds the name of a parameter; where it is empty the key of
    the value itself is the name. `git_by_default` is None where a sibling `source` means nothing;
    see `workspace_paths.FilePath` for True and False.
    """

    pattern: str
    form: Form
    name_field: str = ""
    git_by_default: bool | None = None


def _places(form: Form, *patterns: str) -> tuple[ValuePlace, ...]:
    return tuple(ValuePlace(pattern, form) for pattern in patterns)


def _files(paths: tuple[workspace_paths.FilePath, ...]) -> tuple[ValuePlace, ...]:
    return tuple(
        ValuePlace(path.pattern, Form.PATH, git_by_default=path.git_by_default) for path in paths
    )


_SELECTIONS = ("refresh_selection", "full_refresh_selection")
_EMAILS = _places(Form.EMAIL, *(f"email_notifications.{event}[]" for event in NOTIFICATION_EVENTS))

# Source: databricks-sdk service/jobs.py and compute.py.
JOB_PLACES: tuple[ValuePlace, ...] = (
    *_EMAILS,
    ValuePlace("parameters[].default", Form.PARAMETER, name_field="name"),
    *_places(Form.BRANCH, "git_source.git_branch", "git_source.job_source.import_from_git_branch"),
    *_places(Form.GIT_URL, "git_source.git_url"),
    *_places(Form.TAG, "tags.*"),
    *_places(
        Form.PATH,
        "parent_path",
        "trigger.file_arrival.url",
        "triggers[].file_arrival.url",
        "environments[].spec.base_environment",
        "environments[].spec.project_environment",
        "environment_variables[].spec.files[]",
    ),
    *_places(
        Form.DEPENDENCY,
        "environments[].spec.dependencies[]",
        "environments[].spec.java_dependencies[]",
    ),
    *_places(
        Form.TABLE, "trigger.table_update.table_names[]", "triggers[].table_update.table_names[]"
    ),
    # "mycatalog.myschema" in the case of schema-level triggers.
    *_places(Form.MODEL, "trigger.model.securable_name", "triggers[].model.securable_name"),
    *_places(Form.PARAMETER, "environment_variables[].spec.variables.*"),
)

TASK_PLACES: tuple[ValuePlace, ...] = (
    *_EMAILS,
    *_places(
        Form.EMAIL,
        "sql_task.alert.subscriptions[].user_name",
        "sql_task.dashboard.subscriptions[].user_name",
        "dashboard_task.subscription.subscribers[].user_name",
        "alert_task.subscribers[].user_name",
    ),
    *_files(workspace_paths.TASK_PATHS),
    *_places(Form.DASHBOARD, *(path.pattern for path in Kind.DASHBOARD.paths)),
    *_places(
        Form.PATH,
        "libraries[].egg",
        "spark_jar_task.jar_uri",
        "gen_ai_compute_task.mlflow_experiment_name",
        "ai_runtime_task.experiment",
        "ai_runtime_task.mlflow_experiment_directory",
        "ai_runtime_task.mlflow_artifact_location",
        "ai_runtime_task.code_source_path",
        "ai_runtime_task.unity_catalog_image_path",
        "ai_runtime_task.deployments[].command_path",
        "ai_function_task.volume.volume_path",
        "ai_function_task.ai_parse_document.image_output_path",
    ),
    *_places(
        Form.CATALOG,
        "dbt_task.catalog",
        "ai_function_task.output.catalog",
        "power_bi_task.tables[].catalog",
    ),
    *_places(
        Form.SCHEMA,
        "dbt_task.schema",
        "ai_function_task.output.schema",
        "power_bi_task.tables[].schema",
    ),
    *_places(
        Form.TABLE,
        "ai_function_task.delta_table.table_name",
        *(f"pipeline_task.{selection}[]" for selection in _SELECTIONS),
        *(f"run_job_task.pipeline_params.{selection}[]" for selection in _SELECTIONS),
    ),
    *_places(
        Form.PARAMETER,
        "notebook_task.base_parameters.*",
        "clean_rooms_notebook_task.notebook_base_parameters.*",
        "python_wheel_task.named_parameters.*",
        "sql_task.parameters.*",
        "alert_task.parameters.*",
        "dashboard_task.filters.*",
        "pipeline_task.parameters.*",
        "run_job_task.job_parameters.*",
        "run_job_task.notebook_params.*",
        "run_job_task.python_named_params.*",
        "run_job_task.sql_params.*",
    ),
    ValuePlace("python_operator_task.parameters[].value", Form.PARAMETER, name_field="name"),
)

CLUSTER_PLACES: tuple[ValuePlace, ...] = (
    *_files(workspace_paths.CLUSTER_PATHS),
    *_places(
        Form.PATH,
        *(
            f"init_scripts[].{store}.destination"
            for store in ("volumes", "dbfs", "s3", "abfss", "gcs", "file")
        ),
        *(f"cluster_log_conf.{store}.destination" for store in ("dbfs", "s3", "volumes")),
    ),
    *_places(
        Form.NODE_TYPE,
        "node_type_id",
        "driver_node_type_id",
        "worker_node_type_flexibility.alternate_node_type_ids[]",
        "driver_node_type_flexibility.alternate_node_type_ids[]",
    ),
    *_places(Form.ZONE, "aws_attributes.zone_id", "gcp_attributes.zone_id"),
    *_places(Form.TAG, "custom_tags.*"),
    *_places(Form.PARAMETER, "spark_conf.*", "spark_env_vars.*"),
)


def places_tree(forms: Collection[Form]) -> PathTree[ValuePlace]:
    """Build the tree of the places that hold values of these forms, for walks of one's own."""
    job, task, cluster = (
        [place for place in places if place.form in forms]
        for places in ((*TASK_PLACES, *JOB_PLACES), TASK_PLACES, CLUSTER_PLACES)
    )
    return settings_tree(job, task, cluster)


@dataclass(frozen=True, slots=True)
class FoundValue:
    """One text found at a place of the catalogue. `holder` is the object or list around it."""

    place: Place
    value: str
    leaf: ValuePlace
    holder: Any

    @property
    def name(self) -> str:
        """Return the name of a parameter or tag; of other values the key they have."""
        if not self.leaf.name_field:
            return key_of(self.place)
        name = self.holder.get(self.leaf.name_field)
        return name if isinstance(name, str) else ""

    def sibling(self, key: str) -> str:
        """Return the text beside it; empty where there is none."""
        value = self.holder.get(key) if isinstance(self.holder, dict) else None
        return value if isinstance(value, str) else ""

    def is_in_git(self, *, has_git: bool) -> bool:
        """Whether it is a path inside the job's Git source, which is the same everywhere."""
        by_default = self.leaf.git_by_default
        return (
            by_default is not None
            and isinstance(self.holder, dict)
            and workspace_paths.source_of(self.holder, by_default, has_git) == "GIT"
        )


def find_values(settings: JobSettings, tree: PathTree[ValuePlace]) -> Iterator[FoundValue]:
    """Yield the texts at the places of a tree, in the order of the settings; none from Git."""
    has_git = settings.get("git_source") is not None
    for found in _walk(settings, tree, None):
        if not found.is_in_git(has_git=has_git):
            yield found


def _walk(node: Any, tree: PathTree[ValuePlace], place: Place | None) -> Iterator[FoundValue]:
    inner: list[tuple[Place, PathTree[ValuePlace], Any]] = []
    if isinstance(node, dict):
        inner = [((place, key, None), branch, node[key]) for key, branch in tree.branches(node)]
    elif isinstance(node, list) and "[]" in tree.children:
        branch = tree.children["[]"]
        inner = [((place, index, item), branch, item) for index, item in enumerate(node)]
    for here, branch, value in inner:
        if branch.leaves and isinstance(value, str):
            yield FoundValue(here, value, branch.leaves[0], node)
        yield from _walk(value, branch, here)
