"""The process dies before or after each write of an operation in turn; then it runs again."""

from collections.abc import Callable
from typing import Any

import pytest

from core.json_text import parse_json
from core.planning.review import Review
from core.reporting.listener import Listener
from core.state.ledger import parse_imported_ledger
from tests.builders import definition_text, job, run_job_task
from tests.fakes import FOLDER, ME, FakeWorkspace

pytestmark = pytest.mark.slow


class Killed(BaseException):
    """Not even `except Exception` sees it, and nothing can be written any more."""


class Reaper:
    """Kills at the n-th write: before it, or after it took effect."""

    def __init__(self, workspace: FakeWorkspace, at: int, *, after: bool) -> None:
        self.writes = 0
        self._at, self._after, self._dead = at, after, False
        for port, names in (
            (workspace.files, ("create", "write", "make_folder", "delete")),
            (workspace.jobs, ("create_job", "reset_job", "delete_job")),
        ):
            for name in names:
                setattr(port, name, self._wrap(getattr(port, name)))

    def _wrap(self, write: Callable) -> Callable:
        def wrapped(*arguments):
            if self._dead:
                raise Killed
            self.writes += 1
            if self.writes == self._at and not self._after:
                self._dead = True
                raise Killed
            result = write(*arguments)
            if self.writes == self._at:
                self._dead = True
                raise Killed
            return result

        return wrapped


def prepared() -> FakeWorkspace:
    """Two new jobs in a row, a circle of two, a changed one and an equal one."""
    workspace = FakeWorkspace()
    settings = [
        job("first"),
        job("second", tasks=[run_job_task("run", "__JOB__first__")]),
        job("left", tasks=[run_job_task("run", "__JOB__right__")]),
        job("right", tasks=[run_job_task("run", "__JOB__left__")]),
        job("changed", description="new"),
        job("equal"),
    ]
    for number, one in enumerate(settings):
        workspace.put_file(f"{one['name']}.json", definition_text(one, job_id=number, run_as=ME))
    workspace.jobs.add(job("changed"))
    workspace.jobs.add(job("equal"))
    return workspace


def die(workspace: FakeWorkspace, at: int, *, after: bool, operation: str) -> bool:
    """Return whether the operation was killed at all."""
    ports = (workspace.files, workspace.jobs)
    sound = [dict(vars(port)) for port in ports]
    reaper = Reaper(workspace, at, after=after)
    killed = False
    try:
        getattr(workspace.service(threads=1), operation)()
    except Killed:
        killed = True
    for port, attributes in zip(ports, sound, strict=True):
        for name in set(vars(port)) - set(attributes):
            delattr(port, name)
    workspace.time.dead.update(f"token-{number}" for number in range(1, 50))  # its process is gone
    assert reaper.writes >= 1
    return killed


def die_and_run_again(workspace: FakeWorkspace, at: int, *, after: bool, operation: str) -> bool:
    """Return whether the operation was killed at all."""
    killed = die(workspace, at, after=after, operation=operation)
    getattr(workspace.service(threads=1), operation)()
    workspace.time.dead.clear()
    return killed


def ledger_names(workspace: FakeWorkspace) -> dict[int, str]:
    [path] = [path for path in workspace.files.files if path.endswith("imported.json")]
    ledger = parse_imported_ledger(parse_json(workspace.files.files[path].decode()))
    assert not ledger.pending
    return {job_id: entry.job_name for job_id, entry in ledger.jobs.items()}


@pytest.mark.parametrize("after", [False, True])
def test_an_import_killed_at_any_write_is_completed_by_the_next(after: bool) -> None:
    at = 0
    killed = True
    while killed:
        at += 1
        workspace = prepared()
        killed = die_and_run_again(workspace, at, after=after, operation="import_jobs")
        jobs = {job_id: one.name for job_id, one in workspace.jobs.jobs.items()}
        assert sorted(jobs.values()) == ["changed", "equal", "first", "left", "right", "second"]
        assert ledger_names(workspace) == jobs
        assert workspace.service().validate()[1].counts() == {"unchanged": 6}
    assert at > 10


@pytest.mark.parametrize("after", [False, True])
def test_what_a_killed_import_wrote_is_nobodys_change(after: bool) -> None:
    at = 0
    killed = True
    while killed:
        at += 1
        workspace = FakeWorkspace()
        for description in ("old", "new", "newest"):
            for name in ("a", "b"):
                content = definition_text(job(name, description=description), run_as=ME)
                workspace.put_file(f"{name}.json", content)
            if description == "old":
                workspace.service().import_jobs()
            elif description == "new":
                killed = die(workspace, at, after=after, operation="import_jobs")
        rows = workspace.service().validate()[1].rows
        assert {(row.job_name, row.origin) for row in rows} == {("a", "git"), ("b", "git")}
        assert workspace.service().drift().rows == ()
        workspace.service().import_jobs()
        rows = workspace.service().validate()[1].rows
        assert {(row.job_name, row.status) for row in rows} == {
            ("a", "unchanged"),
            ("b", "unchanged"),
        }
    assert at > 5


