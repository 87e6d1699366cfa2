"""The files that a command writes about itself."""

from pathlib import Path

import pytest

from command_line.arguments import make_parser
from command_line.output_files import write_outputs
from core.reporting.report import Report, ReportRow

ROWS = tuple(ReportRow(f"job {number}", "", "new") for number in range(300))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*arguments: str, rows: tuple[ReportRow, ...] = ROWS) -> bool:
    return write_outputs(make_parser().parse_args(arguments), Report(arguments[0], rows))


@pytest.mark.parametrize("command", ["export", "validate", "drift", "import", "remove"])
def test_each_command_of_a_pipeline_writes_what_was_asked_for(command: str, folder: Path):
    assert write(command)
    assert [*folder.iterdir()] == []
    assert write(command, "--markdown", "s.md", "--junit", "j.xml", "--csv", "r.csv")
    assert sorted(path.name for path in folder.iterdir()) == ["j.xml", "r.csv", "s.md"]


def test_the_summary_has_the_title_the_size_and_the_name_of_the_table(folder: Path):
    options = ["--markdown", "s.md", "--markdown-limit", "4000", "--workspace-name", "PROD"]
    write("validate", *options, "--csv", str(folder / "r.csv"))
    text = (folder / "s.md").read_text()
    assert text.startswith("## Job Sync: validation in PROD\n")
    assert len(text) <= 4000
    assert "`r.csv` has all of them." in text
    assert str(folder) not in text


def test_a_file_that_cannot_be_written_is_said_and_the_others_are_written(folder: Path, capsys):
    (folder / "s.md").mkdir()
    options = make_parser().parse_args(["validate", "--junit", "j.xml"])
    options.markdown = Path("s.md")  # it was no folder when the command began
    assert not write_outputs(options, Report("validate", ROWS))
    assert "s.md was not written: Is a directory." in capsys.readouterr().err
    assert (folder / "j.xml").exists()


@pytest.mark.parametrize("where", ["profile", "missing/profile"])
def test_a_link_that_came_with_a_checkout_is_not_followed(where: str, folder: Path, capsys):
    (folder / "profile").write_text("as it was")
    (folder / "s.md").symlink_to(folder / where)
    assert not write("validate", "--markdown", "s.md", "--junit", "j.xml")
    assert "s.md was not written: it is a link, and is not followed." in capsys.readouterr().err
    assert (folder / "profile").read_text() == "as it was"
    assert (folder / "j.xml").exists()


def test_what_was_written_before_is_replaced(folder: Path):
    (folder / "r.csv").write_bytes(b"x" * 1_000_000)
    write("validate", "--csv", "r.csv")
    assert (folder / "r.csv").read_bytes().count(b"x") < 10


def test_standard_output_is_a_link_of_the_machine(capfd: pytest.CaptureFixture[str]):
    assert write("validate", "--csv", "/dev/stdout")
    assert "job 299" in capfd.readouterr().out


@pytest.mark.parametrize("limit", ["3999", "1000001", "many", "-1", "4e3", ""])
def test_a_size_that_no_comment_can_have_is_wrong_usage(limit: str, capsys):
    with pytest.raises(SystemExit):
        write("validate", "--markdown", "s.md", "--markdown-limit", limit)
    assert "is not a number from 4000 to 1000000" in capsys.readouterr().err


def test_a_lone_surrogate_in_a_name_is_no_obstacle(folder: Path):
    rows = (ReportRow("bad \ud800", "", "new"),)
    assert write("validate", "--markdown", "s.md", "--junit", "j.xml", rows=rows)
    assert "`bad \\ud800`" in (folder / "s.md").read_text("utf-8")
