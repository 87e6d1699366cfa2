"""The shapes of jobs/list and jobs/get: which parts of a job, and in which pages.

Source: Jobs API 2.2, jobs/list and jobs/get; docs.databricks.com/reference/jobs-api-updates.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from emulator.errors import invalid_parameter
from emulator.jobs.model import Job
from emulator.jobs.reading import Completion, read_settings
from emulator.json_values import JobSettings, JsonDict
from emulator.paging import make_token, read_position, read_token

T = TypeVar("T")
Position = Callable[[T], tuple[int, int]]

PAGED_ARRAYS = ("tasks", "job_clusters", "environments", "parameters")
ARRAY_PAGE = 100


def page_newest_first(
    items: Sequence[T], token: str, limit: int, position: Position[T], offset: int = 0
) -> tuple[Sequence[T], JsonDict]:
    """Return one page of jobs or runs, newest first, and the paging fields of the answer.

    A token points to an item, not a position, so items gone between two pages shift nothing.
    """
    start = _start(items, token, position) if token else min(offset, len(items))
    end = start + limit
    fields: JsonDict = {"has_more": end < len(items)}
    if end < len(items):
        fields["next_page_token"] = make_token(position(items[end]))
    if start > 0:
        fields["prev_page_token"] = make_token(position(items[max(0, start - limit)]))
    return items[start:end], fields


def list_item(job: Job, how: Completion, *, expand: bool, version: str) -> JsonDict:
    """Return a job as jobs/list shows it."""
    settings, options = read_settings(job, how), how.options
    settings.pop("run_as", None)  # blank in lists: databricks-sdk-py#967
    item: JsonDict = {
        "job_id": job.job_id,
        "creator_user_name": job.creator_user_name,
        "created_time": job.created_time,
        "settings": settings,
    }
    if options.list_has_run_as_user_name:
        item["run_as_user_name"] = job.run_as_user_name
    if not expand:
        for name in PAGED_ARRAYS:
            settings.pop(name, None)
    elif version == "2.1":
        _drop_long_tasks(settings)
    elif _cut(settings, 0):
        item["has_more"] = True  # databricks-sdk jobs.py, BaseJob.has_more
    for path in options.list_leaves_out:
        settings = _without(settings, path.split("."))
    return {**item, "settings": settings}


def get_answer(job: Job, how: Completion, *, token: str, version: str) -> JsonDict:
    """Return one page of a job as jobs/get shows it."""
    settings = read_settings(job, how)
    answer: JsonDict = {
        "job_id": job.job_id,
        "creator_user_name": job.creator_user_name,
        "run_as_user_name": job.run_as_user_name,
        "created_time": job.created_time,
        "settings": settings,
    }
    if version == "2.1":
        _drop_long_tasks(settings)
        return answer
    start = read_position(token)
    if _cut(settings, start):
        answer |= {"has_more": True, "next_page_token": make_token(start + ARRAY_PAGE)}
    return answer


def _start(items: Sequence[T], token: str, position: Position[T]) -> int:
    anchor = read_token(token)
    whole = isinstance(anchor, list) and [type(part) for part in anchor] == [int, int]
    if not whole:
        raise invalid_parameter(f"Invalid page token: {token}")
    time_ms, item_id = anchor
    return bisect.bisect_left(
        items, (-time_ms, -item_id), key=lambda item: _negated(position(item))
    )


def _negated(position: tuple[int, int]) -> tuple[int, int]:
    return -position[0], -position[1]


def _cut(settings: JobSettings, start: int) -> bool:
    """Cut the arrays to one page; return whether more follows.

    Arrays without additional results are empty on later pages.
    """
    more = False
    for name in PAGED_ARRAYS:
        elements = settings.get(name)
        if isinstance(elements, list):
            end = start + ARRAY_PAGE
            settings[name] = elements[start:end]
            more = more or end < len(elements)
    return more


def _without(node: Any, steps: Sequence[str]) -> Any:
    """Return a value without the field at the end of a path, in every object of a list."""
    if isinstance(node, list):
        return [_without(element, steps) for element in node]
    if not isinstance(node, dict) or steps[0] not in node:
        return node
    rest = {key: value for key, value in node.items() if key != steps[0]}
    return rest if len(steps) == 1 else {**rest, steps[0]: _without(node[steps[0]], steps[1:])}


def _drop_long_tasks(settings: JobSettings) -> None:
    """API 2.1 answers 200 without tasks: open-metadata/OpenMetadata#33204."""
    tasks = settings.get("tasks")
    if isinstance(tasks, list) and len(tasks) > ARRAY_PAGE:
        del settings["tasks"]
