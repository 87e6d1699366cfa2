"""The use cases over a workspace in memory."""

import threading
from collections.abc import Sequence

import pytest

from core.errors import (
    LockedError,
    ModeError,
    NotFoundError,
    PermissionDeniedError,
    RemovalRefusedError,
    SelectionError,
    StoppedError,
    SyncError,
    WorkspaceError,
)
from core.jobsettings.kinds import Kind
from core.jobsettings.permissions import Permission
from core.jobsettings.principals import Principal
from core.json_text import JobSettings
from core.mapping.mapping_file import PausePolicy
from core.planning.fingerprints import fingerprint_plan
from core.planning.review import Review
from core.ports import CurrentPrincipal, FoundPrincipal, GitFolder
from core.reporting.listener import Listener
from core.settings import AppMode
from core.state.history import HistoryEntry, entry_id
from tests.builders import definition_text, job, notebook_task, run_job_task
from tests.fakes import FOLDER, ME, FakeGit, FakeJobs, FakeWorkspace


@pytest.fixture
def dev() -> FakeWorkspace:
    return FakeWorkspace()


@pytest.fixture
def prod() -> FakeWorkspace:
    return FakeWorkspace()


def statuses(report) -> dict[str, str]:
    return {row.job_name or row.file_name: row.status for row in report.rows}


def promote(dev: FakeWorkspace, prod: FakeWorkspace):
    dev.service().export()
    dev.copy_definitions_to(prod)
    return prod.service().import_jobs()


def test_import_makes_the_workspace_match_git(dev, prod):
    dev.jobs.add(job("load", max_concurrent_runs=2))
    dev.jobs.add(job("report", tasks=[run_job_task("run", dev.jobs.named("load").job_id)]))
    report = promote(dev, prod)
    assert statuses(report) == {"load": "new", "report": "new"}
    assert prod.jobs.named("load").unpack_settings()["max_concurrent_runs"] == 2
    task = prod.jobs.named("report").unpack_settings()["tasks"][0]
    assert task["run_job_task"]["job_id"] == prod.jobs.named("load").job_id
    _, again = prod.service().validate()
    assert again.counts() == {"unchanged": 2}


def test_a_second_export_writes_nothing(dev):
    dev.jobs.add(job("load"))
    dev.service().export()
    before = dict(dev.definition_files())
    writes: list[str] = []
    dev.files.before_write = writes.append
    report = dev.service().export()
    assert report.counts() == {"unchanged": 1}
    assert dev.definition_files() == before
    assert not [path for path in writes if path.startswith(FOLDER)]


def test_circles_are_imported_in_one_run(dev, prod):
    first = dev.jobs.add(job("a"))
    third = dev.jobs.add(job("c", tasks=[run_job_task("next", first)]))
    second = dev.jobs.add(job("b", tasks=[run_job_task("next", third)]))
    dev.jobs.reset_job(first, job("a", tasks=[run_job_task("next", second)]))
    report = promote(dev, prod)
    assert report.status == "completed"
    for name, needed in (("a", "b"), ("b", "c"), ("c", "a")):
        (task,) = prod.jobs.named(name).unpack_settings()["tasks"]
        assert task["run_job_task"]["job_id"] == prod.jobs.named(needed).job_id
    assert len(prod.jobs.jobs) == 3


def test_a_job_may_run_itself(dev, prod):
    own = dev.jobs.add(job("again"))
    dev.jobs.reset_job(own, job("again", tasks=[run_job_task("again", own)]))
    promote(dev, prod)
    copy = prod.jobs.named("again")
    assert copy.unpack_settings()["tasks"][0]["run_job_task"]["job_id"] == copy.job_id


def test_what_fails_takes_only_its_dependents_with_it(dev, prod):
    bad = dev.jobs.add(job("bad"))
    dev.jobs.add(job("needs bad", tasks=[run_job_task("run", bad)]))
    dev.jobs.add(job("good"))
    prod.jobs.fail_names["create bad"] = WorkspaceError("The workspace answered: no.")
    report = promote(dev, prod)
    assert statuses(report) == {"bad": "error", "good": "new", "needs bad": "error"}
    assert report.status == "completed_with_errors"
    assert [name for _, name in prod.jobs.log] == ["good"]


@pytest.mark.parametrize("failing", ["a", "b"])
def test_a_circle_that_cannot_be_completed_leaves_nothing(dev, prod, failing):
    first = dev.jobs.add(job("a"))
    second = dev.jobs.add(job("b", tasks=[run_job_task("next", first)]))
    dev.jobs.reset_job(first, job("a", tasks=[run_job_task("next", second)]))
    prod.jobs.fail_names[f"reset {failing}"] = WorkspaceError("The workspace answered: no.")
    report = promote(dev, prod)
    assert statuses(report) == {"a": "error", "b": "error"}
    assert prod.jobs.jobs == {}
    assert report.unmapped == ()
    prod.jobs.fail_names.clear()
    assert prod.service().import_jobs().counts() == {"new": 2}
    assert len(prod.jobs.jobs) == 2
    assert prod.service().validate()[1].counts() == {"unchanged": 2}


def test_a_placeholder_that_cannot_be_deleted_is_named_and_completed_later(dev, prod):
    first = dev.jobs.add(job("a"))
    second = dev.jobs.add(job("b", tasks=[run_job_task("next", first)]))
    dev.jobs.reset_job(first, job("a", tasks=[run_job_task("next", second)]))
    prod.jobs.fail_names["reset a"] = WorkspaceError("The workspace answered: no.")
    prod.jobs.fail["delete_job"] = WorkspaceError("Not today.")
    report = promote(dev, prod)
    assert statuses(report) == {"a": "error", "b": "error"}
    for row in report.rows:
        text = row.issues[0].message
        assert "Not today." in text
        assert f"exists as job {prod.jobs.named(row.job_name).job_id}" in text
    prod.jobs.fail_names.clear()
    prod.jobs.fail.clear()
    assert prod.service().import_jobs().status == "completed"
    assert len(prod.jobs.jobs) == 2


