"""Which groups people belong to, read from the workspace again for each request that asks.

A request is answered by a reading that was begun after it came, so that a role which was taken away
works at the next request. One reading at a time, for all who wait: a workspace allows some four
calls of this kind a second (255 a minute).
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.calls import ShouldStop
from core.errors import StoppedError, SyncError
from core.identity_names import fold_identity
from core.ports import Member
from web.board import Board, NoBoard
from web.people.member_notes import MemberNotes, Noted

log = logging.getLogger(__name__)

STILL_GOOD_S = 60.0  # for looking, while nothing newer can be read
_POLL_S = 1.0  # how old an answer may be for polls, when there are many of them
_POLLS = 10  # that many at once are each read at once; from then on there is a reading a second
_PATIENCE_S, _SHORT_PATIENCE_S = 10.0, 3.0  # without and with an answer that is still good
_TROUBLE_S = 5.0  # how long after a failure polls do not wait
_WAITERS = 4  # requests that may wait while the workspace is in trouble: there are eight threads
_DEADLINE_S = 15.0  # for all calls of a reading
_KEPT = 1000  # people
_NOTED_S = 10.0  # how often the other processes learn what has not changed
_BATCH = 20  # people in one reading, which is one call
_SLOW = "The workspace does not answer."
_BUG = "Something went wrong. See the app log."

Read = Callable[[Collection[str], ShouldStop], Mapping[str, Member]]
"""Returns the members by name; who does not exist is missing. May raise SyncError."""


class Freshness(StrEnum):
    """How new the answer for a request has to be."""

    NOW = "now"
    POLL = "poll"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of somebody.

    Args:
        member: None for who does not exist.
        is_known: whether this was read, now or at most `STILL_GOOD_S` ago.
        problem: why it could not be read now; empty when it was.
    """

    member: Member | None = None
    is_known: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    member: Member | None
    at: float  # when the reading that gave it was begun
    number: int  # of that reading; 0 for one of another process
    noted: float = float("-inf")  # when the other processes learned of it


