"""Notes what was written into jobs: the third side of the comparisons to come."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from core.applying.work import FreshPlan, Work
from core.json_text import JobSettings, Packed
from core.planning.import_rows import Blocked, Excluded, New, Unchanged
from core.reading.remembered import Memory
from core.state.written import Stamp, Written, WrittenJob

_NOT_NOTED = (
    "What was written into the jobs could not be recorded; jobs that are changed here may not be "
    "recognised as such until they are imported again."
)


def note_written(
    work: Work,
    memory: Memory,
    wrote: Mapping[int, tuple[str, JobSettings]],
    operation: str,
) -> Memory:
    """Note what was written into jobs, and return what the state folder holds then.

    Nothing is raised: where it cannot be noted, the session's `unnoted` says so.

    Args:
        wrote: the name and the settings of each job by its id, with references by name and an
            explicit identity, as a plan's row has them.
        operation: import, adopt, restore or take.
    """
    entered = {job_id: (name, Packed(settings)) for job_id, (name, settings) in wrote.items()}
    return save_bases(work, memory, make_bases(work, entered, operation))


def make_bases(
    work: Work, wrote: Mapping[int, tuple[str, Packed]], operation: str
) -> dict[int, WrittenJob]:
    """Return what is to be noted of jobs, by id."""
    stamp = Stamp(work.session.owner.since, work.session.me.name, operation)
    return {job_id: WrittenJob(name, stamp, packed) for job_id, (name, packed) in wrote.items()}


def save_bases(
    work: Work,
    memory: Memory,
    bases: Mapping[int, WrittenJob],
    gone: Set[int] = frozenset(),
) -> Memory:
    """Note the bases of some jobs and forget those of others, as `note_written` does."""
    written = memory.written.without_jobs(gone).with_jobs(bases)
    if written is memory.written:
        return memory
    written = Written(written.jobs)
    work.session.note(work.session.state.save_written, written, _NOT_NOTED)
    return replace(memory, written=written)


def bases_of_equal(work: Work, rows: Iterable[Unchanged]) -> dict[int, WrittenJob]:
    """Return the bases of jobs that equal their definition, where none says so yet."""
    wrote = {row.job.job_id: (row.job_name, row.desired) for row in rows if row.desired is not None}
    return make_bases(work, wrote, "adopt")


def find_gone(fresh: FreshPlan) -> set[int]:
    """Return the jobs that are gone for certain and that no definition waits for.

    One that has a definition still is known to have been deleted here.
    """
    survey = fresh.survey
    if not survey.me.is_admin or not survey.contents.is_complete:
        return set()
    rows = fresh.plan.rows
    kept = {job.job_id for job in survey.live} | survey.unproven.keys()
    kept |= {row.former.job_id for row in rows if isinstance(row, New) and row.former}
    names = {row.job_name for row in rows if isinstance(row, Blocked | Excluded)}
    return {
        job_id
        for job_id, known in fresh.memory.written.jobs.items()
        if job_id not in kept and known.job_name not in names
    }
