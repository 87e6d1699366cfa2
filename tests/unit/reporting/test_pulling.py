"""What a pull brought."""

from dataclasses import replace

import pytest

from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile, GitContents, UnreadFile
from core.errors import Issue
from core.reporting.pulling import pulled_rows
from tests.builders import job


def contents(*unread: UnreadFile, **names: str) -> GitContents:
    """Files by their stem, each with the name of the job in it."""
    files = tuple(
        DefinitionFile(f"{stem}.json", Definition.pack(name, 1, "", job(name)), name.encode())
        for stem, name in names.items()
    )
    return GitContents("/Workspace/Shared/jobs", files, unread)


def told(before: GitContents, after: GitContents) -> list[tuple[str, str, str, str]]:
    rows = pulled_rows(before, after)
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
    [bad] = pulled_rows(contents(), after)
    assert (bad.status, bad.file_name, bad.issues) == ("error", "bad.json", (Issue("No JSON."),))


@pytest.mark.parametrize("unread", ["team/", "team/bad.json"])
def test_a_file_that_can_no_longer_be_read_did_not_go(unread):
    [file] = contents(bad="load").files
    before = GitContents("/f", (replace(file, path="team/bad.json"),))
    [row] = pulled_rows(before, contents(UnreadFile(unread, Issue("Slow.", unread))))
    assert (row.status, row.file_name) == ("error", unread)
    assert row.job_name == ("load" if unread.endswith(".json") else "")
