"""`databricks bundle` with the direct engine, request by request.

The requests of deploy, run, plan and destroy are those recorded in
acceptance/bundle/user_agent/simple (out.requests.*.direct.json); those of jobs follow
bundle/direct/dresources.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Http
from .vendor_cli import (
    STATUS,
    Step,
    contains,
    delete,
    download,
    import_file,
    me,
    missing,
    mkdirs,
    read_state,
    replay,
    stat,
    upload,
)

USER = "admin@dev.example"
ROOT = f"/Workspace/Users/{USER}/.bundle/shop/default"
STATE, FILES = f"{ROOT}/state", f"{ROOT}/files"
NOTEBOOK = "# Databricks notebook source\nprint(1)\n"
TASK = {
    "task_key": "main",
    "notebook_task": {"notebook_path": f"{FILES}/nb"},
    "new_cluster": {"spark_version": "15.4.x-scala2.12", "node_type_id": "i3", "num_workers": 1},
}
SETTINGS: dict[str, Any] = {
    "name": "shop",
    "deployment": {"kind": "BUNDLE", "metadata_file_path": f"{STATE}/metadata.json"},
    "edit_mode": "UI_LOCKED",
    "format": "MULTI_TASK",
    "max_concurrent_runs": 1,
    "queue": {"enabled": True},
    "tasks": [TASK],
}
LOCK = json.dumps({"ID": "1", "IsForced": False, "User": USER})
OTHER_LOCK = json.dumps({"ID": "2", "IsForced": False, "User": "ana"})
RESOURCES = {"state_version": 3, "serial": 1, "state": {"resources.jobs.shop": {}}}
Write = Callable[..., Step]


def acquire(write: Write, lock: str = LOCK) -> list[Step]:
    """Source: libs/locker/locker.go, Lock; the lock's folder is created on the way."""
    path = f"{STATE}/deploy.lock"
    return [write(path, lock, overwrite=False), stat(path), download(path, lock.encode())]


def release() -> list[Step]:
    """Source: libs/locker/locker.go, Unlock."""
    path = f"{STATE}/deploy.lock"
    return [stat(path), stat(path), download(path, LOCK.encode()), delete(path)]


def first_deploy(write: Write) -> list[Step]:
    """Sources: out.requests.deploy.direct.json; bundle/permissions/workspace_root.go."""
    return [
        me(),
        missing(f"{STATE}/resources.json"),
        missing(f"{STATE}/terraform.tfstate"),
        write(f"{STATE}/deploy.lock", LOCK, overwrite=False, status=404),
        mkdirs(STATE),
        *acquire(write),
        delete(f"{ROOT}/artifacts/.internal", recursive=True, status=404),
        mkdirs(f"{ROOT}/artifacts/.internal"),
        Step("GET", STATUS, {"path": FILES}, status=404),
        mkdirs(FILES),
        Step("GET", STATUS, {"path": FILES}, answer={"object_type": "DIRECTORY"}),
        write(f"{FILES}/nb.py", NOTEBOOK),
        missing(f"{STATE}/deployment.json"),
        write(f"{STATE}/deployment.json", '{"version": 1, "seq": 1}'),
        Step("GET", STATUS, {"path": ROOT}, keep={"root": "object_id"}),
        Step(
            "PATCH",
            "/api/2.0/permissions/directories/{root}",
            json={"access_control_list": [{"group_name": "users", "permission_level": "CAN_READ"}]},
            answer={"object_type": "directory", "access_control_list": list},
        ),
        Step("POST", "/api/2.2/jobs/create", json=SETTINGS, keep={"job": "job_id"}),
        Step(
            "PUT",
            "/api/2.0/permissions/jobs/{job}",
            json={"access_control_list": [{"user_name": USER, "permission_level": "IS_OWNER"}]},
            answer={"object_id": "/jobs/{job}"},
        ),
        write(f"{STATE}/resources.json", json.dumps(RESOURCES)),
        write(f"{STATE}/metadata.json", '{"version": 1}'),
        *release(),
    ]


