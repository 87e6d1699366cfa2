"""Checks the jobs of a bundle against the SDK's classes: the bundle schema is made of the same.

A bundle's job is a JobSettings without what the bundle sets itself, and with permissions.
"""

import enum
import re
import typing
from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from typing import Any, Union

from databricks.sdk.service.jobs import JobSettings

_OF_THE_BUNDLE = {"deployment", "edit_mode", "format"}
_PERMISSION = {"level", "user_name", "group_name", "service_principal_name"}
_REFERENCE = re.compile(r"\$\{(var\.[a-z0-9_]+|resources\.jobs\.[a-z0-9_]+\.id)\}")


def find_faults(job: dict[str, Any]) -> list[str]:
    """Where a job is not what the schema says; a reference may be anything."""
    faults = [f"{key} is the bundle's" for key in job.keys() & _OF_THE_BUNDLE]
    permissions = job.get("permissions", [])
    for entry in permissions if isinstance(permissions, list) else []:
        if isinstance(entry, str) and _REFERENCE.fullmatch(entry):
            continue
        if set(entry) - _PERMISSION or len(entry) != 2 or "level" not in entry:
            faults.append(f"permissions: {entry}")
    rest = {key: value for key, value in job.items() if key != "permissions"}
    return [*faults, *_faults(rest, JobSettings, "")]


def _faults(value: Any, wanted: Any, path: str) -> Iterator[str]:
    if value is None or (isinstance(value, str) and _REFERENCE.fullmatch(value)):
        return
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is Union:
        yield from _faults(value, arguments[0], path)
    elif origin is list:
        if not isinstance(value, list):
            yield f"{path} is not a list"
            return
        for index, item in enumerate(value):
            yield from _faults(item, arguments[0], f"{path}[{index}]")
    elif origin is dict or is_dataclass(wanted):
        if not isinstance(value, dict):
            yield f"{path} is not an object"
        elif is_dataclass(wanted):
            yield from _faults_of_object(value, wanted, path)
    elif isinstance(value, dict | list):
        yield f"{path} is not a value"
    elif isinstance(wanted, type) and issubclass(wanted, enum.Enum):
        return  # newer words than the SDK knows are no fault
    elif wanted is bool and not isinstance(value, bool):
        yield f"{path} is neither true nor false"
    elif wanted is int and (isinstance(value, bool) or not isinstance(value, int)):
        yield f"{path} is not a whole number"


def _faults_of_object(value: dict[str, Any], wanted: Any, path: str) -> Iterator[str]:
    known = _fields_of(wanted)
    for key, inner in value.items():
        if key in known:
            yield from _faults(inner, known[key], f"{path}.{key}" if path else key)
        else:
            yield f"{path}.{key} is unknown"


@cache
def _fields_of(wanted: type) -> dict[str, Any]:
    return typing.get_type_hints(wanted)
