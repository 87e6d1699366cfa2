"""What an operation tells."""

import threading

import pytest

from core.comparing.diff import FieldChange, HiddenDifference
from core.errors import Issue, StoppedError, SyncError
from core.jobsettings.secrets import MASK, MASK_OF_OTHER
from core.jobsettings.verbatim import Verbatim
from core.mapping.mapped_value import MISSING, MappedValue
from core.mapping.unmapped import UnmappedName
from core.planning.risks import Risk
from core.reporting.details import PlanFacts
from core.reporting.listener import Listener, while_reading
from core.reporting.report import Report, ReportRow, RowDetails, report_failure

SECRET = 'new_cluster.spark_conf["a.password"]'


def test_a_row_shows_both_values_of_a_change_but_no_secret():
    changes = (FieldChange("timeout_seconds", None, 5), FieldChange(SECRET, "old", "new"))
    row = ReportRow("load", "load.json", "changed", changes, (Issue("careful", "run_as"),), "hm")
    assert row.as_json() == {
        "job_name": "load",
        "file_name": "load.json",
        "status": "changed",
        "result": "",
        "changes": [
            {"path": "timeout_seconds", "current": None, "desired": 5, "origin": ""},
            {"path": SECRET, "current": MASK, "desired": MASK_OF_OTHER, "origin": ""},
        ],
        "mapped": [],
        "issues": [{"path": "run_as", "message": "careful"}],
        "message": "hm",
        "origin": "",
        "doubt": "",
    }


def test_a_row_shows_what_was_mapped_by_which_entry_and_where_it_is_but_no_secret():
    entry = ("value_mappings.parameters", "env", 12)
    values = (
        MappedValue("a", "dev", "prod", *entry),
        MappedValue("b", "dev", MISSING, *entry),
        MappedValue(SECRET, "old", "new", *entry),
    )
    row = ReportRow("load", "load.json", "changed", mapped=values)
    document = row.as_json()["mapped"]
    rule = {"section": "value_mappings.parameters", "name": "env", "line": 12}
    assert document == [
        {"path": "a", "git": "dev", "here": "prod", **rule},
        {"path": "b", "git": "dev", **rule},
        {"path": SECRET, "git": MASK, "here": MASK_OF_OTHER, **rule},
    ]
    assert ReportRow.from_json({"mapped": document[:2]}).mapped == values[:2]
    assert row.done("Updated job 1.").mapped == values


def test_a_place_that_two_entries_mapped_counts_once():
    both = (MappedValue("a", 1, 2, "x", "y"), MappedValue("a", 1, 2, "x", "z"))
    assert ReportRow("load", "", "changed", mapped=both).mapped_places == 1


def test_a_row_that_failed_keeps_what_was_known():
    row = ReportRow("load", "load.json", "new", issues=(Issue("first"),))
    failed = row.failed(SyncError("No.", fix="Try."))
    assert (failed.status, failed.result, row.result) == ("error", "failed", "")
    assert [issue.message for issue in failed.issues] == ["first", "No. Try."]
    assert row.status == "new"


def test_a_row_may_get_another_message():
    assert ReportRow("a", "", "new", message="x").with_message("y").message == "y"


@pytest.mark.parametrize(
    ("report", "status"),
    [
        (Report("import"), "completed"),
        (Report("import", (ReportRow("a", "", "new"),)), "completed"),
        (Report("import", (ReportRow("a", "", "error"),)), "completed_with_errors"),
        (Report("import", (ReportRow("a", "", "error"),), has_failed=True), "failed"),
    ],
)
def test_a_report_says_how_the_operation_ended(report, status):
    assert report.status == status


def test_rows_are_counted_by_status():
    rows = tuple(
        ReportRow(name, "", status) for name, status in zip("abc", ("new", "x", "new"), strict=True)
    )
    assert list(Report("import", rows).counts().items()) == [("new", 2), ("x", 1)]


