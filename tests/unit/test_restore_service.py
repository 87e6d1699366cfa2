"""Restore: an operation undone from its snapshot, job by job."""

import hashlib
import itertools
import json
from dataclasses import replace
from typing import Any

import pytest

from core.errors import (
    NotFoundError,
    PermissionDeniedError,
    RemovalRefusedError,
    SelectionError,
    StateError,
    UnreachableError,
)
from core.jobsettings.kinds import Kind
from core.jobsettings.permissions import Permission
from core.jobsettings.principals import Principal
from core.json_text import JobSettings, Packed
from core.planning.review import Review
from core.ports import CurrentPrincipal, NamedResource
from core.reporting.listener import Listener
from core.reporting.report import Report, ReportRow
from tests.builders import definition_text, job, notebook_task, run_job_task
from tests.fakes import FOLDER, ME, FakeWorkspace

ANA = Principal("user_name", "ana@dev.example")


class World:
    """PROD, with definitions in Git. Each operation starts a minute after the one before."""

    def __init__(self) -> None:
        self.prod = FakeWorkspace()
        self.snapshot = ""
        self._sources = itertools.count(1)
        self._ids: dict[str, int] = {}

    def git(self, settings: JobSettings) -> None:
        name = settings["name"]
        source = self._ids.setdefault(name, next(self._sources))
        content = definition_text(settings, job_id=source, run_as="ana@dev.example")
        self.prod.files.files[f"{FOLDER}/{name}.json"] = content

    def git_removes(self, *names: str) -> None:
        for name in names:
            del self.prod.files.files[f"{FOLDER}/{name}.json"]

    def here(self, name: str, **settings: Any) -> None:
        """Change a job by hand."""
        live = self.prod.jobs.named(name)
        self.prod.jobs.reset_job(live.job_id, {**live.unpack_settings(), **settings})

    def run(self, operation: str, *arguments: Any, **settings: Any) -> Report:
        self.prod.time.wait(60)
        self.snapshot = ""
        listener = Listener(on_snapshot=lambda name: setattr(self, "snapshot", name))
        run = getattr(self.prod.service(**settings), operation)
        report: Report = run(*arguments, listener=listener)
        return report

    def preview(self, name: str) -> dict[str, ReportRow]:
        _, report = self.prod.service().plan_restore(name)
        return {row.job_name: row for row in report.rows}

    def state(self, name: str) -> Any:
        [content] = [c for path, c in self.prod.files.files.items() if path.endswith(f"/{name}")]
        return json.loads(content)

    def dump(self) -> dict[str, Any]:
        """Return all jobs by name: who they run as and what they do, with names for ids."""
        names = {job_id: live.name for job_id, live in self.prod.jobs.jobs.items()}
        return {
            live.name: (live.run_as_user_name, _without_ids(live.unpack_settings(), names))
            for live in self.prod.jobs.jobs.values()
        }


def _without_ids(settings: JobSettings, names: dict[int, str]) -> JobSettings:
    settings = {key: value for key, value in settings.items() if key != "run_as"}
    for task in settings["tasks"]:
        if "run_job_task" in task:
            task["run_job_task"] = names.get(task["run_job_task"]["job_id"], "gone")
    return settings


@pytest.fixture
def world() -> World:
    made = World()
    for name in ("load", "report"):
        made.git(job(name))
    made.run("import_jobs")
    return made


def statuses(report: Report) -> dict[str, tuple[str, str]]:
    return {row.job_name: (row.status, row.result) for row in report.rows}


def messages(report: Report) -> str:
    return "\n".join(
        [*(i.message for row in report.rows for i in row.issues), *map(str, report.issues)]
    )


def test_an_import_is_undone(world: World) -> None:
    before = world.dump()
    world.git(job("load", timeout_seconds=60))
    world.git(job("extra"))
    world.run("import_jobs")
    imported = world.snapshot
    rows = world.preview(imported)
    assert {name: row.status for name, row in rows.items()} == {
        "load": "changed",
        "extra": "deleted",
    }
    assert not any(row.doubt for row in rows.values())
    report = world.run("restore", imported)
    assert statuses(report) == {"load": ("changed", "updated"), "extra": ("deleted", "removed")}
    assert world.dump() == before
    again = world.run("restore", imported)
    assert statuses(again) == {"load": ("unchanged", "")}
    assert not world.snapshot  # it changed nothing


