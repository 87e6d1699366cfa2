"""Notes from the workspace, over HTTP: asked for by few calls, shown in every form."""

import csv
import io
import json
from pathlib import Path

import pytest

import cli
from core.reporting.report import Report
from tests.builders import definition_text, job, notebook_task
from tests.emulated import Emulated, issues_of, row_of

RUNS = "GET /api/2.2/jobs/runs/list"
STATUS = "GET /api/2.0/workspace/get-status"
ADMIN = "admin@dev.example"
PRINCIPAL = "11111111-2222-3333-4444-555555555555"


def notes(report: Report, name: str) -> list[str]:
    return [risk.code for risk in row_of(report, name).risks]


def ask(dev: Emulated, **settings: object) -> Report:
    return dev.service(**settings).validate(details=True, ask_workspace=True)[1]


@pytest.fixture
def promoted(dev: Emulated) -> Emulated:
    """A workspace in which a job would be changed, one removed, one created; the first two run."""
    dev.seed(service_principals=[{"applicationId": PRINCIPAL}])
    dev.put("/Workspace/Shared/there.py", b"print()")
    python = {"task_key": "py", "spark_python_task": {"python_file": "/Shared/there.py"}}
    python["environment_key"] = "default"
    environments = [{"environment_key": "default", "spec": {"environment_version": "2"}}]
    for source, name in enumerate(("changed", "deleted", "equal"), start=1):
        settings = job(name, tasks=[python], environments=environments)
        dev.put(f"{name}.json", definition_text(settings, job_id=source, run_as=ADMIN))
    imported = dev.service().import_jobs()
    assert imported.status == "completed", issues_of(imported)
    for name in ("changed", "deleted", "equal"):
        dev.start_run(dev.job_id(name))
    changed = job("changed", tasks=[python], environments=environments, timeout_seconds=60)
    dev.put("changed.json", definition_text(changed, run_as=ADMIN))
    dev.remove_file("deleted.json")
    new = job("new", tasks=[notebook_task("absent"), notebook_task("hidden")])
    dev.put("new.json", definition_text(new, job_id=4, run_as=PRINCIPAL))
    return dev


def test_every_note_reaches_its_row(promoted: Emulated) -> None:
    report = ask(promoted)
    assert notes(report, "changed") == ["active_runs"]
    assert notes(report, "deleted") == ["active_runs"]
    assert notes(report, "new") == ["path_absent", "run_as_role"]
    assert notes(report, "equal") == []


def test_few_calls_are_enough(promoted: Emulated) -> None:
    for _ in range(30):
        promoted.start_run(promoted.job_id("equal"))
    promoted.service().validate()
    promoted.clear_calls()
    promoted.service().validate()
    plain = promoted.calls()
    promoted.clear_calls()
    ask(promoted)
    asked = promoted.calls()
    assert asked[RUNS] == 2  # 33 runs, 24 on a page; not one call for each job
    assert asked[STATUS] - plain.get(STATUS, 0) == 3  # /Shared/absent, /hidden and /there.py
    assert asked.keys() - plain.keys() <= {RUNS, STATUS}
    assert RUNS not in plain


def test_a_run_that_has_ended_is_no_note(promoted: Emulated) -> None:
    for run in promoted.control("GET", "state")["runs"]:
        promoted.control("POST", "runs/finish", {"run_id": run["run_id"]})
    assert notes(ask(promoted), "deleted") == []


@pytest.mark.parametrize("kind", ["status", "cut"])
def test_a_page_of_runs_that_cannot_be_read_is_a_note(promoted: Emulated, kind: str) -> None:
    for _ in range(30):
        promoted.start_run(promoted.job_id("equal"))
    promoted.fault(RUNS, call=2, times=0, kind=kind, status=403)
    report = ask(promoted)
    assert report.status == "completed"
    assert notes(report, "changed") == notes(report, "deleted") == ["active_runs_unknown"]
    assert notes(report, "new") == ["path_absent", "run_as_role"]


def test_files_that_cannot_be_looked_for_are_a_note(promoted: Emulated) -> None:
    refusal = {"error_code": "PERMISSION_DENIED", "message": "not today"}
    promoted.clear_calls()
    promoted.service().validate()
    before = promoted.calls().get(STATUS, 0)
    promoted.fault(STATUS, call=before + 1, times=0, status=403, body=refusal)
    report = ask(promoted)
    assert notes(report, "changed") == ["active_runs", "path_unknown"]
    assert notes(report, "new") == ["path_unknown", "run_as_role"]
    assert "not today" in row_of(report, "new").message_with_risks


def test_the_command_line_shows_the_notes_in_every_form(
    promoted: Emulated,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DATABRICKS_HOST": promoted.url,
        "DATABRICKS_TOKEN": promoted.token,
        "WORKSPACE_GIT_FOLDER_PATH": promoted.folder,
        "CACHE_FOLDER": str(tmp_path / "cache"),
        "COLUMNS": "400",
    }.items():
        monkeypatch.setenv(name, value)
    absent = "Not in this workspace, or hidden from this app: /Workspace/Shared/absent"
    assert cli.main(["validate"]) == 0
    assert "active run" not in capsys.readouterr().out
    assert cli.main(["validate", "--check-workspace", "--csv", "rows.csv"]) == 0
    table = capsys.readouterr().out
    assert "Running now: 1 active run." in table and absent in table
    rows = csv.DictReader(io.StringIO(Path("rows.csv").read_bytes().decode("utf-8-sig")))
    messages = {row["job_name"]: row["message"] for row in rows}
    assert absent in messages["new"] and "Running now" in messages["deleted"]
    assert cli.main(["validate", "--check-workspace", "--details", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    found = {
        row["job_name"]: [risk["code"] for risk in row["details"]["risks"]]
        for row in document["rows"]
    }
    assert found == {
        "changed": ["active_runs"],
        "deleted": ["active_runs"],
        "equal": [],
        "new": ["path_absent", "run_as_role"],
    }
