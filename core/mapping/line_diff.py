"""Two texts line by line: what a save would change."""

from dataclasses import dataclass
from enum import StrEnum


class LineKind(StrEnum):
    """What became of a line. GAP stands for unchanged lines that are left out."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line. `old` and `new` are its numbers on either side, from 1; 0 where it is not.

    The text has no line end. That of a GAP says how many lines are left out.
    """

    kind: LineKind
    text: str
    old: int = 0
    new: int = 0


def line_diff(old: str, new: str) -> tuple[DiffLine, ...]:
    """Return the lines that differ, each with a few unchanged ones around it; none when equal."""
    raise NotImplementedError