def put(workspace: FakeWorkspace, name: str, *runs: str, job_id: int = 1) -> None:
    tasks = [run_job_task(needed, f"__JOB__{needed}__") for needed in runs]
    settings = job(name, **({"tasks": tasks} if tasks else {}))
    workspace.put_file(f"{name}.json", definition_text(settings, job_id=job_id, run_as=ME))


def test_a_large_circle_whose_last_member_fails_leaves_nothing(prod):
    names = [f"job {number:02}" for number in range(30)]
    for number, name in enumerate(names):
        put(prod, name, names[(number + 1) % len(names)], job_id=number + 1)
    prod.jobs.fail_names[f"reset {names[-1]}"] = WorkspaceError("The workspace answered: no.")
    report = prod.service(threads=1).import_jobs()
    assert report.counts() == {"error": 30}
    assert "“job 01”" in report.rows[0].issues[0].message
    assert prod.jobs.jobs == {}


def test_a_new_job_that_runs_a_withdrawn_circle_goes_with_it(prod):
    put(prod, "a", "b", job_id=1)
    put(prod, "b", "a", "d", job_id=2)
    put(prod, "c", "a", job_id=3)
    put(prod, "d", job_id=4)
    prod.jobs.fail_names["create d"] = WorkspaceError("The workspace answered: no.")
    report = prod.service().import_jobs()
    assert report.counts() == {"error": 4}
    assert prod.jobs.jobs == {}
    prod.jobs.fail_names.clear()
    assert prod.service().import_jobs().counts() == {"new": 4}
    assert prod.service().validate()[1].counts() == {"unchanged": 4}


def test_a_placeholder_that_a_job_of_before_runs_by_now_stays(dev, prod):
    first = dev.jobs.add(job("a"))
    promote(dev, prod)
    second = dev.jobs.add(job("b", tasks=[run_job_task("next", first)]))
    dev.jobs.reset_job(first, job("a", tasks=[run_job_task("next", second)]))
    prod.jobs.fail_names["reset b"] = WorkspaceError("The workspace answered: no.")
    report = promote(dev, prod)
    found = statuses(report)
    assert found["b"] == "error"
    names = {one.name for one in prod.jobs.jobs.values()}
    assert names == ({"a", "b"} if found["a"] == "changed" else {"a"})
    prod.jobs.fail_names.clear()
    assert prod.service().import_jobs().status == "completed"
    assert prod.service().validate()[1].counts() == {"unchanged": 2}


def test_a_rename_keeps_the_target_job(dev, prod):
    source = dev.jobs.add(job("old name"))
    promote(dev, prod)
    target = prod.jobs.named("old name").job_id
    dev.jobs.reset_job(source, job("new name"))
    exported = dev.service().export()
    assert statuses(exported) == {"new name": "renamed"}
    assert list(dev.definition_files()) == ["old name.json"]
    dev.copy_definitions_to(prod)
    report = prod.service().import_jobs()
    assert statuses(report) == {"new name": "renamed"}
    assert prod.jobs.named("new name").job_id == target


def test_a_job_keeps_its_references_when_the_job_it_runs_is_renamed(dev, prod):
    source = dev.jobs.add(job("old name"))
    dev.jobs.add(job("caller", tasks=[run_job_task("run", source)]))
    promote(dev, prod)
    dev.jobs.reset_job(source, job("new name"))
    report = promote(dev, prod)
    assert statuses(report) == {"new name": "renamed", "caller": "unchanged"}


def test_only_what_was_imported_can_be_removed(dev, prod):
    gone = dev.jobs.add(job("gone"))
    dev.jobs.add(job("stays"))
    prod.jobs.add(job("made by hand"))
    promote(dev, prod)
    dev.jobs.delete_job(gone)
    exported = dev.service().export()
    assert statuses(exported) == {"gone": "deleted", "stays": "unchanged"}
    dev.copy_definitions_to(prod)
    _, report = prod.service().validate()
    assert statuses(report) == {
        "gone": "deleted",
        "stays": "unchanged",
        "made by hand": "unmanaged",
    }
    report = prod.service().remove()
    assert {job.name for job in prod.jobs.jobs.values()} == {"stays", "made by hand"}
    assert report.status == "completed"
    snapshots = [text for path, text in prod.files.files.items() if "/snapshots/" in path]
    assert any(b'"gone"' in text and b'"permissions"' in text for text in snapshots)


def test_a_removal_needs_a_complete_plan(dev, prod):
    gone = dev.jobs.add(job("gone"))
    promote(dev, prod)
    dev.jobs.delete_job(gone)
    dev.service().export()
    dev.copy_definitions_to(prod)
    prod.put_file("broken.json", b"<<<<<<< HEAD\n{}")
    _, report = prod.service().validate()
    assert statuses(report) == {"gone": "unmanaged", "broken.json": "error"}
    for review in (Review(["gone"]), Review()):
        with pytest.raises(RemovalRefusedError, match="not all files could be read"):
            prod.service().remove(review)
    assert prod.jobs.named("gone")


def test_a_removal_is_limited_in_number_and_share(dev, prod):
    for number in range(6):
        dev.jobs.add(job(f"job {number}"))
    promote(dev, prod)
    for path in list(prod.definition_files()):
        del prod.files.files[f"{FOLDER}/{path}"]
    with pytest.raises(RemovalRefusedError, match="6 jobs are more than the limit of 5"):
        prod.service(max_removals=5).remove()
    with pytest.raises(RemovalRefusedError, match="50%"):
        prod.service().remove()
    assert len(prod.jobs.jobs) == 6
    assert prod.service(max_removal_share=1.0).remove().status == "completed"
    assert not prod.jobs.jobs


