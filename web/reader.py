"""What the page reads from the workspace by itself: where it is, and the history."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.reporting.details import Whereabouts
from core.service import JobSync
from core.settings import Settings
from core.state.history import History

_FRESH_S = 30.0
_PATIENCE_S = 8  # a person waits for the answer


@dataclass(frozen=True, slots=True)
class Place:
    """Which workspace this is, by its address and by what it tells of itself."""

    host: str
    where: Whereabouts


Connect = Callable[[], tuple[str, JobSync]]


class WorkspaceReader:
    """Connects when it is first asked, never before. Its methods may raise `SyncError`."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._mutex = threading.Lock()
        self._connection: tuple[str, JobSync] | None = None
        self._place: tuple[float, Place] | None = None

    def place(self, *, fresh: bool = False) -> Place:
        """Return which workspace this is; what was read a moment ago is good enough."""
        kept = self._place
        if kept and not fresh and time.monotonic() - kept[0] < _FRESH_S:
            return kept[1]
        host, service = self._service()
        place = Place(host, service.whereabouts())
        self._place = (time.monotonic(), place)
        return place

    def known_host(self) -> str:
        """Return the workspace's address as far as it is known, without asking."""
        return self._connection[0] if self._connection else ""

    def history(self) -> History:
        """Return the history of operations."""
        return self._service()[1].history()

    def _service(self) -> tuple[str, JobSync]:
        with self._mutex:
            if self._connection is None:
                self._connection = self._connect()
            return self._connection


def connect_from_env(settings: Settings) -> Connect:
    """Return how to connect: with the login of the environment, and little patience."""

    def connect_now() -> tuple[str, JobSync]:
        from core.gateways.connect import (  # noqa: PLC0415 - the SDK takes two seconds to load
            connect,
            system_clock,
            this_process,
        )
        from core.gateways.machine.local_folder import default_cache_folder  # noqa: PLC0415

        connection = connect(
            retry_s=min(settings.retry_s, _PATIENCE_S),
            threads=settings.threads,
            cache_folder=Path(settings.cache_folder or default_cache_folder()),
        )
        service = JobSync(connection.ports, settings, system_clock(), this_process)
        return connection.rest.host, service

    return connect_now
