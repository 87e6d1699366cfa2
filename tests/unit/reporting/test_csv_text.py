"""Rows for spreadsheets."""

import csv
import io

import pytest

from core.comparing.diff import FieldChange
from core.errors import Issue
from core.reporting.csv_text import csv_bytes, disarm
from core.reporting.report import ReportRow


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_report_without_rows_has_a_header():
    assert read(csv_bytes([])) == [
        ["job_name", "file_name", "status", "result", "changes", "issues", "message"]
    ]


def test_a_row_tells_changed_paths_and_issues_but_no_values():
    row = ReportRow(
        'say "hi", you',
        "größe.json",
        "changed",
        (FieldChange("a", "s3cret", 1), FieldChange("b", 1, 2)),
        (Issue("first", "run_as"), Issue("second")),
        "line one\nline two",
    )
    content = csv_bytes([row])
    assert read(content)[1] == [
        'say "hi", you',
        "größe.json",
        "changed",
        "",
        "a\nb",
        "run_as: first\nsecond",
        "line one\nline two",
    ]
    assert b"s3cret" not in content


def test_spreadsheets_recognise_the_encoding_and_the_line_ends():
    content = csv_bytes([])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_cell_that_would_be_run_is_text(cell):
    assert disarm(cell) == f"'{cell}"
    assert read(csv_bytes([ReportRow(cell, cell, cell)]))[1][:3] == [f"'{cell}"] * 3


@pytest.mark.parametrize("cell", ["", "a=1", "load", " =1", "'=1"])
def test_every_other_cell_stays_as_it_is(cell):
    assert disarm(cell) == cell


def test_a_lone_surrogate_is_no_obstacle():
    assert read(csv_bytes([ReportRow("bad \ud800", "", "new")]))[1][0] == "bad \\ud800"
