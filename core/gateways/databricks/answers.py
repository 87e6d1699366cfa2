"""What an answer of the API holds, checked as it is taken out."""

from collections.abc import Callable
from typing import Any, TypeVar

from core.errors import WorkspaceError
from core.json_fields import is_whole, read_id
from core.json_text import JsonDict

Read = TypeVar("Read")


def list_in(page: JsonDict, key: str) -> list[Any]:
    """Return a list of an answer; one that is missing or null is empty.

    Raises:
        WorkspaceError: something else is there.
    """
    found = page.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise WorkspaceError("The workspace sent an unexpected response.")
    return found


def id_in(document: JsonDict, key: str) -> int:
    """Return an id of an answer, for `read_answer`. Raises ValueError when it is not one."""
    found = read_id(document.get(key))
    if found is None:
        raise ValueError(key)
    return found


def whole_in(document: JsonDict, key: str) -> int:
    """Return a whole number of an answer, 0 when it is missing. Raises ValueError as `id_in`."""
    found = document.get(key) or 0
    if not is_whole(found):
        raise ValueError(key)
    return int(found)


def read_answer(read: Callable[[JsonDict], Read], answer: Any) -> Read:
    """Read an answer, or a part of it.

    Raises:
        WorkspaceError: it lacks what the API promises, or has it in another shape.
    """
    try:
        return read(answer)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WorkspaceError("The workspace sent an unexpected response.") from error
