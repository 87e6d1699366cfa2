"""Applies the rules of `value_mappings` to the settings of a definition."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from core.errors import Issue
from core.jobsettings.places import written
from core.jobsettings.value_places import FoundValue, find_values, places_tree
from core.json_text import JobSettings
from core.mapping.mapped_value import MappedValue
from core.mapping.values.field_rules import (
    FieldRules,
)
from core.mapping.values.lookups import FORMS, make_lookups, name_in_table, path_in
from core.mapping.values.rules import DEFAULT_ADDRESS, ValueRule, ValueRules, ValueSection, place_of
from core.mapping.values.walk import ValueWalk


@dataclass(frozen=True, slots=True)
class Applied:
    """Settings with the values of this workspace.

    `mapped` are the values that changed. One that two rules changed, such as the name of a table,
    is there twice, once for each rule, both times with the whole value. `won` are the positions of
    the rules that decided about a place, also where the value stayed; `matched` those that would
    have decided if no more special rule had.
    """

    settings: JobSettings
    mapped: tuple[MappedValue, ...] = ()
    won: frozenset[int] = frozenset()
    matched: frozenset[int] = frozenset()


class ValueMapper:
    """The rules of a mapping file, compiled once for all definitions."""

    def __init__(self, rules: ValueRules) -> None:
        self._rules = rules.rules
        self._lookups = make_lookups(rules.rules, rules.dashboards)
        self._tree = places_tree(self._lookups.keys())
        self._fields = FieldRules(
            (index, rule)
            for index, rule in enumerate(rules.rules)
            if rule.section is ValueSection.FIELDS
        )

    def apply(self, settings: JobSettings, job_name: str) -> Applied:
        """Return the settings with the values of this workspace.

        What no rule changes is shared with the original, not copied.
        """
        if not self._rules:
            return Applied(settings)
        fields = self._fields.for_job(job_name)
        walk = ValueWalk(self._rules, self._lookups, fields, settings.get("git_source") is not None)
        result = walk.walk_object(settings, self._tree, fields.root, None)
        return Applied(result, tuple(walk.mapped), frozenset(walk.won), frozenset(walk.matched))


class RuleState(StrEnum):
    """What has become of a rule over all definitions."""

    FINE = "fine"
    UNUSED = "unused"
    SHADOWED = "shadowed"


def rule_states(rules: ValueRules, uses: Iterable[Applied]) -> tuple[RuleState, ...]:
    """Return the state of each rule, in their order.

    Args:
        uses: what the rules did to all definitions.
    """
    won: set[int] = set()
    matched: set[int] = set()
    for applied in uses:
        won |= applied.won
        matched |= applied.matched
    return tuple(_state(index, rule, won, matched) for index, rule in enumerate(rules.rules))


def _state(index: int, rule: ValueRule, won: set[int], matched: set[int]) -> RuleState:
    if index not in matched:
        return RuleState.UNUSED
    is_default = rule.section is ValueSection.EMAILS and rule.name == DEFAULT_ADDRESS
    return RuleState.FINE if index in won or is_default else RuleState.SHADOWED


_STATE_WORDS = {
    RuleState.UNUSED: "does not match any definition",
    RuleState.SHADOWED: "never decides, because a more special or later entry always does",
}


def rule_warnings(rules: ValueRules, uses: Iterable[Applied], path: str = "") -> tuple[Issue, ...]:
    """Return a warning for each rule that is for nothing, or that others always beat.

    Args:
        uses: what the rules did to all definitions.
        path: the mapping file.
    """
    states = zip(rules.rules, rule_states(rules, uses), strict=True)
    return tuple(
        Issue(f"“{place_of(rule)}” {_STATE_WORDS[state]}.", f"{path}, line {rule.line}")
        for rule, state in states
        if state in _STATE_WORDS
    )


class SectionValue(NamedTuple):
    """A value that a rule of a section may be for; `name` is what the key of the rule would be."""

    path: str
    name: str
    value: str


def values_at(settings: JobSettings, section: ValueSection) -> Iterator[SectionValue]:
    """Yield the values that rules of a section may be for, none of `fields`."""
    for found in find_values(settings, places_tree(FORMS[section])):
        name = _rule_name(found, section)
        if name:
            yield SectionValue(written(found.place), name, found.value)


def _rule_name(found: FoundValue, section: ValueSection) -> str:
    if section in {ValueSection.PARAMETERS, ValueSection.TAGS}:
        return found.name
    if section is ValueSection.PATHS:
        return path_in(found)
    if section in {ValueSection.CATALOGS, ValueSection.SCHEMAS}:
        return name_in_table(found, section)
    return found.value
