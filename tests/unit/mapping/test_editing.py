"""Editing the text of a mapping file: what is not touched stays, and the result means the edits."""

import json
import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import MappingFileError
from core.mapping.editing import REMOVED, Edit, apply_edits
from core.mapping.text.source import parse_source

CLUSTERS = "compute_name_mappings.cluster_name_mappings"
WAREHOUSES = "compute_name_mappings.warehouse_name_mappings"
RUN_AS = "run_as_mappings"
HOSTILE = ('a"b', "__proto__", "line\nbreak", "\u2028", "*/ // x", "\U0001f600", "\ud800", "it's")

FILE = """{
  // Names of DEV and what they are here.
  compute_name_mappings: {
    cluster_name_mappings: {
      "etl": "etl-prod", // the big one
      // Two that belong together:
      'adhoc': 'adhoc-prod',
      "ml": "ml-prod" /* last */
    },
    warehouse_name_mappings: {},
  },
  run_as_mappings: {"ana@x.org": {"user_name": "ops@x.org"}}, // who
}
"""


def changed(text: str, edited: str) -> tuple[list[str], list[str]]:
    """Return the lines that went and those that came, in order."""
    old, new = text.splitlines(), edited.splitlines()
    return [one for one in old if one not in new], [one for one in new if one not in old]


def value_of(text: str) -> Any:
    return parse_source(text).root.value


def test_a_value_changes_and_nothing_else():
    edited = apply_edits(FILE, [Edit(CLUSTERS, "etl", "etl-2")])
    assert edited == FILE.replace('"etl-prod"', '"etl-2"')


def test_a_value_keeps_its_kind_of_quotes():
    edited = apply_edits(FILE, [Edit(CLUSTERS, "adhoc", 'it\'s "new"')])
    assert edited == FILE.replace("'adhoc-prod'", r"""'it\'s "new"'""")


def test_a_key_changes_with_its_kind_of_quotes():
    edited = apply_edits(FILE, [Edit(CLUSTERS, "adhoc", "adhoc-prod", "ad hoc")])
    assert edited == FILE.replace("'adhoc':", "'ad hoc':")


def test_an_entry_goes_with_its_line_and_the_comment_on_it():
    edited = apply_edits(FILE, [Edit(CLUSTERS, "etl", REMOVED)])
    assert edited == FILE.replace('      "etl": "etl-prod", // the big one\n', "")


def test_comments_above_an_entry_stay_when_it_goes():
    edited = apply_edits(FILE, [Edit(CLUSTERS, "adhoc", REMOVED)])
    assert edited == FILE.replace("      'adhoc': 'adhoc-prod',\n", "")


def test_the_last_entry_takes_the_comma_before_it_along():
    edited = apply_edits(FILE, [Edit(CLUSTERS, "ml", REMOVED)])
    expected = FILE.replace('      "ml": "ml-prod" /* last */\n', "")
    assert edited == expected.replace("'adhoc-prod',", "'adhoc-prod'")


def test_a_new_entry_gets_a_line_like_its_neighbours():
    edited = apply_edits(FILE, [Edit(CLUSTERS, "new one", "new-prod")])
    added = '"ml": "ml-prod", /* last */\n      "new one": "new-prod"\n'
    assert edited == FILE.replace('"ml": "ml-prod" /* last */\n', added)


def test_an_entry_on_one_line_gets_neighbours_on_that_line():
    edited = apply_edits(FILE, [Edit(RUN_AS, "bo@x.org", {"user_name": "bo"})])
    new = '"ops@x.org"}, "bo@x.org": {"user_name": "bo"}}'
    assert edited == FILE.replace('"ops@x.org"}}', new)


def test_a_section_that_is_empty_or_missing_is_filled():
    edits = [Edit(WAREHOUSES, "w 1", "w"), Edit("value_mappings.paths", "/a", "/b")]
    edited = apply_edits(FILE, edits)
    filled = FILE.replace(
        "warehouse_name_mappings: {}", 'warehouse_name_mappings: {\n      "w 1": "w",\n    }'
    )
    new = '  value_mappings: {\n    paths: {\n      "/a": "/b",\n    },\n  },\n}\n'
    assert edited == filled.removesuffix("}\n") + new