def test_a_job_that_others_run_is_not_removed(dev, prod):
    needed = dev.jobs.add(job("needed"))
    promote(dev, prod)
    prod.jobs.add(job("local", tasks=[run_job_task("run", prod.jobs.named("needed").job_id)]))
    dev.jobs.delete_job(needed)
    promote(dev, prod)
    report = prod.service().remove()
    assert statuses(report)["needed"] == "error"
    assert prod.jobs.named("needed")


def test_equal_jobs_are_adopted_and_a_lost_ledger_never_deletes(dev, prod):
    dev.jobs.add(job("load"))
    promote(dev, prod)
    for path in [path for path in prod.files.files if path.endswith("imported.json")]:
        del prod.files.files[path]
    plan, _ = prod.service().validate()
    assert [row.job_name for row in plan.adoptable()] == ["load"]
    del prod.files.files[f"{FOLDER}/load.json"]
    assert statuses(prod.service().validate()[1]) == {"load": "unmanaged"}
    prod.put_file("load.json", dev.definition_files()["load.json"])
    prod.service().adopt()
    del prod.files.files[f"{FOLDER}/load.json"]
    assert statuses(prod.service().validate()[1]) == {"load": "deleted"}


def test_an_unanswered_create_makes_one_job(dev, prod):
    dev.jobs.add(job("load"))
    prod.jobs.lost_answers.add("load")
    report = promote(dev, prod)
    assert report.status == "completed"
    assert len(prod.jobs.jobs) == 1
    assert prod.service().import_jobs().counts() == {"unchanged": 1}


def test_an_announced_job_of_a_killed_import_is_ours(dev, prod):
    dev.jobs.add(job("load"))
    dev.service().export()
    dev.copy_definitions_to(prod)

    def killed(path: str) -> None:
        if path.endswith("imported.json") and prod.jobs.log:
            raise KeyboardInterrupt

    prod.files.before_write = killed
    with pytest.raises(KeyboardInterrupt):
        prod.service().import_jobs()
    prod.files.before_write = lambda _path: None
    assert prod.jobs.log == [("create", "load")]
    del prod.files.files[f"{FOLDER}/load.json"]
    assert statuses(prod.service().validate()[1]) == {"load": "deleted"}


def test_a_principal_that_is_no_admin_creates_and_deletes_nothing(dev, prod):
    dev.jobs.add(job("seen"))
    dev.jobs.add(job("unseen"))
    promote(dev, prod)
    hidden = prod.jobs.named("unseen").job_id
    prod.jobs.jobs.pop(hidden)
    prod.principals.me = CurrentPrincipal(ME, "", is_admin=False, workspace_id="42")
    report = prod.service().import_jobs()
    assert statuses(report) == {"seen": "unchanged", "unseen": "error"}
    assert len(prod.jobs.jobs) == 1
    dev.principals.me = CurrentPrincipal(ME, "", is_admin=False, workspace_id="42")
    dev.jobs.jobs.clear()
    before = dict(dev.definition_files())
    exported = dev.service().export()
    assert set(statuses(exported).values()) == {"unmanaged"}
    assert dev.definition_files() == before


def test_a_removal_says_that_jobs_may_be_hidden_before_it_looks_for_the_chosen_ones(prod):
    prod.principals.me = CurrentPrincipal(ME, "", is_admin=False, workspace_id="42")
    for review in (Review(), Review(["load"])):
        with pytest.raises(RemovalRefusedError, match="not known to be a workspace admin"):
            prod.service().remove(review)


def test_pull_and_export_in_the_target_change_no_file(dev, prod):
    dev.add_resource(Kind.CLUSTER, "d-1", "etl-dev")
    prod.add_resource(Kind.CLUSTER, "p-1", "etl-prod")
    prod.files.files["/Workspace/Shared/map.json"] = (
        b'{compute_name_mappings: {cluster_name_mappings: {"etl-dev": "etl-prod"}}}'
    )
    dev.jobs.add(job("load", tasks=[notebook_task("main", existing_cluster_id="d-1")]))
    dev.service().export()
    dev.copy_definitions_to(prod)
    before = dict(prod.definition_files())
    service = prod.service(mapping_path="/Workspace/Shared/map.json")
    service.export()
    assert prod.definition_files() == before
    service.import_jobs()
    assert prod.jobs.named("load").unpack_settings()["tasks"][0]["existing_cluster_id"] == "p-1"
    assert service.export().counts() == {"unchanged": 1}
    assert prod.definition_files() == before


def test_a_deleted_cluster_is_unknown_only_when_proven_gone(dev):
    dev.jobs.add(job("load", tasks=[notebook_task("main", existing_cluster_id="gone")]))
    dev.resources.fail_find = WorkspaceError("The workspace answered: slow.")
    assert statuses(dev.service().export()) == {"load": "error"}
    assert not dev.definition_files()
    dev.resources.fail_find = None
    dev.service().export()
    assert b"__CLUSTER__unknown__" in dev.definition_files()["load.json"]


def test_a_shared_name_is_exported_with_a_note_and_jobs_of_one_name_are_not(dev, prod):
    for resource_id in ("d-1", "d-2"):
        dev.add_resource(Kind.CLUSTER, resource_id, "twin")
    dev.jobs.add(job("noted", tasks=[notebook_task("main", existing_cluster_id="d-1")]))
    dev.jobs.add(job("good"))
    dev.jobs.add(job("double"))
    dev.jobs.add(job("double"))
    report = dev.service().export()
    assert sorted(dev.definition_files()) == ["good.json", "noted.json"]
    [noted] = [row for row in report.rows if row.job_name == "noted"]
    assert "d-1, d-2" in noted.message_with_risks
    assert report.counts() == {"error": 2, "new": 2}


