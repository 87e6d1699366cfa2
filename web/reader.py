"""What the page reads from the workspace by itself: where it is, and the history."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.gateways.opening import OpenService, open_service
from core.reporting.details import Whereabouts
from core.settings import Settings
from core.state.history import History

_FRESH_S = 30.0
_PATIENCE_S = 8  # a person waits for the answer


@dataclass(frozen=True, slots=True)
class Place:
    """Which workspace this is, by its address and by what it reports about itself."""

    host: str
    where: Whereabouts


Connect = Callable[[], OpenService]


class WorkspaceReader:
    """Connects when it is first asked, never before. Its methods may raise `SyncError`."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._mutex = threading.Lock()
        self._opened: OpenService | None = None
        self._place: tuple[float, Place] | None = None

    def place(self, *, fresh: bool = False) -> Place:
        """Return which workspace this is; what was read a moment ago is good enough."""
        kept = self._place
        if kept and not fresh and time.monotonic() - kept[0] < _FRESH_S:
            return kept[1]
        opened = self._open()
        place = Place(opened.host, opened.service.whereabouts())
        self._place = (time.monotonic(), place)
        return place

    def known_host(self) -> str:
        """Return the workspace's address as far as it is known, without asking."""
        return self._opened.host if self._opened else ""

    def history(self) -> History:
        """Return the history of operations."""
        return self._open().service.history()

    def _open(self) -> OpenService:
        with self._mutex:
            if self._opened is None:
                self._opened = self._connect()
            return self._opened


def connect_from_env(settings: Settings) -> Connect:
    """Return how to connect: with the login of the environment, and little patience."""
    impatient = replace(settings, retry_s=min(settings.retry_s, _PATIENCE_S))
    return lambda: open_service(impatient)
