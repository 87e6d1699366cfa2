"""Which jobs belong here: the section `jobs` of the mapping file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.identity_names import fold_identity
from core.mapping.pattern_index import PatternIndex
from core.mapping.text.shapes import ShapeReader
from core.mapping.text.source import Node

JOBS = "jobs"
INCLUDE = f"{JOBS}.include"
EXCLUDE = f"{JOBS}.exclude"

_EXAMPLES = 'such as "sales*", "tag:team=data", "creator:ana@example.org" or "folder:sandbox"'
_BETWEEN = "\0"  # a tag's key and its value, where no star reaches over


class PatternKind(StrEnum):
    """What of a job a pattern is compared with; the value is what it begins with in the file."""

    NAME = ""
    TAG = "tag:"
    CREATOR = "creator:"
    FOLDER = "folder:"


_PREFIXED = tuple(kind for kind in PatternKind if kind)


@dataclass(frozen=True, slots=True)
class JobPattern:
    """One pattern as it is written; `*` stands for any characters. `line` from 1.

    `pattern` is what the texts of a side are compared with: see `JobSide.texts`. `section` is the
    list that holds it.
    """

    text: str
    kind: PatternKind
    pattern: str
    line: int = 0
    section: str = EXCLUDE


@dataclass(frozen=True, slots=True)
class JobSelection:
    """The jobs that belong here: those of any `include`, all without one, but no `exclude`.

    `include_line` is the line of `include`, 0 without one.
    """

    include: tuple[JobPattern, ...] = ()
    exclude: tuple[JobPattern, ...] = ()
    include_line: int = 0

    def __bool__(self) -> bool:
        return bool(self.include or self.exclude)

    def uses(self, kind: PatternKind) -> bool:
        """Whether a pattern is compared with this of a job."""
        return self.excludes(kind) or any(pattern.kind is kind for pattern in self.include)

    def excludes(self, kind: PatternKind) -> bool:
        """Whether a job can be excluded because of this."""
        return any(pattern.kind is kind for pattern in self.exclude)


@dataclass(frozen=True, slots=True)
class JobSide:
    """What the patterns see of a job in the workspace, or of its definition.

    `creator` is only known of a job, None otherwise; `folder` only of a file, below the
    definitions' folder, "" directly in it. A tag's value may be anything.
    """

    name: str
    tags: Mapping[str, Any] = field(default_factory=dict)
    creator: str | None = None
    folder: str | None = None

    def texts(self, kind: PatternKind) -> Iterator[str]:
        """Yield the texts that a pattern of a kind may fit."""
        match kind:
            case PatternKind.NAME:
                yield self.name
            case PatternKind.TAG:
                for key, value in self.tags.items():
                    yield f"{key}{_BETWEEN}{_plain(value)}"
            case PatternKind.CREATOR:
                if self.creator is not None:
                    yield fold_identity(self.creator)
            case PatternKind.FOLDER:
                yield from _with_parents(self.folder)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why a job does not belong here: the pattern that excludes it, or None: none includes it."""

    pattern: JobPattern | None
    line: int

    @property
    def place(self) -> str:
        """Return where the rule is."""
        return f"line {self.line} of the mapping file"

    @property
    def words(self) -> str:
        """Return the rule as a sentence."""
        if self.pattern is None:
            return f"Excluded: no pattern of “include” matches ({self.place})."
        return f"Excluded by “{self.pattern.text}” ({self.place})."


class Selector:
    """A selection, ready for many jobs."""

    def __init__(self, selection: JobSelection) -> None:
        self._selection = selection
        self._indexes = [
            (kind, patterns, PatternIndex(pattern.pattern for pattern in patterns))
            for kind in PatternKind
            if (patterns := [p for p in (*selection.include, *selection.exclude) if p.kind is kind])
        ]
        self._only_names = all(p.kind is PatternKind.NAME for p in selection.include)

    def find(self, side: JobSide) -> set[JobPattern]:
        """Return the patterns that fit a side."""
        return {
            patterns[number]
            for kind, patterns, index in self._indexes
            for text in side.texts(kind)
            for number in index.find(text)
        }

    def judge(self, fitting: Iterable[JobPattern]) -> Exclusion | None:
        """Return why a job is outside; None for one that belongs here.

        Args:
            fitting: the patterns that fit any side of the job.
        """
        fitting = tuple(fitting)
        excluding = [pattern for pattern in fitting if pattern.section == EXCLUDE]
        if excluding:
            first = min(excluding, key=lambda pattern: (pattern.line, pattern.text))
            return Exclusion(first, first.line)
        if self._selection.include and not fitting:
            return Exclusion(None, self._selection.include_line)
        return None

    def rule_for(self, *sides: JobSide) -> Exclusion | None:
        """Return why a job is outside, judging by all that is known of it."""
        return self.judge({pattern for side in sides for pattern in self.find(side)})

    def rule_for_name(self, name: str) -> Exclusion | None:
        """Return why a job of which only the name is known is outside, if the name says so."""
        rule = self.rule_for(JobSide(name))
        return rule if rule and (rule.pattern or self._only_names) else None