def test_rows_that_moved_after_validation_are_skipped_and_named(dev, prod):
    source = dev.jobs.add(job("load"))
    dev.jobs.add(job("other"))
    promote(dev, prod)
    dev.jobs.reset_job(source, job("load", max_concurrent_runs=5))
    dev.service().export()
    dev.copy_definitions_to(prod)
    plan, _ = prod.service().validate()
    target = prod.jobs.named("load")
    prod.jobs.reset_job(target.job_id, job("load", timeout_seconds=7, run_as={"user_name": ME}))
    report = prod.service().import_jobs(Review(fingerprints=fingerprint_plan(plan)))
    assert statuses(report) == {"load": "error", "other": "unchanged"}
    assert prod.jobs.named("load").unpack_settings()["timeout_seconds"] == 7


def test_only_selected_jobs_are_imported(dev, prod):
    dev.jobs.add(job("a"))
    dev.jobs.add(job("b"))
    dev.service().export()
    dev.copy_definitions_to(prod)
    report = prod.service().import_jobs(Review(["a"]))
    assert {job.name for job in prod.jobs.jobs.values()} == {"a"}
    assert report.rows[1].message == "Not selected."
    with pytest.raises(SelectionError):
        prod.service().import_jobs(Review(["nobody"]))


def test_two_operations_exclude_each_other(dev):
    dev.jobs.add(job("load"))
    service = dev.service()
    entered: list[bool] = []

    def second(path: str) -> None:
        if path.endswith("load.json") and not entered:
            entered.append(True)
            with pytest.raises(LockedError, match="export, started by"):
                dev.service().export()

    dev.files.before_write = second
    service.export()
    assert entered


def test_the_mode_is_enforced(dev):
    with pytest.raises(ModeError):
        dev.service(mode=AppMode.IMPORT).export()
    for operation in ("validate", "import_jobs", "adopt", "remove", "pull"):
        with pytest.raises(ModeError):
            getattr(dev.service(mode=AppMode.EXPORT), operation)()


def test_pull_tells_both_commits(prod):
    report = prod.service().pull()
    assert (report.details.as_json()["old_commit"], report.details.as_json()["commit"]) == (
        "1" * 40,
        "2" * 40,
    )
    prod.git.root = "/Workspace/elsewhere"
    with pytest.raises(NotFoundError, match="is not in a Git folder"):
        prod.service().pull()


def test_a_folder_without_write_permission_changes_nothing(dev):
    dev.jobs.add(job("load"))
    dev.files.read_only = PermissionDeniedError("No permission: write.")
    with pytest.raises(Exception, match="state folder"):
        dev.service().export()
    assert not dev.definition_files()


def test_a_broken_file_is_not_overwritten(dev):
    dev.jobs.add(job("load"))
    dev.service().export()
    dev.put_file("load.json", b"{ not json")
    report = dev.service().export()
    assert dev.definition_files()["load.json"] == b"{ not json"
    assert report.counts() == {"error": 2}


def test_a_hand_written_definition_is_imported(prod):
    settings = {"name": "by hand", "tasks": [notebook_task("main")]}
    prod.put_file("sub/by hand.json", definition_text(settings, job_id=None))
    assert prod.service().import_jobs().counts() == {"new": 1}
    assert prod.service().validate()[1].counts() == {"unchanged": 1}


def test_bundle_jobs_are_skipped_everywhere(dev, prod):
    managed = job("b", deployment={"kind": "BUNDLE"}, edit_mode="UI_LOCKED")
    dev.jobs.add(managed)
    assert statuses(dev.service().export()) == {"b": "skipped"}
    prod.jobs.add(managed)
    prod.put_file("b.json", definition_text(job("b")))
    assert statuses(prod.service().import_jobs()) == {"b": "skipped"}


def test_a_list_form_cut_off_at_a_hundred_tasks_proves_nothing(dev, prod):
    source = dev.jobs.add(job("wide", tasks=[notebook_task(f"t{n}") for n in range(100)]))
    promote(dev, prod)
    dev.jobs.reset_job(source, job("wide", tasks=[notebook_task(f"t{n}") for n in range(101)]))
    assert statuses(dev.service().export()) == {"wide": "changed"}
    dev.copy_definitions_to(prod)
    assert statuses(prod.service().import_jobs()) == {"wide": "changed"}
    assert len(prod.jobs.named("wide").unpack_settings()["tasks"]) == 101
    target = prod.jobs.named("wide")
    prod.jobs.reset_job(
        target.job_id, {**target.unpack_settings(), "tasks": target.unpack_settings()["tasks"][1:]}
    )
    assert statuses(prod.service().validate()[1]) == {"wide": "changed"}


def test_a_group_is_equal_although_the_list_only_names_it(dev, prod):
    dev.jobs.add(job("load", run_as={"group_name": "etl-owners"}))
    promote(dev, prod)
    assert prod.jobs.named("load").unpack_settings()["run_as"] == {"group_name": "etl-owners"}
    assert prod.service().validate()[1].counts() == {"unchanged": 1}
    assert dev.service().export().counts() == {"unchanged": 1}


def test_the_mapping_file_in_the_folder_is_never_taken_for_a_definition(dev):
    text = b'{ /* comment */ compute_name_mappings: {cluster_name_mappings: {"unknown": "x"}} }'
    dev.put_file("mappings.json", text)
    dev.jobs.add(job("load"))
    assert dev.service(mode=AppMode.EXPORT).export().counts() == {"new": 1}
    path = f"{FOLDER}/mappings.json"
    assert dev.service(mapping_path=path).validate()[1].counts() == {"unchanged": 1}


def test_info_shows_what_is_wrong_with_the_mapping_file(prod):
    prod.files.files["/Workspace/Shared/map.json"] = b'{"a": 1 "b": 2}'
    report = prod.service(mapping_path="/Workspace/Shared/map.json").info()
    assert report.details.as_json()["principal"] == ME
    assert "a comma is missing" in report.issues[0].message


def test_a_lock_that_could_not_be_released_does_not_stop_the_next_operation(dev):
    dev.jobs.add(job("load"))
    service, write = dev.service(), dev.files.write

    def refusing(path: str, content: bytes) -> None:
        if "lock-0" in path:
            raise WorkspaceError("The workspace answered: no.")
        write(path, content)

    dev.files.write = refusing
    assert service.export().status == "completed"
    assert service.export().counts() == {"unchanged": 1}
    with pytest.raises(LockedError):  # another process cannot know; it waits for the lease
        dev.service().export()