def test_a_comment_between_an_entry_and_its_comma_stays_if_it_has_its_own_line():
    text = "{run_as_mappings: {\n  a: 1\n  // of both\n  ,\n  b: 2\n}}"
    edited = apply_edits(text, [Edit(RUN_AS, "a", REMOVED)])
    assert "// of both" in edited
    assert value_of(edited) == {RUN_AS: {"b": 2}}


def test_lists_of_patterns_are_edited_by_the_pattern():
    text = "{jobs: {include: ['a*', 'b*'], }}"
    edits = [
        Edit("jobs.include", "a*", REMOVED),
        Edit("jobs.include", "b*", True, "c*"),
        Edit("jobs.include", "d*", True),
        Edit("jobs.exclude", "tag:x=y", True),
    ]
    assert apply_edits(text, edits) == "{jobs: {include: ['c*', 'd*'], exclude: ['tag:x=y'], }}"


def test_a_policy_is_set_and_removed():
    edited = apply_edits("{}", [Edit("pause_status", "", "new_paused")])
    assert edited == '{"pause_status": "new_paused"}'
    assert apply_edits(edited, [Edit("pause_status", "", REMOVED)]) == "{}"


def test_of_an_object_only_what_differs_is_written():
    text = '{value_mappings: {parameters: {\n  env: {dev: "p", // one\n    old: "x"},\n}}}'
    new = {"dev": "p", "new": "y"}
    edited = apply_edits(text, [Edit("value_mappings.parameters", "env", new)])
    assert "// one" in edited
    assert value_of(edited)["value_mappings"]["parameters"]["env"] == new


@pytest.mark.parametrize("text", ["", "  \r\n", "\ufeff"])
def test_no_file_becomes_a_file(text: str):
    edited = apply_edits(text, [Edit(CLUSTERS, "etl", "etl-prod"), Edit("jobs.include", "a", 1)])
    assert json.loads(edited.removeprefix("\ufeff")) == {
        "compute_name_mappings": {"cluster_name_mappings": {"etl": "etl-prod"}},
        "jobs": {"include": ["a"]},
    }
    assert edited.startswith("\ufeff") == text.startswith("\ufeff")


def test_what_is_removed_is_not_renamed():
    text = "{run_as_mappings: {b: 1}}"
    assert apply_edits(text, [Edit(RUN_AS, "a", REMOVED, "b")]) == text


def test_what_is_removed_has_a_name_in_messages():
    assert repr(REMOVED) == "REMOVED"


def test_edits_follow_each_other():
    edits = [
        Edit(CLUSTERS, "a", "1"),
        Edit(CLUSTERS, "a", "2", "b"),
        Edit(CLUSTERS, "a", "3"),
        Edit(CLUSTERS, "b", REMOVED),
    ]
    edited = apply_edits("{}", edits)
    assert value_of(edited) == {"compute_name_mappings": {"cluster_name_mappings": {"a": "3"}}}


def test_what_is_not_there_cannot_be_removed_and_is_no_mistake():
    assert apply_edits(FILE, [Edit(CLUSTERS, "no", REMOVED)]) == FILE
    assert apply_edits(FILE, []) == FILE


def test_strict_json_stays_strict_json():
    text = '{"run_as_mappings": {"a": {"user_name": "b"}}}\n'
    edits = [
        Edit(RUN_AS, "a", REMOVED),
        Edit(RUN_AS, "name", {"user_name": "x"}),
        *(Edit(CLUSTERS, name, name) for name in HOSTILE),
    ]
    assert json.loads(apply_edits(text, edits)) == {
        "run_as_mappings": {"name": {"user_name": "x"}},
        "compute_name_mappings": {"cluster_name_mappings": {name: name for name in HOSTILE}},
    }


def test_line_ends_and_tabs_are_those_of_the_file():
    text = '\ufeff{\r\n\t"run_as_mappings": {\r\n\t\t"a": {"user_name": "b"}\r\n\t}\r\n}'
    edits = [Edit(RUN_AS, "c", {"user_name": "d"}), Edit(CLUSTERS, "e", "f")]
    edited = apply_edits(text, edits)
    assert not re.search(r"(?<!\r)\n", edited)
    assert "\r\n\t\t\t" + '"e": "f"' in edited
    assert edited.startswith("\ufeff{") and edited.endswith("}\r\n}")


