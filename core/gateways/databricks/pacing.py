"""When a call may be sent: one pace for all threads, slower after a 429, faster again after."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.calls import ShouldStop, Wait, WaitReason
from core.errors import StoppedError

OnWait = Callable[[Wait], None]
"""Called when a call begins to wait."""

_SLICE_S = 0.5  # how long a wait that may be stopped sleeps between two questions
_SHOWN_S = 0.5  # shorter waits are normal pacing and not reported
_ONE_EVENT_S = 0.5  # refusals this close together are one refusal of several threads
_BELOW = 0.97  # of the rate at which the workspace refused
_PROBE = 1.1  # how much faster the pace gets when nothing was refused for a while
_FIRST_PROBE_S = 1.0  # that while at first; it doubles with each probe that was refused
_LAST_PROBE_S = 60.0
_WORTH_A_PAUSE = 10  # a refused probe costs its pause, and could have won a tenth
_SLOWEST_RATE = 5.0  # calls a second; a refusal in quiet times says little about the limit
_FREE_RATE = 200.0  # calls a second above which pacing has no effect
_MAX_BACKOFF_S = 10.0


@dataclass(frozen=True, slots=True)
class PaceClock:
    """Where the time comes from, and how to wait."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Pacer:
    """Spaces the calls of all threads. Thread-safe.

    A refusal (429) stops all threads for as long as the workspace asks, and sets the pace just
    below the rate that it accepted before. Success speeds up again, a little at a time.
    """

    def __init__(
        self, on_wait: OnWait, clock: PaceClock, on_waited: OnWait = lambda _wait: None
    ) -> None:
        """Args: `on_waited` is called after each wait, however short, also one that was stopped."""
        self._on_wait = on_wait
        self._on_waited = on_waited
        self._clock = clock
        self._mutex = threading.Lock()
        self._rate = _FREE_RATE
        self._next = clock.monotonic()
        self._changed = self._next
        self._probe_s = _FIRST_PROBE_S
        self._probes = 0  # since the last refusal
        self._succeeded = self._next
        self._refused = float("-inf")
        self._should_stop: ShouldStop | None = None
        self._successes: deque[float] = deque(maxlen=int(_FREE_RATE))

    def wait_for_turn(self) -> None:
        """Return when the next call may be sent."""
        with self._mutex:
            now = self._clock.monotonic()
            turn = max(now, self._next)
            self._next = turn + (1 / self._rate if self._rate < _FREE_RATE else 0)
        self.wait(turn - now, WaitReason.RATE_LIMIT)

    def wait(self, seconds: float, reason: WaitReason) -> None:
        """Wait, and report it when it is long enough to be noticed."""
        if seconds <= 0:
            return
        if seconds >= _SHOWN_S:
            self._on_wait(Wait(seconds, reason))
        waited = 0.0
        try:
            while waited < seconds:
                self.stop_if_asked()
                rest = seconds - waited
                part = min(rest, _SLICE_S) if self._should_stop else rest
                self._clock.sleep(part)
                waited += part
        finally:
            if waited:
                self._on_waited(Wait(waited, reason))

    @contextmanager
    def stoppable(self, should_stop: ShouldStop) -> Iterator[None]:
        """While it is open, `stop_if_asked` asks."""
        self._should_stop = should_stop
        try:
            yield
        finally:
            self._should_stop = None

    def stop_if_asked(self) -> None:
        """End the work if somebody asked for it.

        Raises:
            StoppedError: somebody did, and nothing is being written.
        """
        should_stop = self._should_stop
        if should_stop and should_stop():
            raise StoppedError

    def note_success(self) -> None:
        """Record that a call was answered."""
        with self._mutex:
            now = self._clock.monotonic()
            self._succeeded = now
            self._successes.append(now)
            if self._rate < _FREE_RATE and now - self._changed > self._probe_s:
                if self._probes:  # the one before was not refused either
                    self._probe_s = max(_FIRST_PROBE_S, self._probe_s / 2)
                self._probes += 1
                self._rate *= _PROBE
                self._changed = now

    def note_refusal(self, retry_after_s: float | None, attempt: int) -> None:
        """Record a refusal (429); no thread calls again before its pause is over."""
        with self._mutex:
            now = self._clock.monotonic()
            pause = backoff_s(attempt) if retry_after_s is None else retry_after_s
            if now - self._refused > _ONE_EVENT_S:
                longer = 2 * self._probe_s if self._rate < _FREE_RATE else self._probe_s
                self._probe_s = min(_LAST_PROBE_S, max(longer, _WORTH_A_PAUSE * pause))
                self._rate = max(_SLOWEST_RATE, _BELOW * self._accepted_rate(now))
                self._changed = now
                self._probes = 0
            self._refused = now
            self._next = max(self._next, now + pause)

    def idle_s(self, since: float) -> float:
        """Return for how many seconds no call of any thread has succeeded, counted from `since`."""
        with self._mutex:
            return self._clock.monotonic() - max(since, self._succeeded)

    def now(self) -> float:
        """Return the monotonic time."""
        return self._clock.monotonic()

    def _accepted_rate(self, now: float) -> float:
        """Return the calls a second that succeeded in the second before now."""
        return float(sum(1 for success in self._successes if now - success <= 1.0))


def backoff_s(attempt: int) -> float:
    """Return the seconds before attempt number `attempt` + 1: longer each time, spread a little."""
    spread = 0.5 + random.random() / 2  # noqa: S311 - keeps threads from coming back together
    return min(_MAX_BACKOFF_S, 0.5 * float(2 ** (attempt - 1))) * spread
