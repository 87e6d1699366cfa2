"""What a table shows of a job at a glance: its tasks, when it starts, who it runs as."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from core.jobsettings.schedule_words import (
    Start,
    describe_start,
    find_starts,
    next_run,
    spell_start,
)
from core.json_fields import Fields
from core.json_text import JobSettings, JsonDict

_TASK_TYPE = "_task"
_NESTED = "for_each"


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job's facts in an admin's words.

    `types` are the distinct types of its tasks in alphabetical order, `starts` all its schedules
    and triggers in words, `expression` as the settings have them where that is something else.
    `pause` is "active", "paused", "mixed", or empty for a job that never starts by itself.
    `next_run` is the next time of its schedules in ISO 8601, in UTC; empty when there is none or
    nobody can say. `run_as` is a name for people, `run_as_id` the id where that is another text.
    Rows of older versions have the expressions as `starts`.
    """

    tasks: int = 0
    types: str = ""
    starts: str = ""
    pause: str = ""
    run_as: str = ""
    expression: str = ""
    next_run: str = ""
    run_as_id: str = ""

    def with_run_as_name(self, name: str) -> "JobFacts":
        """Return the facts with a name for people of who the job runs as, if there is one."""
        known = self.run_as_id or self.run_as
        if not name or name == known:
            return self
        return replace(self, run_as=name, run_as_id=known)

    def as_json(self) -> JsonDict:
        """Return the facts by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_json(cls, document: Any) -> "JobFacts":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        facts = Fields(document, "a row")
        return cls(
            facts.whole("tasks"),
            facts.text("types"),
            facts.text("starts"),
            facts.text("pause"),
            facts.text("run_as"),
            facts.text("expression"),
            facts.text("next_run"),
            facts.text("run_as_id"),
        )


def job_facts(settings: JobSettings, run_as: str = "", *, now: datetime | None = None) -> JobFacts:
    """Gather the facts. Unknown fields and wrong types count as absent.

    Args:
        run_as: the identity to show when the settings hold none.
        now: the moment after which the next run is, None when that is not asked for.
    """
    tasks = [task for task in _list(settings.get("tasks")) if isinstance(task, dict)]
    starts = find_starts(settings)
    words = [describe_start(start) for start in starts]
    spelled = [spell_start(start) or shown for start, shown in zip(starts, words, strict=True)]
    return JobFacts(
        tasks=len(tasks),
        types=", ".join(sorted({kind for task in tasks for kind in _task_types(task)})),
        starts="; ".join(words),
        pause=_pause(starts),
        run_as=_run_as(settings) or run_as,
        expression="; ".join(spelled) if spelled != words else "",
        next_run=_iso(next_run(starts, now)) if now else "",
    )


def _task_types(task: dict[str, Any]) -> list[str]:
    types = []
    for key, value in task.items():
        if not key.endswith(_TASK_TYPE) or not isinstance(value, dict):
            continue
        kind = key.removesuffix(_TASK_TYPE)
        inner = value.get("task") if kind == _NESTED else None
        types.append(_words(kind))
        types += _task_types(inner) if isinstance(inner, dict) else []
    return types


def _iso(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else ""


def _pause(starts: tuple[Start, ...]) -> str:
    states = {"paused" if start.is_paused else "active" for start in starts}
    return "mixed" if len(states) > 1 else next(iter(states), "")


def _run_as(settings: JobSettings) -> str:
    block = settings.get("run_as")
    names = block.values() if isinstance(block, dict) else ()
    return next((name for name in names if isinstance(name, str)), "")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _words(key: str) -> str:
    return key.replace("_", " ")
