"""The words for what a plan finds about a job or a file, and for what was done with it."""

from collections.abc import Mapping
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
    EXCLUDED = "excluded"
    ERROR = "error"


class RowResult(StrEnum):
    """What an operation did with a job or a file; nothing, as long as it is only planned.

    NOT_STARTED: the operation was stopped before this row's turn came.
    """

    NOTHING = ""
    CREATED = "created"
    UPDATED = "updated"
    RENAMED = "renamed"
    REMOVED = "removed"
    ADOPTED = "adopted"
    FAILED = "failed"
    NOT_STARTED = "not_started"


WRITTEN = (RowStatus.NEW, RowStatus.CHANGED, RowStatus.RENAMED, RowStatus.DELETED)
"""What is carried out; the rest is left alone."""

RESULTS: Mapping[RowStatus, RowResult] = {
    RowStatus.NEW: RowResult.CREATED,
    RowStatus.CHANGED: RowResult.UPDATED,
    RowStatus.RENAMED: RowResult.RENAMED,
    RowStatus.DELETED: RowResult.REMOVED,
    RowStatus.UNCHANGED: RowResult.ADOPTED,
    RowStatus.ERROR: RowResult.FAILED,
}
"""What was done with a row of a status, once something was. The other statuses are left alone."""
