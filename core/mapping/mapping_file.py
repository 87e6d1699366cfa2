"""The mapping file: which name here each name of the source workspace maps to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import json5

from core.definitions.stand_ins import find_stand_in
from core.errors import InvalidDefinitionError, Issue, MappingFileError
from core.jobsettings.kinds import Kind, Section
from core.jobsettings.permissions import PERMISSIONS
from core.jobsettings.principals import Principal, principal_from_json
from core.mapping.job_selection import EXCLUDE, INCLUDE, JOBS, JobSelection, parse_selection
from core.mapping.permission_policy import PermissionPolicy, parse_permission_policy
from core.mapping.text.shapes import ShapeReader
from core.mapping.text.source import Node, Source, SourceError, parse_source
from core.mapping.values.parsing import parse_value_rules
from core.mapping.values.rules import VALUE_MAPPINGS, ValueRules

DEFAULT = "default"

RUN_AS_SECTION = "run_as_mappings"
PAUSE_SECTION = "pause_status"

# Jobs hold these in lists only, so one of them can be left out.
DROPPABLE = frozenset({Kind.NOTIFICATION_DESTINATION})

_SECTIONS: Mapping[Kind, Section] = {kind: kind.section for kind in Kind if kind.section}
_GROUPS = tuple(dict.fromkeys(section.group for section in _SECTIONS.values()))
_JSON5_ERROR = re.compile(r"<string>:(\d+) (.*) at column (\d+)", re.DOTALL)
_TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|(?P<code>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[\w$.+-]+|\S)""", re.DOTALL
)
_BEGINS = re.compile(r"""["'{\[\w$]""")  # the first character of a key or a value
_ENDS = re.compile(r"""".*"|'.*'|[\w$.+-]+|[}\]]""", re.DOTALL)  # the whole of a key or a value
_MOST_EXPLAINED = 100_000  # characters: two seconds
_SHOWN = 60  # characters of the line shown on either side of an error


class PausePolicy(StrEnum):
    """Who decides whether an imported job's schedule or trigger is active."""

    FROM_GIT = "from_git"
    KEEP_TARGET = "keep_target"
    NEW_PAUSED = "new_paused"


@dataclass(frozen=True, slots=True)
class TargetId:
    """An object of this workspace that is named by its id, because its name does not tell it."""

    resource_id: str

    def __str__(self) -> str:
        return f"id {self.resource_id}"


Target = str | TargetId | None
"""What a name maps to: a name, an id, or nothing, which drops the element of the list."""


