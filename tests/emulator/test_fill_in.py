"""What workspaces fill in to clusters: by cloud, and by policy."""

from __future__ import annotations

import json
from typing import Any

import pytest

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


def test_a_policy_may_refuse_another_value_when_a_job_is_written(http: Http) -> None:
    with_policy(http)
    assert cluster_of(http, policy_id="p", spark_version="old")["spark_version"] == "old"
    http.send("PATCH", "/_emulator/options", json={"policies_refuse": True})
    cluster = {"num_workers": 1, "policy_id": "p", "spark_version": "old"}
    body = {"name": "a", "tasks": [task("t", new_cluster=cluster)]}
    answer = http.post("/api/2.2/jobs/create", body)
    assert answer.status_code == 400
    assert "spark_version" in answer.json()["message"]


def test_a_policy_that_fixes_an_element_of_a_list_leaves_lists_alone(http: Http) -> None:
    rules = {"init_scripts.0.workspace.destination": {"type": "fixed", "value": "/a.sh"}}
    policy = {"policy_id": "p", "name": "p", "definition": json.dumps(rules)}
    assert http.post("/_emulator/seed", {"cluster_policies": [policy]}).ok
    scripts = [{"workspace": {"destination": "/b.sh"}}]
    version = "15.4.x-scala2.12"
    found = cluster_of(http, policy_id="p", spark_version=version, init_scripts=scripts)
    assert found["init_scripts"] == scripts
    assert "init_scripts" not in cluster_of(http, policy_id="p", spark_version=version)
