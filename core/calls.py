"""All calls to a workspace together, whatever they are for: why they wait, how they are stopped."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

ShouldStop = Callable[[], bool]
"""Whether somebody asked to stop. Called from any thread."""


class WaitReason(StrEnum):
    """Why a call waits before it is sent, or sent again; SLOW: it was sent and has no answer."""

    NOTHING = ""
    RATE_LIMIT = "rate_limit"
    FAILED = "failed"
    NO_ANSWER = "no_answer"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Wait:
    """A call waits for so many seconds."""

    seconds: float
    reason: WaitReason


class CallMeter(Protocol):
    """Measures the calls to a workspace. Called from any thread; never raises."""

    def note_call(self, endpoint: str, status: int | None) -> None:
        """Take a call that has ended.

        Args:
            endpoint: the method and the path's template, such as `GET /api/2.0/repos/{id}`.
            status: the HTTP status of the answer, None when none came.
        """
        ...

    def note_wait(self, wait: Wait) -> None:
        """Take what a call has waited before it was sent, or sent again, however short."""
        ...


class Calls(Protocol):
    """All calls to one workspace, whatever they are for."""

    def stoppable(self, should_stop: ShouldStop) -> AbstractContextManager[None]:
        """While it is open, ask before each call and while one waits for its turn.

        The calls that are asked to stop raise StoppedError in place of being sent. A call that is
        under way is awaited.
        """
        ...
