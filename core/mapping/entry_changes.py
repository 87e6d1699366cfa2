"""Which entries differ between two texts of a mapping file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.json_text import equal_json
from core.mapping.job_selection import JOBS
from core.mapping.mapping_file import PAUSE_SECTION, RUN_AS_SECTION
from core.mapping.text.source import SourceError, parse_source


class Absent:
    """Stands for the value of an entry on the side that lacks it."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One entry; `before` or `after` is ABSENT where a side lacks it."""

    section: str
    name: str
    before: Any
    after: Any


def find_entry_changes(old: str, new: str) -> tuple[EntryChange, ...]:
    """Return the entries that differ, in the order of the new text, then those that are gone.

    A text that cannot be read has no entries.
    """
    before, after = dict(_entries_of(old)), dict(_entries_of(new))
    keys = [*after, *(key for key in before if key not in after)]
    pairs = ((key, before.get(key, ABSENT), after.get(key, ABSENT)) for key in keys)
    return tuple(
        EntryChange(section, name, was, will)
        for (section, name), was, will in pairs
        if was is ABSENT or will is ABSENT or not equal_json(was, will)
    )


def is_readable(text: str) -> bool:
    """Whether a text has entries at all."""
    return bool(text.strip()) and isinstance(_value_of(text), dict)


def _entries_of(text: str) -> Iterator[tuple[tuple[str, str], Any]]:
    root = _value_of(text)
    for key, value in root.items() if isinstance(root, dict) else ():
        if key == PAUSE_SECTION or not isinstance(value, dict):
            yield (key, ""), _plain(value)
        elif key == RUN_AS_SECTION:
            yield from _members(key, value)
        else:
            for name, section in value.items():
                is_list = key == JOBS and isinstance(section, list)
                found = {str(one): True for one in section} if is_list else section
                if isinstance(found, dict):
                    yield from _members(f"{key}.{name}", found)
                else:
                    yield (key, name), _plain(found)


def _members(section: str, entries: dict[str, Any]) -> Iterator[tuple[tuple[str, str], Any]]:
    for name, value in entries.items():
        yield (section, name), _plain(value)


def _value_of(text: str) -> Any:
    try:
        return parse_source(text).root.value
    except SourceError:
        return None


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: JSON5 knows numbers that it cannot."""
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(value)
    return value
