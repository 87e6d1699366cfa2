"""Which operation a request is about, for the lines that are logged meanwhile."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask, request

from core.logs import note_operation

_ID = re.compile(r"[0-9a-f]{32}")


def note_operations(server: Flask) -> None:
    """Note the operation of each request, and no longer when it has been answered."""

    @server.before_request
    def note() -> None:
        note_operation(_id_in((request.view_args or {}).get("operation_id")))

    @server.teardown_request
    def forget(_error: BaseException | None) -> None:
        note_operation("")


def note_operation_of(document: Mapping[str, Any]) -> None:
    """Note the operation that a checked dispatch of a callback is about, if it is about one."""
    values = [place.get("value") for place in document["inputs"]]
    asked = [value.get("operation") if isinstance(value, dict) else value for value in values]
    note_operation(next(filter(None, map(_id_in, asked)), ""))


def _id_in(value: Any) -> str:
    """Return an operation's id, which comes from a browser; empty for any other value."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""
