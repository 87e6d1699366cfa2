"""Zips of folders, hostile ones included."""

import io
import tracemalloc
import zipfile

import pytest

from core.gateways.databricks import archive
from core.gateways.databricks.archive import unzip

FOLDER = "/Workspace/Shared/jobs"


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return buffer.getvalue()


def test_both_layouts_are_understood() -> None:
    expected = {f"{FOLDER}/a.json": b"1", f"{FOLDER}/sub/b.json": b"2"}
    assert unzip(zipped({"a.json": b"1", "sub/b.json": b"2"}), FOLDER) == expected
    assert unzip(zipped({"jobs/a.json": b"1", "jobs/sub/b.json": b"2"}), FOLDER) == expected


def test_a_folder_in_a_folder_of_its_name_could_be_either_layout() -> None:
    assert unzip(zipped({"jobs/a.json": b"1", "jobs/jobs/a.json": b"2"}), FOLDER) is None
    told_apart = {"jobs/a.json": b"1", "jobs/jobs/a.json": b"2", "b.json": b"3"}
    assert unzip(zipped(told_apart), FOLDER) == {
        f"{FOLDER}/{name}": content for name, content in told_apart.items()
    }


def test_what_is_no_zip_is_nothing() -> None:
    assert unzip(b"PK\x03\x04 broken", FOLDER) is None
    assert unzip(b"", FOLDER) is None
    whole = zipped({"a.json": b"x" * 1000})
    assert unzip(whole[: len(whole) // 2], FOLDER) is None


def test_a_bomb_does_not_go_off(monkeypatch) -> None:
    monkeypatch.setattr(archive, "_MAX_FILE_BYTES", 1000)
    monkeypatch.setattr(archive, "_MAX_TOTAL_BYTES", 5000)
    assert unzip(zipped({"a": b"x" * 2000, "b": b"y"}), FOLDER) == {f"{FOLDER}/b": b"y"}
    assert unzip(zipped({"a": b"x" * 9000}), FOLDER) is None


def test_a_size_that_is_not_true_is_not_believed() -> None:
    """`ZipFile.read` makes all of it plain before it cuts off what is too much."""
    content = zipped({"a.json": bytes(200_000_000)})
    small = content.replace((200_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    tracemalloc.start()
    assert unzip(small, FOLDER) is None
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_cannot_be_read_within_a_bound_are_not_read(method: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        target.writestr("a.json", b"{}")
    assert unzip(buffer.getvalue(), FOLDER) is None


def test_of_two_files_of_one_name_neither_is_taken() -> None:
    buffer = io.BytesIO()
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "w") as target:
        target.writestr("a.json", b"1")
        target.writestr("a.json", b"2")
    assert unzip(buffer.getvalue(), FOLDER) is None


def test_a_path_out_of_the_folder_matches_no_listed_file() -> None:
    found = unzip(zipped({"../../etc/passwd": b"x"}), FOLDER)
    assert found == {f"{FOLDER}/../../etc/passwd": b"x"}  # never written, only looked up by path
