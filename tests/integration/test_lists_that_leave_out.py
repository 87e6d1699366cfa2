"""A list that leaves out fields or jobs, or shows a job twice, misleads nobody, over HTTP."""

import json
from typing import Any

import pytest

from core.comparing.diff import diff_settings
from core.json_text import JobSettings
from tests.builders import definition_text, job, notebook_task, run_job_task
from tests.emulated import CREATE, LIST, Emulated, issues_of, push_and_pull, row_of, statuses
from tests.integration.conftest import Pair

MANY = 30
FIELDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "parameters": (
        {"parameters": [{"name": "p", "default": "1"}]},
        {"parameters": [{"name": "p", "default": "2"}]},
    ),
    "description": ({"description": "one"}, {"description": "two"}),
    "tasks.timeout_seconds": (
        {"tasks": [notebook_task("main", timeout_seconds=1)]},
        {"tasks": [notebook_task("main", timeout_seconds=2)]},
    ),
    "schedule": (
        {"schedule": {"quartz_cron_expression": "0 0 1 * * ?", "timezone_id": "UTC"}},
        {"schedule": {"quartz_cron_expression": "0 0 2 * * ?", "timezone_id": "UTC"}},
    ),
}


def seed_many(workspace: Emulated, **settings: Any) -> None:
    for number in range(MANY):
        workspace.create_job(job(f"job {number:02}", **settings))


def change(workspace: Emulated, name: str, **settings: Any) -> None:
    workspace.reset_job(workspace.job_id(name), {**workspace.settings_of(name), **settings})


def exported(workspace: Emulated, name: str) -> JobSettings:
    settings: JobSettings = json.loads(workspace.read(f"{name}.json"))["settings"]
    return settings


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_the_list_leaves_out_is_exported_and_validated(pair: Pair, field: str) -> None:
    dev, prod = pair
    before, after = FIELDS[field]
    prod.seed(users=[{"userName": "admin@dev.example"}])
    dev.option(list_leaves_out=[field])
    prod.option(list_leaves_out=[field])
    seed_many(dev, **before)
    dev.service().export()
    push_and_pull(dev, prod)
    assert prod.service().import_jobs().counts() == {"new": MANY}
    assert prod.service().validate()[1].counts() == {"unchanged": MANY}
    for name in ("job 03", "job 17"):
        change(dev, name, **after)
    assert dev.service().export().counts() == {"changed": 2, "unchanged": MANY - 2}
    assert not diff_settings(exported(dev, "job 17"), job("job 17", **after))
    change(prod, "job 21", **after)
    push_and_pull(dev, prod)
    assert prod.service().validate()[1].counts() == {"changed": 3, "unchanged": MANY - 3}


def test_one_job_that_contradicts_the_list_has_all_read(dev: Emulated) -> None:
    """The parameter is new in one job, and no file has any: only another job can tell."""
    dev.option(list_leaves_out=["parameters"])
    seed_many(dev)
    dev.service().export()
    parameters = [{"name": "p", "default": "1"}]
    change(dev, "job 17", parameters=parameters)
    dev.create_job(job("new", parameters=parameters))
    assert dev.service().export().counts() == {"changed": 1, "new": 1, "unchanged": MANY - 1}


def put(prod: Emulated, name: str, job_id: int, **settings: Any) -> None:
    me = prod.api("GET", "2.0/preview/scim/v2/Me").json()["userName"]
    content = definition_text(job(name, **settings), job_id=job_id, run_as=me)
    prod.put(f"{name}.json", content)


def test_an_export_keeps_the_file_of_a_job_that_the_list_misses(dev: Emulated) -> None:
    for name in ("a", "b", "c"):
        dev.create_job(job(name))
    dev.service().export()
    dev.option(list_skips=["b"])
    assert statuses(dev.service().export(dry_run=True)) == dict.fromkeys("abc", "unchanged")
    change(dev, "b", description="new")
    report = dev.service().export()
    assert statuses(report) == {"a": "unchanged", "b": "changed", "c": "unchanged"}
    dev.delete_job(dev.job_id("b"))
    assert statuses(dev.service().export())["b"] == "deleted"
    assert "b.json" not in dev.files()


