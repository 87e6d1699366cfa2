"""Field-level comparison of two settings in canonical form; lists are matched by key."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.comparing.canonical import Hidden, canonicalize, has_unique_keys
from core.comparing.origin import Origin
from core.comparing.rules import Rule
from core.jobsettings.places import element_key, is_within, join_element, join_key
from core.json_text import JobSettings, equal_json


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs. None stands for an absent field: canonical settings hold no null.

    `origin` is which side has moved since the job was last written.
    """

    path: str
    current: Any
    desired: Any
    origin: Origin = Origin.UNKNOWN


def diff_settings(current: JobSettings, desired: JobSettings) -> tuple[FieldChange, ...]:
    """Return what changes when `desired` replaces `current`; empty exactly when they are equal."""
    if _same_text(current, desired):
        return ()  # by far the most frequent case, and much faster than the canonical form
    before, after = canonicalize(current).settings, canonicalize(desired).settings
    if _same_text(before, after):
        return ()
    return tuple(_differences(before, after, ""))


def _same_text(left: Any, right: Any) -> bool:
    """Whether two values are written alike; Python's own comparison treats True as 1."""
    return left == right and json.dumps(left) == json.dumps(right)


def _differences(current: Any, desired: Any, path: str) -> Iterator[FieldChange]:
    if _same_text(current, desired):
        return  # most of what is below a field that differs does not
    if isinstance(current, dict) and isinstance(desired, dict):
        yield from _object_differences(current, desired, path)
    elif (
        isinstance(current, list)
        and isinstance(desired, list)
        and has_unique_keys(current, path)
        and has_unique_keys(desired, path)
    ):
        yield from _list_differences(current, desired, path)
    elif not equal_json(current, desired):
        yield FieldChange(path, current, desired)


def _object_differences(
    current: dict[str, Any], desired: dict[str, Any], path: str
) -> Iterator[FieldChange]:
    for key in sorted(current.keys() | desired.keys()):
        yield from _differences(current.get(key), desired.get(key), join_key(path, key))


def _list_differences(current: list[Any], desired: list[Any], path: str) -> Iterator[FieldChange]:
    before = {element_key(path, item, index): item for index, item in enumerate(current)}
    after = {element_key(path, item, index): item for index, item in enumerate(desired)}
    for key in sorted(before.keys() | after.keys()):
        yield from _differences(before.get(key), after.get(key), join_element(path, key))


@dataclass(frozen=True, slots=True)
class HiddenDifference:
    """One field whose difference is not a change, and why. None stands for an absent field."""

    path: str
    current: Any
    desired: Any
    reason: str
    source: str


def find_hidden(current: JobSettings, desired: JobSettings) -> tuple[HiddenDifference, ...]:
    """Return what `diff_settings` leaves out because a rule says that it means nothing."""
    if _same_text(current, desired):
        return ()
    changes = diff_settings(current, desired)
    before = {hidden.path: hidden for hidden in canonicalize(current).hidden}
    after = {hidden.path: hidden for hidden in canonicalize(desired).hidden}
    return tuple(
        HiddenDifference(
            path,
            before[path].value if path in before else None,
            after[path].value if path in after else None,
            rule.reason,
            rule.source,
        )
        for path, rule in _rules(before, after)
        if not any(is_within(path, change.path) for change in changes)
        and not (
            path in before and path in after and equal_json(before[path].value, after[path].value)
        )
    )


def _rules(*sides: dict[str, Hidden]) -> list[tuple[str, Rule]]:
    return sorted(
        {path: hidden.rule for side in sides for path, hidden in side.items()}.items(),
        key=lambda item: item[0],
    )
