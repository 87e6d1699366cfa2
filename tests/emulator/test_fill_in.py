"""What workspaces fill in: all of them, by cloud, by policy, and what only some do."""

from __future__ import annotations

import json
import typing
from typing import Any

import pytest

from emulator.jobs.fill_ins import FILL_INS
from emulator.options import FillInName, WorkspaceOptions
from emulator.resources import KINDS

from .conftest import Http, task

GET = "/api/2.2/jobs/get"
POLICY = {
    "spark_version": {"type": "fixed", "value": "15.4.x-scala2.12"},
    "custom_tags.team": {"type": "fixed", "value": "prod"},
    "autotermination_minutes": {"type": "unlimited", "defaultValue": 30},
    "node_type_id": {"type": "allowlist", "values": ["a", "b"]},
}


def with_policy(http: Http) -> None:
    policy = {"policy_id": "p", "name": "p", "definition": json.dumps(POLICY)}
    assert http.post("/_emulator/seed", {"cluster_policies": [policy]}).ok


def cluster_of(http: Http, **cluster: Any) -> dict[str, Any]:
    job_id = http.create(name="a", tasks=[task("t", new_cluster={"num_workers": 1, **cluster})])
    answer = http.get(GET, job_id=job_id).json()
    found: dict[str, Any] = answer["settings"]["tasks"][0]["new_cluster"]
    return found


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_a_cloud_fills_in_its_own_attributes_where_there_are_none(http: Http, cloud: str) -> None:
    http.send("PATCH", "/_emulator/options", json={"cloud": cloud})
    field = f"{cloud}_attributes"
    assert cluster_of(http)[field]["availability"]
    assert cluster_of(http, **{field: {"first_on_demand": 2}})[field] == {"first_on_demand": 2}


def test_a_policy_fills_in_what_it_fixes_and_defaults_when_asked(http: Http) -> None:
    with_policy(http)
    found = cluster_of(http, policy_id="p", custom_tags={"mine": "1"})
    assert found["spark_version"] == "15.4.x-scala2.12"
    assert found["custom_tags"] == {"mine": "1", "team": "prod"}
    assert "autotermination_minutes" not in found
    assert "node_type_id" not in found
    asked = cluster_of(http, policy_id="p", apply_policy_default_values=True)
    assert asked["autotermination_minutes"] == 30
    assert "apply_policy_default_values" not in asked


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (
            {"spark_version": "old"},
            'spark_version, the value must be 15.4.x-scala2.12 (is "old")',
        ),
        ({"custom_tags": {"team": "mine"}}, 'custom_tags, team must be prod (is "mine")'),
    ],
)
def test_a_policy_refuses_another_value_when_a_job_is_written(
    http: Http, fields: dict[str, Any], problem: str
) -> None:
    """Source: acceptance/bundle/resources/jobs/cluster_policy/config_conflicts_policy [cloud]."""
    with_policy(http)
    cluster = {"num_workers": 1, "policy_id": "p", **fields}
    body = {"name": "a", "tasks": [task("t", new_cluster=cluster)]}
    answer = http.post("/api/2.2/jobs/create", body)
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "error_code": "INVALID_PARAMETER_VALUE",
            "message": f"Cluster validation error: Validation failed for {problem}",
        },
    )
    http.option(policies_refuse=False)
    assert fields.items() <= cluster_of(http, policy_id="p", **fields).items()


def test_a_policy_that_fixes_an_element_of_a_list_leaves_lists_alone(http: Http) -> None:
    rules = {"init_scripts.0.workspace.destination": {"type": "fixed", "value": "/a.sh"}}
    policy = {"policy_id": "p", "name": "p", "definition": json.dumps(rules)}
    assert http.post("/_emulator/seed", {"cluster_policies": [policy]}).ok
    scripts = [{"workspace": {"destination": "/b.sh"}}]
    version = "15.4.x-scala2.12"
    found = cluster_of(http, policy_id="p", spark_version=version, init_scripts=scripts)
    assert found["init_scripts"] == scripts
    assert "init_scripts" not in cluster_of(http, policy_id="p", spark_version=version)


WRITTEN = {
    "name": "a",
    "tasks": [
        {"task_key": "python", "spark_python_task": {"python_file": "/a.py"}, "max_retries": 1},
        {"task_key": "dbt", "dbt_task": {"commands": ["dbt run"]}},
        {"task_key": "sql", "sql_task": {"file": {"path": "/a.sql"}, "warehouse_id": "w"}},
        {"task_key": "pipeline", "pipeline_task": {"pipeline_id": "p"}},
        {"task_key": "jar", "spark_jar_task": {"main_class_name": "A"}},
        {"task_key": "loop", "for_each_task": {"inputs": "[1]", "task": {"task_key": "in"}}},
    ],
    "job_clusters": [{"job_cluster_key": "c", "new_cluster": {"node_type_id": "m5.large"}}],
}


def seed_written(http: Http) -> dict[str, Any]:
    """Store a job as it is, which the API would refuse, and read it."""
    http.seed(jobs=[{"job_id": 7, "settings": {**WRITTEN, "git_source": {"git_url": "x"}}}])
    return http.settings(7)


