"""The words for a value that the mapping file decided and that somebody changed here."""

import json
from collections.abc import Sequence
from typing import Any

from core.errors import Issue
from core.jobsettings.secrets import mask
from core.mapping.mapped_value import MISSING, MappedValue

_MOST_LISTED = 5
_LONGEST = 120  # characters of a value


def describe_conflict(entry: MappedValue, live: Any) -> Issue:
    """Return why an export cannot decide about a place; secrets are masked.

    Args:
        live: what is there in this workspace, MISSING for nothing.
    """
    source, target, here = (_shown(entry.path, v) for v in (entry.source, entry.target, live))
    line = f" (line {entry.line})" if entry.line else ""
    return Issue(
        f"Mapped from {source} to {target}{line}, and {here} here. Change the definition or the "
        "mapping.",
        entry.path,
    )


def explain_disproof(paths: Sequence[str]) -> Issue:
    """Return why nothing is written: importing what an export would write gives another job."""
    more = f" and {len(paths) - _MOST_LISTED} more" if len(paths) > _MOST_LISTED else ""
    return Issue(
        f"The mapping file would not turn the exported definition into this job again: "
        f"{', '.join(paths[:_MOST_LISTED])}{more}. Change the definition or the mapping."
    )


def _shown(path: str, value: Any) -> str:
    if value is MISSING or value is None:
        return "nothing"
    text = json.dumps(mask(path, value), ensure_ascii=False)
    return f"{text[:_LONGEST]} …" if len(text) > _LONGEST else text
