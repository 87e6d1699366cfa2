"""Whoever can write the state folder cannot make a job removable without being noticed."""

import json
from typing import Any

import pytest

from core.errors import SelectionError, StateError
from core.planning.review import Review
from tests.builders import definition_text, job
from tests.fakes import FOLDER, ME, FakeWorkspace

KEY = "k" * 32
OTHER_KEY = "o" * 32
ANA = "ana@prod.example"


@pytest.fixture
def workspace() -> FakeWorkspace:
    return FakeWorkspace()


def define(workspace: FakeWorkspace, name: str, source: int) -> None:
    workspace.put_file(f"{name}.json", definition_text(job(name), job_id=source, run_as=ANA))


def undefine(workspace: FakeWorkspace, name: str) -> None:
    del workspace.files.files[f"{FOLDER}/{name}.json"]


def ledger_path(workspace: FakeWorkspace) -> str:
    return next(path for path in workspace.files.files if path.endswith("/imported.json"))


def plant(workspace: FakeWorkspace, job_id: int, **entry: Any) -> None:
    """Enter a job in the ledger as anybody can who may write the state folder."""
    path = ledger_path(workspace)
    ledger = json.loads(workspace.files.files[path])
    known = ledger["jobs"].get(str(job_id), {"job_name": "x", "source_job_id": None})
    ledger["jobs"][str(job_id)] = {**known, **entry}
    workspace.files.files[path] = json.dumps(ledger).encode()


def status_of(workspace: FakeWorkspace, name: str, **settings: Any) -> tuple[str, str, str]:
    _, report = workspace.service(**settings).validate()
    (row,) = [row for row in report.rows if row.job_name == name]
    return row.status, row.message, row.doubt


@pytest.fixture
def imported(workspace: FakeWorkspace) -> FakeWorkspace:
    """A workspace with a job of ours, without a key, and a foreign one."""
    define(workspace, "ours", 1)
    workspace.service().import_jobs()
    workspace.jobs.add(job("foreign"), creator=ANA, job_id=77)
    return workspace


def test_a_planted_job_of_somebody_else_is_not_removed_without_its_own_tick(
    imported: FakeWorkspace,
) -> None:
    plant(imported, 77, job_name="foreign", file_path="foreign.json")
    status, message, doubt = status_of(imported, "foreign")
    assert status == "deleted"
    assert doubt == "It was not created by this app but by ana@prod.example."
    assert doubt in message
    undefine(imported, "ours")
    report = imported.service().remove()
    rows = {row.job_name: row for row in report.rows}
    assert rows["ours"].result == "removed"
    assert (rows["foreign"].status, rows["foreign"].result) == ("error", "failed")
    assert "confirm this job by itself" in rows["foreign"].issues[0].message
    assert imported.jobs.named("foreign").job_id == 77


@pytest.mark.parametrize("keys", [(), (KEY,)])
def test_a_planted_job_of_somebody_else_is_not_overwritten_unless_it_is_chosen(
    workspace: FakeWorkspace, keys: tuple[str, ...]
) -> None:
    service = workspace.service(state_keys=keys)
    define(workspace, "first", 1)
    service.import_jobs()
    define(workspace, "ours", 2)
    workspace.jobs.add(job("foreign"), creator=ANA, job_id=77)
    plant(workspace, 77, job_name="ours", source_job_id=2, file_path="ours.json")
    _, report = service.validate()
    [row] = [row for row in report.rows if row.status == "renamed"]
    assert "Currently named “foreign”. " in row.message
    assert ("has no seal" if keys else f"created by this app but by {ANA}") in row.message
    report = service.import_jobs()
    assert workspace.jobs.jobs[77].name == "foreign"
    [row] = [row for row in report.rows if row.job_name == "ours"]
    assert "Not selected; choose it to import it." in row.message
    service.import_jobs(Review(names=["ours"]))
    assert workspace.jobs.jobs[77].name == "ours"


def test_a_job_of_ours_is_renamed_as_git_says(imported: FakeWorkspace) -> None:
    workspace = imported
    workspace.jobs.add(job("adopted"), creator=ANA)
    define(workspace, "adopted", 2)
    workspace.service().adopt()
    for name, source in (("ours", 1), ("adopted", 2)):
        undefine(workspace, name)
        define(workspace, f"{name} now", source)
    workspace.service().import_jobs()
    assert {live.name for live in workspace.jobs.jobs.values()} == {
        "ours now",
        "adopted now",
        "foreign",
    }


def test_its_own_tick_removes_a_doubtful_job(imported: FakeWorkspace) -> None:
    plant(imported, 77, job_name="foreign", file_path="foreign.json")
    report = imported.service().remove(Review(["foreign"], ticked=frozenset({"foreign"})))
    assert report.status == "completed"
    assert 77 not in imported.jobs.jobs