def test_the_document_of_a_report_is_complete():
    report = Report("pull", (ReportRow("a", "", "new"),), (Issue("m", "p"), Issue("n")))
    document = report.as_json({"GET b": 1, "GET a": 2})
    assert document["operation"] == "pull"
    assert document["status"] == "completed"
    assert document["counts"] == {"new": 1}
    assert document["rows"] == [report.rows[0].as_json()]
    assert [issue["message"] for issue in document["issues"]] == ["m (p)", "n"]
    assert list(document["api_calls"]) == ["GET a", "GET b"]
    assert "details" not in document


def test_facts_stand_in_the_details():
    assert Report("validate", details=PlanFacts(False, 1)).as_json({})["details"] == {
        "is_complete": False,
        "adoptable": 1,
        "sees_all_jobs": True,
    }


def test_an_operation_that_could_not_be_carried_out_says_why():
    report = report_failure("import", SyncError("Busy.", fix="Wait."))
    assert report.status == "failed"
    assert [issue.message for issue in report.issues] == ["Busy. Wait."]


def test_a_listener_hears_nothing_unless_told_to():
    listener = Listener()
    listener.on_step("x")
    listener.on_progress(1, 2)
    listener.on_row(ReportRow("a", "", "new"))
    assert listener.should_stop() is False


def test_a_listener_may_get_another_receiver_of_progress():
    heard: list[tuple[int, int]] = []
    Listener().with_progress(lambda done, total: heard.append((done, total))).on_progress(1, 2)
    assert heard == [(1, 2)]


def test_the_details_of_a_row_hide_secrets():
    risks = (Risk("run_as", "Careful."),)
    details = RowDetails(
        not_mapped=(Verbatim(SECRET, "s3cret", "Spark setting"),),
        hidden=(HiddenDifference("timeout_seconds", 0, None, "default", "docs"),),
    )
    document = ReportRow("a", "", "new", details=details, risks=risks).as_json()["details"]
    assert document == {
        "risks": [{"code": "run_as", "message": "Careful."}],
        "not_mapped": [{"path": SECRET, "value": MASK, "what": "Spark setting"}],
        "hidden": [
            {
                "path": "timeout_seconds",
                "current": 0,
                "desired": None,
                "reason": "default",
                "source": "docs",
            }
        ],
    }


def test_names_that_are_not_mapped_are_part_of_the_document():
    name = UnmappedName("cluster", "etl", ("a",), (), "section", '"etl": "…"')
    assert Report("validate", unmapped=(name,)).as_json({})["unmapped"] == [name.as_json()]


def test_reading_ends_as_soon_as_it_is_told_to_stop():
    heard: list[object] = []
    stops: list[bool] = []
    listener = while_reading(
        Listener(
            on_step=heard.append,
            on_progress=lambda *counts: heard.append(counts),
            should_stop=lambda: bool(stops),
        )
    )
    listener.on_step("Reading")
    listener.on_progress(1, 2)
    stops.append(True)
    for tell in (lambda: listener.on_step("More"), lambda: listener.on_progress(2, 2)):
        with pytest.raises(StoppedError, match="before anything was changed"):
            tell()
    assert heard == ["Reading", (1, 2)]


def test_threads_that_read_are_heard_one_after_the_other():
    inside: list[int] = []
    most: list[int] = []
    meanwhile = threading.Event()

    def on_progress(done: int, total: int) -> None:
        inside.append(done)
        most.append(len(inside))
        meanwhile.wait(0.001)
        inside.pop()

    listener = while_reading(Listener(on_progress=on_progress))
    threads = [threading.Thread(target=listener.on_progress, args=(n, 8)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_reading_leaves_rows_to_the_listener():
    rows: list[ReportRow] = []
    listener = while_reading(Listener(on_row=rows.append, should_stop=lambda: True))
    listener.on_row(ReportRow("a", "", "new"))
    assert [row.job_name for row in rows] == ["a"]


def test_ids_in_a_value_are_kept_with_it():
    marked = Verbatim("x", "1", "parameter", ("job “load”",))
    row = ReportRow("a", "a.json", "new", details=RowDetails(not_mapped=(marked,)))
    document = row.as_json()
    assert document["details"]["not_mapped"] == [
        {"path": "x", "value": "1", "what": "parameter", "ids": ["job “load”"]}
    ]
    assert ReportRow.from_json(document).details == row.details
