"""Which jobs cannot be imported because of others."""

from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.errors import Issue
from core.planning.blocking import block_dependents
from core.planning.import_rows import Blocked, Changed, New, Row
from core.ports import LiveJob
from tests.builders import job, run_job_task


def settings_of(name: str, *needs: str):
    tasks = [run_job_task(f"t{n}", f"__JOB__{need}__") for n, need in enumerate(needs)]
    return job(name, tasks=tasks)


def file_of(name: str) -> DefinitionFile:
    return DefinitionFile(f"{name}.json", Definition.pack(name, None, "", job(name)), b"")


def new(name: str, *needs: str) -> New:
    return New.pack(name, file_of(name), settings_of(name, *needs))


def changed(name: str, *needs: str) -> Changed:
    live = LiveJob.pack(1, job(name), "", "", complete=True)
    return Changed.pack(name, file_of(name), live, settings_of(name, *needs), job(name), ())


def broken(name: str) -> Blocked:
    return Blocked(name, f"{name}.json", (Issue("No cluster."),))


def said(rows: list[Row]) -> dict[str, str]:
    return {
        row.job_name: row.issues[0].message if isinstance(row, Blocked) else row.status
        for row in rows
    }


def test_without_an_error_nothing_is_blocked():
    rows = [new("a", "b"), new("b")]
    assert block_dependents(rows, set()) == rows


def test_what_runs_a_blocked_job_is_blocked_and_so_on():
    rows = [new("top", "mid"), new("mid", "base"), broken("base"), new("alone")]
    assert said(block_dependents(rows, set())) == {
        "top": "Blocked by “mid”: this job runs it, and it cannot be imported.",
        "mid": "Blocked by “base”: this job runs it, and it cannot be imported.",
        "base": "No cluster.",
        "alone": "new",
    }


def test_a_circle_with_a_blocked_job_is_blocked():
    rows = [new("a", "b"), new("b", "c"), new("c", "a", "x"), broken("x")]
    assert {row.status for row in block_dependents(rows, set())} == {"error"}


def test_a_job_that_is_there_blocks_nobody():
    rows = [new("user", "base"), broken("base")]
    assert said(block_dependents(rows, {"base"}))["user"] == "new"


def test_a_change_that_is_blocked_blocks_no_other_since_its_job_is_there():
    rows = [new("top", "mid"), changed("mid", "base"), broken("base")]
    found = said(block_dependents(rows, {"mid"}))
    assert found["mid"].startswith("Blocked by “base”")
    assert found["top"] == "new"


def test_the_order_of_the_rows_stays():
    rows = [broken("z"), new("a", "z"), new("m")]
    assert [row.job_name for row in block_dependents(rows, set())] == ["z", "a", "m"]
