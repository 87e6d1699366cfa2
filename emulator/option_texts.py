"""Options as they are written on the command line: `[WORKSPACE:]NAME=VALUE`."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.errors import ApiError, EmulatorError
from emulator.json_values import InvalidJsonError, parse_json
from emulator.options import WorkspaceOptions
from emulator.typed_fields import with_fields


def options_by_workspace(
    texts: Sequence[str], names: Sequence[str]
) -> Mapping[str, WorkspaceOptions]:
    """Return the options of each workspace; a text without a workspace is for all.

    Raises:
        EmulatorError: a text has no value, or names an unknown workspace, option or value.
    """
    options = dict.fromkeys(names, WorkspaceOptions())
    for text in texts:
        target, name, value = _parts(text)
        if target and target not in options:
            raise EmulatorError(f"{text!r} is for {target}, which is not among {', '.join(names)}.")
        for workspace in [target] if target else names:
            options[workspace] = _with(options[workspace], name, value, text)
    return options


def _parts(text: str) -> tuple[str, str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise EmulatorError(f"{text!r} is not [WORKSPACE:]NAME=VALUE.")
    workspace, _, name = name.rpartition(":")
    return workspace, name, value


def _with(options: WorkspaceOptions, name: str, value: str, text: str) -> WorkspaceOptions:
    try:
        return with_fields(options, {name: _value(name, value)})
    except ApiError as error:
        raise EmulatorError(f"{text!r}: {error}") from error


def _value(name: str, text: str) -> Any:
    """Read JSON, else take the text as it is; a list may be written with commas."""
    hint = typing.get_type_hints(WorkspaceOptions).get(name)
    if typing.get_origin(hint) is tuple and not text.startswith("["):
        return [part for part in text.split(",") if part]
    try:
        return parse_json(text)
    except InvalidJsonError:
        return text
