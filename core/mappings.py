"""The mapping file: which name of the source environment means which name here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import json5

from core.errors import InvalidDefinitionError, Issue, MappingFileError
from core.json_text import JsonDict
from core.placeholders import Kind
from core.principals import Principal, principal_from_json

DEFAULT = "default"

_COMPUTE = "compute_name_mappings"
_RUN_AS = "run_as_mappings"
_PAUSE = "pause_status"
_KINDS: Mapping[str, Kind] = {
    "cluster_name_mappings": Kind.CLUSTER,
    "warehouse_name_mappings": Kind.WAREHOUSE,
}
_JSON5_ERROR = re.compile(r"<string>:(\d+) (.*) at column (\d+)", re.DOTALL)
_SHOWN = 60  # characters of the line shown on either side of an error


class PausePolicy(StrEnum):
    """Who decides whether an imported job's schedule or trigger is active."""

    FROM_GIT = "from_git"
    KEEP_TARGET = "keep_target"
    NEW_PAUSED = "new_paused"


@dataclass(frozen=True, slots=True)
class Mappings:
    """A parsed mapping file. `path` is empty when there is none."""

    path: str = ""
    names: Mapping[Kind, Mapping[str, str]] = field(default_factory=dict)
    run_as: Mapping[str, Principal] = field(default_factory=dict)
    pause: PausePolicy = PausePolicy.FROM_GIT
    warnings: tuple[Issue, ...] = ()

    def target_name(self, kind: Kind, name: str) -> str | None:
        """Return the exact entry for a name, or None."""
        return self.names.get(kind, {}).get(name)

    def line_to_add(self, kind: Kind, name: str) -> str:
        """Return where a missing entry belongs, for messages."""
        section = next((key for key, value in _KINDS.items() if value is kind), "")
        return f"add “{name}” to {_COMPUTE}.{section} of the mapping file" if section else ""


def parse_mappings(content: bytes, path: str) -> Mappings:
    """Read a mapping file (JSON5: comments and trailing commas are fine).

    Raises:
        MappingFileError: says what is wrong, where (line, column and the line), and what to do.
    """
    document = _parse(_decode(content, path), path)
    reader = _Reader(path)
    root = reader.object_at(document, "the file")
    reader.warn_unknown(root, (_COMPUTE, _RUN_AS, _PAUSE), "")
    compute = reader.object_at(root.get(_COMPUTE, {}), _COMPUTE)
    reader.warn_unknown(compute, tuple(_KINDS), f"{_COMPUTE}.")
    return Mappings(
        path=path,
        names={
            kind: reader.names_at(compute.get(key, {}), f"{_COMPUTE}.{key}")
            for key, kind in _KINDS.items()
        },
        run_as=reader.principals_at(root.get(_RUN_AS, {})),
        pause=reader.pause_policy(root.get(_PAUSE, PausePolicy.FROM_GIT)),
        warnings=tuple(reader.warnings),
    )


def _decode(content: bytes, path: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MappingFileError(
            f"{path} is not UTF-8 text (byte {error.start}).", fix="Save it as UTF-8."
        ) from error


def _parse(text: str, path: str) -> Any:
    if not text.strip():
        raise MappingFileError(
            f"{path} is empty.", fix="Write {} for “no mappings”, or remove the file."
        )
    try:
        return json5.loads(text, allow_duplicate_keys=False)
    except RecursionError as error:
        raise MappingFileError(f"{path} is nested too deeply.") from error
    except ValueError as error:
        raise MappingFileError(_explain(str(error), text, path)) from error


def _explain(error: str, text: str, path: str) -> str:
    """Turn the parser's message into line, column, the line itself and a likely cause."""
    match = _JSON5_ERROR.fullmatch(error)
    if not match:
        return f"{path} is not valid JSON5: {error}."
    lines = text.split("\n")
    line, column = int(match[1]), int(match[3])
    offset = sum(len(earlier) + 1 for earlier in lines[: line - 1]) + column - 1
    before = text[:offset].rstrip()
    problem = match[2]
    if _comma_is_missing(before, text[offset : offset + 1]):
        problem = "a comma is missing here"
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return f"{path}: line {line}, column {column}: {problem}.\n{_pointer(lines[line - 1], column)}"


def _comma_is_missing(before: str, following: str) -> bool:
    """A value has just ended and, where a comma or a bracket should come, something else begins."""
    ended = before[-1:] in {'"', "'", "}", "]"} or before[-1:].isalnum()
    return ended and (following in {'"', "'", "{", "["} or following.isalpha())


def _pointer(line: str, column: int) -> str:
    """Show the line, cut to the surroundings of the column, with a caret under it."""
    start = max(0, column - 1 - _SHOWN)
    shown = line[start : column - 1 + _SHOWN].replace("\t", " ").rstrip("\r")
    return f"  {shown}\n  {' ' * (column - 1 - start)}^"


class _Reader:
    """Checks shapes on the way down and says what was expected where."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.warnings: list[Issue] = []

    def object_at(self, value: Any, place: str) -> JsonDict:
        if isinstance(value, dict):
            return value
        raise self._wrong_shape(place, "an object { … }", value)

    def names_at(self, value: Any, place: str) -> dict[str, str]:
        names = self.object_at(value, place)
        for name, target in names.items():
            if not isinstance(target, str) or not target:
                raise self._wrong_shape(f"{place}.{name}", "a name in quotes", target)
        return names

    def principals_at(self, value: Any) -> dict[str, Principal]:
        entries = self.object_at(value, _RUN_AS)
        return {
            name: self._principal(entry, f"{_RUN_AS}.{name}") for name, entry in entries.items()
        }

    def pause_policy(self, value: Any) -> PausePolicy:
        if isinstance(value, str) and value in set(PausePolicy):
            return PausePolicy(value)
        raise self._wrong_shape(_PAUSE, " or ".join(PausePolicy), value)

    def warn_unknown(self, found: JsonDict, known: tuple[str, ...], prefix: str) -> None:
        for key in found:
            if key not in known:
                self.warnings.append(
                    Issue(
                        f"“{prefix}{key}” is not a known key and has no effect. "
                        f"Known here: {', '.join(known)}.",
                        path=self._path,
                    )
                )

    def _principal(self, value: Any, place: str) -> Principal:
        try:
            return principal_from_json(value)
        except InvalidDefinitionError as error:
            expected = (
                'an object such as {"user_name": "…"}, with exactly one of user_name, '
                "service_principal_name and group_name"
            )
            raise self._wrong_shape(place, expected, value) from error

    def _wrong_shape(self, place: str, expected: str, value: Any) -> MappingFileError:
        nouns = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
        found = nouns.get(type(value), "nothing" if value is None else "a number")
        return MappingFileError(
            f"{self._path}: {place} should be {expected}, but it is {found}.",
            fix="See “The mapping file” in the README.",
        )
