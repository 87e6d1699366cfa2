"""Ids of a workspace's objects inside values that are copied unchanged."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from core.jobsettings.kinds import THIS_WORKSPACE, Kind
from core.json_text import Packed

# A token ends where no id continues: `--warehouse=abc123`, `jobs/17`, `{"id": "abc123"}`.
_TOKEN = re.compile(r"[\w-]+")
_TOKEN_IN_JSON = re.compile(r"\\u[0-9a-f]{4}|\\.|([\w-]+)")
_SURE = 5  # characters; a shorter number means an id only where its kind is spoken of


class KnownId(NamedTuple):
    """One object whose id is known."""

    kind: Kind
    resource_id: str
    name: str

    @property
    def words(self) -> str:
        """Return what the id stands for, in words."""
        if self.kind is Kind.WORKSPACE and self.name == THIS_WORKSPACE:
            return "the workspace itself"
        return f"{self.kind.noun} “{self.name}”"


class KnownIds:
    """The objects whose ids are known, to be recognised as whole tokens."""

    def __init__(self, objects: Iterable[KnownId] = ()) -> None:
        self._by_id: dict[str, list[KnownId]] = {}
        for known in objects:
            self._by_id.setdefault(known.resource_id, []).append(known)

    def find_in(self, path: str, value: str | int | float | bool) -> tuple[str, ...]:
        """Return in words whose ids a value holds, each once.

        Args:
            path: where the value is: it may speak of the kind.
        """
        if not self._by_id or isinstance(value, bool | float):
            return ()
        text = str(value)
        found = [
            known.words
            for token in _TOKEN.findall(text)
            for known in self._by_id.get(token.strip("-"), ())
            if _is_meant(known, f"{path} {text}")
        ]
        return tuple(dict.fromkeys(found))

    def may_be_in(self, settings: Packed) -> bool:
        """Whether one of the ids is somewhere in the settings; much faster than a walk."""
        if not self._by_id:
            return False
        tokens = set(_TOKEN_IN_JSON.findall(settings.text()))  # empty where an escape was passed
        return not self._by_id.keys().isdisjoint(token.strip("-") for token in tokens if token)


def _is_meant(known: KnownId, context: str) -> bool:
    noun = known.kind.noun.rpartition(" ")[2]
    return len(known.resource_id) >= _SURE or noun in context.casefold()


NO_IDS = KnownIds()
