"""What is odd about the value mappings, judged over all definitions: a few lines, however many."""

from collections.abc import Collection, Iterable

from core.errors import Issue
from core.mapping.values.mapper import Applied, RuleState, rule_states, rule_warnings
from core.mapping.values.rules import ValueRules

_MOST_SINGLE = 5
_MOST_LINES = 20
_SUMMARY = {
    RuleState.UNUSED: "value mappings do not match any definition",
    RuleState.SHADOWED: "value mappings never decide, because other entries always do",
}


def note_rules(rules: ValueRules, uses: Collection[Applied], path: str) -> tuple[Issue, ...]:
    """Return a warning for each rule that is for nothing; many of one kind are summed up.

    Args:
        uses: what the rules did to all definitions.
        path: the mapping file.
    """
    states = rule_states(rules, uses)
    if sum(state in _SUMMARY for state in states) <= _MOST_SINGLE:
        return rule_warnings(rules, uses, path)
    lines = {
        state: [
            rule.line for rule, found in zip(rules.rules, states, strict=True) if found is state
        ]
        for state in _SUMMARY
    }
    return tuple(
        Issue(f"{len(found):,} {_SUMMARY[state]}: {_listed(found)}.", path)
        for state, found in lines.items()
        if found
    )


def _listed(lines: Iterable[int]) -> str:
    found = sorted(set(lines))
    more = f" and {len(found) - _MOST_LINES:,} more" if len(found) > _MOST_LINES else ""
    noun = "line" if len(found) == 1 else "lines"
    return f"{noun} {', '.join(map(str, found[:_MOST_LINES]))}{more}"
