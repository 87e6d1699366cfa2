"""The file of allowed secrets: whatever is wrong with it, nothing is allowed then."""

import json

import pytest

from core.secrets.allowed import ALLOWED_FILE, AllowedSecret, parse_allowed

ENTRY = {"file": "load.json", "path": "tags.x", "kind": "Azure key"}


def content(*entries: object, version: object = 1) -> bytes:
    return json.dumps({"version": version, "allowed": list(entries)}, indent=2).encode()


def test_an_entry_allows_one_kind_at_one_place_of_one_file_or_job():
    by_job = {"job": "report", "path": "a", "kind": "k", "reason": "A sample."}
    allowed = parse_allowed(content(ENTRY, by_job))
    assert allowed.issues() == ()
    assert allowed.find("load.json", "load", "tags.x", "Azure key") == allowed.entries[0]
    assert allowed.find("x.json", "report", "a", "k") == allowed.entries[1]
    for others in (
        ("x.json", "load", "tags.x", "Azure key"),
        ("load.json", "load", "tags.y", "Azure key"),
        ("load.json", "load", "tags.x", "GitHub token"),
        ("report.json", "other", "a", "k"),
    ):
        assert allowed.find(*others) is None


def test_an_entry_knows_its_line_and_says_when_it_allows_nothing():
    allowed = parse_allowed(content(ENTRY, {**ENTRY, "path": "tags.y"}))
    assert [entry.line for entry in allowed.entries] == [4, 9]
    [note] = allowed.list_unused(allowed.entries[:1])
    assert note.message == (
        f"Line 9 of {ALLOWED_FILE} allows nothing: load.json has no Azure key at tags.y. Remove "
        "the entry."
    )


def test_of_many_unused_entries_some_are_listed():
    allowed = parse_allowed(content(*({**ENTRY, "path": f"tags.{n}"} for n in range(30))))
    notes = allowed.list_unused(())
    assert len(notes) == 21
    assert notes[-1].message == f"10 more entries of {ALLOWED_FILE} allow nothing."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"{", "Line 1, column 2: "),
        (b"\xff", "It is not UTF-8."),
        (b"[]", "The file should be a JSON object."),
        (b'{"allowed": []}', "“version” of the file should be 1."),
        (content(version=True), "“version” of the file should be 1."),
        (content(version=2), "“version” of the file should be 1."),
        (b'{"version": 1, "allowed": {}}', "“allowed” of the file should be a list."),
        (b'{"version": 1, "alowed": []}', "“alowed” is not a field of the file."),
        (content(ENTRY, 5), "Line 9, column 5: An entry should be a JSON object."),
        (content({**ENTRY, "pth": "x"}), "Line 4, column 5: “pth” is not a field of an entry."),
        (content({"file": "a", "kind": "k"}), "Line 4, column 5: “path” is missing in an entry."),
        (content({**ENTRY, "kind": 5}), "Line 4, column 5: “kind” of an entry should be a string."),
        (
            content({"path": "a", "kind": "k"}),
            "Line 4, column 5: An entry needs either “file” or “job”.",
        ),
        (content({**ENTRY, "job": "load"}), "Line 4, column 5: An entry needs either"),
    ],
)
def test_a_broken_file_allows_nothing_and_says_where(text, problem):
    allowed = parse_allowed(text)
    assert allowed.entries == ()
    [issue] = allowed.issues()
    assert issue.message.startswith(f"{ALLOWED_FILE} cannot be used, so no secret is allowed. ")
    assert problem in issue.message


def test_an_empty_list_and_none_at_all_allow_nothing_and_are_no_mistake():
    for text in (content(), b'\xef\xbb\xbf{"version": 1}'):
        assert parse_allowed(text).entries == ()
        assert parse_allowed(text).issues() == ()


def test_an_entry_is_a_value():
    assert AllowedSecret("a", "k", file="f", line=1) == AllowedSecret("a", "k", file="f", line=1)
