"""What a definition file says of a job's permissions: the job's own entries, in words of Git."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.comparing.diff import FieldChange
from core.definitions.definition import Definition
from core.errors import Issue
from core.jobsettings.permissions import (
    CAN_MANAGE,
    AccessList,
    Permission,
    identity_of,
    is_admins,
    is_at_least,
    permissions_as_json,
    sort_permissions,
)
from core.jobsettings.principals import Principal
from core.json_text import Packed
from core.mapping.mapping_file import Mappings
from core.planning.permissions import find_differences
from core.planning.wanted_permissions import MapPrincipal, is_same


@dataclass(frozen=True, slots=True)
class ExportedPermissions:
    """Writes permissions into definitions; empty, each file keeps what it says of them.

    `lists` are the jobs' access control lists, or why one could not be read; `own` is our own
    principal, whose entry is not written. `here` gives who a principal of Git is in this workspace.
    """

    lists: Mapping[int, AccessList | Issue] = field(default_factory=dict)
    own: Principal | None = None
    mapper: MapPrincipal = field(default_factory=lambda: MapPrincipal(Mappings()))
    here: Callable[[Principal], Principal] = lambda principal: principal

    def problem_of(self, job_id: int) -> Issue | None:
        """Return why a job's permissions are unknown, None where they are not asked for."""
        found = self.lists.get(job_id)
        return found if isinstance(found, Issue) else None

    def write(self, definition: Definition, before: Definition | None, job_id: int) -> Definition:
        """Return a definition with the job's permissions, spelled as its file has them.

        Args:
            before: what the file holds, None for a new file.
        """
        present = self.lists.get(job_id)
        kept = before.permissions if before else None
        if not isinstance(present, AccessList) or self.own is None:
            return replace(definition, permissions=kept)
        old = before.list_permissions() if before else None
        is_own = before is None or before.source_job_id == job_id
        new = self._entries(old or (), present, self.own, is_own=is_own)
        if old is not None and sort_permissions(old) == new:
            return replace(definition, permissions=kept)
        return replace(definition, permissions=Packed(permissions_as_json(new)))

    def compare(self, before: Definition, after: Definition) -> tuple[FieldChange, ...]:
        """Return how the permissions in a file change."""
        if before.permissions == after.permissions:
            return ()
        return find_differences(before.list_permissions() or (), after.list_permissions() or ())

    def _entries(
        self, old: Sequence[Permission], present: AccessList, own: Principal, *, is_own: bool
    ) -> tuple[Permission, ...]:
        """Return the entries of the file: those of Git as far as they hold here, and new ones.

        The owner here is the owner in Git only where the job is the one that the file is of.
        """
        live = {
            identity_of(entry.principal): entry
            for entry in present.direct
            if not is_admins(entry.principal) and not is_same(entry.principal, own)
        }
        kept: list[Permission] = []
        left = dict(live)
        for entry in old:
            key = identity_of(self.here(entry.principal))
            left.pop(key, None)
            if key == identity_of(own) or (not is_own and self._says_nothing_here(entry)):
                kept.append(entry)
            elif key in live:
                kept.append(_as_here(entry, live[key], is_own=is_own))
        new = [entry for entry in left.values() if is_own or not entry.is_owner]
        return sort_permissions([*kept, *new])

    def _says_nothing_here(self, entry: Permission) -> bool:
        """Whether an entry is the owner of another workspace, whom no entry maps."""
        return entry.is_owner and not self.mapper.entry_of(entry.principal)


def _as_here(entry: Permission, live: Permission, *, is_own: bool) -> Permission:
    """Return an entry of Git with the level that its principal has here, unless both agree.

    Elsewhere than at the source, who owns the job is not up to Git alone: see `plan_access`.
    """
    is_fine = live.is_owner or (entry.is_owner and is_at_least(live.level, CAN_MANAGE))
    if not is_own and is_fine:
        return entry
    return Permission(entry.principal, live.level)