def next_deploy(write: Write) -> list[Step]:
    """Source: bundle/direct/dresources/job.go (DoRead, DoUpdate), permissions.go (DoRefresh)."""
    changed = {**SETTINGS, "max_concurrent_runs": 2}
    return [
        me(),
        stat(f"{STATE}/resources.json"),
        read_state(f"{STATE}/resources.json", RESOURCES),
        missing(f"{STATE}/terraform.tfstate"),
        *acquire(write),
        stat(f"{STATE}/deployment.json"),
        read_state(f"{STATE}/deployment.json", {"seq": 1}),
        write(f"{FILES}/nb.py", NOTEBOOK),
        Step(
            "GET", "/api/2.2/jobs/get", {"job_id": "{job}"}, answer={"settings": {"name": "shop"}}
        ),
        Step("GET", "/api/2.0/permissions/jobs/{job}", answer={"access_control_list": list}),
        Step("POST", "/api/2.2/jobs/reset", json={"job_id": "{job}", "new_settings": changed}),
        Step(
            "GET",
            "/api/2.2/jobs/get",
            {"job_id": "{job}"},
            answer={"settings": {"max_concurrent_runs": 2}},
        ),
        write(f"{STATE}/resources.json", json.dumps({**RESOURCES, "serial": 2})),
        *release(),
    ]


def plan() -> list[Step]:
    """Source: out.requests.plan2.direct.json; summary stops after the state."""
    return [
        me(),
        stat(f"{STATE}/resources.json"),
        read_state(f"{STATE}/resources.json", {"serial": 2}),
        missing(f"{STATE}/terraform.tfstate"),
        stat(f"{STATE}/deployment.json"),
        read_state(f"{STATE}/deployment.json", {"seq": 1}),
        Step("GET", "/api/2.2/jobs/get", {"job_id": "{job}"}, answer={"job_id": "{job}"}),
        Step("GET", "/api/2.0/permissions/jobs/{job}", answer={"object_type": "job"}),
    ]


def run() -> list[Step]:
    """Sources: out.requests.run.direct.json; bundle/run/job.go; bundle/run/output/job.go."""
    return [
        me(),
        stat(f"{STATE}/resources.json"),
        read_state(f"{STATE}/resources.json", {"serial": 2}),
        Step("POST", "/api/2.2/jobs/run-now", json={"job_id": "{job}"}, keep={"run": "run_id"}),
        Step(
            "GET",
            "/api/2.2/jobs/runs/get",
            {"run_id": "{run}"},
            answer={
                "run_page_url": str,
                "run_name": "shop",
                "state": {"life_cycle_state": "TERMINATED", "result_state": "SUCCESS"},
                "tasks": [{"task_key": "main", "state": {"result_state": "SUCCESS"}}],
            },
            keep={"task": "tasks.0.run_id"},
        ),
        Step(
            "GET",
            "/api/2.2/jobs/runs/get-output",
            {"run_id": "{task}"},
            answer={"notebook_output": {}, "metadata": {"task_key": "main"}},
        ),
        # bundle run --restart, and bundle deploy --fail-on-active-runs
        Step(
            "GET",
            "/api/2.2/jobs/runs/list",
            {"active_only": "true", "job_id": "{job}"},
            answer={"has_more": False},
        ),
    ]


def destroy(write: Write) -> list[Step]:
    """Sources: out.requests.destroy.direct.json; bundle/phases/destroy.go."""
    return [
        me(),
        stat(f"{STATE}/resources.json"),
        read_state(f"{STATE}/resources.json", {"serial": 2}),
        Step("GET", STATUS, {"path": ROOT}, answer={"object_type": "DIRECTORY"}),
        *acquire(write),
        Step("GET", "/api/2.2/jobs/get", {"job_id": "{job}"}, answer={"job_id": "{job}"}),
        Step("GET", "/api/2.0/permissions/jobs/{job}", answer={"object_type": "job"}),
        Step("POST", "/api/2.2/jobs/delete", json={"job_id": "{job}"}),
        delete(ROOT, recursive=True),
        missing(f"{STATE}/deploy.lock"),
    ]