def test_a_tick_for_another_job_is_none(imported: FakeWorkspace) -> None:
    plant(imported, 77, job_name="foreign", file_path="foreign.json")
    imported.service().remove(Review(["foreign"], ticked=frozenset({"ours"})))
    assert 77 in imported.jobs.jobs


def test_a_job_of_ours_is_removed_without_a_tick_with_and_without_a_key(
    workspace: FakeWorkspace,
) -> None:
    for settings in ({}, {"state_keys": (KEY,)}):
        define(workspace, "ours", 1)
        workspace.service(**settings).import_jobs()
        undefine(workspace, "ours")
        assert status_of(workspace, "ours", **settings)[2] == ""
        assert workspace.service(**settings).remove().status == "completed"
        assert not workspace.jobs.jobs


def test_a_planted_seal_makes_nothing_deleted(workspace: FakeWorkspace) -> None:
    define(workspace, "ours", 1)
    workspace.service(state_keys=(KEY,)).import_jobs()
    workspace.jobs.add(job("foreign"), creator=ME, job_id=77)
    plant(workspace, 77, job_name="foreign", seal="0" * 64)
    status, message, _ = status_of(workspace, "foreign", state_keys=(KEY,))
    assert status == "unmanaged"
    assert "this app did not write it" in message
    with pytest.raises(SelectionError, match="foreign"):
        workspace.service(state_keys=(KEY,)).remove(
            Review(["foreign"], ticked=frozenset({"foreign"}))
        )
    assert 77 in workspace.jobs.jobs


def test_with_a_key_an_entry_without_a_seal_needs_a_tick_even_for_a_job_of_ours(
    imported: FakeWorkspace,
) -> None:
    undefine(imported, "ours")
    assert "has no seal" in status_of(imported, "ours", state_keys=(KEY,))[2]


def test_adopting_seals_what_was_imported_before_there_was_a_key(imported: FakeWorkspace) -> None:
    keyed = {"state_keys": (KEY,)}
    assert "not yet adopted" in status_of(imported, "ours", **keyed)[1]
    imported.service(**keyed).adopt()
    assert status_of(imported, "ours", **keyed)[1] == ""
    undefine(imported, "ours")
    assert status_of(imported, "ours", **keyed)[2] == ""


@pytest.mark.parametrize("key", [(), (KEY,)])
def test_an_adopted_job_of_somebody_else_needs_a_tick_only_without_a_key(
    workspace: FakeWorkspace, key: tuple[str, ...]
) -> None:
    define(workspace, "load", 1)
    workspace.jobs.add(job("load"), creator=ANA)
    workspace.service(state_keys=key).adopt()
    undefine(workspace, "load")
    status, _, doubt = status_of(workspace, "load", state_keys=key)
    assert status == "deleted"
    assert bool(doubt) is not bool(key)


@pytest.mark.parametrize("key", [(), (KEY,)])
def test_an_app_with_a_new_principal_asks_only_without_a_key(
    workspace: FakeWorkspace, key: tuple[str, ...]
) -> None:
    define(workspace, "load", 1)
    workspace.service(state_keys=key).import_jobs()
    undefine(workspace, "load")
    workspace.principals.me = type(workspace.principals.me)(
        "new@prod.example", "New", is_admin=True, workspace_id="42"
    )
    _, _, doubt = status_of(workspace, "load", state_keys=key)
    assert bool(doubt) is not bool(key)


def test_a_new_key_proves_what_the_old_one_sealed(workspace: FakeWorkspace) -> None:
    define(workspace, "load", 1)
    workspace.service(state_keys=(KEY,)).import_jobs()
    undefine(workspace, "load")
    assert status_of(workspace, "load", state_keys=(OTHER_KEY, KEY))[::2] == ("deleted", "")
    assert status_of(workspace, "load", state_keys=(OTHER_KEY,))[0] == "unmanaged"


def test_a_second_import_of_the_same_writes_no_ledger(workspace: FakeWorkspace) -> None:
    for key in ((), (KEY,)):
        define(workspace, "load", 1)
        workspace.service(state_keys=key).import_jobs()
        before = workspace.files.files[ledger_path(workspace)]
        workspace.time.wait(60)
        workspace.service(state_keys=key).import_jobs()
        assert workspace.files.files[ledger_path(workspace)] == before


def test_an_unreadable_ledger_removes_nothing(imported: FakeWorkspace) -> None:
    imported.files.files[ledger_path(imported)] = b'{"version": 1, "jobs": {"7": null}}'
    with pytest.raises(StateError, match=r"imported\.json"):
        imported.service().remove()
    assert len(imported.jobs.jobs) == 2
