"""Tables as CSV files."""

import csv
import io
from dataclasses import fields, replace

import pytest

from components.columns import JOB_COLUMNS
from core.jobsettings.facts import JobFacts
from core.operations.grid_row import GridRow, Pick, RowState
from core.planning.statuses import RowStatus
from web.routes.csv import csv_name, csv_of_rows

ROW = GridRow(
    "0",
    "load",
    "load.json",
    RowStatus.NEW,
    changes=2,
    message="Will be created.",
    facts=JobFacts(1, "notebook", "0 0 5 * * ? (UTC)", "active", "ana@dev.example"),
    job_id="9223372036854775807",
    pick=Pick.IMPORT,
)


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def one(**fields) -> dict[str, str]:
    header, row = read(csv_of_rows([replace(ROW, **fields)], "import"))
    return dict(zip(header, row, strict=True))


def test_a_file_has_every_column_of_the_table_and_its_words():
    assert (
        one().items()
        >= {
            "Job": "load",
            "Status": "New",
            "Changes": "2",
            "Message": "Will be created.",
            "Tasks": "1",
            "Task types": "notebook",
            "Schedule or trigger": "0 0 5 * * ? (UTC)",
            "State": "active",
            "Run as": "ana@dev.example",
            "File": "load.json",
            "Job id": "9223372036854775807\t",
        }.items()
    )


def test_the_same_status_has_other_words_in_an_export():
    assert read(csv_of_rows([ROW], "export"))[1][1] == "New"
    unmanaged = replace(ROW, status=RowStatus.UNMANAGED)
    assert read(csv_of_rows([unmanaged], "export"))[1][1] == "Not from this workspace"


def test_the_status_says_what_was_done():
    assert read(csv_of_rows([replace(ROW, state=RowState.DONE)], "import"))[1][1] == "Created"


def test_a_file_without_rows_has_a_header():
    assert read(csv_of_rows([], "import")) == [[column.title for column in JOB_COLUMNS]]


def test_rows_stay_in_their_order():
    rows = [replace(ROW, job=f"job {n}") for n in (3, 1, 2)]
    assert [row[0] for row in read(csv_of_rows(rows, "import"))[1:]] == [
        "job 3",
        "job 1",
        "job 2",
    ]


def test_spreadsheets_recognise_the_encoding_and_the_line_ends():
    content = csv_of_rows([replace(ROW, job="größe")], "import")
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") == 2
    assert "größe".encode() in content


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1", "=cmd|' /C x'!A0"])
def test_no_cell_is_run(name):
    assert one(job=name, message=name, file=name)["Job"] == f"'{name}"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1"])
def test_no_text_of_a_row_is_run_whichever_field_it_is_in(text):
    row = replace(ROW, status=text, **dict.fromkeys(texts_of(ROW), text))
    row = replace(row, facts=replace(ROW.facts, **dict.fromkeys(texts_of(ROW.facts), text)))
    for kind in ("import", "export", text):
        cells = read(csv_of_rows([row], kind))[1]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "＝"))]
        assert f"'{text}" in cells


def texts_of(value):
    return [field.name for field in fields(value) if type(getattr(value, field.name)) is str]


@pytest.mark.parametrize("name", ['say "hi", you', "two\nlines", "<b>x</b>", "x" * 4000, "NA", ""])
def test_other_names_stay_as_they_are(name):
    assert one(job=name, facts=replace(ROW.facts, run_as=name)) == {
        **one(),
        "Job": name,
        "Run as": name,
    }


def test_a_lone_surrogate_is_no_obstacle():
    assert one(job="bad \ud800")["Job"] == "bad \\ud800"


@pytest.mark.parametrize("job_id", ["917213546834291", "9007199254740993", "0", "00012"])
def test_ids_keep_their_digits_in_spreadsheets(job_id):
    assert one(job_id=job_id)["Job id"] == f"{job_id}\t"
    assert one(job=job_id)["Job"] == f"{job_id}\t"


def test_every_cell_is_quoted():
    content = csv_of_rows([replace(ROW, job_id="")], "import").decode("utf-8-sig")
    for line in content.splitlines():
        assert line.startswith('"')
        assert line.count('","') == len(JOB_COLUMNS) - 1
        assert line.endswith('"')


def test_what_a_row_lacks_is_empty():
    row = GridRow("0", "load", status=RowStatus.NEW)
    header, values = read(csv_of_rows([row], "import"))
    assert set(values) == {"load", "New", ""}
    assert len(values) == len(header)


def test_the_name_of_a_file_says_which_workspace_what_and_when():
    assert csv_name("PROD", "import", 1_700_000_000.0) == "PROD-import-20231114T221320Z.csv"


@pytest.mark.parametrize("name", ["", "  ", "../..", 'a"; filename="b', "a\r\nX: y", "名前", "\0"])
def test_no_name_of_a_workspace_breaks_out_of_the_header(name):
    made = csv_name(name, "import", 0.0)
    assert made.endswith("-import-19700101T000000Z.csv")
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