@pytest.mark.parametrize(
    ("text", "edit", "message"),
    [
        ("{", Edit(CLUSTERS, "a", "b"), "Line 1, column 2"),
        ("[]", Edit(CLUSTERS, "a", "b"), "the file should be an object"),
        ("{run_as_mappings: 3}", Edit(RUN_AS, "a", "b"), "column 19: run_as_mappings should be"),
        ("{jobs: {include: {}}}", Edit("jobs.include", "a", 1), "jobs.include should be a list"),
        ("{}", Edit("nonsense", "a", "b"), "not a section"),
        ("{}", Edit(CLUSTERS, "a", float("nan")), "cannot be written"),
        ("{}", Edit(CLUSTERS, "a", object()), "cannot be written"),
        ("{run_as_mappings: {a: 1, b: 2}}", Edit(RUN_AS, "a", 1, "b"), "“b” is in run_as_mappings"),
        ("{jobs: {include: ['a', 'b']}}", Edit("jobs.include", "a", 1, "b"), "“b” is in jobs"),
    ],
)
def test_what_does_not_fit_is_refused(text: str, edit: Edit, message: str):
    with pytest.raises(MappingFileError, match=message):
        apply_edits(text, [edit])


def test_thousands_of_edits_of_a_large_file_take_no_long_time():
    names = [f"cluster {number}" for number in range(5000)]
    text = apply_edits("", [Edit(CLUSTERS, name, name) for name in names])
    edits = [Edit(CLUSTERS, name, REMOVED) for name in names[1::2]]
    edits += [Edit(CLUSTERS, name, "new") for name in names[::2]]
    started = time.process_time()
    edited = apply_edits(text, edits)
    assert time.process_time() - started < 10  # a second, on an idle machine
    found = value_of(edited)["compute_name_mappings"]["cluster_name_mappings"]
    assert set(found.values()) == {"new"} and len(found) == 2500


# Random files and edits

NAMES = st.sampled_from(["a", "b", "etl", "with space", "$x", "true", *HOSTILE]) | st.text(
    max_size=6
)
SCALARS = NAMES | st.none() | st.booleans() | st.integers(-5, 99) | st.sampled_from([1.5, -0.25])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
ENTRIES = st.dictionaries(NAMES, VALUES, max_size=4)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "compute_name_mappings": st.fixed_dictionaries(
            {}, optional={"cluster_name_mappings": ENTRIES, "warehouse_name_mappings": ENTRIES}
        ),
        "run_as_mappings": ENTRIES,
        "value_mappings": st.fixed_dictionaries({}, optional={"parameters": ENTRIES}),
        "jobs": st.fixed_dictionaries({}, optional={"include": st.lists(NAMES, max_size=3)}),
        "pause_status": st.just("from_git"),
        "other": VALUES,
    },
)
GAPS = st.sampled_from(
    ["", "", "", " ", "\n", "\r\n", "\n\t", "  /* c{ */ ", "// c}\n", "\n  // ,\n  ", "\u2028"]
)
QUOTES = st.sampled_from(["'", '"', "bare"])


@st.composite
def json5(draw: Any, value: Any) -> str:
    """Write a value with random quotes, comments, blanks and trailing commas."""
    gap = lambda: draw(GAPS)  # noqa: E731 - drawn anew each time
    if isinstance(value, dict):
        members = [
            gap() + _written(key, draw(QUOTES)) + gap() + ":" + gap() + draw(json5(inner)) + gap()
            for key, inner in value.items()
        ]
    elif isinstance(value, list):
        members = [gap() + draw(json5(inner)) + gap() for inner in value]
    else:
        quote = draw(QUOTES) if isinstance(value, str) else ""
        return _written(value, "'" if quote == "'" else '"')
    trailing = "," + gap() if members and draw(st.booleans()) else gap()
    left, right = "{}" if isinstance(value, dict) else "[]"
    return left + ",".join(members) + trailing + right


def _written(value: Any, quote: str) -> str:
    if quote == "bare" and re.fullmatch(r"[a-z]+", value):
        return str(value)
    plain = json.dumps(value)
    if quote != "'":
        return plain
    return "'" + plain[1:-1].replace("'", "\\'") + "'"


SECTIONS = st.sampled_from(
    [CLUSTERS, WAREHOUSES, RUN_AS, "value_mappings.parameters", "value_mappings.paths"]
)
EDITS = st.lists(
    st.builds(Edit, SECTIONS, NAMES, VALUES | st.just(REMOVED), st.just("") | NAMES)
    | st.builds(Edit, st.just("jobs.include"), NAMES, st.just(1) | st.just(REMOVED)),
    max_size=5,
)


