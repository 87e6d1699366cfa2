"""A Quartz expression in words, made of the values it stands for, not of how it is written."""

from collections.abc import Sequence
from itertools import pairwise
from typing import assert_never

from core.jobsettings.quartz import (
    LAST_YEAR,
    Days,
    Expression,
    LastWeekDay,
    MonthDays,
    NearestWorkday,
    NthWeekDay,
    WeekDays,
)

_WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_NTH = ("first", "second", "third", "fourth", "fifth")
_ALL_HOURS, _ALL_MINUTES, _ALL_SECONDS = tuple(range(24)), tuple(range(60)), tuple(range(60))
_MOST = 8  # of a list that is still read rather than decoded


def describe(expression: Expression) -> str:
    """Return when a schedule fires, as a sentence without its end; empty when words fail.

    “Every day at 05:00”, “Every 15 minutes from 08:00 to 17:45, Monday to Friday”.
    """
    days = _days(expression.days, expression.months)
    years = _years(expression.years)
    if days is None or years is None:
        return ""
    if times := _times(expression):
        return f"{_capital(days or 'every day')} at {times}{years}"
    if rhythm := _rhythm(expression):
        return f"{_capital(rhythm)}{f', {days}' if days else ''}{years}"
    return ""


def _times(expression: Expression) -> str:
    """Return times of the day when there are few."""
    hours, minutes, seconds = expression.hours, expression.minutes, expression.seconds
    if len(hours) * len(minutes) * len(seconds) > _MOST or hours == _ALL_HOURS:
        return ""
    shown = [(hour, minute, second) for hour in hours for minute in minutes for second in seconds]
    return _list([_clock(*time, has_seconds=seconds != (0,)) for time in shown])


def _rhythm(expression: Expression) -> str:
    """Return how often it fires in the course of a day, and between which times."""
    hours, minutes, seconds = expression.hours, expression.minutes, expression.seconds
    if len(seconds) > 1:
        if minutes != _ALL_MINUTES or not _is_run(hours) or not (step := _step(seconds, 60)):
            return ""
        return f"every {_count(step, 'second')}{_from_second(seconds[0])}{_between(expression)}"
    if minutes == _ALL_MINUTES and hours == _ALL_HOURS:
        return f"every minute{_from_second(seconds[0])}"
    step = _step(minutes, 60) if len(hours) > 1 else _distance(minutes)
    if len(minutes) > 1 and _is_run(hours) and step:
        start = _past_the_hour(minutes[0], seconds[0]) if hours == _ALL_HOURS else ""
        start = start.replace(" at ", ", first at ")
        return f"every {_count(step, 'minute')}{start}{_between(expression)}"
    if len(minutes) > 1:
        return _some_minutes(expression)
    if _is_run(hours):
        start = _past_the_hour(minutes[0], seconds[0]) if hours == _ALL_HOURS else ""
        return f"every hour{start}{_between(expression)}"
    if step := _step(hours, 24):
        first = _clock(hours[0], minutes[0], seconds[0], has_seconds=seconds != (0,))
        return f"every {step} hours from {first}"
    return ""


def _some_minutes(expression: Expression) -> str:
    """Minutes that follow no rhythm, each hour."""
    minutes = expression.minutes
    if expression.seconds != (0,) or len(minutes) > _MOST or not _is_run(expression.hours):
        return ""
    shown = _list([f"{minute:02}" for minute in minutes])
    return f"every hour at minutes {shown}{_between(expression)}"


def _between(expression: Expression) -> str:
    """Return the first and the last time of the day, empty when it goes round the clock."""
    if expression.hours == _ALL_HOURS:
        return ""
    has_seconds = expression.seconds != (0,)
    first, last = (
        _clock(
            expression.hours[at],
            expression.minutes[at],
            expression.seconds[at],
            has_seconds=has_seconds,
        )
        for at in (0, -1)
    )
    return f" from {first} to {last}"


def _past_the_hour(minute: int, second: int) -> str:
    passed = [f"{minute} min"] if minute else []
    passed += [f"{second} s"] if second else []
    return f" at {' '.join(passed)} past the hour" if passed else ""


def _from_second(second: int) -> str:
    return f" from second {second}" if second else ""


