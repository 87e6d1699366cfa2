"""What a restore leaves in the state folder: ledger, jobs created again, what was written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from core.applying.apply import Applied, Failed, Outcome, Withdrawn
from core.applying.reading_back import remember_prints
from core.applying.work import Work
from core.applying.written import make_bases, save_bases
from core.errors import AmbiguousAnswerError
from core.json_text import Packed, Prints
from core.planning.import_rows import Changed, New, Unchanged
from core.planning.restore_rows import RestoreRow
from core.reading.restoring import RestoreSurvey
from core.state.kept_jobs import KeptJob
from core.state.recreated import PendingRecreate
from core.state.seals import Proof

_NO_IDS = (
    "The new ids of jobs that were created again could not be recorded: a later restore may not "
    "know them."
)


class RestoreMemory:
    """Gathers what was done, and saves it at the end."""

    def __init__(self, work: Work, found: RestoreSurvey) -> None:
        self._work = work
        self._found = found
        self._ledger = found.ledger.without_jobs(_find_gone(found))
        self._recreated = found.recreated
        self._pending: dict[str, PendingRecreate] = {}
        self._created: dict[int, str] = {}
        self._gone: set[int] = set()
        self._unsure: set[int] = set()
        self._kept: dict[str, KeptJob] = {}

    def announce(self, rows: Sequence[RestoreRow]) -> None:
        """Note which jobs are about to be created again, so that a killed restore finds them.

        Raises:
            StateError: it could not be noted; nothing may be created then.
        """
        live = self._found.survey.live
        for row in rows:
            if row.kept:
                name = row.kept.as_live_job().name
                others = frozenset(job.job_id for job in live if job.name == name)
                self._pending[row.job_name] = PendingRecreate(row.kept.job_id, name, others)
        if rows:
            self._work.session.lease.check()
            announced = replace(self._recreated, pending=tuple(self._pending.values()))
            self._work.session.state.save_recreated(announced)

    def note(self, row: RestoreRow, outcome: Outcome) -> None:
        """Note how a row ended."""
        name = row.job_name
        if row.kept:
            self._kept[name] = row.kept
        match outcome:
            case Applied(row=New(), job_id=int(job_id)) | Failed(row=New(), job_id=int(job_id)):
                self._pending.pop(name, None)
                self._created[job_id] = row.kept.as_live_job().name if row.kept else name
                if row.kept:
                    self._recreated = self._recreated.with_job(row.kept.job_id, job_id)
                    self._put_back(row.kept, job_id, is_new=True)
            case Applied(row=Changed(), job_id=job_id):
                if row.kept:
                    self._put_back(row.kept, job_id, is_new=False)
            case Withdrawn(job_id=job_id):
                self._created.pop(job_id, None)
                self._recreated = self._recreated.without({job_id})
                self._ledger = self._ledger.without_jobs({job_id})
            case Failed(error=AmbiguousAnswerError()):
                if isinstance(outcome.row, Changed):  # nobody knows whether it was written
                    self._unsure.add(outcome.row.job.job_id)
            case _:
                self._pending.pop(name, None)

    def note_equal(self, rows: Iterable[RestoreRow]) -> None:
        """Note the jobs that are as they were: an interrupted restore may have come this far."""
        for row in rows:
            if isinstance(row.row, Unchanged) and row.kept:
                job_id = row.row.job.job_id
                self._put_back(row.kept, job_id, is_new=job_id != row.kept.job_id)

    def save(self, applied: Iterable[Applied], removed: set[int]) -> None:
        """Save what was done. Nothing is raised: the report says what could not be recorded."""
        session, state = self._work.session, self._work.session.state
        session.note_created(self._created)
        ledger = self._ledger.without_jobs(removed)
        if ledger != self._found.memory.imported:
            session.note(state.save_imported, ledger)
        recreated = replace(self._recreated, pending=tuple(self._pending.values()))
        if recreated != self._found.recreated or self._found.recreated.pending:
            session.note(state.save_recreated, recreated, _NO_IDS)
        self._save_bases(applied, removed)

    def save_prints(self, prints: Mapping[int, Prints]) -> None:
        """Remember what the workspace made of the jobs."""
        known = self._found.memory.filled_in
        remember_prints(self._work, known, prints, self._ledger.jobs.keys())

    def _save_bases(self, applied: Iterable[Applied], removed: set[int]) -> None:
        """Note what was written; of a job that was only pointed elsewhere, no more than that."""
        rows = {one.job_id: one.row for one in applied}
        kept = {job_id: row for job_id, row in rows.items() if row.job_name in self._kept}
        bases = {
            job_id: replace(base, job_name=self._kept[rows[job_id].job_name].as_live_job().name)
            for job_id, base in make_bases(
                self._work, self._found.survey.book, kept, "restore"
            ).items()
        }
        moved = {former: self._recreated.latest(former) for former in self._recreated.jobs}
        labels = replace(self._found.labels, moved=moved)
        written = self._found.memory.written.jobs
        for job_id in (rows.keys() - kept.keys()) & written.keys():
            settings = written[job_id].find_settings()
            if settings is not None:
                pointed = Packed(labels.point(settings))
                bases[job_id] = replace(written[job_id], settings=pointed)
        save_bases(self._work, self._found.memory, bases, removed | self._unsure)

    def _put_back(self, kept: KeptJob, job_id: int, *, is_new: bool) -> None:
        """Enter in the ledger what it held of a job."""
        if not kept.knows_entry:
            return
        if kept.entry is None:
            self._ledger = self._ledger.without_jobs({job_id})
            return
        entry = replace(kept.entry, seal="")
        known = self._ledger.jobs.get(job_id)
        if is_new and known and self._ledger.vouches_for(job_id):
            entry = replace(entry, at=known.at, proof=known.proof)
        elif is_new:  # it is of our making now, and of this moment
            entry = replace(entry, at=int(self._work.session.owner.since), proof=Proof.PROVEN)
        elif known:
            entry = replace(entry, at=known.at, proof=known.proof)
        elif self._found.snapshot.head.proof is not Proof.PROVEN:
            entry = replace(entry, proof=Proof.UNPROVEN)
        self._ledger = self._ledger.with_job(job_id, entry)


def _find_gone(found: RestoreSurvey) -> set[int]:
    """Return the jobs that the operation created and that are gone: only an admin can tell."""
    if not found.survey.me.is_admin:
        return set()
    there = {job.job_id for job in found.survey.live} | found.survey.unproven.keys()
    return {found.recreated.latest(one) for one in found.snapshot.created or ()} - there
