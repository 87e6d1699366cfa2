"""Fields of a live job that are taken into its definition file."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from core.errors import ModeError, SelectionError, StateError, SyncError, WorkspaceError
from core.jobsettings.kinds import Kind
from core.planning.fingerprints import fingerprint_plan
from core.planning.review import Review
from core.reporting.listener import Listener
from core.reporting.report import Report, ReportRow
from core.settings import AppMode
from tests.builders import job, notebook_task
from tests.fakes import FOLDER, FakeWorkspace
from tests.secret_samples import SAMPLES

PATH = "/Workspace/mappings.json"
MAPPING = """{
  value_mappings: {parameters: {env: "prod"}, paths: {"/Workspace/dev": "/Workspace/prod"}},
  compute_name_mappings: {cluster_name_mappings: {"dev-etl": "prod-etl"}},
}"""
LOOP = {
    "task_key": "loop",
    "for_each_task": {
        "inputs": "[1]",
        "task": notebook_task("each", existing_cluster_id="d-1", timeout_seconds=5),
    },
}


@pytest.fixture
def prod() -> FakeWorkspace:
    """A workspace that imported two definitions of another one through its mapping file."""
    dev, prod = FakeWorkspace(), FakeWorkspace()
    dev.add_resource(Kind.CLUSTER, "d-1", "dev-etl")
    prod.add_resource(Kind.CLUSTER, "p-1", "prod-etl")
    prod.add_resource(Kind.CLUSTER, "p-2", "prod-big")
    main = notebook_task("main", existing_cluster_id="d-1")
    main["notebook_task"] = {
        "notebook_path": "/Workspace/dev/load",
        "base_parameters": {"env": "dev", "mode": "full"},
    }
    settings = job("load", tasks=[main, LOOP], timeout_seconds=300, tags={"team": "a"})
    dev.jobs.add(settings, job_id=7)
    dev.jobs.add(job("other"), job_id=8)
    dev.service().export()
    dev.copy_definitions_to(prod)
    prod.files.files[PATH] = MAPPING.encode()
    assert service(prod).import_jobs().counts() == {"new": 2}
    return prod


def service(workspace: FakeWorkspace, **settings: Any):
    return workspace.service(mapping_path=PATH, **settings)


def live(workspace: FakeWorkspace) -> dict[str, Any]:
    settings: dict[str, Any] = workspace.jobs.named("load").unpack_settings()
    return settings


def change(workspace: FakeWorkspace, **fields: Any) -> None:
    """Change the job as somebody does in the workspace; None removes a field."""
    settings = {**live(workspace), **fields}
    left = {key: value for key, value in settings.items() if value is not None}
    workspace.jobs.reset_job(workspace.jobs.named("load").job_id, left)


def file_of(workspace: FakeWorkspace) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(workspace.files.files[f"{FOLDER}/load.json"])
    return document


def edit_file(workspace: FakeWorkspace, **settings: Any) -> None:
    document = file_of(workspace)
    document["settings"] |= settings
    workspace.files.files[f"{FOLDER}/load.json"] = json.dumps(document).encode()


def take(workspace: FakeWorkspace, *fields: str) -> ReportRow:
    return row_of(service(workspace).take(Review(["load"]), fields))


def row_of(report: Report) -> ReportRow:
    return next(row for row in report.rows if row.job_name == "load")


def task(settings: Mapping[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in settings["tasks"] if one["task_key"] == key)


def differences(workspace: FakeWorkspace) -> list[str]:
    return [change.path for change in row_of(service(workspace).validate()[1]).changes]


def test_only_the_chosen_field_is_written_and_placeholders_stay(prod):
    before = file_of(prod)
    change(prod, timeout_seconds=600, tags={"team": "b"})
    row = take(prod, "timeout_seconds")
    assert (row.status, row.result) == ("changed", "updated")
    assert [(one.path, one.current, one.desired) for one in row.changes] == [
        ("timeout_seconds", 300, 600)
    ]
    assert row.message == "Taken into Git: timeout_seconds. 1 other field differs still."
    before["settings"]["timeout_seconds"] = 600
    assert file_of(prod) == before
    assert differences(prod) == ["tags.team"]


def test_a_secret_is_not_taken_into_git(prod):
    before = file_of(prod)
    change(prod, timeout_seconds=600, tags={"team": SAMPLES[0].text})
    row = take(prod, "tags.team")
    assert row.status == "error"
    assert "Databricks token (tags.team)" in row.issues[0].message
    assert file_of(prod) == before
    assert take(prod, "timeout_seconds").result == "updated"


def test_what_was_taken_whole_matches_afterwards(prod):
    change(prod, timeout_seconds=600)
    assert "matches its definition now" in take(prod, "timeout_seconds").message
    assert row_of(service(prod).validate()[1]).status == "unchanged"


def test_a_field_of_a_task_inside_for_each_is_taken(prod):
    tasks = live(prod)["tasks"]
    task({"tasks": tasks}, "loop")["for_each_task"]["task"]["timeout_seconds"] = 9
    change(prod, tasks=tasks)
    [path] = differences(prod)
    assert take(prod, path).result == "updated"
    inner = task(file_of(prod)["settings"], "loop")["for_each_task"]["task"]
    assert inner["timeout_seconds"] == 9
    assert inner["existing_cluster_id"] == "__CLUSTER__dev-etl__"
    assert differences(prod) == []


def test_a_field_inside_a_keyed_list_is_taken_and_mapped_values_stay_git_s(prod):
    tasks = live(prod)["tasks"]
    task({"tasks": tasks}, "main")["notebook_task"]["base_parameters"]["mode"] = "delta"
    change(prod, tasks=tasks)
    [path] = differences(prod)
    take(prod, path)
    main = task(file_of(prod)["settings"], "main")
    assert main["notebook_task"] == {
        "notebook_path": "/Workspace/dev/load",
        "base_parameters": {"env": "dev", "mode": "delta"},
    }
    assert differences(prod) == []


def test_a_task_that_git_lacks_and_a_field_that_is_gone_here_are_taken(prod):
    tasks = [*live(prod)["tasks"], notebook_task("more", existing_cluster_id="p-2")]
    change(prod, tasks=tasks, tags=None)
    found = differences(prod)
    assert "tasks[more]" in found
    assert take(prod, *found).result == "updated"
    settings = file_of(prod)["settings"]
    assert "tags" not in settings
    assert task(settings, "more")["existing_cluster_id"] == "__CLUSTER__prod-big__"
    assert differences(prod) == []


def test_who_a_job_runs_as_is_taken(prod):
    change(prod, run_as={"user_name": "bea@dev.example"})
    [path] = differences(prod)
    assert take(prod, path).result == "updated"
    assert file_of(prod)["run_as_user_name"] == "bea@dev.example"
    assert differences(prod) == []


def test_a_field_that_cannot_be_mapped_back_is_named_and_nothing_is_written(prod):
    before = file_of(prod)
    tasks = live(prod)["tasks"]
    task({"tasks": tasks}, "main")["existing_cluster_id"] = "p-2"
    change(prod, tasks=tasks, timeout_seconds=600)
    found = differences(prod)
    row = take(prod, *found)
    assert (row.status, row.result) == ("error", "failed")
    assert [issue.path for issue in row.issues] == ["tasks[main].existing_cluster_id"]
    assert "dev-etl" in row.issues[0].message
    assert file_of(prod) == before


def test_what_mapping_would_make_different_again_is_named(prod):
    before = file_of(prod)
    more = notebook_task("more")
    more["notebook_task"]["notebook_path"] = "/Workspace/dev/more"
    change(prod, tasks=[*live(prod)["tasks"], more])
    row = take(prod, "tasks[more]")
    assert [issue.path for issue in row.issues] == ["tasks[more].notebook_task.notebook_path"]
    assert file_of(prod) == before


@pytest.mark.parametrize(
    ("path", "word"),
    [("name", "Export"), ("permissions[user_name=a]", "Export"), ("description", "not differ")],
)
def test_what_cannot_be_taken_is_named(prod, path, word):
    change(prod, timeout_seconds=600)
    row = take(prod, "timeout_seconds", path)
    assert [issue.path for issue in row.issues] == [path]
    assert word in row.issues[0].message
    assert file_of(prod)["settings"]["timeout_seconds"] == 300


def test_a_job_a_file_and_a_mapping_that_moved_since_are_left_alone(prod):
    change(prod, timeout_seconds=600)
    plan, _ = service(prod).validate()
    review = Review(["load"], fingerprint_plan(plan))
    before = prod.files.files[f"{FOLDER}/load.json"]

    def check() -> None:
        row = row_of(service(prod).take(review, ["timeout_seconds"]))
        assert "Validate again" in str(row.issues[0])

    change(prod, timeout_seconds=601)
    check()
    change(prod, timeout_seconds=600)
    edit_file(prod, description="new")
    check()
    prod.files.files[f"{FOLDER}/load.json"] = before
    prod.files.files[PATH] = MAPPING.replace('"prod"', '"test"').encode()
    check()
    prod.files.files[PATH] = MAPPING.encode()
    assert row_of(service(prod).take(review, ["timeout_seconds"])).result == "updated"


def test_a_file_that_somebody_writes_meanwhile_is_not_overwritten(prod):
    change(prod, timeout_seconds=600)
    edits = iter([lambda: edit_file(prod, description="new")])

    def on_step(step: str) -> None:
        if step == "Taking fields into Git":  # both sides were read
            next(edits)()

    listener = Listener(on_step=on_step)
    row = row_of(service(prod).take(Review(["load"]), ["timeout_seconds"], listener=listener))
    assert "changed meanwhile" in str(row.issues[0])
    assert file_of(prod)["settings"]["description"] == "new"


def test_the_file_is_kept_as_it_was(prod):
    before = prod.files.files[f"{FOLDER}/load.json"]
    change(prod, timeout_seconds=600)
    take(prod, "timeout_seconds")
    [path] = [path for path in prod.files.files if "-take-" in path and "part-" in path]
    [item] = json.loads(prod.files.files[path])["items"]
    assert item == {"path": "load.json", "content": before.decode()}


def test_nothing_is_written_where_the_file_cannot_be_kept(prod):
    before = file_of(prod)
    change(prod, timeout_seconds=600)
    create = prod.files.create

    def fail(path: str, content: bytes) -> None:
        if "/snapshots/" in path:
            raise WorkspaceError("The disk is full.")
        create(path, content)

    prod.files.create = fail
    with pytest.raises(StateError, match="nothing was changed"):
        take(prod, "timeout_seconds")
    assert file_of(prod) == before


def test_a_file_that_cannot_be_written_is_one_failure(prod):
    change(prod, timeout_seconds=600)
    write = prod.files.write

    def fail(path: str, content: bytes) -> None:
        if path.endswith("load.json"):
            raise WorkspaceError("No.")
        write(path, content)

    prod.files.write = fail
    row = take(prod, "timeout_seconds")
    assert (row.status, str(row.issues[0])) == ("error", "No. (load.json)")


def test_exactly_one_job_and_a_field_are_chosen(prod):
    change(prod, timeout_seconds=600)
    for names in (None, [], ["load", "other"]):
        with pytest.raises(SyncError, match="Nothing was taken"):
            service(prod).take(Review(names), ["timeout_seconds"])
    with pytest.raises(SelectionError):
        service(prod).take(Review(["gone"]), ["timeout_seconds"])
    assert "No field" in str(take(prod).issues[0])


def test_only_a_deployment_for_both_takes_into_git(prod):
    for mode in (AppMode.EXPORT, AppMode.IMPORT):
        with pytest.raises(ModeError, match=r"set APP_MODE to Both\."):
            service(prod, mode=mode).take(Review(["load"]), ["timeout_seconds"])


# The third side


def origins(workspace: FakeWorkspace) -> dict[str, str]:
    row = row_of(service(workspace).validate()[1])
    return {change.path: str(change.origin) for change in row.changes}


def test_after_a_field_was_taken_the_others_are_as_they_were_changed(prod):
    edit_file(prod, description="from Git", max_concurrent_runs=4)
    change(prod, timeout_seconds=600, tags={"team": "b"}, max_concurrent_runs=3)
    others = {"tags.team": "here", "description": "git", "max_concurrent_runs": "both"}
    assert origins(prod) == {"timeout_seconds": "here", **others}
    take(prod, "timeout_seconds")
    assert origins(prod) == others


def test_whoever_changes_a_taken_field_next_has_moved_it(prod):
    change(prod, timeout_seconds=600, tags={"team": "b"})
    take(prod, "timeout_seconds")
    edit_file(prod, timeout_seconds=700)
    assert origins(prod) == {"timeout_seconds": "git", "tags.team": "here"}
    edit_file(prod, timeout_seconds=600)
    change(prod, timeout_seconds=601)
    assert origins(prod) == {"timeout_seconds": "here", "tags.team": "here"}


def test_a_conflict_that_is_taken_is_over_and_so_is_a_whole_element(prod):
    edit_file(prod, timeout_seconds=400)
    change(prod, timeout_seconds=600, tasks=[*live(prod)["tasks"], notebook_task("more")])
    assert origins(prod) == {"timeout_seconds": "both", "tasks[more]": "here"}
    take(prod, "timeout_seconds", "tasks[more]")
    assert origins(prod) == {}
    change(prod, timeout_seconds=601)
    assert origins(prod) == {"timeout_seconds": "here"}
    change(prod, timeout_seconds=600, tasks=live(prod)["tasks"][:-1])
    assert origins(prod) == {"tasks[more]": "here"}


def test_where_it_cannot_be_noted_the_file_is_written_and_the_report_says_so(prod):
    change(prod, timeout_seconds=600)
    write = prod.files.write

    def fail(path: str, content: bytes) -> None:
        if "written" in path:
            raise WorkspaceError("The disk is full.")
        write(path, content)

    prod.files.write = fail
    report = service(prod).take(Review(["load"]), ["timeout_seconds"])
    assert report.has_failed
    assert "could not be recorded" in str(report.issues)
    assert file_of(prod)["settings"]["timeout_seconds"] == 600
