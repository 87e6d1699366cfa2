"""Carries out the selected rows of an import plan: snapshot, announcement, jobs, ledger."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from core.applying.apply import (
    Applied,
    Failed,
    NotBegun,
    Outcome,
    Withdrawn,
    apply_rows,
    explain_failure,
)
from core.applying.entries import enter_equal, make_entry, note_paths
from core.applying.granting import confirm_new
from core.applying.reading_back import read_back, remember_prints
from core.applying.work import FreshPlan, Work
from core.applying.written import (
    announce,
    bases_of_equal,
    find_gone,
    make_bases,
    save_bases,
    with_permissions,
)
from core.errors import AmbiguousAnswerError, Issue, StoppedError, SyncError
from core.jobsettings.permissions import PERMISSIONS, Permission
from core.json_text import JsonDict
from core.planning.import_plan import Plan
from core.planning.import_rows import Changed, Importable, New, Row, Unchanged
from core.planning.review import Review
from core.reading.remembered import Memory
from core.reporting.audience import describe_audience
from core.reporting.origins import explain_unselected
from core.reporting.report import ReportRow
from core.reporting.rows import import_row, moved_row, refuse_outside, with_left_out
from core.state.kept_jobs import PlannedCreate, make_snapshot_item
from core.state.ledger import ImportedJob, ImportedLedger, PendingCreate

_BY_HAND = "Set them in the workspace: the mapping file gives them to new jobs only."


def import_selected(work: Work, fresh: FreshPlan, review: Review) -> tuple[ReportRow, ...]:
    """Import the chosen rows of a fresh plan and return a row for every job of the plan.

    Rows that have moved since the review are skipped and named. When nobody chose, rows that would
    undo what was changed here are left alone.

    Raises:
        SelectionError: a chosen job is not in the plan; nothing was changed.
        StateError: the snapshot or the announcement could not be written; nothing was changed.
    """
    plan = fresh.plan
    names = review.select({row.job_name for row in plan.rows}, "such")
    work.listener.on_planned(plan.rows)
    chosen = {
        name: row
        for name, row in plan.importable().items()
        if name in names and (review.names is not None or row.is_preselected)
    }
    moved = {name: moved_row(row) for name, row in chosen.items() if review.has_moved(row)}
    outside = refuse_outside(plan.rows, review.names, "imported")
    for shown in (*moved.values(), *outside.values()):
        work.listener.on_row(shown)
    rows = {name: row for name, row in chosen.items() if name not in moved}
    entries = fresh.ledger.jobs
    work.session.keep_snapshot(
        [
            _snapshot_item(row, entries.get(row.job.job_id))
            for row in rows.values()
            if isinstance(row, Changed)
        ],
        _creates(rows.values()),
    )
    ledger = note_paths(_without_gone(fresh), fresh.survey)
    ledger = enter_equal(ledger, _equal(plan, names), work.session.owner.since)
    _announce(work, fresh.memory.imported, ledger, rows)
    book = fresh.survey.book
    announce(work, fresh.memory, book, (row for row in rows.values() if isinstance(row, Changed)))
    imported, applied, memory = _apply(work, fresh, ledger, rows)
    imported |= _confirm_permissions(work, fresh, applied, imported)
    done = moved | imported | _look_again(work, replace(fresh, memory=memory), applied, imported)
    return tuple(
        done[row.job_name]
        if isinstance(row, Importable) and row.job_name in chosen
        else outside.get(number) or _left_alone(row, is_choice=review.names is not None)
        for number, row in enumerate(plan.rows)
    )


def _apply(
    work: Work, fresh: FreshPlan, ledger: ImportedLedger, rows: Mapping[str, Importable]
) -> tuple[dict[str, ReportRow], list[Applied], Memory]:
    """Write the jobs; note what was done, also when the work breaks off.

    Also returns what the state folder holds then.
    """
    work.listener.on_step("Importing jobs")
    shown: dict[str, ReportRow] = {}
    applied: dict[str, Applied] = {}
    created: dict[int, str] = {}
    unsure: set[int] = set()
    try:
        for outcome in apply_rows(work, fresh.survey, rows):
            name = outcome.row.job_name
            ledger = _entered(ledger, outcome, work.session.owner.since)
            _note_created(created, outcome)
            shown[name] = _shown(outcome)
            if isinstance(outcome, Applied):
                applied[name] = outcome
            else:
                applied.pop(name, None)
                unsure |= _maybe_written(outcome)
            work.listener.on_row(shown[name])
            work.listener.on_progress(len(shown), len(rows))
    finally:
        unknown = [row for name, row in rows.items() if name not in shown]
        state = work.session.state
        work.session.note_created(created)
        work.session.note(state.save_imported, replace(ledger, pending=_pending(unknown)))
        memory = _note_written(work, fresh, ledger, applied.values(), unsure)
    return shown, list(applied.values()), memory


def _note_written(
    work: Work,
    fresh: FreshPlan,
    ledger: ImportedLedger,
    applied: Iterable[Applied],
    unsure: set[int],
) -> Memory:
    """Note what was written, and that the equal jobs of the ledger are as their definitions say.

    Args:
        unsure: jobs of which nobody knows whether they were written.
    """
    done = tuple(applied)
    bases = bases_of_equal(work, fresh, ledger)
    wrote = make_bases(work, fresh.survey.book, {one.job_id: one.row for one in done}, "import")
    bases |= with_permissions(wrote, {one.job_id: _permissions_of(one) for one in done})
    return save_bases(work, fresh.memory, bases, find_gone(fresh) | unsure)


def _permissions_of(done: Applied) -> tuple[Permission, ...] | None:
    """Return the direct entries that a job has now, None where that is unknown."""
    if isinstance(done.row, New) or done.row.access is None:
        return done.row.permissions
    return None if done.unset else done.row.access.after


def _maybe_written(outcome: Outcome) -> set[int]:
    """Return the job of an update whose answer was lost."""
    if isinstance(outcome, Failed) and isinstance(outcome.error, AmbiguousAnswerError):
        return {outcome.row.job.job_id} if isinstance(outcome.row, Changed) else set()
    return set()


def _snapshot_item(row: Changed, entry: ImportedJob | None) -> JsonDict:
    """Return what the snapshot keeps: permissions, as the API has them, only where they change."""
    item = make_snapshot_item(row.job, entry)
    return {**item, PERMISSIONS: row.access.before.as_json()} if row.access else item


def _confirm_permissions(
    work: Work, fresh: FreshPlan, applied: Sequence[Applied], shown: Mapping[str, ReportRow]
) -> dict[str, ReportRow]:
    """Make sure that new jobs have their permissions, and return the rows with something to say."""
    created = [
        (one.row, one.job_id) for one in applied if isinstance(one.row, New) and one.row.permissions
    ]
    confirmed = confirm_new(work, created)
    rows = {
        name: shown[name].with_message(f"{shown[name].message} {note}")
        for name, note in confirmed.notes.items()
    }
    way_out = "Import it again." if fresh.survey.mappings.permissions.from_git else _BY_HAND
    for row, job_id in created:
        if row.job_name in confirmed.unset:
            problem = f"Created as job {job_id}, but its permissions were not set."
            issue = Issue(f"{problem} {confirmed.unset[row.job_name]} {way_out}")
            rows[row.job_name] = import_row(row).in_error(issue)
    for changed in rows.values():
        work.listener.on_row(changed)
    return rows


def _look_again(
    work: Work, fresh: FreshPlan, applied: Sequence[Applied], shown: Mapping[str, ReportRow]
) -> dict[str, ReportRow]:
    """Remember what the workspace made of the jobs, and return the rows with something to say."""
    applied = [one for one in applied if isinstance(one.row, New) or one.row.writes_settings]
    if not applied or work.listener.should_stop():
        return {}
    try:
        with work.stoppable():
            seen = read_back(work, fresh.survey, applied)
    except StoppedError:  # the jobs are imported all the same
        return {}
    remember_prints(work, fresh.memory.filled_in, seen.prints, fresh.ledger.jobs.keys())
    save_bases(work, fresh.memory, {}, seen.others)  # nobody knows who made them different
    return {
        name: shown[name].with_message(f"{shown[name].message} {note}")
        for name, note in seen.notes.items()
    }


def _left_alone(row: Row, *, is_choice: bool) -> ReportRow:
    shown = import_row(row)
    if not isinstance(row, Importable):
        return shown
    message = "Not selected." if is_choice else explain_unselected(row)
    return shown.with_message(message)


def _equal(plan: Plan, names: Collection[str]) -> list[Unchanged]:
    return [row for row in plan.rows if isinstance(row, Unchanged) and row.job_name in names]


def _announce(
    work: Work, stored: ImportedLedger, ledger: ImportedLedger, rows: Mapping[str, Importable]
) -> None:
    """Note what is about to be created, so that a killed import leaves no job without an owner."""
    pending = _pending(rows.values())
    if pending or ledger != stored:
        work.session.lease.check()
        work.session.state.save_imported(replace(ledger, pending=pending))


def _pending(rows: Iterable[Importable]) -> tuple[PendingCreate, ...]:
    return tuple(
        PendingCreate(row.job_name, row.file.definition.source_job_id, row.file.path)
        for row in rows
        if isinstance(row, New)
    )


def _creates(rows: Iterable[Importable]) -> list[PlannedCreate]:
    return [
        PlannedCreate(row.job_name, row.file.definition.source_job_id, row.file.path)
        for row in rows
        if isinstance(row, New)
    ]


def _entered(ledger: ImportedLedger, outcome: Outcome, at: float) -> ImportedLedger:
    match outcome:
        case Applied(row=row, job_id=int(job_id)) | Failed(row=row, job_id=int(job_id)):
            return ledger.with_job(job_id, make_entry(row, at))
        case Withdrawn(job_id=job_id):
            return ledger.without_jobs({job_id})
        case _:
            return ledger


def _note_created(created: dict[int, str], outcome: Outcome) -> None:
    """Note the jobs that exist by this import, and forget those that it deleted again."""
    match outcome:
        case Applied(row=New() as row, job_id=int(job_id)):
            created[job_id] = row.job_name
        case Failed(row=New() as row, job_id=int(job_id)):
            created[job_id] = row.job_name
        case Withdrawn(job_id=job_id):
            created.pop(job_id, None)
        case _:
            pass


def _without_gone(fresh: FreshPlan) -> ImportedLedger:
    """Drop the jobs that are gone for certain: only an admin's list proves that."""
    survey, ledger = fresh.survey, fresh.ledger
    if not survey.me.is_admin:
        return ledger
    there = {job.job_id for job in survey.live} | survey.unproven.keys()
    return ledger.without_jobs(ledger.jobs.keys() - there)


def _shown(outcome: Outcome) -> ReportRow:
    row, definition = import_row(outcome.row), outcome.row.file.definition
    match outcome:
        case Applied(row=New() as new, job_id=job_id):
            words = f"Created as job {job_id}. {describe_audience(new.permissions)}"
            return row.done(with_left_out(words, definition))
        case Applied(unset=SyncError() as error):
            problem = f"Updated job {outcome.job_id}, but its permissions were not set."
            return row.in_error(Issue(f"{problem} {error} Import it again."))
        case Applied(row=Changed(writes_settings=False)):
            return row.done(f"Set the permissions of job {outcome.job_id}.")
        case Applied():
            return row.done(with_left_out(f"Updated job {outcome.job_id}.", definition))
        case Failed():
            return row.in_error(explain_failure(outcome))
        case Withdrawn():
            return row.in_error(Issue(str(outcome.error)))
        case NotBegun():
            return row.not_started("import")
