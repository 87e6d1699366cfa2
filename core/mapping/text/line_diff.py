"""Two texts line by line: what a save would change."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_AROUND = 3  # unchanged lines shown before and after each change
_MOST_PAIRS = 250_000  # of lines compared one by one; what takes more counts as replaced
_LINE = re.compile(r"[^\n\r]*(?:\r\n|[\n\r])|[^\n\r]+")


class LineKind(StrEnum):
    """What became of a line. GAP stands for unchanged lines that are left out."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line. `old` and `new` are its numbers on either side, from 1; 0 where it is not.

    The text has no line end; that of a GAP is how many lines are left out.
    """

    kind: LineKind
    text: str
    old: int = 0
    new: int = 0


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that are the same on both sides."""

    old: int
    new: int
    size: int


def line_diff(old: str, new: str) -> tuple[DiffLine, ...]:
    """Return the lines that differ, each with a few unchanged ones around it; none when equal."""
    lines = [*_all_lines(split_lines(old), split_lines(new))]
    if all(line.kind is LineKind.SAME for line in lines):
        return ()
    return tuple(_without_gaps(lines))


def split_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends."""
    return _LINE.findall(text)


def matching_blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield the runs of equal lines: where they begin on either side, and how many there are.

    Takes about as long as reading the lines, whatever is in them: lines that are there once on
    each side are matched first, and what then is between them, if it is little.
    """
    yield from ((one.old, one.new, one.size) for one in _joined(_blocks(old, new)))


def _all_lines(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffLine]:
    at_old = at_new = 0
    for start_old, start_new, size in [*matching_blocks(old, new), (len(old), len(new), 0)]:
        for number in range(at_old, start_old):
            yield DiffLine(LineKind.REMOVED, _plain(old[number]), old=number + 1)
        for number in range(at_new, start_new):
            yield DiffLine(LineKind.ADDED, _plain(new[number]), new=number + 1)
        for step in range(size):
            number, other = start_old + step, start_new + step
            yield DiffLine(LineKind.SAME, _plain(old[number]), number + 1, other + 1)
        at_old, at_new = start_old + size, start_new + size


def _plain(line: str) -> str:
    return line.rstrip("\r\n")


def _without_gaps(lines: Sequence[DiffLine]) -> Iterator[DiffLine]:
    """Leave out the unchanged lines that are far from any change."""
    changed = [number for number, line in enumerate(lines) if line.kind is not LineKind.SAME]
    shown = {near for number in changed for near in range(number - _AROUND, number + _AROUND + 1)}
    left_out = 0
    for number, line in enumerate(lines):
        if number not in shown:
            left_out += 1
            continue
        if left_out:
            yield DiffLine(LineKind.GAP, str(left_out))
            left_out = 0
        yield line
    if left_out:
        yield DiffLine(LineKind.GAP, str(left_out))


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[_Block]:
    """Yield runs of equal lines, in order: the beginning, what is between, and the end."""
    head = _equal_lines(old, new)
    tail = _equal_lines(old[head:][::-1], new[head:][::-1])
    if head:
        yield _Block(0, 0, head)
    end_old, end_new = len(old) - tail, len(new) - tail
    yield from _moved(_inner(old[head:end_old], new[head:end_new]), head, head)
    if tail:
        yield _Block(end_old, end_new, tail)


def _inner(old: Sequence[str], new: Sequence[str]) -> Iterator[_Block]:
    anchors = _longest_rising(_unique_pairs(old, new))
    at_old = at_new = 0
    for next_old, next_new in [*anchors, (len(old), len(new))]:
        gap_old, gap_new = old[at_old:next_old], new[at_new:next_new]
        yield from _moved(_compared(gap_old, gap_new), at_old, at_new)
        if next_old < len(old):
            yield _Block(next_old, next_new, 1)
        at_old, at_new = next_old + 1, next_new + 1


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[_Block]:
    """Compare lines one by one, if that does not take long."""
    head = _equal_lines(old, new)
    if head:
        yield _Block(0, 0, head)
    old, new = old[head:], new[head:]
    if len(old) * len(new) <= _MOST_PAIRS:
        for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
            if block.size:
                yield _Block(block.a + head, block.b + head, block.size)


def _equal_lines(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many lines are equal from the beginning on."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(old), len(new)))


def _moved(blocks: Iterator[_Block], old: int, new: int) -> Iterator[_Block]:
    return (_Block(block.old + old, block.new + new, block.size) for block in blocks)


def _joined(blocks: Iterator[_Block]) -> Iterator[_Block]:
    """Join runs that follow each other."""
    last: _Block | None = None
    for block in blocks:
        if last and (last.old + last.size, last.new + last.size) == (block.old, block.new):
            last = _Block(last.old, last.new, last.size + block.size)
            continue
        if last:
            yield last
        last = block
    if last:
        yield last


def _unique_pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the lines are that each side has once, in the order of the old side."""
    counts_old, counts_new = Counter(old), Counter(new)
    where = {line: number for number, line in enumerate(new)}
    return [
        (number, where[line])
        for number, line in enumerate(old)
        if counts_old[line] == 1 and counts_new[line] == 1
    ]


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest run of pairs in which the new side rises too (patience sorting)."""
    tops: list[int] = []  # the smallest end, on the new side, of a run of each length
    ends: list[int] = []  # the index of that pair
    before: list[int] = []
    for index, (_, new) in enumerate(pairs):
        length = bisect_left(tops, new)
        before.append(ends[length - 1] if length else -1)
        tops[length : length + 1] = [new]
        ends[length : length + 1] = [index]
    run: list[tuple[int, int]] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        run.append(pairs[index])
        index = before[index]
    return run[::-1]
