"""Where settings hold ids."""

import os
import subprocess
import sys

import pytest

from core.jobsettings.kinds import Kind
from core.jobsettings.references import find_references, replace_references


def found(settings):
    return {(ref.path, ref.kind, ref.value, ref.json_type) for ref in find_references(settings)}


def nested(*steps):
    """Build an object down to a value: a text is a key, `[]` a list of one."""
    *path, value = steps
    for step in reversed(path):
        value = [value] if step == "[]" else {step: value}
    return value


TASK_FIELDS = [
    (("existing_cluster_id",), Kind.CLUSTER),
    (("sql_task", "warehouse_id"), Kind.WAREHOUSE),
    (("notebook_task", "warehouse_id"), Kind.WAREHOUSE),
    (("dbt_task", "warehouse_id"), Kind.WAREHOUSE),
    (("dashboard_task", "warehouse_id"), Kind.WAREHOUSE),
    (("alert_task", "warehouse_id"), Kind.WAREHOUSE),
    (("power_bi_task", "warehouse_id"), Kind.WAREHOUSE),
]


@pytest.mark.parametrize(("field", "kind"), TASK_FIELDS)
@pytest.mark.parametrize("around", [(), ("for_each_task", "task")])
def test_an_id_inside_a_task_is_found(field, kind, around):
    settings = nested("tasks", "[]", *around, *field, "id-1")
    path = ".".join(("tasks[0]", *around, *field))
    assert found(settings) == {(path, kind, "id-1", "string")}


@pytest.mark.parametrize("around", [(), ("for_each_task", "task")])
def test_a_job_id_inside_a_task_is_a_number(around):
    settings = nested("tasks", "[]", *around, "run_job_task", "job_id", 2**60 + 1)
    ((_, kind, value, json_type),) = found(settings)
    assert (kind, value, json_type) == (Kind.JOB, 2**60 + 1, "integer")


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        (("existing_cluster_id",), Kind.CLUSTER),
        (("schedule", "sql_condition", "warehouse_id"), Kind.WAREHOUSE),
        (("trigger", "sql_condition", "warehouse_id"), Kind.WAREHOUSE),
        (("triggers", "[]", "sql_condition", "warehouse_id"), Kind.WAREHOUSE),
        (("trigger", "job_completion", "jobs", "[]", "job_id"), Kind.JOB),
        (("triggers", "[]", "job_completion", "jobs", "[]", "job_id"), Kind.JOB),
        (("trigger", "job_completion", "jobs", "[]", "workspace_id"), Kind.WORKSPACE),
        (("triggers", "[]", "job_completion", "jobs", "[]", "workspace_id"), Kind.WORKSPACE),
    ],
)
def test_an_id_at_job_level_is_found_and_is_a_text(steps, kind):
    ((_, found_kind, value, json_type),) = found(nested(*steps, "id-1"))
    assert (found_kind, value, json_type) == (kind, "id-1", "string")


def test_a_job_of_a_trigger_says_which_workspace_it_belongs_to():
    settings = {"trigger": {"job_completion": {"jobs": [{"job_id": "1", "workspace_id": "7"}]}}}
    owners = {ref.kind: ref.owner for ref in find_references(settings)}
    assert owners == {Kind.JOB: "7", Kind.WORKSPACE: None}


def test_a_null_is_no_reference():
    assert found({"existing_cluster_id": None, "tasks": [{"existing_cluster_id": None}]}) == set()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"tasks": None},
        {"tasks": "text"},
        {"tasks": ["text", None, 3]},
        {"tasks": {"existing_cluster_id": "x"}},
        {"tasks": [{"notebook_task": "text"}]},
        {"unknown": {"existing_cluster_id": "x"}, "warehouse_id": "x"},
    ],
)
def test_other_shapes_and_other_paths_are_left_alone(settings):
    assert found(settings) == set()
    assert replace_references(settings, lambda _ref: "new") == settings


def test_replacing_leaves_the_original_untouched():
    settings = {"tasks": [{"task_key": "a", "existing_cluster_id": "old", "x": [1]}], "z": {}}
    result = replace_references(settings, lambda ref: f"new-{ref.value}")
    assert result["tasks"][0]["existing_cluster_id"] == "new-old"
    assert settings["tasks"][0]["existing_cluster_id"] == "old"
    assert list(result["tasks"][0]) == ["task_key", "existing_cluster_id", "x"]


def test_a_path_names_the_task_by_its_key():
    settings = {"tasks": [{"task_key": "load", "existing_cluster_id": "c"}]}
    assert [ref.path for ref in find_references(settings)] == ["tasks[load].existing_cluster_id"]


def test_references_are_found_in_the_order_of_the_settings():
    fields = ["sql_task", "dbt_task", "alert_task", "dashboard_task", "power_bi_task"]
    code = (
        "from core.jobsettings.references import find_references\n"
        f"task = {{field: {{'warehouse_id': field}} for field in {fields}}}\n"
        "print([ref.value for ref in find_references({'tasks': [task]})])"
    )
    for seed in ("1", "2"):  # the order of a Python set depends on it
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == str(fields)
