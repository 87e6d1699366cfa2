"""Which `.gitignore` files an export reads, and what becomes of those that it cannot read."""

import pytest

from core.errors import PermissionDeniedError, UnreachableError, WorkspaceError
from core.reporting.report import Report
from tests.builders import definition_text, job
from tests.fakes import FOLDER, FakeWorkspace

ROOT = FOLDER.rpartition("/")[0]


@pytest.fixture
def workspace() -> FakeWorkspace:
    """A workspace with one job, whose definitions are in a subfolder of the Git folder."""
    workspace = FakeWorkspace()
    workspace.git.root = ROOT
    workspace.jobs.add(job("load"))
    return workspace


def put(workspace: FakeWorkspace, path: str, content: bytes = b"*.json\n") -> None:
    workspace.files.files[path] = content


def preview(workspace: FakeWorkspace) -> Report:
    return workspace.service().export(dry_run=True)


def risks(report: Report) -> list[str]:
    return [risk.code for row in report.rows for risk in row.risks]


@pytest.mark.parametrize("folder", [ROOT, FOLDER])
def test_the_files_from_the_root_to_the_definitions_are_read(workspace, folder):
    put(workspace, f"{folder}/.gitignore")
    assert risks(preview(workspace)) == ["ignored_by_git"]
    [row] = workspace.service().export().rows
    assert (row.result, row.message) == ("created", "")
    assert "line 1 of" in row.message_with_risks


def test_files_above_the_root_do_not_count(workspace):
    put(workspace, "/Workspace/.gitignore")
    assert risks(preview(workspace)) == []


def test_a_folder_outside_of_git_has_no_rules(workspace):
    workspace.git.root = "/Workspace/Elsewhere"
    put(workspace, f"{FOLDER}/.gitignore")
    report = preview(workspace)
    assert (risks(report), report.issues) == ([], ())


@pytest.mark.parametrize("folder", [ROOT, FOLDER])
@pytest.mark.parametrize("error", [PermissionDeniedError("No."), UnreachableError("No.")])
def test_a_file_that_cannot_be_read_is_a_warning(workspace, folder, error):
    put(workspace, f"{folder}/.gitignore")
    workspace.files.unreadable[f"{folder}/.gitignore"] = error
    report = preview(workspace)
    assert (report.status, report.counts(), risks(report)) == ("completed", {"new": 1}, [])
    assert [issue.message[-3:] for issue in report.issues] == ["No."]


def test_a_git_folder_that_cannot_be_found_is_a_warning(workspace):
    def fail(_path):
        raise WorkspaceError("No.")

    workspace.git.find = fail
    report = workspace.service(state_path="/Workspace/Shared/state").export(dry_run=True)
    assert report.counts() == {"new": 1}
    assert "whether Git ignores new definitions" in report.issues[0].message


def test_every_row_with_a_file_says_it(workspace):
    put(workspace, f"{FOLDER}/.gitignore")
    for name, old in (("same", "same"), ("changed", "changed"), ("new name", "old name")):
        job_id = workspace.jobs.add(job(name))
        settings = job(old, max_concurrent_runs=2) if name == "changed" else job(old)
        workspace.put_file(f"{old}.json", definition_text(settings, job_id=job_id))
    workspace.put_file("foreign.json", definition_text(job("foreign"), job_id=99))
    report = preview(workspace)
    assert {row.job_name for row in report.rows if row.risks} == {
        "load",
        "same",
        "changed",
        "new name",
    }
    assert len(report.rows) > 4


def test_an_import_does_not_read_them(workspace):
    put(workspace, f"{FOLDER}/.gitignore")
    workspace.files.unreadable[f"{FOLDER}/.gitignore"] = WorkspaceError("No.")
    assert workspace.service().validate()[1].issues == ()
