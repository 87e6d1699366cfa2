"""How a place inside settings is written for people: `tasks[load].notebook_task.source`."""

import json
import re
from typing import Any, NamedTuple

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN_ELEMENT = re.compile(r"[\w .:@/+-]+")

# Source: databricks-sdk service/jobs.py, `WebhookNotifications` and `JobEmailNotifications`.
NOTIFICATION_EVENTS: tuple[str, ...] = (
    "on_start",
    "on_success",
    "on_failure",
    "on_duration_warning_threshold_exceeded",
    "on_streaming_backlog_exceeded",
    "on_maintenance_start",
    "on_maintenance_complete",
)

# Which field identifies an element, by the name of the list. The API promises no order for these.
# Source: databricks/cli bundle/direct/dresources/job.go, Jobs API 2.2 reference.
LIST_KEYS: dict[str, tuple[str, ...]] = {
    "tasks": ("task_key",),
    "job_clusters": ("job_cluster_key",),
    "environments": ("environment_key",),
    "environment_variables": ("environment_variables_key",),
    "parameters": ("name",),
    "depends_on": ("task_key", "outcome"),
    "rules": ("metric", "op"),
    **dict.fromkeys(NOTIFICATION_EVENTS, ("id",)),
}


def list_name(path: str) -> str:
    """Return the last key of a path: the name of the list that stands there."""
    return path.rpartition(".")[2].partition("[")[0]


def element_key(path: str, element: Any, index: int) -> str:
    """Return what identifies an element of the list at `path`: its key fields, else its index."""
    fields = LIST_KEYS.get(list_name(path), ())
    if isinstance(element, dict) and fields and isinstance(element.get(fields[0]), str):
        return ":".join(str(element[field]) for field in fields if field in element)
    return str(index)


class Place(NamedTuple):
    """A place inside settings, written out only when somebody asks: most places are fine.

    `step` is an object's key, or the index of `element` in its list.
    """

    parent: "Place | None"
    step: str | int
    element: Any = None

    def __str__(self) -> str:
        before = str(self.parent) if self.parent else ""
        if isinstance(self.step, str):
            return join_key(before, self.step)
        list_key = self.parent.key if self.parent else ""
        return join_element(before, element_key(list_key, self.element, self.step))

    @property
    def key(self) -> str:
        """Return the object's key; empty for an element of a list."""
        return self.step if isinstance(self.step, str) else ""


def join_key(path: str, key: str) -> str:
    """Append an object's key."""
    if not _PLAIN_KEY.fullmatch(key):
        return f"{path}[{json.dumps(key, ensure_ascii=False)}]"
    return f"{path}.{key}" if path else key


def join_element(path: str, key: str) -> str:
    """Append a list element's key or index."""
    return (
        f"{path}[{key if _PLAIN_ELEMENT.fullmatch(key) else json.dumps(key, ensure_ascii=False)}]"
    )


_STEP = re.compile(
    r"\.?(?P<key>[^.\[\]]+)|\[(?P<quoted>\"(?:\\.|[^\"\\])*\")\]|\[(?P<element>[^\]]*)\]"
)


def steps_of(path: str) -> tuple[tuple[str, bool], ...]:
    """Take a written path apart: each step's name, and whether it is an element of a list."""
    steps = []
    for match in _STEP.finditer(path):
        if match["key"] is not None:
            steps.append((match["key"], False))
        elif match["quoted"] is not None:
            steps.append((_unquoted(match["quoted"]), True))
        else:
            steps.append((match["element"], True))
    return tuple(steps)


def _unquoted(text: str) -> str:
    """Return what a quoted text says, or the text itself: issues may name files of any name."""
    try:
        return str(json.loads(text))
    except ValueError:
        return text