def test_a_restore_is_undone_by_another(world: World) -> None:
    world.git(job("load", timeout_seconds=60))
    world.git(job("extra"))
    world.run("import_jobs")
    after, imported = world.dump(), world.snapshot
    world.run("restore", imported)
    report = world.run("restore", world.snapshot)
    assert statuses(report) == {"load": ("changed", "updated"), "extra": ("new", "created")}
    assert world.dump() == after
    assert {e["job_name"] for e in world.state("imported.json")["jobs"].values()} == {
        "load",
        "report",
        "extra",
    }


def test_one_job_alone_is_restored(world: World) -> None:
    for name in ("load", "report"):
        world.git(job(name, timeout_seconds=60))
    world.run("import_jobs")
    report = world.run("restore", world.snapshot, Review(["load"]))
    assert statuses(report)["load"] == ("changed", "updated")
    assert world.prod.jobs.named("report").unpack_settings()["timeout_seconds"] == 60
    with pytest.raises(SelectionError):
        world.run("restore", next(iter(snapshots(world))), Review(["nothing"]))


def snapshots(world: World) -> list[str]:
    paths = (path.split("/snapshots/") for path in world.prod.files.files)
    return sorted({parts[1].split("/")[0] for parts in paths if len(parts) == 2})


def test_a_renamed_job_gets_its_name_back(world: World) -> None:
    load = world.prod.jobs.named("load").job_id
    world.git_removes("load")
    content = definition_text(job("load 2"), job_id=1, run_as="ana@dev.example")
    world.prod.files.files[f"{FOLDER}/load 2.json"] = content
    world.run("import_jobs")
    report = world.run("restore", world.snapshot)
    assert statuses(report) == {"load": ("renamed", "renamed")}
    assert world.prod.jobs.jobs[load].name == "load"


def test_a_removed_job_comes_back_and_jobs_that_ran_it_run_it_again(world: World) -> None:
    load = world.prod.jobs.named("load").job_id
    world.here("report", tasks=[run_job_task("run", load)])
    world.prod.jobs.add(job("by hand", tasks=[run_job_task("run", load)]))
    before = world.dump()
    world.prod.jobs.grants[load] = (Permission(ANA, "IS_OWNER"),)
    entry = world.state("imported.json")["jobs"][str(load)]
    world.git_removes("load")
    with_users = world.run("remove")
    assert "still" in messages(with_users)
    for name in ("report", "by hand"):  # somebody lets them run nothing, and changes his mind
        world.here(name, tasks=[notebook_task("main")])
    world.run("remove")
    for name in ("report", "by hand"):
        world.here(name, tasks=[run_job_task("run", load)])
    rows = world.preview(world.snapshot)
    assert {name: row.status for name, row in rows.items()} == {
        "load": "new",
        "report": "changed",
        "by hand": "changed",
    }
    assert "run history cannot come back" in rows["load"].message
    assert "pointed to its new id" in rows["report"].message
    report = world.run("restore", world.snapshot)
    assert report.status == "completed"
    assert world.dump() == before
    new = world.prod.jobs.named("load")
    assert new.job_id != load
    assert world.prod.jobs.entries("load") == ["ana@dev.example IS_OWNER"]
    found = world.state("imported.json")["jobs"][str(new.job_id)]
    assert found["source_job_id"] == entry["source_job_id"]
    assert world.state("recreated.json")["jobs"] == {str(load): str(new.job_id)}
    statuses_ = world.prod.service().validate()[1].counts()
    assert statuses_.get("new", 0) == 0


