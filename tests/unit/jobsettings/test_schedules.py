"""When schedules fire."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidDefinitionError
from core.jobsettings.schedules import fire_times, next_fire, periodic_times

FAR = datetime(2126, 1, 1, tzinfo=UTC)
# Expression, zone, after, then the next times or null when it is refused, as answered by
# `CronExpression.getNextValidTimeAfter` of Quartz 2.3.2 (2.5.2 where it has `L` in a list).
QUARTZ = json.loads(Path(__file__).with_name("quartz-times.json").read_text(encoding="utf-8"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(("expression", "zone", "after", "times"), QUARTZ)
def test_the_times_are_those_of_quartz_itself(expression, zone, after, times):
    start = datetime.fromtimestamp(after, UTC)
    if times is None:
        with pytest.raises(InvalidDefinitionError):
            fire_times(expression, zone, after=start, until=FAR)
        return
    found = fire_times(expression, zone, after=start, until=FAR, limit=len(times) or 1)
    assert [int(time.timestamp()) for time in found] == times


def test_times_are_after_the_first_moment_and_until_the_last():
    start, end = at("2026-11-27T05:00:00+01:00"), at("2026-11-29T05:00:00+01:00")
    assert fire_times("0 0 5 * * ?", "Europe/Oslo", after=start, until=end) == (
        at("2026-11-28T05:00:00+01:00"),
        end,
    )


def test_a_time_that_the_clock_leaves_out_is_skipped():
    saturday = at("2026-03-28T12:00:00+01:00")
    assert next_fire("0 30 2 * * ?", "Europe/Oslo", saturday) == at("2026-03-30T02:30:00+02:00")


def test_a_time_that_the_clock_repeats_fires_once():
    start, end = at("2026-10-24T12:00:00+02:00"), at("2026-10-25T12:00:00+01:00")
    times = fire_times("0 30 2 * * ?", "Europe/Oslo", after=start, until=end)
    assert times == (at("2026-10-25T02:30:00+01:00"),)


def test_a_time_that_the_clock_repeats_is_still_ahead_while_it_passes_the_first_time():
    first_half_past = at("2026-10-25T02:30:00+02:00")
    assert next_fire("0 10 2 * * ?", "Europe/Oslo", first_half_past) == at(
        "2026-10-25T02:10:00+01:00"
    )


def test_no_more_times_are_returned_than_asked_for():
    now = at("2026-11-27T00:00:00+00:00")
    assert len(fire_times("* * * * * ?", "UTC", after=now, until=FAR, limit=7)) == 7


def test_a_schedule_that_never_fires_is_given_up_soon():
    started = perf_counter()
    assert next_fire("0 0 0 30 2 ?", "UTC", at("2026-11-27T00:00:00+00:00")) is None
    assert next_fire("* * * ? * * 1999", "UTC", at("2026-11-27T00:00:00+00:00")) is None
    assert perf_counter() - started < 1


@pytest.mark.parametrize(
    "zone", ["", "Europe/Atlantis", "/etc/passwd", "../UTC", "Europe", "a\0b", "Å", "x" * 5000]
)
def test_an_unknown_zone_is_refused(zone):
    with pytest.raises(InvalidDefinitionError, match="not a time zone"):
        next_fire("0 0 5 * * ?", zone, at("2026-11-27T00:00:00+00:00"))


@given(
    st.datetimes(
        datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC), allow_imaginary=False
    ),
    st.sampled_from([row[:2] for row in QUARTZ if row[3] is not None]),
)
def test_times_rise_and_a_later_start_drops_the_earlier_ones(after, schedule):
    expression, zone = schedule
    first, *rest = fire_times(expression, zone, after=after, until=FAR, limit=4) or (None,)
    if first is None:
        return
    assert after < first
    assert [first, *rest] == sorted({first, *rest})
    assert list(fire_times(expression, zone, after=first, until=FAR, limit=3)) == rest


def test_periodic_times_have_the_distance_of_the_trigger():
    now = at("2026-11-27T00:30:00+00:00")
    times = periodic_times(4, "HOURS", now, now + timedelta(hours=9))
    assert times == (now + timedelta(hours=4), now + timedelta(hours=8))


@pytest.mark.parametrize(("interval", "unit"), [(0, "HOURS"), (-1, "DAYS"), (1, "MONTHS"), (1, "")])
def test_a_period_that_we_do_not_know_has_no_times(interval, unit):
    now = at("2026-11-27T00:00:00+00:00")
    assert periodic_times(interval, unit, now, now + timedelta(days=400)) == ()
