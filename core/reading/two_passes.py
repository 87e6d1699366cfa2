"""Plans on the list forms first, then again with the full form of what they could not prove."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from core.comparing.sampling import agrees, draw_sample
from core.errors import Issue, SyncError
from core.json_text import JsonDict
from core.parallel import in_parallel
from core.ports import LiveJob
from core.reporting.listener import Listener


class AboutJob(Protocol):
    """A row of a plan that speaks of a live job."""

    @property
    def job(self) -> LiveJob: ...


class TwoPassPlan(Protocol):
    """What a plan of either direction knows about the forms that it was made from."""

    def settled(self) -> Sequence[AboutJob]:
        """Return the rows that need no second look as long as the list form is to be trusted."""
        ...

    def jobs_to_read(self) -> Sequence[int]:
        """Return the jobs whose full form is needed, whatever the list form is worth."""
        ...

    def jobs_to_doubt(self) -> Sequence[int]:
        """Return jobs that are read where the list form is not to be trusted, as settled ones."""
        ...


AnyPlan = TypeVar("AnyPlan", bound=TwoPassPlan)


@dataclass(frozen=True, slots=True)
class Inventory(Generic[AnyPlan]):
    """The jobs of the workspace as one pass knows them.

    `fresh` are those read since the pass before, `unread` those whose full form could not be read.
    `first` is the plan of the first pass when its settled rows stand.
    """

    live: tuple[LiveJob, ...]
    fresh: tuple[LiveJob, ...]
    unread: Mapping[int, Issue] = field(default_factory=dict)
    first: AnyPlan | None = None


@dataclass(frozen=True, slots=True)
class FullForms:
    """What `jobs/get` said: the jobs by id, and why some could not be read."""

    jobs: Mapping[int, LiveJob]
    unread: Mapping[int, Issue]

    def joined(self, other: "FullForms") -> "FullForms":
        """Return both readings as one."""
        return FullForms({**self.jobs, **other.jobs}, {**self.unread, **other.unread})


class JobReader(Protocol):
    """Whoever reads one job in full, or its permissions, as `Jobs` does."""

    def get_job(self, job_id: int) -> LiveJob: ...

    def get_permissions(self, job_id: int) -> JsonDict: ...


class ReadOnce:
    """Reads each job once, for several plans of the same moment."""

    def __init__(self, jobs: JobReader) -> None:
        self._jobs = jobs
        self._read: dict[int, LiveJob] = {}
        self._permissions: dict[int, JsonDict] = {}

    def get_job(self, job_id: int) -> LiveJob:
        """Return one job with all its pages. Raises WorkspaceError."""
        if job_id not in self._read:  # two threads may both read it, which does no harm
            self._read[job_id] = self._jobs.get_job(job_id)
        return self._read[job_id]

    def get_permissions(self, job_id: int) -> JsonDict:
        """Return the permissions of one job. Raises WorkspaceError."""
        if job_id not in self._permissions:
            self._permissions[job_id] = self._jobs.get_permissions(job_id)
        return self._permissions[job_id]


class FullReader:
    """Reads jobs one by one, in full."""

    def __init__(self, jobs: JobReader, threads: int, listener: Listener) -> None:
        self._jobs = jobs
        self._threads = threads
        self._listener = listener

    def read(self, job_ids: Sequence[int]) -> FullForms:
        """Read jobs; one that cannot be read does not keep the others from it."""
        if job_ids:
            self._listener.on_step("Reading jobs")
        full: dict[int, LiveJob] = {}
        unread: dict[int, Issue] = {}
        results = in_parallel(self._jobs.get_job, job_ids, threads=self._threads)
        for done, (job_id, result) in enumerate(results, start=1):
            if isinstance(result, SyncError):
                unread[job_id] = Issue(f"The job could not be read. {result}")
            else:
                full[job_id] = result
            self._listener.on_progress(done, len(job_ids))
        return FullForms(full, unread)


def plan_in_two_passes(
    plan: Callable[[Inventory[AnyPlan]], AnyPlan],
    listed: tuple[LiveJob, ...],
    reader: FullReader,
    *,
    trusts_list: bool,
    salt: str,
) -> AnyPlan:
    """Plan, read in full what must be, and plan again if anything was read.

    Args:
        plan: makes the plan of one pass.
        listed: the list form of all jobs; those that no list shows are complete already.
        trusts_list: False reads every job in full.
        salt: another one each time, so that no job is left out of the samples for ever.
    """
    first = plan(Inventory(listed, listed))
    settled = {row.job.job_id for row in first.settled() if not row.job.complete}
    settled |= set(first.jobs_to_doubt())
    forms, trusted = _read_in_full(
        first, listed, settled, reader, trusts_list=trusts_list, salt=salt
    )
    if not forms.jobs and not forms.unread:
        return first
    live = tuple(forms.jobs.get(job.job_id, job) for job in listed)
    fresh = tuple(forms.jobs.values())
    return plan(Inventory(live, fresh, forms.unread, first if trusted else None))


def _read_in_full(
    first: TwoPassPlan,
    listed: Iterable[LiveJob],
    settled: Set[int],
    reader: FullReader,
    *,
    trusts_list: bool,
    salt: str,
) -> tuple[FullForms, bool]:
    """Read the jobs that the plan needs, and a sample of those that the list form settled.

    Also returns whether the list form is to be trusted: where any job that was read disagrees
    with its list form, whatever it was read for, the other settled jobs are read as well.
    """
    by_id = {job.job_id: job for job in listed}
    settled = settled - set(first.jobs_to_read())
    if not trusts_list:
        return reader.read([*first.jobs_to_read(), *sorted(settled)]), False
    sample = draw_sample((by_id[job_id] for job_id in settled), salt)
    forms = reader.read([*first.jobs_to_read(), *sample])
    if all(job_id in forms.jobs for job_id in sample) and all(
        agrees(by_id[job_id], job) for job_id, job in forms.jobs.items()
    ):
        return forms, True
    return forms.joined(reader.read(sorted(settled - set(sample)))), False
