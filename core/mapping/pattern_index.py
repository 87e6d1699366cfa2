"""Many patterns against one text at a time: which of ten thousand fit, without trying each."""

from collections.abc import Iterable, Iterator, Sequence

from core.mapping.name_pattern import NamePattern

_ANY = "*"


class PatternIndex:
    """Finds the patterns that fit a text. They are known by their place in the given order.

    A pattern is looked for by the text before its first star, or else by the text behind its last
    one; only those that begin and end with a star are tried one by one.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = tuple(map(NamePattern, patterns))
        self._exact: dict[str, list[int]] = {}
        self._by_start: dict[str, list[int]] = {}
        self._by_end: dict[str, list[int]] = {}
        self._others: list[int] = []
        for number, pattern in enumerate(self._patterns):
            self._group(pattern.text).append(number)
        self._starts = sorted({len(start) for start in self._by_start})
        self._ends = sorted({len(end) for end in self._by_end})

    def find(self, text: str) -> list[int]:
        """Return which patterns fit, in their order."""
        fitting = (n for n in self._candidates(text) if self._patterns[n].matches(text))
        return sorted([*self._exact.get(text, ()), *fitting])

    def _group(self, text: str) -> list[int]:
        """Return the list that a pattern belongs to."""
        if _ANY not in text:
            return self._exact.setdefault(text, [])
        start, end = text.partition(_ANY)[0], text.rpartition(_ANY)[2]
        if start:
            return self._by_start.setdefault(start, [])
        return self._by_end.setdefault(end, []) if end else self._others

    def _candidates(self, text: str) -> Iterator[int]:
        for length in _up_to(self._starts, len(text)):
            yield from self._by_start.get(text[:length], ())
        for length in _up_to(self._ends, len(text)):
            yield from self._by_end.get(text[-length:], ())
        yield from self._others


def _up_to(lengths: Sequence[int], longest: int) -> Iterator[int]:
    for length in lengths:
        if length > longest:
            return
        yield length
