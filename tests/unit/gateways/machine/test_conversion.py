"""Definitions are made of files of this machine."""

import json
from pathlib import Path

from core.definitions.definition import Definition, parse_definition
from core.gateways.machine.conversion import convert_files
from tests.builders import job


def put(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document))
    return path


def test_nothing_is_written_unless_asked_for(tmp_path):
    source = put(tmp_path / "request.json", job("load"))
    report = convert_files([source], write=False)
    [row] = report.rows
    assert (row.file_name, row.status, row.result) == (str(tmp_path / "load.json"), "new", "")
    assert report.details.as_json()["files"].keys() == {str(tmp_path / "load.json")}
    assert list(tmp_path.iterdir()) == [source]


def test_definitions_are_written_beside_their_file_or_where_it_is_said(tmp_path):
    (tmp_path / "to").mkdir()
    source = put(tmp_path / "request.json", [job("load"), job("a/b")])
    for folder, chosen in ((tmp_path, None), (tmp_path / "to", tmp_path / "to")):
        report = convert_files([source], chosen, write=True)
        assert [row.result for row in report.rows] == ["created", "created"]
        assert report.details is None
        found = parse_definition((folder / "a%2Fb.json").read_bytes())
        assert isinstance(found, Definition)


def test_no_file_is_overwritten(tmp_path):
    source = put(tmp_path / "load.json", job("load"))
    before = source.read_bytes()
    report = convert_files([source], write=True)
    assert report.status == "completed_with_errors"
    assert source.read_bytes() == before
    assert list(tmp_path.iterdir()) == [source]


def test_what_appears_at_the_last_moment_is_not_overwritten(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "load.json").symlink_to(tmp_path / "elsewhere.json")
    folder = tmp_path / "y"  # cannot be listed, so nothing is known of it
    folder.symlink_to(tmp_path / "x")
    (tmp_path / "x").chmod(0o300)
    try:
        source = put(tmp_path / "request.json", job("load"))
        report = convert_files([source], folder, write=True)
    finally:
        (tmp_path / "x").chmod(0o700)
    [row] = report.rows
    assert row.status == "error"
    assert not (tmp_path / "elsewhere.json").exists()


def test_what_cannot_be_read_or_written_is_said(tmp_path):
    source = put(tmp_path / "request.json", job("load"))
    missing = convert_files([tmp_path / "no.json", tmp_path], write=True)
    assert all("It cannot be read" in str(row.issues[0]) for row in missing.rows)
    report = convert_files([source], tmp_path / "no", write=True)
    assert "It was not written" in str(report.rows[0].issues[0])
