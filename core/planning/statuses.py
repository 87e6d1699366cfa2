"""The words for what a plan does with a job or a file."""

from enum import StrEnum


class RowStatus(StrEnum):
    """What differs between Git and the workspace. Users read the words of `components.words`."""

    NEW = "new"
    CHANGED = "changed"
    RENAMED = "renamed"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    UNMANAGED = "unmanaged"
    SKIPPED = "skipped"
    ERROR = "error"


WRITTEN = (RowStatus.NEW, RowStatus.CHANGED, RowStatus.RENAMED, RowStatus.DELETED)
"""What is carried out; the rest is left alone."""
