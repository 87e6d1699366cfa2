"""Calls that whoever waits for them can give up.

No timeout of a socket bounds a call: each byte begins a new one, and the SDK asks for a token
without any. So each call has a thread of its own, which is left alone when it takes too long or the
work is stopped; it ends with the process. Source: databricks-sdk oauth.py, `retrieve_token`.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import requests

from core.parallel import start_thread

Result = TypeVar("Result")
_LOOK_S = 0.25  # how often to ask whether to stop


class GivenUpError(requests.Timeout):
    """A call took longer than it may."""


class _Call(Generic[Result]):
    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self.ended = threading.Event()
        self.result: Result
        self.error: BaseException | None = None

    def make(self) -> None:
        try:
            self.result = self._work()
        except BaseException as error:
            self.error = error
        finally:
            self.ended.set()


def give_up_late(
    work: Callable[[], Result], *, most_s: float, stop_if_asked: Callable[[], None]
) -> Result:
    """Return what the work returns, or raise what it raises.

    Args:
        most_s: how long it may take.
        stop_if_asked: raises when the work is no longer wanted.

    Raises:
        GivenUpError: it took longer. It may still be done after that.
    """
    call = _Call(work)
    try:
        start_thread(call.make, "call")
    except RuntimeError:  # the machine has no thread left
        call.make()
    over = time.monotonic() + most_s
    while not call.ended.wait(max(0.0, min(_LOOK_S, over - time.monotonic()))):
        stop_if_asked()
        if time.monotonic() >= over:
            raise GivenUpError("The call took too long.")
    if call.error is not None:
        raise call.error
    return call.result
