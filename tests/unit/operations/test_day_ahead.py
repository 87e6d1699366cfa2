"""Which jobs start within the next 24 hours."""

from datetime import UTC, datetime

from core.jobsettings.starts import Starts
from core.operations import day_ahead as module
from core.operations.day_ahead import day_ahead
from core.operations.row_starts import RowStarts

NOW = datetime(2026, 6, 1, 0, 20, tzinfo=UTC)


def at(expression, zone="UTC", **counts):
    return Starts(((expression, zone),), **counts)


def test_forty_jobs_at_two_share_their_times():
    rows = {f"{n}": RowStarts(at("0 0 1 * * ?"), at("0 0 2 * * ?")) for n in range(40)}
    found = day_ahead(rows, NOW)
    assert found["from"] == datetime(2026, 6, 1, 0, 15, tzinfo=UTC).timestamp()
    assert found["times"] == [[45], [105]]
    assert found["rows"]["39"] == [[[0], 0, 0], [[1], 0, 0]]
    assert not found["isCut"]


def test_the_zone_of_the_schedule_counts():
    oslo = day_ahead({"0": RowStarts(after=at("0 0 3 * * ?", "Europe/Oslo"))}, NOW)
    assert oslo["times"] == [[45]]  # 01:00 in UTC


def test_what_has_begun_or_comes_after_a_day_is_left_out():
    rows = {"0": RowStarts(at("0 20 0 * * ?"), at("0 16 0 1 * ?"))}
    assert day_ahead(rows, NOW)["times"] == [[5 + 24 * 60], []]


def test_what_cannot_be_read_has_no_times_and_what_is_paused_or_untimed_is_counted():
    rows = {"0": RowStarts(Starts(untimed=1), at("at noon", paused=2))}
    found = day_ahead(rows, NOW)
    assert found["times"] == [None]
    assert found["rows"]["0"] == [[[], 1, 0], [[0], 0, 2]]


def test_a_job_counts_once_a_minute_and_too_many_times_are_said_to_be_cut():
    times = module._Times(NOW, int(NOW.timestamp()), _left=100)
    assert times.side(at("* * * * * ?"))[0] == [0]
    assert times.found == [[0, 1]]
    assert times.is_cut
    times.side(at("0 0 2 * * ?"))
    assert times.found[1] == []
