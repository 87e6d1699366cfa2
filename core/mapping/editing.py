"""Changes the text of a mapping file entry by entry: what is not touched stays byte for byte."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class Removed:
    """Stands for the value of an entry that goes away."""

    def __repr__(self) -> str:
        return "REMOVED"


REMOVED = Removed()


@dataclass(frozen=True, slots=True)
class Edit:
    """What one entry of a mapping file becomes. An entry that is not there yet is added.

    `section` is the place as the file has it, such as “value_mappings.paths”, and `name` the key
    in it. `value` is JSON, or REMOVED. `new_name` renames the entry, empty keeps its name. In
    “jobs.include” and “jobs.exclude” the name is the pattern and the value, if it is not REMOVED,
    does not matter. “pause_status” has no name.
    """

    section: str
    name: str
    value: Any
    new_name: str = ""


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with the edits made, one after the other.

    Args:
        text: of the file; an empty one becomes a new file.

    Raises:
        MappingFileError: the text cannot be read, or an edit does not fit it.
    """
    raise NotImplementedError
