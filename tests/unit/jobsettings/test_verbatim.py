"""Values that travel as they stand."""

import pytest

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
    cluster = {"node_type_id": "D4", "num_workers": 2, "custom_tags": {"env": "dev"}}
    inner = notebook_task("inner", new_cluster=cluster)
    settings = {"tasks": [{"task_key": "each", "for_each_task": {"inputs": "[]", "task": inner}}]}
    place = "tasks[each].for_each_task.task"
    assert found(settings) == {
        f"{place}.notebook_task.notebook_path": ("/Shared/inner", "path"),
        f"{place}.new_cluster.node_type_id": ("D4", "node type"),
        f"{place}.new_cluster.custom_tags.env": ("dev", "tag"),
        "tasks[each].for_each_task.inputs": ("[]", "input"),
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


RUN_JOB = {
    "job_parameters": {"x": "v"},
    "notebook_params": {"x": "v"},
    "jar_params": ["v"],
    "python_params": ["v"],
    "python_named_params": {"x": "v"},
    "spark_submit_params": ["v"],
    "sql_params": {"x": "v"},
    "dbt_commands": ["v"],
    "pipeline_params": {"refresh_selection": ["v"]},
}
IN_A_TASK = {
    **{f"run_job_task.{field}": {"run_job_task": {field: RUN_JOB[field]}} for field in RUN_JOB},
    "condition, left": {"condition_task": {"left": "v", "op": None}},
    "condition, right": {"condition_task": {"right": "v"}},
    "inputs": {"for_each_task": {"inputs": "v"}},
    "filters": {"dashboard_task": {"filters": {"region": "v"}}},
    "subject": {"dashboard_task": {"subscription": {"custom_subject": "v"}}},
    "page": {
        "dashboard_task": {"subscription": {"attachment": {"page_attachment": {"page_ids": ["v"]}}}}
    },
    "AI output": {"ai_function_task": {"output": {"catalog": "v"}}},
    "AI table": {"ai_function_task": {"delta_table": {"table_name": "v"}}},
    "AI volume": {"ai_function_task": {"volume": {"volume_path": "v"}}},
    "AI schema": {"ai_function_task": {"ai_extract": {"schema": "v"}}},
    "alert": {"alert_task": {"parameters": {"x": "v"}}},
    "refresh": {"pipeline_task": {"full_refresh_selection": ["v"]}},
    "operator": {"python_operator_task": {"parameters": [{"value": "v"}]}},
    "tags of a cluster": {"new_cluster": {"custom_tags": {"x": "v"}}},
    "nested": {"for_each_task": {"task": {"condition_task": {"left": "v"}}}},
}
IN_A_JOB = {
    "tags": {"tags": {"x": "v"}},
    **{
        field: {"git_source": {field: "v", "git_provider": None}}
        for field in ("git_url", "git_branch", "git_tag", "git_commit")
    },
    "source": {"git_source": {"job_source": {"import_from_git_branch": "v"}}},
    "notebook at the top": {"notebook_task": {"notebook_path": "v"}},
    "jar at the top": {"spark_jar_task": {"parameters": ["v"]}},
    "libraries at the top": {"libraries": [{"jar": "v"}]},
    "cluster at the top": {"new_cluster": {"spark_conf": {"x": "v"}}},
    "tags of a shared cluster": {"job_clusters": [{"new_cluster": {"custom_tags": {"x": "v"}}}]},
}


@pytest.mark.parametrize("case", IN_A_TASK)
def test_each_value_of_a_task_is_listed(case) -> None:
    settings = {"tasks": [{"task_key": "a", **IN_A_TASK[case]}]}
    assert [value for value, _ in found(settings).values()] == ["v"]


@pytest.mark.parametrize("case", IN_A_JOB)
def test_each_value_of_a_job_is_listed(case) -> None:
    assert [value for value, _ in found(IN_A_JOB[case]).values()] == ["v"]


@pytest.mark.parametrize(
    ("value", "is_listed"),
    [
        ("{{job.id}}", False),
        (" {{ tasks.a.values.b }} ", False),
        ("{{secrets/dev/key}}", True),
        ("{{job.id}}-dev", True),
        ("dev", True),
    ],
)
def test_what_each_run_computes_needs_no_mention(value, is_listed) -> None:
    settings = {"tasks": [{"task_key": "a", "condition_task": {"left": value}}]}
    assert bool(found(settings)) == is_listed


@pytest.mark.parametrize(
    ("field", "value", "is_listed"),
    [
        ("endpoint_id", "x", True),
        ("page_ids", ["x"], True),
        ("id", 7, True),
        ("target", "0123-456789-abcdefgh", True),
        ("target", "--warehouse=1a2b3c4d5e6f7a8b", True),
        ("target", "11111111-2222-3333-4444-555555555555", True),
        ("target", 123456789, True),
        ("deep", {"deeper": [{"model_id": "x"}]}, True),
        ("target", "fast", False),
        ("target", "feedbacks", False),
        ("retries", 3, False),
        ("ratio", 0.123456789, False),
        ("is_id", False, False),
        ("model_id", "", False),
        ("paid", "yes", False),
    ],
)
def test_of_a_task_that_is_not_known_ids_are_listed(field, value, is_listed) -> None:
    task = {"task_key": "a", "brand_new_task": {field: value}}
    for settings in (
        {"tasks": [task]},
        {"tasks": [{"task_key": "b", "for_each_task": {"task": task}}]},
        {"brand_new_task": {field: value}},
    ):
        assert {what for _, what in found(settings).values()} == (
            {"possible id"} if is_listed else set()
        )
