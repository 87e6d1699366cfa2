"""Who changed a job since it was imported, over HTTP: jobs are changed here by the SDK."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import JobRunAs, JobSettings

import cli
from core.planning.review import Review
from core.settings import AppMode
from core.state.written import parse_written
from tests.builders import definition_text, job, notebook_task
from tests.emulated import LIST, RESET, Emulated, row_of, statuses

ADMIN = "admin@prod.example"
STATE = ".job-sync-state"


def put(workspace: Emulated, name: str, source: int | None = None, **fields: Any) -> None:
    content = definition_text(job(name, **fields), job_id=source, run_as=ADMIN)
    workspace.put(f"{name}.json", content)


def by_hand(workspace: Emulated, job_name: str, **fields: Any) -> None:
    """Change fields of a job as somebody with the SDK does."""
    client = WorkspaceClient(host=workspace.url, token=workspace.token)
    client.jobs.update(workspace.job_id(job_name), new_settings=JobSettings(**fields))


def written_file(workspace: Emulated) -> str:
    """Return the path of what was written."""
    folder = f"{workspace.folder.rpartition('/')[0]}/{STATE}"
    [name] = [name for name in workspace.files(folder) if name.endswith("written.jsonl.gz")]
    return f"{folder}/{name}"


def bases(workspace: Emulated) -> dict[str, dict[str, Any]]:
    """Return what was written into each job last, by the job's name."""
    written = parse_written(workspace.read(written_file(workspace)))
    assert not written.announced
    return {one.job_name: one.find_settings() or {} for one in written.jobs.values()}


@pytest.fixture
def three(prod: Emulated) -> Emulated:
    """A workspace with three imported jobs."""
    for name in ("a", "b", "c"):
        put(prod, name, timeout_seconds=300)
    assert prod.service().import_jobs().counts() == {"new": 3}
    return prod


def origins(workspace: Emulated) -> dict[str, str]:
    return {row.job_name: row.origin for row in workspace.service().validate()[1].rows}


def test_nothing_has_drifted_right_after_an_import(three: Emulated) -> None:
    three.service().import_jobs()
    assert statuses(three.service().validate()[1]) == dict.fromkeys("abc", "unchanged")
    assert three.service().drift().rows == ()


def test_what_was_changed_here_is_left_alone_unless_it_is_chosen(three: Emulated) -> None:
    by_hand(three, "a", timeout_seconds=600)
    put(three, "b", timeout_seconds=60)
    row = row_of(three.service().validate()[1], "a")
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    assert row.message.startswith(
        "Importing loses: timeout_seconds 600 → 300, changed here since the import of " + day
    )
    me = three.api("GET", "2.0/preview/scim/v2/Me").json()
    assert row.message.endswith(f" UTC by {me.get('displayName') or me['userName']}.")
    assert origins(three) == {"a": "here", "b": "git", "c": ""}

    report = three.service().import_jobs()
    assert report.status == "completed"
    assert row_of(report, "a").message.startswith(
        "Not selected: changed here only; choose it to import it. Importing loses: timeout_seconds"
    )
    assert (row_of(report, "a").result, row_of(report, "b").result) == ("", "updated")
    assert three.settings_of("a")["timeout_seconds"] == 600
    assert origins(three)["a"] == "here"

    chosen = three.service().import_jobs(Review(["a"]))
    assert row_of(chosen, "a").result == "updated"
    assert three.settings_of("a")["timeout_seconds"] == 300
    assert three.service().drift().rows == ()


