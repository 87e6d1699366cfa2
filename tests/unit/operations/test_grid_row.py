"""Rows as they are kept, in this version and in older ones."""

import pytest

from core.errors import InvalidJsonError
from core.jobsettings.facts import JobFacts
from core.operations.grid_row import GridRow, Pick, RecordedRow, RowState
from core.planning.risks import Risk
from core.reporting.report import ReportRow, RowDetails

KEPT_BEFORE = {
    "key": "0",
    "job": "load",
    "file": "load.json",
    "status": "changed",
    "state": "planned",
    "changes": 1,
    "message": "Currently named “a” now. Will run as another principal after the import.",
    "risks": ["run_as"],
    "tasks": 1,
    "types": "notebook",
    "starts": "0 0 5 * * ?",
    "pause": "active",
    "run_as": "ana@dev.example",
    "job_id": "9223372036854775807",
    "pick": "import",
    "needs": ["b"],
}


def test_a_row_of_an_older_version_is_read_and_loses_nothing():
    row = GridRow.from_json(KEPT_BEFORE)
    assert (row.state, row.pick) == (RowState.PLANNED, Pick.IMPORT)
    assert row.facts == JobFacts(1, "notebook", "0 0 5 * * ?", "active", "ana@dev.example")
    added = {"expression": "", "next_run": "", "run_as_id": "", "runs": [], "triggered_by": []}
    added |= {"mapped": 0, "origin": "", "doubt": "", "preselected": True}
    assert row.as_json() == {**KEPT_BEFORE, **added}


def test_what_an_older_version_did_not_write_is_empty_and_what_a_newer_one_adds_is_ignored():
    assert GridRow.from_json({"key": "0", "job": "load"}) == GridRow("0", "load")
    assert GridRow.from_json({"key": "0", "colour": "red"}) == GridRow("0")
    assert GridRow.from_json({"key": "0", "status": "beamed"}).status == "beamed"


@pytest.mark.parametrize(
    ("damaged", "message"),
    [
        ({"job": "load"}, "“key” is missing in a row."),
        ({"key": 1}, "“key” of a row should be a string."),
        ({"key": "0", "job": None}, "“job” of a row should be a string."),
        ({"key": "0", "changes": True}, "“changes” of a row should be a whole number."),
        ({"key": "0", "changes": 1.5}, "“changes” of a row should be a whole number."),
        ({"key": "0", "risks": ["a", {}]}, "“risks” of a row should be a list of strings."),
        ({"key": "0", "mapped": "1"}, "“mapped” of a row should be a whole number."),
        ({"key": "0", "needs": "b"}, "“needs” of a row should be a list of strings."),
        ({"key": "0", "tasks": "1"}, "“tasks” of a row should be a whole number."),
        (
            {"key": "0", "state": "x"},
            "“state” of a row should be one of planned, done, failed, not_started.",
        ),
        ({"key": "0", "pick": "x"}, "“pick” of a row should be one of import, remove, restore."),
        (["key"], "A row should be a JSON object."),
    ],
)
def test_a_damaged_row_is_refused_and_its_field_is_named(damaged, message):
    with pytest.raises(InvalidJsonError) as refused:
        GridRow.from_json(damaged)
    assert refused.value.message == message


def test_a_report_of_an_older_version_tells_its_risks_once():
    risk = {"code": "run_as", "message": "Will run as another principal after the import."}
    kept = {"message": KEPT_BEFORE["message"], "details": {"risks": [risk]}}
    report = ReportRow.from_json(kept)
    assert report.message == "Currently named “a” now."
    assert report.risks == (Risk(**risk),)
    assert report.message_with_risks == kept["message"]


def test_a_row_without_a_report_is_kept_without_one():
    assert RecordedRow.from_json({"row": {"key": "0"}}) == RecordedRow(GridRow("0"))
    assert RecordedRow(GridRow("0")).as_json()["report"] == {}


@pytest.mark.parametrize(
    "report",
    [
        None,
        [],
        0,
        "",
        {"changes": [1]},
        {"issues": [{"message": 1}]},
        {"mapped": [1]},
        {"mapped": [{"line": "1"}]},
        {"details": []},
        {"details": {"risks": [{"code": 1}]}},
        {"details": {"hidden": "x"}},
        {"status": 1},
    ],
)
def test_a_damaged_report_is_refused(report):
    with pytest.raises(InvalidJsonError, match=r"should be|JSON object"):
        RecordedRow.from_json({"row": {"key": "0"}, "report": report})


def test_a_report_without_details_is_read_without_them():
    assert ReportRow.from_json({"status": "new"}).details is None
    assert ReportRow.from_json({"details": {}}).details == RowDetails()
