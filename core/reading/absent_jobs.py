"""Asks for the jobs that a list should show and does not: a list that misses one proves nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.errors import Issue, NotFoundError, SyncError, UnauthenticatedError
from core.identity_names import is_same_identity
from core.parallel import in_parallel
from core.ports import Jobs, LiveJob
from core.reading.remembered import Memory


@dataclass(frozen=True, slots=True)
class AbsentJobs:
    """What became of the jobs that the ledgers know and the list does not show.

    `found` exist all the same. `unproven` are those of which nobody could say whether they do.
    A job in neither is gone.
    """

    found: tuple[LiveJob, ...] = ()
    unproven: Mapping[int, Issue] = field(default_factory=dict)


def ask_for_absent_jobs(
    jobs: Jobs, listed: Iterable[LiveJob], memory: Memory, me: str, *, threads: int
) -> AbsentJobs:
    """Ask by id for each job that was imported or exported here and is not in the list.

    An announced job has no id yet: it is asked for by name, and only found when `me` made it.

    Raises:
        UnauthenticatedError: the login is no longer valid.
    """
    listed = tuple(listed)
    known = {job.job_id for job in listed}
    ids = {*memory.imported.jobs, *(file.job_id for file in memory.exported.files.values())} - known
    found: dict[int, LiveJob] = {}
    unproven: dict[int, Issue] = {}
    for job_id, result in in_parallel(jobs.get_job, sorted(ids), threads=threads):
        if isinstance(result, UnauthenticatedError):
            raise result
        if isinstance(result, NotFoundError):
            continue
        if isinstance(result, SyncError):
            unproven[job_id] = Issue(
                f"The workspace does not list job {job_id}, and it could not be confirmed whether "
                f"it still exists. {result}"
            )
        else:
            found[job_id] = result
    ours = {job.name for job in listed if is_same_identity(job.creator, me)}
    announced = {pending.job_name for pending in memory.imported.pending} - ours
    for _, same_name in in_parallel(jobs.find_jobs, sorted(announced), threads=threads):
        if isinstance(same_name, SyncError):
            raise same_name
        found |= {job.job_id: job for job in same_name if job.job_id not in known}
    return AbsentJobs(tuple(found.values()), unproven)
