"""What a browser may post for a callback: checked here, because Dash fails on anything else."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

_MOST_TRIGGERS = 100


class MalformedError(ValueError):
    """A body that no page of ours sends; the message says what is wrong with it."""


def check_dispatch(body: bytes, callbacks: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return what a body holds that calls one of the callbacks, with the inputs and state it has.

    Args:
        callbacks: by output, as Dash keeps them.

    Raises:
        MalformedError: it does not.
    """
    document = _parse(body)
    if not isinstance(document, dict):
        raise MalformedError("The body is not a JSON object.")
    output = document.get("output")
    callback = callbacks.get(output) if isinstance(output, str) else None
    if callback is None or "callback" not in callback:  # those of the scripts have no function
        raise MalformedError("There is no such output.")
    assert isinstance(output, str)
    _check_values(document.get("inputs"), callback["inputs"], "inputs")
    _check_values(document.get("state", []), callback["state"], "state")
    _check_outputs(document.get("outputs"), output)
    _check_triggers(document.get("changedPropIds"))
    return document


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, too long, too deep
        raise MalformedError("The body is not JSON.") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and its kin are Python's own


def _check_values(sent: Any, wired: Iterable[Mapping[str, Any]], what: str) -> None:
    expected = [(place["id"], place["property"]) for place in wired]
    if not isinstance(sent, list) or [_place(each) for each in sent] != expected:
        raise MalformedError(f"The {what} are not those of this output.")


def _check_outputs(sent: Any, output: str) -> None:
    is_one = not output.startswith("..")
    found = [sent] if is_one else sent
    names = output.strip(".").split("...")
    expected = [tuple(name.split("@")[0].rsplit(".", 1)) for name in names]
    if not isinstance(found, list) or [_place(each) for each in found] != expected:
        raise MalformedError("The outputs are not those of this output.")


def _check_triggers(sent: Any) -> None:
    is_list = isinstance(sent, list) and len(sent) <= _MOST_TRIGGERS
    if not is_list or not all(isinstance(name, str) for name in sent):
        raise MalformedError("changedPropIds is not a list of names.")


def _place(sent: Any) -> tuple[Any, Any] | None:
    return (sent.get("id"), sent.get("property")) if isinstance(sent, dict) else None
