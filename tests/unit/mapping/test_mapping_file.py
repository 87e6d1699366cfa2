"""The mapping file, and how its mistakes are explained."""

import json
import time

import pytest

from core.errors import MappingFileError
from core.jobsettings.kinds import Kind
from core.jobsettings.principals import Principal
from core.mapping.mapping_file import (
    Mappings,
    PausePolicy,
    TargetId,
    parse_mappings,
    section_of,
)

PATH = "/Workspace/Shared/map.json"


def mappings(text: str | bytes) -> Mappings:
    return parse_mappings(text if isinstance(text, bytes) else text.encode(), PATH)


def refusal(text: str | bytes) -> str:
    with pytest.raises(MappingFileError) as caught:
        mappings(text)
    return str(caught.value)


def test_names_and_identities_are_read():
    result = mappings(
        """{
          // DEV name → PROD name
          compute_name_mappings: {
            cluster_name_mappings: {"etl dev": "etl prod", unknown: "etl prod",},
            warehouse_name_mappings: {'small': "large"}, /* one size up */
          },
          run_as_mappings: {
            "ana@dev.example": {service_principal_name: "1f0e"},
            default: {group_name: "jobs"},
          },
          pause_status: "new_paused",
        }"""
    )
    assert result.target_of(Kind.CLUSTER, "etl dev") == "etl prod"
    assert result.target_of(Kind.CLUSTER, "unknown") == "etl prod"
    assert result.target_of(Kind.WAREHOUSE, "small") == "large"
    assert result.target_of(Kind.WAREHOUSE, "etl dev") == "etl dev"
    assert result.target_of(Kind.JOB, "etl dev") == "etl dev"
    assert result.run_as["ana@dev.example"] == Principal("service_principal_name", "1f0e")
    assert result.run_as["default"] == Principal("group_name", "jobs")
    assert result.pause is PausePolicy.NEW_PAUSED
    assert result.warnings == ()


def test_an_empty_object_maps_nothing():
    result = mappings("{}")
    assert (result.path, result.run_as, result.pause) == (PATH, {}, PausePolicy.FROM_GIT)
    assert not any(result.names.values())


def test_a_byte_order_mark_is_no_harm():
    assert mappings(b"\xef\xbb\xbf{}") == mappings("{}")


@pytest.mark.parametrize("policy", PausePolicy)
def test_every_pause_policy_can_be_chosen(policy):
    assert mappings(f'{{"pause_status": "{policy}"}}').pause is policy


ONE_LINE = (
    '{"compute_name_mappings": {"cluster_name_mappings": {"bi-users-dev-cluster": "bi-users-prod",'
    ' "unknown": "etl-prod"} "warehouse_name_mappings": {"unknown": "etl-prod-warehouse-small"}}}'
)


def test_a_missing_comma_is_pointed_at():
    message = refusal(ONE_LINE)
    column = ONE_LINE.index("} ") + 2
    assert f"{PATH}: line 1, column {column}: a comma is missing here." in message
    _, line, caret = message.split("\n")
    assert line[: caret.index("^")].endswith('"unknown": "etl-prod"}')
    assert line[caret.index("^") :].startswith(' "warehouse_name_mappings"')


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_missing_comma_is_pointed_at_where_it_belongs_not_where_the_parser_stopped(end):
    lines = ["{", "  compute_name_mappings: {", "    cluster_name_mappings: {}", "", "", "}"]
    lines[4] = "    warehouse_name_mappings: {}}"
    message = refusal(end.join(lines))
    assert "line 3, column 30: a comma is missing here." in message
    assert message.split("\n")[1:3] == [f"  {lines[2]}", f"  {' ' * 29}^"]


@pytest.mark.parametrize("comment", ["// see wiki", "/* see wiki */", "// ends in }", '// "x"'])
def test_a_missing_comma_is_pointed_at_before_a_comment(comment):
    message = refusal(f'{{\n  "a": "b" {comment}\n  "c": "d"\n}}')
    assert "line 2, column 11: a comma is missing here." in message


@pytest.mark.parametrize(
    ("text", "column"), [("{a: 'b' 'c': 1}", 8), ("{a: 1 b: 2}", 6), ("{a: [] b: 2}", 7)]
)
def test_a_missing_comma_is_seen_after_every_kind_of_value(text, column):
    assert f"line 1, column {column}: a comma is missing here." in refusal(text)


@pytest.mark.parametrize(("text", "column"), [('{"a" "b"}', 5), ('{"a": "b", "c" {}}', 15)])
def test_a_missing_colon_is_pointed_at(text, column):
    assert f"line 1, column {column}: a colon is missing here." in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": nope}',
        '{"a": 12abc}',
        '{"a": "b"} x',
        '{"a": "\\x"}',
        '{"a": "b',
        '{"a": "b"',
        "{,}",
        '{"a": 1}}',
        "x",
        "}",
        '{"a": {"b": "c"}} "d"',
    ],
)
def test_other_mistakes_are_not_called_a_missing_mark(text):
    message = refusal(text)
    assert "is missing here" not in message
    assert f"{PATH}: line 1, column " in message
    assert message.endswith("^")


def test_a_text_that_does_not_end_on_its_line_is_explained_on_one_line():
    assert 'line 1, column 9: Unexpected end of the line.\n  {"a": "b\n' in refusal('{"a": "b\n"}')


def test_a_long_line_is_cut_to_the_surroundings():
    padding = " " * 300
    _, line, caret = refusal(f'{{"a": "b"{padding}"c": "d"{padding}}}').split("\n")
    assert len(line) < 130
    assert line[: caret.index("^")].strip() == '{"a": "b"'


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"run_as_mappings": {"x": {}, x: {}}}'])
def test_a_key_that_stands_twice_is_refused(text):
    assert "appears twice in one object" in refusal(text)