SCHEDULE = {"quartz_cron_expression": "0 0 5 * * ?", "timezone_id": "UTC"}


def test_a_job_that_moved_after_validation_is_not_removed(dev, prod):
    for name in ("gone", "moved"):
        dev.jobs.add(job(name))
    promote(dev, prod)
    for name in ("gone", "moved"):
        del prod.files.files[f"{FOLDER}/{name}.json"]
    plan, _ = prod.service().validate()
    target = prod.jobs.named("moved")
    prod.jobs.reset_job(target.job_id, job("moved", timeout_seconds=7))
    report = prod.service().remove(Review(fingerprints=fingerprint_plan(plan)))
    assert statuses(report) == {"gone": "deleted", "moved": "error"}
    assert [one.name for one in prod.jobs.jobs.values()] == ["moved"]


def test_what_was_not_reviewed_is_neither_imported_nor_removed(dev, prod):
    dev.jobs.add(job("load"))
    promote(dev, prod)
    dev.jobs.add(job("new"))
    dev.service().export()
    dev.copy_definitions_to(prod)
    del prod.files.files[f"{FOLDER}/load.json"]
    assert statuses(prod.service().import_jobs(Review(fingerprints={})))["new"] == "error"
    assert statuses(prod.service().remove(Review(fingerprints={})))["load"] == "error"
    assert [one.name for one in prod.jobs.jobs.values()] == ["load"]


@pytest.mark.parametrize(
    ("pause", "state"),
    [
        (None, "UNPAUSED"),
        (PausePolicy.FROM_GIT, "UNPAUSED"),
        (PausePolicy.NEW_PAUSED, "PAUSED"),
    ],
)
def test_a_plan_and_its_import_follow_the_same_choice(dev, prod, pause, state):
    dev.jobs.add(job("load", schedule={**SCHEDULE, "pause_status": "UNPAUSED"}))
    dev.service().export()
    dev.copy_definitions_to(prod)
    plan, _ = prod.service().validate(pause=pause)
    report = prod.service().import_jobs(Review(None, fingerprint_plan(plan), pause))
    assert report.status == "completed"
    assert prod.jobs.named("load").unpack_settings()["schedule"]["pause_status"] == state


def test_a_choice_other_than_the_reviewed_one_moves_the_rows(dev, prod):
    dev.jobs.add(job("load", schedule={**SCHEDULE, "pause_status": "UNPAUSED"}))
    dev.service().export()
    dev.copy_definitions_to(prod)
    plan, _ = prod.service().validate(pause=PausePolicy.NEW_PAUSED)
    report = prod.service().import_jobs(Review(fingerprints=fingerprint_plan(plan)))
    assert statuses(report) == {"load": "error"}
    assert not prod.jobs.jobs


def test_the_choice_comes_before_the_mapping_file(dev, prod):
    dev.jobs.add(job("load", schedule={**SCHEDULE, "pause_status": "UNPAUSED"}))
    dev.service().export()
    dev.copy_definitions_to(prod)
    prod.files.files["/Workspace/Shared/map.json"] = b'{pause_status: "new_paused"}'
    service = prod.service(mapping_path="/Workspace/Shared/map.json")
    service.import_jobs(Review(pause=PausePolicy.FROM_GIT))
    assert prod.jobs.named("load").unpack_settings()["schedule"]["pause_status"] == "UNPAUSED"


def test_an_operation_that_is_stopped_while_it_reads_changes_nothing(dev, prod):
    dev.jobs.add(job("load"))
    dev.service().export()
    dev.copy_definitions_to(prod)
    stopped = Listener(should_stop=lambda: True)
    for operation in ("import_jobs", "remove", "adopt", "pull", "validate", "export"):
        with pytest.raises(StoppedError):
            getattr(prod.service(), operation)(listener=stopped)
    assert not prod.jobs.jobs
    assert prod.git.commit == "1" * 40
    assert prod.service().export().status == "completed"  # nobody holds the lock


def test_an_operation_that_is_stopped_while_it_looks_for_the_lock_takes_none(dev):
    dev.service().export()  # leaves a lock that it has released
    files, listed = dev.files, []
    list_folder = files.list_folder

    def list_and_note(path):
        listed.append(path)
        return list_folder(path)

    files.list_folder = list_and_note
    before = dict(files.files)
    with pytest.raises(StoppedError):
        dev.service().export(listener=Listener(should_stop=lambda: bool(listed)))
    assert files.files == before


def test_rows_are_told_before_and_as_they_end(dev, prod):
    dev.jobs.add(job("load"))
    dev.jobs.add(job("other"))
    heard: list[tuple[str, ...]] = []
    listener = Listener(
        on_planned=lambda rows: heard.append(("planned", *(row.job_name for row in rows))),
        on_row=lambda row: heard.append((row.status, row.job_name)),
    )
    dev.service().export(listener=listener)
    assert heard[0] == ("planned", "load", "other")
    assert sorted(heard[1:]) == [("new", "load"), ("new", "other")]
    dev.copy_definitions_to(prod)
    heard.clear()
    prod.service().validate(listener=listener)
    assert heard == [("planned", "load", "other")]
    heard.clear()
    prod.service().import_jobs(Review(["other"]), listener=listener)
    assert heard == [("planned", "load", "other"), ("new", "other")]
    heard.clear()
    prod.service().adopt(listener=listener)
    assert heard == [("planned", "load", "other")]


def test_a_pull_tells_what_came(dev, prod):
    dev.jobs.add(job("load"))
    dev.service().export()
    pull = prod.git.pull

    def pull_files(folder):
        dev.copy_definitions_to(prod)
        return pull(folder)

    prod.git.pull = pull_files
    assert statuses(prod.service().pull()) == {"load": "new"}


