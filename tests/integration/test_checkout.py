"""Definitions in a clone on this machine: the way from DEV to PROD through a pipeline."""

from pathlib import Path
from typing import Any

import pytest

from core.service import JobSync
from tests.builders import job, run_job_task
from tests.checkout import clone, commit_all, git
from tests.emulated import Emulated, issues_of, statuses

STATE = "/Workspace/job-sync/state"


@pytest.fixture(autouse=True)
def who_runs_jobs(prod: Emulated) -> None:
    prod.seed(users=[{"userName": "admin@dev.example"}])


@pytest.fixture
def remote(tmp_path: Path, dev: Emulated) -> Path:
    """The repository that the Git folders of both workspaces are clones of."""
    return tmp_path / "environment-1" / "remote.git"


@pytest.fixture
def checkout(tmp_path: Path, remote: Path) -> Path:
    return clone(remote, tmp_path / "dev-runner")


def service(workspace: Emulated, folder: Path, **settings: Any) -> JobSync:
    return workspace.service(**{"folder": f"file:{folder}", "state_path": STATE, **settings})


def push(folder: Path, message: str = "Export") -> None:
    commit_all(folder, message)
    git(folder, "push", "--quiet", "origin", "HEAD")


def definitions(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("**/*.json"))


def test_from_dev_by_commit_and_push_to_prod(dev, prod, checkout, remote, tmp_path) -> None:
    first = dev.create_job(job("load", timeout_seconds=60))
    dev.create_job(job("then", tasks=[run_job_task("load", first)]))
    exported = service(dev, checkout).export()
    assert exported.status == "completed", issues_of(exported)
    assert definitions(checkout) == ["load.json", "then.json"]
    assert git(checkout, "status", "--porcelain") == "?? load.json\n?? then.json"
    push(checkout)

    runner = clone(remote, tmp_path / "prod-runner")
    validated = service(prod, runner).validate()[1]
    assert statuses(validated) == {"load": "new", "then": "new"}
    imported = service(prod, runner).import_jobs()
    assert imported.status == "completed", issues_of(imported)
    assert prod.names() == ["load", "then"]
    assert statuses(service(prod, runner).validate()[1]) == dict.fromkeys(
        ("load", "then"), "unchanged"
    )
    assert git(runner, "status", "--porcelain") == ""

    dev.delete_job(dev.job_id("then"))
    again = service(dev, checkout).export()
    assert statuses(again) == {"load": "unchanged", "then": "deleted"}
    assert definitions(checkout) == ["load.json"]
    push(checkout)
    git(runner, "pull", "--quiet")
    assert statuses(service(prod, runner).validate()[1])["then"] == "deleted"
    service(prod, runner).remove()
    assert prod.names() == ["load"]


def test_a_second_export_changes_no_byte_and_no_time(dev, checkout) -> None:
    dev.create_job(job("load"))
    service(dev, checkout).export()
    before = {path: path.stat().st_mtime_ns for path in checkout.rglob("*.json")}
    assert statuses(service(dev, checkout).export()) == {"load": "unchanged"}
    assert {path: path.stat().st_mtime_ns for path in checkout.rglob("*.json")} == before


def test_page_and_pipeline_share_ledgers_lock_and_history(
    dev, prod, checkout, remote, tmp_path
) -> None:
    """The page reads its Git folder, the pipeline its clone: nothing changes in between."""
    dev.create_job(job("load"))
    dev.create_job(job("old"))
    service(dev, checkout).export()
    push(checkout)
    page = prod.service()
    page.pull()
    page.import_jobs()
    runner = clone(remote, tmp_path / "prod-runner")
    pipeline = service(prod, runner, state_path=page.info().details.state_folder)
    assert set(statuses(pipeline.validate()[1]).values()) == {"unchanged"}
    assert not pipeline.drift().rows
    calls = prod.calls()
    pipeline.import_jobs()
    assert prod.calls().get("POST /api/2.2/jobs/reset") == calls.get("POST /api/2.2/jobs/reset")
    (runner / "old.json").unlink()
    push(runner, "Remove")
    assert statuses(pipeline.validate()[1])["old"] == "deleted"
    pipeline.remove()
    page.pull()
    assert statuses(page.validate()[1]) == {"load": "unchanged"}
    kinds = [entry.kind for entry in page.list_history().entries]
    assert [entry.kind for entry in pipeline.list_history().entries] == kinds


def test_export_from_the_page_and_from_a_pipeline_agree(dev, checkout) -> None:
    dev.create_job(job("load"))
    page = dev.service(state_path=STATE)
    page.export()
    dev.commit()
    git(checkout, "pull", "--quiet")
    assert statuses(service(dev, checkout).export()) == {"load": "unchanged"}
    dev.delete_job(dev.job_id("load"))
    assert statuses(service(dev, checkout).export()) == {"load": "deleted"}
    push(checkout)
    dev.pull()
    assert statuses(page.export()) == {}


def test_the_mapping_file_of_the_checkout_is_used_and_is_no_definition(
    dev, prod, checkout, remote, tmp_path
) -> None:
    dev.create_job(job("load", tags={"env": "dev"}))
    service(dev, checkout).export()
    (checkout / "prod.json").write_text("{value_mappings: {tags: {env: 'prod'}}}")
    push(checkout)
    runner = clone(remote, tmp_path / "prod-runner")
    report = service(prod, runner, mapping_path=f"file:{runner}/prod.json").import_jobs()
    assert report.status == "completed", issues_of(report)
    assert prod.settings_of("load")["tags"] == {"env": "prod"}


def test_what_a_gitignore_keeps_out_of_the_commit_is_said(dev, checkout) -> None:
    (checkout / "jobs").mkdir()
    (checkout / ".gitignore").write_text("/jobs/tmp*\n")
    dev.create_job(job("tmp load"))
    report = service(dev, checkout / "jobs").export()
    [row] = report.rows
    assert "line 1 of .gitignore" in row.message_with_risks


def test_information_describes_the_checkout(dev, checkout) -> None:
    details = service(dev, checkout).info().details.as_json()
    assert details["branch"] == "main"
    assert details["commit"] == git(checkout, "rev-parse", "HEAD")
    assert details["git_folder"] == f"file:{checkout}"
    assert "git_folder_id" not in details
    assert details["state_folder"] == STATE