class Members:
    """Answers from one thread that reads. Thread-safe; the thread begins with the first question.

    Args:
        monotonic: seconds of a clock that nobody sets, the same for all processes.
        board: what all processes know; only for what is still good while nothing can be read.
    """

    def __init__(
        self,
        read: Read,
        monotonic: Callable[[], float] = time.monotonic,
        board: Board | None = None,
    ) -> None:
        self._read = read
        self._notes = MemberNotes(board or NoBoard())
        self._now = monotonic
        self._changed = threading.Condition()
        self._wanted: OrderedDict[str, str] = OrderedDict()  # names by how they are compared
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._failed: dict[str, tuple[int, str]] = {}  # by which reading, and why
        self._readings = 0  # so many were begun
        self._trouble = float("-inf")  # until when polls do not wait
        self._begun: float | None = None  # when the reading under way was
        self._last = float("-inf")  # when the last one was
        self._is_urgent = False  # whether somebody wants more than a poll that may wait its turn
        self._polls, self._filled = float(_POLLS), monotonic()
        self._waiting = 0
        self._thread: threading.Thread | None = None

    def look(self, name: str, freshness: Freshness = Freshness.NOW) -> Answer:
        """Return what is known of somebody, read after this moment unless it is a poll of many."""
        key = fold_identity(name)
        with self._changed:
            asked = self._now()
            kept = self._kept.get(key)
            is_poll = freshness is Freshness.POLL
            is_urgent = not is_poll or self._may_poll(asked)
            if not is_urgent and kept and asked - kept.at <= _POLL_S:
                return Answer(kept.member, is_known=True)
            self._wanted[key] = name
            self._is_urgent = self._is_urgent or is_urgent
            self._start_thread()
            self._changed.notify_all()
            in_trouble = self._is_in_trouble(asked)
            if in_trouble and (is_poll or self._waiting >= _WAITERS):
                return self._fallback(key, asked)
            self._waiting += 1
            try:
                return self._wait(key, asked, self._readings)
            finally:
                self._waiting -= 1

    # Inside

    def _may_poll(self, now: float) -> bool:
        self._polls = min(float(_POLLS), self._polls + (now - self._filled) / _POLL_S)
        self._filled = now
        if self._polls < 1:
            return False
        self._polls -= 1
        return True

    def _is_in_trouble(self, now: float) -> bool:
        is_late = self._begun is not None and now - self._begun > _SHORT_PATIENCE_S
        return is_late or now < self._trouble

    def _wait(self, key: str, asked: float, before: int) -> Answer:
        """Wait for a reading after the `before` that had been begun by then."""
        known = _while_good(self._kept.get(key), asked) or self._still_good(key, asked)
        until = asked + (_SHORT_PATIENCE_S if known else _PATIENCE_S)
        while True:
            kept, failed = self._kept.get(key), self._failed.get(key)
            if kept and kept.number > before:
                return Answer(kept.member, is_known=True)
            if failed and failed[0] > before:
                return self._fallback(key, self._now())
            left = until - self._now()
            if left <= 0:
                return self._fallback(key, self._now())
            self._changed.wait(left)

    def _fallback(self, key: str, now: float) -> Answer:
        _, problem = self._failed.get(key, (0, _SLOW))
        known = self._still_good(key, now)
        return Answer(known.member if known else None, known is not None, problem)

    def _still_good(self, key: str, now: float) -> _Kept | None:
        """Return the newest that any process knows, if that is new enough."""
        kept, noted = self._kept.get(key), self._notes.look(key)
        if noted and (kept is None or noted.at > kept.at):
            kept = _Kept(noted.member, noted.at, 0)
        return _while_good(kept, now)

    def _start_thread(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._read_all, name="members", daemon=True)
            self._thread.start()

    def _read_all(self) -> None:
        while True:
            with self._changed:
                while not self._wanted or self._turn_s() > 0:
                    self._changed.wait(self._turn_s() if self._wanted else None)
                batch = dict(self._wanted.popitem(last=False) for _ in range(self._next_size()))
                self._is_urgent = self._is_urgent and bool(self._wanted)
                begun = self._begun = self._last = self._now()
                self._readings += 1
            found, problem = self._try(batch.values(), begun)
            with self._changed:
                self._begun = None
                news = self._note(batch, found, problem, begun)
                self._changed.notify_all()
            for key, noted in news.items():
                self._notes.put(key, noted)

    def _turn_s(self) -> float:
        """Return how long polls have to wait for their turn."""
        return 0.0 if self._is_urgent else self._last + _POLL_S - self._now()

    def _next_size(self) -> int:
        return min(_BATCH, len(self._wanted))

    def _note(
        self, batch: Mapping[str, str], found: Mapping[str, Member], problem: str, begun: float
    ) -> Mapping[str, Noted]:
        """Keep what was read; return what the other processes have to learn."""
        news: dict[str, Noted] = {}
        if problem:
            self._trouble = self._now() + _TROUBLE_S
            self._failed.update(dict.fromkeys(batch, (self._readings, problem)))
        else:
            self._trouble = float("-inf")
        for key, name in batch.items():
            if not problem:
                self._failed.pop(key, None)
                before, member = self._kept.get(key), found.get(name)
                is_known = before is not None and before.member == member
                noted = before.noted if before and is_known else float("-inf")
                if begun - noted >= _NOTED_S:
                    news[key], noted = Noted(member, begun), begun
                self._kept[key] = _Kept(member, begun, self._readings, noted)
                self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        while len(self._failed) > _KEPT:
            del self._failed[next(iter(self._failed))]
        return news

    def _try(self, names: Collection[str], begun: float) -> tuple[Mapping[str, Member], str]:
        try:
            return self._read(tuple(names), lambda: self._now() - begun > _DEADLINE_S), ""
        except SyncError as error:
            return {}, str(error)
        except StoppedError:
            return {}, _SLOW
        except Exception:  # the edge of the thread: it must live on for the next reading
            log.exception("the groups of users could not be read")
            return {}, _BUG


def _while_good(kept: _Kept | None, now: float) -> _Kept | None:
    return kept if kept and 0 <= now - kept.at <= STILL_GOOD_S else None
