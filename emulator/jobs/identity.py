"""Who a job may run as, and whose permissions a write may grant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from emulator.errors import ApiError, invalid_parameter, not_found, permission_denied
from emulator.jobs.model import IS_OWNER, LEVELS, RUN_AS_FIELDS, Grant
from emulator.json_values import JobSettings
from emulator.options import WorkspaceOptions
from emulator.principals import ADMINS, Principal, PrincipalDirectory

_FIELD_NAMES = {
    "user_name": "UserName",
    "service_principal_name": "ServicePrincipalName",
    "group_name": "GroupName",
}


def check_run_as(
    settings: JobSettings, caller: Principal, people: PrincipalDirectory, options: WorkspaceOptions
) -> None:
    """Check an explicit `run_as`. Source: databricks-sdk jobs.py, `JobRunAs`.

    Raises:
        ApiError: it does not hold exactly one principal, the principal is unknown or inactive, or
            the caller may not act as it.
    """
    if "run_as" not in settings:
        return
    field, name = _single_field(settings["run_as"])
    _check_exists(field, name, people)
    if not _may_run_as(field, name, caller, people, options):
        raise permission_denied(
            f"User {caller.name} does not have permission to run the job as {name}."
        )


def read_grants(
    entries: object,
    people: PrincipalDirectory,
    levels: Collection[str] = LEVELS,
    kind: str = "jobs",
) -> tuple[Grant, ...]:
    """Read the direct grants of an access control list.

    Of two levels for one principal the last wins: databricks/cli acceptance, factcheck.
    The `admins` entry is dropped: admins inherit their permission.

    Raises:
        ApiError: an entry has no principal, an unknown one, or an unknown level.
    """
    if not isinstance(entries, list):
        raise invalid_parameter("access_control_list must be a list")
    grants: dict[tuple[str, str], Grant] = {}
    for entry in entries:
        grant = _of_service_principal(_read_grant(entry, levels, kind), people)
        _check_known(grant.field, grant.name, people)
        if (grant.field, grant.name) != ("group_name", ADMINS):
            grants.pop((grant.field, grant.name), None)
            grants[grant.field, grant.name] = grant
    return tuple(grants.values())


def with_one_owner(grants: tuple[Grant, ...]) -> tuple[Grant, ...]:
    """Return the grants if exactly one is of an owner. Source: databricks/cli#3849."""
    owners = [grant for grant in grants if grant.level == IS_OWNER]
    if len(owners) != 1:
        raise invalid_parameter("The job must have exactly one owner.")
    if owners[0].field == "group_name":
        raise invalid_parameter("Groups can not be owners of a job.")
    return grants


def _read_grant(entry: object, levels: Collection[str], kind: str) -> Grant:
    fields = [field for field in RUN_AS_FIELDS if isinstance(entry, dict) and entry.get(field)]
    if not isinstance(entry, dict) or len(fields) != 1:
        raise invalid_parameter("Principal name not defined")  # databricks-sdk-py#286
    level = entry.get("permission_level")
    if level not in levels:
        raise invalid_parameter(f"Permission type {level} is not defined for {kind}")
    return Grant(fields[0], str(entry[fields[0]]), str(level))


def _of_service_principal(grant: Grant, people: PrincipalDirectory) -> Grant:
    """Return a grant to a `user_name` that is an application id under the field that answers use.

    Sources: databricks/cli#6710; terraform-provider-databricks permission_definitions.go,
    addOwnerPermissionIfNeeded, sends whoever created the object as `user_name`.
    """
    if grant.field != "user_name" or people.get("user", grant.name) is not None:
        return grant
    known = people.get("service_principal", grant.name) is not None
    return replace(grant, field="service_principal_name") if known else grant


def _single_field(run_as: object) -> tuple[str, str]:
    fields = [field for field in RUN_AS_FIELDS if isinstance(run_as, dict) and field in run_as]
    if not isinstance(run_as, dict) or len(fields) != 1:
        raise invalid_parameter(
            "Exactly one of user_name, service_principal_name or group_name must be"
            " specified in run_as."
        )
    return fields[0], str(run_as[fields[0]])


def _check_exists(field: str, name: str, people: PrincipalDirectory) -> None:
    principal = _check_known(field, name, people)
    if principal is not None and not principal.active:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", f"Principal {name} is not active.")


def _check_known(field: str, name: str, people: PrincipalDirectory) -> Principal | None:
    """Source of the message: databrickslabs/dbx#744, terraform-provider-databricks#1415."""
    principal = None
    if field != "group_name":
        principal = people.get("user" if field == "user_name" else "service_principal", name)
    if principal is None and (field != "group_name" or people.group(name) is None):
        raise not_found(f"Principal: {_FIELD_NAMES[field]}({name}) does not exist")
    return principal


def _may_run_as(
    field: str,
    name: str,
    caller: Principal,
    people: PrincipalDirectory,
    options: WorkspaceOptions,
) -> bool:
    if field == caller.field and name.casefold() == caller.name.casefold():
        return True
    if field == "group_name":
        return name in people.groups_of(caller) or people.is_admin(caller)
    if name in options.service_principals_without_user_role:
        return False
    if field == "user_name":
        return people.is_admin(caller) and not options.restrict_workspace_admins
    return people.is_admin(caller)
