"""A file whose creation was answered too late, or by somebody else."""

from core.errors import AlreadyExistsError
from tests.builders import job
from tests.fakes import FakeWorkspace


def test_a_file_that_a_retried_create_meets_is_our_own() -> None:
    workspace = FakeWorkspace()
    workspace.jobs.add(job("load"))
    create = workspace.files.create

    def answered_once_too_late(path: str, content: bytes) -> None:
        create(path, content)
        if path.endswith("load.json"):
            raise AlreadyExistsError("load.json already exists.")

    workspace.files.create = answered_once_too_late
    report = workspace.service().export()
    assert (report.status, report.counts()) == ("completed", {"new": 1})
    [ledger] = [path for path in workspace.files.files if path.endswith("exported.json")]
    assert b'"load"' in workspace.files.files[ledger]


def test_a_file_that_somebody_else_made_meanwhile_is_kept() -> None:
    workspace = FakeWorkspace()
    workspace.jobs.add(job("load"))

    def appear(path: str) -> None:
        if path.endswith("load.json"):
            workspace.put_file("load.json", b"theirs")

    workspace.files.before_write = appear
    report = workspace.service().export()
    [row] = report.rows
    assert row.status == "error"
    assert "was created meanwhile" in row.issues[0].message
    assert workspace.definition_files() == {"load.json": b"theirs"}
