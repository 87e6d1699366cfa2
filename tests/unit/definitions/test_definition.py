"""What a job's file holds."""

import json

import pytest

from core.comparing.canonical import canonicalize
from core.comparing.diff import diff_settings
from core.definitions.definition import Definition, encode_definition, parse_definition
from core.definitions.other_json import OtherJson
from core.errors import InvalidDefinitionError
from core.jobsettings.references import find_references
from tests.builders import definition_text, job


def parsed(document) -> Definition:
    definition = parse_definition(json.dumps(document).encode())
    assert isinstance(definition, Definition)
    return definition


def parts(definition: Definition | OtherJson):
    assert isinstance(definition, Definition)
    name, source_id = definition.job_name, definition.source_job_id
    return name, source_id, definition.run_as_user_name, definition.unpack_settings()


def refusal(content: bytes) -> str:
    with pytest.raises(InvalidDefinitionError) as caught:
        parse_definition(content)
    return str(caught.value)


def test_a_written_definition_is_read_back():
    settings = job("Ümläut “x”", brand_new={"deep": [{"x": 1.5, "y": None}]})
    definition = Definition.pack("Ümläut “x”", 2**60, "ana@dev.example", settings)
    assert parts(parse_definition(encode_definition(definition))) == parts(definition)


def test_a_definition_without_an_identity_has_no_such_key():
    content = encode_definition(Definition.pack("load", None, "", job("load")))
    assert json.loads(content) == {"job_id": None, "settings": job("load")}


def test_equal_definitions_are_written_equally():
    one = Definition.pack("load", 1, "", {"name": "load", "tags": {"a": "1", "b": "2"}})
    two = Definition.pack("load", 1, "", {"tags": {"b": "2", "a": "1"}, "name": "load"})
    assert encode_definition(one) == encode_definition(two)


def test_a_byte_order_mark_is_no_harm():
    definition = parse_definition(b"\xef\xbb\xbf" + definition_text(job("load")))
    assert isinstance(definition, Definition)
    assert definition.job_name == "load"


@pytest.mark.parametrize(
    "document",
    [None, 1, "text", [], [{"settings": {}}], {}, {"settings": []}, {"settings": "x"}, {"a": 1}],
)
def test_json_of_another_shape_is_no_definition(document):
    assert isinstance(parse_definition(json.dumps(document).encode()), OtherJson)


@pytest.mark.parametrize("name", [None, "", "  ", 7, ["load"], {"a": 1}])
def test_a_definition_needs_a_name(name):
    assert "no job name" in refusal(json.dumps({"settings": {"name": name, "tasks": []}}).encode())


def test_a_definition_without_the_field_has_no_name():
    assert "no job name" in refusal(b'{"settings": {"tasks": []}}')


def test_a_name_longer_than_the_api_allows_is_refused():
    assert parsed({"settings": {"name": "é" * 2048, "tasks": []}}).job_name == "é" * 2048
    assert "4096 bytes" in refusal(
        json.dumps({"settings": {"name": "é" * 2048 + "x", "tasks": []}}).encode()
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (17, 17),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        (10**30, None),
        (0, None),
        (-1, None),
        ("17", 17),
        ("9007199254740993", 9_007_199_254_740_993),
        ("9" * 20, None),
        ("٣", None),
        ("-1", None),
        ("1.0", None),
        ("", None),
        (1.5, None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_a_source_id_is_a_whole_number_or_missing(value, expected):
    assert (
        parsed({"job_id": value, "settings": {"name": "x", "tasks": []}}).source_job_id == expected
    )


def test_an_identity_that_is_no_text_is_none():
    assert (
        parsed({"run_as_user_name": 5, "settings": {"name": "x", "tasks": []}}).run_as_user_name
        == ""
    )


@pytest.mark.parametrize("content", [b"", b" \n\t", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(content):
    assert "is empty" in refusal(content)


@pytest.mark.parametrize("content", ["{}".encode("utf-16"), b'{"a": "\xff"}'])
def test_a_file_in_another_encoding_is_refused(content):
    assert "not UTF-8 text (byte " in refusal(content)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_merge_conflict_markers_are_named(end):
    lines = ["{", "<<<<<<< HEAD", '"a": 1', "=======", '"a": 2', ">>>>>>> main", "}"]
    assert "merge-conflict markers" in refusal(end.join(lines).encode())


def test_a_text_that_holds_a_line_separator_is_no_conflict():
    text = "see\u2028<<<<<<< HEAD"  # U+2028 may stand in a JSON string as it is
    definition = Definition.pack("load", 1, "", {"name": "load", "description": text})
    assert parts(parse_definition(encode_definition(definition))) == parts(definition)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"{ not json", "Line 1, column 3"),
        (b'{"settings": {"name": "x",}}', "Line 1, column"),
        (b'{"job_id": 1, "job_id": 2, "settings": {"name": "x"}}', "“job_id” appears twice"),
        (b'{"settings": {"name": "x", "timeout_seconds": NaN}}', "NaN is not JSON"),
        (b'{"job_id": ' + b"9" * 5000 + b"}", "too long"),
        (b"[" * 10_000 + b"]" * 10_000, "nested too deeply"),
    ],
)
def test_invalid_json_is_refused_with_the_reason(content, expected):
    assert expected in refusal(content)


@pytest.mark.parametrize("levels", [150, 300, 450, 900])
@pytest.mark.parametrize(("open_", "close"), [("[", "]"), ('{"a":', "}")])
def test_what_can_be_read_can_be_worked_with(levels, open_, close):
    deep = open_ * levels + "1" + close * levels
    content = f'{{"settings": {{"name": "x", "tasks": {deep}}}}}'.encode()
    try:
        definition = parse_definition(content)
    except InvalidDefinitionError as error:
        assert "nested too deeply" in str(error)
        return
    assert definition is not None
    canonicalize(definition.unpack_settings())
    find_references(definition.unpack_settings())
    assert not diff_settings(definition.unpack_settings(), definition.unpack_settings())
    assert parts(parse_definition(encode_definition(definition))) == parts(definition)


def test_json_of_another_shape_may_be_deep():
    assert isinstance(parse_definition(b"[" * 200 + b"]" * 200), OtherJson)


@pytest.mark.parametrize("key", ["compute_name_mappings", "run_as_mappings"])
def test_a_mapping_file_is_no_definition_although_it_is_no_json(key):
    found = parse_definition(f"{{ {key}: {{}}, // none yet\n}}".encode())
    assert isinstance(found, OtherJson)
    assert "mapping file" in found.problem


def test_a_definition_that_speaks_of_mappings_stays_a_definition():
    settings = job("load", description="see run_as_mappings: there")
    definition = parse_definition(definition_text(settings))
    assert definition is not None
    assert definition.unpack_settings() == settings