@pytest.mark.parametrize("after", [False, True])
def test_a_removal_killed_at_any_write_is_completed_by_the_next(after: bool) -> None:
    at = 0
    killed = True
    while killed:
        at += 1
        workspace = prepared()
        workspace.service().import_jobs()
        for name in ("second", "changed"):
            del workspace.files.files[f"{FOLDER}/{name}.json"]
        killed = die_and_run_again(workspace, at, after=after, operation="remove")
        left = {job_id: one.name for job_id, one in workspace.jobs.jobs.items()}
        assert sorted(left.values()) == ["equal", "first", "left", "right"]
        assert workspace.service().validate()[1].counts() == {"unchanged": 4}
    assert at > 5


@pytest.mark.parametrize("after", [False, True])
def test_an_export_killed_at_any_write_is_completed_by_the_next(after: bool) -> None:
    at = 0
    killed = True
    while killed:
        at += 1
        workspace = FakeWorkspace()
        gone = workspace.jobs.add(job("gone"))
        workspace.jobs.add(job("stays"))
        changed = workspace.jobs.add(job("changed"))
        workspace.service().export()
        workspace.jobs.delete_job(gone)
        workspace.jobs.reset_job(changed, job("changed", description="new"))
        workspace.jobs.add(job("new"))
        killed = die_and_run_again(workspace, at, after=after, operation="export")
        assert sorted(workspace.definition_files()) == ["changed.json", "new.json", "stays.json"]
        assert workspace.service().export().counts() == {"unchanged": 3}
    assert at > 5


def undo_and_die(workspace: FakeWorkspace, snapshot: str, at: int, *, after: bool) -> bool:
    """Restore, die at a write, and restore again. Returns whether it was killed at all."""
    review = Review(ticked=frozenset({"a", "b", "c", "d"}))
    ports = (workspace.files, workspace.jobs)
    sound = [dict(vars(port)) for port in ports]
    Reaper(workspace, at, after=after)
    killed = False
    try:
        workspace.service(threads=1).restore(snapshot, review)
    except Killed:
        killed = True
    for port, attributes in zip(ports, sound, strict=True):
        for name in set(vars(port)) - set(attributes):
            delattr(port, name)
    workspace.time.dead.update(f"token-{number}" for number in range(1, 50))
    workspace.time.wait(60)
    report = workspace.service(threads=1).restore(snapshot, review)
    assert not [row.issues for row in report.rows if row.issues]
    workspace.time.dead.clear()
    return killed


def put(workspace: FakeWorkspace, name: str, needed: str = "", **settings: Any) -> None:
    if needed:
        settings["tasks"] = [run_job_task("run", f"__JOB__{needed}__")]
    content = definition_text(job(name, **settings), job_id=ord(name), run_as=ME)
    workspace.put_file(f"{name}.json", content)


def operate(workspace: FakeWorkspace, operation: str) -> str:
    """Carry out an operation. Returns the name of its snapshot."""
    kept: list[str] = []
    workspace.time.wait(60)
    getattr(workspace.service(), operation)(listener=Listener(on_snapshot=kept.append))
    return kept[0]


def dump(workspace: FakeWorkspace) -> dict[str, Any]:
    """Return what the jobs are, with names for ids, and what the ledger holds of them."""
    names = {job_id: live.name for job_id, live in workspace.jobs.jobs.items()}
    ledger = {names[job_id] for job_id in ledger_names(workspace)}
    assert len(set(names.values())) == len(names)
    found: dict[str, Any] = {}
    for live in workspace.jobs.jobs.values():
        settings = live.unpack_settings()
        for task in settings["tasks"]:
            if "run_job_task" in task:
                task["run_job_task"] = names.get(task["run_job_task"]["job_id"], "gone")
        found[live.name] = (settings, workspace.jobs.entries(live.name), live.name in ledger)
    return found


@pytest.mark.parametrize("after", [False, True])
def test_a_restore_of_an_import_killed_at_any_write_is_completed_by_the_next(after: bool) -> None:
    at, killed = 0, True
    while killed:
        at += 1
        workspace = FakeWorkspace()
        put(workspace, "a")
        put(workspace, "b", "a")
        workspace.service().import_jobs()
        before = dump(workspace)
        put(workspace, "a", description="new")
        put(workspace, "b", "c")
        put(workspace, "c", "d")
        put(workspace, "d")
        snapshot = operate(workspace, "import_jobs")
        killed = undo_and_die(workspace, snapshot, at, after=after)
        assert dump(workspace) == before
    assert at > 12


@pytest.mark.parametrize("after", [False, True])
def test_an_undelete_killed_at_any_write_is_completed_by_the_next(after: bool) -> None:
    at, killed = 0, True
    while killed:
        at += 1
        workspace = FakeWorkspace()
        for name, needed in (("a", "b"), ("b", "a"), ("c", "a")):
            put(workspace, name, needed)
        put(workspace, "d")
        workspace.service().import_jobs()
        before = dump(workspace)
        for name in ("a", "b", "c"):
            del workspace.files.files[f"{FOLDER}/{name}.json"]
        snapshot = operate(workspace, "remove")
        killed = undo_and_die(workspace, snapshot, at, after=after)
        assert dump(workspace) == before
    assert at > 12
