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
from core.applying.reading_back import read_back
from core.applying.work import FreshPlan, Work
from core.errors import Issue, StoppedError, SyncError
from core.jobsettings.permissions import PERMISSIONS
from core.json_text import JsonDict
from core.planning.import_plan import Plan
from core.planning.import_rows import Changed, Importable, New, Row, Unchanged
from core.planning.review import Review
from core.reading.survey import Survey
from core.reporting.audience import describe_audience
from core.reporting.report import ReportRow
from core.reporting.rows import import_row, moved_row, refuse_outside, with_left_out
from core.state.ledger import ImportedLedger, PendingCreate
from core.state.session import make_snapshot_item

_BY_HAND = "Set them in the workspace: the mapping file gives them to new jobs only."
_NOT_REMEMBERED = (
    "What the workspace filled in could not be recorded; it may appear as changes until the jobs "
    "are imported again."
)


def import_selected(work: Work, fresh: FreshPlan, review: Review) -> tuple[ReportRow, ...]:
    """Import the chosen rows of a fresh plan and return a row for every job of the plan.

    Rows that have moved since the review are skipped and named.

    Raises:
        SelectionError: a chosen job is not in the plan; nothing was changed.
        StateError: the snapshot or the announcement could not be written; nothing was changed.
    """
    plan = fresh.plan
    names = review.select({row.job_name for row in plan.rows}, "such")
    work.listener.on_planned(plan.rows)
    chosen = {name: row for name, row in plan.importable().items() if name in names}
    moved = {name: moved_row(row) for name, row in chosen.items() if review.has_moved(row)}
    outside = refuse_outside(plan.rows, review.names, "imported")
    for shown in (*moved.values(), *outside.values()):
        work.listener.on_row(shown)
    rows = {name: row for name, row in chosen.items() if name not in moved}
    work.session.keep_snapshot(
        [_snapshot_item(row) for row in rows.values() if isinstance(row, Changed)]
    )
    ledger = _adopted(note_paths(_without_gone(fresh), fresh.survey), plan, names)
    _announce(work, fresh.memory.imported, ledger, rows)
    imported, applied = _apply(work, fresh.survey, ledger, rows)
    imported |= _confirm_permissions(work, fresh, applied, imported)
    done = moved | imported | _look_again(work, fresh, applied, imported)
    return tuple(
        done[row.job_name]
        if isinstance(row, Importable) and row.job_name in chosen
        else outside.get(number) or _left_alone(row)
        for number, row in enumerate(plan.rows)
    )


def _apply(
    work: Work, survey: Survey, ledger: ImportedLedger, rows: Mapping[str, Importable]
) -> tuple[dict[str, ReportRow], list[Applied]]:
    """Write the jobs; note in the ledger what was done, also when the work breaks off."""
    work.listener.on_step("Importing jobs")
    shown: dict[str, ReportRow] = {}
    applied: dict[str, Applied] = {}
    try:
        for outcome in apply_rows(work, survey, rows):
            name = outcome.row.job_name
            ledger = _entered(ledger, outcome)
            shown[name] = _shown(outcome)
            if isinstance(outcome, Applied):
                applied[name] = outcome
            else:
                applied.pop(name, None)
            work.listener.on_row(shown[name])
            work.listener.on_progress(len(shown), len(rows))
    finally:
        unknown = [row for name, row in rows.items() if name not in shown]
        state = work.session.state
        work.session.note(state.save_imported, replace(ledger, pending=_pending(unknown)))
    return shown, list(applied.values())


def _snapshot_item(row: Changed) -> JsonDict:
    """Return what the snapshot keeps: permissions, as the API has them, only where they change."""
    item = make_snapshot_item(row.job)
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
    known = {**fresh.memory.filled_in, **seen.prints}
    kept = fresh.ledger.jobs.keys() | seen.prints.keys()
    filled_in = {job_id: prints for job_id, prints in known.items() if job_id in kept}
    if filled_in != fresh.memory.filled_in:
        work.session.note(work.session.state.save_filled_in, filled_in, _NOT_REMEMBERED)
    return {
        name: shown[name].with_message(f"{shown[name].message} {note}")
        for name, note in seen.notes.items()
    }


def _left_alone(row: Row) -> ReportRow:
    shown = import_row(row)
    return shown.with_message("Not selected.") if isinstance(row, Importable) else shown


def _adopted(ledger: ImportedLedger, plan: Plan, names: Collection[str]) -> ImportedLedger:
    equal = [row for row in plan.rows if isinstance(row, Unchanged) and row.job_name in names]
    return enter_equal(ledger, equal)


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


def _entered(ledger: ImportedLedger, outcome: Outcome) -> ImportedLedger:
    match outcome:
        case Applied(row=row, job_id=int(job_id)) | Failed(row=row, job_id=int(job_id)):
            return ledger.with_job(job_id, make_entry(row))
        case Withdrawn(job_id=job_id):
            return ledger.without_jobs({job_id})
        case _:
            return ledger


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
