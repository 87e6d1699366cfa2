"""The definitions of Git with the values of this workspace, and what is odd about the rules."""

from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.mapping.mapped_definitions import MappedDefinitions
from core.mapping.mapped_value import MappedValue
from core.mapping.mapping_file import Mappings, parse_mappings
from tests.builders import job


def file_of(name: str, **fields) -> DefinitionFile:
    return DefinitionFile(f"{name}.json", Definition.pack(name, 1, "ana", job(name, **fields)), b"")


def mappings(values: str) -> Mappings:
    return parse_mappings(b"{value_mappings: {" + values.encode() + b"}}", "/m.json")


LOAD = file_of("load", tags={"env": "dev", "a": "b"})
OTHER = file_of("other", tags={"a": "b"})


def test_values_are_mapped_and_what_was_mapped_is_kept():
    definitions = MappedDefinitions([LOAD, OTHER], mappings('tags: {env: "prod"}'))
    assert definitions.settings_of(LOAD)["tags"] == {"env": "prod", "a": "b"}
    rule = ("value_mappings.tags", "env", 1)
    assert definitions.values_of(LOAD) == (MappedValue("tags.env", "dev", "prod", *rule),)
    assert definitions.settings_of(OTHER) == OTHER.definition.unpack_settings()
    assert definitions.values_of(OTHER) == ()
    assert LOAD.definition.unpack_settings()["tags"]["env"] == "dev"
    assert definitions.warnings() == ()
    assert list(definitions.uses()) == ["load.json"]


def test_settings_are_a_copy_each_time():
    definitions = MappedDefinitions([LOAD], mappings('tags: {env: "prod"}'))
    definitions.settings_of(LOAD)["tags"].clear()
    assert definitions.settings_of(LOAD)["tags"]["env"] == "prod"


def test_a_definition_that_is_in_no_file_is_mapped_as_well():
    definitions = MappedDefinitions([], mappings('tags: {env: "prod"}'))
    settings, mapped = definitions.map_again(LOAD.definition)
    assert settings["tags"]["env"] == "prod"
    assert [value.path for value in mapped] == ["tags.env"]


def test_without_rules_everything_is_as_in_git():
    definitions = MappedDefinitions([LOAD], Mappings())
    assert definitions.settings_of(LOAD) == LOAD.definition.unpack_settings()
    assert definitions.map_again(LOAD.definition) == (LOAD.definition.unpack_settings(), ())
    assert (definitions.values_of(LOAD), definitions.warnings()) == ((), ())
    assert MappedDefinitions().uses() == {}


def test_rules_for_nothing_are_named_with_their_line():
    definitions = MappedDefinitions([LOAD], mappings('tags: {env: "prod",\n team: "x"}'))
    (warning,) = definitions.warnings()
    assert "tags.team" in warning.message
    assert warning.path.endswith("line 2")


def test_many_rules_for_nothing_are_one_line():
    rules = ",\n".join(f't{number}: "x"' for number in range(1, 31))
    definitions = MappedDefinitions([LOAD], mappings(f"tags: {{{rules}}}"))
    (warning,) = definitions.warnings()
    assert warning.message == (
        "30 value mappings do not match any definition: lines "
        f"{', '.join(str(number) for number in range(1, 21))} and 10 more."
    )
