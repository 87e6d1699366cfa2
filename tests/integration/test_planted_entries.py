"""Somebody who may write the state folder enters a job of others in the ledger, over HTTP."""

import json
from typing import Any

import pytest

import cli
from tests.builders import job
from tests.emulated import Emulated

STATE = "/Workspace/job-sync/state"
BOB = {"userName": "bob@contoso.example", "displayName": "Bob", "token": "bob-token"}


@pytest.fixture
def planted(dev: Emulated, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> int:
    """The app has imported a job; Bob's is planted beside it. Returns the id of Bob's job."""
    for name in ("STATE_KEY", "APP_MODE", "FULL_READ", "DATABRICKS_CONFIG_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "DATABRICKS_HOST": dev.url,
        "DATABRICKS_TOKEN": dev.token,
        "WORKSPACE_GIT_FOLDER_PATH": dev.folder,
        "STATE_FOLDER_PATH": STATE,
        "CACHE_FOLDER": str(tmp_path / "cache"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    dev.create_job(job("ours"))
    dev.service(state_path=STATE).export()
    dev.service(state_path=STATE).import_jobs()
    bobs = 4711
    theirs = {"job_id": bobs, "creator_user_name": BOB["userName"], "settings": job("payroll")}
    dev.seed(users=[BOB], jobs=[theirs])
    plant(dev, bobs)
    return bobs


def plant(dev: Emulated, job_id: int, **more: str) -> None:
    ledger = json.loads(dev.read(f"{STATE}/imported.json"))
    entry = {"job_name": "payroll", "source_job_id": None, "file_path": "payroll.json", **more}
    ledger["jobs"][str(job_id)] = entry
    dev.put(f"{STATE}/imported.json", json.dumps(ledger).encode())


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = cli.main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def row_of(document: dict[str, Any], name: str) -> dict[str, Any]:
    [row] = [row for row in document["rows"] if row["job_name"] == name]
    return row


def test_a_planted_job_of_others_is_removed_only_when_it_is_named_twice(
    dev: Emulated, planted: int, capsys: pytest.CaptureFixture[str]
) -> None:
    row = row_of(run(capsys, "validate")[1], "payroll")
    assert row["status"] == "deleted"
    assert row["doubt"] == "It was not created by this app but by bob@contoso.example."
    code, document = run(capsys, "remove", "--yes")
    assert code == 1
    [issue] = row_of(document, "payroll")["issues"]
    assert "--confirm" in issue["message"]
    assert dev.names() == ["ours", "payroll"]
    assert run(capsys, "remove", "--yes", "--confirm", "payroll")[0] == 0
    assert dev.names() == ["ours"]


def test_with_a_key_a_planted_seal_removes_nothing_and_ours_needs_no_tick(
    dev: Emulated,
    planted: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STATE_KEY", "k" * 32)
    plant(dev, planted, seal="0" * 64)
    assert run(capsys, "adopt")[0] == 0
    row = row_of(run(capsys, "validate")[1], "payroll")
    assert row["status"] == "unmanaged"
    assert "this app did not write it" in row["message"]
    assert run(capsys, "remove", "--yes", "--only", "payroll", "--confirm", "payroll")[0] != 0
    dev.remove_file("ours.json")
    assert run(capsys, "remove", "--yes")[0] == 0
    assert dev.names() == ["payroll"]


def test_info_says_who_may_write_and_warns_of_the_shared_folder(
    dev: Emulated, planted: int, capsys: pytest.CaptureFixture[str]
) -> None:
    access = {one["place"]: one for one in run(capsys, "info")[1]["details"]["access"]}
    assert access["State folder"]["writers"] == ["group admins"]
    assert access["State folder"]["warning"] == ""
    assert "all users may write /Workspace/Shared/jobs" in access["Git folder"]["warning"]
    cli.main(["info"])
    shown = capsys.readouterr().out
    assert "State folder may be written by: group admins" in shown
    assert "Git folder: all users may write" in shown.replace("\n", " ")
    dev.fault("GET /api/2.0/permissions/directories/{id}", status=403, times=5)
    code, document = run(capsys, "info")
    problems = [one["problem"] for one in document["details"]["access"]]
    assert code == 0
    assert any(problems)