def test_a_change_in_both_at_one_field_is_left_alone_and_marked(three: Emulated) -> None:
    by_hand(three, "a", timeout_seconds=600)
    put(three, "a", timeout_seconds=60)
    by_hand(three, "b", max_concurrent_runs=4)
    put(three, "b", timeout_seconds=60)
    report = three.service().validate()[1]
    [change] = row_of(report, "a").changes
    assert (change.path, change.origin, row_of(report, "a").origin) == (
        "timeout_seconds",
        "both",
        "both",
    )
    assert "Changed in Git as well: timeout_seconds." in row_of(report, "a").message
    fields = {change.path: change.origin for change in row_of(report, "b").changes}
    assert fields == {"max_concurrent_runs": "here", "timeout_seconds": "git"}
    assert "Importing loses: max_concurrent_runs 4 → nothing" in row_of(report, "b").message
    done = three.service().import_jobs()
    assert (row_of(done, "a").result, row_of(done, "b").result) == ("", "updated")
    assert row_of(done, "a").message.startswith("Not selected: changed here and in Git; choose it")


def test_the_same_change_on_both_sides_is_no_difference(three: Emulated) -> None:
    by_hand(three, "a", timeout_seconds=60)
    put(three, "a", timeout_seconds=60)
    assert three.service().drift().rows == ()
    three.service().import_jobs(Review(["b"]))
    assert bases(three)["a"]["timeout_seconds"] == 60
    by_hand(three, "a", timeout_seconds=61)
    assert origins(three)["a"] == "here"


def test_a_secret_that_would_be_lost_is_hidden(prod: Emulated) -> None:
    key = {"parameters": [{"name": "api_password", "default": "old-value"}]}
    put(prod, "a", **key)
    prod.service().import_jobs()
    three = {"parameters": [{"name": "api_password", "default": "new-value"}]}
    prod.reset_job(prod.job_id("a"), {**prod.settings_of("a"), **three})
    message = row_of(prod.service().drift(), "a").message
    assert "parameters[api_password].default" in message
    assert "-value" not in message


def test_jobs_deleted_or_renamed_here_have_drifted(three: Emulated) -> None:
    lost = three.job_id("a")
    three.delete_job(lost)
    by_hand(three, "b", name="mine")
    put(three, "new")
    report = three.service().validate()[1]
    assert f"Was imported as job {lost} and has been deleted here." in row_of(report, "a").message
    renamed = three.job_id("mine")
    assert f"job {renamed}, which is named “mine” here now" in row_of(report, "b").message
    moved = three.service().drift()
    assert statuses(moved) == {"a": "new", "b": "new", "mine": "deleted"}
    assert 'name "b" → "mine"' in row_of(moved, "mine").message

    done = three.service().import_jobs()
    assert statuses(done)["new"] == "new"
    assert row_of(done, "a").message.startswith("Not selected: deleted here; choose it")
    assert row_of(done, "b").message.startswith("Not selected: renamed here; choose it")
    assert three.names() == ["c", "mine", "new"]
    assert set(statuses(three.service().drift())) == {
        "a",
        "b",
        "mine",
    }  # also once the ledger forgot it

    three.service().import_jobs(Review(["a"]))
    assert three.names() == ["a", "c", "mine", "new"]
    three.service().import_jobs(Review(["c"]))
    assert set(statuses(three.service().drift())) == {"b", "mine"}


def test_a_job_renamed_here_whose_definition_has_an_id_is_recognised(
    dev: Emulated, prod: Emulated
) -> None:
    source = dev.create_job(job("a"))
    put(prod, "a", source)
    prod.service().import_jobs()
    by_hand(prod, "a", name="mine")
    row = row_of(prod.service().drift(), "a")
    assert (row.status, row.origin) == ("renamed", "here")
    assert 'Importing loses: name "mine" → "a"' in row.message


def test_who_runs_a_job_is_part_of_it(three: Emulated) -> None:
    three.seed(users=[{"userName": "bo@prod.example"}])
    by_hand(three, "a", run_as=JobRunAs(user_name="bo@prod.example"))
    [change] = row_of(three.service().drift(), "a").changes
    assert change.path == "run_as.user_name"
    assert row_of(three.service().import_jobs(), "a").result == ""


