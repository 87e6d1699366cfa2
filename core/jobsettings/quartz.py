"""A schedule's Quartz expression, read into values; what versions of Quartz read differently is
refused.

Source: quartz-scheduler.org, CronTrigger tutorial; `docs/adr/0018` says what is refused and why.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from core.errors import InvalidDefinitionError

WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")  # from 1
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
FIRST_YEAR, LAST_YEAR = 1970, 2199
_LONGEST = 250  # characters; a list of all minutes has 170
_SUNDAY, _SATURDAY = 1, 7


@dataclass(frozen=True, slots=True)
class MonthDays:
    """Days of the month. `from_end` counts back from the last day, which is 0."""

    days: tuple[int, ...]
    from_end: tuple[int, ...] = ()

    def of(self, year: int, month: int) -> list[int]:
        last = monthrange(year, month)[1]
        days = {*self.days, *(last - back for back in self.from_end)}
        return sorted(day for day in days if 1 <= day <= last)


@dataclass(frozen=True, slots=True)
class NearestWorkday:
    """The day from Monday to Friday nearest to a day, within its month: `15W`.

    `day` counts as in `MonthDays`, from the end when `is_from_end`: `LW`, `L-3W`.
    """

    day: int
    is_from_end: bool = False

    def of(self, year: int, month: int) -> list[int]:
        last = monthrange(year, month)[1]
        day = last - self.day if self.is_from_end else self.day
        return [_nearest_workday(year, month, day, last)] if 1 <= day <= last else []


@dataclass(frozen=True, slots=True)
class WeekDays:
    """Days of the week; 1 is Sunday."""

    days: tuple[int, ...]

    def of(self, year: int, month: int) -> list[int]:
        last = monthrange(year, month)[1]
        return [day for day in range(1, last + 1) if _weekday(year, month, day) in self.days]


@dataclass(frozen=True, slots=True)
class NthWeekDay:
    """The nth Monday (or so) of the month: `2#3`."""

    day: int
    nth: int

    def of(self, year: int, month: int) -> list[int]:
        return WeekDays((self.day,)).of(year, month)[self.nth - 1 : self.nth]


@dataclass(frozen=True, slots=True)
class LastWeekDay:
    """The last Friday (or so) of the month: `6L`."""

    day: int

    def of(self, year: int, month: int) -> list[int]:
        return WeekDays((self.day,)).of(year, month)[-1:]


Days = MonthDays | NearestWorkday | WeekDays | NthWeekDay | LastWeekDay


@dataclass(frozen=True, slots=True)
class Expression:
    """When a schedule fires, in its zone's wall time; each tuple is sorted. No `years`: all."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: Days
    months: tuple[int, ...]
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Field:
    """`highest` is the last value of `*` and of a step without an end."""

    name: str
    lowest: int
    highest: int
    names: Mapping[str, int]


_NO_NAMES: Mapping[str, int] = {}
_SECONDS = _Field("seconds", 0, 59, _NO_NAMES)
_MINUTES = _Field("minutes", 0, 59, _NO_NAMES)
_HOURS = _Field("hours", 0, 23, _NO_NAMES)
_MONTH_DAYS = _Field("days of the month", 1, 31, _NO_NAMES)
_MONTHS = _Field("months", 1, 12, {name: at for at, name in enumerate(MONTHS, 1)})
_WEEKDAYS = _Field("days of the week", 1, 7, {name: at for at, name in enumerate(WEEKDAYS, 1)})
_YEARS = _Field("years", FIRST_YEAR, LAST_YEAR, _NO_NAMES)
_ITEM = re.compile(r"(?P<all>\*)?(?P<from>\w+)?(?:-(?P<to>\w+))?(?:/(?P<step>[0-9]{1,4}))?", re.A)
_BEFORE_LAST = re.compile(r"L(?:-([0-9]{1,2}))?", re.A)
_WORKDAY = re.compile(r"(?:([0-9]{1,2})|L(?:-([0-9]{1,2}))?)W", re.A)
_NTH = re.compile(r"(\w+)#([1-5])", re.A)
_LAST_WEEKDAY = re.compile(r"([1-7]|[A-Z]{3})L", re.A)


@lru_cache(maxsize=4096)
def read_expression(text: str) -> Expression:
    """Read an expression of six or seven fields.

    Raises:
        InvalidDefinitionError: Quartz would refuse it, or its versions read it differently.
    """
    fields = text.upper().split() if len(text) <= _LONGEST else []
    if len(fields) not in (6, 7):
        raise _wrong(text, "It should have six or seven fields.")
    seconds, minutes, hours, days, months, weekdays, *years = fields
    return Expression(
        _values(seconds, _SECONDS),
        _values(minutes, _MINUTES),
        _values(hours, _HOURS),
        _days(days, weekdays, text),
        _values(months, _MONTHS),
        _values(years[0], _YEARS) if years and years[0] != "*" else (),
    )


