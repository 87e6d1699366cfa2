"""Permissions as the API shows them. Source: databricks-sdk iam.py, ObjectPermissions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emulator.access.kinds import PermissionKind
from emulator.jobs.model import Grant
from emulator.json_values import JsonDict
from emulator.principals import ADMINS, PrincipalDirectory, PrincipalKind


def permissions_answer(
    kind: PermissionKind,
    object_id: str,
    direct: Iterable[Grant],
    inherited: Iterable[tuple[Grant, str]],
    people: PrincipalDirectory,
) -> JsonDict:
    """Return all grants by principal; workspace admins come last and inherit theirs."""
    permissions: dict[tuple[str, str], list[JsonDict]] = {}
    for grant in direct:
        shown: JsonDict = {"permission_level": grant.level, "inherited": False}
        permissions.setdefault((grant.field, grant.name), []).append(shown)
    admins = Grant("group_name", ADMINS, kind.level_of_admins), f"/{kind.path}/"
    for grant, origin in (*inherited, admins):
        passed_on = _inherited(grant, origin)
        permissions.setdefault((grant.field, grant.name), []).append(passed_on)
    return {
        "object_id": f"/{kind.path}/{object_id}",
        "object_type": kind.object_type,
        "access_control_list": [
            _entry(field, name, found, people) for (field, name), found in permissions.items()
        ],
    }


def levels_answer(kind: PermissionKind) -> JsonDict:
    """Return the levels of a kind. The descriptions are ours."""
    noun = kind.object_type.replace("-", " ")
    return {
        "permission_levels": [
            {"permission_level": level, "description": f"{_in_words(level)} on a {noun}"}
            for level in kind.levels
        ]
    }


def _inherited(grant: Grant, origin: str) -> JsonDict:
    return {
        "permission_level": grant.level,
        "inherited": True,
        "inherited_from_object": [origin],
    }


def _entry(field: str, name: str, permissions: list[Any], people: PrincipalDirectory) -> JsonDict:
    entry: JsonDict = {field: name, "all_permissions": permissions}
    if field == "group_name":
        return entry
    kind: PrincipalKind = "user" if field == "user_name" else "service_principal"
    principal = people.get(kind, name)
    return {**entry, "display_name": principal.display_name if principal else name}


def _in_words(level: str) -> str:
    return f"{level.replace('_', ' ').capitalize()} permission"
