"""Reads jobs once more after they were written, and learns what the workspace made of them."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from core.applying.apply import Applied
from core.applying.work import Work
from core.comparing.filled_in import Answer, read_answer
from core.comparing.sampling import agrees, draw_sample
from core.errors import SyncError
from core.json_text import Prints
from core.parallel import read_ahead
from core.planning.forms import make_live_form, take_identity
from core.ports import LiveJob
from core.reading.survey import Survey
from core.reading.two_passes import FullReader

log = logging.getLogger(__name__)

_NOT_REMEMBERED = (
    "What the workspace filled in could not be recorded; it may appear as changes until the jobs "
    "are imported again."
)

_PAGE = 100  # jobs in one call for the list
_SAMPLE = 3  # what was written just now has few shapes, and a larger sample was read before
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What was seen of the written jobs: prints by job id, and what to tell of some, by job name.

    A job that could not be read has no prints. `others` are the jobs that still differ.
    """

    prints: Mapping[int, Prints]
    notes: Mapping[str, str]
    others: frozenset[int] = frozenset()


def read_back(work: Work, survey: Survey, applied: Sequence[Applied]) -> ReadBack:
    """Read the jobs that were written just now, in few calls.

    Few jobs are read one by one. Of many the list form will do: where it shows what was written,
    and what it shows is confirmed by a sample.
    """
    work.listener.on_step("Reading what was written")
    try:
        seen = _Reading(work, survey, {one.job_id: one for one in applied}).read()
    except SyncError as error:
        log.warning("the written jobs could not be read: %s", error)
        seen = {}
    notes = {one.row.job_name: _describe(seen.get(one.job_id)) for one in applied}
    return ReadBack(
        {job_id: answer.prints for job_id, answer in seen.items()},
        {name: note for name, note in notes.items() if note},
        frozenset(job_id for job_id, answer in seen.items() if answer.others),
    )


@dataclass(slots=True)
class _Reading:
    work: Work
    survey: Survey
    applied: Mapping[int, Applied]

    def read(self) -> dict[int, Answer]:
        if len(self.applied) <= 1 + len(self.survey.live) // _PAGE:
            return self._answers(self._in_full(self.applied))
        listed, answers = self._list()
        sample = draw_sample(listed.values(), self.work.session.owner.token)[:_SAMPLE]
        full = self._in_full(sample)
        if not all(job_id in full and agrees(listed[job_id], full[job_id]) for job_id in sample):
            return self._answers(self._in_full(self.applied))
        answers |= self._answers(full)
        doubtful = [
            job_id
            for job_id in self.applied.keys() - full.keys()
            if job_id not in listed
            or listed[job_id].truncated
            or answers[job_id].unkept
            or answers[job_id].others
        ]
        return answers | self._answers(self._in_full(doubtful))

    def _list(self) -> tuple[dict[int, LiveJob], dict[int, Answer]]:
        """List the written jobs, and hold each against what was written while the next come."""
        found: dict[int, LiveJob] = {}
        answers: dict[int, Answer] = {}
        for job in read_ahead(self._written()):
            found[job.job_id] = job
            answers[job.job_id] = self._answer(job.job_id, job)
        return found, answers

    def _written(self) -> Iterator[LiveJob]:
        """Yield the written jobs of the list until all have come: new ones come first."""
        left = set(self.applied)
        for job in self.work.ports.jobs.list_jobs():
            if job.job_id in self.applied:
                yield job
                left.discard(job.job_id)
                if not left:
                    return

    def _in_full(self, job_ids: Iterable[int]) -> Mapping[int, LiveJob]:
        reader = FullReader(self.work.ports.jobs, self.work.threads, self.work.reading_listener())
        return reader.read(sorted(job_ids)).jobs

    def _answers(self, jobs: Mapping[int, LiveJob]) -> dict[int, Answer]:
        return {job_id: self._answer(job_id, job) for job_id, job in jobs.items()}

    def _answer(self, job_id: int, job: LiveJob) -> Answer:
        written = self.applied[job_id].row.unpack_settings()
        current = make_live_form(job, self.survey.book).settings
        return read_answer(take_identity(current, job, written), written)


def remember_prints(
    work: Work, known: Mapping[int, Prints], prints: Mapping[int, Prints], imported: Set[int]
) -> None:
    """Remember what the workspace made of jobs, and forget what it made of all that left.

    Nothing is raised: the report says what could not be recorded.

    Args:
        known: what was remembered before.
        imported: the ids of the jobs of the ledger.
    """
    kept = imported | prints.keys()
    filled_in = {job_id: found for job_id, found in {**known, **prints}.items() if job_id in kept}
    if filled_in != known:
        session = work.session
        session.note(session.state.save_filled_in, filled_in, _NOT_REMEMBERED)


def _describe(answer: Answer | None) -> str:
    """Say what was not observed, or differs; nothing when the job is as it was written."""
    if answer is None:
        return "It could not be read again to see what the workspace made of it."
    if answer.others:
        return f"It still differs from its definition: {_listed(answer.others)}."
    if answer.unkept:
        return f"The workspace does not return: {_listed(answer.unkept)}."
    return ""


def _listed(paths: Sequence[str]) -> str:
    more = len(paths) - _MOST_NAMED
    return ", ".join(paths[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
