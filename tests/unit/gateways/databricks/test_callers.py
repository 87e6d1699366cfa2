"""Calls that are given up: nobody waits for them any longer."""

import threading
import time

import pytest

from core.errors import StoppedError
from core.gateways.databricks.callers import GivenUpError, give_up_late


def never() -> None:
    """Go on."""


def test_a_call_gives_what_it_gives_and_raises_what_it_raises():
    assert give_up_late(lambda: 7, most_s=9, stop_if_asked=never) == 7
    with pytest.raises(ZeroDivisionError):
        give_up_late(lambda: 1 // 0, most_s=9, stop_if_asked=never)


def test_a_call_that_takes_too_long_is_given_up():
    ends = threading.Event()
    begun = time.monotonic()
    with pytest.raises(GivenUpError):
        give_up_late(ends.wait, most_s=0.1, stop_if_asked=never)
    assert time.monotonic() - begun < 5
    ends.set()


def test_a_call_that_is_no_longer_wanted_is_given_up():
    ends = threading.Event()

    def stop() -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        give_up_late(ends.wait, most_s=99, stop_if_asked=stop)
    ends.set()


def test_without_a_thread_to_spare_a_call_is_made_all_the_same(monkeypatch):
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert give_up_late(lambda: 7, most_s=9, stop_if_asked=never) == 7
