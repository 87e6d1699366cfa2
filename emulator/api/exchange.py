"""Reading requests and writing responses, as all endpoints do."""

from __future__ import annotations

from typing import cast

from flask import Response, g, request

from emulator.errors import ApiError, invalid_parameter, malformed_request
from emulator.json_values import InvalidJsonError, JsonDict, dump_json, parse_json, without_nulls
from emulator.principals import Principal

_BAD_JSON = "Invalid JSON given in the body of the request"
MAX_INT64 = 2**63 - 1


def caller() -> Principal:
    """Return who sent the current request; authentication has put it there."""
    return cast(Principal, g.caller)


def json_response(body: object, status: int = 200) -> Response:
    return Response(dump_json(body), status=status, content_type="application/json")


def error_response(error: ApiError) -> Response:
    return json_response(error.body(), error.status)


def json_body() -> JsonDict:
    """Return the request's JSON object without nulls; an absent body is an empty object.

    Raises:
        ApiError: the body is not JSON or not an object.
    """
    content = request.get_data()
    if not content.strip():
        return {}
    try:
        body = parse_json(content)
    except InvalidJsonError as error:
        raise malformed_request(f"{_BAD_JSON} - {error}") from error
    if not isinstance(body, dict):
        raise malformed_request(f"{_BAD_JSON} - expected a map")
    return cast(JsonDict, without_nulls(body))


def text_argument(name: str, default: str = "") -> str:
    return request.args.get(name, default)


def flag_argument(name: str) -> bool:
    return request.args.get(name, "false").lower() == "true"


def is_true(value: object) -> bool:
    """Return a truth value that a body may give as text too: databricks/databricks-cli#648."""
    return value is True or value == "true"


def count_argument(name: str, default: int, *, largest: int, smallest: int = 1) -> int:
    """Return an integer of the query.

    Raises:
        ApiError: it is not a number or out of range.
    """
    text = request.args.get(name)
    if text is None:
        return default
    number = whole_number(name, text)
    if number < smallest:
        raise invalid_parameter(f"Invalid {name} {text} - it has to be at least {smallest}.")
    if number > largest:
        raise invalid_parameter(f"Invalid {name} {text} - it has to be no more than {largest}.")
    return number


def whole_number(name: str, value: object) -> int:
    """Return an int64 that the API takes as a number or as text.

    Raises:
        ApiError: the value is neither.
    """
    if isinstance(value, str) and value.lstrip("-").isdecimal() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_INT64:
        raise invalid_parameter(f"Could not parse request object: {name} is not a valid int64.")
    return value