def test_a_snapshot_of_before_knows_the_new_id(world: World) -> None:
    load = world.prod.jobs.named("load").job_id
    world.git(
        job("report", tasks=[{"task_key": "run", "run_job_task": {"job_id": "__JOB__load__"}}])
    )
    world.run("import_jobs")
    world.git(job("report"))
    world.run("import_jobs")
    with_reference = world.snapshot  # it holds “report” as it ran load
    world.git_removes("load")
    world.run("remove")
    world.run("restore", world.snapshot)
    new = world.prod.jobs.named("load").job_id
    assert new != load
    report = world.run("restore", with_reference)
    assert statuses(report) == {"report": ("changed", "updated")}
    [task] = world.prod.jobs.named("report").unpack_settings()["tasks"]
    assert task["run_job_task"]["job_id"] == new


def test_a_job_that_runs_another_is_not_taken_for_moved(world: World) -> None:
    def running(**settings: Any) -> JobSettings:
        task = {"task_key": "run", "run_job_task": {"job_id": "__JOB__load__"}}
        return job("report", tasks=[task], **settings)

    world.git(running())
    world.run("import_jobs")
    world.git(running(timeout_seconds=60))
    world.run("import_jobs")
    assert world.preview(world.snapshot)["report"].doubt == ""
    world.prod.jobs.add(job("load"))  # another one of this name
    assert world.preview(world.snapshot)["report"].doubt == ""
    assert world.run("restore", world.snapshot).status == "completed"
    assert "timeout_seconds" not in world.prod.jobs.named("report").unpack_settings()


def test_a_job_whose_owner_is_gone_belongs_to_the_app(world: World) -> None:
    load = world.prod.jobs.named("load").job_id
    ben = Principal("user_name", "ben@prod.example")
    world.prod.jobs.grants[load] = (
        Permission(ben, "IS_OWNER"),
        Permission(ANA, "CAN_VIEW"),
    )
    world.git_removes("load")
    world.run("remove")
    world.prod.principals.active = {ANA}
    report = world.run("restore", world.snapshot)
    [row] = report.rows
    assert "ben@prod.example" in row.message
    assert "this app's principal will own it" in row.message
    assert world.prod.jobs.entries("load") == ["ana@dev.example CAN_VIEW", f"{ME} IS_OWNER"]


def test_permissions_that_the_create_call_ignored_are_set_afterwards(world: World) -> None:
    load = world.prod.jobs.named("load").job_id
    world.prod.jobs.grants[load] = (Permission(ANA, "IS_OWNER"),)
    world.git_removes("load")
    world.run("remove")
    world.prod.jobs.create_ignores_permissions = True
    world.run("restore", world.snapshot)
    assert world.prod.jobs.entries("load") == ["ana@dev.example IS_OWNER"]


def test_permissions_that_an_import_set_are_set_back(world: World) -> None:
    load = world.prod.jobs.named("load").job_id
    before = world.prod.jobs.entries("load")
    mapping = "/Workspace/Shared/mappings.json"
    world.prod.files.files[mapping] = b'{permissions: {from_git: "exact"}}'
    document = json.loads(definition_text(job("load"), job_id=1, run_as="ana@dev.example"))
    view = {"user_name": "ana@dev.example", "permission_level": "CAN_VIEW"}
    content = json.dumps({**document, "permissions": [view]}).encode()
    world.prod.files.files[f"{FOLDER}/load.json"] = content
    world.run("import_jobs", mapping_path=mapping)
    assert world.prod.jobs.entries("load") != before
    [row] = world.preview(world.snapshot).values()
    assert [change.path for change in row.changes] == ["permissions[user_name=ana@dev.example]"]
    world.run("restore", world.snapshot)
    assert world.prod.jobs.entries("load") == before
    assert load in world.prod.jobs.jobs


def test_jobs_that_run_each_other_come_back(world: World) -> None:
    def circle(name: str, other: str) -> JobSettings:
        task = {"task_key": "run", "run_job_task": {"job_id": f"__JOB__{other}__"}}
        return job(name, tasks=[task])

    world.git(circle("a", "b"))
    world.git(circle("b", "a"))
    world.run("import_jobs")
    before = world.dump()
    world.git_removes("a", "b")
    assert world.run("remove").status == "completed"
    report = world.run("restore", world.snapshot)
    assert statuses(report) == {"a": ("new", "created"), "b": ("new", "created")}
    assert world.dump() == before