def test_what_the_mapping_file_changes_is_a_change_in_git(three: Emulated) -> None:
    three.seed(users=[{"userName": "bo@prod.example"}])
    path = "/Workspace/Shared/maps/map.json"
    mapping = {"run_as_mappings": {ADMIN: {"user_name": "bo@prod.example"}}}
    three.put(path, json.dumps(mapping).encode())
    by_hand(three, "a", timeout_seconds=60)
    state = written_file(three).rpartition("/")[0]
    report = three.service(mapping_path=path, state_path=state).validate()[1]
    assert {row.job_name: row.origin for row in report.rows} == {
        "a": "both",
        "b": "git",
        "c": "git",
    }


@pytest.mark.parametrize("pause", ["keep_target", "new_paused"])
def test_a_job_paused_or_started_here_has_not_drifted_where_that_is_left_to_this_workspace(
    prod: Emulated, pause: str
) -> None:
    path = "/Workspace/Shared/maps/map.json"
    prod.put(path, json.dumps({"pause_status": pause}).encode())
    schedule = {"quartz_cron_expression": "0 0 5 * * ?", "timezone_id": "UTC"}
    put(prod, "a", schedule=schedule)
    prod.service(mapping_path=path).import_jobs()
    for status in ("PAUSED", "UNPAUSED"):
        prod.reset_job(
            prod.job_id("a"),
            {**prod.settings_of("a"), "schedule": {**schedule, "pause_status": status}},
        )
        assert prod.service(mapping_path=path).drift().rows == ()
        put(prod, "a", schedule=schedule, timeout_seconds=60 + len(status))
        row = row_of(prod.service(mapping_path=path).validate()[1], "a")
        assert row.origin == "git"
        prod.service(mapping_path=path).import_jobs()


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_what_the_workspace_fills_in_has_not_drifted(prod: Emulated, cloud: str) -> None:
    prod.option(cloud=cloud)
    cluster = {"num_workers": 1, "spark_version": "15.4.x-scala2.12"}
    tasks = [notebook_task("main", new_cluster=cluster)]
    put(prod, "a", tasks=tasks)
    prod.service().import_jobs()
    assert prod.service().drift().rows == ()
    put(prod, "a", tasks=tasks, timeout_seconds=60)
    assert origins(prod) == {"a": "git"}
    by_hand(prod, "a", description="mine")
    fields = row_of(prod.service().validate()[1], "a").changes
    assert {one.path: one.origin for one in fields} == {
        "description": "here",
        "timeout_seconds": "git",
    }


def test_adopted_jobs_have_a_third_side(prod: Emulated) -> None:
    put(prod, "a")
    prod.create_job({**job("a"), "run_as": {"user_name": ADMIN}})
    assert prod.service().adopt().counts() == {"unchanged": 1}
    by_hand(prod, "a", timeout_seconds=60)
    assert "since the adoption of" in row_of(prod.service().drift(), "a").message


def test_a_state_folder_of_an_older_version_gets_one_with_the_next_import(
    three: Emulated,
) -> None:
    three.remove_file(written_file(three))
    by_hand(three, "a", timeout_seconds=60)
    assert origins(three) == {"a": "", "b": "", "c": ""}
    unknown = row_of(three.service().drift(), "a")
    assert "Whether it was changed here is unknown." in unknown.message
    three.service().import_jobs(Review(["b"]))
    assert set(bases(three)) == {"b", "c"}
    three.service().import_jobs()  # as before: of such a job nobody knows
    assert three.settings_of("a")["timeout_seconds"] == 300
    assert set(bases(three)) == {"a", "b", "c"}


@pytest.mark.parametrize("content", [b"", b"x", b"\x1f\x8b\x08"])
def test_a_damaged_file_is_a_note_and_is_written_anew(three: Emulated, content: bytes) -> None:
    path = written_file(three)
    three.put(path, content)
    by_hand(three, "a", timeout_seconds=60)
    _, report = three.service().validate()
    assert row_of(report, "a").origin == ""
    assert any("unknown which jobs were changed here" in str(one) for one in report.issues)
    three.service().import_jobs()
    assert set(bases(three)) == {"a", "b", "c"}
    assert three.service().validate()[1].issues == ()


