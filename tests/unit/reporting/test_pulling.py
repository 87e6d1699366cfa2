"""What a pull brought."""

from dataclasses import replace

import pytest

from core.definitions.definition import Definition
from core.definitions.folder import (
    DefinitionFile,
    GitContents,
    OtherFile,
    RememberedFile,
    UnreadFile,
)
from core.definitions.other_json import OtherJson
from core.errors import Issue
from core.reporting.pulling import PulledFiles
from tests.builders import job


def contents(*unread: UnreadFile, **names: str) -> GitContents:
    """Files by their stem, each with the name of the job in it."""
    files = tuple(
        DefinitionFile(f"{stem}.json", Definition.pack(name, 1, "", job(name)), name.encode())
        for stem, name in names.items()
    )
    return GitContents("/Workspace/Shared/jobs", files, unread)


def told(before: GitContents, after: GitContents) -> list[tuple[str, str, str, str]]:
    rows = PulledFiles(before, after).rows()
    return [(row.job_name, row.file_name, row.status, row.message) for row in rows]


def test_a_pull_that_brings_nothing_has_no_rows():
    assert told(contents(a="a"), contents(a="a")) == []


def test_files_that_came_and_went_are_told_in_order():
    assert told(contents(b="b", c="same"), contents(c="same", a="a")) == [
        ("a", "a.json", "new", "File added."),
        ("b", "b.json", "deleted", "File removed."),
    ]


def test_a_file_whose_content_differs_has_changed():
    before, after = contents(a="a"), contents(a="a")
    [file] = after.files
    changed = DefinitionFile(file.path, Definition.pack("a", 2, "", job("a")), b"other")
    assert told(before, GitContents(after.folder, (changed,))) == [
        ("a", "a.json", "changed", "File changed.")
    ]


def test_a_job_of_another_name_in_the_same_file_was_renamed():
    [row] = told(contents(a="<b>old</b>"), contents(a="new"))
    assert row == ("new", "a.json", "renamed", "Previously named “<b>old</b>”.")


def test_a_file_that_moved_went_and_came():
    assert [row[2] for row in told(contents(a="x"), contents(b="x"))] == ["deleted", "new"]


def test_a_file_that_cannot_be_read_is_an_error_of_its_own():
    after = contents(UnreadFile("bad.json", Issue("No JSON.", "bad.json")))
    [bad] = PulledFiles(contents(), after).rows()
    assert (bad.status, bad.file_name, bad.issues) == ("error", "bad.json", (Issue("No JSON."),))


@pytest.mark.parametrize("unread", ["team/", "team/bad.json"])
def test_a_file_that_can_no_longer_be_read_did_not_go(unread):
    [file] = contents(bad="load").files
    before = GitContents("/f", (replace(file, path="team/bad.json"),))
    after = contents(UnreadFile(unread, Issue("Slow.", unread)))
    [row] = PulledFiles(before, after).rows()
    assert (row.status, row.file_name) == ("error", unread)
    assert row.job_name == ("load" if unread.endswith(".json") else "")


def unread(path: str, content_hash: str = "1") -> UnreadFile:
    return UnreadFile(path, Issue("No JSON.", path), content_hash)


def other(path: str, content_hash: str = "1") -> GitContents:
    return GitContents("/f", other=(OtherFile(path, OtherJson("No."), content_hash),))


UNKNOWN = "It is not known whether the pull changed it."


@pytest.mark.parametrize(
    ("before", "after", "rows"),
    [
        (contents(), contents(unread("bad.json")), [("", "error", "File added.")]),
        (contents(bad="x"), contents(unread("bad.json")), [("x", "error", "File changed.")]),
        (
            contents(unread("bad.json")),
            contents(unread("bad.json", "2")),
            [("", "error", "File changed.")],
        ),
        (other("bad.json"), contents(unread("bad.json", "2")), [("", "error", "File changed.")]),
        (contents(unread("bad.json")), contents(unread("bad.json")), []),
        (contents(unread("bad.json")), contents(unread("bad.json", "")), [("", "error", UNKNOWN)]),
        (contents(unread("bad.json", "")), contents(unread("bad.json")), [("", "error", UNKNOWN)]),
        (contents(unread("a/", "")), contents(unread("a/b.json")), [("", "error", UNKNOWN)]),
        (
            contents(unread("bad.json")),
            contents(),
            [("", "deleted", "File removed. It could not be read.")],
        ),
        (
            contents(unread("bad.json")),
            contents(bad="x"),
            [("x", "changed", "File changed. It could not be read before.")],
        ),
        (
            contents(unread("bad.json", "")),
            contents(bad="x"),
            [("x", "changed", f"It could not be read before. {UNKNOWN}")],
        ),
        (
            other("bad.json"),
            contents(bad="x"),
            [("x", "new", "File changed. It holds a definition now.")],
        ),
        (contents(unread("a/", "")), contents(), []),
    ],
)
def test_a_file_is_shown_once_and_by_what_the_pull_did_to_it(before, after, rows):
    shown = PulledFiles(before, after).rows()
    assert [(row.job_name, row.status, row.message) for row in shown] == rows


def test_files_that_were_unreadable_before_are_a_note_and_no_rows():
    many = contents(*(unread(f"{number}.json") for number in range(7)))
    pulled = PulledFiles(many, many)
    assert pulled.rows() == ()
    [note] = pulled.notes()
    assert note.message == (
        "7 files could not be read before this pull either, and it did not change them: 0.json, "
        "1.json, 2.json, 3.json, 4.json and 2 more. Validate to see what is wrong."
    )
    [note] = PulledFiles(contents(unread("a.json")), contents(unread("a.json"))).notes()
    assert note.message.startswith(
        "1 file could not be read before this pull either, and it did not change it: a.json."
    )
    assert PulledFiles(contents(), contents(unread("a.json"))).notes() == ()


def test_a_file_that_lost_its_definition_long_ago_is_a_note():
    remembered = [RememberedFile("load", 1, "load.json")]
    pulled = PulledFiles(other("load.json"), other("load.json"), remembered)
    assert pulled.rows() == ()
    assert len(pulled.notes()) == 1


def test_a_definition_that_left_a_folder_that_is_not_read_was_added_and_not_removed_twice():
    before = replace(contents(), left_out=(".old/",))
    remembered = [RememberedFile("load", 1, ".old/load.json")]
    same = PulledFiles(before, before, remembered)
    assert (same.rows(), len(same.notes())) == ((), 1)
    after = replace(contents(load="load"), left_out=(".old/",))
    rows = PulledFiles(before, after, remembered).rows()
    assert [(row.file_name, row.status) for row in rows] == [("load.json", "new")]
