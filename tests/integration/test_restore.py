"""Restore over HTTP: the workspace is as it was before, proven by dumps of all jobs."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

import cli
from core.gateways.connect import connect, system_clock, this_process
from core.planning.review import Review
from core.reporting.listener import Listener
from core.reporting.report import Report
from core.service import JobSync
from core.settings import Settings
from tests.builders import definition_text, job, notebook_task, run_job_task
from tests.emulated import Emulated, issues_of, row_of, statuses
from tests.integration.test_every_fault import FAULTS, every_call_fails_once

ADMIN = "admin@prod.example"
ANA = "ana@prod.example"
PEOPLE = [{"userName": ADMIN, "groups": ["admins"]}, {"userName": ANA}]
IMPORTED, OTHERS = 40, 2


def seeded(*names: str, **settings: Any) -> list[dict[str, Any]]:
    run_as = {"run_as": {"user_name": ANA}}
    return [
        {"creator_user_name": ADMIN, "settings": {**job(name), **run_as, **settings}}
        for name in names
    ]


def write(prod: Emulated, name: str, **settings: Any) -> None:
    prod.put(f"{name}.json", definition_text(job(name, **settings), job_id=None, run_as=ANA))


def dump(prod: Emulated) -> dict[str, Any]:
    """Return what jobs/get says of every job, by name, with names in place of their ids."""
    ids = {one["job_id"]: one["settings"]["name"] for one in prod.stored_jobs()}
    assert len(set(ids.values())) == len(ids)
    found = {}
    for job_id, name in ids.items():
        answer = prod.api("GET", f"2.2/jobs/get?job_id={job_id}").json()
        for task in answer["settings"].get("tasks", []):
            if "run_job_task" in task:
                task["run_job_task"] = ids.get(task["run_job_task"]["job_id"], "gone")
        granted = prod.api("GET", f"2.0/permissions/jobs/{job_id}").json()["access_control_list"]
        answer["permissions"] = sorted(granted, key=json.dumps)
        found[name] = {key: answer[key] for key in ("settings", "run_as_user_name", "permissions")}
    return found


def run(prod: Emulated, operation: str, *arguments: Any, **settings: Any) -> tuple[Report, str]:
    """Run an operation; returns its report and the name of its snapshot."""
    kept: list[str] = []
    listener = Listener(on_snapshot=kept.append)
    report = getattr(prod.service(**settings), operation)(*arguments, listener=listener)
    return report, kept[0] if kept else ""


@pytest.mark.slow
def test_the_story_ends_with_the_workspace_of_before(prod: Emulated) -> None:
    names = [f"job {number:02}" for number in range(IMPORTED)]
    kept, created = names[:30], names[30:]
    prod.seed(
        users=PEOPLE, jobs=seeded(*kept, "other 0", "other 1", "needed", max_concurrent_runs=2)
    )
    needed = prod.job_id("needed")
    grants = [
        {"user_name": ANA, "permission_level": "IS_OWNER"},
        {"group_name": "admins", "permission_level": "CAN_MANAGE"},
    ]
    prod.api("PUT", f"2.0/permissions/jobs/{needed}", json={"access_control_list": grants})
    for name in ("other 0", "other 1"):
        settings = prod.settings_of(name)
        prod.reset_job(prod.job_id(name), {**settings, "tasks": [run_job_task("run", needed)]})
    write(prod, "needed", max_concurrent_runs=2)
    assert run(prod, "adopt")[0].status == "completed"
    before = dump(prod)

    for name in names:
        write(prod, name, timeout_seconds=600)
    imported, snapshot = run(prod, "import_jobs", Review(names))
    assert imported.counts()["new"] == len(created)
    for name in names[:3]:
        prod.reset_job(prod.job_id(name), {**prod.settings_of(name), "timeout_seconds": 300})
    drifted = {
        row.job_name for row in prod.service().validate()[1].rows if row.origin in {"here", "both"}
    }
    assert drifted == set(names[:3])
    for name in names[3 : 3 + OTHERS]:
        write(prod, name, timeout_seconds=900)
    others, _ = run(prod, "import_jobs", Review(names[3 : 3 + OTHERS]))
    assert others.status == "completed"

    rows = {row.job_name: row for row in prod.service().plan_restore(snapshot)[1].rows}
    moved = {name for name, row in rows.items() if row.doubt}
    assert moved == set(names[: 3 + OTHERS])
    assert "timeout_seconds" in rows[names[0]].doubt
    assert "by the import of" in rows[names[3]].doubt
    first, _ = run(prod, "restore", snapshot)
    assert first.counts()["error"] == len(moved)  # each needs a tick of its own
    review = Review(sorted(moved), ticked=frozenset(moved))
    assert run(prod, "restore", snapshot, review)[0].status == "completed"

    prod.remove_file("needed.json")
    for name in ("other 0", "other 1"):
        prod.reset_job(prod.job_id(name), {**prod.settings_of(name), "tasks": [notebook_task("x")]})
    removed, snapshot = run(prod, "remove")
    assert statuses(removed)["needed"] == "deleted"
    for name in ("other 0", "other 1"):  # the API lets no job run one that is gone: they had
        prod.delete_job(prod.job_id(name))
        tasks = [run_job_task("run", needed)]
        prod.seed(jobs=seeded(name, max_concurrent_runs=2, tasks=tasks))
    undeleted, _ = run(prod, "restore", snapshot)
    assert undeleted.status == "completed", issues_of(undeleted)
    assert prod.job_id("needed") != needed
    assert dump(prod) == before


def restore_case(prod: Emulated) -> tuple[Any, Any, Any]:
    """An import that changed a job and created another."""
    world: dict[str, Any] = {}

    def prepare() -> None:
        prod.control("POST", "reset", {"users": PEOPLE})
        write(prod, "leaf")
        prod.service().import_jobs()
        world["before"] = dump(prod)
        write(prod, "leaf", timeout_seconds=5)
        write(prod, "extra")
        world["snapshot"] = run(prod, "import_jobs")[1]
        assert prod.names() == ["extra", "leaf"]
        prod.remove_file("extra.json")

    def operate() -> object:
        return prod.service(retry_s=1).restore(world["snapshot"], Review(ticked=ALL))

    def check() -> None:
        assert dump(prod) == world["before"]

    return prepare, operate, check


def undelete_case(prod: Emulated) -> tuple[Any, Any, Any]:
    """A removal of two jobs that run each other, and of one that runs one of them."""
    world: dict[str, Any] = {}

    def prepare() -> None:
        prod.control("POST", "reset", {"users": PEOPLE})
        for name, needed in (("a", "b"), ("b", "a"), ("c", "a")):
            write(prod, name, tasks=[run_job_task("run", f"__JOB__{needed}__")])
        prod.service().import_jobs()
        world["before"] = dump(prod)
        for name in ("a", "b", "c"):
            prod.remove_file(f"{name}.json")
        world["snapshot"] = run(prod, "remove")[1]
        assert prod.names() == []

    def operate() -> object:
        return prod.service(retry_s=1).restore(world["snapshot"], Review(ticked=ALL))

    def check() -> None:
        assert dump(prod) == world["before"]

    return prepare, operate, check


ALL = frozenset({"a", "b", "c", "leaf", "extra"})


@pytest.mark.slow
def test_every_call_of_an_undelete_may_fail_once(prod: Emulated) -> None:
    """Every third of them; `make reliability` fails them all."""
    case = undelete_case(prod)
    tally = every_call_fails_once(prod, FAULTS["cut after the effect"], *case, step=3)
    assert tally.runs > 7


@pytest.mark.reliability
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("case", [restore_case, undelete_case])
def test_every_call_of_every_restore_may_fail(
    prod: Emulated, case: Any, fault: str, capsys
) -> None:
    tally = every_call_fails_once(prod, FAULTS[fault], *case(prod))
    with capsys.disabled():
        print(f"\n{tally.line(case.__name__, fault)}")


@pytest.mark.slow
@pytest.mark.parametrize("how_many", [100, pytest.param(1000, marks=pytest.mark.reliability)])
def test_many_jobs_need_few_calls(prod: Emulated, tmp_path: Path, how_many: int) -> None:
    names = [f"job {number}" for number in range(how_many)]
    prod.seed(users=PEOPLE, jobs=seeded(*names))
    for name in names:
        write(prod, name, timeout_seconds=60)

    def calls_of(operation: str, *arguments: Any) -> tuple[int, str]:
        connection = connect(
            retry_s=5, host=prod.url, token=prod.token, cache_folder=tmp_path / "cache"
        )
        settings = Settings(prod.folder, threads=4, max_removals=how_many, max_removal_share=1)
        service = JobSync(connection.ports, settings, system_clock(), this_process)
        kept: list[str] = []
        report = getattr(service, operation)(*arguments, listener=Listener(on_snapshot=kept.append))
        assert report.status == "completed", issues_of(report)
        return sum(connection.rest.calls().values()), kept[0]

    _, imported = calls_of("import_jobs")
    calls, _ = calls_of("restore", imported)
    assert calls <= how_many + 100
    calls_of("import_jobs")
    for name in names:
        prod.remove_file(f"{name}.json")
    _, removed = calls_of("remove")
    calls, _ = calls_of("restore", removed)
    assert calls <= how_many + 100
    assert len(prod.names()) == how_many


@pytest.fixture
def environment(prod: Emulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("DATABRICKS_") or name in {"APP_MODE", "NUM_THREADS", "FOUR_EYES"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABRICKS_HOST", prod.url)
    monkeypatch.setenv("DATABRICKS_TOKEN", prod.token)
    monkeypatch.setenv("WORKSPACE_GIT_FOLDER_PATH", prod.folder)
    monkeypatch.setenv("CACHE_FOLDER", str(tmp_path / "cache"))
    monkeypatch.setenv("RETRY_TIMEOUT_SECONDS", "1")
    monkeypatch.setenv("COLUMNS", "200")


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = cli.main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_command_line_lists_what_was_done_and_undoes_it(prod, environment, capsys) -> None:
    prod.seed(users=PEOPLE, jobs=seeded("load"))
    write(prod, "load", timeout_seconds=60)
    write(prod, "extra")
    before = dump(prod)
    assert command(capsys, "import")[0] == 0
    assert command(capsys, "validate")[0] == 0  # it changes nothing, so it is no entry
    code, document = command(capsys, "history")
    [entry] = document["details"]["entries"]
    assert code == 0
    assert (entry["kind"], entry["outcome"], entry["actor"]) == ("import", "completed", ADMIN)
    assert entry["counts"] == {"changed": 1, "new": 1}
    operation = entry["entry_id"]

    code, preview = command(capsys, "restore", operation, "--dry-run")
    assert (code, preview["counts"]) == (0, {"changed": 1, "deleted": 1})
    code, refused = command(capsys, "restore", operation)
    assert code == 2
    assert "1 job that this operation created would be removed" in refused["issues"][0]["message"]
    prod.reset_job(prod.job_id("load"), {**prod.settings_of("load"), "timeout_seconds": 7})
    code, moved = command(capsys, "restore", operation, "--yes", "--only", "load")
    assert code == 1
    assert "Changed here since: timeout_seconds" in moved["rows"][-1]["issues"][0]["message"]
    code, done = command(capsys, "restore", operation, "--yes", "--confirm", "load")
    assert (code, done["status"]) == (0, "completed")
    assert dump(prod) == before
    _, document = command(capsys, "history")
    kinds = [entry["kind"] for entry in document["details"]["entries"]]
    assert kinds == ["restore", "restore", "import"]
    assert cli.main(["history"]) == 0
    out = capsys.readouterr().out
    assert operation in out
    assert command(capsys, "restore", "no such operation")[0] == 1


def test_what_the_command_line_did_is_shown_with_its_rows(prod, environment, capsys) -> None:
    prod.seed(users=PEOPLE)
    write(prod, "load")
    command(capsys, "import")
    history = prod.service().history()
    [entry] = history.entries()
    [row] = history.rows(entry.entry_id, lambda document: document["row"])
    assert (row["job"], row["status"], row["state"]) == ("load", "new", "done")
    report = row_of(prod.service().restore(entry.entry_id), "load")
    assert report.result == "removed"
