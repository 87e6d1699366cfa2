"""Drafts: what the page shows of edits that are not saved."""

from typing import Any

import pytest

from callbacks.mappings import make_draft

CLUSTERS = "compute_name_mappings.cluster_name_mappings"
BASE = """{
  // kept
  compute_name_mappings: {cluster_name_mappings: {a: "b"}},
}
"""


def request(*edits: Any, base: Any = BASE, text: Any = BASE, number: Any = 7) -> dict[str, Any]:
    return {"number": number, "base": base, "text": text, "edits": list(edits)}


def edit(name: str, value: Any, section: str = CLUSTERS, **more: Any) -> dict[str, Any]:
    return {"section": section, "name": name, "new_name": "", "value": value, **more}


def message(answer: dict[str, Any]) -> str:
    return answer["problem"]["message"] if answer["problem"] else ""


def test_a_draft_is_the_text_with_the_edits_made_and_how_it_differs():
    draft = make_draft(request(edit("a", "c")))
    assert draft["number"] == 7
    assert draft["text"] == BASE.replace('"b"', '"c"')
    assert not message(draft)
    kinds = [line["kind"] for line in draft["diff"]]
    assert kinds.count("added") == kinds.count("removed") == 1
    assert len(draft["version"]) == 32


def test_a_removed_entry_is_gone_and_a_renamed_one_keeps_its_value():
    gone = make_draft(request({"section": CLUSTERS, "name": "a", "new_name": "", "removed": True}))
    assert '"b"' not in gone["text"]
    renamed = make_draft(request(edit("a", "b", new_name="z")))
    assert 'z: "b"' in renamed["text"].replace('"z"', "z")


def test_without_a_file_the_edits_make_one():
    draft = make_draft(request(edit("a", "b"), base="", text=""))
    assert not message(draft)
    assert '"b"' in draft["text"]


def test_a_text_with_a_mistake_says_where():
    draft = make_draft(request(base=BASE, text='{\n  "a": {}\n  "c": {},\n}'))
    assert draft["problem"]["line"] == 2
    assert draft["problem"]["column"] > 1
    assert "comma" in message(draft)


def test_a_text_of_a_wrong_shape_says_what_is_expected():
    draft = make_draft(request(text="{run_as_mappings: 5}"))
    assert "should be an object" in message(draft)


def test_what_is_ignored_is_a_warning():
    draft = make_draft(request(text="{unknown_key: 5}"))
    assert not message(draft)
    assert "unknown_key" in draft["warnings"][0]["message"]


def test_a_text_that_cannot_be_written_is_a_problem():
    assert "UTF-8" in message(make_draft(request(text="{/* \ud800 */}")))


@pytest.mark.parametrize(
    "sent",
    [
        request(base=None),
        request(text=5),
        request(text="x" * 2_000_001),
        request() | {"edits": None},
        request() | {"edits": [{}] * 20_001},
        request("x"),
        request({}),
        request(edit("a", "b", section="unknown")),
        request(edit("a", "b") | {"section": ["x"]}),
        request(edit("a", "b") | {"name": 5}),
        request(edit("a" * 5000, "b")),
        request(edit("a", "b", new_name=7)),
    ],
)
def test_what_no_page_sends_is_refused(sent):
    draft = make_draft(sent)
    assert message(draft)
    assert draft["text"] == ""


def test_an_edit_that_does_not_fit_the_file_is_a_problem():
    assert message(make_draft(request(edit("a", {"x": 1}))))
    assert message(make_draft(request(edit("a", "b"), text="{broken")))


def test_a_number_that_is_none_is_nobody_s():
    assert make_draft(request(number="x"))["number"] == 0


def test_many_lines_are_cut_off():
    text = "{compute_name_mappings: {cluster_name_mappings: {\n"
    text += "".join(f'"n{number}": "x",\n' for number in range(5000)) + "}}}"
    draft = make_draft(request(base="", text=text))
    assert draft["isCut"]
    assert len(draft["diff"]) == 2000