def added(written: Any, read: Any, path: str = "") -> set[str]:
    """Return the paths of all fields that reading added."""
    if isinstance(written, list):
        pairs = enumerate(zip(written, read, strict=True))
        return {found for i, (old, new) in pairs for found in added(old, new, f"{path}[{i}]")}
    if not isinstance(written, dict):
        return set()
    new = {f"{path}.{name}".lstrip(".") for name in read.keys() - written.keys()}
    return new.union(*(added(written[k], read[k], f"{path}.{k}".lstrip(".")) for k in written))


def test_nothing_is_filled_in_that_clouds_do_not_add(http: Http) -> None:
    found = added(WRITTEN, seed_written(http)) - {"git_source"}
    by_job = {"email_notifications", "webhook_notifications", "timeout_seconds", "format"}
    tasks = [f"tasks[{number}]" for number in range(6)] + ["tasks[5].for_each_task.task"]
    by_task = {
        f"{path}.{name}"
        for path in tasks
        for name in ("run_if", "timeout_seconds", "email_notifications")
    }
    by_cluster = {
        f"job_clusters[0].new_cluster.{name}"
        for name in ("data_security_mode", "enable_elastic_disk", "aws_attributes")
    }
    assert found == by_job | by_task | by_cluster


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("driver_node_type_id", {"job_clusters[0].new_cluster.driver_node_type_id"}),
        (
            "enable_local_disk_encryption",
            {"job_clusters[0].new_cluster.enable_local_disk_encryption"},
        ),
        ("single_user_name", {"job_clusters[0].new_cluster.single_user_name"}),
        ("spark_python_task.source", {"tasks[0].spark_python_task.source"}),
        ("dbt_task.source", {"tasks[1].dbt_task.source"}),
        ("sql_task.file.source", {"tasks[2].sql_task.file.source"}),
        ("retry_on_timeout", {"tasks[0].retry_on_timeout"}),
        (
            "disabled",
            {f"tasks[{n}].disabled" for n in range(6)} | {"tasks[5].for_each_task.task.disabled"},
        ),
        ("full_refresh", {"tasks[3].pipeline_task.full_refresh"}),
        ("run_as_repl", {"tasks[4].spark_jar_task.run_as_repl"}),
        ("performance_target", {"performance_target"}),
    ],
)
def test_some_workspaces_fill_in_more(http: Http, name: str, paths: set[str]) -> None:
    before = seed_written(http)
    http.option(also_fills_in=[name])
    assert added(before, http.settings(7)) == paths
    [listed] = http.get("/api/2.2/jobs/list", expand_tasks="true").json()["jobs"]
    assert {path for path in paths if "[" not in path} <= listed["settings"].keys()


def test_what_is_filled_in_depends_on_the_job(http: Http) -> None:
    seed_written(http)
    http.option(also_fills_in=list(FILL_INS))
    read = http.settings(7)
    assert read["tasks"][0]["spark_python_task"]["source"] == "GIT"
    cluster = read["job_clusters"][0]["new_cluster"]
    assert cluster["driver_node_type_id"] == "m5.large"
    assert cluster["single_user_name"] == "admin@dev.example"
    assert read["email_notifications"] == {"no_alert_for_skipped_runs": False}
    assert read["tasks"][0]["email_notifications"] == {"no_alert_for_skipped_runs": False}


def test_the_condition_of_a_table_trigger_can_be_left_out(http: Http) -> None:
    """Sources: databricks/cli#6315; bundle/direct/dresources/configs/jobs.yml, input_only."""
    table = {"table_names": ["a.b.c"], "condition": "ANY_UPDATED"}
    settings = {"name": "a", "trigger": {"table_update": table}}
    several = {"name": "b", "triggers": [{"table_update": table}, {"periodic": {"interval": 1}}]}
    http.seed(jobs=[{"job_id": 1, "settings": settings}, {"job_id": 2, "settings": several}])
    assert http.settings(1)["trigger"]["table_update"] == table
    http.option(returns_update_condition=False)
    shown = {"table_names": ["a.b.c"]}
    assert http.settings(1)["trigger"]["table_update"] == shown
    assert http.settings(2)["triggers"] == [
        {"table_update": shown},
        {"periodic": {"interval": 1}},
    ]


def test_options_know_every_fill_in_and_kind(http: Http) -> None:
    assert set(typing.get_args(FillInName)) == FILL_INS.keys()
    for wrong in ({"also_fills_in": ["wings"]}, {"absent_kinds": ["cars"]}):
        assert http.send("PATCH", "/_emulator/options", json=wrong).status_code == 400
    answer = http.get("/_emulator/options").json()
    assert answer.keys() == WorkspaceOptions().as_json().keys()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.seed_key)
@pytest.mark.parametrize("error", ["ENDPOINT_NOT_FOUND", "FEATURE_DISABLED"])
def test_a_workspace_may_lack_a_kind(http: Http, kind: Any, error: str) -> None:
    assert http.get(kind.list_path).status_code == 200
    http.option(absent_kinds=[kind.seed_key], absent_kind_error=error)
    paths = [kind.list_path]
    if kind.get_path is not None:
        by_query = f"{kind.get_path}?{kind.get_by}=x"
        paths.append(by_query if kind.get_by else kind.get_path.replace("<id>", "x"))
    for path in paths:
        answer = http.get(path)
        assert (answer.status_code, answer.json()["error_code"]) == (404, error)
    other = next(one for one in KINDS if one is not kind)
    assert http.get(other.list_path).status_code == 200
