"""Changes fields of frozen dataclasses from JSON, after checking names, types and choices."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union

from emulator.errors import invalid_parameter

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def with_fields(value: T, changes: Mapping[str, Any]) -> T:
    """Return a copy with some fields changed.

    Raises:
        ApiError: a field is unknown, or its value has the wrong type or is not a valid choice.
    """
    hints = typing.get_type_hints(type(value))
    known = {field.name for field in fields(value)}
    for name, change in changes.items():
        if name not in known:
            raise invalid_parameter(f"Unknown field: {name}")
        if not _fits(change, hints[name]):
            raise invalid_parameter(f"The field {name} cannot be {change!r}")
    return replace(value, **{name: _frozen(change) for name, change in changes.items()})


def _fits(value: object, hint: Any) -> bool:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return value in arguments and not isinstance(value, bool)
    if origin in (Union, types.UnionType):
        return any(_fits(value, argument) for argument in arguments)
    if origin is tuple:
        return isinstance(value, list | tuple) and all(_fits(item, arguments[0]) for item in value)
    if origin is not None:  # a mapping
        return isinstance(value, Mapping)
    if hint is float and type(value) is int:
        return True
    return type(value) is hint


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
