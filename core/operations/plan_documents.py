"""What is kept of a plan or a text for whoever carries it out. Damaged, it is not empty."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.errors import InvalidJsonError, PlanGoneError, SyncError
from core.json_text import parse_json


def plan_document(value: Mapping[str, str] | Sequence[str]) -> bytes:
    """Return what is kept."""
    return json.dumps(value).encode()


def read_fingerprints(content: bytes | None) -> dict[str, str]:
    """Return the fingerprints of the plan's rows by job name.

    Raises:
        PlanGoneError: it is missing or damaged. Without them every row would count as reviewed.
    """
    document = _document(content)
    if not isinstance(document, dict) or not _are_texts(document.values()):
        raise PlanGoneError
    return document


def read_adoptable(content: bytes | None) -> tuple[str, ...]:
    """Return the jobs that can be adopted. Raises PlanGoneError when it is missing or damaged."""
    document = _document(content)
    if not isinstance(document, list) or not _are_texts(document):
        raise PlanGoneError
    return tuple(document)


def read_draft(content: bytes | None) -> str:
    """Return the text that a user wrote. Raises SyncError when it is missing or damaged."""
    try:
        if content is not None:
            return content.decode()
    except UnicodeDecodeError:
        pass
    raise SyncError("The text was lost on this machine; nothing was saved.", fix="Try again.")


def _document(content: bytes | None) -> Any:
    if content is None:
        raise PlanGoneError
    try:
        return parse_json(content.decode())
    except (InvalidJsonError, UnicodeDecodeError) as error:
        raise PlanGoneError from error


def _are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)
