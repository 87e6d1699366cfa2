"""Jobs and files keep their identity while names change hands, over HTTP."""

import json
from typing import Any

import pytest

from tests.builders import definition_text, job, run_job_task
from tests.emulated import Emulated, issues_of, push_and_pull, row_of, statuses
from tests.integration.conftest import Pair


@pytest.fixture
def dev(pair: Pair) -> Emulated:
    pair[1].seed(users=[{"userName": "admin@dev.example"}])
    return pair[0]


def rename(workspace: Emulated, job_id: int, name: str) -> None:
    [settings] = [j["settings"] for j in workspace.stored_jobs() if j["job_id"] == job_id]
    workspace.reset_job(job_id, {**settings, "name": name})


def by_id(workspace: Emulated) -> dict[int, str]:
    return {found["job_id"]: found["settings"]["name"] for found in workspace.stored_jobs()}


def definitions(workspace: Emulated) -> dict[str, str]:
    """Return the names of the jobs that the files define, by file name."""
    files = {path: text for path, text in workspace.files().items() if path.endswith(".json")}
    documents = {path: json.loads(content) for path, content in files.items()}
    return {
        path: document["settings"]["name"]
        for path, document in documents.items()
        if isinstance(document, dict) and "settings" in document
    }


def promote(dev: Emulated, prod: Emulated) -> None:
    dev.service().export()
    push_and_pull(dev, prod)


def test_a_job_that_takes_the_name_of_a_deleted_one(dev: Emulated, prod: Emulated) -> None:
    old = dev.create_job(job("load", description="old"))
    new = dev.create_job(job("load v2", description="new"))
    dev.create_job(job("user", tasks=[run_job_task("then", new)]))
    promote(dev, prod)
    prod.service().import_jobs()
    first, second = prod.job_id("load"), prod.job_id("load v2")
    dev.delete_job(old)
    rename(dev, new, "load")
    preview = dev.service().export(dry_run=True)
    assert [(row.job_name, row.file_name, row.status) for row in preview.rows] == [
        ("load", "load.json", "deleted"),
        ("load", "load v2.json", "renamed"),
        ("user", "user.json", "changed"),
    ]
    promote(dev, prod)
    assert sorted(definitions(dev).values()) == ["load", "user"]
    validated = prod.service().validate()[1]
    assert sorted((row.job_name, row.status) for row in validated.rows) == [
        ("load", "renamed"),
        (f"load (job {first})", "deleted"),
        ("user", "unchanged"),
    ]
    prod.service().import_jobs()
    assert by_id(prod)[second] == "load"
    again = prod.service().validate()[1]
    assert sorted(row.status for row in again.rows) == ["deleted", "unchanged", "unchanged"]
    removed = prod.service().remove()
    assert "still" not in issues_of(removed)
    assert by_id(prod).keys() == {second, prod.job_id("user")}
    assert prod.settings_of("load")["description"] == "new"
    assert prod.service().validate()[1].counts() == {"unchanged": 2}


def test_a_job_that_still_runs_the_old_holder_of_a_name_is_a_change(
    dev: Emulated, prod: Emulated
) -> None:
    old = dev.create_job(job("load"))
    new = dev.create_job(job("load v2"))
    user = dev.create_job(job("user", tasks=[run_job_task("then", old)]))
    promote(dev, prod)
    prod.service().import_jobs()
    first, second = prod.job_id("load"), prod.job_id("load v2")
    dev.reset_job(user, job("user", tasks=[run_job_task("then", new)]))
    dev.delete_job(old)
    rename(dev, new, "load")
    promote(dev, prod)
    validated = prod.service().validate()[1]
    assert row_of(validated, "user").status == "changed"
    [removable] = [row for row in validated.rows if row.status == "deleted"]
    assert "“user” still runs it" in removable.message
    prod.service().import_jobs()
    assert prod.settings_of("user")["tasks"][0]["run_job_task"]["job_id"] == second
    prod.service().remove()
    assert first not in by_id(prod)


def test_a_ring_of_renames_leaves_every_job_and_file_its_history(
    dev: Emulated, prod: Emulated
) -> None:
    ids = {name: dev.create_job(job(name, description=name)) for name in "abc"}
    promote(dev, prod)
    prod.service().import_jobs()
    there = {name: prod.job_id(name) for name in "abc"}
    files = definitions(dev)
    turned = {"a": "b", "b": "c", "c": "a"}
    for name, after in turned.items():
        rename(dev, ids[name], after)
    assert dev.service().export().counts() == {"renamed": 3}
    assert definitions(dev) == {path: turned[name] for path, name in files.items()}
    promote(dev, prod)
    assert prod.service().import_jobs().counts() == {"renamed": 3}
    assert {name: by_id(prod)[job_id] for name, job_id in there.items()} == turned
    for name, after in turned.items():
        assert prod.settings_of(after)["description"] == name
    assert prod.service().validate()[1].counts() == {"unchanged": 3}


def put(workspace: Emulated, path: str, name: str, job_id: int, **settings: Any) -> None:
    me = workspace.api("GET", "2.0/preview/scim/v2/Me").json()["userName"]
    content = definition_text(job(name, **settings), job_id=job_id, run_as=me)
    workspace.put(path, content)


def test_a_copied_definition_is_a_job_of_its_own(prod: Emulated) -> None:
    put(prod, "load.json", "load", 7)
    prod.service().import_jobs()
    owner = prod.job_id("load")
    put(prod, "copy.json", "load copy", 7)
    report = prod.service().validate()[1]
    assert statuses(report) == {"load": "unchanged", "load copy": "new"}
    assert "load.json" in row_of(report, "load copy").message
    prod.service().import_jobs()
    assert prod.job_id("load") == owner
    assert prod.service().validate()[1].counts() == {"unchanged": 2}


def test_copies_of_which_none_has_the_imported_name_are_errors(prod: Emulated) -> None:
    put(prod, "load.json", "load", 7)
    prod.service().import_jobs()
    put(prod, "load.json", "first", 7)
    put(prod, "copy.json", "second", 7)
    report = prod.service().import_jobs()
    assert statuses(report) == {"first": "error", "second": "error"}
    assert "copy.json, load.json" in issues_of(report)
    assert prod.names() == ["load"]


def test_a_file_left_behind_by_an_older_export_is_removed(dev: Emulated) -> None:
    job_id = dev.create_job(job("load v2"))
    dev.service().export()
    content = dev.read("load v2.json")
    rename(dev, job_id, "load")
    dev.put("load.json", content.replace(b'"load v2"', b'"load"'))
    report = dev.service().export(dry_run=True)
    assert statuses(report)["load v2"] == "deleted"
    assert "load.json" in row_of(report, "load v2").message
    dev.service().export()
    assert sorted(definitions(dev)) == ["load.json"]
    assert dev.service().export().counts() == {"unchanged": 1}


def test_a_file_that_another_workspace_has_written_since_is_not_removed(
    dev: Emulated, prod: Emulated
) -> None:
    mine = dev.create_job(job("load", description="mine"))
    dev.service().export()
    theirs = prod.create_job(job("load", description="theirs"))
    push_and_pull(dev, prod)
    prod.service().export()
    push_and_pull(prod, dev)
    dev.delete_job(mine)
    report = dev.service().export()
    assert statuses(report) == {"load": "unmanaged"}
    assert f"holds job {theirs} now" in row_of(report, "load").message
    assert definitions(dev) == {"load.json": "load"}
    dev.create_job(job("load", description="again"))
    assert dev.service().export().counts() == {"changed": 1}
    assert dev.service().export().counts() == {"unchanged": 1}
