"""What one process has counted, until it is in the store."""

import threading
import time
import uuid
from collections.abc import Callable
from typing import Protocol

from core.calls import Wait
from core.operations.counters import Additions, Counter, count_call, count_wait
from core.parallel import start_thread

_MOMENT_S = 1.0
_LATER_S = 30.0  # at most, while nothing can be written


class Write(Protocol):
    """`Counts.count` of the store."""

    def __call__(self, additions: Additions, batch: str) -> bool: ...


class Tally:
    """Gathers additions and writes them a moment later. Thread-safe. A `CallMeter`.

    What cannot be written is kept for another attempt, under the same name; what was added last is
    lost with a process that is killed. It has a thread as long as there is something to write.
    """

    def __init__(self, write: Write, moment_s: float = _MOMENT_S) -> None:
        """Args: `moment_s` is how long additions gather; failures make it longer."""
        self._write = write
        self._moment_s = moment_s
        self._mutex = threading.Lock()
        self._writing = threading.Lock()
        self._gathered: dict[Counter, float] = {}
        self._sent: dict[Counter, float] = {}
        self._batch = ""  # names what was sent, and may not have been written
        self._has_thread = False

    def add(self, additions: Additions) -> None:
        """Add, without waiting for the store."""
        with self._mutex:
            self._take(additions)
            if self._gathered and not self._has_thread:
                self._has_thread = _is_started(self._keep_writing)

    def write(self) -> bool:
        """Write what has gathered, now. False when it could not be written, and is still here."""
        with self._writing:
            while self._has_batch():
                if not self._write(self._sent, self._batch):
                    return False
                self._sent, self._batch = {}, ""
            return True

    def note_call(self, endpoint: str, status: int | None) -> None:
        """See `CallMeter`."""
        self.add(count_call(endpoint, status))

    def note_wait(self, wait: Wait) -> None:
        """See `CallMeter`."""
        self.add(count_wait(wait.reason, wait.seconds))

    def _has_batch(self) -> bool:
        """Whether there is anything to write; what was sent before comes first, as it was."""
        if not self._batch:
            with self._mutex:
                self._sent, self._gathered = self._gathered, {}
            self._batch = uuid.uuid4().hex if self._sent else ""
        return self._batch != ""

    def _take(self, additions: Additions) -> None:
        for counter, amount in additions.items():
            self._gathered[counter] = self._gathered.get(counter, 0.0) + amount

    def _keep_writing(self) -> None:
        pause_s = self._moment_s
        while True:
            time.sleep(pause_s)
            pause_s = self._moment_s if self.write() else min(_LATER_S, 2 * pause_s)
            with self._mutex:
                if not self._gathered and not self._batch:
                    self._has_thread = False
                    return


def _is_started(work: Callable[[], None]) -> bool:
    """Start a thread; False where the machine has none left, as it may have later."""
    try:
        start_thread(work, "tally")
    except RuntimeError:
        return False
    return True
