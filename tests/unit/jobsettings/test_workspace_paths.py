"""Which files of the workspace a job needs."""

import pytest

from core.jobsettings.workspace_paths import (
    find_workspace_paths,
    is_decided_by_each_run,
    workspace_path,
)
from tests.builders import job

GIT = {"git_source": {"git_url": "https://git.example/x.git", "git_provider": "gitHub"}}


def paths(task: dict, **settings) -> tuple[str, ...]:
    return find_workspace_paths(job("a", tasks=[{"task_key": "t", **task}], **settings))


NOTEBOOK = {"notebook_task": {"notebook_path": "/Shared/a"}}
PYTHON = {"spark_python_task": {"python_file": "/Shared/a.py"}}
SQL = {"sql_task": {"file": {"path": "/Shared/a.sql"}}}
DBT = {"dbt_task": {"project_directory": "/Shared/dbt/", "profiles_directory": "profiles"}}


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (NOTEBOOK, "/Workspace/Shared/a"),
        (PYTHON, "/Workspace/Shared/a.py"),
        (SQL, "/Workspace/Shared/a.sql"),
        (DBT, "/Workspace/Shared/dbt"),
        (
            {"alert_task": {"workspace_path": "/Workspace/a.dbalert.json"}},
            "/Workspace/a.dbalert.json",
        ),
        ({"gen_ai_compute_task": {"training_script_path": "/Shared/a"}}, "/Workspace/Shared/a"),
        ({"libraries": [{"whl": "/Shared/a.whl"}]}, "/Workspace/Shared/a.whl"),
        (
            {"new_cluster": {"init_scripts": [{"workspace": {"destination": "/Shared/a.sh"}}]}},
            "/Workspace/Shared/a.sh",
        ),
        (
            {"for_each_task": {"inputs": "[1]", "task": {"task_key": "x", **NOTEBOOK}}},
            "/Workspace/Shared/a",
        ),
    ],
)
def test_a_path_of_every_kind_is_found(task, expected) -> None:
    assert paths(task) == (expected,)


@pytest.mark.parametrize(
    "path",
    [
        "dbfs:/a.py",
        "s3://b/a.py",
        "abfss://c@d/a.py",
        "/Volumes/c/s/v/a.py",
        "/dbfs/a.py",
        "a.py",
        3,
    ],
)
def test_what_lies_elsewhere_is_no_workspace_path(path) -> None:
    assert paths({"spark_python_task": {"python_file": path}}) == ()


@pytest.mark.parametrize("task", [NOTEBOOK, SQL, DBT])
def test_without_a_source_the_files_of_a_git_job_are_in_git(task) -> None:
    assert paths(task) != ()
    assert paths(task, **GIT) == ()


def test_without_a_source_a_python_file_is_in_the_workspace_even_in_a_git_job() -> None:
    assert paths(PYTHON, **GIT) == ("/Workspace/Shared/a.py",)


@pytest.mark.parametrize(("source", "expected"), [("GIT", ()), ("WORKSPACE", ("/Workspace/S/a",))])
def test_the_source_decides_whatever_the_job_has(source, expected) -> None:
    task = {"notebook_task": {"notebook_path": "/S/a", "source": source}}
    assert paths(task) == paths(task, **GIT) == expected


def test_each_path_comes_once_with_or_without_its_prefix() -> None:
    settings = job(
        "a",
        tasks=[
            {"task_key": "x", "notebook_task": {"notebook_path": "/Shared/b"}},
            {"task_key": "y", "notebook_task": {"notebook_path": "/Workspace/Shared/b"}},
            {"task_key": "z", "notebook_task": {"notebook_path": "/Shared/a"}},
        ],
    )
    assert find_workspace_paths(settings) == ("/Workspace/Shared/a", "/Workspace/Shared/b")


def test_other_shapes_hold_no_paths() -> None:
    assert find_workspace_paths({"tasks": {"notebook_task": 1}}) == ()
    assert find_workspace_paths({"tasks": [None, {"notebook_task": [1]}, {"libraries": {}}]}) == ()


def test_a_dynamic_value_is_known_by_its_braces() -> None:
    assert is_decided_by_each_run("/Workspace/{{job.parameters.env}}/a")
    assert not is_decided_by_each_run("/Workspace/{a}")


def test_paths_get_their_prefix_once() -> None:
    assert workspace_path("/Workspace") == "/Workspace"
    assert workspace_path("/Workspaces/a") == "/Workspace/Workspaces/a"
