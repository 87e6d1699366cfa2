"""Behaviours that differ between Databricks workspaces, or that no source settles.

Each field cites its source; the first value of a choice is the default.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from emulator.errors import invalid_parameter
from emulator.json_values import JsonDict
from emulator.resources import KINDS

FillInName = Literal[
    "driver_node_type_id",
    "enable_local_disk_encryption",
    "single_user_name",
    "spark_python_task.source",
    "dbt_task.source",
    "sql_task.file.source",
    "retry_on_timeout",
    "disabled",
    "full_refresh",
    "run_as_repl",
    "performance_target",
    "no_alert_for_skipped_runs",
]


@dataclass(frozen=True, slots=True)
class WorkspaceOptions:
    """How one emulated workspace answers where real ones may differ."""

    # 400 with INVALID_PARAMETER_VALUE: terraform-provider-databricks#2225.
    # 404 without an error code: databricks/cli libs/testserver/jobs.go.
    missing_job_status: Literal[400, 404] = 400
    # Seen next to creator_user_name on Azure: databricks-sdk-py#967.
    list_has_run_as_user_name: bool = True
    # Which attributes the workspace fills in to clusters that have none.
    cloud: Literal["aws", "azure", "gcp"] = "aws"
    # What the workspace fills in beyond that: jobs/fill_ins.py has sources and values.
    also_fills_in: tuple[FillInName, ...] = ()
    # A job that contradicts its policy is refused: databricks/cli acceptance/bundle/resources/jobs/
    # cluster_policy. Others saw it only when the job ran: databricks/cli#2492, #6492.
    policies_refuse: bool = True
    # databricks/cli#6315: `condition` of a table trigger is accepted and not returned.
    returns_update_condition: bool = True
    # Fields that jobs/list leaves out and jobs/get returns: databricks/cli#1803 has `parameters`.
    # A dot leads into objects and into the objects of a list.
    list_leaves_out: tuple[str, ...] = ()
    # Names of jobs that jobs/list does not show. No source: whether pages may skip is unknown.
    list_skips: tuple[str, ...] = ()
    # Whether a page begins with the last job of the page before: terraform-provider-databricks
    # PR 1744 has seen jobs twice.
    list_repeats: bool = False
    # "explicit": databricks/cli acceptance/bundle/run_as/job_default. "never": older behaviour,
    # terraform-provider-databricks jobs/resource_job.go.
    get_returns_run_as: Literal["explicit", "never"] = "explicit"
    # Unconfirmed whether jobs/get returns a group in settings.run_as.
    get_returns_group_run_as: bool = True
    # Unconfirmed what jobs/get answers for a job of API 2.0 or 2.1 that never had a queue.
    queue_on_get_for_old_jobs: Literal["omitted", "false"] = "omitted"
    # API 2.2 queues by default: docs.databricks.com/reference/jobs-api-updates. Unconfirmed
    # whether jobs/reset fills in the default as jobs/create does.
    reset_defaults_queue: bool = True
    # The vendor documents that lists hold what the caller may view; no source shows it for jobs.
    visibility_by_acl: bool = True
    # Without serverless compute a notebook task needs a cluster: databricks/cli#4857.
    serverless: bool = True
    # How long a run of jobs/run-now takes, which executes nothing: one tenth of it PENDING, the
    # rest RUNNING. Below 0 it stays active until `/_emulator/runs/finish`.
    run_seconds: float = 1.0
    # How runs of jobs/run-now end.
    runs_end_as: Literal["SUCCESS", "FAILED"] = "SUCCESS"
    # The deprecated life cycle of a failed run. "INTERNAL_ERROR" was measured on serverless:
    # databricks/cli libs/testserver/jobs.go, terminateRun.
    failed_life_cycle: Literal["TERMINATED", "INTERNAL_ERROR"] = "TERMINATED"
    # Saved jobs per workspace: docs "Jobs overview"; QUOTA_EXCEEDED beyond it.
    max_jobs: int = 12_000
    # Whether jobs/create takes no notice of `access_control_list`. No source: databricks-sdk
    # jobs.py, JobsAPI.create, documents the field and says nothing of workspaces without it.
    create_ignores_permissions: bool = False
    # RestrictWorkspaceAdmins: admins may set run_as to themselves only, unless they hold a role.
    restrict_workspace_admins: bool = False
    # Service principals (application ids) on which callers lack servicePrincipal/user.
    service_principals_without_user_role: tuple[str, ...] = ()
    # Unconfirmed whether a folder exported with format AUTO is a zip, and how it is laid out.
    folder_zip: bool = True
    zip_layout: Literal["without_top_folder", "with_top_folder"] = "without_top_folder"
    folder_zip_in_git_folder: bool = True
    # ObjectInfo samples: databricks/cli#3691 has times but no size.
    timestamps_on_files: bool = True
    size_on_files: bool = True
    # How long an OAuth access token is valid. An hour: docs "Authorize unattended access to
    # Databricks resources with a service principal using OAuth".
    access_token_s: int = 3600
    # No two machines have the same time: this workspace's clock against the one of this machine,
    # by which files get their times and tokens expire.
    clock_ahead_s: float = 0.0
    # "already_exists" answers 409 also without a race: databricks/cli libs/filer.
    existing_file_error: Literal["resource_already_exists", "already_exists"] = (
        "resource_already_exists"
    )
    # A notebook in the way of a notebook: databricks/cli libs/filer/workspace_files_client.go notes
    # a 400 without an error code, databricks-sdk workspace.py documents RESOURCE_ALREADY_EXISTS.
    existing_notebook_error: Literal["without_code", "resource_already_exists"] = "without_code"
    # databricks/cli bundle/deploy/lock/acquire.go: 10000 children per folder.
    max_children: int = 10_000
    # Workspace import and export: docs "Resource limits".
    max_file_bytes: int = 10_485_760
    # A multipart form or raw body may be larger than base64 in JSON: databricks/cli#6149.
    max_upload_bytes: int = 524_288_000
    # Whether pulling needs a Git credential of the caller, and who holds one.
    pull_needs_credential: bool = False
    git_credentials: tuple[str, ...] = ()
    # databricks/cli#3630: some report that any uncommitted change makes a pull fail.
    git_dirty_refuses: Literal["conflicting", "any"] = "conflicting"
    # The status of a pull that conflicts with uncommitted changes is undocumented.
    git_dirty_status: Literal[400, 409] = 400
    # Hosts without OAuth discovery answer 404: databricks-sdk config.py.
    no_databricks_config: bool = False
    # Unconfirmed whether SCIM Me lists groups that contain the caller's groups.
    me_lists_nested_groups: bool = False
    # Unconfirmed whether non-admins may list notification destinations.
    destinations_need_admin: bool = False
    # Kinds of object that the workspace lacks, by the names in resources.py: legacy dashboards are
    # deprecated (databricks-sdk sql.py), SQL is missing below the premium tier
    # (terraform-provider-databricks#576).
    absent_kinds: tuple[str, ...] = ()
    # How it says so, with status 404. "FEATURE_DISABLED": databrickslabs/ucx#557, #1617.
    absent_kind_error: Literal["ENDPOINT_NOT_FOUND", "FEATURE_DISABLED"] = "ENDPOINT_NOT_FOUND"
    # Workspace-wide requests per second; 0 is no limit. Beyond it 429 REQUEST_LIMIT_EXCEEDED.
    requests_per_second: int = 0
    # Keep every request whole, bodies included, for `GET /_emulator/requests`.
    record_requests: bool = False

    def __post_init__(self) -> None:
        unknown = set(self.absent_kinds) - {kind.seed_key for kind in KINDS}
        if unknown:
            raise invalid_parameter(f"There is no kind {', '.join(sorted(unknown))}")

    def as_json(self) -> JsonDict:
        return asdict(self)
