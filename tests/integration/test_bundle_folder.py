"""The folder of a bundle on a real disk: written whole, never over what somebody else wrote."""

import json
import os
from pathlib import Path

import pytest

import core.gateways.machine.bundle_folder as module
from core.errors import SettingsError, SyncError
from core.gateways.machine.bundle_folder import LIST_FILE, BundleFolder

FILES = {"databricks.yml": "a\n", "resources/load.job.yml": "b\n"}
KEYS = {"Load": "load"}


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != LIST_FILE
    }


def refusal(folder: Path) -> str:
    before = {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}
    with pytest.raises(SettingsError) as error:
        BundleFolder(folder)
    assert {path: path.lstat().st_mtime_ns for path in folder.rglob("*")} == before
    return str(error.value)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    folder = tmp_path / "deep" / "bundle"
    BundleFolder(folder).write(FILES, KEYS)
    return folder


def test_a_new_folder(written: Path) -> None:
    assert tree(written) == FILES
    assert BundleFolder(written).keys == KEYS


def test_an_empty_folder(tmp_path: Path) -> None:
    BundleFolder(tmp_path).write(FILES, KEYS)
    assert tree(tmp_path) == FILES


def test_looking_writes_nothing(tmp_path: Path) -> None:
    BundleFolder(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["notes.txt", ".git", "databricks.yml"])
def test_a_folder_with_anything_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert f"“{name}” is in it" in refusal(tmp_path)


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(SettingsError, match="is not a folder"):
        BundleFolder(tmp_path / "x")
    (tmp_path / "y").symlink_to(tmp_path / "nowhere")
    with pytest.raises(SettingsError, match="is not a folder"):
        BundleFolder(tmp_path / "y")


def test_writing_again_removes_what_is_gone(written: Path) -> None:
    BundleFolder(written).write({"databricks.yml": "c\n", "resources/new.job.yml": "d\n"}, {})
    assert tree(written) == {"databricks.yml": "c\n", "resources/new.job.yml": "d\n"}
    assert BundleFolder(written).keys == {}


def test_what_other_tools_keep_behind_a_dot_stays(written: Path) -> None:
    (written / ".databricks").mkdir()
    (written / ".databricks" / "state.json").write_text("{}")
    (written / ".gitignore").write_text(".databricks\n")
    BundleFolder(written).write({"databricks.yml": "c\n"}, {})
    assert tree(written) == {
        "databricks.yml": "c\n",
        ".databricks/state.json": "{}",
        ".gitignore": ".databricks\n",
    }


@pytest.mark.parametrize("name", ["README.md", "resources/mine.job.yml", "resources/.hidden"])
def test_a_file_of_somebody_else_is_refused(written: Path, name: str) -> None:
    (written / name).write_text("mine")
    assert f"“{name}”" in refusal(written)
    assert (written / name).read_text() == "mine"


def test_a_file_that_was_changed_is_refused(written: Path) -> None:
    (written / "databricks.yml").write_text("mine")
    assert "was changed" in refusal(written)


def test_line_ends_of_windows_are_no_change(written: Path) -> None:
    (written / "databricks.yml").write_bytes(b"a\r\n")
    BundleFolder(written).write(FILES, KEYS)
    assert tree(written) == FILES


def test_a_file_that_was_deleted_is_written_again(written: Path) -> None:
    (written / "databricks.yml").unlink()
    BundleFolder(written).write(FILES, KEYS)
    assert tree(written) == FILES


def test_links_are_not_followed(written: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "load.job.yml").write_text("b\n")
    (written / "resources" / "load.job.yml").unlink()
    (written / "resources").rmdir()
    (written / "resources").symlink_to(outside)
    assert "“resources”" in refusal(written)
    (written / "resources").unlink()
    (written / "resources").mkdir()
    (written / "resources" / "load.job.yml").symlink_to(outside / "load.job.yml")
    assert "is not a plain file" in refusal(written)


def test_a_pipe_does_not_hang(written: Path) -> None:
    (written / "databricks.yml").unlink()
    os.mkfifo(written / "databricks.yml")
    assert "is not a plain file" in refusal(written)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"files": {"a": "b"}, "jobs": {}}', "\xff"])
def test_a_damaged_list_is_refused(written: Path, content: str) -> None:
    (written / LIST_FILE).write_bytes(content.encode("latin-1"))
    assert "is damaged" in refusal(written)


@pytest.mark.parametrize("name", ["../outside.yml", "/tmp/outside.yml", "a/../../outside.yml"])
def test_a_list_that_leads_outside_is_refused(written: Path, name: str) -> None:
    outside = written.parent / "outside.yml"
    outside.write_text("mine")
    document = json.loads((written / LIST_FILE).read_text())
    document["files"][name] = []
    (written / LIST_FILE).write_text(json.dumps(document))
    assert "is damaged" in refusal(written)
    assert outside.read_text() == "mine"


@pytest.mark.parametrize("calls", range(6))
def test_what_was_interrupted_can_be_written_again(
    written: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    new = {"databricks.yml": "c\n", "resources/new.job.yml": "d\n", "variables.yml": "e\n"}
    left = [calls]
    replace = Path.replace

    def fail(path: Path, target: Path) -> Path:
        if not left[0]:
            raise OSError(28, "No space left on device")
        left[0] -= 1
        return replace(path, target)

    monkeypatch.setattr(module.Path, "replace", fail)
    folder = BundleFolder(written)
    try:
        folder.write(new, {})
    except SyncError as error:
        assert "incomplete: No space left" in str(error)
    else:
        assert calls == 5
    monkeypatch.undo()
    BundleFolder(written).write(new, {})
    assert tree(written) == new
