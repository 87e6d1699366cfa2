"""What the workspace made of the jobs that we wrote, by job id: prints of single values."""

from collections.abc import Mapping
from typing import Any

from core.errors import InvalidJsonError, StateError
from core.json_fields import Fields
from core.json_text import JsonDict, Prints

_VERSION = 1
_MOST_BYTES = 9 * 1024 * 1024  # one workspace file may hold 10 MB
_AROUND = 12  # quotes, colon, comma and indentation of one entry


def filled_in_as_json(filled_in: Mapping[int, Prints]) -> JsonDict:
    """Return the document that the state folder holds.

    Ten thousand jobs take about two megabytes. If they ever take too much, the jobs with the most
    prints are left out: the rules decide about them, as about jobs that we never wrote.
    """
    jobs = {str(job_id): " ".join(sorted(prints)) for job_id, prints in filled_in.items()}
    size = sum(len(job_id) + len(text) + _AROUND for job_id, text in jobs.items())
    by_size = sorted(jobs, key=lambda job_id: len(jobs[job_id]))
    while size > _MOST_BYTES:
        largest = by_size.pop()
        size -= len(largest) + len(jobs.pop(largest)) + _AROUND
    return {"version": _VERSION, "jobs": jobs}


def parse_filled_in(document: Any) -> dict[int, Prints]:
    """Read the document.

    Raises:
        StateError: the shape is wrong. It is never taken for an empty one.
    """
    try:
        kept = Fields(document, "what was filled in")
        kept.require_version(_VERSION)
        return kept.by_id("jobs", _prints)
    except InvalidJsonError as error:
        raise StateError(
            "filled_in.json in the state folder has a shape that this version cannot read. "
            f"{error.message}",
            fix="Restore it, or move it away: values that the workspace filled in may then appear "
            "as changes until the jobs are imported again.",
        ) from error


def _prints(text: Any) -> Prints:
    if not isinstance(text, str):
        raise InvalidJsonError("The prints of a job should be a string.")
    return frozenset(text.split())