def test_a_pull_shows_an_unreadable_file_when_it_comes_and_not_again(prod):
    prod.put_file("old.json", b"{ not json")
    pull = prod.git.pull

    def pull_files(folder):
        prod.put_file("new.json", b"{ not json")
        return pull(folder)

    prod.git.pull = pull_files
    report = prod.service().pull()
    assert [(row.file_name, row.status) for row in report.rows] == [("new.json", "error")]
    assert ["old.json" in issue.message for issue in report.issues] == [True]
    assert report.status == "completed_with_errors"
    report = prod.service().pull()
    assert (report.rows, report.status, len(report.issues)) == ((), "completed", 1)


def test_info_tells_which_entries_of_the_mapping_file_are_used(dev, prod):
    dev.add_resource(Kind.CLUSTER, "d-1", "etl")
    dev.jobs.add(job("load", tasks=[notebook_task("main", existing_cluster_id="d-1")]))
    dev.service().export()
    dev.copy_definitions_to(prod)
    path = "/Workspace/Shared/map.json"
    text = '{compute_name_mappings: {cluster_name_mappings: {etl: "x", other: "y"}}}'
    prod.files.files[path] = b"\xef\xbb\xbf" + text.encode()
    details = prod.service(mapping_path=path).info().details.as_json()
    assert details["mapping_text"] == text
    assert [(entry["name"], entry["jobs"]) for entry in details["mapping_entries"]] == [
        ("etl", 1),
        ("other", 0),
    ]
    assert details["last_change_ms"] == prod.time.seconds * 1000


def test_info_of_a_mapping_file_that_is_absent_shows_no_text(prod):
    report = prod.service(mapping_path="/Workspace/Shared/map.json").info()
    assert "mapping_text" not in report.details.as_json()
    assert report.issues or report.details.as_json()["mapping_entries"] == []


def test_the_history_lies_in_the_state_folder(prod):
    entry = HistoryEntry(
        entry_id("import", 0.0, "0" * 32), "import", ME, "Both", 0.0, 1.0, "completed"
    )
    prod.service().history().record(entry, [])
    assert prod.service().history().entries() == (entry,)
    assert any("/.job-sync-state/" in path and "/history/" in path for path in prod.files.files)


def test_where_this_is_takes_no_reading_of_jobs(prod):
    prod.jobs.fail["list_jobs"] = WorkspaceError("was read")
    details = prod.service().whereabouts().as_json()
    assert (details["workspace_id"], details["principal"]) == ("42", ME)
    assert (details["git_folder"], details["commit"]) == (FOLDER, "1" * 40)
    prod.git.root = "/Workspace/elsewhere"
    assert prod.service().whereabouts().git.folder.startswith("none:")


def test_an_import_that_is_stopped_begins_no_further_job() -> None:
    dev, prod = FakeWorkspace(), FakeWorkspace()
    for number in range(20):
        dev.jobs.add(job(f"job {number:02}"))
    dev.service().export()
    dev.copy_definitions_to(prod)
    listener = Listener(should_stop=lambda: bool(prod.jobs.log))
    report = prod.service(threads=1).import_jobs(listener=listener)
    assert len(prod.jobs.log) <= 2
    left = report.rows[-1]
    assert (left.status, left.result, left.message) == (
        "new",
        "not_started",
        "Not started: the import was stopped.",
    )
    assert "error" not in report.counts()


def test_another_job_of_the_name_is_not_reported_as_imported(prod) -> None:
    put(prod, "load v2", job_id=2)
    prod.service().import_jobs()
    other = prod.jobs.add(job("load", description="somebody's own"))
    prod.put_file("load v2.json", definition_text(job("load"), job_id=2, run_as=ME))
    report = prod.service().import_jobs()
    assert [(row.status, row.result, row.file_name) for row in report.rows] == [
        ("renamed", "renamed", "load v2.json"),
        ("unmanaged", "", ""),
    ]
    assert prod.jobs.jobs[other].unpack_settings()["description"] == "somebody's own"


def test_a_job_that_another_one_of_its_name_runs_is_not_removed(prod) -> None:
    put(prod, "load", job_id=1)
    prod.service().import_jobs()
    old = prod.jobs.named("load").job_id
    prod.jobs.add(job("load", tasks=[run_job_task("then", old)]))
    prod.files.delete(f"{FOLDER}/load.json")
    report = prod.service().remove()
    assert "“load” still runs this job" in report.rows[1].issues[0].message
    assert old in prod.jobs.jobs


def test_a_job_is_removed_together_with_the_one_that_runs_it_whatever_their_labels(prod) -> None:
    put(prod, "load", job_id=1)
    put(prod, "user", "load", job_id=2)
    prod.service().import_jobs()
    prod.jobs.add(job("user"))
    for name in ("load", "user"):
        prod.files.delete(f"{FOLDER}/{name}.json")
    assert prod.service().remove().status == "completed"
    assert [one.name for one in prod.jobs.jobs.values()] == ["user"]


def test_a_label_is_not_the_name_of_another_job(prod) -> None:
    put(prod, "load", job_id=1)
    prod.service().import_jobs()
    old = prod.jobs.named("load").job_id
    label = f"load (job {old})"
    prod.jobs.add(job("load"))
    prod.files.delete(f"{FOLDER}/load.json")
    put(prod, label, job_id=3)
    plan, report = prod.service().validate()
    assert {row.job_name: row.status for row in report.rows}[label] == "new"
    review = Review(names=[label], fingerprints=fingerprint_plan(plan))
    assert prod.service().import_jobs(review).rows[1].result == "created"
    assert prod.service().remove().counts()["deleted"] == 1
    assert old not in prod.jobs.jobs


