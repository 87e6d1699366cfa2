"""How a gunicorn worker serves the page: gunicorn minds the processes, waitress the connections."""

import logging
import os
import time
from types import FrameType
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.task import ThreadedTaskDispatcher

from web.serving.connections import ADJUSTMENTS, Listener

_LOOK_S = 1.0  # how often the process says that it lives, and closes who is overdue


class BufferingWorker(Worker):  # type: ignore[misc] # gunicorn has no types
    """Reads requests and sends answers without blocking; `threads` answers are made at once."""

    def init_process(self) -> None:
        """Prepare what signals need, which may come while the page is being built."""
        self._map: dict[int, Any] = {}
        self._listeners: list[Listener] = []
        self._looked = 0.0
        # That a client went away or a request waits for a thread is no news.
        logging.getLogger("waitress").setLevel(logging.WARNING)
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        super().init_process()

    def run(self) -> None:
        """Serve until asked to stop, then finish what is being answered."""
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(self.cfg.threads)
        adjustments = Adjustments(threads=self.cfg.threads, **ADJUSTMENTS)
        self._listeners = [
            Listener(
                self.wsgi,
                self._map,
                _sock=bound.sock,
                dispatcher=dispatcher,
                adj=adjustments,
                sockinfo=(bound.sock.family, bound.sock.type, bound.sock.proto, None),
                bind_socket=False,
            )
            for bound in self.sockets
        ]
        while self.alive and self.ppid == os.getppid():
            self._look()
        self._finish()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in order, and at once."""
        super().handle_exit(sig, frame)
        for listener in self._listeners:
            listener.pull_trigger()

    def _look(self) -> None:
        wasyncore.loop(timeout=_LOOK_S, use_poll=True, map=self._map, count=1)
        if time.monotonic() < self._looked + _LOOK_S:
            return
        self._looked = time.monotonic()
        self.notify()
        for listener in self._listeners:
            listener.close_overdue()

    def _finish(self) -> None:
        for listener in self._listeners:
            listener.stop_accepting()
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while self._is_busy() and time.monotonic() < deadline:
            self._look()

    def _is_busy(self) -> bool:
        clients = (client for each in self._listeners for client in each.active_channels.values())
        return any(client.is_busy for client in clients)
