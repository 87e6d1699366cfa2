"""Opaque page tokens and the pages that they lead to."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, TypeVar

from emulator.errors import invalid_parameter
from emulator.json_values import dump_json, parse_json

T = TypeVar("T")


def make_token(value: object) -> str:
    """Return a token that carries a JSON value."""
    return base64.urlsafe_b64encode(dump_json(value)).decode()


def read_token(token: str) -> Any:
    """Return the value of a token.

    Raises:
        ApiError: the token is not one of ours.
    """
    try:
        return parse_json(base64.urlsafe_b64decode(token.encode()))
    except ValueError as error:
        raise invalid_parameter(f"Invalid page token: {token}") from error


def read_position(token: str) -> int:
    """Return the index that a token of `page_of` stands for; an absent token is the start."""
    value = read_token(token) if token else 0
    if not isinstance(value, int) or value < 0:
        raise invalid_parameter(f"Invalid page token: {token}")
    return value


def page_of(items: Sequence[T], token: str, size: int) -> tuple[Sequence[T], str]:
    """Return one page and the token of the next, empty at the end."""
    start = read_position(token)
    end = start + size
    return items[start:end], make_token(end) if end < len(items) else ""
