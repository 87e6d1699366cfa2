"""What was done is told also when the ledger that notes it cannot be written at the end."""

import pytest

from core.errors import PermissionDeniedError
from core.reporting.report import Report
from tests.builders import definition_text, job
from tests.fakes import FOLDER, ME, FakeWorkspace

LEDGERS = ("imported.json", "exported.json")


def refuse_ledger(
    workspace: FakeWorkspace, *, writes: int, names: tuple[str, ...] = LEDGERS
) -> None:
    """Let some writes of a ledger through, and no other until `writes` is deleted again."""
    write = workspace.files.write
    left = [writes]

    def guarded(path: str, content: bytes) -> None:
        if path.endswith(names):
            left[0] -= 1
            if left[0] < 0:
                raise PermissionDeniedError("No permission: refused on purpose.")
        write(path, content)

    workspace.files.write = guarded


def messages(report: Report) -> str:
    return " ".join(issue.message for issue in report.issues)


@pytest.fixture
def workspace() -> FakeWorkspace:
    workspace = FakeWorkspace()
    for name in ("changed", "new"):
        text = definition_text(job(name, description="x"), run_as=ME)
        workspace.put_file(f"{name}.json", text)
    workspace.jobs.add(job("changed"))
    return workspace


def test_an_import_tells_what_it_did_although_it_cannot_note_it(workspace) -> None:
    refuse_ledger(workspace, writes=1)  # the announcement
    report = workspace.service().import_jobs()
    assert report.status == "failed"
    assert "refused on purpose" in messages(report)
    assert {row.job_name: row.message[:7] for row in report.rows} == {
        "changed": "Updated",
        "new": "Created",
    }
    del workspace.files.write
    assert workspace.service().import_jobs().status == "completed"
    rows = workspace.service().validate()[1].rows
    assert not any(row.message for row in rows)  # both are in the ledger


def test_an_export_tells_what_it_did_although_it_cannot_note_it(workspace) -> None:
    workspace.jobs.add(job("another"))
    refuse_ledger(workspace, writes=0)
    report = workspace.service().export()
    assert report.status == "failed"
    assert "refused on purpose" in messages(report)
    assert {row.job_name: row.status for row in report.rows}["another"] == "new"
    assert f"{FOLDER}/another.json" in workspace.files.files


def test_a_removal_tells_what_it_did_although_it_cannot_note_it(workspace) -> None:
    workspace.service().import_jobs()
    del workspace.files.files[f"{FOLDER}/new.json"]
    refuse_ledger(workspace, writes=0)
    report = workspace.service().remove()
    assert report.status == "failed"
    assert "refused on purpose" in messages(report)
    [row] = [row for row in report.rows if row.job_name == "new"]
    assert row.result == "removed"


def test_whoever_lost_the_lock_leaves_the_ledger_to_its_new_owner(workspace) -> None:
    create = workspace.jobs.create_job
    theirs = b'{"version": 1, "jobs": {}, "pending": []}'

    def taken_over(settings, permissions):
        job_id = create(settings, permissions)
        [lock] = [path for path in workspace.files.files if "/lock-" in path]
        [ledger] = [path for path in workspace.files.files if path.endswith("imported.json")]
        workspace.files.files[f"{lock.rpartition('/')[0]}/lock-99999999.json"] = b"{}"
        workspace.files.files[ledger] = theirs
        workspace.time.seconds += 10
        return job_id

    workspace.jobs.create_job = taken_over
    report = workspace.service(threads=1).import_jobs()
    assert report.status == "failed"
    assert "took over the lock" in messages(report)
    [ledger] = [path for path in workspace.files.files if path.endswith("imported.json")]
    assert workspace.files.files[ledger] == theirs


def test_an_import_tells_when_it_cannot_remember_what_was_filled_in(workspace) -> None:
    refuse_ledger(workspace, writes=0, names=("filled_in.json",))
    report = workspace.service().import_jobs()
    assert report.status == "failed"
    assert "may appear as changes" in messages(report)
    del workspace.files.write
    assert workspace.service().validate()[1].counts() == {"unchanged": 2}
