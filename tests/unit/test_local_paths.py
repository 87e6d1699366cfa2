"""What `file:` and `--folder` may be."""

from pathlib import Path

import pytest

from core.errors import SettingsError
from core.local_paths import is_local, local_path


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("file:./jobs", "file:/here/jobs"),
        ("file:jobs", "file:/here/jobs"),
        ("jobs/", "file:/here/jobs"),
        (".", "file:/here"),
        ("file:/srv/jobs", "file:/srv/jobs"),
        ("file:///srv//jobs/./", "file:/srv/jobs"),
        ("../there/jobs", "file:/there/jobs"),
        ("/../../srv", "file:/srv"),
        ("/Workspace/jobs", "file:/Workspace/jobs"),
        ("file:größe 在庫/a b", "file:/here/größe 在庫/a b"),
        ("~/jobs", "file:/home/ana/jobs"),
        ("a%20b", "file:/here/a%20b"),
    ],
)
def test_a_path_of_this_machine_has_one_spelling(value, expected, monkeypatch) -> None:
    monkeypatch.setattr(Path, "cwd", classmethod(lambda cls: cls("/here")))
    monkeypatch.setenv("HOME", "/home/ana")
    assert local_path("--folder", value) == expected


@pytest.mark.parametrize(
    "value", ["", "file:", "  ", "a\0b", "file://host/jobs", "//host/jobs", "/", "~nobody-at-all/x"]
)
def test_what_is_no_path_below_the_root_is_refused(value) -> None:
    with pytest.raises(SettingsError, match=r"^--folder is “"):
        local_path("--folder", value)


def test_a_folder_whose_name_is_not_utf_8_is_refused() -> None:
    with pytest.raises(SettingsError, match="not UTF-8"):
        local_path("--folder", "/srv/\udcff")


def test_only_file_marks_this_machine() -> None:
    assert is_local("file:/srv/jobs")
    assert not is_local("/Workspace/file:/jobs")
