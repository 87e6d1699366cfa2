"""Rows for spreadsheets."""

import csv
import io
import json
from pathlib import Path

import pytest

from core.comparing.diff import FieldChange
from core.comparing.origin import Origin
from core.errors import Issue
from core.mapping.mapped_value import MappedValue
from core.reporting.csv_text import csv_bytes, disarm, table_bytes
from core.reporting.report import ReportRow

CELLS = json.loads((Path(__file__).parents[2] / "scripts" / "csv-cells.json").read_text())
"""Texts and their cells: one rule, which the page's scripts are tested with as well."""


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_report_without_rows_has_a_header():
    assert read(csv_bytes([])) == [
        [
            *("job_name", "file_name", "status", "result", "changes", "issues", "message"),
            *("mapped", "origin"),
        ]
    ]


def test_a_row_tells_changed_paths_and_issues_but_no_values():
    row = ReportRow(
        'say "hi", you',
        "größe.json",
        "changed",
        (FieldChange("a", "s3cret", 1), FieldChange("b", 1, 2)),
        (Issue("first", "run_as"), Issue("second")),
        "line one\nline two",
        mapped=(MappedValue("a", "dev", "prod", "value_mappings.parameters", "a", 3),),
        origin=Origin.HERE,
    )
    content = csv_bytes([row])
    assert read(content)[1] == [
        'say "hi", you',
        "größe.json",
        "changed",
        "",
        "a\nb",
        "first (run_as)\nsecond",
        "line one\nline two",
        "1",
        "here",
    ]
    assert b"s3cret" not in content


def test_spreadsheets_recognise_the_encoding_and_the_line_ends():
    content = csv_bytes([])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")


@pytest.mark.parametrize(("text", "cell"), CELLS)
def test_no_cell_is_run_and_none_that_is_text_becomes_a_number(text, cell):
    assert disarm(text) == cell
    row = ReportRow(text, text, text)
    assert read(csv_bytes([row]))[1][:3] == [cell] * 3


@pytest.mark.parametrize("cell", ["a=1", " =1", "'=1", "true"])
def test_every_other_cell_stays_as_it_is(cell):
    assert disarm(cell) == cell


def test_every_cell_is_quoted_and_numbers_are_numbers():
    content = table_bytes(["Job", "Job id", "Tasks"], [["load", "917213546834291", 3], ["", "", 0]])
    assert content.decode("utf-8-sig") == (
        '"Job","Job id","Tasks"\r\n"load","917213546834291\t","3"\r\n"","","0"\r\n'
    )


@pytest.mark.parametrize("job_id", ["917213546834291", "9223372036854775807", "9007199254740993"])
def test_a_program_reads_an_id_as_the_number_that_it_is(job_id):
    [[_], [cell]] = read(table_bytes(["Job id"], [[job_id]]))
    assert int(cell) == int(job_id)


def test_a_long_message_takes_no_long_time():
    assert disarm("1" * 100_000 + "x").endswith("1x")


def test_a_lone_surrogate_is_no_obstacle():
    assert read(csv_bytes([ReportRow("bad \ud800", "", "new")]))[1][0] == "bad \\ud800"
