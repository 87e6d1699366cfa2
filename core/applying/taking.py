"""Takes fields of a live job into its definition file: snapshot, file, what was last written."""

import logging
from collections.abc import Collection
from dataclasses import replace

from core.applying.work import FreshPlan, Work
from core.applying.written import note_written, save_bases
from core.definitions.definition import encode_over
from core.errors import Issue, SyncError
from core.jobsettings.permissions import is_place
from core.json_text import Packed
from core.planning.import_rows import Blocked, Changed, Row
from core.planning.review import Review
from core.planning.risks import risks_of_secrets
from core.planning.statuses import RowResult
from core.planning.taking import Taken
from core.planning.unmapping import take_places
from core.reading.planner import Planner
from core.reporting.report import ReportRow
from core.reporting.rows import import_row, moved_row

log = logging.getLogger(__name__)

_MOST_LISTED = 5


def take_fields(
    work: Work, fresh: FreshPlan, planner: Planner, review: Review, fields: Collection[str]
) -> tuple[ReportRow, ...]:
    """Write fields of the one chosen job into its file and return a row for every job of the plan.

    All of them are written or none. A job, file or mapping that has moved since the review is left
    alone and named, and so is a file that somebody writes meanwhile.

    Args:
        planner: made the plan.
        fields: paths of what differs, as the row of the plan has them.

    Raises:
        SelectionError: the chosen job is not in the plan; nothing was changed.
        StateError: the file as it is could not be kept; nothing was changed.
    """
    rows = fresh.plan.rows
    name = _one_job(review, {row.job_name for row in rows})
    work.listener.on_planned(rows)
    work.listener.on_step("Taking fields into Git")
    number = next(number for number, row in enumerate(rows) if row.job_name == name)
    shown = _take(work, fresh, planner, rows[number], review, fields)
    work.listener.on_row(shown)
    return tuple(shown if at == number else import_row(row) for at, row in enumerate(rows))


def _one_job(review: Review, names: Collection[str]) -> str:
    chosen = review.select(names, "such") if review.names is not None else frozenset[str]()
    if len(chosen) != 1:
        raise SyncError("Nothing was taken into Git.", fix="Choose one job.")
    return next(iter(chosen))


def _take(
    work: Work,
    fresh: FreshPlan,
    planner: Planner,
    row: Row,
    review: Review,
    fields: Collection[str],
) -> ReportRow:
    if not isinstance(row, Changed):
        return _without_differences(row, review)
    if review.has_moved(row):
        return moved_row(row)
    if not fields:
        return _refused(row, (Issue("No field was chosen."),))
    with work.stoppable():
        taken = planner.plan_taking(fresh.survey, row, fresh.memory, fields)
    if taken.issues:
        return _refused(row, taken.issues)
    problem = _write(work, fresh, row, taken)
    if problem:
        return import_row(row).in_error(problem)
    done = replace(import_row(row), changes=taken.changes).done(_message(row, taken))
    return done.with_risks(risks_of_secrets(taken.secrets))


def _without_differences(row: Row, review: Review) -> ReportRow:
    """Return the row of a job that does not differ, or of which nobody knows whether it does."""
    if review.fingerprints is not None:
        return moved_row(row)
    if isinstance(row, Blocked):
        return replace(import_row(row), result=RowResult.FAILED)
    return import_row(row).in_error(Issue("It has no field that could be taken into Git."))


def _write(work: Work, fresh: FreshPlan, row: Changed, taken: Taken) -> Issue | None:
    """Keep the file as it is and replace it; return why it was not replaced.

    The API cannot compare and write in one step: what somebody writes between our last look and our
    write, some tens of milliseconds later, is lost.
    """
    files, path = work.ports.files, f"{fresh.survey.contents.folder}/{row.file.path}"
    content = row.file.content
    try:
        if files.read(path) != content:
            return Issue("The file was changed meanwhile. Validate again.", row.file.path)
    except SyncError as error:
        return Issue(str(error), row.file.path)
    kept = {"path": row.file.path, "content": content.decode(errors="backslashreplace")}
    work.session.keep_snapshot([kept])
    try:
        work.session.lease.check()
        files.write(path, encode_over(taken.definition, content))
    except SyncError as error:
        return Issue(str(error), row.file.path)
    _note_base(work, fresh, row, taken)
    log.info("took %d fields of %s into %s", len(taken.fields), row.job_name, row.file.path)
    return None


def _note_base(work: Work, fresh: FreshPlan, row: Changed, taken: Taken) -> None:
    """Note that both sides agree at what was taken: whoever changes it next is who moved it.

    Elsewhere it stays as it was, and so does when it was written. Where nobody knows what was
    written, nobody does afterwards, unless the job matches its definition now.
    """
    assert taken.settings is not None  # there are no issues
    job_id, memory = row.job.job_id, fresh.memory
    if not taken.left:
        note_written(work, memory, {job_id: (row.job_name, taken.settings)}, "take")
        return
    known = memory.written.jobs.get(job_id)
    base = known.find_settings() if known else None
    if known is None or base is None:
        return
    settings = Packed(take_places(base, taken.settings, taken.fields))
    save_bases(work, memory, {job_id: replace(known, settings=settings)})


def _refused(row: Changed, issues: tuple[Issue, ...]) -> ReportRow:
    """Return the row with every field that cannot be taken; none of them was."""
    return replace(import_row(row).in_error(issues[0]), issues=issues)


def _message(row: Changed, taken: Taken) -> str:
    fields = taken.fields
    left = len(taken.left) + sum(is_place(change.path) for change in row.changes)
    more = f" and {len(fields) - _MOST_LISTED} more" if len(fields) > _MOST_LISTED else ""
    listed = f"Taken into Git: {', '.join(fields[:_MOST_LISTED])}{more}."
    if not left:
        return f"{listed} The job matches its definition now."
    return f"{listed} {left} other {'field differs' if left == 1 else 'fields differ'} still."
