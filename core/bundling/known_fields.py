"""Which fields bundles know of a job and a task, and which of a definition they leave out.

The vendor's client warns of a field that it does not know, and leaves it out. What is below a task
is not listed here: it is the client that says what it does not know there.
"""

from core.json_text import JobSettings, JsonDict

# Source: databricks-bundles 1.22.1, the models Job and Task; databricks-sdk service/jobs.py, Task.
JOB_FIELDS = frozenset(
    (
        *("budget_policy_id", "continuous", "description", "duration_target"),
        *("email_notifications", "environment_variables", "environments", "git_source", "health"),
        *("job_clusters", "max_concurrent_runs", "name", "notification_settings", "parameters"),
        *("parent_path", "performance_target", "permissions", "queue", "run_as", "schedule"),
        *("tags", "tasks", "timeout_seconds", "trigger", "triggers", "usage_policy_id"),
        "webhook_notifications",
    )
)
TASK_FIELDS = frozenset(
    (
        *("ai_function_task", "ai_runtime_task", "alert_task", "clean_rooms_notebook_task"),
        *("compute", "condition_task", "dashboard_task", "dbt_cloud_task", "dbt_platform_task"),
        *("dbt_task", "depends_on", "description", "disable_auto_optimization", "disabled"),
        *("email_notifications", "environment_key", "environment_variables_key"),
        *("existing_cluster_id", "for_each_task", "gen_ai_compute_task", "health"),
        *("job_cluster_key", "libraries", "max_retries", "min_retry_interval_millis"),
        *("new_cluster", "notebook_task", "notification_settings", "pipeline_task"),
        *("power_bi_task", "python_operator_task", "python_wheel_task", "retry_on_timeout"),
        *("run_if", "run_job_task", "spark_jar_task", "spark_python_task", "spark_submit_task"),
        *("sql_task", "task_key", "timeout_seconds", "webhook_notifications"),
    )
)
ONE_TASK = "main"
"""The key of the task that is made of a job of Jobs API 2.0."""

# A bundle sets the first two itself, the API ignores the third.
_OF_THE_BUNDLE = ("deployment", "edit_mode", "format")
_ONLY_OF_RUNS = "git_snapshot"  # below git_source


def take_out(settings: JobSettings) -> tuple[JobSettings, tuple[str, ...]]:
    """Return settings without what no bundle holds of a job, and the paths of that."""
    left_out = [name for name in _OF_THE_BUNDLE if settings.get(name) is not None]
    kept = {key: value for key, value in settings.items() if key not in _OF_THE_BUNDLE}
    source = kept.get("git_source")
    if isinstance(source, dict) and _ONLY_OF_RUNS in source:
        kept["git_source"] = {key: source[key] for key in source if key != _ONLY_OF_RUNS}
        left_out.append(f"git_source.{_ONLY_OF_RUNS}")
    return kept, tuple(left_out)


def is_of_one_task(settings: JobSettings) -> bool:
    """Whether a job has the fields of its one task beside its own, as in Jobs API 2.0."""
    return "tasks" not in settings and any(
        key.endswith("_task") and isinstance(value, dict) for key, value in settings.items()
    )


def with_tasks(settings: JobSettings) -> JobSettings:
    """Return the settings of such a job in the form of today, with a list of one task."""
    task: JsonDict = {"task_key": ONE_TASK}
    job: JobSettings = {}
    for key, value in settings.items():
        (task if key in TASK_FIELDS - JOB_FIELDS else job)[key] = value
    return {**job, "tasks": [task]}


def find_unknown(settings: JobSettings) -> tuple[str, ...]:
    """Return the names of the fields of the job and of its tasks that bundles do not know."""
    unknown = set(settings.keys() - JOB_FIELDS)
    tasks = settings.get("tasks")
    waiting = list(tasks) if isinstance(tasks, list) else []
    while waiting:
        task = waiting.pop()
        if not isinstance(task, dict):
            continue
        unknown |= {f"tasks[].{key}" for key in task.keys() - TASK_FIELDS}
        loop = task.get("for_each_task")
        if isinstance(loop, dict):
            waiting.append(loop.get("task"))
    return tuple(sorted(unknown))