@pytest.mark.parametrize("write", [upload, import_file])
def test_a_bundle_lives_from_deploy_to_destroy(http: Http, write: Write) -> None:
    http.option(run_seconds=0)
    kept = replay(http, first_deploy(write))
    kept = replay(http, next_deploy(write), **kept)
    replay(http, plan(), **kept)
    kept = replay(http, run(), **kept)
    replay(http, destroy(write), **kept)
    replay(http, [Step("GET", STATUS, {"path": ROOT}, status=404)])


@pytest.mark.parametrize(("write", "status"), [(upload, 400), (import_file, 409)])
def test_a_lock_that_another_holds_stops_a_deploy(http: Http, write: Write, status: int) -> None:
    """Source: libs/locker/locker.go, assertLockHeld, which reads who holds it."""
    path = f"{STATE}/deploy.lock"
    http.seed(directories=[STATE])
    replay(http, acquire(write, OTHER_LOCK))
    replay(
        http,
        [
            write(path, LOCK, overwrite=False, status=status),
            stat(path),
            download(path, OTHER_LOCK.encode()),
            # --force-lock
            write(path, LOCK, overwrite=True),
            *release(),
        ],
    )


def test_validate(http: Http) -> None:
    """Source: out.requests.validate.direct.json."""
    replay(
        http,
        [
            Step("GET", "/.well-known/databricks-config", answer={"workspace_id": str}),
            me(),
            Step("GET", STATUS, {"path": FILES}, status=404),
            mkdirs(FILES),
            Step("GET", STATUS, {"path": FILES}, answer={"path": FILES}),
        ],
    )


def test_a_second_plan_finds_no_difference(http: Http) -> None:
    """What the direct engine compares: every field that was written comes back as it was.

    Source: bundle/direct/dresources/job.go; acceptance/bundle/resources/jobs.
    """
    job_id = http.create(**SETTINGS)
    assert contains(http.settings(job_id), SETTINGS)


CLUSTER_DEFAULTS = {
    "aws_attributes",
    "azure_attributes",
    "gcp_attributes",
    "data_security_mode",
    "driver_instance_pool_id",
    "driver_node_type_id",
    "enable_elastic_disk",
    "enable_local_disk_encryption",
    "node_type_id",
}
TASK_DEFAULTS = {"run_if", "source"}
EMPTY = ({}, [], 0, "", None, False)


def drift(written: Any, read: Any, path: str = "") -> list[str]:
    """Return what the direct engine would change back.

    Sources: bundle/direct/dresources/configs/jobs.yml (backend_default, backend_values,
    ignore_remote) and bundle/direct/bundle_plan.go: what is empty on one side is no change.
    """
    if isinstance(written, dict) and isinstance(read, dict):
        ignored = TASK_DEFAULTS if "tasks" in path else {"format"}
        if path.endswith("new_cluster"):
            ignored = CLUSTER_DEFAULTS
        found = []
        for name in written.keys() | read.keys():
            mine, theirs = written.get(name), read.get(name)
            if mine is None and (name in ignored or theirs in EMPTY):
                continue
            found += drift(mine, theirs, f"{path}.{name}")
        return found
    if isinstance(written, list) and isinstance(read, list) and len(written) == len(read):
        pairs = zip(*(sorted(one, key=key_of) for one in (written, read)), strict=True)
        return [line for mine, theirs in pairs for line in drift(mine, theirs, path)]
    return [] if written == read else [f"{path}: {written} is {read}"]


def key_of(element: Any) -> str:
    """Return what the engine matches elements of lists by: dresources/job.go, KeyedSlices."""
    keys = ("task_key", "job_cluster_key", "environment_key", "name", "id")
    found = (element[key] for key in keys if isinstance(element, dict) and key in element)
    return str(next(found, element))


