"""The pace of calls against a workspace that permits so many a second."""

import itertools

import pytest

from core.calls import Wait, WaitReason
from core.errors import StoppedError
from core.gateways.databricks.pacing import PaceClock, Pacer, backoff_s


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def clock(self) -> PaceClock:
        return PaceClock(monotonic=lambda: self.now, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Limited:
    """A workspace that refuses what exceeds its limit in a second of the clock."""

    def __init__(self, time: Time, per_second: int, call_s: float) -> None:
        self.time, self.per_second, self.call_s = time, per_second, call_s
        self.counts: dict[int, int] = {}

    def accepts(self) -> bool:
        second = int(self.time.now)
        self.time.now += self.call_s
        self.counts[second] = self.counts.get(second, 0) + 1
        return self.counts[second] <= self.per_second


def run(pacer: Pacer, limited: Limited, seconds: float, retry_after_s: float | None) -> int:
    done = 0
    end = limited.time.now + seconds
    while limited.time.now < end:
        for attempt in itertools.count(1):
            pacer.wait_for_turn()
            if limited.accepts():
                pacer.note_success()
                done += 1
                break
            pacer.note_refusal(retry_after_s, attempt)
    return done


def test_nothing_waits_while_nothing_is_refused() -> None:
    time = Time()
    pacer = Pacer(lambda _seconds: None, time.clock())
    for _ in range(1000):
        pacer.wait_for_turn()
        pacer.note_success()
    assert time.now == 1000.0


@pytest.mark.parametrize("retry_after_s", [None, 1.0])
@pytest.mark.parametrize("per_second", [20, 60])
def test_the_pace_stays_close_below_the_permitted_rate(
    per_second: int, retry_after_s: float | None
) -> None:
    time = Time()
    pacer = Pacer(lambda _seconds: None, time.clock())
    done = run(pacer, Limited(time, per_second, 0.006), 120, retry_after_s)
    assert done >= 0.9 * per_second * 120


def test_the_pace_recovers_when_the_limit_is_lifted() -> None:
    time = Time()
    pacer = Pacer(lambda _seconds: None, time.clock())
    limited = Limited(time, 20, 0.006)
    run(pacer, limited, 10, 1.0)
    limited.per_second = 10_000
    run(pacer, limited, 120, 1.0)
    assert run(pacer, limited, 10, 1.0) > 100 * 10


def test_everybody_waits_as_long_as_the_workspace_asks_and_it_is_told() -> None:
    time = Time()
    told: list[Wait] = []
    pacer = Pacer(told.append, time.clock())
    pacer.note_refusal(7.0, 1)
    pacer.wait_for_turn()
    assert time.now == 1007.0
    assert told == [Wait(7.0, WaitReason.RATE_LIMIT)]


def test_time_without_progress_is_counted_over_all_threads() -> None:
    time = Time()
    pacer = Pacer(lambda _seconds: None, time.clock())
    time.now += 30
    assert pacer.idle_s(since=1010.0) == 20
    pacer.note_success()
    time.now += 5
    assert pacer.idle_s(since=1010.0) == 5


def test_waits_grow_and_are_bounded() -> None:
    assert 0.25 <= backoff_s(1) <= 0.5
    assert 5 <= backoff_s(30) <= 10


def test_a_long_wait_ends_as_soon_as_somebody_asks_to_stop() -> None:
    time = Time()
    pacer = Pacer(lambda _wait: None, time.clock())
    started = time.now
    pacer.note_refusal(60.0, 1)
    with pytest.raises(StoppedError), pacer.stoppable(lambda: time.now > started + 3):
        pacer.wait_for_turn()
    assert time.now - started < 5


def test_nobody_is_asked_where_nothing_may_be_stopped() -> None:
    time = Time()
    pacer = Pacer(lambda _wait: None, time.clock())
    with pacer.stoppable(lambda: True), pytest.raises(StoppedError):
        pacer.stop_if_asked()
    pacer.stop_if_asked()


def test_every_wait_is_measured_as_long_as_it_was() -> None:
    time, measured = Time(), []
    pacer = Pacer(lambda _wait: None, time.clock(), measured.append)
    pacer.wait(0.2, WaitReason.FAILED)
    pacer.wait(0, WaitReason.FAILED)
    pacer.note_refusal(3.0, 1)
    pacer.wait_for_turn()
    assert measured == [Wait(0.2, WaitReason.FAILED), Wait(3.0, WaitReason.RATE_LIMIT)]


def test_of_a_wait_that_is_stopped_what_was_waited_is_measured() -> None:
    time, measured = Time(), []
    pacer = Pacer(lambda _wait: None, time.clock(), measured.append)
    with pacer.stoppable(lambda: time.now >= 1002.0), pytest.raises(StoppedError):
        pacer.wait(60.0, WaitReason.RATE_LIMIT)
    assert measured == [Wait(2.0, WaitReason.RATE_LIMIT)]