def test_what_moved_since_needs_its_own_tick(world: World) -> None:
    for name in ("load", "report"):
        world.git(job(name, timeout_seconds=60))
    world.run("import_jobs")
    imported = world.snapshot
    world.here("load", max_concurrent_runs=9)
    row = world.preview(imported)["load"]
    assert row.doubt == "Changed here since: max_concurrent_runs."
    report = world.run("restore", imported)
    assert statuses(report) == {"load": ("error", "failed"), "report": ("changed", "updated")}
    assert "confirm this job by itself" in messages(report)
    assert world.prod.jobs.named("load").unpack_settings()["max_concurrent_runs"] == 9
    review = Review(["load"], ticked=frozenset({"load"}))
    assert statuses(world.run("restore", imported, review))["load"] == ("changed", "updated")
    assert "max_concurrent_runs" not in world.prod.jobs.named("load").unpack_settings()


def test_what_was_imported_again_needs_its_own_tick(world: World) -> None:
    world.git(job("load", timeout_seconds=60))
    world.run("import_jobs")
    first = world.snapshot
    world.git(job("load", timeout_seconds=120))
    world.run("import_jobs")
    assert "Written again since, by the import of" in world.preview(first)["load"].doubt


def test_two_imports_of_one_second_are_told_apart(world: World) -> None:
    world.prod.time.wait(0.123_999_7)  # a time that no text keeps whole
    world.git(job("load", timeout_seconds=60))
    world.run("import_jobs")
    first = world.snapshot
    world.prod.time.wait(-59.9)
    world.git(job("load", timeout_seconds=70))
    world.run("import_jobs")
    assert "Written again since" in world.preview(first)["load"].doubt
    assert not world.preview(world.snapshot)["load"].doubt


def test_a_created_job_that_was_changed_here_needs_its_own_tick_to_be_removed(world: World) -> None:
    world.git(job("extra"))
    world.run("import_jobs")
    world.here("extra", timeout_seconds=5)
    assert world.preview(world.snapshot)["extra"].doubt == "Changed here since: timeout_seconds."


def test_objects_that_only_created_jobs_use_are_known_by_name_too(world: World) -> None:
    world.prod.add_resource(Kind.WAREHOUSE, "abc123", "main")
    query = {"task_key": "q", "sql_task": {"warehouse_id": "__WAREHOUSE__main__", "query": {}}}
    world.git(job("extra", tasks=[query]))
    world.run("import_jobs")
    assert world.prod.jobs.named("extra").unpack_settings()["tasks"][0]["sql_task"] == {
        "warehouse_id": "abc123",
        "query": {},
    }
    assert world.preview(world.snapshot)["extra"].doubt == ""


def test_the_target_changed_between_preview_and_restore(world: World) -> None:
    for name in ("load", "report"):
        world.git(job(name, timeout_seconds=60))
    world.run("import_jobs")
    imported = world.snapshot
    fingerprints, _ = world.prod.service().plan_restore(imported)
    world.here("load", max_concurrent_runs=9)
    review = Review(["load", "report"], fingerprints, ticked=frozenset({"load"}))
    report = world.run("restore", imported, review)
    assert statuses(report) == {"load": ("error", "failed"), "report": ("changed", "updated")}
    assert "changed after the preview" in messages(report)


def test_names_shared_by_several_jobs_do_not_matter(world: World) -> None:
    load = world.prod.jobs.named("load").job_id
    world.git(job("load", timeout_seconds=60))
    world.run("import_jobs")
    imported = world.snapshot
    twin = world.prod.jobs.add(job("load", timeout_seconds=7))
    report = world.run("restore", imported)
    assert statuses(report) == {f"load (job {load})": ("changed", "updated")}
    assert "timeout_seconds" not in world.prod.jobs.jobs[load].unpack_settings()
    assert world.prod.jobs.jobs[twin].unpack_settings()["timeout_seconds"] == 7


def test_a_name_that_is_taken_by_now_needs_its_own_tick(world: World) -> None:
    world.git_removes("load")
    world.run("remove")
    twin = world.prod.jobs.add(job("load"))
    [row] = world.preview(world.snapshot).values()
    assert f"Job {twin} has this name now" in row.doubt


