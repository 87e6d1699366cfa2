"""Which entries of `value_mappings` decide something, and in which definitions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from core.definitions.definition import Definition
from core.mapping.values.mapper import Applied, RuleState, ValueMapper, rule_states
from core.mapping.values.rules import VALUE_MAPPINGS, ValueRules, ValueSection


@dataclass(frozen=True, slots=True)
class ValueUse:
    """One entry: the names of the definitions in which it decides, sorted; `states` are those of
    its rules."""

    section: str
    name: str
    jobs: tuple[str, ...]
    states: frozenset[RuleState]

    @property
    def state(self) -> RuleState:
        """Return what there is to say of all its rules together."""
        for state in (RuleState.FINE, RuleState.SHADOWED):
            if state in self.states:
                return state
        return RuleState.UNUSED


@dataclass(slots=True)
class _Gathered:
    jobs: set[str] = field(default_factory=set)
    states: set[RuleState] = field(default_factory=set)


def find_value_uses(rules: ValueRules, definitions: Iterable[Definition]) -> tuple[ValueUse, ...]:
    """Return the use of each entry, in the order of the file."""
    if not rules:
        return ()
    mapper = ValueMapper(rules)
    uses: list[Applied] = []
    won: dict[int, set[str]] = {}
    for definition in definitions:
        applied = mapper.apply(definition.unpack_settings(), definition.job_name)
        uses.append(Applied({}, won=applied.won, matched=applied.matched))
        for number in applied.won:
            won.setdefault(number, set()).add(definition.job_name)
    gathered: dict[tuple[str, str], _Gathered] = {}
    for number, state in enumerate(rule_states(rules, uses)):
        rule = rules.rules[number]
        entry = gathered.setdefault((rule.section.place, rule.name), _Gathered())
        entry.jobs |= won.get(number, set())
        entry.states.add(state)
    return tuple(
        ValueUse(section, name, tuple(sorted(entry.jobs)), frozenset(entry.states))
        for (section, name), entry in gathered.items()
    )


def raw_entries(document: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield section, name and value of each entry of a file that was read without a mistake."""
    sections = document.get(VALUE_MAPPINGS, {})
    for section in ValueSection:
        for name, value in sections.get(section, {}).items():
            yield section.place, name, value
