"""No secret gets into Git, and one that is there is reported: over a workspace in memory."""

import json

import pytest

from core.planning.statuses import RowStatus
from core.secrets.allowed import ALLOWED_FILE
from tests.builders import definition_text, job
from tests.fakes import FakeWorkspace
from tests.secret_samples import RANDOM, SAMPLES

TOKEN = SAMPLES[0].text
PLACE = "tasks[main].notebook_task.base_parameters.x"
KIND = "Databricks token"


@pytest.fixture
def dev() -> FakeWorkspace:
    return FakeWorkspace()


def with_parameter(text: str, name: str = "load") -> dict[str, object]:
    task = {"notebook_path": "/Shared/main", "base_parameters": {"x": text}}
    return job(name, tasks=[{"task_key": "main", "notebook_task": task}])


def allow(workspace: FakeWorkspace, **entry: str) -> None:
    document = {"version": 1, "allowed": [{"path": PLACE, "kind": KIND, **entry}]}
    workspace.put_file(ALLOWED_FILE, json.dumps(document).encode())


def rows(report) -> dict[str, object]:
    return {row.job_name: row for row in report.rows}


def codes(row) -> list[str]:
    return [risk.code for risk in row.risks]


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_secret_keeps_its_job_out_of_git_and_no_other(dev, dry_run):
    dev.jobs.add(with_parameter(TOKEN))
    dev.jobs.add(job("other"))
    report = dev.service().export(dry_run=dry_run)
    row = rows(report)["load"]
    assert row.status is RowStatus.ERROR
    [issue] = row.issues
    assert f"{KIND} ({PLACE})" in issue.message
    assert TOKEN not in repr(report)
    assert rows(report)["other"].status is RowStatus.NEW
    assert list(dev.definition_files()) == ([] if dry_run else ["other.json"])


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_known_format_does(dev, sample):
    dev.jobs.add(with_parameter(sample.text))
    report = dev.service().export()
    assert [row.status for row in report.rows] == [RowStatus.ERROR]
    assert sample.secret not in json.dumps(report.as_json({}))
    assert dev.definition_files() == {}


def test_a_file_that_is_there_stays_as_it_is(dev):
    job_id = dev.jobs.add(with_parameter("full"))
    dev.service().export()
    before = dev.definition_files()
    dev.jobs.reset_job(job_id, with_parameter(TOKEN))
    report = dev.service().export()
    row = rows(report)["load"]
    assert (row.status, row.file_name) == (RowStatus.ERROR, "load.json")
    assert dev.definition_files() == before
    dev.jobs.reset_job(job_id, with_parameter("{{secrets/a/b}}"))
    assert rows(dev.service().export())["load"].status is RowStatus.CHANGED


def test_what_may_be_harmless_is_written_with_a_note(dev):
    dev.jobs.add(with_parameter(RANDOM))
    row = rows(dev.service().export())["load"]
    assert (row.status, codes(row)) == (RowStatus.NEW, ["maybe_secret"])
    assert RANDOM not in row.message_with_risks
    assert PLACE in row.message_with_risks
    assert "load.json" in dev.definition_files()


@pytest.mark.parametrize("entry", [{"file": "load.json"}, {"job": "load"}])
def test_an_allowed_secret_is_written_and_the_row_says_by_what(dev, entry):
    dev.jobs.add(with_parameter(TOKEN))
    allow(dev, **entry)
    report = dev.service().export()
    row = rows(report)["load"]
    assert (row.status, codes(row)) == (RowStatus.NEW, ["secret_allowed"])
    assert ALLOWED_FILE in row.message_with_risks
    assert report.issues == ()
    assert sorted(dev.definition_files()) == [ALLOWED_FILE, "load.json"]
    again = dev.service().export()
    assert (rows(again)["load"].status, codes(rows(again)["load"])) == (
        RowStatus.UNCHANGED,
        ["secret_allowed"],
    )
    assert again.issues == ()


def test_an_entry_that_allows_nothing_is_noted(dev):
    dev.jobs.add(job("load"))
    allow(dev, job="gone")
    report = dev.service().export()
    assert [issue.path for issue in report.issues] == [ALLOWED_FILE]
    assert "Line 1" in report.issues[0].message
    assert "gone has no Databricks token" in report.issues[0].message


@pytest.mark.parametrize("content", [b'{"version": 1,\n "allowed": [', b"\xff", b"{}"])
def test_a_broken_file_allows_nothing(dev, content):
    dev.jobs.add(with_parameter(TOKEN))
    allow(dev, job="load")
    dev.put_file(ALLOWED_FILE, content)
    report = dev.service().export()
    assert rows(report)["load"].status is RowStatus.ERROR
    assert [issue.path for issue in report.issues] == [ALLOWED_FILE]
    assert "load.json" not in dev.definition_files()


def test_the_file_of_allowed_secrets_is_no_definition_and_no_other_json(dev):
    dev.jobs.add(job("load"))
    dev.service().export()
    dev.put_file(ALLOWED_FILE, b'{"version": 1, "allowed": []}')
    info = dev.service().info().details.as_json()
    assert (info["definitions"], info["other_json_files"]) == (1, 0)
    _, report = dev.service().validate()
    assert [row.file_name for row in report.rows] == ["load.json"]


def test_a_secret_that_is_in_git_is_reported_and_imported_all_the_same(dev):
    dev.put_file("load.json", definition_text(with_parameter(TOKEN)))
    dev.put_file("other.json", definition_text(job("other"), job_id=2))
    _, report = dev.service().validate()
    row = rows(report)["load"]
    assert (row.status, "secret_in_git" in codes(row)) == (RowStatus.NEW, True)
    assert f"{KIND} ({PLACE})" in row.message_with_risks
    assert TOKEN not in json.dumps(report.as_json({}))
    assert codes(rows(report)["other"]) == []
    dev.service().import_jobs()
    live = dev.jobs.named("load").unpack_settings()
    assert live["tasks"][0]["notebook_task"]["base_parameters"] == {"x": TOKEN}
    _, again = dev.service().validate()
    assert rows(again)["load"].status is RowStatus.UNCHANGED
    assert codes(rows(again)["load"]) == ["secret_in_git"]
    previewed = rows(dev.service().export(dry_run=True))["load"]
    assert "secret_in_git" in codes(previewed)


def test_validate_knows_what_is_allowed(dev):
    dev.put_file("load.json", definition_text(with_parameter(TOKEN)))
    allow(dev, file="load.json")
    _, report = dev.service().validate()
    assert "secret_allowed" in codes(rows(report)["load"])
    assert report.issues == ()


def test_an_excluded_definition_is_looked_at_as_well(dev):
    dev.put_file("load.json", definition_text(with_parameter(TOKEN)))
    dev.files.files["/map.json"] = b'{"jobs": {"exclude": ["load"]}}'
    _, report = dev.service(mapping_path="/map.json").validate()
    row = rows(report)["load"]
    assert (row.status, codes(row)) == (RowStatus.EXCLUDED, ["secret_in_git"])