def test_a_created_job_that_another_one_runs_by_now_stays(world: World) -> None:
    world.git(job("extra"))
    world.run("import_jobs")
    extra = world.prod.jobs.named("extra").job_id
    world.prod.jobs.add(job("by hand", tasks=[run_job_task("run", extra)]))
    report = world.run("restore", world.snapshot)
    assert "“by hand” still runs this job" in messages(report)
    assert extra in world.prod.jobs.jobs


def test_limits_hold_for_removals_in_doubt_alone(world: World) -> None:
    names = [f"extra {number}" for number in range(4)]
    for name in names:
        world.git(job(name))
    before = world.dump()
    world.run("import_jobs")
    imported, jobs = world.snapshot, set(world.prod.jobs.jobs)
    for name in names:
        world.here(name, timeout_seconds=5)
    ticked = Review(ticked=frozenset(names))
    with pytest.raises(RemovalRefusedError, match="more than the limit"):
        world.run("restore", imported, ticked, max_removals=3)
    assert set(world.prod.jobs.jobs) == jobs
    world.run("restore", imported, ticked, max_removals=4)  # no share counts: four of six
    assert world.dump() == before


def test_a_first_import_is_undone_whole() -> None:
    fresh = World()
    for number in range(40):
        fresh.git(job(f"job {number}"))
    fresh.run("import_jobs")
    fresh.run("restore", fresh.snapshot)
    assert not fresh.prod.jobs.jobs


def test_who_may_not_see_all_jobs_neither_removes_nor_creates_any(world: World) -> None:
    world.git(job("extra"))
    world.run("import_jobs")
    imported = world.snapshot
    world.git_removes("load")
    world.run("remove", Review(["load"]))
    removed = world.snapshot
    world.prod.principals.me = CurrentPrincipal(ME, "Job Sync", is_admin=False, workspace_id="42")
    with pytest.raises(RemovalRefusedError, match="not known to be a workspace admin"):
        world.run("restore", imported)
    assert "cannot rule out" in messages(world.run("restore", removed))


def test_the_ways_to_name_what_has_no_snapshot(world: World) -> None:
    with pytest.raises(NotFoundError, match="This operation is not in the history"):
        world.run("restore", "20261112T140200Z-import-0123abcd")
    with pytest.raises(NotFoundError):
        world.run("restore", "../../x")
    world.prod.service().export()
    export = [name for name in snapshots(world) if "-export-" in name]
    for name in export:
        with pytest.raises(StateError, match=r"not offered.*Git has the former files"):
            world.run("restore", name)


def test_a_state_folder_that_is_full_is_said_before_anything_is_changed(world: World) -> None:
    world.git(job("load", timeout_seconds=60))
    world.run("import_jobs")
    imported, before = world.snapshot, world.dump()

    def refuse(path: str) -> None:
        if "/snapshots/" in path:
            raise PermissionDeniedError("The quota is exceeded.")

    world.prod.files.before_write = refuse
    with pytest.raises(StateError, match=r"could not be saved.*nothing was changed"):
        world.run("restore", imported)
    assert world.dump() == before


def test_a_job_that_cannot_be_looked_up_is_not_created_twice(world: World) -> None:
    world.git(job("load", timeout_seconds=60))
    world.run("import_jobs")
    imported = world.snapshot
    world.prod.jobs.delete_job(world.prod.jobs.named("load").job_id)
    world.prod.jobs.fail["get_job"] = UnreachableError("No answer.")
    report = world.run("restore", imported)
    assert "could not be confirmed whether it still exists" in messages(report)
    del world.prod.jobs.fail["get_job"]
    assert statuses(world.run("restore", imported))["load"] == ("new", "created")


def test_a_restore_that_was_killed_after_a_create_does_not_create_it_again(world: World) -> None:
    world.git_removes("load")
    world.run("remove")
    removed = world.snapshot

    class Killed(BaseException):
        pass

    def kill(path: str) -> None:
        if path.endswith(("recreated.json", "created.json", "imported.json")) and any(
            live.name == "load" for live in world.prod.jobs.jobs.values()
        ):
            raise Killed

    world.prod.files.before_write = kill
    with pytest.raises(Killed):
        world.run("restore", removed)
    world.prod.files.before_write = lambda _path: None
    report = world.run("restore", removed)
    assert statuses(report) == {"load": ("unchanged", "")}
    assert [live.name for live in world.prod.jobs.jobs.values()].count("load") == 1


