"""When a job starts by itself: its schedules, and what else starts it without a time of its own."""

from dataclasses import dataclass
from typing import Any

from core.json_text import JobSettings

_PAUSED = "PAUSED"
_BLOCKS = ("schedule", "trigger", "continuous")

Schedule = tuple[str, str]
"""A Quartz expression and its time zone."""


@dataclass(frozen=True, slots=True)
class Starts:
    """What starts a job by itself.

    `untimed` counts what is active and has no time known in advance, such as a file that arrives;
    `paused` counts what starts nothing now.
    """

    schedules: tuple[Schedule, ...] = ()
    untimed: int = 0
    paused: int = 0


def starts_of(settings: JobSettings) -> Starts:
    """Gather what starts a job. Wrong types count as absent."""
    blocks = _blocks(settings)
    active = [block for block in blocks if not _is_paused(block)]
    timed = [found for block in active for found in [_schedule(block)] if found is not None]
    return Starts(tuple(timed), len(active) - len(timed), len(blocks) - len(active))


def _blocks(settings: JobSettings) -> list[tuple[str, dict[str, Any]]]:
    named = [(name, settings.get(name)) for name in _BLOCKS]
    triggers = settings.get("triggers")
    named += [("trigger", block) for block in triggers] if isinstance(triggers, list) else []
    return [(name, block) for name, block in named if isinstance(block, dict)]


def _is_paused(block: tuple[str, dict[str, Any]]) -> bool:
    return block[1].get("pause_status") == _PAUSED


def _schedule(block: tuple[str, dict[str, Any]]) -> Schedule | None:
    """Return the times of a block, which an element of `triggers` holds one level deeper."""
    name, value = block
    found = value if name == "schedule" else value.get("schedule")
    if not isinstance(found, dict):
        return None
    expression, zone = found.get("quartz_cron_expression"), found.get("timezone_id", "UTC")
    return (expression, zone) if isinstance(expression, str) and isinstance(zone, str) else None
