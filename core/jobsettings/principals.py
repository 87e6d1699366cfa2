"""Who a job runs as: reading the identity from settings and metadata, and mapping it."""

import re
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from core.errors import InvalidDefinitionError
from core.json_text import JobSettings

PrincipalField = Literal["user_name", "service_principal_name", "group_name"]
PRINCIPAL_FIELDS: tuple[PrincipalField, ...] = get_args(PrincipalField)

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Principal:
    """One identity; `field` is the name it has in `run_as`. Source: Jobs API, `JobRunAs`."""

    field: PrincipalField
    name: str

    def as_json(self) -> dict[str, str]:
        """Return the value of `run_as`."""
        return {self.field: self.name}

    def __str__(self) -> str:
        noun = {"user_name": "user", "service_principal_name": "service principal"}
        return f"{noun.get(self.field, 'group')} “{self.name}”"


def principal_from_json(value: Any) -> Principal:
    """Read a `run_as` object.

    Raises:
        InvalidDefinitionError: it is not an object with exactly one known, non-empty field.
    """
    if isinstance(value, dict):
        given = {field: name for field, name in value.items() if name is not None}
        if len(given) == 1:
            field, name = next(iter(given.items()))
            if field in PRINCIPAL_FIELDS and isinstance(name, str) and name:
                return Principal(cast(PrincipalField, field), name)
    raise InvalidDefinitionError(
        "An identity must be an object with exactly one of user_name, service_principal_name "
        "or group_name."
    )


def principal_from_name(name: str) -> Principal:
    """Read a `run_as_user_name`: an application id is a UUID, everything else is a user.

    Source: terraform-provider-databricks#2689: user names need not contain an “@”.
    """
    return Principal("service_principal_name" if _UUID.fullmatch(name) else "user_name", name)


def effective_run_as(settings: JobSettings, run_as_user_name: str) -> Principal | None:
    """Return the identity the job runs as; None when neither field holds one.

    Raises:
        InvalidDefinitionError: `run_as` has a wrong shape.

    Source: databricks-sdk jobs.py: `run_as` is there only when explicit, `run_as_user_name` always.
    """
    if settings.get("run_as") is not None:
        return principal_from_json(settings["run_as"])
    return principal_from_name(run_as_user_name) if run_as_user_name else None