def _days(days: Days, months: tuple[int, ...]) -> str | None:
    """Return which days, empty for all of them, None when words fail."""
    match days:
        case MonthDays(all_days, ()) if len(all_days) == 31:
            return f"every day in {_months(months)}" if len(months) < 12 else ""
        case WeekDays(all_days) if len(all_days) == 7:
            return f"every day in {_months(months)}" if len(months) < 12 else ""
        case WeekDays(some_days):
            return f"{_weekdays(some_days)}{f' in {_months(months)}' if len(months) < 12 else ''}"
        case MonthDays():
            named = _month_days(days)
        case NearestWorkday():
            named = _workday(days)
        case NthWeekDay(day, nth):
            named = f"the {_NTH[nth - 1]} {_WEEKDAYS[day - 1]}"
        case LastWeekDay(day):
            named = f"the last {_WEEKDAYS[day - 1]}"
        case _:
            assert_never(days)
    where = " that has it" if isinstance(days, MonthDays) and _is_rare(days, months) else ""
    return f"{named} of {_months(months)}{where}" if named else None


def _weekdays(days: tuple[int, ...]) -> str:
    from_monday = sorted((day - 2) % 7 for day in days)  # 0 is Monday
    if run := _circle_run(from_monday, 7):
        first, last = (_WEEKDAYS[(day + 1) % 7] for day in run)
        return f"{first} to {last}"
    return f"every {_list([_WEEKDAYS[(day + 1) % 7] for day in from_monday])}"


def _month_days(days: MonthDays) -> str:
    numbers, backs = days.days, days.from_end
    if not backs and len(numbers) > 2 and _is_run(numbers):
        return f"the {_ordinal(numbers[0])} to the {_ordinal(numbers[-1])}"
    if len(numbers) + len(backs) > _MOST:
        return ""
    from_start = [f"the {_ordinal(number)}" for number in numbers]
    return _list(from_start + [_before_last(back) for back in reversed(backs)])


def _is_rare(days: MonthDays, months: tuple[int, ...]) -> bool:
    """Whether a single day is not in every month."""
    return len(months) == 12 and len(days.days) == 1 and days.days[0] > 28 and not days.from_end


def _before_last(back: int) -> str:
    if back < 2:
        return "the day before the last day" if back else "the last day"
    return f"{back} days before the last day"


def _workday(days: NearestWorkday) -> str:
    if not days.is_from_end:
        return f"the weekday nearest to the {_ordinal(days.day)}"
    if not days.day:
        return "the last weekday"
    return f"the weekday nearest to {_before_last(days.day)}"


def _months(months: tuple[int, ...]) -> str:
    if len(months) == 12:
        return "every month"
    if run := _circle_run([month - 1 for month in months], 12):
        return " to ".join(_MONTHS[month] for month in run)
    return _list([_MONTHS[month - 1] for month in months])


def _years(years: tuple[int, ...]) -> str | None:
    if not years:
        return ""
    if years[-1] == LAST_YEAR and _is_run(years):
        return f", from {years[0]}"
    if len(years) > 2 and _is_run(years):
        return f", from {years[0]} to {years[-1]}"
    return f", in {_list([str(year) for year in years])}" if len(years) <= _MOST else None


def _circle_run(values: Sequence[int], size: int) -> tuple[int, int] | None:
    """Return first and last of three or more values that follow each other round a circle."""
    starts = [value for value in values if (value - 1) % size not in values]
    if len(values) < 3 or len(starts) != 1:
        return None
    return starts[0], (starts[0] + len(values) - 1) % size


def _is_run(values: Sequence[int]) -> bool:
    return values[-1] - values[0] == len(values) - 1


def _step(values: tuple[int, ...], size: int) -> int:
    """Return how far values are apart which divide the circle evenly, 0 when they do not."""
    step = size // len(values)
    return (
        step if len(values) * step == size and values == tuple(range(values[0], size, step)) else 0
    )


def _distance(values: tuple[int, ...]) -> int:
    """Return how far values are apart, 0 when some are farther than others."""
    steps = {later - value for value, later in pairwise(values)}
    return steps.pop() if len(steps) == 1 else 0


def _clock(hour: int, minute: int, second: int, *, has_seconds: bool) -> str:
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if has_seconds else "")


def _count(number: int, noun: str) -> str:
    return noun if number == 1 else f"{number} {noun}s"


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number in (11, 12, 13) else ending}"


def _list(items: Sequence[str]) -> str:
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else items[0]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
