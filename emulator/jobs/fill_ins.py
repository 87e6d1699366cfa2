"""Values that some workspaces fill in beyond what all do: `WorkspaceOptions.also_fills_in`.

Sources: databricks/cli bundle/direct/dresources/resources.yml (backend defaults) and
bundle/configsync/defaults.go; terraform-provider-databricks jobs/resource_job.go (suppressed
differences). The vendor's acceptance outputs that were recorded on clouds do not have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from emulator.json_values import JobSettings, JsonDict

Holder = Literal["job", "task", "cluster"]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a value may depend on."""

    source: str
    run_as_user_name: str


@dataclass(frozen=True, slots=True)
class FillIn:
    """A value at a path of every job, task or cluster; None leaves it out."""

    holder: Holder
    path: tuple[str, ...]
    value: Callable[[JsonDict, Situation], Any]


def _source_of(*path: str) -> FillIn:
    return FillIn("task", (*path, "source"), lambda _, situation: situation.source)


def _constant(holder: Holder, *path: str, value: object) -> FillIn:
    return FillIn(holder, path, lambda *_: value)


def _retry_on_timeout(task: JsonDict, _: Situation) -> bool | None:
    retries = "max_retries" in task or "min_retry_interval_millis" in task
    return False if retries else None


_ALERT = ("email_notifications", "no_alert_for_skipped_runs")
FILL_INS: Mapping[str, tuple[FillIn, ...]] = {
    "driver_node_type_id": (
        FillIn("cluster", ("driver_node_type_id",), lambda held, _: held.get("node_type_id")),
    ),
    "enable_local_disk_encryption": (
        _constant("cluster", "enable_local_disk_encryption", value=False),
    ),
    "single_user_name": (
        FillIn("cluster", ("single_user_name",), lambda _, known: known.run_as_user_name),
    ),
    "spark_python_task.source": (_source_of("spark_python_task"),),
    "dbt_task.source": (_source_of("dbt_task"),),
    "sql_task.file.source": (_source_of("sql_task", "file"),),
    "retry_on_timeout": (FillIn("task", ("retry_on_timeout",), _retry_on_timeout),),
    "disabled": (_constant("task", "disabled", value=False),),
    "full_refresh": (_constant("task", "pipeline_task", "full_refresh", value=False),),
    # Computed in terraform-provider-databricks#4452; the CLI would change it back with each deploy.
    "run_as_repl": (_constant("task", "spark_jar_task", "run_as_repl", value=True),),
    "performance_target": (_constant("job", "performance_target", value="PERFORMANCE_OPTIMIZED"),),
    "no_alert_for_skipped_runs": (
        _constant("job", *_ALERT, value=False),
        _constant("task", *_ALERT, value=False),
    ),
}


def with_fill_ins(settings: JobSettings, names: Iterable[str], situation: Situation) -> JobSettings:
    """Return settings with the named values wherever they are missing."""
    rows = [row for name in names for row in FILL_INS[name]]
    if not rows:
        return settings
    fill = _Filling(rows, situation)
    filled = fill.values(settings, "job")
    return _each(_each(filled, "tasks", fill.task), "job_clusters", fill.cluster)


@dataclass(frozen=True, slots=True)
class _Filling:
    rows: list[FillIn]
    situation: Situation

    def task(self, task: JsonDict) -> JsonDict:
        task = self.cluster(self.values(task, "task"))
        loop = task.get("for_each_task")
        if not isinstance(loop, dict) or not isinstance(loop.get("task"), dict):
            return task
        return {**task, "for_each_task": {**loop, "task": self.task(loop["task"])}}

    def cluster(self, holder: JsonDict) -> JsonDict:
        cluster = holder.get("new_cluster")
        if not isinstance(cluster, dict):
            return holder
        return {**holder, "new_cluster": self.values(cluster, "cluster")}

    def values(self, held: JsonDict, holder: Holder) -> JsonDict:
        for row in self.rows:
            value = row.value(held, self.situation) if row.holder == holder else None
            if value is not None:
                held = _with(held, row.path, value)
        return held


def _each(settings: JobSettings, name: str, fill: Callable[[JsonDict], JsonDict]) -> JobSettings:
    items = settings.get(name)
    if not isinstance(items, list):
        return settings
    return {**settings, name: [fill(item) if isinstance(item, dict) else item for item in items]}


def _with(held: JsonDict, path: tuple[str, ...], value: object) -> JsonDict:
    """Return an object with a value where it has none; what is missing on the way stays so."""
    if len(path) == 1:
        return {path[0]: value, **held}
    inner = held.get(path[0])
    return {**held, path[0]: _with(inner, path[1:], value)} if isinstance(inner, dict) else held
