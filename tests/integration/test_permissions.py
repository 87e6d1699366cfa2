"""Permissions of jobs from one workspace to another, over HTTP."""

import json
from typing import Any

import pytest

from core.comparing.origin import Origin
from core.planning.review import Review
from core.service import JobSync
from tests.builders import job
from tests.emulated import Emulated, issues_of, push_and_pull, row_of, statuses

MAPPINGS = "/Workspace/Shared/mappings.json"
READ = "GET /api/2.0/permissions/jobs/{id}"
PATCH = READ.replace("GET", "PATCH")
ENGINEERS = {"group_name": "engineers", "permission_level": "CAN_MANAGE_RUN"}
ROBOT = "5f1d0c9e-2b7a-4d55-9a3e-6c1f0b8d2e47"


@pytest.fixture(autouse=True)
def people(dev: Emulated, prod: Emulated) -> None:
    """Both workspaces know Ana, who is an engineer, and a service principal."""
    for workspace in (dev, prod):
        workspace.seed(
            users=[{"userName": "ana@x.example", "token": "ana-token", "groups": ["engineers"]}],
            groups=[{"displayName": "engineers"}, {"displayName": "analysts"}],
            service_principals=[{"applicationId": ROBOT, "displayName": "etl"}],
        )


def use(workspace: Emulated, permissions: Any, **run_as: Any) -> JobSync:
    document = {"permissions": permissions, "run_as_mappings": run_as}
    workspace.put(MAPPINGS, json.dumps(document).encode())
    return workspace.service(mapping_path=MAPPINGS)


def define(workspace: Emulated, name: str, permissions: list[Any] | None = None) -> None:
    me = admin_of(workspace)
    document: dict[str, Any] = {"run_as_user_name": me, "settings": job(name)}
    if permissions is not None:
        document["permissions"] = permissions
    workspace.put(f"{name}.json", json.dumps(document).encode())


def admin_of(workspace: Emulated) -> str:
    users = workspace.control("GET", "state")["users"]
    [name] = [user["name"] for user in users if "admins" in user["groups"]]
    return str(name)


def entries(workspace: Emulated, name: str) -> dict[str, str]:
    """Return the stored direct entries of the one job of this name; ours is called “app”."""
    [found] = [one for one in workspace.stored_jobs() if one["settings"]["name"] == name]
    me = admin_of(workspace)
    return {("app" if one["name"] == me else one["name"]): one["level"] for one in found["grants"]}


def set_entries(workspace: Emulated, name: str, *wanted: dict[str, str]) -> None:
    path = f"2.0/permissions/jobs/{workspace.job_id(name)}"
    answer = workspace.api("PUT", path, json={"access_control_list": wanted})
    assert answer.ok, answer.text


def seen_by_ana(workspace: Emulated) -> list[str]:
    ana = workspace.connect(token="ana-token").ports.jobs
    return sorted(one.name for one in ana.list_jobs())


def reads(workspace: Emulated) -> int:
    return workspace.calls().get(READ, 0)


def test_only_admins_see_a_new_job_unless_the_mapping_file_says_who_else(prod: Emulated) -> None:
    define(prod, "a")
    done = row_of(use(prod, "ignore").import_jobs(), "a")
    assert "Only workspace admins can see it" in done.message
    assert seen_by_ana(prod) == []
    assert reads(prod) == 0
    define(prod, "b")
    done = row_of(use(prod, {"new_jobs": [ENGINEERS]}).import_jobs(), "b")
    assert "the group “engineers” (CAN_MANAGE_RUN) can see it" in done.message
    assert entries(prod, "b") == {"app": "IS_OWNER", "engineers": "CAN_MANAGE_RUN"}
    assert seen_by_ana(prod) == ["b"]
    assert reads(prod) == 1


def test_a_workspace_that_ignores_permissions_at_creation(prod: Emulated) -> None:
    prod.option(create_ignores_permissions=True)
    for name in "abc":
        define(prod, name)
    assert use(prod, {"new_jobs": [ENGINEERS]}).import_jobs().status == "completed"
    assert seen_by_ana(prod) == ["a", "b", "c"]
    assert reads(prod) == 1


