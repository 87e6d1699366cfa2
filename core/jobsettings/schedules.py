"""When a job starts by itself: the times of its Quartz schedule."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from core.errors import InvalidDefinitionError
from core.jobsettings.quartz import LAST_YEAR, Expression, read_expression

_YEARS_AHEAD = 100  # as Quartz: 29 February on a given weekday is up to 40 years away
_DAY = timedelta(days=1)
_UNITS = {
    "HOURS": timedelta(hours=1),
    "DAYS": _DAY,
    "WEEKS": timedelta(weeks=1),
}


def fire_times(
    expression: str, zone: str, *, after: datetime, until: datetime, limit: int = 200
) -> tuple[datetime, ...]:
    """Return when a schedule fires after one moment and until another, in UTC, earliest first.

    As Quartz does it, a wall time that a change of the clock leaves out is skipped, and one that
    it repeats fires once, the second time.

    Args:
        after: with a zone, as `until`.
        limit: how many at most.

    Raises:
        InvalidDefinitionError: the expression or the zone cannot be read.
    """
    times = _times(read_expression(expression), _read_zone(zone), after)
    return tuple(islice(takewhile(lambda time: time <= until, times), limit))


@lru_cache(maxsize=8192)  # the jobs of a workspace share few schedules
def next_fire(expression: str, zone: str, after: datetime) -> datetime | None:
    """Return when a schedule fires next, in UTC; None when it never does (30 February).

    Raises:
        InvalidDefinitionError: as `fire_times`.
    """
    return next(_times(read_expression(expression), _read_zone(zone), after), None)


def periodic_times(
    interval: int, unit: str, after: datetime, until: datetime, *, limit: int = 200
) -> tuple[datetime, ...]:
    """Return when a periodic trigger may fire, in UTC, as if it had fired at `after`.

    The workspace counts from the last run, which the settings do not hold: these times have the
    right distance, not the right start. None for a unit that we do not know.

    Source: Jobs API 2.2, `trigger.periodic`: `interval`, `unit` (HOURS, DAYS, WEEKS).
    """
    step = period(interval, unit)
    if step is None:
        return ()
    count = min(limit, (until - after) // step)
    return tuple(after.astimezone(UTC) + step * turn for turn in range(1, count + 1))


def period(interval: int, unit: str) -> timedelta | None:
    """Return how far the runs of a periodic trigger are apart; None when that is unknown."""
    size = _UNITS.get(unit)
    return size * interval if size and 0 < interval < 10_000 else None


def _times(expression: Expression, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    for wall_time in _wall_times(expression, _wall_clock(after, zone)):
        time = wall_time.replace(tzinfo=zone, fold=1).astimezone(UTC)
        exists = time.astimezone(zone).replace(tzinfo=None) == wall_time
        if exists and time > after:
            yield time


def _wall_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the earliest wall time whose firing may come after a moment."""
    local = moment.astimezone(zone)
    again = local.replace(fold=1)
    repeats = (local.utcoffset() or timedelta()) - (again.utcoffset() or timedelta())
    return local.replace(tzinfo=None, microsecond=0, fold=0) - max(repeats, timedelta())


def _wall_times(expression: Expression, start: datetime) -> Iterator[datetime]:
    for day in _dates(expression, start):
        first = start.hour if day.date() == start.date() else 0
        for hour in expression.hours:
            if hour < first:
                continue
            for minute in expression.minutes:
                for second in expression.seconds:
                    time = day.replace(hour=hour, minute=minute, second=second)
                    if time >= start:
                        yield time


def _dates(expression: Expression, start: datetime) -> Iterator[datetime]:
    for year in range(start.year, min(start.year + _YEARS_AHEAD, LAST_YEAR) + 1):
        if expression.years and year not in expression.years:
            continue
        for month in expression.months:
            if (year, month) < (start.year, start.month):
                continue
            for day in expression.days.of(year, month):
                if (year, month, day) >= (start.year, start.month, start.day):
                    yield datetime(year, month, day)


@lru_cache(maxsize=256)
def _read_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidDefinitionError(f"“{name[:60]}” is not a time zone.") from None
