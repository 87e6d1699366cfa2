"""Permissions of every kind of object: read, replaced, merged, inherited, and their levels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.iam import AccessControlRequest, PermissionLevel

from emulator import start_environment

from .conftest import ANA, Http

URL = "/api/2.0/permissions"
BOB = {"userName": "bob@contoso-retail.example", "displayName": "Bob", "token": "bob-token"}
RESOURCES: dict[str, dict[str, Any]] = {
    "clusters": {"clusters": [{"cluster_id": "x", "cluster_name": "n"}]},
    "cluster-policies": {"cluster_policies": [{"policy_id": "x", "name": "n"}]},
    "instance-pools": {"instance_pools": [{"instance_pool_id": "x", "instance_pool_name": "n"}]},
    "pipelines": {"pipelines": [{"pipeline_id": "x", "name": "n"}]},
    "sql/warehouses": {"warehouses": [{"id": "x", "name": "n"}]},
    "warehouses": {"warehouses": [{"id": "x", "name": "n"}]},
    "sql/queries": {"queries": [{"id": "x", "display_name": "n"}]},
    "sql/alerts": {"legacy_alerts": [{"id": "x", "display_name": "n"}]},
    "alertsv2": {"alerts": [{"id": "x", "display_name": "n"}]},
    "dashboards": {"dashboards": [{"dashboard_id": "x", "display_name": "n"}]},
    "dbsql-dashboards": {"legacy_dashboards": [{"id": "x", "name": "n"}]},
}


def object_id(http: Http, path: str) -> int:
    return int(http.get("/api/2.0/workspace/get-status", path=path).json()["object_id"])


def change(http: Http, method: str, path: str, *grants: tuple[str, str]) -> Any:
    entries = [{"user_name": name, "permission_level": level} for name, level in grants]
    return http.send(method, f"{URL}/{path}", json={"access_control_list": entries})


def levels(answer: Any) -> dict[str, list[tuple[str, bool]]]:
    """Return level and inheritance by principal."""
    return {
        next(entry[name] for name in entry if name.endswith("_name") and name != "display_name"): [
            (one["permission_level"], one["inherited"]) for one in entry["all_permissions"]
        ]
        for entry in answer.json()["access_control_list"]
    }


@pytest.mark.parametrize("kind", RESOURCES)
def test_every_kind_of_resource_has_permissions(http: Http, kind: str) -> None:
    http.seed(users=[ANA], **RESOURCES[kind])
    known = http.get(f"{URL}/{kind}/x/permissionLevels").json()["permission_levels"]
    lowest = known[0]["permission_level"]
    before = http.get(f"{URL}/{kind}/x")
    assert before.json()["object_id"] == f"/{kind}/x" and list(levels(before)) == ["admins"]
    answer = change(http, "PUT", f"{kind}/x", (ANA["userName"], lowest))
    assert levels(answer)[ANA["userName"]] == [(lowest, False)]
    assert http.get(f"{URL}/{kind}/x").json() == answer.json()
    assert change(http, "PUT", f"{kind}/x", (ANA["userName"], "CAN_FLY")).status_code == 400
    assert http.get(f"{URL}/{kind}/y").status_code == 404
    assert http.get(f"{URL}/{kind}/y/permissionLevels").status_code == 404


def test_levels_are_those_of_the_kind(sdk: WorkspaceClient, http: Http) -> None:
    job_id = http.create(name="load")
    found = sdk.permissions.get_permission_levels("jobs", str(job_id)).permission_levels or []
    assert [one.permission_level for one in found] == [
        PermissionLevel.CAN_VIEW,
        PermissionLevel.CAN_MANAGE_RUN,
        PermissionLevel.CAN_MANAGE,
        PermissionLevel.IS_OWNER,
    ]
    assert all(one.description for one in found)
    folder = sdk.workspace.get_permission_levels("directories", str(object_id(http, "/Shared")))
    assert [one.permission_level.value for one in folder.permission_levels or []] == [
        "CAN_READ",
        "CAN_RUN",
        "CAN_EDIT",
        "CAN_MANAGE",
    ]


def test_the_sdk_sets_and_merges(sdk: WorkspaceClient, http: Http) -> None:
    http.seed(users=[ANA, BOB], clusters=[{"cluster_id": "c", "cluster_name": "n"}])
    restart = AccessControlRequest(
        user_name=ANA["userName"], permission_level=PermissionLevel.CAN_RESTART
    )
    sdk.permissions.set("clusters", "c", access_control_list=[restart])
    attach = AccessControlRequest(
        user_name=BOB["userName"], permission_level=PermissionLevel.CAN_ATTACH_TO
    )
    merged = sdk.permissions.update("clusters", "c", access_control_list=[attach])
    assert {one.user_name for one in merged.access_control_list or []} >= {
        ANA["userName"],
        BOB["userName"],
    }
    replaced = sdk.permissions.set("clusters", "c", access_control_list=[attach])
    assert ANA["userName"] not in {one.user_name for one in replaced.access_control_list or []}
    assert sdk.warehouses.list() is not None


def test_a_service_principal_may_be_sent_as_a_user(http: Http) -> None:
    """Sources: databricks/cli#6710; its acceptance/bundle/resources/permissions/factcheck."""
    robot = "5f1d0c9e-2b7a-4d55-9a3e-6c1f0b8d2e47"
    http.seed(
        users=[ANA],
        service_principals=[{"applicationId": robot, "displayName": "etl"}],
        clusters=[{"cluster_id": "x", "cluster_name": "n"}],
    )
    answer = change(
        http, "PUT", "clusters/x", (robot, "CAN_RESTART"), (ANA["userName"], "CAN_MANAGE")
    )
    [entry, *_] = answer.json()["access_control_list"]
    assert (entry.get("service_principal_name"), entry["display_name"]) == (robot, "etl")
    as_itself = {"service_principal_name": robot, "permission_level": "CAN_MANAGE"}
    merged = http.send("PATCH", f"{URL}/clusters/x", json={"access_control_list": [as_itself]})
    assert levels(merged)[robot] == [("CAN_MANAGE", False)]
    job = http.post("/api/2.2/jobs/create", {"name": "a"}).json()["job_id"]
    owner = change(http, "PUT", f"jobs/{job}", (robot, "IS_OWNER"))
    assert levels(owner)[robot] == [("IS_OWNER", False)]
    stranger = change(http, "PUT", "clusters/x", ("nobody", "CAN_MANAGE"))
    assert stranger.json()["message"] == "Principal: UserName(nobody) does not exist"


