"""Rows as the page's grid and side panel get them."""

import json

import pytest

from core.comparing.diff import FieldChange
from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.errors import Issue
from core.jobsettings.secrets import MASK
from core.json_text import Packed
from core.operations.grid_row import GridRow, RowState
from core.operations.rows import (
    apply_report,
    detailed_report,
    first_row,
    job_names,
    name_run_as,
    side_documents,
)
from core.operations.sides import Sides, sides_of
from core.planning.export_rows import ChangedFile, NewFile, UnchangedFile
from core.planning.import_rows import Blocked, Changed, Deleted, New, Unchanged, Unmanaged
from core.planning.risks import Risk
from core.ports import LiveJob
from core.reporting.report import ReportRow, RowDetails
from tests.builders import job, notebook_task, run_job_task

BIG = 2**63 - 1
HERE = job("load", schedule={"quartz_cron_expression": "0 0 5 * * ?", "pause_status": "PAUSED"})
GIT = job("load", schedule={"quartz_cron_expression": "0 0 5 * * ?"})
LIVE = LiveJob.pack(BIG, HERE, "ana@dev.example", "bo@dev.example", complete=True)
FILE = DefinitionFile("load.json", Definition.pack("load", 7, "", GIT), b"")
CHANGE = FieldChange("schedule.pause_status", "PAUSED", None)
CHANGED = Changed.pack("load", FILE, LIVE, GIT, HERE, (CHANGE,))


def row_of(planned, names=()):
    sides = sides_of(planned)
    return first_row("0", planned, sides, sides.unpack(), dict(names))


def test_a_row_tells_the_job_at_a_glance():
    assert row_of(CHANGED).as_json() == {
        "key": "0",
        "job": "load",
        "file": "load.json",
        "status": "changed",
        "state": "planned",
        "changes": 1,
        "message": "Will start by itself after the import: schedule.",
        "risks": ["becomes_active"],
        "tasks": 1,
        "types": "notebook",
        "starts": "Every day at 05:00",
        "pause": "active",
        "run_as": "",
        "job_id": str(BIG),
        "pick": "import",
        "needs": [],
        "expression": "0 0 5 * * ?",
        "next_run": "",
        "run_as_id": "",
        "runs": [],
        "triggered_by": [],
        "origin": "",
        "doubt": "",
        "preselected": True,
        "mapped": 0,
    }


def test_ids_are_texts_because_browsers_round_large_numbers():
    assert row_of(Unmanaged("load", LIVE, "")).job_id == "9223372036854775807"
    assert row_of(New.pack("load", FILE, GIT)).job_id == ""
    zero = LiveJob.pack(0, HERE, "", "", complete=True)
    assert row_of(Unmanaged("load", zero, "")).job_id == "0"


