"""Files that people put into the Git folder, over HTTP: pages of a job, JSON of other tools."""

import json
from typing import Any

import pytest

from core.reporting.audience import describe_audience
from core.service import JobSync
from tests.builders import definition_text, job
from tests.emulated import Emulated, issues_of, statuses
from tests.integration.conftest import Pair

MAPPING = "/Workspace/Shared/map.json"
MANY = 250  # tasks; the API returns a hundred at a time


@pytest.fixture
def anybody(prod: Emulated) -> JobSync:
    """The service of a workspace that runs every job as its own admin: only the file decides."""
    me = prod.api("GET", "2.0/preview/scim/v2/Me").json()["userName"]
    mapping = {"run_as_mappings": {"default": {"user_name": me}}}
    prod.put(MAPPING, json.dumps(mapping).encode())
    return prod.service(mapping_path=MAPPING)


@pytest.mark.parametrize("taken", [lambda page: page, lambda page: {"job": 1, **page}])
def test_a_saved_page_of_a_job_is_not_taken_for_the_whole(
    pair: Pair, anybody: JobSync, taken: Any
) -> None:
    dev, prod = pair
    tasks = [{"task_key": f"t{n}", "notebook_task": {"notebook_path": "/x"}} for n in range(MANY)]
    job_id = dev.create_job(job("long", tasks=tasks))
    page = dev.api("GET", f"2.2/jobs/get?job_id={job_id}").json()
    assert page["next_page_token"]
    assert len(page["settings"]["tasks"]) < MANY
    prod.put("long.json", json.dumps(taken(page)).encode())
    plan, report = prod.service(mapping_path=MAPPING).validate()
    assert report.counts() == {"error": 1}
    assert "one page of a long job" in issues_of(report)
    assert not plan.is_complete
    assert anybody.import_jobs().counts() == {"error": 1}
    assert prod.names() == []


def test_a_cut_off_entry_of_the_list_of_jobs_is_not_taken_for_the_whole(
    pair: Pair, anybody: JobSync
) -> None:
    dev, prod = pair
    tasks = [{"task_key": f"t{n}", "notebook_task": {"notebook_path": "/x"}} for n in range(MANY)]
    dev.create_job(job("long", tasks=tasks))
    [entry] = dev.api("GET", "2.2/jobs/list?expand_tasks=true").json()["jobs"]
    assert entry["has_more"] is True
    prod.put("long.json", json.dumps(entry).encode())
    assert anybody.import_jobs().counts() == {"error": 1}
    assert prod.names() == []


def test_an_answer_that_is_whole_is_a_definition(pair: Pair, anybody: JobSync) -> None:
    dev, prod = pair
    job_id = dev.create_job(job("short"))
    answer = dev.api("GET", f"2.2/jobs/get?job_id={job_id}").json()
    prod.put("short.json", json.dumps({**answer, "has_more": False}).encode())
    assert anybody.import_jobs().counts() == {"new": 1}
    assert prod.names() == ["short"]


FOREIGN = {
    "app.json": {"settings": {"name": "my app", "theme": "dark"}},
    "devcontainer.json": {"name": "dev", "settings": {"editor.tabSize": 2}},
    "timer.json": {"settings": {"name": "lamp", "schedule": "daily", "queue": "fast"}},
    "release.json": {"settings": {"name": "x", "tags": {"a": "b"}, "description": "y"}},
}


@pytest.mark.parametrize("name", FOREIGN)
def test_json_of_another_tool_is_not_taken_for_a_job(
    prod: Emulated, anybody: JobSync, name: str
) -> None:
    prod.put(name, json.dumps(FOREIGN[name]).encode())
    plan, report = anybody.validate()
    assert (report.rows, plan.is_complete) == ((), True)
    assert anybody.import_jobs().rows == ()
    assert prod.names() == []


WRITTEN_BY_HAND = {
    "tasks": {"tasks": [{"task_key": "t", "notebook_task": {"notebook_path": "/x"}}]},
    "no tasks": {"tasks": [], "max_concurrent_runs": 1},
    "paused": {"continuous": {"pause_status": "PAUSED"}},
    "single task of API 2.0": {
        "existing_cluster_id": "__CLUSTER__x__",
        "notebook_task": {"notebook_path": "/x"},
    },
}


@pytest.mark.parametrize("kind", WRITTEN_BY_HAND)
def test_a_definition_that_somebody_wrote_is_one(
    prod: Emulated, anybody: JobSync, kind: str
) -> None:
    document = {"settings": {"name": "written", **WRITTEN_BY_HAND[kind]}}
    prod.put("written.json", json.dumps(document).encode())
    assert [row.job_name for row in anybody.validate()[1].rows] == ["written"]


def test_a_job_that_holds_nothing_is_a_definition_by_its_id(
    prod: Emulated, anybody: JobSync
) -> None:
    prod.put("bare.json", json.dumps({"job_id": 7, "settings": {"name": "bare"}}).encode())
    assert [row.job_name for row in anybody.validate()[1].rows] == ["bare"]


