"""Rows as the page's grid and side panel get them."""

import json

import pytest

from core.comparing.diff import FieldChange
from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.errors import Issue
from core.jobsettings.secrets import MASK
from core.json_text import Packed
from core.operations.rows import first_body, row_document, side_documents, told
from core.operations.sides import Sides, sides_of
from core.planning.export_plan import ChangedFile, NewFile, UnchangedFile
from core.planning.import_plan import Blocked, Changed, Deleted, New, Unchanged, Unmanaged
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
CHANGED = Changed("load", FILE, LIVE, GIT, HERE, (CHANGE,))


def body_of(planned):
    return first_body("0", planned, sides_of(planned))


def test_a_row_tells_the_job_at_a_glance():
    assert body_of(CHANGED) == {
        "key": "0",
        "job": "load",
        "file": "load.json",
        "status": "changed",
        "state": "planned",
        "changes": 1,
        "message": "Starts by itself after the import: schedule.",
        "risks": ["becomes_active"],
        "tasks": 1,
        "types": "notebook",
        "starts": "0 0 5 * * ?",
        "pause": "active",
        "run_as": "",
        "job_id": str(BIG),
        "pick": "import",
        "needs": [],
    }


def test_ids_are_texts_because_browsers_round_large_numbers():
    assert body_of(Unmanaged("load", LIVE, ""))["job_id"] == "9223372036854775807"
    assert body_of(New.pack("load", FILE, GIT))["job_id"] == ""
    zero = LiveJob.pack(0, HERE, "", "", complete=True)
    assert body_of(Unmanaged("load", zero, ""))["job_id"] == "0"


@pytest.mark.parametrize(
    ("planned", "pick", "state"),
    [
        (New.pack("load", FILE, GIT), "import", "planned"),
        (CHANGED, "import", "planned"),
        (Changed("load", FILE, LIVE, GIT, HERE, (), old_name="old"), "import", "planned"),
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
    body = body_of(planned)
    assert (body["pick"], body["state"]) == (pick, state)


def test_a_row_names_the_jobs_that_it_needs():
    desired = job("load", tasks=[run_job_task(key, f"__JOB__{key}__") for key in ("b", "a")])
    assert body_of(New.pack("load", FILE, desired))["needs"] == ["a", "b"]


def test_a_row_that_failed_cannot_be_picked_again():
    failed = ReportRow("load", "load.json", "error", issues=(Issue("No."),))
    body = told(body_of(CHANGED), failed, "planned")
    assert (body["status"], body["state"], body["pick"]) == ("error", "failed", "")


def test_what_had_nothing_to_carry_out_cannot_fail():
    blocked = Blocked("load", "load.json", (Issue("x"),))
    shown = ReportRow("load", "load.json", "error", issues=(Issue("x"),))
    assert told(body_of(blocked), shown, "")["state"] == ""


def test_a_row_that_is_done_keeps_its_facts_and_its_risks():
    done = ReportRow("load", "load.json", "changed", (CHANGE,), message="Done.")
    body = told(body_of(CHANGED), done, "done")
    assert (body["message"], body["state"], body["pick"]) == ("Done.", "done", "")
    assert body["risks"] == ["becomes_active"]
    assert body["starts"] == "0 0 5 * * ?"
    assert told(body, done, "done", [])["risks"] == []


def test_issues_stand_before_the_message():
    issues = (Issue("first", "tasks[a]"), Issue("second"))
    shown = ReportRow("load", "load.json", "error", issues=issues, message="third")
    assert told(body_of(CHANGED), shown, "")["message"] == "tasks[a]: first second third"


def test_the_side_panel_s_document_has_the_risks_of_the_plan():
    document = row_document(ReportRow("load", "load.json", "changed", (CHANGE,)), CHANGED)
    assert [risk["code"] for risk in document["details"]["risks"]] == ["becomes_active"]
    assert document["changes"] == [{"path": CHANGE.path, "current": "PAUSED", "desired": None}]


def test_the_report_s_own_details_come_before_those_of_the_plan():
    details = RowDetails(risks=(Risk("active_runs", "It runs now."),))
    shown = ReportRow("load", "load.json", "changed", details=details)
    assert row_document(shown, CHANGED)["details"]["risks"] == [
        {"code": "active_runs", "message": "It runs now."}
    ]


def test_a_row_without_a_plan_has_no_risks():
    assert row_document(ReportRow("load", "", "new"), None)["details"]["risks"] == []


def test_no_secret_comes_into_a_document():
    path = 'tasks[main].new_cluster.spark_conf["x.password"]'
    shown = ReportRow("load", "", "changed", (FieldChange(path, "s3cret", "n3w"),))
    text = json.dumps(row_document(shown, None))
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
    body = json.loads(json.dumps(body_of(New.pack(name, file, settings))))
    assert (body["job"], body["file"]) == (name, f"{name}.json")
