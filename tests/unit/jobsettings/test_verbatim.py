"""Values that travel as they stand."""

from core.jobsettings.kinds import Kind
from core.jobsettings.verbatim import CLUSTER_PATHS, JOB_PATHS, TASK_PATHS, find_verbatim
from tests.builders import job, notebook_task


def found(settings):
    return {item.path: (item.value, item.what) for item in find_verbatim(settings)}


def test_paths_mails_and_parameters_are_listed() -> None:
    settings = job(
        "load",
        tasks=[
            notebook_task("a", libraries=[{"pypi": {"package": "pandas"}}]),
            {"task_key": "b", "dbt_task": {"catalog": "dev", "commands": ["dbt run"]}},
        ],
        email_notifications={"on_failure": ["ops@shop.example"]},
        parameters=[{"name": "day", "default": "today"}],
    )
    assert found(settings) == {
        "tasks[a].notebook_task.notebook_path": ("/Shared/a", "path"),
        "tasks[a].libraries[0].pypi.package": ("pandas", "library"),
        "tasks[b].dbt_task.catalog": ("dev", "catalog"),
        "tasks[b].dbt_task.commands[0]": ("dbt run", "command"),
        "email_notifications.on_failure[0]": ("ops@shop.example", "e-mail address"),
        "parameters[day].default": ("today", "parameter"),
    }


def test_clusters_and_inner_tasks_count_as_well() -> None:
    inner = notebook_task("inner", new_cluster={"node_type_id": "D4", "num_workers": 2})
    settings = {"tasks": [{"task_key": "each", "for_each_task": {"inputs": "[]", "task": inner}}]}
    place = "tasks[each].for_each_task.task"
    assert found(settings) == {
        f"{place}.notebook_task.notebook_path": ("/Shared/inner", "path"),
        f"{place}.new_cluster.node_type_id": ("D4", "node type"),
    }


def test_what_is_mapped_or_absent_is_not_listed() -> None:
    settings = {
        "tasks": [{"task_key": "a", "existing_cluster_id": "c-1", "notebook_task": None}],
        "email_notifications": {"on_start": [None]},
        "unknown_field": {"path": "/x"},
    }
    assert found(settings) == {}


def test_no_value_is_both_mapped_by_name_and_copied_as_it_stands() -> None:
    verbatim = {"job": JOB_PATHS, "task": TASK_PATHS, "cluster": CLUSTER_PATHS}
    copied = {(level, path.pattern) for level, paths in verbatim.items() for path in paths}
    assert not copied & {(path.level, path.pattern) for kind in Kind for path in kind.paths}
