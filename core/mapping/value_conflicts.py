"""Rules that contradict each other: circles, chains, and several for the same value."""

from collections.abc import Iterator, Sequence

from core.mapping.value_rules import ValueRule

Doubt = tuple[int, str]
"""The position of a rule, and what is doubtful about it."""


def find_circle(rules: Sequence[ValueRule]) -> tuple[int, ...]:
    """Return the positions of rules each of which turns into what the next one replaces."""
    return ()


def find_doubts(rules: Sequence[ValueRule]) -> Iterator[Doubt]:
    """Yield what is doubtful without keeping the rules from being used."""
    yield from ()
