"""Fields of a live job that are taken into its definition file, over HTTP."""

import json
from typing import Any

import pytest

from core.json_text import JobSettings
from core.planning.review import Review
from tests.builders import definition_text, job, notebook_task
from tests.emulated import Emulated, row_of

MAPPING = "/Workspace/Shared/map.json"
BEA, ROBOT = "bea@prod.example", "robot@dev.example"


@pytest.fixture
def both(prod: Emulated) -> Emulated:
    """A workspace that does both, with jobs that were imported through its mapping file."""
    me = prod.api("GET", "2.0/preview/scim/v2/Me").json()["userName"]
    prod.seed(
        users=[{"userName": BEA}],
        clusters=[
            {"cluster_id": "p-1", "cluster_name": "prod-etl"},
            {"cluster_id": "p-2", "cluster_name": "prod-big"},
        ],
    )
    mapping = {
        "value_mappings": {"parameters": {"env": "prod"}},
        "compute_name_mappings": {"cluster_name_mappings": {"dev-etl": "prod-etl"}},
        "run_as_mappings": {ROBOT: {"user_name": me}},
    }
    prod.put(MAPPING, json.dumps(mapping).encode())
    prod.put("load.json", definition_text(in_git(), job_id=7, run_as=me))
    prod.put("nightly.json", definition_text(job("nightly"), job_id=8, run_as=ROBOT))
    assert service(prod).import_jobs().counts() == {"new": 2}
    return prod


def in_git() -> JobSettings:
    main = notebook_task("main", existing_cluster_id="__CLUSTER__dev-etl__", timeout_seconds=60)
    main["notebook_task"]["base_parameters"] = {"env": "dev", "mode": "full"}
    inner = notebook_task("each", existing_cluster_id="__CLUSTER__dev-etl__")
    loop = {"task_key": "loop", "for_each_task": {"inputs": "[1]", "task": inner}}
    return job("load", tasks=[main, loop], timeout_seconds=300, tags={"team": "a", "tier": "1"})


def service(workspace: Emulated) -> Any:
    return workspace.service(mapping_path=MAPPING)


def change_by_hand(workspace: Emulated, **fields: Any) -> None:
    """Change the live job in many places; what is given replaces its own."""
    settings = workspace.settings_of("load")
    main, loop = settings["tasks"]
    main["notebook_task"]["base_parameters"]["mode"] = "delta"
    del main["timeout_seconds"]
    loop["for_each_task"]["task"]["max_retries"] = 2
    more = notebook_task("more", existing_cluster_id="p-2")
    changed = {**settings, "tasks": [main, loop, more], "timeout_seconds": 600, **fields}
    workspace.reset_job(workspace.job_id("load"), changed)


def document(workspace: Emulated) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(workspace.read("load.json"))
    return found


def differences_of(workspace: Emulated, name: str) -> set[str]:
    return {change.path for change in row_of(service(workspace).validate()[1], name).changes}


def test_what_was_changed_here_is_taken_mapped_back_and_then_nothing_differs(
    both: Emulated,
) -> None:
    change_by_hand(both, tags={"team": "b"}, run_as={"user_name": BEA})
    found = differences_of(both, "load")
    assert {"timeout_seconds", "tags.team", "tasks[more]", "tasks[main].timeout_seconds"} <= found
    before = both.read("load.json")
    one = service(both).take(Review(["load"]), ["timeout_seconds"])
    assert row_of(one, "load").result == "updated", row_of(one, "load").issues
    assert document(both) == json.loads(before) | {
        "settings": json.loads(before)["settings"] | {"timeout_seconds": 600}
    }
    left = differences_of(both, "load")
    assert left == found - {"timeout_seconds"}
    rest = service(both).take(Review(["load"]), sorted(left))
    assert row_of(rest, "load").result == "updated", row_of(rest, "load").issues
    settings = document(both)["settings"]
    main, loop, more = settings["tasks"]
    assert main["existing_cluster_id"] == "__CLUSTER__dev-etl__"
    assert main["notebook_task"]["base_parameters"] == {"env": "dev", "mode": "delta"}
    assert main["timeout_seconds"] == 0  # what the API returns for none
    assert loop["for_each_task"]["task"]["max_retries"] == 2
    assert loop["for_each_task"]["task"]["existing_cluster_id"] == "__CLUSTER__dev-etl__"
    assert more["existing_cluster_id"] == "__CLUSTER__prod-big__"
    assert settings["tags"] == {"team": "b"}
    assert document(both)["run_as_user_name"] == BEA
    assert service(both).validate()[1].counts() == {"unchanged": 2}


def test_what_cannot_be_mapped_back_is_named_and_the_file_stays(both: Emulated) -> None:
    settings = both.settings_of("load")
    settings["tasks"][0]["existing_cluster_id"] = "p-2"
    both.reset_job(both.job_id("load"), {**settings, "timeout_seconds": 600})
    before = both.read("load.json")
    fields = ["tasks[main].existing_cluster_id", "timeout_seconds"]
    row = row_of(service(both).take(Review(["load"]), fields), "load")
    assert (row.status, [issue.path for issue in row.issues]) == ("error", fields[:1])
    assert both.read("load.json") == before
    nightly = both.settings_of("nightly")
    both.reset_job(both.job_id("nightly"), {**nightly, "run_as": {"user_name": BEA}})
    [path] = differences_of(both, "nightly")
    row = row_of(service(both).take(Review(["nightly"]), [path]), "nightly")
    assert [issue.path for issue in row.issues] == ["run_as"]
    assert "line 1" in row.issues[0].message
