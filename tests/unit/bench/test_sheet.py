"""The tables of docs/measurements.md are replaced by the measurements themselves."""

import re
from functools import partial
from pathlib import Path

import pytest

from bench.machine import describe_machine
from bench.sheet import DOCUMENT, replace_table
from bench.sheet import Sheet as MeasuringSheet

ROOT = Path(__file__).parents[3]
Sheet = partial(MeasuringSheet, describe=lambda _packages: "Measured here.")
TEXT = """# Figures

Prose before.

<!-- bench:small -->
| old |
<!-- /bench:small -->

Prose after, with | and <!-- a comment -->.

<!-- bench:other --><!-- /bench:other -->
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "measurements.md"
    path.write_text(TEXT)
    return path


def lines_of(document: Path, name: str) -> list[str]:
    found = re.search(
        rf"<!-- bench:{name} -->(.*)<!-- /bench:{name} -->", document.read_text(), re.S
    )
    assert found
    return [line for line in found[1].splitlines() if line]


def test_a_table_replaces_the_one_before_and_leaves_the_rest(document: Path):
    for seconds in ("1.0", "2.0"):
        with Sheet("small", ("what", "calls", "seconds"), note="Two.", document=document) as sheet:
            sheet.add("import", 1234, seconds)
    head, rule, row, said = lines_of(document, "small")
    assert head == "| what | calls | seconds |"
    assert rule == "| --- | --- | --- |"
    assert row == "| import | 1,234 | 2.0 |"
    assert said == "Two. Measured here."
    before, after = TEXT.split("<!-- bench:small -->\n| old |\n<!-- /bench:small -->")
    assert document.read_text().startswith(before)
    assert document.read_text().endswith(after)
    assert [path.name for path in document.parent.iterdir()] == [document.name]


def test_what_failed_in_the_middle_leaves_the_table_before(document: Path):
    with pytest.raises(ZeroDivisionError), Sheet("small", ("what",), document=document) as sheet:
        sheet.add("half")
        sheet.add(1 / 0)
    assert document.read_text() == TEXT


def test_without_a_document_it_only_prints(document: Path, capsys):
    with Sheet("small", ("what",)) as sheet:
        sheet.add("printed")
    assert "| printed |" in capsys.readouterr().out
    assert document.read_text() == TEXT


@pytest.mark.parametrize("cell", ["a|b", "a\nb", "a\\|b"])
def test_a_cell_stays_one_cell(document: Path, cell: str):
    with Sheet("small", ("what", "more"), document=document) as sheet:
        sheet.add(cell, "c")
    row = lines_of(document, "small")[2]
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 3


def test_a_row_of_another_length_is_an_error(document: Path):
    with pytest.raises(ValueError, match="2 columns, not 1"), Sheet("small", ("a", "b")) as sheet:
        sheet.add("a")


@pytest.mark.parametrize(
    "text",
    [
        "no marks",
        "<!-- bench:small -->",
        "<!-- /bench:small --><!-- bench:small -->",
        "<!-- bench:small --><!-- bench:small --><!-- /bench:small -->",
        "<!-- bench:small --><!-- /bench:small --><!-- /bench:small -->",
    ],
)
def test_a_document_without_the_marks_is_said_before_anything_is_measured(tmp_path, text: str):
    document = tmp_path / "measurements.md"
    document.write_text(text)
    with pytest.raises(SystemExit, match="needs the lines <!-- bench:small -->"):
        Sheet("small", ("what",), document=document)
    assert document.read_text() == text


def test_every_table_of_the_document_is_measured_and_the_other_way_round():
    sources = "".join(path.read_text() for path in (ROOT / "bench").glob("*.py"))
    measured = set(re.findall(r"Sheet\(\s*\"([a-z-]+)\"", sources))
    text = DOCUMENT.read_text()
    assert measured
    assert set(re.findall(r"<!-- bench:([a-z-]+) -->", text)) == measured
    for name in measured:
        replace_table(text, name, "")


def test_the_machine_is_described_with_what_others_use_of_it():
    said = describe_machine(("dash",), look_s=0.01)
    assert re.search(
        r"\d+ cores, \d+ GB, Python 3\.\S+, dash \d\S*; other programs used \d+ %", said
    )
