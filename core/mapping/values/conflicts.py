"""Rules that contradict each other: circles, chains, and several for the same value.

Each value is mapped once. Where a rule turns it into what another one replaces, that is a chain: to
map the result again would change it again. Rules that turn values into each other are a circle.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from core.jobsettings.table_names import read_part
from core.mapping.values.field_conflicts import (
    field_chains,
    field_key,
    field_links,
    field_ties,
)
from core.mapping.values.field_rules import json_key
from core.mapping.values.lookups import (
    CatalogNames,
    Indexed,
    fold,
    make_lookups,
    schema_key,
)
from core.mapping.values.path_rules import PathRule, PathRules, whole_path
from core.mapping.values.rules import ANYTHING, DEFAULT_ADDRESS, ValueRule, ValueSection, place_of
from core.mapping.values.schema_conflicts import schema_chains, schema_links

Doubt = tuple[int, str]
"""The position of a rule, and what is doubtful about it."""

Links = dict[int, int]
"""For each rule that makes what another one replaces, that other one; both as positions."""

Sections = Mapping[ValueSection, list[tuple[int, ValueRule]]]


def find_circle(rules: Sequence[ValueRule]) -> tuple[int, ...]:
    """Return the positions of rules each of which turns into what the next one replaces."""
    links = _links(_by_section(rules))
    seen: dict[int, int] = {}
    for start in links:
        way: list[int] = []
        at: int | None = start
        while at is not None and at not in seen:
            seen[at] = start
            way.append(at)
            at = links.get(at)
        if at is not None and seen[at] == start:
            return tuple(way[way.index(at) :])
    return ()


def find_doubts(rules: Sequence[ValueRule]) -> Iterator[Doubt]:
    """Yield what is doubtful without keeping the rules from being used."""
    for index, other in _chains(rules).items():
        yield (
            index,
            f"“{place_of(rules[index])}” makes a value that line {rules[other].line} replaces, "
            "but each value is mapped only once.",
        )
    for earlier, later in _repeated(rules):
        yield (
            earlier,
            f"“{place_of(rules[earlier])}” is for the same value as line {rules[later].line}, "
            "which wins because it comes later.",
        )


def _by_section(rules: Iterable[ValueRule]) -> Sections:
    found: dict[ValueSection, list[tuple[int, ValueRule]]] = {key: [] for key in ValueSection}
    for index, rule in enumerate(rules):
        found[rule.section].append((index, rule))
    return found


def _links(sections: Sections) -> Links:
    links: Links = {}
    for section, found in sections.items():
        match section:
            case ValueSection.PATHS:
                links |= _path_links(found)
            case ValueSection.SCHEMAS:
                links |= schema_links(_names(sections), found)
            case ValueSection.FIELDS:
                links |= field_links(found)
            case _:
                links |= _exact_links(found)
    return links


def _names(sections: Sections) -> CatalogNames:
    return CatalogNames(sections[ValueSection.CATALOGS], sections[ValueSection.SCHEMAS])


def _exact_links(rules: Indexed) -> Links:
    deciding = {_old_key(rule): (index, rule) for index, rule in rules}
    links = {}
    for index, rule in deciding.values():
        other, following = deciding.get(_new_key(rule), (index, rule))
        moves = _old_key(following) != _new_key(following)
        if other != index and moves and not _is_fallback(following):
            links[index] = other
    return links


def _is_fallback(rule: ValueRule) -> bool:
    return rule.section is ValueSection.EMAILS and rule.name == DEFAULT_ADDRESS


def _path_links(rules: Indexed) -> Links:
    paths = _paths(rules)
    links = {}
    for index, rule in rules:
        target = whole_path(rule.new)
        match = paths.find(target)
        if match and match.rule.index != index and paths.replace(target, match) != target:
            links[index] = match.rule.index
    return links


def _paths(rules: Indexed) -> PathRules:
    return PathRules(PathRule(index, rule.name, rule.new) for index, rule in rules)


def _old_key(rule: ValueRule) -> tuple[str, ...]:
    """Return what two rules share that are for the same value."""
    match rule.section:
        case ValueSection.PATHS:
            return (whole_path(rule.name),)
        case ValueSection.CATALOGS:
            return (fold(read_part(rule.name).name),)
        case ValueSection.SCHEMAS:
            return schema_key(rule.name)
        case ValueSection.EMAILS:
            return (fold(rule.name),)
        case ValueSection.PARAMETERS | ValueSection.TAGS:
            return (rule.name, "" if rule.old is ANYTHING else json_key(rule.old))
        case ValueSection.FIELDS:
            return field_key(rule)
        case _:
            return (rule.name,)


def _new_key(rule: ValueRule) -> tuple[str, ...]:
    """Return the key of the rule that would be for what a rule makes."""
    match rule.section:
        case ValueSection.CATALOGS:
            return (fold(read_part(rule.new).name),)
        case ValueSection.EMAILS:
            return (fold(rule.new),) if rule.new is not None else ()
        case ValueSection.PARAMETERS | ValueSection.TAGS:
            return (rule.name, json_key(rule.new))
        case _:
            return (rule.new,)


def _chains(rules: Sequence[ValueRule]) -> Links:
    sections = _by_section(rules)
    fields, schemas = sections[ValueSection.FIELDS], sections[ValueSection.SCHEMAS]
    return {
        **_links(sections),
        **_paths_below(sections[ValueSection.PATHS]),
        **schema_chains(_names(sections), sections[ValueSection.CATALOGS], schemas),
        **field_chains(fields, make_lookups(rules)),
    }


def _paths_below(rules: Indexed) -> Links:
    """Find rules for a part of what another one makes."""
    paths = _paths(rules)
    first: dict[str, int | None] = {}
    chains = {}
    for index, rule in rules:
        target = whole_path(rule.new)
        if target not in first:
            below = (other.index for other in paths.below(target) if _is_moving(other))
            first[target] = next(below, None)
        other = first[target]
        if other is not None and whole_path(rule.name) != target:
            chains[index] = other
    return chains


def _is_moving(rule: PathRule) -> bool:
    return whole_path(rule.source) != whole_path(rule.target)


def _repeated(rules: Sequence[ValueRule]) -> Iterator[tuple[int, int]]:
    """Yield pairs of an earlier rule and the later one that decides in its place."""
    by_key: dict[tuple[ValueSection, tuple[str, ...]], list[int]] = defaultdict(list)
    for index, rule in enumerate(rules):
        by_key[rule.section, _old_key(rule)].append(index)
    for indexes in by_key.values():
        *earlier, last = indexes
        for index in earlier:
            if _outcome(rules[index]) != _outcome(rules[last]):
                yield index, last
    yield from field_ties(_by_section(rules)[ValueSection.FIELDS])


def _outcome(rule: ValueRule) -> object:
    if rule.section is ValueSection.FIELDS:
        return json_key(rule.new)
    return whole_path(rule.new) if rule.section is ValueSection.PATHS else _new_key(rule)
