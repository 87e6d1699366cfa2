"""Who may do what with a job: the entries of its access control list, as the API has them."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import InvalidDefinitionError, WorkspaceError
from core.identity_names import fold_identity
from core.jobsettings.principals import (
    PRINCIPAL_FIELDS,
    Principal,
    principal_from_name,
)
from core.json_text import JsonDict

PERMISSIONS = "permissions"
LEVEL = "permission_level"

CAN_VIEW = "CAN_VIEW"
CAN_MANAGE = "CAN_MANAGE"
IS_OWNER = "IS_OWNER"
LEVELS = (CAN_VIEW, "CAN_MANAGE_RUN", CAN_MANAGE, IS_OWNER)
"""From the lowest. Source: databricks-sdk jobs.py, `JobPermissionLevel`."""

ADMINS = "admins"
_PLAIN = re.compile(r"[\w .:@/+=-]+")
_BUNDLE_LEVEL = "level"  # what people copy from a bundle; source: bundle schema, JobPermission
_SHOWN_ONLY = "display_name"  # of an answer; it means nothing in a request


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One entry: a principal and its level. A level that is not one of `LEVELS` is kept as it is.

    Source: databricks-sdk jobs.py, `JobAccessControlRequest`.
    """

    principal: Principal
    level: str

    def as_json(self) -> dict[str, str]:
        """Return the entry as a request and a definition file have it."""
        return {**self.principal.as_json(), LEVEL: self.level}

    @property
    def is_owner(self) -> bool:
        return self.level == IS_OWNER


@dataclass(frozen=True, slots=True)
class AccessList:
    """A job's access control list: one entry for each principal, in steady order.

    `inherited` entries come from somewhere else, as that of the group “admins” does, and are never
    written. A principal may be in both.
    """

    direct: tuple[Permission, ...]
    inherited: tuple[Permission, ...] = ()

    @property
    def owner(self) -> Principal | None:
        """Return the one owner; None when the list shows none."""
        return next((entry.principal for entry in self.direct if entry.is_owner), None)

    def as_json(self) -> JsonDict:
        """Return the list in the form of the API's answer, as snapshots keep it."""
        levels: dict[Principal, list[JsonDict]] = {}
        for entries, inherited in ((self.direct, False), (self.inherited, True)):
            for entry in entries:
                level = {LEVEL: entry.level, "inherited": inherited}
                levels.setdefault(entry.principal, []).append(level)
        return {
            "access_control_list": [
                {**principal.as_json(), "all_permissions": found}
                for principal, found in levels.items()
            ]
        }


def identity_of(principal: Principal) -> Principal:
    """Return a principal as it is compared: names in lower case, application ids as such.

    Source: databricks/cli#6710: requests may name a service principal as a `user_name`.
    """
    if principal.field == "user_name":
        principal = principal_from_name(principal.name)
    return Principal(principal.field, fold_identity(principal.name))


def place_of(principal: Principal) -> str:
    """Return where an entry is, as changes and issues name it: `permissions[user_name=ana@…]`."""
    key = f"{principal.field}={principal.name}"
    shown = key if _PLAIN.fullmatch(key) else json.dumps(key, ensure_ascii=False)
    return f"{PERMISSIONS}[{shown}]"


def is_place(path: str) -> bool:
    """Whether a written path is an entry of the permissions, not a field of the settings."""
    return path == PERMISSIONS or path.startswith(f"{PERMISSIONS}[")


def is_at_least(level: str, other: str) -> bool:
    """Whether a level includes another; one that is not known includes only itself."""
    return level == other or _rank(level) > _rank(other) >= 0


def is_admins(principal: Principal) -> bool:
    """Whether this is the group of the workspace admins, who inherit their permission."""
    return principal == Principal("group_name", ADMINS)


def sort_permissions(entries: Iterable[Permission]) -> tuple[Permission, ...]:
    """Return one entry for each principal, the highest level it has, in steady order."""
    highest: dict[Principal, Permission] = {}
    for entry in entries:
        known = highest.get(identity_of(entry.principal))
        if known is None or _rank(entry.level) > _rank(known.level):
            highest[identity_of(entry.principal)] = entry
    return tuple(highest[key] for key in sorted(highest))