def test_permissions_travel_through_git(dev: Emulated, prod: Emulated) -> None:
    names = [f"job {number}" for number in range(5)]
    for name in names:
        dev.create_job(job(name))
        set_entries(
            dev,
            name,
            {"user_name": "ana@x.example", "permission_level": "IS_OWNER"},
            {"group_name": "analysts", "permission_level": "CAN_VIEW"},
            {"service_principal_name": ROBOT, "permission_level": "CAN_MANAGE"},
        )
    exporting = use(dev, "from_git")
    dev.clear_calls()
    assert exporting.export().status == "completed"
    assert reads(dev) == len(names)
    [path] = [path for path in dev.files() if "0" in path]
    document = json.loads(dev.read(path))
    assert document["permissions"] == [
        {"group_name": "analysts", "permission_level": "CAN_VIEW"},
        {"permission_level": "CAN_MANAGE", "service_principal_name": ROBOT},
        {"permission_level": "IS_OWNER", "user_name": "ana@x.example"},
    ]
    assert statuses(exporting.export()) == dict.fromkeys(names, "unchanged")
    push_and_pull(dev, prod)
    run_as = {"default": {"user_name": admin_of(prod)}}
    importing = use(prod, {"from_git": "exact"}, analysts={"group_name": "engineers"}, **run_as)
    assert importing.import_jobs().status == "completed"
    mapped = {"app": "IS_OWNER", "engineers": "CAN_VIEW", ROBOT: "CAN_MANAGE"}
    assert entries(prod, "job 0") == mapped
    prod.clear_calls()
    assert statuses(importing.validate()[1]) == dict.fromkeys(names, "unchanged")
    assert reads(prod) == len(names)
    me = {"user_name": admin_of(prod), "permission_level": "IS_OWNER"}
    set_entries(prod, "job 3", me, {"group_name": "analysts", "permission_level": "CAN_MANAGE"})
    plan = importing.validate()[1]
    assert statuses(plan)["job 3"] == "changed"
    assert [(one.path, one.current, one.desired) for one in row_of(plan, "job 3").changes] == [
        ("permissions[group_name=analysts]", "CAN_MANAGE", None),
        ("permissions[group_name=engineers]", None, "CAN_VIEW"),
        (f"permissions[service_principal_name={ROBOT}]", None, "CAN_MANAGE"),
    ]
    assert row_of(plan, "job 3").origin is Origin.HERE
    prod.clear_calls()
    assert importing.import_jobs(Review(["job 3"])).status == "completed"
    assert entries(prod, "job 3") == mapped
    assert "POST /api/2.2/jobs/reset" not in prod.calls()


def test_a_failure_after_the_settings_is_said_and_the_rest_is_shown(prod: Emulated) -> None:
    define(prod, "load", [ENGINEERS])
    importing = use(prod, {"from_git": "add"})
    prod.create_job(job("load", timeout_seconds=5))
    prod.fault(PATCH, status=403, body={"message": "no"})
    report = importing.import_jobs()
    assert "but its permissions were not set" in issues_of(report)
    prod.clear_faults()
    assert prod.settings_of("load").get("timeout_seconds", 0) == 0
    left = row_of(importing.validate()[1], "load")
    assert [one.path for one in left.changes] == ["permissions[group_name=engineers]"]
    assert importing.import_jobs().status == "completed"
    assert seen_by_ana(prod) == ["load"]


def test_a_group_that_is_not_here_blocks_its_row_only(prod: Emulated) -> None:
    define(prod, "a", [{"group_name": "nobody", "permission_level": "CAN_VIEW"}])
    define(prod, "b", [ENGINEERS])
    report = use(prod, "from_git").import_jobs()
    assert statuses(report) == {"a": "error", "b": "new"}
    assert "The group “nobody” does not exist in this workspace" in issues_of(report)
    assert prod.names() == ["b"]
