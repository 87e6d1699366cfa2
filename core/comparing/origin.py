"""Where a difference comes from: what was last written is the third side of a comparison."""

from collections.abc import Iterable
from enum import StrEnum


class Origin(StrEnum):
    """Which side has moved since the job was last written; UNKNOWN: nobody knows what that was.

    GIT: the definition, or how it is mapped. HERE: the live job. BOTH: both have.
    """

    UNKNOWN = ""
    GIT = "git"
    HERE = "here"
    BOTH = "both"


def sum_up(origins: Iterable[Origin]) -> Origin:
    """Return the origin of several differences together; UNKNOWN where none has one."""
    known = {origin for origin in origins if origin}
    return known.pop() if len(known) == 1 else Origin.BOTH if known else Origin.UNKNOWN