def parse_selection(reader: ShapeReader, node: Node | None) -> JobSelection:
    """Read `jobs`. Raises MappingFileError."""
    found = reader.object_at(node, JOBS)
    reader.warn_unknown(found, ("include", "exclude"), f"{JOBS}.")
    include, exclude = found.entry("include"), found.entry("exclude")
    return JobSelection(
        include=_patterns(reader, include.node if include else None, INCLUDE),
        exclude=_patterns(reader, exclude.node if exclude else None, EXCLUDE),
        include_line=reader.line_of(include.start) if include else 0,
    )


def explain_unused(pattern: JobPattern) -> str:
    """Say that a pattern fits nothing, and what may be wrong with it."""
    message = (
        f"“{pattern.text}” in {pattern.section} of the mapping file (line {pattern.line}) matches "
        "no job and no definition."
    )
    before, colon, _ = pattern.text.partition(":")
    if colon and pattern.kind is PatternKind.NAME and before.strip().isidentifier():
        known = ", ".join(_PREFIXED)
        message += f" It is compared with the names of jobs; what it may begin with is {known}."
    return message


def _patterns(reader: ShapeReader, node: Node | None, section: str) -> tuple[JobPattern, ...]:
    if node is None:
        return ()
    if node.items is None:
        raise reader.wrong_shape(node, section, f"a list of patterns in quotes, {_EXAMPLES}")
    return tuple(
        _pattern(reader, item, section, f"{section}[{number}]")
        for number, item in enumerate(node.items)
    )


def _pattern(reader: ShapeReader, node: Node, section: str, place: str) -> JobPattern:
    text = node.value
    if not isinstance(text, str):
        raise reader.wrong_shape(node, place, f"a pattern in quotes, {_EXAMPLES}")
    if not text.strip():
        raise reader.refuse(node, f"{place} is empty. Write a pattern, {_EXAMPLES}, or remove it.")
    kind = _kind_of(text)
    pattern = _compared(kind, text[len(kind) :])
    if pattern is None:
        expected = "a key, and a value if one is meant: tag:KEY or tag:KEY=VALUE"
        if kind is PatternKind.CREATOR:
            expected = "who created the job: creator:ana@example.org"
        raise reader.refuse(node, f"{place} is “{text}”, which lacks {expected}.")
    line = reader.line_of(node.start)
    reader.lines.setdefault((section, text), line)
    return JobPattern(text, kind, pattern, line, section)


def _kind_of(text: str) -> PatternKind:
    """Return the kind by what a pattern begins with, in upper or lower case."""
    return next((kind for kind in _PREFIXED if text.lower().startswith(kind)), PatternKind.NAME)


def _compared(kind: PatternKind, rest: str) -> str | None:
    """Return what the texts of a side are compared with; None when something is missing."""
    match kind:
        case PatternKind.NAME:
            return rest
        case PatternKind.TAG:
            key, equals, value = rest.partition("=")
            wanted = value.strip() if equals else "*"
            return f"{key.strip()}{_BETWEEN}{wanted}" if key.strip() else None
        case PatternKind.CREATOR:
            return fold_identity(rest.strip()) or None
        case PatternKind.FOLDER:
            return "/".join(part for part in rest.strip().split("/") if part not in ("", "."))


def _plain(value: Any) -> str:
    """Return a tag's value as people write it."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _with_parents(folder: str | None) -> Iterator[str]:
    """Yield a folder and all that it is in, up to the definitions' folder."""
    if folder is None:
        return
    yield folder
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        yield folder