def test_a_creator_in_another_spelling_is_the_app_all_the_same(world: World) -> None:
    world.git_removes("load")
    world.run("remove")
    removed, killed = world.snapshot, PermissionDeniedError("The state folder is read-only now.")

    def kill(path: str) -> None:
        if any(live.name == "load" for live in world.prod.jobs.jobs.values()):
            raise killed

    world.prod.files.before_write = kill
    world.run("restore", removed)
    world.prod.files.before_write = lambda _path: None
    jobs = world.prod.jobs.jobs
    for job_id, live in list(jobs.items()):
        jobs[job_id] = replace(live, creator=ME.title())
    world.prod.time.wait(4000)
    assert statuses(world.run("restore", removed)) == {"load": ("unchanged", "")}


def test_without_bookkeeping_every_row_is_in_doubt(world: World) -> None:
    world.git(job("load", timeout_seconds=60))
    world.git(job("extra"))
    world.run("import_jobs")
    extra = world.prod.jobs.named("extra")
    world.prod.jobs.jobs[extra.job_id] = replace(extra, created=1_800_000_000_000)
    for path in list(world.prod.files.files):
        if path.endswith(("written.jsonl.gz", "created.json")):
            del world.prod.files.files[path]
    rows = world.preview(world.snapshot)
    assert "not known what this operation wrote" in rows["load"].doubt
    assert "interrupted before it noted which jobs it created" in rows["extra"].doubt


@pytest.mark.parametrize("unknown", [{"created": 0}, {"creator": ""}])
def test_what_a_killed_import_created_is_found_where_not_everything_is_said_of_it(
    world: World, unknown: dict[str, Any]
) -> None:
    world.git(job("extra"))
    world.run("import_jobs")
    extra = world.prod.jobs.named("extra")
    known = {"created": 1_800_000_000_000, **unknown}
    world.prod.jobs.jobs[extra.job_id] = replace(extra, **known)
    for path in list(world.prod.files.files):
        if path.endswith("created.json"):
            del world.prod.files.files[path]
    assert "interrupted before it noted" in world.preview(world.snapshot)["extra"].doubt


def test_an_identity_that_nobody_can_read_concerns_its_job_alone(world: World) -> None:
    load = world.prod.jobs.named("load")
    odd = {**load.unpack_settings(), "run_as": {"user_name": "ana@dev.example", "since": "2027"}}
    world.prod.jobs.jobs[load.job_id] = replace(load, packed=Packed(odd))
    world.git_removes("load", "report")
    world.run("remove")
    report = world.run("restore", world.snapshot)
    assert statuses(report) == {"load": ("error", ""), "report": ("new", "created")}
    assert "exactly one of user_name" in messages(report)


def test_a_job_that_does_not_belong_here_is_not_created_again(world: World) -> None:
    world.git(job("runs it", tasks=[run_job_task("run", "__JOB__load__")]))
    world.run("import_jobs")
    world.git_removes("load", "runs it")
    world.run("remove")
    removed = world.snapshot
    path = f"{FOLDER}/mappings.json"
    world.prod.files.files[path] = b'{"jobs": {"exclude": ["load"]}}'
    state = next(one for one in world.prod.files.files if one.endswith("/imported.json"))
    settings = {"mapping_path": path, "state_path": state.rpartition("/")[0]}
    report = world.run("restore", removed, **settings)
    assert statuses(report) == {"load": ("excluded", ""), "runs it": ("error", "")}
    assert "Blocked by “load”: this job runs it, and it cannot be restored." in messages(report)
    assert "load" not in world.dump()
    del world.prod.files.files[path]
    again = statuses(world.run("restore", removed))
    assert again == {"load": ("new", "created"), "runs it": ("new", "created")}