def read_access_list(answer: Any) -> AccessList:
    """Read what the permissions API answers.

    Source: databricks-sdk jobs.py, `JobAccessControlResponse`: `all_permissions` of a principal
    may hold several levels, each inherited or not.

    Raises:
        WorkspaceError: the answer has another form.
    """
    entries = answer.get("access_control_list", []) if isinstance(answer, dict) else None
    if not isinstance(entries, list):
        raise WorkspaceError("The workspace sent permissions in an unknown form.")
    direct: list[Permission] = []
    inherited: list[Permission] = []
    for entry in entries:
        for permission, is_inherited in _levels_of(entry):
            (inherited if is_inherited else direct).append(permission)
    return AccessList(sort_permissions(direct), sort_permissions(inherited))


def parse_permissions(value: Any) -> tuple[Permission, ...]:
    """Read the `permissions` of a definition file or a snapshot, in the order that they have.

    Raises:
        InvalidDefinitionError: they cannot be used; the message says which entry, and why.
    """
    if not isinstance(value, list):
        raise _refuse("it should be a list of entries")
    entries = tuple(read_entry(item, f"entry {number}") for number, item in enumerate(value, 1))
    _check_together(entries)
    return entries


def permissions_as_json(entries: Sequence[Permission]) -> list[dict[str, str]]:
    """Return entries as a definition file and a snapshot have them."""
    return [entry.as_json() for entry in entries]


def _check_together(entries: Sequence[Permission]) -> None:
    seen: set[Principal] = set()
    for entry in entries:
        key = identity_of(entry.principal)
        if key in seen:
            raise _refuse(f"the {entry.principal} has more than one entry")
        seen.add(key)
    owners = [entry for entry in entries if entry.is_owner]
    if len(owners) > 1:
        raise _refuse(f"more than one entry is {IS_OWNER}")


def read_entry(item: Any, place: str) -> Permission:
    """Read one entry. `place` names it in messages. Raises InvalidDefinitionError."""
    if not isinstance(item, dict):
        raise _refuse(f"{place} should be an object")
    given = {key: value for key, value in item.items() if value is not None}
    principal = _principal_in(given)
    if principal is None:
        raise _refuse(
            f"{place} should have exactly one of {', '.join(PRINCIPAL_FIELDS)}, in quotes"
        )
    level = given.get(LEVEL, given.get(_BUNDLE_LEVEL))
    if not isinstance(level, str) or not level:
        raise _refuse(f"{place} lacks its {LEVEL}, which is one of {', '.join(LEVELS)}")
    unknown = sorted(given.keys() - {*PRINCIPAL_FIELDS, LEVEL, _BUNDLE_LEVEL, _SHOWN_ONLY})
    if unknown:
        raise _refuse(f"“{unknown[0]}” of {place} is not a field of an entry")
    if level == IS_OWNER and principal.field == "group_name":
        raise _refuse(f"{place} makes the {principal} the owner, and a group cannot own a job")
    return Permission(principal, level)


def _principal_in(entry: dict[str, Any]) -> Principal | None:
    """Return the one principal of an entry, None when there is not exactly one."""
    fields = [field for field in PRINCIPAL_FIELDS if entry.get(field) is not None]
    if len(fields) != 1 or not isinstance(entry[fields[0]], str) or not entry[fields[0]].strip():
        return None
    return Principal(fields[0], entry[fields[0]])


def _levels_of(entry: Any) -> Iterable[tuple[Permission, bool]]:
    """Yield the levels of one entry of an answer, each with whether it is inherited."""
    principal = _principal_in(entry) if isinstance(entry, dict) else None
    levels = entry.get("all_permissions", []) if principal else None
    if principal is None or not isinstance(levels, list):
        raise WorkspaceError("The workspace sent an entry of permissions in an unknown form.")
    for one in levels:
        if not isinstance(one, dict) or not isinstance(one.get(LEVEL), str):
            raise WorkspaceError("The workspace sent a permission without its level.")
        yield Permission(principal, one[LEVEL]), bool(one.get("inherited"))


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else -1


def _refuse(why: str) -> InvalidDefinitionError:
    return InvalidDefinitionError(
        f"The permissions cannot be used: {why}.",
        fix="Correct “permissions” in the file, or remove it.",
    )