def test_one_job_imported_leaves_the_third_side_of_the_others(three: Emulated) -> None:
    before = bases(three)
    put(three, "b", timeout_seconds=1)
    three.service().import_jobs(Review(["b"]))
    after = bases(three)
    assert after["b"]["timeout_seconds"] == 1
    assert {**after, "b": 0} == {**before, "b": 0}


def test_a_removed_job_was_not_deleted_by_somebody_else(three: Emulated) -> None:
    content = three.read("a.json")
    three.remove_file("a.json")
    by_hand(three, "a", timeout_seconds=7)
    row = row_of(three.service().drift(), "a")
    assert (row.status, row.origin) == ("deleted", "both")
    assert "timeout_seconds 300 → 7" in row.message
    three.service().remove()
    assert set(bases(three)) == {"b", "c"}
    three.put("a.json", content)
    assert three.service().drift().rows == ()
    assert row_of(three.service().import_jobs(), "a").result == "created"


def test_a_reset_that_may_have_been_done_leaves_it_open(three: Emulated) -> None:
    put(three, "a", timeout_seconds=60)
    three.fault(RESET, status=500, times=99)
    report = three.service(retry_s=1).import_jobs()
    three.clear_faults()
    assert row_of(report, "a").status == "error"
    assert origins(three)["a"] in ("git", "")


def test_a_validation_takes_one_call_more(three: Emulated) -> None:
    three.clear_calls()
    three.service().validate()
    reads = three.calls()
    three.remove_file(written_file(three))
    three.clear_calls()
    three.service().validate()
    assert sum(reads.values()) == sum(three.calls().values())


Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run(
    three: Emulated, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path
) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABRICKS_HOST", three.url)
    monkeypatch.setenv("DATABRICKS_TOKEN", three.token)
    monkeypatch.setenv("WORKSPACE_GIT_FOLDER_PATH", three.folder)
    monkeypatch.setenv("CACHE_FOLDER", str(tmp_path / "cache"))
    monkeypatch.setenv("RETRY_TIMEOUT_SECONDS", "1")
    monkeypatch.setenv("APP_MODE", AppMode.IMPORT)

    def run_cli(*arguments: str) -> tuple[int, dict[str, Any]]:
        code = cli.main([*arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run_cli


def test_the_nightly_check_exits_with_1_when_something_moved(
    three: Emulated, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = run("drift")
    assert (code, document["operation"], document["rows"]) == (0, "drift", [])
    put(three, "b", timeout_seconds=1)
    put(three, "blocked", tasks=[notebook_task("x", existing_cluster_id="__CLUSTER__none__")])
    assert run("drift")[0] == 0
    by_hand(three, "a", timeout_seconds=600)
    code, document = run("drift")
    assert code == 1
    [row] = document["rows"]
    assert (row["job_name"], row["origin"]) == ("a", "here")
    assert row["changes"] == [
        {"path": "timeout_seconds", "current": 600, "desired": 300, "origin": "here"}
    ]
    assert run("import")[1]["counts"]["changed"] == 2
    assert three.settings_of("a")["timeout_seconds"] == 600
    assert cli.main(["drift", "--diff"]) == 1
    assert "a › timeout_seconds: 600 → 300 (changed here)" in capsys.readouterr().out
    monkeypatch.setenv("APP_MODE", "Both")
    assert run("drift")[0] == 1
    monkeypatch.setenv("APP_MODE", "Export")
    assert run("drift")[0] == 2
    monkeypatch.setenv("APP_MODE", "Import")
    three.remove_file("blocked.json")
    assert run("import", "--only", "a")[0] == 0
    assert run("drift")[0] == 0
    three.fault(LIST, status=403, times=0, body={"message": "no"})
    assert run("drift")[0] == 1
