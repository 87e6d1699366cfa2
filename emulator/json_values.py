"""The JSON types that the whole package shares, and how JSON is read and written."""

from __future__ import annotations

import json
from typing import Any

JsonDict = dict[str, Any]
JobSettings = dict[str, Any]


class InvalidJsonError(ValueError):
    """The text is not JSON that the API accepts."""


def parse_json(text: bytes | str) -> Any:
    """Parse JSON strictly: `NaN` and `Infinity` are errors, integers keep all digits.

    Raises:
        InvalidJsonError: the text is not UTF-8, not JSON, or nested too deeply.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidJsonError(str(error)) from error


def dump_json(value: object) -> bytes:
    """Write compact ASCII JSON; keys keep their order and lone surrogates stay escaped."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def without_nulls(value: Any) -> Any:
    """Drop object members that are null at any depth: the API reads them as absent fields."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def dicts_in(value: object) -> list[JsonDict]:
    """Return the objects of a JSON list; anything that is not a list holds none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