@pytest.fixture
def chain(prod) -> FakeWorkspace:
    """Jobs of which “a” runs “b”, which runs “c”; none has a definition any longer."""
    put(prod, "a", "b", job_id=1)
    put(prod, "b", "c", job_id=2)
    put(prod, "c", job_id=3)
    prod.service().import_jobs()
    for name in "abc":
        prod.files.delete(f"{FOLDER}/{name}.json")
    return prod


def live_names(workspace: FakeWorkspace) -> list[str]:
    return sorted(one.name for one in workspace.jobs.jobs.values())


@pytest.mark.parametrize("kept", ["a", "b"])
def test_what_a_job_runs_that_could_not_be_removed_stays(chain, kept) -> None:
    plan = chain.service().validate()[0]
    chain.jobs.fail_names[f"delete {kept}"] = WorkspaceError("The workspace answered: no.")
    review = Review(fingerprints=fingerprint_plan(plan))
    report = chain.service().remove(review)
    assert live_names(chain) == (["a", "b", "c"] if kept == "a" else ["b", "c"])
    assert "“b” still runs this job" in report.rows[2].issues[0].message
    chain.jobs.fail_names.clear()
    assert chain.service().remove().status == "completed"
    assert live_names(chain) == []


def test_nothing_is_removed_while_a_job_cannot_be_read(chain) -> None:
    chain.jobs.fail_names["get a"] = WorkspaceError("The workspace answered: no.")
    with pytest.raises(RemovalRefusedError):
        chain.service().remove()
    assert live_names(chain) == ["a", "b", "c"]


def test_a_removal_is_the_one_that_was_reviewed_however_the_jobs_were_read(chain) -> None:
    plan = chain.service().validate()[0]
    listed = chain.service(full_read=True).validate()[0]
    assert fingerprint_plan(plan) == fingerprint_plan(listed)
    for number in range(40):
        chain.jobs.add({**job(f"x{number}"), "run_as": {"user_name": ME}})
    report = chain.service().remove(Review(fingerprints=fingerprint_plan(plan)))
    assert report.counts()["deleted"] == 3
    assert report.status == "completed"


def test_what_the_last_of_many_tasks_runs_stays(prod) -> None:
    put(prod, "load", job_id=1)
    prod.service().import_jobs()
    needed = prod.jobs.named("load").job_id
    tasks = [notebook_task(f"t{number:03}") for number in range(120)]
    prod.jobs.add(job("long", tasks=[*tasks, run_job_task("last", needed)]))
    prod.files.delete(f"{FOLDER}/load.json")
    report = prod.service().remove()
    assert "“long” still runs this job" in report.rows[0].issues[0].message
    assert needed in prod.jobs.jobs
    prod.jobs.fail_names["get long"] = WorkspaceError("The workspace answered: no.")
    assert {row.status for row in prod.service().validate()[1].rows} == {"unmanaged"}


def test_what_a_job_runs_that_moved_since_the_review_stays(chain) -> None:
    plan = chain.service().validate()[0]
    moved = chain.jobs.named("a")
    chain.jobs.reset_job(moved.job_id, {**moved.unpack_settings(), "description": "new"})
    report = chain.service().remove(Review(fingerprints=fingerprint_plan(plan)))
    assert report.counts() == {"error": 3}
    assert live_names(chain) == ["a", "b", "c"]


def test_a_circle_is_removed_at_once(prod) -> None:
    put(prod, "a", "b", job_id=1)
    put(prod, "b", "a", job_id=2)
    prod.service().import_jobs()
    for name in "ab":
        prod.files.delete(f"{FOLDER}/{name}.json")
    assert prod.service().remove().status == "completed"
    assert live_names(prod) == []


def test_twins_are_removed_by_their_ids() -> None:
    dev, prod = FakeWorkspace(), FakeWorkspace()
    for name in ("a", "b"):
        dev.jobs.add(job(name))
    dev.service().export()
    dev.copy_definitions_to(prod)
    prod.service().import_jobs()
    prod.jobs.reset_job(prod.jobs.named("b").job_id, job("a"))
    for path in list(prod.definition_files()):
        del prod.files.files[f"{FOLDER}/{path}"]
    plan, report = prod.service().validate()
    labels = [f"a (job {job_id})" for job_id in sorted(prod.jobs.jobs)]
    assert [row.job_name for row in report.rows] == labels
    prod.service().remove(Review(names=labels[:1], fingerprints=fingerprint_plan(plan)))
    assert [f"a (job {job_id})" for job_id in prod.jobs.jobs] == labels[1:]


def test_a_stopped_circle_leaves_no_placeholder() -> None:
    dev, prod = FakeWorkspace(), FakeWorkspace()
    first = dev.jobs.add(job("a"))
    second = dev.jobs.add(job("b", tasks=[run_job_task("n", first)]))
    dev.jobs.reset_job(first, job("a", tasks=[run_job_task("n", second)]))
    dev.service().export()
    dev.copy_definitions_to(prod)
    prod.service().import_jobs(listener=Listener(should_stop=lambda: bool(prod.jobs.log)))
    assert prod.jobs.jobs == {}
    assert prod.service().validate()[1].counts() == {"new": 2}


class GitThatFallsSilent(FakeGit):
    """After a pull its folder cannot be listed."""

    def pull(self, folder: GitFolder) -> GitFolder:
        pulled = super().pull(folder)
        self.files.unreadable[FOLDER] = WorkspaceError("No answer.")
        return pulled


def test_a_pull_that_cannot_be_read_afterwards_is_reported_all_the_same() -> None:
    prod = FakeWorkspace()
    prod.git = GitThatFallsSilent()
    prod.git.files = prod.files
    report = prod.service().pull()
    assert report.details.as_json()["commit"] == "2" * 40
    assert [issue.message for issue in report.issues] == [
        "The pulled files could not be read. No answer."
    ]


class SlowJobs(FakeJobs):
    """From the second on, making a job takes long enough for others to be heard."""

    def create_job(self, settings: JobSettings, permissions: Sequence[Permission] = ()) -> int:
        if self.log:
            threading.Event().wait(0.1)
        return super().create_job(settings, permissions)


