"""What plans know about permissions, and what follows from it for one job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.errors import Issue
from core.jobsettings.permissions import AccessList, Permission
from core.mapping.mapped_value import MappedValue
from core.mapping.permission_policy import FromGit
from core.mapping.unmapped import MissingName
from core.planning.access_change import AccessChange
from core.planning.permissions import make_new_entries, plan_access
from core.planning.wanted_permissions import Wanted, own_principal
from core.ports import CurrentPrincipal


@dataclass(frozen=True, slots=True)
class Granted:
    """What becomes of one job's permissions. With `issues`, the job is not written at all.

    `entries` are what a new job is created with, `change` is what a present one needs, or None.
    """

    entries: tuple[Permission, ...] = ()
    change: AccessChange | None = None
    issues: tuple[Issue, ...] = ()
    note: str = ""
    missing: tuple[MissingName, ...] = ()
    mapped: tuple[MappedValue, ...] = ()


NOTHING = Granted()


@dataclass(frozen=True, slots=True)
class Access:
    """The same for all jobs; empty, permissions are neither read nor written.

    `mode` is how those of Git are set, None where the mapping file speaks of new jobs only.
    `wanted` gives what the job of a file, by its path, shall have; None where nothing is said.
    `present` are the access control lists that were read, or why one could not be.
    """

    me: CurrentPrincipal | None = None
    mode: FromGit | None = None
    wanted: Callable[[str], Wanted | None] = lambda _path: None
    present: Mapping[int, AccessList | Issue] = field(default_factory=dict)

    def of(self, path: str, job_id: int | None) -> Granted:
        """Return what becomes of the job of a file; `job_id` is None for a new one."""
        if self.me is None or (job_id is not None and job_id not in self.present):
            return NOTHING
        present = AccessList(()) if job_id is None else self.present[job_id]
        if isinstance(present, Issue):
            return Granted(issues=(present,))
        wanted = self.wanted(path)
        if wanted is None:
            return NOTHING
        about = wanted.issues, wanted.note, wanted.missing, wanted.mapped
        if wanted.issues:
            return Granted((), None, *about)
        if job_id is None or self.mode is None:
            return Granted(make_new_entries(wanted, own_principal(self.me)), None, *about)
        return Granted((), plan_access(wanted, present, self.me, self.mode), *about)
