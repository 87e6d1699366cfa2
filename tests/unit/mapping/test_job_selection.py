"""The section `jobs` of the mapping file: which jobs belong here."""

import pytest

from core.errors import MappingFileError
from core.mapping.job_selection import JobSelection, JobSide, PatternKind, Selector, explain_unused
from core.mapping.mapping_file import Mappings, parse_mappings

PATH = "/Workspace/Shared/map.json"


def mappings(text: str) -> Mappings:
    return parse_mappings(text.encode(), PATH)


def selection(jobs: str) -> JobSelection:
    return mappings(f"{{jobs: {jobs}}}").selection


def refusal(text: str) -> str:
    with pytest.raises(MappingFileError) as caught:
        mappings(text)
    return str(caught.value)


def excludes(pattern: str, *sides: JobSide) -> bool:
    return Selector(selection(f'{{exclude: ["{pattern}"]}}')).rule_for(*sides) is not None


def test_every_kind_of_pattern_is_read_with_its_line():
    found = selection(
        """{
          include: ["sales*", "tag:team=data"],
          exclude: ["tmp*", "creator:ana@x.org", "folder:sandbox", "tag:env=dev*", "Tag: cost"],
        }"""
    )
    assert [pattern.kind for pattern in found.include] == [PatternKind.NAME, PatternKind.TAG]
    assert [(pattern.kind, pattern.line) for pattern in found.exclude] == [
        (PatternKind.NAME, 3),
        (PatternKind.CREATOR, 3),
        (PatternKind.FOLDER, 3),
        (PatternKind.TAG, 3),
        (PatternKind.TAG, 3),
    ]
    assert found.include_line == 2
    assert bool(found)


@pytest.mark.parametrize("text", ["{}", "{jobs: {}}", "{jobs: {include: [], exclude: []}}"])
def test_without_patterns_every_job_belongs_here(text):
    found = mappings(text).selection
    assert not found
    assert Selector(found).rule_for(JobSide("anything")) is None


def test_the_lines_of_the_patterns_are_known_by_section_and_text():
    lines = mappings('{\njobs: {\ninclude: ["a",\n"b"],\nexclude: ["a"]}}').lines
    assert lines["jobs.include", "a"] == 3
    assert lines["jobs.include", "b"] == 4
    assert lines["jobs.exclude", "a"] == 5


@pytest.mark.parametrize(
    ("pattern", "side", "fits"),
    [
        ("tmp*", JobSide("tmp_load"), True),
        ("tmp*", JobSide("Tmp_load"), False),
        ("owner:x", JobSide("owner:x"), True),
        ("tag:team", JobSide("a", {"team": "data"}), True),
        ("tag:team", JobSide("a", {"teams": "data"}), False),
        ("tag:team=", JobSide("a", {"team": ""}), True),
        ("tag:team=", JobSide("a", {"team": "data"}), False),
        ("tag:team=d*", JobSide("a", {"team": "data"}), True),
        ("tag:t*=data", JobSide("a", {"team": "data"}), True),
        ("tag:t*=data", JobSide("a", {"team": "x=data"}), False),
        ("tag:a=b=c", JobSide("a", {"a": "b=c"}), True),
        ("tag:n=1", JobSide("a", {"n": 1}), True),
        ("tag:n=true", JobSide("a", {"n": True}), True),
        ("tag:n=", JobSide("a", {"n": None}), True),
        ("tag:n=*1*", JobSide("a", {"n": {"deep": [1]}}), True),
        ("creator:Ana@X.org", JobSide("a", creator="ana@x.org"), True),
        ("creator:*@x.org", JobSide("a", creator="ana@x.org"), True),
        ("creator:*", JobSide("a"), False),
        ("folder:sandbox", JobSide("a", folder="sandbox"), True),
        ("folder:/sandbox/", JobSide("a", folder="sandbox/ana/x"), True),
        ("folder:sandbox", JobSide("a", folder="sandbox2"), False),
        ("folder:sandbox", JobSide("a", folder="x/sandbox"), False),
        ("folder:*/sandbox", JobSide("a", folder="x/sandbox/y"), True),
        ("folder:.", JobSide("a", folder=""), True),
        ("folder:", JobSide("a", folder=""), True),
        ("folder:.", JobSide("a", folder="x"), False),
        ("folder:*", JobSide("a"), False),
    ],
)
def test_a_pattern_fits(pattern, side, fits):
    assert excludes(pattern, side) is fits


