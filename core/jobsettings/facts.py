"""What a table shows of a job at a glance: its tasks, when it starts, who it runs as."""

from dataclasses import dataclass, fields
from typing import Any

from core.json_fields import Fields
from core.json_text import JobSettings, JsonDict

_TASK_TYPE = "_task"
_PAUSED = "PAUSED"
_NESTED = "for_each"


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job's facts in an admin's words.

    `types` are the distinct types of its tasks in alphabetical order, `starts` all its schedules
    and triggers. `pause` is "active", "paused", "mixed", or empty for a job that never starts by
    itself.
    """

    tasks: int = 0
    types: str = ""
    starts: str = ""
    pause: str = ""
    run_as: str = ""

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
        )


def job_facts(settings: JobSettings, run_as: str = "") -> JobFacts:
    """Gather the facts. Unknown fields and wrong types count as absent.

    Args:
        run_as: the identity to show when the settings hold none.
    """
    tasks = [task for task in _list(settings.get("tasks")) if isinstance(task, dict)]
    blocks = _starting_blocks(settings)
    return JobFacts(
        tasks=len(tasks),
        types=", ".join(sorted({kind for task in tasks for kind in _task_types(task)})),
        starts="; ".join(_start(name, block) for name, block in blocks),
        pause=_pause([block for _, block in blocks]),
        run_as=_run_as(settings) or run_as,
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


def _starting_blocks(settings: JobSettings) -> list[tuple[str, dict[str, Any]]]:
    named = [(name, settings.get(name)) for name in ("schedule", "trigger", "continuous")]
    named += [("trigger", block) for block in _list(settings.get("triggers"))]
    return [(name, block) for name, block in named if isinstance(block, dict)]


def _start(name: str, block: dict[str, Any]) -> str:
    if name == "schedule":
        zone = block.get("timezone_id")
        cron = str(block.get("quartz_cron_expression", ""))
        return f"{cron} ({zone})" if zone else cron
    if name == "continuous":
        return "continuous"
    kinds = sorted(key for key, value in block.items() if isinstance(value, dict))
    return ", ".join(map(_words, kinds)) or "trigger"


def _pause(blocks: list[dict[str, Any]]) -> str:
    states = {"paused" if block.get("pause_status") == _PAUSED else "active" for block in blocks}
    return "mixed" if len(states) > 1 else next(iter(states), "")


def _run_as(settings: JobSettings) -> str:
    block = settings.get("run_as")
    names = block.values() if isinstance(block, dict) else ()
    return next((name for name in names if isinstance(name, str)), "")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _words(key: str) -> str:
    return key.replace("_", " ")
