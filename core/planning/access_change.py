"""A change of one job's permissions, as a value."""

from dataclasses import dataclass

from core.comparing.diff import FieldChange
from core.jobsettings.permissions import AccessList, Permission, identity_of


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

    @property
    def moves_owner(self) -> bool:
        """Whether the job changes hands. Without an explicit `run_as` it then runs as another."""
        owners = [AccessList(side).owner for side in (self.before.direct, self.after)]
        before, after = (identity_of(one) if one else None for one in owners)
        return before != after