def test_what_is_in_a_folder_inherits(http: Http) -> None:
    http.seed(
        users=[ANA],
        directories=["/Shared/team/sub"],
        files=[
            {"path": "/Shared/team/sub/a.json", "content": "{}"},
            {"path": "/Shared/team/nb.py", "content": "# Databricks notebook source\n"},
        ],
    )
    folder = object_id(http, "/Shared/team")
    change(http, "PUT", f"directories/{folder}", (ANA["userName"], "CAN_EDIT"))
    for kind, path in (
        ("directories", "/Shared/team/sub"),
        ("files", "/Shared/team/sub/a.json"),
        ("notebooks", "/Workspace/Shared/team/nb"),
    ):
        answer = http.get(f"{URL}/{kind}/{object_id(http, path)}")
        assert levels(answer)[ANA["userName"]] == [("CAN_EDIT", True)]
        [entry] = [one for one in answer.json()["access_control_list"] if "user_name" in one]
        assert entry["all_permissions"][0]["inherited_from_object"] == [f"/directories/{folder}"]
    wrong = http.get(f"{URL}/notebooks/{folder}")
    assert wrong.status_code == 404


def test_everybody_manages_what_is_in_the_shared_folder(http: Http) -> None:
    """Sources: docs, special folders; terraform-provider-databricks#2269 and #5317."""
    http.seed(users=[ANA], directories=["/Shared/team"])
    shared, team = object_id(http, "/Shared"), object_id(http, "/Shared/team")
    above = http.send("GET", f"{URL}/directories/{shared}", token="ana-token")
    assert levels(above)["users"] == [("CAN_MANAGE", False)]
    below = http.send("GET", f"{URL}/directories/{team}", token="ana-token")
    assert levels(below)["users"] == [("CAN_MANAGE", True)]
    for method in ("PUT", "PATCH"):
        answer = change(http, method, f"directories/{shared}", (ANA["userName"], "CAN_EDIT"))
        words = f"Cannot modify permissions of directory {shared}"
        assert (answer.status_code, answer.json()["message"]) == (400, words)


def test_a_home_folder_is_its_owners(http: Http) -> None:
    http.seed(users=[ANA, BOB], directories=[f"/Users/{ANA['userName']}/.bundle"])
    folder = object_id(http, f"/Users/{ANA['userName']}/.bundle")
    path = f"{URL}/directories/{folder}"
    assert levels(http.get(path))[ANA["userName"]] == [("CAN_MANAGE", True)]
    assert http.send("GET", path, token="ana-token").status_code == 200
    assert http.send("GET", path, token="bob-token").status_code == 403
    answer = change(http, "PUT", f"directories/{folder}", (BOB["userName"], "CAN_MANAGE"))
    assert levels(answer)[ANA["userName"]] == [("CAN_MANAGE", True)]
    assert http.send("GET", path, token="bob-token").status_code == 200


def test_git_folders_have_permissions_as_repos(http: Http) -> None:
    http.seed(users=[ANA])
    repo = object_id(http, "/Shared/jobs")
    assert change(http, "PATCH", f"repos/{repo}", (ANA["userName"], "CAN_EDIT")).ok
    assert levels(http.get(f"{URL}/repos/{repo}"))[ANA["userName"]] == [("CAN_EDIT", False)]
    assert http.get(f"{URL}/repos/{object_id(http, '/Shared')}").status_code == 404


def test_unknown_kinds_are_refused(http: Http) -> None:
    assert http.get(f"{URL}/spaceships/1").status_code == 400
    answer = http.get(f"{URL}/authorization/passwords")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "FEATURE_DISABLED")
    assert http.get(f"{URL}/directories/1").status_code == 404
    assert http.get(f"{URL}/directories/x").status_code == 400


def test_grants_outlive_a_restart_and_not_a_reset(tmp_path: Path) -> None:
    with start_environment(tmp_path, ["DEV"]) as environment:
        http = Http(environment["DEV"])
        http.seed(users=[ANA], directories=["/Shared/team"])
        folder = object_id(http, "/Shared/team")
        change(http, "PUT", f"directories/{folder}", (ANA["userName"], "CAN_READ"))
    with start_environment(tmp_path, ["DEV"]) as environment:
        http = Http(environment["DEV"])
        found = levels(http.get(f"{URL}/directories/{folder}"))
        assert found[ANA["userName"]] == [("CAN_READ", False)]
        http.post("/_emulator/reset", {"directories": ["/Shared/team"]})
        assert ANA["userName"] not in levels(http.get(f"{URL}/directories/{folder}"))
