"""Sets permissions, and makes sure that new jobs have those that they were created with."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.applying.work import Work
from core.errors import SyncError
from core.jobsettings.permissions import Permission, identity_of, read_access_list
from core.parallel import in_parallel
from core.planning.access_change import AccessChange
from core.planning.import_rows import New
from core.ports import Jobs

log = logging.getLogger(__name__)


def set_access(jobs: Jobs, job_id: int, access: AccessChange) -> None:
    """Send the one call that a change of permissions needs."""
    if access.replaces:
        jobs.set_permissions(job_id, access.entries)
    else:
        jobs.add_permissions(job_id, access.entries)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What came of the permissions of new jobs: why some lack theirs, and what else to say."""

    unset: Mapping[str, SyncError] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


def confirm_new(work: Work, created: Sequence[tuple[New, int]]) -> Confirmed:
    """Read one of the new jobs; where it lacks what it was created with, set all of them.

    Args:
        created: rows with permissions, and the ids of their jobs.
    """
    if not created:
        return Confirmed()
    jobs, (sample, job_id) = work.ports.jobs, created[0]
    try:
        if has_all(jobs, job_id, sample.permissions):
            return Confirmed()
    except SyncError as error:
        return Confirmed(notes={sample.job_name: f"Its permissions could not be read. {error}"})
    log.warning("the workspace did not set the permissions of new jobs; they are set now")

    def add(made: tuple[New, int]) -> None:
        work.session.lease.check()
        jobs.add_permissions(made[1], made[0].permissions)

    results = in_parallel(add, created, threads=work.threads)
    return Confirmed(
        {row.job_name: error for (row, _), error in results if isinstance(error, SyncError)}
    )


def has_all(jobs: Jobs, job_id: int, entries: Sequence[Permission]) -> bool:
    """Whether a job has these entries. Raises WorkspaceError when that cannot be read."""
    levels = {
        identity_of(entry.principal): entry.level
        for entry in read_access_list(jobs.get_permissions(job_id)).direct
    }
    return all(levels.get(identity_of(entry.principal)) == entry.level for entry in entries)
