"""Rules of `fields` that make what others replace, or that only their order ranks."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice

from core.jobsettings.places import steps_of
from core.jobsettings.tree import PathTree
from core.jobsettings.value_places import Form, FoundValue, ValuePlace, places_tree
from core.mapping.name_pattern import NamePattern
from core.mapping.values.field_rules import EVERY, field_rank, json_key
from core.mapping.values.lookups import Indexed, Lookup
from core.mapping.values.rules import ANYTHING, ValueRule

_MOST_COMPARED = 20  # rules for the same kind of field that one rule is compared with

_Shape = tuple[str, ...]
"""The steps of a path with `[*]` for all elements: rules of another shape are for other fields."""


def field_key(rule: ValueRule) -> tuple[str, ...]:
    """Return what two rules share that are for the same value of the same field and jobs."""
    return (rule.name, rule.jobs, "" if rule.old is ANYTHING else json_key(rule.old))


def field_links(rules: Indexed) -> dict[int, int]:
    """Link rules for the same field and jobs to those for their results."""
    deciding = {field_key(rule): (index, rule) for index, rule in rules}
    links = {}
    for index, rule in deciding.values():
        following = deciding.get((rule.name, rule.jobs, json_key(rule.new)), (index, rule))
        if following[0] != index and _moves(following[1]):
            links[index] = following[0]
    return links


def _moves(rule: ValueRule) -> bool:
    return json_key(rule.new) != json_key(rule.old)


def field_chains(rules: Indexed, lookups: Mapping[Form, Lookup]) -> dict[int, int]:
    """Find rules that make what others replace, for fields that both may be for."""
    by_old: dict[tuple[_Shape, str], list[_Field]] = defaultdict(list)
    fields = [_Field(index, rule) for index, rule in rules]
    for field in fields:
        if field.rule.old is not ANYTHING and _moves(field.rule):
            by_old[field.shape, json_key(field.rule.old)].append(field)
    chains = {}
    for field in fields:
        following = by_old.get((field.shape, json_key(field.rule.new)), ())
        for other in islice(following, _MOST_COMPARED):
            if _goes_on(field, other):
                chains[field.index] = other.index
                break
    return chains | _chains_into_sections(rules, lookups)


def _goes_on(field: "_Field", following: "_Field") -> bool:
    """Whether what a rule made is replaced by the other one; a set value is set again."""
    is_first = field.rule.old is not ANYTHING or following.rank < field.rank
    return field.index != following.index and is_first and field.may_meet(following)


def _chains_into_sections(rules: Indexed, lookups: Mapping[Form, Lookup]) -> dict[int, int]:
    """Find rules that make what an entry of another section replaces."""
    tree = places_tree(lookups.keys())
    chains = {}
    for index, rule in rules:
        if rule.old is ANYTHING or not isinstance(rule.new, str):
            continue
        found = _found_at(tree, rule)
        replacement = lookups[found.leaf.form].replace(found) if found else None
        if replacement and replacement.value != rule.new and not replacement.is_fallback:
            chains[index] = replacement.won[-1]
    return chains


def _found_at(tree: PathTree[ValuePlace], rule: ValueRule) -> FoundValue | None:
    """Return what a rule makes, as a walk finds it."""
    level: PathTree[ValuePlace] | None = tree
    steps = steps_of(rule.name)
    for step, is_element in steps:
        inner = level.children.get("[]") if level and is_element else None
        level = inner or (level.child(step) if level else None)
    if level is None or not level.leaves:
        return None
    leaf = level.leaves[0]
    holder = {leaf.name_field: steps[-2][0]} if leaf.name_field else {}
    return FoundValue((None, steps[-1][0], None), rule.new, leaf, holder)


def field_ties(rules: Indexed) -> Iterator[tuple[int, int]]:
    """Yield pairs of an earlier and a later rule of which only the order says which one decides."""
    groups: dict[tuple[object, ...], list[_Field]] = defaultdict(list)
    for field in (_Field(index, rule) for index, rule in rules):
        old = "" if field.rule.old is ANYTHING else json_key(field.rule.old)
        groups[field.shape, field.rank[:2], old].append(field)
    for group in groups.values():
        for at, field in enumerate(group):
            for later in group[at + 1 : at + 1 + _MOST_COMPARED]:
                if _is_tie(field, later):
                    yield field.index, later.index
                    break


def _is_tie(field: "_Field", later: "_Field") -> bool:
    """Whether the order decides. Equal fields and jobs are repetitions, found elsewhere."""
    one, two = field.rule, later.rule
    is_repeated = (one.name, one.jobs) == (two.name, two.jobs)
    return not is_repeated and field.may_meet(later) and json_key(one.new) != json_key(two.new)


class _Field:
    """A rule, taken apart once to be compared with several others."""

    def __init__(self, index: int, rule: ValueRule) -> None:
        self.index = index
        self.rule = rule
        self.rank = field_rank(index, rule)
        steps = steps_of(rule.name)
        self.steps = [step for step, _ in steps]
        self.shape: _Shape = tuple(EVERY if is_element else step for step, is_element in steps)

    def may_meet(self, other: "_Field") -> bool:
        """Whether both may be for the same field of the same job; their shapes are the same."""
        pairs = zip(self.steps, other.steps, strict=True)
        is_same = all(one == two or EVERY in {one, two} for one, two in pairs)
        if not is_same or not self.rule.jobs or not other.rule.jobs:
            return is_same
        return NamePattern(self.rule.jobs).meets(NamePattern(other.rule.jobs))
