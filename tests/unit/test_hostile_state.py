"""A state folder that fills up, becomes read-only or vanishes under way costs no job."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import SyncError, WorkspaceError
from core.planning.fingerprints import fingerprint_plan
from core.planning.review import Review
from core.reporting.report import Report
from tests.builders import definition_text, job
from tests.fakes import FOLDER, ME, FakeWorkspace

ANA = "ana@prod.example"
STATE = "/.job-sync-state/"
NAMES = ("changed", "equal", "new")
MOST_WRITES = 25


def define(workspace: FakeWorkspace, name: str, source: int, **fields: Any) -> None:
    text = definition_text(job(name, **fields), job_id=source, run_as=ANA)
    workspace.put_file(f"{name}.json", text)


@pytest.fixture
def workspace() -> FakeWorkspace:
    """One job to change, one equal, one to create, one gone from Git."""
    workspace = FakeWorkspace()
    for number, name in enumerate(("changed", "equal", "gone"), start=1):
        define(workspace, name, number)
    workspace.service().import_jobs()
    define(workspace, "changed", 1, timeout_seconds=60)
    define(workspace, "new", 4)
    del workspace.files.files[f"{FOLDER}/gone.json"]
    return workspace


def settings_of(workspace: FakeWorkspace) -> dict[str, Any]:
    """Return the settings of all jobs by name; all run as the same user."""
    found = {one.name: one.unpack_settings() for one in workspace.jobs.jobs.values()}
    return {name: {**settings, "run_as": {"user_name": ANA}} for name, settings in found.items()}


def at_write(workspace: FakeWorkspace, number: int, strike: Callable[[], None]) -> list[str]:
    """Strike before the write of this number, from 1, to the state folder. Returns the writes."""
    seen: list[str] = []

    def before(path: str) -> None:
        if STATE in path:
            seen.append(path)
            if len(seen) == number:
                strike()

    workspace.files.before_write = before
    return seen


def attempt(work: Callable[[], Report]) -> Report | None:
    try:
        return work()
    except SyncError:
        return None


def vanish(workspace: FakeWorkspace) -> None:
    files = workspace.files
    files.files = {path: text for path, text in files.files.items() if STATE not in path}
    files.folders = {path for path in files.folders if STATE not in f"{path}/"}


def fill_up(workspace: FakeWorkspace) -> None:
    def refuse(path: str) -> None:
        if STATE in path:
            raise WorkspaceError("The workspace answered: no space is left.")

    workspace.files.before_write = refuse
    refuse(STATE)


STRIKES = {"vanishes": vanish, "is full": fill_up}


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("number", range(1, MOST_WRITES))
def test_an_import_whose_state_folder_is_lost_midway_is_completed_by_the_next(
    workspace: FakeWorkspace, strike: str, number: int
) -> None:
    before = settings_of(workspace)
    seen = at_write(workspace, number, lambda: STRIKES[strike](workspace))
    report = attempt(lambda: workspace.service().import_jobs())
    if len(seen) < number:
        return
    after = settings_of(workspace)
    run_as = {"user_name": ANA}
    new = {name: job(name, run_as=run_as) for name in ("changed", "new")}
    wanted = {**before, **new, "changed": {**new["changed"], "timeout_seconds": 60}}
    assert len(after) == len(workspace.jobs.jobs)  # no job is there twice
    for name, settings in after.items():
        assert settings in (before.get(name), wanted[name]), name
    assert before.keys() <= after.keys()
    if report is None and not any("snapshots" in path for path in seen):
        assert after == before
    workspace.files.before_write = lambda _path: None
    workspace.time.wait(3600)
    assert workspace.service().import_jobs().status == "completed"
    assert {name: settings_of(workspace)[name] for name in NAMES} == {
        name: wanted[name] for name in NAMES
    }
    assert len(workspace.jobs.jobs) == len(settings_of(workspace))


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("number", range(1, MOST_WRITES))
def test_a_removal_whose_state_folder_is_lost_midway_removes_nothing_else(
    workspace: FakeWorkspace, strike: str, number: int
) -> None:
    seen = at_write(workspace, number, lambda: STRIKES[strike](workspace))
    attempt(lambda: workspace.service().remove())
    assert {"changed", "equal"} <= settings_of(workspace).keys()
    is_kept = any("/snapshots/" in path for path in seen)
    assert "gone" in settings_of(workspace) or is_kept


def test_a_read_only_state_folder_stops_every_operation_that_writes(
    workspace: FakeWorkspace,
) -> None:
    before = settings_of(workspace)
    workspace.files.read_only = WorkspaceError("The folder is read-only.")
    for work in (workspace.service().import_jobs, workspace.service().remove):
        with pytest.raises(SyncError, match="read-only"):
            work()
    assert settings_of(workspace) == before
    assert workspace.service().validate()[1].counts()["deleted"] == 1  # looking needs no write


# The same request twice, and what was reviewed but is not so


def test_a_replayed_import_changes_nothing(workspace: FakeWorkspace) -> None:
    plan, _ = workspace.service().validate()
    review = Review(["changed", "new"], fingerprint_plan(plan))
    assert workspace.service().import_jobs(review).status == "completed"
    done, log = settings_of(workspace), list(workspace.jobs.log)
    workspace.service().import_jobs(review)
    assert settings_of(workspace) == done
    assert workspace.jobs.log == log


def test_a_replayed_import_undoes_nothing_that_people_did_since(workspace: FakeWorkspace) -> None:
    plan, _ = workspace.service().validate()
    review = Review(["changed"], fingerprint_plan(plan))
    workspace.service().import_jobs(review)
    by_hand = job("changed", timeout_seconds=99)
    workspace.jobs.reset_job(workspace.jobs.named("changed").job_id, by_hand)
    report = workspace.service().import_jobs(review)
    assert report.status == "completed_with_errors"
    assert settings_of(workspace)["changed"]["timeout_seconds"] == 99


def test_a_replayed_removal_leaves_a_new_job_of_the_name(workspace: FakeWorkspace) -> None:
    plan, _ = workspace.service().validate()
    review = Review(["gone"], fingerprint_plan(plan))
    assert workspace.service().remove(review).status == "completed"
    workspace.jobs.add(job("gone"), creator=ME)
    with pytest.raises(SyncError, match="gone"):
        workspace.service().remove(review)
    assert "gone" in settings_of(workspace)


@pytest.mark.parametrize("forged", ["", "0" * 32, "x"])
def test_forged_fingerprints_of_a_plan_carry_out_nothing(
    workspace: FakeWorkspace, forged: str
) -> None:
    """The plan on the page's disk holds names and fingerprints: nothing to be carried out."""
    before = settings_of(workspace)
    review = Review(["changed", "new"], dict.fromkeys(("changed", "new"), forged))
    workspace.service().import_jobs(review)
    workspace.service().remove(Review(["gone"], {"gone": forged}))
    assert settings_of(workspace) == before


def test_a_mapping_file_that_changes_who_jobs_run_as_moves_every_reviewed_row(
    workspace: FakeWorkspace,
) -> None:
    path = "/Workspace/Shared/map.json"
    plan, _ = workspace.service(mapping_path=path).validate()
    review = Review(["changed", "new"], fingerprint_plan(plan))
    mapping = {"run_as_mappings": {ANA: {"user_name": "mallory@prod.example"}}}
    workspace.files.files[path] = json.dumps(mapping).encode()
    before = settings_of(workspace)
    report = workspace.service(mapping_path=path).import_jobs(review)
    assert report.status == "completed_with_errors"
    assert settings_of(workspace) == before
    _, shown = workspace.service(mapping_path=path).validate()
    [row] = [row for row in shown.rows if row.job_name == "changed"]
    assert any("run_as" in change.path for change in row.changes)