def test_history_lists_an_operation_that_was_killed(world: World) -> None:
    world.git(job("load", timeout_seconds=60))
    world.run("import_jobs")
    entries = world.prod.service().history().entries()
    newest = next(entry for entry in entries if entry.snapshot == world.snapshot)
    assert (newest.kind, newest.outcome, newest.actor) == ("import", "interrupted", ME)


def test_a_forged_snapshot_is_refused_and_one_without_a_seal_needs_ticks(world: World) -> None:
    key = {"state_keys": ("k" * 32,)}
    world.git(job("load", timeout_seconds=60))
    world.run("import_jobs")
    unsealed = world.snapshot
    world.git(job("load", timeout_seconds=70))
    world.run("import_jobs", **key)
    sealed, before = world.snapshot, world.dump()
    _, report = world.prod.service(**key).plan_restore(unsealed)
    assert "has no seal" in report.rows[0].doubt
    _, report = world.prod.service(**key).plan_restore(sealed)
    assert report.rows[0].doubt == ""
    [part] = [path for path in world.prod.files.files if f"{sealed}/part-" in path]
    world.prod.files.files[part] = world.prod.files.files[part].replace(b"/Shared/", b"/Evil/")
    with pytest.raises(StateError, match="damaged, or was not written by this app"):
        world.run("restore", sealed, **key)
    [head] = [path for path in world.prod.files.files if f"{sealed}/head" in path]
    digest = hashlib.sha256(world.prod.files.files[part]).hexdigest()
    document = json.loads(world.prod.files.files[head])
    document["parts"] = {"part-0001.json": digest}
    world.prod.files.files[head] = json.dumps(document).encode()
    with pytest.raises(StateError, match="seal is not this app's"):
        world.run("restore", sealed, **key)
    assert world.dump() == before


def test_a_sealed_snapshot_under_another_name_is_forged(world: World) -> None:
    key = {"state_keys": ("k" * 32,)}
    names = []
    for seconds in (60, 70):
        world.git(job("load", timeout_seconds=seconds))
        world.run("import_jobs", **key)
        names.append(world.snapshot)
    old, new = names
    files = world.prod.files.files
    for path in [path for path in files if f"/{new}/" in path]:
        del files[path]
    files |= {path.replace(old, new): text for path, text in files.items() if f"/{old}/" in path}
    with pytest.raises(StateError, match="seal is not this app's"):
        world.prod.service(**key).plan_restore(new)


@pytest.mark.parametrize(
    "answer", [{"access_control_list": [{"user_name": "ana@dev.example", "all_permissions": 7}]}, 7]
)
def test_permissions_in_an_unknown_form_keep_no_job_from_coming_back(
    world: World, answer: Any
) -> None:
    world.prod.jobs.permissions[world.prod.jobs.named("load").job_id] = answer
    world.git_removes("load")
    world.run("remove")
    world.prod.jobs.permissions.clear()
    report = world.run("restore", world.snapshot)
    assert statuses(report) == {"load": ("new", "created")}
    assert "Its permissions were not kept" in report.rows[0].message


def test_a_job_created_again_twice_is_known_by_each_of_its_ids(world: World) -> None:
    world.git_removes("load")
    world.run("remove")
    removed = snapshot = world.snapshot
    for _ in range(3):
        world.run("restore", snapshot)
        snapshot = world.snapshot
    for name in (removed, snapshot):
        [row] = world.preview(name).values()
        assert not row.doubt
        assert row.status == ("unchanged" if name == removed else "deleted")


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_planted_new_id_makes_nobody_elses_job_the_restored_one(
    world: World, monkeypatch: pytest.MonkeyPatch, is_listed: bool
) -> None:
    world.git(job("load", timeout_seconds=60))
    world.run("import_jobs")
    load = world.prod.jobs.named("load").job_id
    foreign = world.prod.jobs.add(job("foreign"), creator="bob@prod.example")
    files = world.prod.files.files
    folder = next(path for path in files if path.endswith("/imported.json")).rpartition("/")[0]
    planted = {"version": 1, "jobs": {str(load): str(foreign)}, "pending": []}
    files[f"{folder}/recreated.json"] = json.dumps(planted).encode()
    if not is_listed:
        jobs = world.prod.jobs
        hidden = {"load", "foreign"}
        listed = [live for live in jobs.list_jobs() if live.name not in hidden]
        monkeypatch.setattr(jobs, "list_jobs", lambda: iter(listed))
    assert statuses(world.run("restore", world.snapshot)) == {"load": ("changed", "updated")}
    assert world.prod.jobs.jobs[foreign].name == "foreign"
    assert "timeout_seconds" not in world.prod.jobs.jobs[load].unpack_settings()