@dataclass(frozen=True, slots=True)
class Mappings:
    """A parsed mapping file. `path` is empty when there is none.

    `lines` are those of the entries, from 1, by section and name. `document` is all of it as JSON.
    """

    path: str = ""
    names: Mapping[Kind, Mapping[str, Target]] = field(default_factory=dict)
    run_as: Mapping[str, Principal] = field(default_factory=dict)
    pause: PausePolicy = PausePolicy.FROM_GIT
    values: ValueRules = field(default_factory=ValueRules)
    selection: JobSelection = field(default_factory=JobSelection)
    permissions: PermissionPolicy = field(default_factory=PermissionPolicy)
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)
    warnings: tuple[Issue, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_ids(self) -> bool:
        """Whether an entry names an object by its id."""
        entries = (target for names in self.names.values() for target in names.values())
        return any(isinstance(target, TargetId) for target in entries)

    def only_selection(self) -> "Mappings":
        """Return the file as a workspace uses it that only exports: it maps nothing.

        It still says which jobs belong here, and whether their permissions go to Git.
        """
        lines = {
            place: line for place, line in self.lines.items() if place[0] in (INCLUDE, EXCLUDE)
        }
        return Mappings(
            self.path,
            selection=self.selection,
            permissions=self.permissions,
            lines=lines,
            warnings=self.warnings,
        )

    def target_of(self, kind: Kind, name: str) -> Target:
        """Return the exact entry for a name, or the name itself."""
        return self.names.get(kind, {}).get(name, name)


def section_of(kind: Kind) -> str:
    """Return where the mapping file holds the names of a kind; empty for kinds it does not map."""
    return ".".join(kind.section) if kind.section else ""


def parse_mappings(content: bytes, path: str) -> Mappings:
    """Read a mapping file (JSON5: comments and trailing commas are fine).

    Raises:
        MappingFileError: it cannot be used; the message shows what is wrong, and where.
    """
    source = _parse(_decode(content, path), path)
    reader = ShapeReader(source, path)
    root = reader.object_at(source.root, "the file")
    sections = (RUN_AS_SECTION, PAUSE_SECTION, VALUE_MAPPINGS, JOBS, PERMISSIONS)
    reader.warn_unknown(root, (*_GROUPS, *sections), "")
    groups = {name: reader.object_at(root.at(name), name) for name in _GROUPS}
    for name, group in groups.items():
        known = tuple(section.key for section in _SECTIONS.values() if section.group == name)
        reader.warn_unknown(group, known, f"{name}.")
    names = {
        kind: _targets(reader, groups[section.group].at(section.key), kind)
        for kind, section in _SECTIONS.items()
    }
    return Mappings(
        path=path,
        names=names,
        run_as=_principals(reader, root.at(RUN_AS_SECTION)),
        pause=_pause_policy(reader, root.at(PAUSE_SECTION)),
        values=replace(
            parse_value_rules(reader, root.at(VALUE_MAPPINGS)),
            dashboards=frozenset(names[Kind.DASHBOARD]),
        ),
        selection=parse_selection(reader, root.at(JOBS)),
        permissions=parse_permission_policy(reader, root.at(PERMISSIONS)),
        lines=reader.lines,
        warnings=tuple(reader.warnings),
        document=source.root.value,
    )


def _decode(content: bytes, path: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MappingFileError(
            f"{path} is not UTF-8 text (byte {error.start}).", fix="Save it as UTF-8."
        ) from error


def _parse(text: str, path: str) -> Source:
    if not text.strip():
        raise MappingFileError(
            f"{path} is empty.", fix="Write {} if nothing needs mapping, or delete the file."
        )
    try:
        return parse_source(text)
    except SourceError as error:
        stand_in = find_stand_in(text)
        if stand_in:
            raise MappingFileError(f"{path} is {stand_in.words}.", fix=stand_in.fix) from error
        raise _syntax_error(error, text, path) from error


def _syntax_error(error: SourceError, text: str, path: str) -> MappingFileError:
    """Explain with the words of the json5 library, which knows more, where it fails as well.

    It is slow; a long text is explained with our own words.
    """
    try:
        json5.loads(text if len(text) <= _MOST_EXPLAINED else "{}", allow_duplicate_keys=False)
    except (ValueError, RecursionError) as other:
        match = _JSON5_ERROR.fullmatch(str(other))
        if match:
            return _explain(match, text, path)
    return _at(text, error.offset, str(error), path)


def _explain(match: re.Match[str], text: str, path: str) -> MappingFileError:
    """Turn the parser's message into line, column, the line itself and a likely cause."""
    lines = text.split("\n")
    offset = sum(len(earlier) + 1 for earlier in lines[: int(match[1]) - 1]) + int(match[3]) - 1
    problem = match[2].replace('"\n"', "end of the line")
    mark, end = _missing_mark(text, offset)
    if mark:
        problem, offset = f"a {mark} is missing here", end
    return _at(text, offset, problem, path)


def _at(text: str, offset: int, problem: str, path: str) -> MappingFileError:
    line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
    shown = _pointer(text.split("\n")[line - 1], column)
    message = f"{path}: line {line}, column {column}: {problem}.\n{shown}"
    return MappingFileError(message, line=line, column=column)


def _missing_mark(text: str, offset: int) -> tuple[str, int]:
    """Return the mark that is missing between what ends before `offset` and what begins there.

    Also return where it belongs. The mark is empty when something else is wrong.
    """
    tokens = [token for token in _TOKEN.finditer(text, 0, offset) if token["code"]]
    codes = ["", "", *(token["code"] for token in tokens)]
    depth = sum((code in "{[") - (code in "}]") for code in codes[2:])
    if depth < 1 or not _BEGINS.match(text, offset) or not _ENDS.fullmatch(codes[-1]):
        return "", offset
    end = tokens[-1].end()
    if end == offset and codes[-1][-1].isalnum():  # in the middle of a word
        return "", offset
    is_key = codes[-2] in {"{", ","} and codes[-1] not in {"}", "]"}
    return "colon" if is_key else "comma", end


def _pointer(line: str, column: int) -> str:
    """Show the line, cut to the surroundings of the column, with a caret under it."""
    start = max(0, column - 1 - _SHOWN)
    shown = line[start : column - 1 + _SHOWN].replace("\t", " ").rstrip("\r")
    return f"  {shown}\n  {' ' * (column - 1 - start)}^"


def _targets(reader: ShapeReader, node: Node | None, kind: Kind) -> dict[str, Target]:
    section = section_of(kind)
    entries = reader.entries_at(node, section)
    return {
        entry.key: _target(reader, entry.node, f"{section}.{entry.key}", kind) for entry in entries
    }


def _target(reader: ShapeReader, node: Node, place: str, kind: Kind) -> Target:
    value = node.value
    if isinstance(value, str) and value:
        return value
    if value is None and kind in DROPPABLE:
        return None
    if isinstance(value, dict) and value.keys() == {"id"}:
        resource_id = value["id"]
        if isinstance(resource_id, str) and resource_id:
            return TargetId(resource_id)
    ways = 'a name in quotes, or {"id": "…"}'
    if kind in DROPPABLE:
        ways += ", or null to drop it"
    raise reader.wrong_shape(node, place, ways)


def _principals(reader: ShapeReader, node: Node | None) -> dict[str, Principal]:
    entries = reader.entries_at(node, RUN_AS_SECTION)
    return {
        entry.key: _principal(reader, entry.node, f"{RUN_AS_SECTION}.{entry.key}")
        for entry in entries
    }


def _principal(reader: ShapeReader, node: Node, place: str) -> Principal:
    try:
        return principal_from_json(node.value)
    except InvalidDefinitionError as error:
        expected = (
            'an object such as {"user_name": "…"}, with exactly one of user_name, '
            "service_principal_name or group_name"
        )
        raise reader.wrong_shape(node, place, expected) from error


def _pause_policy(reader: ShapeReader, node: Node | None) -> PausePolicy:
    if node is None:
        return PausePolicy.FROM_GIT
    if isinstance(node.value, str) and node.value in set(PausePolicy):
        return PausePolicy(node.value)
    raise reader.wrong_shape(node, PAUSE_SECTION, " or ".join(PausePolicy))