def test_a_listener_that_breaks_down_ends_the_writes_and_loses_no_announcement() -> None:
    dev, prod = FakeWorkspace(), FakeWorkspace()
    prod.jobs = SlowJobs()
    for number in range(20):
        dev.jobs.add(job(f"job {number:02}"))
    dev.service().export()
    dev.copy_definitions_to(prod)

    def break_down(_row: object) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        prod.service(threads=1).import_jobs(listener=Listener(on_row=break_down))
    assert len(prod.jobs.log) < 20
    prod.service(threads=16).import_jobs()
    for path in list(prod.definition_files()):
        del prod.files.files[f"{FOLDER}/{path}"]
    statuses = [row.status for row in prod.service().validate()[1].rows]
    assert statuses == ["deleted"] * 20


def test_only_the_reviewed_jobs_are_adopted() -> None:
    dev, prod = FakeWorkspace(), FakeWorkspace()
    for name in ("a", "b"):
        dev.jobs.add(job(name))
        prod.jobs.add(job(name))
    dev.service().export()
    dev.copy_definitions_to(prod)
    report = prod.service().adopt(Review(["a"]))
    assert [(row.result, row.message) for row in report.rows] == [
        ("adopted", ""),
        ("", "Matches its definition, not yet adopted."),
    ]


@pytest.mark.parametrize("renamed_in", ["the workspace", "Git"])
def test_a_rename_gives_an_imported_job_no_second_definition(prod, renamed_in) -> None:
    put(prod, "load", job_id=7)
    prod.service().import_jobs()
    if renamed_in == "Git":
        prod.put_file("load.json", definition_text(job("other"), job_id=7, run_as=ME))
    else:
        prod.jobs.reset_job(prod.jobs.named("load").job_id, job("other"))
    assert prod.service().export().counts() == {"renamed": 1}
    assert list(prod.definition_files()) == ["load.json"]
    assert prod.service().import_jobs().counts() == {"unchanged": 1}
    assert len(prod.jobs.jobs) == 1


@pytest.mark.parametrize("renamed_in", ["the workspace", "Git"])
def test_a_definition_that_was_exported_here_is_still_its_job(prod, renamed_in) -> None:
    job_id = prod.jobs.add(job("load"))
    prod.service().export()
    if renamed_in == "Git":
        prod.put_file("load.json", definition_text(job("other"), job_id=job_id, run_as=ME))
    else:
        prod.jobs.reset_job(job_id, job("other"))
    report = prod.service().import_jobs()
    assert report.counts() == {"renamed": 1}
    assert list(prod.jobs.jobs) == [job_id]
    assert prod.service().export().counts() == {"unchanged": 1}


@pytest.mark.parametrize("renamed_in", ["the workspace", "Git"])
def test_a_definition_that_was_imported_and_exported_is_still_its_job(prod, renamed_in) -> None:
    put(prod, "load", job_id=7)
    prod.service().import_jobs()
    job_id = prod.jobs.named("load").job_id
    prod.jobs.reset_job(job_id, job("load", description="changed here"))
    assert prod.service().export().counts() == {"changed": 1}
    if renamed_in == "Git":
        prod.put_file("load.json", definition_text(job("other"), job_id=job_id, run_as=ME))
    else:
        prod.jobs.reset_job(job_id, job("other"))
    assert prod.service().import_jobs().counts() == {"renamed": 1}
    assert list(prod.jobs.jobs) == [job_id]


def test_a_copy_of_a_definition_that_was_exported_here_is_a_job_of_its_own(prod) -> None:
    job_id = prod.jobs.add(job("load"))
    prod.service().export()
    prod.put_file("copy.json", definition_text(job("copy"), job_id=job_id, run_as=ME))
    assert statuses(prod.service().import_jobs()) == {"copy": "new", "load": "unchanged"}
    assert prod.service().validate()[1].counts() == {"unchanged": 2}


def test_a_definition_that_was_moved_goes_with_its_job(dev, prod) -> None:
    gone, stays = dev.jobs.add(job("gone")), dev.jobs.add(job("stays"))
    promote(dev, prod)
    for name in ("gone", "stays"):
        dev.put_file(f"sub/{name}.json", dev.definition_files()[f"{name}.json"])
        dev.files.delete(f"{FOLDER}/{name}.json")
    dev.jobs.delete_job(gone)
    dev.files.read_only = WorkspaceError("The workspace answered: no.")
    with pytest.raises(SyncError):
        dev.service().export()
    dev.files.read_only = None
    assert statuses(dev.service().export()) == {"gone": "deleted", "stays": "unchanged"}
    assert list(dev.definition_files()) == ["sub/stays.json"]
    assert statuses(dev.service().export()) == {"stays": "unchanged"}
    assert stays in dev.jobs.jobs


def test_a_moved_definition_that_could_not_be_removed_is_removed_later(dev) -> None:
    gone = dev.jobs.add(job("gone"))
    dev.service().export()
    dev.put_file("sub/gone.json", dev.definition_files()["gone.json"])
    dev.files.delete(f"{FOLDER}/gone.json")
    dev.jobs.delete_job(gone)

    def refuse(path: str) -> None:
        if path.endswith("gone.json"):
            raise WorkspaceError("The workspace answered: no.")

    dev.files.before_write = refuse
    assert dev.service().export().counts() == {"error": 1}
    dev.files.before_write = lambda _path: None
    assert dev.service().export().counts() == {"deleted": 1}
    assert dev.definition_files() == {}


def test_names_for_people_are_read_until_somebody_asks_to_stop(prod):
    robot = Principal("service_principal_name", "0d4c8f1e-92a7-4b63-8c15-f7a3e05b6d22")
    prod.principals.described = [FoundPrincipal(robot, "etl-prod")]
    names = prod.service().display_names([robot.name], lambda: False)
    assert names == {robot.name: "etl-prod"}
    assert prod.service().display_names([robot.name], lambda: True) == {}
