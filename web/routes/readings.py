"""What was read from the workspace last, and the one thread that reads anew. Nobody waits for long.

What is shared, one process reads for all. A workspace that takes twenty seconds for each call must
not hold the threads that serve the page.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from core.errors import InvalidJsonError, StoppedError, SyncError
from web.board import Board, NoBoard, Note

log = logging.getLogger(__name__)

Value = TypeVar("Value")
_DEADLINE_S = 150.0  # six calls of twenty seconds, and some
_SLOW_S = 60.0  # from when on it is said that it takes long
_KEPT = 20  # readings; one is a list, a row or a place
_AGAIN_S = 5.0  # what failed is not tried again at once
_WAITERS = 2  # requests that may wait for a moment; all others are answered at once
_NEVER = float("-inf")
_BUG = "Something went wrong. See the app log."


@dataclass(frozen=True, slots=True)
class Known(Generic[Value]):
    """What is known of something, at one moment.

    Args:
        value: what the last reading that succeeded gave; None before there was one.
        age_s: how long ago that was begun.
        problem: why a later reading failed, empty when none did.
        is_reading: whether it is being read now, or will be as soon as the thread is free.
    """

    value: Value | None = None
    age_s: float = 0.0
    problem: str = ""
    is_reading: bool = False


@dataclass(frozen=True, slots=True)
class Shared(Generic[Value]):
    """How a value is shared with the other processes of the page.

    `from_json` may raise InvalidJsonError.
    """

    as_json: Callable[[Value], Any]
    from_json: Callable[[Any], Value]


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any = None
    at: float = _NEVER
    problem: str = ""
    tried: float = _NEVER
    asked: float | None = None  # when the reading under way was asked for

    @property
    def moment(self) -> float:
        return max(self.at, self.tried)


class Readings:
    """Reads one thing at a time, each with a deadline for all its calls together. Thread-safe.

    Args:
        deadline_s: after it a reading makes no further call.
        monotonic: seconds of a clock that nobody sets.
        board: of all processes of the page.
    """

    def __init__(
        self,
        deadline_s: float = _DEADLINE_S,
        monotonic: Callable[[], float] = time.monotonic,
        board: Board | None = None,
    ) -> None:
        self._board = board or NoBoard()
        self._deadline_s = deadline_s
        self._now = monotonic
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._todo: SimpleQueue[_Task] = SimpleQueue()
        self._changed = threading.Condition()
        self._waiters = threading.BoundedSemaphore(_WAITERS)
        self._thread: threading.Thread | None = None

    def look(
        self,
        name: str,
        read: Callable[[Callable[[], bool]], Value],
        *,
        newer_than: float,
        wait_s: float = 0.0,
        shared: Shared[Value] | None = None,
    ) -> Known[Value]:
        """Return what is known, and have it read anew unless a reading was begun since a moment.

        Args:
            name: of what is read; the same name means the same thing.
            read: gets a function that says whether its time is over. May raise SyncError.
            newer_than: the moment, by `monotonic`. One that failed since is tried again after
                some seconds.
            wait_s: how long this caller may wait for the reading, if there is room for another.
            shared: how other processes learn of it; None keeps it here.
        """
        noted = self._noted(name, shared)
        with self._changed:
            kept = self._kept[name] = _newest(self._kept.get(name, _Kept()), noted)
            self._kept.move_to_end(name)
            if kept.asked is None and noted.asked is not None:
                return self._known(replace(kept, asked=noted.asked))  # another process reads it
            if kept.asked is None and self._is_old(kept, newer_than):
                kept = self._kept[name] = replace(kept, asked=self._now())
                self._put(name, kept, shared)
                self._todo.put(_Task(name, read, shared))
                self._start_thread()
            if wait_s and self._waiters.acquire(blocking=False):
                try:
                    self._changed.wait_for(lambda: self._is_read(name), wait_s)
                finally:
                    self._waiters.release()
            return self._known(self._kept.get(name, _Kept()))

    def now(self) -> float:
        """Return the present moment, for `newer_than`."""
        return self._now()

    # Inside

    def _noted(self, name: str, shared: Shared[Any] | None) -> _Kept:
        """Return what the board says."""
        note = self._board.look(name) if shared else Note()
        at, tried = (_NEVER if moment is None else moment for moment in (note.at, note.tried))
        if shared is None or at == _NEVER:
            return _Kept(None, _NEVER, note.problem, tried, note.asked)
        try:
            return _Kept(shared.from_json(note.value), at, note.problem, tried, note.asked)
        except InvalidJsonError:  # of another version of this app
            return _Kept()

    def _put(self, name: str, kept: _Kept, shared: Shared[Any] | None) -> None:
        if shared is None:
            return
        is_known, tried = kept.at != _NEVER, None if kept.tried == _NEVER else kept.tried
        value, at = (shared.as_json(kept.value), kept.at) if is_known else (None, None)
        self._board.put(name, Note(value, at, kept.problem, tried, kept.asked))

    def _is_old(self, kept: _Kept, newer_than: float) -> bool:
        if kept.at >= newer_than:
            return False
        return kept.tried < newer_than or kept.tried < self._now() - _AGAIN_S

    def _is_read(self, name: str) -> bool:
        return name not in self._kept or self._kept[name].asked is None

    def _known(self, kept: _Kept) -> Known[Any]:
        now, problem = self._now(), kept.problem
        if kept.asked is not None and now - kept.asked > _SLOW_S:
            problem = _silent(now - kept.asked)
        age_s = now - kept.at if kept.value is not None else 0.0
        return Known(kept.value, age_s, problem, kept.asked is not None)

    def _start_thread(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._read_all, name="readings", daemon=True)
            self._thread.start()

    def _read_all(self) -> None:
        while True:
            task = self._todo.get()
            begun = self._now()
            value, problem = self._read(task.read, begun)
            with self._changed:
                kept = self._kept.get(task.name, _Kept())
                if problem:
                    kept = replace(kept, problem=problem, tried=begun, asked=None)
                else:
                    kept = _Kept(value, begun, "", begun)
                self._kept[task.name] = kept
                self._put(task.name, kept, task.shared)
                self._forget_oldest()
                self._changed.notify_all()

    def _read(self, read: Callable[[Callable[[], bool]], Any], begun: float) -> tuple[Any, str]:
        try:
            return read(lambda: self._now() - begun > self._deadline_s), ""
        except SyncError as error:
            return None, str(error)
        except StoppedError:
            return None, _silent(self._now() - begun)
        except Exception:  # the edge of the thread: it must live on for the next reading
            log.exception("a reading failed")
            return None, _BUG

    def _forget_oldest(self) -> None:
        for name, kept in tuple(self._kept.items()):
            if len(self._kept) <= _KEPT:
                return
            if kept.asked is None:
                del self._kept[name]


@dataclass(frozen=True, slots=True)
class _Task:
    name: str
    read: Callable[[Callable[[], bool]], Any]
    shared: Shared[Any] | None


def _newest(mine: _Kept, noted: _Kept) -> _Kept:
    """Return what is known to this process or to another one, whichever is newer."""
    newest = noted if noted.moment > mine.moment else mine
    return replace(newest, asked=mine.asked)


def _silent(seconds: float) -> str:
    return f"It is slow or does not answer: {seconds:.0f} s have passed."
