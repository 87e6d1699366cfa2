"""Which jobs start by themselves within the next 24 hours, before and after a plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.errors import InvalidDefinitionError
from core.jobsettings.schedules import fire_times
from core.jobsettings.starts import Schedule, Starts
from core.json_text import JsonDict
from core.operations.row_starts import RowStarts

_DAY = timedelta(hours=24)
_QUARTER_S = 900
_MOST_TIMES = 200_000  # altogether; a schedule that fires each second has 86,400 a day


def day_ahead(rows: Mapping[str, RowStarts], now: datetime) -> JsonDict:
    """Return the starts as the browser gets them.

    `from` is the beginning of the present quarter of an hour, in seconds since the epoch, and
    `times` has for each schedule the minutes after it, or None when it cannot be read. A row has
    two sides, each with the numbers of its schedules, what starts without a time, and what is
    paused. `isCut` says that there were too many times to work out all of them.

    Args:
        now: with a zone.
    """
    start = int(now.timestamp()) // _QUARTER_S * _QUARTER_S
    times = _Times(now, start)
    sides = {key: [times.side(row.before), times.side(row.after)] for key, row in rows.items()}
    return {"from": start, "times": times.found, "rows": sides, "isCut": times.is_cut}


@dataclass(slots=True)
class _Times:
    """Works out each schedule once: thousands of jobs start at two."""

    now: datetime
    start_s: int
    found: list[list[int] | None] = field(default_factory=list)
    is_cut: bool = False
    _left: int = _MOST_TIMES
    _numbers: dict[Schedule, int] = field(default_factory=dict)

    def side(self, starts: Starts) -> list[object]:
        numbers = [self._number(schedule) for schedule in starts.schedules]
        return [numbers, starts.untimed, starts.paused]

    def _number(self, schedule: Schedule) -> int:
        if schedule not in self._numbers:
            self._numbers[schedule] = len(self.found)
            self.found.append(self._minutes(schedule))
        return self._numbers[schedule]

    def _minutes(self, schedule: Schedule) -> list[int] | None:
        expression, zone = schedule
        until = self.now + _DAY
        try:
            times = fire_times(expression, zone, after=self.now, until=until, limit=self._left)
        except InvalidDefinitionError:
            return None
        self._left -= len(times)
        self.is_cut = self.is_cut or self._left <= 0
        return sorted({int(time.timestamp() - self.start_s) // 60 for time in times})