@pytest.mark.parametrize("text", ["", "  \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(text):
    assert "is empty. Write {}" in refusal(text)


@pytest.mark.parametrize(
    "content", ["{}".encode("utf-16"), '{"a": "é"}'.encode("latin-1"), "{é: 1}".encode("utf-16-le")]
)
def test_another_encoding_is_refused(content):
    assert "not UTF-8 text" in refusal(content)


def test_deep_nesting_is_refused():
    assert "nested too deeply" in refusal("{a:" * 10_000 + "1" + "}" * 10_000)


def test_a_number_of_many_digits_is_refused():
    assert "a number is too long" in refusal('{"pause_status": ' + "9" * 5000 + "}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "the file should be an object { … }, but it is a list"),
        ('"x"', "the file should be an object { … }, but it is a string"),
        ("null", "the file should be an object { … }, but it is null"),
        ("{compute_name_mappings: []}", "compute_name_mappings should be an object"),
        (
            '{compute_name_mappings: {cluster_name_mappings: "x"}}',
            "compute_name_mappings.cluster_name_mappings should be an object",
        ),
        (
            "{compute_name_mappings: {warehouse_name_mappings: null}}",
            "compute_name_mappings.warehouse_name_mappings should be an object",
        ),
        (
            "{compute_name_mappings: {cluster_name_mappings: {a: 1}}}",
            "cluster_name_mappings.a should be a name in quotes, or "
            '{"id": "…"}, but it is a number',
        ),
        (
            "{compute_name_mappings: {cluster_name_mappings: {a: ''}}}",
            "cluster_name_mappings.a should be a name in quotes, or "
            '{"id": "…"}, but it is a string',
        ),
        ("{run_as_mappings: true}", "run_as_mappings should be an object"),
        ("{run_as_mappings: {ana: 'bob'}}", "run_as_mappings.ana should be an object such as"),
        (
            "{run_as_mappings: {ana: {user_name: 'b', group_name: 'c'}}}",
            "with exactly one of user_name, service_principal_name or group_name",
        ),
        ("{run_as_mappings: {ana: {}}}", "run_as_mappings.ana should be"),
        ("{run_as_mappings: {ana: {user_name: ''}}}", "run_as_mappings.ana should be"),
        ("{run_as_mappings: {ana: {name: 'b'}}}", "run_as_mappings.ana should be"),
        (
            "{pause_status: 'PAUSED'}",
            "pause_status should be from_git or keep_target or new_paused, but it is a string",
        ),
        ("{pause_status: true}", "but it is true or false"),
        ("{pause_status: {}}", "but it is an object"),
    ],
)
def test_a_wrong_shape_is_named_with_its_place(text, expected):
    message = refusal(text)
    assert message.startswith(f"{PATH}: ")
    assert expected in message


def test_unknown_keys_are_warned_about():
    result = mappings("{cluster_names: {}, compute_name_mappings: {clusters: {}}}")
    first, second = result.warnings
    assert first.message.startswith("“cluster_names” is not a known key and is ignored.")
    assert "compute_name_mappings" in first.message
    assert second.message.startswith("“compute_name_mappings.clusters” is not a known key")
    assert "cluster_name_mappings" in second.message
    assert {issue.path for issue in result.warnings} == {f"{PATH}, line 1"}


def test_every_section_maps_the_names_of_its_kind():
    kinds = [kind for kind in Kind if section_of(kind)]
    assert Kind.CLUSTER in kinds
    assert Kind.JOB not in kinds
    for kind in kinds:
        section, key = section_of(kind).split(".")
        result = mappings(json.dumps({section: {key: {"there": "here"}}}))
        assert result.target_of(kind, "there") == "here"
        assert result.warnings == ()


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.section])
def test_an_object_of_every_kind_can_be_named_by_its_id(kind: Kind):
    section, key = section_of(kind).split(".")
    result = mappings(json.dumps({section: {key: {"there": {"id": "0706-1"}}}}))
    assert result.target_of(kind, "there") == TargetId("0706-1")
    assert result.has_ids


@pytest.mark.parametrize("entry", [{}, {"id": 7}, {"id": ""}, {"id": "1", "name": "x"}, [], None])
def test_any_other_entry_is_an_error_that_shows_both_ways(entry: object):
    text = json.dumps({"compute_name_mappings": {"cluster_name_mappings": {"a": entry}}})
    with pytest.raises(MappingFileError, match=r'a name in quotes, or {"id": "…"}'):
        mappings(text)


def test_only_what_stands_in_lists_can_be_dropped():
    text = "{resource_name_mappings: {notification_destinations: {unknown: null}}}"
    assert mappings(text).target_of(Kind.NOTIFICATION_DESTINATION, "unknown") is None
    for path in Kind.NOTIFICATION_DESTINATION.paths:
        assert "[]" in path.pattern


def test_a_mistake_in_a_very_long_file_is_found_at_once():
    lines = "".join(f'    "name {number}": "x",\n' for number in range(40_000))
    text = f"{{compute_name_mappings: {{cluster_name_mappings: {{\n{lines}}}}}}} }}"
    started = time.process_time()
    with pytest.raises(MappingFileError, match=r"line 40002, column 5: unexpected }") as refused:
        parse_mappings(text.encode(), "m.json")
    assert time.process_time() - started < 10  # half a second, on an idle machine
    assert (refused.value.line, refused.value.column) == (40002, 5)
