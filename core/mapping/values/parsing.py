"""Reads `value_mappings` of the mapping file, and says what is wrong with a rule and where."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.errors import MappingFileError
from core.jobsettings.table_names import split_name
from core.mapping.text.shapes import ShapeReader
from core.mapping.text.source import Entry, Node
from core.mapping.values.conflicts import find_circle, find_doubts
from core.mapping.values.field_paths import problem_with_field
from core.mapping.values.rules import (
    ANYTHING,
    VALUE_MAPPINGS,
    ValueRule,
    ValueRules,
    ValueSection,
    place_of,
)

_NAMED = 'a text in quotes, or an object of old and new texts such as {"dev": "prod"}'
_FIELD = (
    "a value, a list of values, or an object such as {from: 1, to: 2} with to, and from and jobs "
    "where they are wanted; or a list of such objects"
)
_FIELD_KEYS = ("from", "to", "jobs")


def parse_value_rules(reader: ShapeReader, node: Node | None) -> ValueRules:
    """Read `value_mappings`. Raises MappingFileError."""
    found = reader.object_at(node, VALUE_MAPPINGS)
    reader.warn_unknown(found, tuple(ValueSection), f"{VALUE_MAPPINGS}.")
    parsed = [
        pair
        for entry in found.entries or ()
        if entry.key in set(ValueSection)
        for pair in _section(reader, ValueSection(entry.key), entry.node)
    ]
    rules = ValueRules(tuple(rule for _, rule in parsed))
    nodes = [node for node, _ in parsed]
    _refuse_circle(reader, nodes, rules)
    for index, message in sorted(find_doubts(rules.rules), key=lambda doubt: nodes[doubt[0]].start):
        reader.warn(nodes[index].start, message)
    return rules


Parsed = Iterator[tuple[Node, ValueRule]]
"""Rules with the nodes that say where they begin."""


def _section(reader: ShapeReader, section: ValueSection, node: Node) -> Parsed:
    for entry in reader.entries_at(node, section.place):
        _check_name(reader, section, entry)
        yield from _READERS[section](reader, section, entry)


def _check_name(reader: ShapeReader, section: ValueSection, entry: Entry) -> None:
    key = Node(entry.key, entry.start, entry.key_end)
    if not entry.key.strip():
        raise reader.refuse(key, f"{section.place} has an entry without a name.")
    problem = _NAME_PROBLEMS.get(section, _no_problem)(entry.key)
    if problem:
        raise reader.refuse(key, f"{section.place}.{entry.key}: {problem}")


def _no_problem(_: str) -> str:
    return ""


def _problem_with_catalog(name: str) -> str:
    is_one = len(split_name(name)) == 1
    return "" if is_one else "the name should be that of a catalog, a single part."


def _problem_with_schema(name: str) -> str:
    is_known = len(split_name(name)) in {1, 2}
    return "" if is_known else "the name should be SCHEMA or CATALOG.SCHEMA."


_NAME_PROBLEMS: Mapping[ValueSection, Callable[[str], str]] = {
    ValueSection.CATALOGS: _problem_with_catalog,
    ValueSection.SCHEMAS: _problem_with_schema,
    ValueSection.FIELDS: problem_with_field,
}


def _rule(
    reader: ShapeReader, section: ValueSection, entry: Entry, node: Node, **more: Any
) -> tuple[Node, ValueRule]:
    return node, ValueRule(section, entry.key, line=reader.line_of(node.start), **more)


def _key_node(entry: Entry) -> Node:
    return Node(entry.key, entry.start, entry.key_end)


def _texts(expected: str, *, is_name: bool = False) -> Callable[..., Parsed]:
    """Make the reader of a section whose entries are texts."""

    def read(reader: ShapeReader, section: ValueSection, entry: Entry) -> Parsed:
        place, value = f"{section.place}.{entry.key}", entry.node.value
        if not isinstance(value, str):
            raise reader.wrong_shape(entry.node, place, expected)
        if not value.strip() or (is_name and len(split_name(value)) != 1):
            raise reader.refuse(entry.node, f"{place} should be {expected}.")
        yield _rule(reader, section, entry, _key_node(entry), new=value)

    return read


def _emails(reader: ShapeReader, section: ValueSection, entry: Entry) -> Parsed:
    expected = "an address in quotes, or null to drop it"
    place, value = f"{section.place}.{entry.key}", entry.node.value
    if not isinstance(value, str | None):
        raise reader.wrong_shape(entry.node, place, expected)
    if value is not None and not value.strip():
        raise reader.refuse(entry.node, f"{place} should be {expected}.")
    yield _rule(reader, section, entry, _key_node(entry), new=value)


def _named(reader: ShapeReader, section: ValueSection, entry: Entry) -> Parsed:
    place, value = f"{section.place}.{entry.key}", entry.node.value
    if isinstance(value, str):
        yield _rule(reader, section, entry, _key_node(entry), new=value)
        return
    if not isinstance(value, dict):
        raise reader.wrong_shape(entry.node, place, _NAMED)
    if not value:
        raise reader.refuse(entry.node, f"{place} should be {_NAMED}, but the object is empty.")
    for inner in entry.node.entries or ():
        new = inner.node.value
        if not isinstance(new, str):
            raise reader.wrong_shape(inner.node, f"{place}: the new value", "a text in quotes")
        yield _rule(reader, section, entry, _key_node(inner), old=inner.key, new=new)


def _fields(reader: ShapeReader, section: ValueSection, entry: Entry) -> Parsed:
    place, node = f"{section.place}.{entry.key}", entry.node
    if node.entries is not None:
        yield _field(reader, section, entry, node)
    elif node.items and all(item.entries is not None for item in node.items):
        for item in node.items:
            yield _field(reader, section, entry, item)
    elif _is_value(node.value):
        yield _set(reader, section, entry, _key_node(entry), node)
    else:
        raise _wrong_value(reader, node, place, _FIELD)


def _field(
    reader: ShapeReader, section: ValueSection, entry: Entry, node: Node
) -> tuple[Node, ValueRule]:
    place = f"{section.place}.{entry.key}"
    for inner in node.entries or ():
        if inner.key not in _FIELD_KEYS:
            raise reader.refuse(
                _key_node(inner),
                f"{place} should be {_FIELD}, but it has “{inner.key}”.",
            )
    target, old = node.at("to"), node.at("from")
    if target is None:
        raise reader.refuse(node, f"{place} should say with `to` what the field becomes.")
    if not _is_value(target.value):
        raise _wrong_value(reader, target, f"{place}: to", "a value, a list of values, or null")
    return _set(
        reader,
        section,
        entry,
        node,
        target,
        old=_old(reader, old, place),
        jobs=_jobs(reader, node.at("jobs"), place),
    )


def _old(reader: ShapeReader, node: Node | None, place: str) -> Any:
    if node is None:
        return ANYTHING
    if node.value is None or not _is_value(node.value):
        raise _wrong_value(reader, node, f"{place}: from", "a value or a list of values")
    return node.value


def _jobs(reader: ShapeReader, node: Node | None, place: str) -> str:
    if node is None:
        return ""
    expected = "a pattern of job names in quotes, such as “nightly*”"
    if not isinstance(node.value, str):
        raise reader.wrong_shape(node, f"{place}: jobs", expected)
    if not node.value:
        raise reader.refuse(node, f"{place}: jobs should be {expected}.")
    return node.value


def _set(
    reader: ShapeReader,
    section: ValueSection,
    entry: Entry,
    node: Node,
    target: Node,
    **more: Any,
) -> tuple[Node, ValueRule]:
    problem = problem_with_field(entry.key, target.value, more.get("old", ANYTHING))
    if problem:
        raise reader.refuse(target, f"{section.place}.{entry.key}: {problem}")
    return _rule(reader, section, entry, node, new=target.value, **more)


def _is_value(value: Any) -> bool:
    if isinstance(value, list):
        return all(
            item is not None and _is_value(item) and not isinstance(item, list) for item in value
        )
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, dict)


def _wrong_value(reader: ShapeReader, node: Node, place: str, expected: str) -> MappingFileError:
    value = node.value
    if isinstance(value, float):
        return reader.refuse(node, f"{place} should be {expected}, but JSON has no such number.")
    return reader.wrong_shape(node, place, expected)


def _refuse_circle(reader: ShapeReader, nodes: list[Node], rules: ValueRules) -> None:
    circle = find_circle(rules.rules)
    if circle:
        first, *others = sorted(circle, key=lambda index: nodes[index].start)
        lines = ", ".join(str(rules.rules[index].line) for index in others)
        noun = "line" if len(others) == 1 else "lines"
        raise reader.refuse(
            nodes[first],
            f"{place_of(rules.rules[first])} goes in a circle with {noun} {lines}: "
            "each turns into what the next one replaces. Keep the one that is meant.",
        )


_READERS: Mapping[ValueSection, Callable[[ShapeReader, ValueSection, Entry], Parsed]] = {
    ValueSection.PATHS: _texts("a path in quotes"),
    ValueSection.CATALOGS: _texts("the name of a catalog in quotes", is_name=True),
    ValueSection.SCHEMAS: _texts(
        "the name of a schema in quotes, without its catalog", is_name=True
    ),
    ValueSection.PARAMETERS: _named,
    ValueSection.EMAILS: _emails,
    ValueSection.GIT_BRANCHES: _texts("the name of a branch in quotes"),
    ValueSection.GIT_URLS: _texts("the URL of a repository in quotes"),
    ValueSection.NODE_TYPES: _texts("a node type in quotes"),
    ValueSection.ZONES: _texts("a zone in quotes"),
    ValueSection.TAGS: _named,
    ValueSection.FIELDS: _fields,
}
