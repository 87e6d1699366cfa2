"""The columns of the grids, held against the rows; and the words and tones of each status."""

import csv
import re
from dataclasses import fields
from pathlib import Path

import pytest

import app
from command_line.screen import ORDER
from command_line.tables import COLOURS
from components.columns import HISTORY_COLUMNS, JOB_COLUMNS
from components.grid import history_columns, job_columns
from components.history_tab import history_row
from components.operation_view import outcome_view
from components.row_panel import row_panel
from components.words import OUTCOMES, RESULT_LABELS, TONES, WORDS, counts_text, label_of, tone_of
from core.jobsettings.facts import JobFacts
from core.operations.grid_row import GridRow, RowState
from core.operations.kinds import OperationKind
from core.operations.operation import Operation, Status
from core.planning.statuses import RESULTS, WRITTEN, RowResult, RowStatus
from core.reporting.report import ReportRow
from core.state.history import Ending, HistoryEntry
from web.routes.csv import csv_of_rows

STYLES = (Path(app.__file__).parent / "assets" / "app.css").read_text(encoding="utf-8")
ROW = GridRow(
    "7",
    "load",
    "load.json",
    "changed",
    RowState.PLANNED,
    3,
    "Look.",
    ("run_as",),
    JobFacts(
        2,
        "notebook",
        "Every day at 05:00",
        "active",
        "Ana",
        "0 0 5 * * ?",
        "2026-11-28T05:00:00Z",
        "ana@dev.example",
    ),
    "42",
    mapped=2,
    runs=("a", "b"),
    triggered_by=("c",),
)
ENTRY = HistoryEntry("id", "export", "ana", "Both", 0.0, 1.0, Ending.COMPLETED, {"new": 2}, "m")


@pytest.mark.parametrize("columns", [JOB_COLUMNS, HISTORY_COLUMNS], ids=["jobs", "history"])
def test_no_column_is_there_twice(columns):
    assert len({column.field for column in columns}) == len(columns)
    assert len({column.title for column in columns}) == len(columns)


@pytest.mark.parametrize("column", JOB_COLUMNS, ids=lambda column: column.field)
def test_the_browser_finds_under_a_column_s_field_what_the_csv_shows(column):
    value = ROW.as_json()[column.field]
    assert (", ".join(value) if isinstance(value, list) else value) == column.value(ROW)


def test_no_fact_of_a_job_hides_a_field_of_its_row():
    names = [field.name for field in fields(GridRow) if field.name != "facts"]
    assert not set(names) & {field.name for field in fields(JobFacts)}


def test_every_fact_of_a_job_has_a_column():
    assert {field.name for field in fields(JobFacts)} <= {column.field for column in JOB_COLUMNS}


@pytest.mark.parametrize("column", HISTORY_COLUMNS, ids=lambda column: column.field)
def test_an_entry_has_a_cell_for_every_column(column):
    assert history_row(ENTRY)[column.field] == column.value(ENTRY)


def test_grids_show_every_column_in_its_order():
    assert [c["field"] for c in job_columns()] == [c.field for c in JOB_COLUMNS]
    assert [c["field"] for c in history_columns()] == [c.field for c in HISTORY_COLUMNS]


def test_every_column_is_in_the_csv():
    header, row = csv.reader(csv_of_rows([ROW], "import").decode("utf-8-sig").splitlines())
    assert header == [column.title for column in JOB_COLUMNS]
    assert len(row) == len(JOB_COLUMNS)


def test_the_panel_lists_the_facts_of_its_columns():
    text = str(row_panel(ROW, ReportRow("load", "", "changed"), "import", has_sides=False))
    for column in JOB_COLUMNS:
        if column.fact:
            assert f"'{column.fact} '" in text
            shown = str(column.value(ROW)).replace("T", " ").replace("Z", " UTC")
            assert (shown if column.is_moment else str(column.value(ROW))) in text


# Words and tones


@pytest.mark.parametrize("status", RowStatus)
def test_every_status_has_its_words_and_its_colour(status):
    for kind in WORDS:
        for state in RowState:
            assert label_of(kind, status, state)
    assert COLOURS[status]
    is_grey = status in (RowStatus.UNCHANGED, RowStatus.SKIPPED)
    assert is_grey or re.search(rf"\.dot-{status}\b", STYLES)


@pytest.mark.parametrize("result", [result for result in RowResult if result])
def test_every_result_has_its_words_and_its_colour(result):
    assert RESULT_LABELS[result]
    assert COLOURS[result]
    assert result in (*RESULTS.values(), RowResult.NOT_STARTED)


def test_a_row_says_what_was_done_with_it_and_before_that_what_the_plan_found():
    assert label_of("import", RowStatus.NEW, RowState.PLANNED) == "New"
    assert label_of("import", RowStatus.NEW, RowState.DONE) == "Created"
    assert label_of("take", RowStatus.RENAMED, RowState.DONE) == "Taken into Git"
    assert label_of("remove", RowStatus.DELETED, RowState.DONE) == "Removed"
    assert label_of("import", RowStatus.ERROR, RowState.NOTHING_TO_DO) == "Error"
    assert label_of("import", RowStatus.ERROR, RowState.FAILED) == "Failed"
    assert label_of("export", RowStatus.UNMANAGED, RowState.NOTHING_TO_DO) == (
        "Not from this workspace"
    )
    assert label_of("teleport", RowStatus.CHANGED, RowState.DONE) == "Updated"
    assert label_of("import", "beamed", RowState.DONE) == "beamed"


def test_the_history_says_what_was_done():
    assert counts_text("import", {"new": 2, "error": 1}) == "2 created, 1 failed"
    assert counts_text("export", {"changed": 1, "unchanged": 7}) == "1 updated, 7 unchanged"
    assert counts_text("adopt", {"unchanged": 3}) == "3 adopted"
    assert counts_text("remove", {"deleted": 6, "not_started": 18}) == "6 removed, 18 not started"
    assert counts_text("take", {"changed": 1}) == "1 taken into Git"
    assert counts_text("import", {"not_started": 2}) == "2 not started"
    assert counts_text("validate", {"new": 2, "error": 1}) == "2 new, 1 error"
    assert counts_text("pull", {"new": 2}) == "2 added"


def test_the_command_line_has_a_place_for_every_status():
    assert sorted(ORDER) == sorted(RowStatus)
    assert set(WRITTEN) < set(RowStatus)


@pytest.mark.parametrize("ending", Ending)
def test_every_ending_has_its_word_and_its_tone(ending):
    assert OUTCOMES[ending]
    assert tone_of(ending) == TONES[ending]
    assert re.search(rf"\.dot-{TONES[ending]}\b", STYLES)


@pytest.mark.parametrize("status", [status for status in Status if not status.is_active])
def test_every_end_of_an_operation_has_a_tone_and_is_an_ending(status):
    ended = Operation("1", OperationKind.EXPORT, status, "ana", {}, 0.0)
    view = str(outcome_view(ended))
    assert re.search(r"outcome-(good|bad|warn)", view)
    assert status is Status.SUCCEEDED or status in set(Ending)
