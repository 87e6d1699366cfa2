"""Which jobs belong here: the section `jobs` of the mapping file."""

from dataclasses import dataclass
from enum import StrEnum

from core.mapping.shapes import ShapeReader
from core.mapping.source import Node

JOBS = "jobs"


class PatternKind(StrEnum):
    """What of a job a pattern is compared with; the value is what it begins with in the file."""

    NAME = ""
    TAG = "tag:"
    CREATOR = "creator:"
    FOLDER = "folder:"


@dataclass(frozen=True, slots=True)
class JobPattern:
    """One pattern as it is written; `*` stands for any characters. `line` from 1."""

    text: str
    kind: PatternKind
    pattern: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class JobSelection:
    """The jobs that belong here: those of any `include`, all without one, but no `exclude`."""

    include: tuple[JobPattern, ...] = ()
    exclude: tuple[JobPattern, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.include or self.exclude)


def parse_selection(reader: ShapeReader, node: Node | None) -> JobSelection:
    """Read `jobs`. Raises MappingFileError."""
    reader.object_at(node, JOBS)
    return JobSelection()
