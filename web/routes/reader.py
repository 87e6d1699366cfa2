"""What the page reads from the workspace by itself: where it is, and the history."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from core.calls import CallMeter, ShouldStop
from core.errors import InvalidJsonError
from core.gateways.opening import OpenService, open_service
from core.json_fields import Fields
from core.json_text import JsonDict
from core.reporting.details import Whereabouts
from core.settings import Settings
from core.state.history import History, HistoryEntry
from web.board import DiskBoard
from web.routes.readings import Known, Readings, Shared

_FRESH_S = 30.0
_PATIENCE_S = 8  # of one call, for answers that are no use: somebody looks at the page
_CALL_S = 30.0  # for an answer; what is read once more shows that the workspace is back
_MOMENT_S = 1.5  # what a fast workspace needs for the history
_EVER = 1e9  # seconds; what is in the history stays as it is

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Place:
    """Which workspace this is, by its address and by what it reports about itself.

    `number` is that of the newest operation when it was read.
    """

    host: str
    where: Whereabouts
    number: int = 0

    def as_json(self) -> JsonDict:
        """Return it for other processes of the page."""
        return {"host": self.host, "number": self.number, "where": self.where.as_json()}

    @classmethod
    def from_json(cls, document: Any) -> "Place":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        place = Fields(document, "a place")
        where = Whereabouts.from_json(place.value("where"))
        return cls(place.text("host"), where, place.whole("number"))


Entries = tuple[HistoryEntry, ...]


def _entries_as_json(entries: Entries) -> list[JsonDict]:
    return [entry.as_json() for entry in entries]


def _entries_from_json(document: Any) -> Entries:
    if not isinstance(document, list):
        raise InvalidJsonError("The entries of the history should be a list.")
    return tuple(map(HistoryEntry.from_json, document))


_PLACE = Shared(Place.as_json, Place.from_json)
_ENTRIES = Shared(_entries_as_json, _entries_from_json)


Connect = Callable[[], OpenService]


class WorkspaceReader:
    """Connects when it is first asked, never before. Nobody waits for the workspace here."""

    def __init__(self, connect: Connect, readings: Readings | None = None) -> None:
        self._connect = connect
        self._readings = readings or Readings()
        self._mutex = threading.Lock()
        self._opened: OpenService | None = None

    def place(self, number: int = 0, *, reads: bool = True) -> Known[Place]:
        """Return which workspace this is, as far as it is known now.

        Args:
            number: of the newest operation: it may have changed what was known before it.
            reads: whether to read it anew when what is known is old.
        """

        def read(is_over: ShouldStop) -> Place:
            opened = self._open()
            return Place(opened.host, opened.service.whereabouts(should_stop=is_over), number)

        since = self._readings.now() - _FRESH_S if reads else float("-inf")
        known = self._readings.look("place", read, newer_than=since, shared=_PLACE)
        if reads and known.value and known.value.number < number and not known.is_reading:
            now = self._readings.now()
            known = self._readings.look("place", read, newer_than=now, shared=_PLACE)
        return known

    def known_host(self) -> str:
        """Return the workspace's address as far as it is known, without asking."""
        return self._opened.host if self._opened else ""

    def entries(self, newer_than: float) -> Known[Entries]:
        """Return the list of the history, read after a moment by `now`, or the last one known."""
        since = min(newer_than, self._readings.now())
        return self._history("entries", lambda history: history.entries(), since, _ENTRIES)

    def of_history(self, name: str, read: Callable[[History], Value]) -> Known[Value]:
        """Return something of the history that stays as it is, by a name that means only that."""
        return self._history(name, read, self._readings.now() - _EVER)

    def record(self, entry: HistoryEntry) -> None:
        """Add an entry without rows to the history, now: who asks waits for it.

        Raises:
            SyncError: it could not be written.
        """
        self._open().service.history().record(entry, [])

    def now(self) -> float:
        """Return the present moment, for `entries`."""
        return self._readings.now()

    # Inside

    def _history(
        self,
        name: str,
        read: Callable[[History], Value],
        newer_than: float,
        shared: Shared[Value] | None = None,
    ) -> Known[Value]:
        def read_it(is_over: ShouldStop) -> Value:
            return self._open().service.read_history(read, should_stop=is_over)

        return self._readings.look(
            name, read_it, newer_than=newer_than, wait_s=_MOMENT_S, shared=shared
        )

    def _open(self) -> OpenService:
        with self._mutex:
            if self._opened is None:
                self._opened = self._connect()
            return self._opened


def open_readings(folder: Path) -> Readings:
    """Return the readings that all processes with this folder share."""
    return Readings(board=DiskBoard(folder))


def connect_from_env(
    settings: Settings,
    *,
    meter: CallMeter,
    patience_s: int = _PATIENCE_S,
    call_s: float = _CALL_S,
) -> Connect:
    """Return how to connect: with the login of the environment, and little patience.

    Args:
        meter: measures the calls.
        patience_s: how long a call is repeated.
        call_s: how long it waits for its answer.
    """
    impatient = replace(settings, retry_s=min(settings.retry_s, patience_s))
    return lambda: open_service(impatient, timeout_s=call_s, meter=meter)
