"""The note on JSON that holds jobs and is not a definition."""

from core.definitions.folder import GitContents, OtherFile
from core.definitions.other_json import OtherJson
from core.reporting.payloads import payload_issues


def message(*files: OtherFile) -> str:
    [issue] = payload_issues(GitContents("/x", other=files))
    return issue.message


def payload(path: str) -> OtherFile:
    return OtherFile(path, OtherJson("No.", form="a bundle"))


def test_json_of_other_tools_needs_no_note():
    assert payload_issues(GitContents("/x", other=(OtherFile("a.json", OtherJson("No.")),))) == ()


def test_the_note_lists_the_files_and_what_to_do():
    assert message(payload("a.json")) == (
        "1 JSON file is not a definition: a.json (a bundle). `python cli.py convert FILE…` makes "
        "definitions of requests, answers and bundles in a clone; an export writes those of its "
        "workspace."
    )


def test_a_long_list_is_cut_off_and_counted():
    text = message(*(payload(f"{number}.json") for number in range(23)))
    assert text.startswith("23 JSON files are not definitions: 0.json (a bundle), 1.json")
    assert "19.json (a bundle) and 3 more. `python" in text