def test_an_import_makes_no_twin_of_a_job_that_the_list_misses(prod: Emulated) -> None:
    put(prod, "a", 1)
    put(prod, "b", 2)
    prod.service().import_jobs()
    prod.option(list_skips=["b"])
    assert prod.service().validate()[1].counts() == {"unchanged": 2}
    put(prod, "b", 2, description="new")
    assert statuses(prod.service().import_jobs()) == {"a": "unchanged", "b": "changed"}
    assert prod.names() == ["a", "b"]
    prod.remove_file("b.json")
    assert statuses(prod.service().remove()) == {"a": "unchanged", "b": "deleted"}
    assert prod.names() == ["a"]


def test_a_job_that_is_gone_is_made_anew(prod: Emulated) -> None:
    put(prod, "a", 1)
    prod.service().import_jobs()
    prod.delete_job(prod.job_id("a"))
    assert statuses(prod.service().validate()[1]) == {"a": "new"}
    assert statuses(prod.service().import_jobs()) == {"a": "new"}


GET_FAILS = {"kind": "status", "status": 500, "times": 0, "body": {"message": "later"}}


def test_nothing_is_decided_about_a_job_that_nobody_can_ask_for(pair: Pair) -> None:
    dev, prod = pair
    dev.create_job(job("a"))
    dev.service().export()
    dev.option(list_skips=["a"])
    dev.fault("GET /api/2.2/jobs/get", **GET_FAILS)
    report = dev.service().export()
    assert statuses(report) == {"a": "error"}
    assert "whether it still exists" in issues_of(report)
    assert "a.json" in dev.files()
    put(prod, "a", 1)
    prod.service().import_jobs()
    prod.option(list_skips=["a"])
    prod.fault("GET /api/2.2/jobs/get", **GET_FAILS)
    report = prod.service().import_jobs()
    assert statuses(report) == {"a": "error"}
    prod.clear_faults()
    assert prod.names() == ["a"]
    assert prod.service().validate()[1].counts() == {"unchanged": 1}


def test_an_announced_job_that_the_list_misses_is_not_made_again(prod: Emulated) -> None:
    put(prod, "a", 1)
    prod.fault(CREATE, kind="cut", when="after", times=1)
    prod.fault(LIST, kind="status", status=503, times=0, call=2)
    prod.service(retry_s=0).import_jobs()
    prod.clear_faults()
    assert prod.names() == ["a"]
    prod.option(list_skips=["a"])
    # The filter by name shows it: what a whole list misses, its index may have.
    assert statuses(prod.service().import_jobs()) in ({"a": "new"}, {"a": "unchanged"})


def test_a_job_that_comes_twice_is_one(dev: Emulated) -> None:
    for number in range(105):
        dev.create_job(job(f"job {number:03}"))
    dev.option(list_repeats=True)
    assert dev.service().export().counts() == {"new": 105}
    assert dev.service().export().counts() == {"unchanged": 105}
    assert row_of(dev.service().export(dry_run=True), "job 004").status == "unchanged"


@pytest.mark.parametrize("field", ["tasks", "tasks.run_job_task"])
@pytest.mark.parametrize("settled", [0, 3])
def test_a_list_without_tasks_hides_no_job_that_runs_a_deleted_one(
    prod: Emulated, field: str, settled: int
) -> None:
    me = prod.api("GET", "2.0/preview/scim/v2/Me").json()["userName"]
    names = ["load", *(f"other {number}" for number in range(settled))]
    for number, name in enumerate(names, start=1):
        prod.put(f"{name}.json", definition_text(job(name), job_id=number, run_as=me))
    prod.service().import_jobs()
    prod.create_job(job("user", tasks=[run_job_task("then", prod.job_id("load"))]))
    prod.remove_file("load.json")
    prod.option(list_leaves_out=[field])
    report = prod.service().remove()
    assert "“user” still runs this job" in issues_of(report)
    assert "load" in prod.names()