def test_folders_that_begin_with_a_dot_are_not_read(prod: Emulated, anybody: JobSync) -> None:
    for path in (".devcontainer/devcontainer.json", "a/.vscode/settings.json"):
        prod.put(path, b"{ not JSON")
    prod.put(".github/load.json", definition_text(job("load")))
    prod.put("a/fine.json", definition_text(job("fine")))
    plan, report = anybody.validate()
    assert (statuses(report), plan.is_complete) == ({"fine": "new"}, True)


def test_a_definition_that_moved_into_a_folder_with_a_dot_does_not_count_as_gone(
    prod: Emulated, anybody: JobSync
) -> None:
    prod.put("jobs/load.json", definition_text(job("load")))
    anybody.import_jobs()
    ledger = "/Workspace/Shared/state/imported.json"
    service = prod.service(mapping_path=MAPPING, state_path="/Workspace/Shared/state")
    service.import_jobs()
    document = json.loads(prod.read(ledger))
    for entry in document["jobs"].values():
        entry["file_path"] = ".jobs/load.json"  # as a version that read such folders wrote it
    prod.put(ledger, json.dumps(document).encode())
    prod.remove_file("jobs/load.json")
    prod.put(".jobs/load.json", definition_text(job("load")))
    plan, report = service.validate()
    assert statuses(report)["load"] != "deleted"
    assert "begin with a dot" in issues_of(report)
    assert not plan.removable()
    assert not plan.is_complete


# What requests, answers and bundles keep with the settings of a job, and what is none of them
NO_SETTINGS: dict[str, Any] = {
    "access_control_list": [{"user_name": "ana@dev.example", "permission_level": "IS_OWNER"}],
    "permissions": [{"group_name": "x", "level": "CAN_VIEW"}],
    "idempotency_token": "once",
    "created_time": 1700000000000,
    "creator_user_name": "ana@dev.example",
    "run_as_user_name": "nobody@dev.example",
    "job_id": 77,
    "effective_budget_policy_id": "b-1",
    "effective_usage_policy_id": "u-1",
    "trigger_state": {"file_arrival": {"using_file_events": True}},
    "has_more": False,
}


@pytest.mark.parametrize("field", NO_SETTINGS)
@pytest.mark.parametrize("inside", [True, False])
def test_what_is_no_setting_is_left_out_and_is_no_endless_change(
    prod: Emulated, anybody: JobSync, field: str, *, inside: bool
) -> None:
    extra = {field: NO_SETTINGS[field]}
    document = {"settings": job("load", brand_new_field=1, **(extra if inside else {}))}
    prod.put("load.json", json.dumps(document if inside else {**document, **extra}).encode())
    [row] = anybody.validate()[1].rows
    belongs = not inside and field in {"job_id", "permissions", "run_as_user_name"}
    note = "" if belongs else f" {field} is not part of a definition: it was left out."
    assert row.message_with_risks == f"Will be created. {describe_audience(())}{note}"
    [done] = anybody.import_jobs().rows
    assert done.message.endswith(note)
    stored = prod.settings_of("load")
    assert field not in stored
    assert stored["brand_new_field"] == 1
    assert statuses(anybody.import_jobs()) == {"load": "unchanged"}


PAYLOADS: dict[str, Any] = {
    "create.json": job("one"),
    "reset.json": {"job_id": 1, "new_settings": job("two")},
    "list.json": {"jobs": [{"job_id": 1, "settings": job("three")}]},
    "array.json": [job("four"), job("five")],
    "submit.json": {"run_name": "six", "tasks": job("")["tasks"]},
    "bundle/jobs.json": {"resources": {"jobs": {"seven": job("seven")}}},
    "main.tf.json": {"resource": {"databricks_job": {"eight": {"name": "eight"}}}},
}


def test_jobs_in_another_form_are_listed_and_stop_nothing(prod: Emulated, anybody: JobSync) -> None:
    for name, document in PAYLOADS.items():
        prod.put(name, json.dumps(document).encode())
    prod.put("load.json", definition_text(job("load")))
    before = prod.files()
    plan, validated = anybody.validate()
    assert plan.is_complete
    for report in (validated, anybody.import_jobs(), anybody.export()):
        assert report.status == "completed"
        assert [row.job_name for row in report.rows] == ["load"]
        assert issues_of(report).startswith("7 JSON files are not definitions: ")
        assert all(name in issues_of(report) for name in PAYLOADS)
        assert "cli.py convert" in issues_of(report)
    assert (prod.names(), prod.files()) == (["load"], before)


@pytest.mark.parametrize("name", PAYLOADS)
def test_what_was_a_definition_and_holds_its_job_in_another_form_is_an_error(
    prod: Emulated, anybody: JobSync, name: str
) -> None:
    prod.put(name, definition_text(job("load")))
    anybody.import_jobs()
    prod.put(name, json.dumps(PAYLOADS[name]).encode())
    plan, report = anybody.validate()
    assert (plan.is_complete, statuses(report)) == (False, {"load": "unmanaged", name: "error"})
