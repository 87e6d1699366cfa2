"""The rules of `fields`: the fields by their paths, and which rule decides about one."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.jobsettings.places import steps_of
from core.json_text import JsonDict
from core.mapping.mapped_value import MISSING
from core.mapping.pattern_index import PatternIndex
from core.mapping.values.rules import ANYTHING, ValueRule

EVERY = "*"
"""The step that stands for every element of a list."""


@dataclass(slots=True)
class FieldLevel:
    """One step of the paths: the rules that end here, and the steps below.

    `setters` have no old value, the best one first; `changers` are by their old value and
    `targets` by their new one.
    """

    below: "dict[str, FieldLevel]" = field(default_factory=dict)
    setters: list[int] = field(default_factory=list)
    changers: dict[str, list[int]] = field(default_factory=dict)
    targets: dict[str, list[int]] = field(default_factory=dict)
    adding: dict[str, None] = field(default_factory=dict)  # keys below that may be added, in order

    @property
    def has_rules(self) -> bool:
        """Whether a path ends here."""
        return bool(self.setters or self.changers)


Levels = tuple[FieldLevel, ...]
"""Where several paths lead to one place: those with `[*]` and those with the element's name."""


@dataclass(frozen=True, slots=True)
class FieldDecision:
    """What a field becomes, MISSING where it is removed, and the rules that are for it.

    `is_kept` is True where the value stays because the winner turns others into it.
    """

    value: Any
    winner: int
    matched: tuple[int, ...]
    is_kept: bool = False


class FieldRules:
    """The rules of one mapping file, compiled."""

    def __init__(self, rules: Iterable[tuple[int, ValueRule]]) -> None:
        self._rules = dict(rules)
        self._patterns = tuple({rule.jobs for rule in self._rules.values() if rule.jobs})
        self._index = PatternIndex(self._patterns)
        self._rank = {index: field_rank(index, rule) for index, rule in self._rules.items()}
        self._root = FieldLevel()
        for index in sorted(self._rules, key=self._rank.__getitem__):
            self._insert(index)

    def for_job(self, job_name: str) -> "JobFields":
        """Return the rules for a job of this name."""
        fitting = {"", *(self._patterns[number] for number in self._index.find(job_name))}
        return JobFields(self._rules, self._rank, self._root, fitting)

    def _insert(self, index: int) -> None:
        rule, level = self._rules[index], self._root
        steps = [step for step, _ in steps_of(rule.name)]
        for step in steps:
            parent, level = level, level.below.setdefault(step, FieldLevel())
        if rule.old is not ANYTHING:
            level.changers.setdefault(json_key(rule.old), []).append(index)
            level.targets.setdefault(json_key(_target(rule)), []).append(index)
            return
        level.setters.append(index)
        if rule.new is not None:
            parent.adding[steps[-1]] = None


def field_rank(index: int, rule: ValueRule) -> tuple[int, bool, int]:
    """Return what orders the rules of one place, the most special first, the later one first."""
    literal = sum(step != EVERY for step, _ in steps_of(rule.name))
    return -literal, not rule.jobs, -index


def json_key(value: Any) -> str:
    """Return a text that equal JSON values share; 1 and 1.0 are equal, true and 1 are not."""
    if value is MISSING:
        return ""
    if isinstance(value, list):
        return f"[{','.join(map(json_key, value))}]"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True)


def _target(rule: ValueRule) -> Any:
    return MISSING if rule.new is None else rule.new


class JobFields:
    """The rules as they are for one job; `fitting` are the patterns that its name fits."""

    def __init__(
        self,
        rules: dict[int, ValueRule],
        rank: dict[int, tuple[int, bool, int]],
        root: FieldLevel,
        fitting: Collection[str],
    ) -> None:
        self._rules = rules
        self._rank = rank
        self._fitting = fitting
        self._setters: dict[int, list[int]] = {}
        self.root: Levels = (root,) if root.below else ()

    def decide(
        self, levels: Levels, value: Any, *, is_element: bool = False
    ) -> FieldDecision | None:
        """Return what a field becomes that holds a value, or MISSING; None where no rule is for it.

        A value that others are turned into stays, unless a rule names it as the old value.
        """
        changers = self._meant(_under(levels, "changers", value))
        setters = [index for level in levels for index in self._setters_of(level)]
        candidates = [
            index for index in (*changers, *setters) if self._fits(index, value, is_element)
        ]
        winner = self._best(candidates)
        kept = self._best(self._meant(_under(levels, "targets", value)))
        if kept is not None and (winner is None or self._is_beaten(winner, kept)):
            return FieldDecision(value, kept, (kept, *candidates), is_kept=True)
        if winner is None:
            return None
        return FieldDecision(_target(self._rules[winner]), winner, tuple(candidates))

    def _best(self, indexes: Iterable[int]) -> int | None:
        return min(indexes, key=self._rank.__getitem__, default=None)

    def _is_beaten(self, winner: int, kept: int) -> bool:
        """Whether a rule for any value leaves alone what another one has made of it."""
        is_for_any = self._rules[winner].old is ANYTHING
        return is_for_any and self._rank[kept] < self._rank[winner]

    def _setters_of(self, level: FieldLevel) -> list[int]:
        if id(level) not in self._setters:
            self._setters[id(level)] = self._meant(level.setters)
        return self._setters[id(level)]

    def _fits(self, index: int, value: Any, is_element: bool) -> bool:
        """Whether a rule can be carried out.

        Nothing but a removal replaces an object. An element is removed by its value only: at its
        index there would be another one the next time.
        """
        rule = self._rules[index]
        if rule.new is None:
            is_by_value = rule.old is not ANYTHING and rule.name.endswith(f"[{EVERY}]")
            return value is not MISSING and (is_by_value or not is_element)
        return _is_leaf(value)

    def _meant(self, indexes: Sequence[int]) -> list[int]:
        return [index for index in indexes if self._rules[index].jobs in self._fitting]


def _under(levels: Levels, what: str, value: Any) -> list[int]:
    found: list[int] = []
    for level in levels if _is_leaf(value) else ():
        by_value: dict[str, list[int]] = getattr(level, what)
        if by_value:
            found += by_value.get(json_key(value), ())
    return found


def _is_leaf(value: Any) -> bool:
    """Whether a value may be replaced: a scalar, a list of scalars, or nothing."""
    if isinstance(value, list):
        return not any(isinstance(item, dict | list) for item in value)
    return not isinstance(value, dict)


def keys_below(levels: Levels, node: JsonDict) -> Iterator[tuple[str, Levels]]:
    """Yield the keys of an object that paths go on with, also those that it lacks."""
    found: dict[str, list[FieldLevel]] = {}
    for level in levels:
        fewer, more = (level.below, node) if len(level.below) <= len(node) else (node, level.below)
        for key in fewer:
            if key in more:
                found.setdefault(key, []).append(level.below[key])
        for key in level.adding:
            if key not in node:
                found.setdefault(key, []).append(level.below[key])
    for key, inner in found.items():
        yield key, tuple(inner)


def element_below(levels: Levels, key: str) -> Levels:
    """Return where the paths go on for the element of a list."""
    keys = (key, EVERY) if key != EVERY else (EVERY,)
    return tuple(level.below[step] for level in levels for step in keys if step in level.below)
