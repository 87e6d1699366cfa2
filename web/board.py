"""What all processes of the page know of the workspace: what one has read, the others show too.

Without it each would show what it knows itself, and a page, whose requests reach one and then
another, would show it by turns.
"""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from core.errors import InvalidJsonError
from core.gateways.machine.json_disk import CACHE_FAILURES, LosableCache, open_json_cache
from core.gateways.machine.processes import machine, process_start
from core.json_fields import Fields

log = logging.getLogger(__name__)

_SIZE_BYTES = 64 * 1024 * 1024
_PATIENCE_S = 1.0  # while another process writes

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of one thing. Moments are seconds of this machine's monotonic clock.

    Args:
        value: as JSON; None before anything was read.
        at: when the reading that gave it was begun; None for never.
        problem: why a later reading failed.
        tried: when the last reading was begun.
        asked: when the reading under way was asked for; None when there is none.
    """

    value: Any = None
    at: float | None = None
    problem: str = ""
    tried: float | None = None
    asked: float | None = None


class Board(Protocol):
    """Notes by name. Nothing raises: a board that is lost is empty."""

    def look(self, name: str) -> Note: ...
    def put(self, name: str, note: Note) -> None: ...


class NoBoard:
    """The board of a process that is alone."""

    def look(self, name: str) -> Note:  # noqa: ARG002 - nothing is noted
        return Note()

    def put(self, name: str, note: Note) -> None:
        """Leave it."""


class DiskBoard:
    """Notes in a folder of this machine, which may be lost."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._here = machine()
        self._cache: LosableCache | None = None
        self._is_lost = False

    def look(self, name: str) -> Note:
        """Return what is noted. A reading under way of a process that is gone is none."""
        found = self._trying(lambda cache: cache.get(name))
        if not isinstance(found, dict) or found.get("machine") != self._here:
            return Note()  # its moments are those of another clock
        try:
            return _note(found)
        except InvalidJsonError:
            return Note()

    def put(self, name: str, note: Note) -> None:
        """Note something; where that fails, the others read it for themselves."""
        pid = os.getpid()
        by = {"pid": pid, "born": process_start(pid), "machine": self._here}
        self._trying(lambda cache: cache.set(name, {**asdict(note), **by}))

    def _trying(self, work: Callable[[LosableCache], Result]) -> Result | None:
        try:
            if self._cache is None:
                self._cache = open_json_cache(
                    self._directory, size_bytes=_SIZE_BYTES, timeout=_PATIENCE_S
                )
            result = work(self._cache)
        except CACHE_FAILURES as error:
            if not self._is_lost:  # every page asks every few seconds
                log.warning("what was read of the workspace is not shared: %s", error)
            self._is_lost = True
            return None
        self._is_lost = False
        return result


def _note(document: Mapping[str, Any]) -> Note:
    fields = Fields(document, "a note")
    is_alive = process_start(fields.whole("pid")) == document.get("born")
    return Note(
        document.get("value"),
        _moment(fields, "at"),
        fields.text("problem"),
        _moment(fields, "tried"),
        _moment(fields, "asked") if is_alive else None,
    )


def _moment(fields: Fields, name: str) -> float | None:
    return None if fields.value(name) is None else fields.number(name)
