"""How a place inside settings is written for people: `tasks[load].notebook_task.source`.

A list element is identified by its key; `KEYED_LISTS` says which lists have one.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True, slots=True)
class KeyedList:
    """A list whose order means nothing: the values of `fields` identify its elements.

    `holds_texts` is True where the elements may be strings instead, each its own key.
    `is_shuffled` is True where the API returns a different order each time, so files hold a sorted
    list; other lists keep their author's order.
    """

    fields: tuple[str, ...]
    source: str
    holds_texts: bool = False
    is_shuffled: bool = False


_CLI = "databricks/cli bundle/direct/dresources/job.go"
_DOC = "Jobs API 2.2 reference"
_EVENT = KeyedList(
    ("id",), f"{_CLI}; terraform-provider-databricks#2942", holds_texts=True, is_shuffled=True
)

# The rules of comparing lists, by the name of the list. They are here, below the rules for fields
# of `core.comparing.rules`, because written paths identify elements by key as well.
KEYED_LISTS: Mapping[str, KeyedList] = {
    "tasks": KeyedList(("task_key",), _CLI),
    "job_clusters": KeyedList(("job_cluster_key",), _CLI),
    "environments": KeyedList(("environment_key",), _CLI),
    "environment_variables": KeyedList(("environment_variables_key",), _DOC),
    "parameters": KeyedList(("name",), _CLI),
    "depends_on": KeyedList(("task_key", "outcome"), _CLI, is_shuffled=True),
    "rules": KeyedList(("metric", "op"), _DOC),
    **dict.fromkeys(NOTIFICATION_EVENTS, _EVENT),
}


def list_name(path: str) -> str:
    """Return the last key of a path: the name of the list found there."""
    return path.rpartition(".")[2].partition("[")[0]


def key_fields(name: str) -> tuple[str, ...]:
    """Return the fields that identify an element of the list of this name; empty for none."""
    return KEYED_LISTS[name].fields if name in KEYED_LISTS else ()


def element_key(path: str, element: Any, index: int) -> str:
    """Return what identifies an element of the list at `path`: its key fields, else its index."""
    return _key_by(key_fields(list_name(path)), element, index)


def _key_by(fields: tuple[str, ...], element: Any, index: int) -> str:
    if isinstance(element, dict) and fields and isinstance(element.get(fields[0]), str):
        return ":".join(str(element[field]) for field in fields if field in element)
    return str(index)


def list_texts(value: Any) -> Iterator[tuple[str, str]]:
    """Yield every text in a value with its place, in order; not recursive, however deep it is."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, str):
            yield path, node
        elif isinstance(node, dict):
            inner = [(join_key(path, key), item) for key, item in node.items()]
            waiting += reversed(inner)
        elif isinstance(node, list):
            inner = [
                (join_element(path, element_key(path, item, index)), item)
                for index, item in enumerate(node)
            ]
            waiting += reversed(inner)


Place = tuple[Any, str | int, Any]
"""A place inside settings: the place around it or None, a key or an index, the element there.

A plain tuple, because walks make one for each object and list, and `written` is seldom called.
"""


def written(place: Place) -> str:
    """Write a place out for people."""
    parent, step, element = place
    before = written(parent) if parent else ""
    if isinstance(step, str):
        return join_key(before, step)
    return join_element(before, element_key(key_of(parent), element, step))


def key_of(place: Place | None) -> str:
    """Return the object's key; empty for an element of a list, and for the whole."""
    return place[1] if place and isinstance(place[1], str) else ""


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


def is_within(path: str, place: str) -> bool:
    """Whether a written path is a place or leads to something inside it."""
    return path == place or path.startswith((f"{place}.", f"{place}["))


def meets_any(path: str, places: Iterable[str]) -> bool:
    """Whether a written path is inside one of the places, or one of them is inside it."""
    return any(is_within(path, place) or is_within(place, path) for place in places)


_STEP = re.compile(
    r"\.?(?P<key>[^.\[\]]+)|\[(?P<quoted>\"(?:\\.|[^\"\\])*\")\]|\[(?P<element>[^\]]*)\]"
)


def steps_of(path: str) -> tuple[tuple[str, bool], ...]:
    """Split a written path: each step's name, and whether it is a list element."""
    steps = []
    for match in _STEP.finditer(path):
        if match["key"] is not None:
            steps.append((match["key"], False))
        elif match["quoted"] is not None:
            steps.append((_unquoted(match["quoted"]), True))
        else:
            steps.append((match["element"], True))
    return tuple(steps)


def is_written_path(path: str) -> bool:
    """Whether a text is a path as they are written, with nothing left over."""
    at = 0
    while match := _STEP.match(path, at):
        if match.group().startswith(".") != (at > 0 and not match.group().startswith("[")):
            return False
        at = match.end()
    return at == len(path) > 0


def _unquoted(text: str) -> str:
    """Return the content of a quoted text, or the text itself: a path may be any file's name."""
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def walk(path: str, settings: Any) -> Iterator[tuple[str, Any]]:
    """Yield each step of a written path and what the settings hold there, as far as it leads."""
    node, name = settings, ""
    for step, _ in steps_of(path):
        if isinstance(node, list):
            found = _find_element(node, name, step)
            if found is None:
                return
            node = node[found]
        else:
            if not isinstance(node, dict) or step not in node:
                return
            node, name = node[step], step
        yield step, node


def _find_element(items: list[Any], name: str, key: str) -> int | None:
    """Return where the element of a key is; the last one, where several have it."""
    fields = key_fields(name)
    for index in range(len(items) - 1, -1, -1):
        item = items[index]
        first = item.get(fields[0]) if fields and isinstance(item, dict) else None
        may_be = not isinstance(first, str) or key.startswith(first)  # thousands are not
        if may_be and _key_by(fields, item, index) == key:
            return index
    return None


def with_value(settings: Any, path: str, value: Any) -> Any:
    """Return the settings with a value at a written path, where the object around it exists."""
    return _with_value(settings, [step for step, _ in steps_of(path)], "", value)


def _with_value(node: Any, steps: list[str], name: str, value: Any) -> Any:
    step, *rest = steps
    if isinstance(node, list):
        return [
            _with_value(item, rest, "", value)
            if rest and element_key(name, item, index) == step
            else item
            for index, item in enumerate(node)
        ]
    if not isinstance(node, dict):
        return node
    if not rest:
        return {**node, step: value}
    return {**node, step: _with_value(node[step], rest, step, value)} if step in node else node
