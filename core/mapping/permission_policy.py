"""What becomes of the permissions of jobs: the section `permissions` of the mapping file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.errors import InvalidDefinitionError
from core.jobsettings.permissions import (
    IS_OWNER,
    LEVEL,
    LEVELS,
    PERMISSIONS,
    Permission,
    identity_of,
    read_entry,
)
from core.jobsettings.principals import Principal
from core.mapping.text.shapes import ShapeReader
from core.mapping.text.source import Node

NEW_JOBS = "new_jobs"
FROM_GIT = "from_git"
NEW_JOBS_PLACE = f"{PERMISSIONS}.{NEW_JOBS}"
_IGNORE = "ignore"
_WAYS = (
    f'"{_IGNORE}", "{FROM_GIT}", {{"{FROM_GIT}": "add"}}, {{"{FROM_GIT}": "exact"}} or '
    f'{{"{NEW_JOBS}": […]}}'
)
_EXAMPLE = '{"group_name": "data-engineers", "permission_level": "CAN_MANAGE_RUN"}'


class FromGit(StrEnum):
    """How permissions of a definition are set: beside those that a job has, or in their place."""

    ADD = "add"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class PermissionPolicy:
    """What the section says. Empty, permissions are neither read nor written.

    `new_jobs` are what each new job gets, `from_git` is how those of the definition are set. At
    most one of the two is there.
    """

    new_jobs: tuple[Permission, ...] = ()
    from_git: FromGit | None = None

    def __bool__(self) -> bool:
        return bool(self.new_jobs or self.from_git)

    def describe(self) -> str:
        """Return the section in a few words."""
        if self.from_git:
            return f"{FROM_GIT}: {self.from_git}"
        return NEW_JOBS if self.new_jobs else _IGNORE


def parse_permission_policy(reader: ShapeReader, node: Node | None) -> PermissionPolicy:
    """Read `permissions`. Raises MappingFileError."""
    if node is None:
        return PermissionPolicy()
    if isinstance(node.value, str):
        return _parse_word(reader, node)
    if node.entries is None:
        raise reader.wrong_shape(node, PERMISSIONS, _WAYS)
    for entry in node.entries:
        if entry.key not in (NEW_JOBS, FROM_GIT):
            raise reader.refuse(
                entry.node, f"“{entry.key}” is not known in {PERMISSIONS}, which is {_WAYS}."
            )
    if len(node.entries) != 1:
        raise reader.refuse(
            node, f"{PERMISSIONS} should have either {NEW_JOBS} or {FROM_GIT}: {_WAYS}."
        )
    [entry] = node.entries
    if entry.key == NEW_JOBS:
        return PermissionPolicy(new_jobs=_entries(reader, entry.node))
    return PermissionPolicy(from_git=_from_git(reader, entry.node))


def _parse_word(reader: ShapeReader, node: Node) -> PermissionPolicy:
    if node.value == _IGNORE:
        return PermissionPolicy()
    if node.value == FROM_GIT:
        return PermissionPolicy(from_git=FromGit.ADD)
    raise reader.refuse(node, f"“{node.value}” is not known in {PERMISSIONS}, which is {_WAYS}.")


def _from_git(reader: ShapeReader, node: Node) -> FromGit:
    place, words = f"{PERMISSIONS}.{FROM_GIT}", " or ".join(f'"{word}"' for word in FromGit)
    if not isinstance(node.value, str):
        raise reader.wrong_shape(node, place, words)
    if node.value not in set(FromGit):
        raise reader.refuse(node, f"{place} should be {words}, but it is “{node.value}”.")
    return FromGit(node.value)


def _entries(reader: ShapeReader, node: Node) -> tuple[Permission, ...]:
    if node.items is None:
        raise reader.wrong_shape(node, NEW_JOBS_PLACE, f"a list of entries such as {_EXAMPLE}")
    found: dict[Principal, Permission] = {}
    for number, item in enumerate(node.items):
        entry = _entry(reader, item, f"{NEW_JOBS_PLACE}[{number}]")
        if identity_of(entry.principal) in found:
            raise reader.refuse(item, f"The {entry.principal} has more than one entry.")
        if entry.is_owner and any(one.is_owner for one in found.values()):
            raise reader.refuse(item, f"More than one entry is {IS_OWNER}; a job has one owner.")
        found[identity_of(entry.principal)] = entry
        reader.lines[NEW_JOBS_PLACE, str(entry.principal)] = reader.line_of(item.start)
    return tuple(found.values())


def _entry(reader: ShapeReader, node: Node, place: str) -> Permission:
    if not isinstance(node.value, Mapping):
        raise reader.wrong_shape(node, place, f"an entry such as {_EXAMPLE}")
    try:
        entry = read_entry(node.value, place)
    except InvalidDefinitionError as error:
        raise reader.refuse(node, error.message) from error
    if entry.level not in LEVELS:
        level = _at(node, LEVEL)
        raise reader.refuse(
            level, f"“{entry.level}” is not a level of a job. Levels: {', '.join(LEVELS)}."
        )
    return entry


def _at(node: Node, key: str) -> Node:
    entry = node.entry(key)
    return entry.node if entry else node
