"""Which expressions are read, and which stay an expression."""

import pytest

from core.errors import InvalidDefinitionError
from core.jobsettings.quartz import (
    LastWeekDay,
    MonthDays,
    NearestWorkday,
    NthWeekDay,
    WeekDays,
    read_expression,
)


@pytest.mark.parametrize(
    ("days", "weekdays", "read"),
    [
        ("1,15", "?", MonthDays((1, 15))),
        ("L", "?", MonthDays((), (0,))),
        ("L-3,10", "?", MonthDays((10,), (3,))),
        ("30-2", "?", MonthDays((1, 2, 30, 31))),
        ("15W", "?", NearestWorkday(15)),
        ("LW", "?", NearestWorkday(0, is_from_end=True)),
        ("L-3W", "?", NearestWorkday(3, is_from_end=True)),
        ("?", "1", WeekDays((1,))),
        ("?", "fri-mon", WeekDays((1, 2, 6, 7))),
        ("?", "L", WeekDays((7,))),
        ("?", "6L", LastWeekDay(6)),
        ("?", "FRIL", LastWeekDay(6)),
        ("?", "2#3", NthWeekDay(2, 3)),
    ],
)
def test_days_are_read_as_quartz_does(days, weekdays, read):
    assert read_expression(f"0 0 0 {days} * {weekdays}").days == read


def test_steps_ranges_and_names_are_read():
    expression = read_expression("0/20 */30 22-1 ? nov-feb * 2027-2028")
    assert expression.seconds == (0, 20, 40)
    assert expression.minutes == (0, 30)
    assert expression.hours == (0, 1, 22, 23)
    assert expression.months == (1, 2, 11, 12)
    assert expression.years == (2027, 2028)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * * * *",  # no seconds
        "0 0 0 * * *",  # neither day is “?”
        "0 0 0 ? * ?",
        "0 0 0 * * ? * *",
        "60 0 0 * * ?",
        "0 0 24 * * ?",
        "0 0 0 0 * ?",
        "0 0 0 32 * ?",
        "0 0 0 * 13 ?",
        "0 0 0 ? * 8",
        "0 0 0 ? * 0",
        "0 0 0 ? * MON-FRI/2",
        "0 0 0 ? 2-JUN *",
        "0 0 0 ? * 2#6",
        "0 0 0 ? * 2#1,3",
        "0 0 0 ? * 6L,2",
        "0 0 0 15W,20 * ?",  # “single day” by its documentation
        "0 0 0 31W * ?",
        "0 0 0 0W * ?",
        "0 0 0 L-31 * ?",
        "0 0 0 L-31W * ?",
        "0 */0 0 * * ?",
        "0 */60 0 * * ?",
        "0 5- 0 * * ?",
        "0 -5 0 * * ?",
        "0 *-5 0 * * ?",
        "0 5,,6 0 * * ?",
        "0 1_0 0 * * ?",
        "0 ٣ 0 * * ?",
        "0 0 0 * * ? 2028-2027",
        "0 0 0 * * ? 1969",
        "${var.schedule}",
        "0 0 0 " + "1," * 5000 + "1 * ?",
    ],
)
def test_what_quartz_refuses_or_reads_in_two_ways_is_refused(text):
    with pytest.raises(InvalidDefinitionError, match="not a schedule"):
        read_expression(text)