def meant(document: Any, edits: list[Edit]) -> Any:
    """Return what the edits make of a value, None when a name would be there twice."""
    document = json.loads(json.dumps(document))
    for edit in edits:
        *groups, last = edit.section.split(".")
        holder = document
        if edit.value is REMOVED:
            for group in groups:
                holder = holder.get(group, {})
            members = holder.get(last)
            if members and edit.name in members:
                members.pop(edit.name if isinstance(members, dict) else members.index(edit.name))
            continue
        for group in groups:
            holder = holder.setdefault(group, {})
        if last == "include":
            members = holder.setdefault(last, [])
            if edit.name not in members:
                members.append(edit.name)
            continue
        members = holder.setdefault(last, {})
        name = edit.new_name or edit.name
        if name != edit.name and edit.name in members and name in members:
            return None
        members.pop(edit.name, None)
        members[name] = edit.value
    return document


def comments(text: str) -> int:
    return text.count("c{") + text.count("c}") + text.count("// ,")


@pytest.mark.slow
@settings(max_examples=400)
@given(st.data())
def test_random_edits_of_random_files_mean_what_they_should(data: Any):
    document, edits = data.draw(DOCUMENTS), data.draw(EDITS)
    text = data.draw(GAPS) + data.draw(json5(document)) + data.draw(GAPS)
    expected = meant(document, edits)
    if expected is None:
        with pytest.raises(MappingFileError):
            apply_edits(text, edits)
        return
    assert value_of(apply_edits(text, edits)) == expected


@settings(max_examples=200)
@given(DOCUMENTS, EDITS, st.sampled_from([None, 2, "\t"]))
def test_random_edits_of_strict_json_give_strict_json(
    document: Any, edits: list[Edit], indent: Any
):
    expected = meant(document, edits)
    if expected is not None:
        text = json.dumps(document, indent=indent)
        assert json.loads(apply_edits(text, edits)) == expected


@settings(max_examples=200)
@given(st.data())
def test_adding_and_removing_leaves_the_text_as_it_was(data: Any):
    document = {RUN_AS: data.draw(st.dictionaries(NAMES, SCALARS, min_size=1, max_size=4))}
    text = data.draw(json5(document))
    added = apply_edits(text, [Edit(RUN_AS, "brand new", {"user_name": "x"})])
    assert comments(added) == comments(text)
    removed = apply_edits(added, [Edit(RUN_AS, "brand new", REMOVED)])
    assert value_of(removed) == document
    assert comments(removed) >= comments(text) - 1


@pytest.mark.slow
@settings(max_examples=200)
@given(st.data())
def test_lines_of_other_entries_stay_byte_for_byte(data: Any):
    newline = data.draw(st.sampled_from(["\n", "\r\n"]))
    names = [f"k{number}" for number in range(data.draw(st.integers(1, 6)))]
    tails = st.sampled_from([",", ", // c", " , /* c */", ",  "])
    heads = st.sampled_from(["", "// above", "/* a\n b */", ""])
    lines: dict[str, str] = {}
    text = "{" + newline + "run_as_mappings: {" + newline
    for name in names:
        above, lines[name] = data.draw(heads), f"  {name}: '{name}'{data.draw(tails)}"
        text += (f"  {above}{newline}" if above else "") + lines[name] + newline
    text += "  // end" + newline + "}," + newline + "}" + data.draw(st.sampled_from(["", newline]))
    doomed = data.draw(st.sets(st.sampled_from(names)))
    moved = data.draw(st.sets(st.sampled_from(names))) - doomed
    edits = [Edit(RUN_AS, name, REMOVED) for name in doomed]
    edits += [Edit(RUN_AS, name, "new") for name in moved] + [Edit(RUN_AS, "more", 1)]
    expected = text
    for name in doomed:
        expected = expected.replace(lines[name] + newline, "")
    for name in moved:
        expected = expected.replace(f"{name}: '{name}'", f"{name}: 'new'")
    edited = apply_edits(text, edits)
    left = [line for line in edited.split(newline) if "more" not in line]
    wanted = expected.split(newline)
    if len(doomed) < len(names):
        assert left == wanted
    assert edited.endswith(newline) == text.endswith(newline)
