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


class Calls(Protocol):
    """All calls to one workspace, whatever they are for."""

    def stoppable(self, should_stop: ShouldStop) -> AbstractContextManager[None]:
        """While it is open, ask before each call and while one waits for its turn.

        The calls that are asked to stop raise StoppedError in place of being sent. A call that is
        under way is awaited.
        """
        ...