def test_a_job_that_is_not_listed_and_was_restored_is_not_created_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.prod.jobs.add(job("older"))
    world.git(job("older", timeout_seconds=60))
    world.run("import_jobs")
    world.run("restore", world.snapshot)  # nobody had imported it before
    jobs = world.prod.jobs
    listed = [live for live in jobs.list_jobs() if live.name != "older"]
    monkeypatch.setattr(jobs, "list_jobs", lambda: iter(listed))
    report = world.run("restore", world.snapshot)
    assert statuses(report) == {"older": ("changed", "updated")}
    assert jobs.named("older").unpack_settings()["timeout_seconds"] == 60


def test_a_snapshot_of_the_version_before_is_restored_by_its_name(world: World) -> None:
    before = world.dump()
    world.git_removes("load")
    world.run("remove")
    files = world.prod.files.files
    [part] = [path for path in files if f"{world.snapshot}/part-" in path]
    document = json.loads(files[part])
    items = [{k: v for k, v in one.items() if k != "entry"} for one in document["items"]]
    files[part] = json.dumps({**document, "version": 1, "items": items}).encode()
    for path in list(files):
        if path.endswith(("head.json", ".jsonl.gz")) or "/history/" in path:
            del files[path]
    report = world.run("restore", part.split("/")[-2])
    assert statuses(report) == {"load": ("new", "created")}
    assert world.dump() == before


def test_a_snapshot_that_was_not_written_whole_says_so(world: World) -> None:
    world.git(job("load", timeout_seconds=60))
    world.run("import_jobs")
    files = world.prod.files.files
    del files[next(path for path in files if path.endswith(f"{world.snapshot}/head.json"))]
    with pytest.raises(StateError, match="is incomplete: its operation ended while it was saved"):
        world.run("restore", world.snapshot)


def test_a_job_whose_cluster_is_gone_stays_away_and_the_others_come_back(world: World) -> None:
    for number, name in enumerate(("shared", "other"), start=1):
        world.prod.add_resource(Kind.CLUSTER, f"c-{number}", name)

    def on(cluster: str) -> JobSettings:
        task = notebook_task("main", existing_cluster_id=f"__CLUSTER__{cluster}__")
        return {"tasks": [task]}

    world.git(job("on it", **on("shared")))
    world.git(job("moves", **on("shared")))
    world.git(job("runs it", tasks=[run_job_task("run", "__JOB__on it__")]))
    world.run("import_jobs")
    world.git(job("moves", **on("other")))
    world.run("import_jobs")
    moved = world.snapshot
    world.git_removes("on it", "runs it", "load")
    world.run("remove", max_removal_share=1)
    removed = world.snapshot
    world.prod.resources.listed = {Kind.CLUSTER: [NamedResource("c-2", "other")]}
    report = world.run("restore", removed)
    assert statuses(report) == {
        "load": ("new", "created"),
        "on it": ("error", ""),
        "runs it": ("error", ""),
    }
    assert "It used the cluster c-1, which no longer exists." in messages(report)
    assert statuses(world.run("restore", moved)) == {"moves": ("error", "")}
    unlisted = {(Kind.CLUSTER, "c-1"): NamedResource("c-1", "shared")}  # old ones are not listed
    world.prod.resources.unlisted = unlisted
    assert statuses(world.run("restore", removed))["on it"] == ("new", "created")
    assert statuses(world.run("restore", moved)) == {"moves": ("changed", "updated")}


def test_names_that_nobody_gave_are_no_paths(world: World) -> None:
    for name in ("../../imported", "20261112T140200Z-import-0123abcd/../x", "%2e%2e"):
        with pytest.raises(NotFoundError):
            world.prod.service().plan_restore(name)
