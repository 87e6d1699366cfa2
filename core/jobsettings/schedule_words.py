"""When a job starts by itself, in words: every schedule and trigger of the Jobs API.

What cannot be put into words stays as the settings have it: a wrong reading is worse than none.

Source: Jobs API 2.2, `jobs/create`: `schedule`, `trigger`, `continuous`, `triggers[]`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from core.errors import InvalidDefinitionError
from core.jobsettings.quartz import read_expression
from core.jobsettings.quartz_words import describe
from core.jobsettings.schedules import next_fire
from core.json_text import JobSettings
from core.one_line import one_line

Block = Mapping[str, Any]
_PAUSED = "PAUSED"
_SCHEDULE, _CONTINUOUS, _CONDITION = "schedule", "continuous", "sql_condition"
_UNITS = {"MINUTES": "minute", "HOURS": "hour", "DAYS": "day", "WEEKS": "week"}
_SHOWN_NAMES = 3


@dataclass(frozen=True, slots=True)
class Start:
    """One way in which a job starts by itself. `kind` is the API's word, `block` its settings."""

    kind: str
    block: Block
    is_paused: bool

    @property
    def expression(self) -> str:
        """Return the Quartz expression of a schedule, empty for a trigger."""
        return _text(self.block, "quartz_cron_expression") if self.kind == _SCHEDULE else ""

    @property
    def zone(self) -> str:
        return _text(self.block, "timezone_id") if self.kind == _SCHEDULE else ""


def find_starts(settings: JobSettings) -> tuple[Start, ...]:
    """Return the ways in which a job starts by itself. Wrong types count as absent."""
    found = [
        Start(name, block, block.get("pause_status") == _PAUSED)
        for name in (_SCHEDULE, _CONTINUOUS)
        if isinstance(block := settings.get(name), dict)
    ]
    triggers = settings.get("triggers")
    listed = triggers if isinstance(triggers, list) else []
    for trigger in [settings.get("trigger"), *listed]:
        if isinstance(trigger, dict):
            found += _starts_of_trigger(trigger)
    return tuple(found)


def describe_start(start: Start) -> str:
    """Return when a job starts, in words: “Every day at 05:00, Europe/Oslo”."""
    words = _WORDS.get(start.kind)
    return one_line(words(start.block) if words else start.kind.replace("_", " "))


def spell_start(start: Start) -> str:
    """Return what the settings hold in place of words: the expression, empty when there is none."""
    return one_line(_raw_schedule(start.block)) if start.kind == _SCHEDULE else ""


def next_run(starts: tuple[Start, ...], after: datetime) -> datetime | None:
    """Return when the schedules start the job next; None when they do not, or nobody can say."""
    times = [_next_of(start, after) for start in starts if start.expression and not start.is_paused]
    return min((time for time in times if time), default=None)


def _next_of(start: Start, after: datetime) -> datetime | None:
    try:
        return next_fire(start.expression, start.zone, after)
    except InvalidDefinitionError:
        return None


def _starts_of_trigger(trigger: dict[str, Any]) -> list[Start]:
    is_paused = trigger.get("pause_status") == _PAUSED
    blocks = {kind: block for kind, block in sorted(trigger.items()) if isinstance(block, dict)}
    condition = blocks.get(_CONDITION)
    if condition is not None and isinstance(schedule := blocks.get(_SCHEDULE), dict):
        blocks[_SCHEDULE] = {**schedule, _CONDITION: blocks.pop(_CONDITION)}
    if not blocks:
        return [Start("trigger", {}, is_paused)]
    return [Start(kind, block, is_paused) for kind, block in blocks.items()]


def _schedule(block: Block) -> str:
    words = _schedule_words(_text(block, "quartz_cron_expression"), _text(block, "timezone_id"))
    condition = ", if an SQL condition holds" if isinstance(block.get(_CONDITION), dict) else ""
    return f"{words}{condition}" if words else _raw_schedule(block)


@lru_cache(maxsize=8192)  # the jobs of a workspace share few schedules
def _schedule_words(expression: str, zone: str) -> str:
    try:
        words = describe(read_expression(expression))
    except InvalidDefinitionError:
        return ""
    return f"{words}, {zone}" if words and zone else words


def _raw_schedule(block: Block) -> str:
    expression, zone = _text(block, "quartz_cron_expression"), _text(block, "timezone_id")
    return f"{expression} ({zone})" if zone else expression


def _periodic(block: Block) -> str:
    unit, interval = _UNITS.get(_text(block, "unit")), block.get("interval")
    if not unit or not isinstance(interval, int) or isinstance(interval, bool) or interval < 1:
        return "Periodic"
    return f"Every {unit}" if interval == 1 else f"Every {interval} {unit}s"


def _file_arrival(block: Block) -> str:
    url = _text(block, "url")
    return f"When files arrive in {url}" if url else "When files arrive"


def _table_update(block: Block) -> str:
    names = [name for name in _list(block.get("table_names")) if isinstance(name, str)]
    if not names:
        return "When a table is updated"
    if len(names) == 1:
        return f"When {names[0]} is updated"
    which = "all" if block.get("condition") == "ALL_UPDATED" else "any"
    return f"When {which} of {_shorten(names)} {'are' if which == 'all' else 'is'} updated"


def _model(block: Block) -> str:
    name = _text(block, "securable_name")
    match block.get("condition"):
        case "MODEL_CREATED":
            return f"When a model is created in {name}" if name else "When a model is created"
        case "MODEL_VERSION_READY":
            return f"When a version of {name or 'a model'} is ready"
        case "MODEL_ALIAS_SET":
            return f"When an alias of {name or 'a model'} is set"
        case _:
            return f"When {name or 'a model'} changes"


def _job_completion(block: Block) -> str:
    jobs = len(_list(block.get("jobs")))
    which = f"{jobs} other jobs complete" if jobs > 1 else "another job completes"
    ending = {"SUCCESS": " successfully", "FAILURE": " with a failure"}
    return f"When {which}{ending.get(_text(block, 'if_status'), '')}"


_WORDS: Mapping[str, Callable[[Block], str]] = {
    _SCHEDULE: _schedule,
    _CONTINUOUS: lambda _: "Continuously",
    _CONDITION: lambda _: "When an SQL condition holds",
    "periodic": _periodic,
    "file_arrival": _file_arrival,
    "table_update": _table_update,
    "model": _model,
    "job_completion": _job_completion,
    "trigger": lambda _: "Trigger",
}


def _shorten(names: list[str]) -> str:
    more = len(names) - _SHOWN_NAMES
    shown = ", ".join(names[:_SHOWN_NAMES])
    return f"{shown} and {more} more" if more > 0 else shown


def _text(block: Block, name: str) -> str:
    value = block.get(name)
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