def test_what_either_side_says_counts_for_both():
    job, definition = JobSide("tmp", creator="ana"), JobSide("load", folder="x")
    assert excludes("tmp", job, definition)
    assert excludes("load", job, definition)
    only = Selector(selection('{include: ["folder:x"], exclude: ["creator:bob"]}'))
    assert only.rule_for(job, definition) is None
    assert only.rule_for(job).words == (
        "Excluded: no pattern of “include” matches (line 1 of the mapping file)."
    )


def test_exclude_comes_before_include_and_names_its_first_pattern():
    found = selection('{\ninclude: ["*"],\nexclude: ["b*",\n"*"]}')
    rule = Selector(found).rule_for(JobSide("b"))
    assert rule.words == "Excluded by “b*” (line 3 of the mapping file)."


def test_a_name_alone_says_that_a_job_is_outside_unless_something_else_may_include_it():
    by_name = Selector(selection('{include: ["sales*"], exclude: ["*_old"]}'))
    assert by_name.rule_for_name("sales_old")
    assert by_name.rule_for_name("other")
    assert by_name.rule_for_name("sales") is None
    by_tag = Selector(selection('{include: ["tag:team"], exclude: ["*_old"]}'))
    assert by_tag.rule_for_name("sales_old")
    assert by_tag.rule_for_name("other") is None


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("{jobs: []}", "line 1, column 8", "jobs should be an object"),
        ('{jobs: "a"}', "line 1, column 8", "but it is a string"),
        ('{jobs: {\n exclude: "tmp*"}}', "line 2, column 11", "should be a list of patterns"),
        ("{jobs: {include: {}}}", "line 1, column 18", "jobs.include should be a list"),
        ("{jobs: {include: null}}", "line 1, column 18", "but it is null"),
        ('{jobs: {exclude: ["a",\n  7]}}', "line 2, column 3", "jobs.exclude[1] should be a"),
        ("{jobs: {exclude: [null]}}", "line 1, column 19", "but it is null"),
        ('{jobs: {exclude: [["a"]]}}', "line 1, column 19", "but it is a list"),
        ('{jobs: {exclude: [""]}}', "line 1, column 19", "jobs.exclude[0] is empty"),
        ('{jobs: {exclude: ["  "]}}', "line 1, column 19", "is empty"),
        ('{jobs: {exclude: ["tag:"]}}', "line 1, column 19", "tag:KEY or tag:KEY=VALUE"),
        ('{jobs: {exclude: ["tag: =x"]}}', "line 1, column 19", "lacks a key"),
        ('{jobs: {exclude: ["creator: "]}}', "line 1, column 19", "who created the job"),
    ],
)
def test_a_wrong_shape_is_refused_with_its_place(text, where, said):
    message = refusal(text)
    assert where in message
    assert said in message


def test_an_unknown_key_is_a_warning():
    (warning,) = mappings('{jobs: {exclued: ["a"]}}').warnings
    assert "“jobs.exclued” is not a known key" in warning.message


def test_a_pattern_that_fits_nothing_says_what_it_may_begin_with():
    plain, prefixed = selection('{exclude: ["tmp*", "owner:ana"]}').exclude
    assert explain_unused(plain) == (
        "“tmp*” in jobs.exclude of the mapping file (line 1) matches no job and no definition."
    )
    assert "tag:, creator:, folder:" in explain_unused(prefixed)


def test_no_pattern_takes_long():
    text = "*a" * 1_000 + "b"
    assert not excludes(text, JobSide("a" * 4_096))
    many = ", ".join(f'"*x{number}*"' for number in range(10_000))
    selector = Selector(selection(f"{{exclude: [{many}]}}"))
    assert selector.rule_for(JobSide("has x9999 in it"))


def test_a_workspace_that_only_exports_takes_nothing_but_the_selection():
    whole = mappings('{run_as_mappings: {a: {user_name: "b"}}, jobs: {exclude: ["x"]}}')
    only = whole.only_selection()
    assert only.selection == whole.selection
    assert only.run_as == {}
    assert only.lines == {("jobs.exclude", "x"): 1}