def _days(month_days: str, weekdays: str, text: str) -> Days:
    if (month_days == "?") is (weekdays == "?"):
        raise _wrong(text, "One of day of the month and day of the week should be “?”.")
    return _week_days(weekdays) if month_days == "?" else _month_days(month_days)


def _month_days(field: str) -> Days:
    if found := _WORKDAY.fullmatch(field):
        return _nearest(field, found[1], found[2])
    items = field.split(",")
    ends = [found for item in items if (found := _BEFORE_LAST.fullmatch(item))]
    rest = [item for item in items if not _BEFORE_LAST.fullmatch(item)]
    days = _values(",".join(rest), _MONTH_DAYS) if rest else ()
    back_days = {int(found[1] or 0) for found in ends}
    if any(back > 30 for back in back_days):
        raise _wrong(field, "The offset from the last day is 30 at most.")
    return MonthDays(days, tuple(sorted(back_days)))


def _nearest(field: str, day: str | None, back: str | None) -> NearestWorkday:
    """Quartz is erratic about `31W` where a month is too short."""
    number = int(day or back or 0)
    if number > 28 - (day is None) or (day and not number):
        raise _wrong(field, "Not every month has this day.")
    return NearestWorkday(number, is_from_end=day is None)


def _week_days(field: str) -> Days:
    if field == "L":
        return WeekDays((_SATURDAY,))
    if found := _NTH.fullmatch(field):
        return NthWeekDay(_number(found[1], _WEEKDAYS), int(found[2]))
    if found := _LAST_WEEKDAY.fullmatch(field):
        return LastWeekDay(_number(found[1], _WEEKDAYS))
    return WeekDays(_values(field, _WEEKDAYS))


def _values(field: str, kind: _Field) -> tuple[int, ...]:
    return tuple(sorted({value for item in field.split(",") for value in _item(item, kind)}))


def _item(item: str, kind: _Field) -> list[int]:
    found = _ITEM.fullmatch(item)
    if not found or not item or (found["all"] and (found["from"] or found["to"])):
        raise _wrong(item, f"This cannot be among the {kind.name}.")
    if found["to"] and not found["from"]:
        raise _wrong(item, f"A range of {kind.name} should have a start.")
    if found["from"] and not _is_one_style(found["from"], found["to"], found["step"]):
        raise _wrong(item, "Quartz ignores a step after a name, and refuses a name after a number.")
    start = _number(found["from"], kind) if found["from"] else kind.lowest
    if found["from"] and not found["to"] and not found["step"]:
        return [start]
    end = _number(found["to"], kind) if found["to"] else kind.highest
    return _span(start, end, _step(found["step"], kind), kind)


def _is_one_style(start: str, end: str | None, step: str | None) -> bool:
    is_number = start.isdecimal()
    return (not step or is_number) and (not end or end.isdecimal() is is_number)


def _span(start: int, end: int, step: int, kind: _Field) -> list[int]:
    """Count from start to end, past the highest value to the lowest when the end is before."""
    if end >= start:
        return list(range(start, end + 1, step))
    if kind is _YEARS:
        raise _wrong(f"{start}-{end}", "The last year is before the first.")
    size = kind.highest - kind.lowest + 1
    return [
        (value - kind.lowest) % size + kind.lowest for value in range(start, end + size + 1, step)
    ]


def _step(text: str | None, kind: _Field) -> int:
    step = int(text) if text is not None else 1
    if not 1 <= step <= kind.highest:
        raise _wrong(f"/{step}", f"A step of {kind.name} is from 1 to {kind.highest}.")
    return step


def _number(text: str, kind: _Field) -> int:
    number = kind.names.get(text, -1)
    if text.isdecimal() and len(text) <= 4:
        number = int(text)
    if not kind.lowest <= number <= kind.highest:
        raise _wrong(text, f"This is not among the {kind.name}.")
    return number


def _weekday(year: int, month: int, day: int) -> int:
    first, _ = monthrange(year, month)  # 0 is Monday
    return (first + day) % 7 + 1


def _nearest_workday(year: int, month: int, day: int, last: int) -> int:
    match _weekday(year, month, day):
        case 7:
            return day - 1 if day > 1 else day + 2
        case 1:
            return day + 1 if day < last else day - 2
        case _:
            return day


def _wrong(text: str, why: str) -> InvalidDefinitionError:
    return InvalidDefinitionError(f"“{text[:60]}” is not a schedule we can read. {why}")
