"""A change of one job's permissions, as a value."""

from dataclasses import dataclass

from core.comparing.diff import FieldChange
from core.jobsettings.permissions import AccessList, Permission


@dataclass(frozen=True, slots=True)
class AccessChange:
    """The one call that sets a job's permissions: `entries` replace all of it, or join it.

    `before` is the access control list as it is, which the snapshot keeps; `after` are the direct
    entries as they will be.
    """

    before: AccessList
    after: tuple[Permission, ...]
    entries: tuple[Permission, ...]
    replaces: bool
    changes: tuple[FieldChange, ...]
    note: str = ""
