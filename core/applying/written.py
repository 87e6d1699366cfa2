"""Notes what was written into jobs: the third side of the comparisons to come."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from core.applying.work import FreshPlan, Work
from core.errors import SyncError
from core.jobsettings.permissions import Permission
from core.json_text import JobSettings, Packed
from core.mapping.name_book import NameBook
from core.mapping.names import write_ids
from core.planning.import_rows import Blocked, Changed, Excluded, Importable, New, Unchanged
from core.reading.remembered import Memory
from core.state.ledger import ImportedLedger
from core.state.written import Stamp, WrittenJob, print_of

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
        wrote: the name and the settings of each job by its id, see `WrittenJob`.
        operation: import, adopt, restore or take.
    """
    stamp = _stamp(work, operation)
    bases = {
        job_id: WrittenJob(name, stamp, Packed(settings))
        for job_id, (name, settings) in wrote.items()
    }
    return save_bases(work, memory, bases)


def make_bases(
    work: Work, book: NameBook, rows: Mapping[int, Importable | Unchanged], operation: str
) -> dict[int, WrittenJob]:
    """Return what is to be noted of the jobs of rows, by id."""
    stamp = _stamp(work, operation)
    return {
        job_id: _base(row.job_name, stamp, row.desired, book)
        for job_id, row in rows.items()
        if row.desired is not None
    }


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
    written = replace(written, issues=())
    work.session.note(work.session.state.save_written, written, _NOT_NOTED)
    return replace(memory, written=written)


def announce(
    work: Work,
    memory: Memory,
    book: NameBook,
    rows: Iterable[Changed],
    operation: str = "import",
) -> None:
    """Note what is about to be written, so that a killed operation is nobody's change.

    Only of jobs of which it is known what was written before: of others nothing is known then.

    Args:
        operation: import or restore.

    Raises:
        StateError: it could not be noted; nothing may be changed then.
    """
    written = memory.written
    known = {row.job.job_id: row for row in rows if row.job.job_id in written.jobs}
    if known:
        bases = make_bases(work, book, known, operation)
        work.session.lease.check()
        announced = {**written.announced, **bases}
        work.session.state.save_written(replace(written, announced=announced))


def bases_of_equal(work: Work, fresh: FreshPlan, ledger: ImportedLedger) -> dict[int, WrittenJob]:
    """Return the bases of imported jobs that equal their definition, where none says so yet."""
    rows = {
        row.job.job_id: row
        for row in fresh.plan.rows
        if isinstance(row, Unchanged) and row.job.job_id in ledger.jobs
    }
    bases = make_bases(work, fresh.survey.book, rows, "adopt")
    return with_permissions(bases, {job_id: row.permissions for job_id, row in rows.items()})


def with_permissions(
    bases: Mapping[int, WrittenJob],
    permissions: Mapping[int, tuple[Permission, ...] | None],
) -> dict[int, WrittenJob]:
    """Return bases with the direct entries of their jobs, as far as those are known."""
    return {
        job_id: replace(base, permissions=permissions.get(job_id)) for job_id, base in bases.items()
    }


def _stamp(work: Work, operation: str) -> Stamp:
    me = work.session.me
    by = work.listener.actor or me.display_name or me.name
    return Stamp(work.session.owner.since, by, operation)


def _base(name: str, stamp: Stamp, desired: Packed, book: NameBook) -> WrittenJob:
    settings = desired.unpack()
    wanted = print_of(settings)
    try:
        return WrittenJob(name, stamp, Packed(write_ids(settings, book)), wanted)
    except SyncError:  # a name that has no id yet, or two: it says what is meant all the same
        return WrittenJob(name, stamp, desired, wanted)


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
