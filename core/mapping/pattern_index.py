"""Many patterns against one text at a time: which of ten thousand fit, without trying each."""

from collections.abc import Iterable, Iterator

from core.mapping.name_pattern import NamePattern

_ANY = "*"


class PatternIndex:
    """Finds the patterns that fit a text. They are known by their place in the given order.

    A pattern is only tried on a text that has the longest of its parts between stars somewhere.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = tuple(map(NamePattern, patterns))
        self._exact: dict[str, list[int]] = {}
        self._by_part: dict[str, list[int]] = {}
        for number, pattern in enumerate(self._patterns):
            is_exact = _ANY not in pattern.text
            part = max(pattern.text.split(_ANY), key=len)
            (self._exact if is_exact else self._by_part).setdefault(part, []).append(number)
        self._lengths = sorted({len(part) for part in self._by_part})

    def find(self, text: str) -> list[int]:
        """Return which patterns fit, in their order."""
        fitting = {n for n in self._candidates(text) if self._patterns[n].matches(text)}
        return sorted([*self._exact.get(text, ()), *fitting])

    def _candidates(self, text: str) -> Iterator[int]:
        for length in self._lengths:
            for at in range(len(text) - length + 1):
                yield from self._by_part.get(text[at : at + length], ())
                if not length:  # nothing but stars
                    break