EVERY_TASK: list[dict[str, Any]] = [
    TASK,
    {**TASK, "task_key": "pool", "new_cluster": {"instance_pool_id": "i", "num_workers": 1}},
    {"task_key": "jar", "spark_jar_task": {"main_class_name": "A"}, "job_cluster_key": "c"},
    {"task_key": "py", "spark_python_task": {"python_file": "a.py"}, "environment_key": "e"},
    {"task_key": "wheel", "python_wheel_task": {"package_name": "a"}, "environment_key": "e"},
    {"task_key": "sql", "sql_task": {"file": {"path": "/a.sql"}, "warehouse_id": "w"}},
    {"task_key": "dbt", "dbt_task": {"commands": ["dbt run"], "warehouse_id": "w"}},
    {"task_key": "pipeline", "pipeline_task": {"pipeline_id": "p"}},
    {
        "task_key": "loop",
        "for_each_task": {"inputs": "[1]", "task": {**TASK, "task_key": "in"}},
        "depends_on": [{"task_key": "sql"}, {"task_key": "main"}, {"task_key": "dbt"}],
    },
    {"task_key": "if", "condition_task": {"left": "1", "op": "EQUAL_TO", "right": "1"}},
]


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_a_plan_after_a_deploy_changes_nothing(http: Http, cloud: str) -> None:
    http.option(cloud=cloud)
    http.seed(
        warehouses=[{"id": "w", "name": "w"}],
        notification_destinations=[{"id": n, "display_name": n} for n in "xyz"],
    )
    settings = {
        **SETTINGS,
        "tasks": EVERY_TASK,
        "job_clusters": [{"job_cluster_key": "c", "new_cluster": TASK["new_cluster"]}],
        "environments": [{"environment_key": "e", "spec": {"environment_version": "4"}}],
        "parameters": [{"name": "p", "default": ""}],
        "tags": {"team": "shop"},
        "webhook_notifications": {"on_failure": [{"id": n} for n in "xyz"]},
        "email_notifications": {"on_failure": ["a@example.com"]},
        "trigger": {"pause_status": "PAUSED", "periodic": {"interval": 1, "unit": "DAYS"}},
    }
    job_id = http.create(**settings)
    assert drift(settings, http.settings(job_id)) == []
    changed = {**settings, "max_concurrent_runs": 3}
    http.post("/api/2.2/jobs/reset", {"job_id": job_id, "new_settings": changed})
    assert drift(changed, http.settings(job_id)) == []


def test_generate_job_downloads_notebooks_and_files(http: Http) -> None:
    """Sources: cmd/bundle/generate/job.go; bundle/generate/downloader.go."""
    document = (
        '{"cells": [{"cell_type": "code", "source": ["x = 1"], "metadata": {}}], "nbformat": 4}'
    )
    http.seed(
        directories=["/Shared/shop"],
        files=[
            {"path": "/Shared/shop/nb.py", "content": NOTEBOOK},
            {"path": "/Shared/shop/jup.ipynb", "content": document},
        ],
    )
    tasks = [
        {"task_key": name, "notebook_task": {"notebook_path": f"/Workspace/Shared/shop/{name}"}}
        for name in ("nb", "jup")
    ]
    folder = "/Workspace/Shared/shop"
    replay(
        http,
        [
            Step("GET", "/api/2.2/jobs/get", {"job_id": "{job}"}, answer={"settings": {}}),
            stat(f"{folder}/nb", "NOTEBOOK", language="PYTHON", repos_export_format="SOURCE"),
            stat(f"{folder}/jup", "NOTEBOOK", language="PYTHON", repos_export_format="JUPYTER"),
            download(f"{folder}/nb", NOTEBOOK.encode(), format="SOURCE"),
            download(f"{folder}/jup", document.encode(), format="JUPYTER"),
        ],
        job=http.create(name="shop", tasks=tasks),
    )


@pytest.mark.parametrize("write", [upload, import_file])
def test_an_existing_job_is_bound(http: Http, write: Write) -> None:
    """Sources: bundle/phases/bind.go; cmd/bundle/deployment/bind_resource.go."""
    http.seed(directories=[STATE])
    replay(
        http,
        [
            me(),
            Step("GET", "/api/2.2/jobs/get", {"job_id": "{job}"}, answer={"job_id": "{job}"}),
            missing(f"{STATE}/resources.json"),
            *acquire(write),
            write(f"{STATE}/resources.json", json.dumps(RESOURCES)),
            *release(),
        ],
        job=http.create(**SETTINGS),
    )