@pytest.mark.parametrize(
    ("planned", "pick", "state"),
    [
        (New.pack("load", FILE, GIT), "import", "planned"),
        (CHANGED, "import", "planned"),
        (Changed.pack("load", FILE, LIVE, GIT, HERE, (), old_name="old"), "import", "planned"),
        (Deleted("load", LIVE, ()), "remove", "planned"),
        (Unchanged("load", FILE, LIVE, True), "", ""),
        (Unmanaged("load", LIVE, ""), "", ""),
        (Blocked("load", "load.json", (Issue("x"),)), "", ""),
        (NewFile("load", "load.json", LIVE, FILE.definition), "", "planned"),
        (ChangedFile("load", FILE, LIVE, FILE.definition, ()), "", "planned"),
        (UnchangedFile("load", FILE, LIVE), "", ""),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_only_what_can_be_carried_out_can_be_picked(planned, pick, state):
    row = row_of(planned)
    assert (row.pick, row.state) == (pick, state)


def test_a_row_names_the_jobs_that_it_needs():
    desired = job("load", tasks=[run_job_task(key, f"__JOB__{key}__") for key in ("b", "a")])
    assert row_of(New.pack("load", FILE, desired)).needs == ("a", "b")


def test_every_row_says_which_jobs_it_runs_and_what_starts_it():
    here = job(
        "all",
        tasks=[run_job_task("a", 5)],
        trigger={"job_completion": {"jobs": [{"job_id": "6"}, {"job_id": "7"}]}},
    )
    live = LiveJob.pack(1, here, "", "", complete=True)
    row = row_of(Unmanaged("all", live, ""), {"5": "b", "6": "c"})
    assert (row.runs, row.triggered_by, row.needs) == (("b",), ("c",), ())


def test_a_plan_calls_the_jobs_of_the_workspace_by_their_names_after_it():
    renamed = Changed.pack("new name", FILE, LIVE, GIT, HERE, (), old_name="old")
    rows = [renamed, New.pack("other", FILE, GIT)]
    assert job_names((row, sides_of(row)) for row in rows) == {str(BIG): "new name"}


def test_a_row_that_failed_cannot_be_picked_again():
    failed = ReportRow("load", "load.json", "error", issues=(Issue("No."),))
    row = apply_report(row_of(CHANGED), failed, RowState.PLANNED)
    assert (row.status, row.state, row.pick) == ("error", "failed", "")


def test_what_had_nothing_to_carry_out_cannot_fail():
    blocked = Blocked("load", "load.json", (Issue("x"),))
    shown = ReportRow("load", "load.json", "error", issues=(Issue("x"),))
    assert apply_report(row_of(blocked), shown, "").state == ""


def test_a_row_that_is_done_keeps_its_facts_and_its_risks():
    done = ReportRow("load", "load.json", "changed", (CHANGE,), message="Done.")
    row = apply_report(row_of(CHANGED), done, RowState.DONE)
    assert (row.message, row.state, row.pick) == ("Done.", "done", "")
    assert row.risks == ("becomes_active",)
    assert row.facts.starts == "Every day at 05:00"


def test_issues_stand_before_the_message():
    issues = (Issue("first", "tasks[a]"), Issue("second"))
    shown = ReportRow("load", "load.json", "error", issues=issues, message="third")
    assert apply_report(row_of(CHANGED), shown, "").message == "first (tasks[a]) second third"


def test_who_a_job_runs_as_has_a_name_for_people_beside_the_id():
    rows = [row_of(Unmanaged("load", LIVE, "")), row_of(New.pack("new", FILE, GIT))]
    named, other = name_run_as(rows, lambda _ids: {"bo@dev.example": "Bo"})
    assert (named.facts.run_as, named.facts.run_as_id) == ("Bo", "bo@dev.example")
    assert (other.facts.run_as, other.facts.run_as_id) == (rows[1].facts.run_as, "")


def test_a_row_in_error_shows_the_facts_of_its_file():
    row = row_of(Blocked("load", "load.json", (Issue("No cluster."),), FILE.definition))
    assert (row.facts.tasks, row.facts.types) == (1, "notebook")
    assert row.facts.starts == "Every day at 05:00"


def test_the_side_panel_s_document_has_the_risks_of_the_plan():
    shown = ReportRow("load", "load.json", "changed", (CHANGE,))
    document = detailed_report(shown, CHANGED).as_json()
    assert [risk["code"] for risk in document["details"]["risks"]] == ["becomes_active"]
    assert [change["path"] for change in document["changes"]] == [CHANGE.path]


def test_the_report_s_own_details_come_before_those_of_the_plan():
    risks = (Risk("active_runs", "It runs now."),)
    shown = ReportRow("load", "load.json", "changed", details=RowDetails(), risks=risks)
    assert detailed_report(shown, CHANGED).risks == risks


def test_a_row_without_a_plan_has_no_risks():
    assert detailed_report(ReportRow("load", "", "new"), None).risks == ()


def test_no_secret_comes_into_a_document():
    path = 'tasks[main].new_cluster.spark_conf["x.password"]'
    shown = ReportRow("load", "", "changed", (FieldChange(path, "s3cret", "n3w"),))
    text = json.dumps(detailed_report(shown, None).as_json())
    assert "s3cret" not in text
    assert "n3w" not in text
    assert MASK in json.loads(text)["changes"][0].values()


def test_sides_are_documents_of_their_own():
    documents = side_documents("3", sides_of(CHANGED))
    assert {name: Packed.from_content(text).unpack() for name, text in documents.items()} == {
        "current/3": HERE,
        "desired/3": GIT,
    }
    assert side_documents("3", Sides()) == {}
    assert list(side_documents("3", Sides(desired=Packed({})))) == ["desired/3"]


@pytest.mark.parametrize(
    "name", ["<b>x</b>", "nul \0", "bad \ud800", "x" * 4096, "=1+1", '{"type":"Img"}']
)
def test_a_hostile_name_is_a_text_like_any_other(name):
    settings = job(name, tasks=[notebook_task(name)])
    file = DefinitionFile(f"{name}.json", Definition.pack(name, None, name, settings), b"")
    made = row_of(New.pack(name, file, settings)).as_json()
    row = GridRow.from_json(json.loads(json.dumps(made)))
    assert (row.job, row.file) == (name, f"{name}.json")
