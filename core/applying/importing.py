"""Carries out the selected rows of an import plan: snapshot, announcement, jobs, ledger."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from core.applying.apply import (
    Applied,
    Failed,
    NotBegun,
    Outcome,
    Workbench,
    apply_rows,
    outcome_issue,
)
from core.errors import Issue
from core.planning.import_plan import Changed, Importable, New, Plan, Unchanged, row_fingerprint
from core.ports import Jobs
from core.reading.survey import Survey
from core.reporting.listener import Listener
from core.reporting.report import ReportRow
from core.reporting.rows import import_row, moved_row
from core.state.ledger import ImportedJob, ImportedLedger, PendingCreate, settle_pending
from core.state.session import Session, snapshot_item


def import_selected(
    session: Session,
    jobs: Jobs,
    survey: Survey,
    plan: Plan,
    stored: ImportedLedger,
    names: Collection[str],
    reviewed: Mapping[str, str] | None,
    threads: int,
    listener: Listener,
) -> tuple[ReportRow, ...]:
    """Import the named rows of a fresh plan and return a row for every job of the plan.

    Args:
        stored: the ledger as the state folder holds it.
        reviewed: the `plan_fingerprints` of what the user saw; rows that have moved since are
            skipped and named.

    Raises:
        StateError: the snapshot or the announcement could not be written; nothing was changed.
    """
    listener.on_planned(plan.rows)
    moved = _moved(plan, reviewed, names)
    for row in moved.values():
        listener.on_row(row)
    rows = {
        name: row for name, row in plan.importable().items() if name in names and name not in moved
    }
    session.keep_snapshot([snapshot_item(r.job) for r in rows.values() if isinstance(r, Changed)])
    ledger = settle_pending(stored, survey.live, survey.me.name)
    ledger = _adopted(_without_gone(ledger, survey), plan, names)
    _announce(session, stored, ledger, rows)
    bench = Workbench(
        jobs=jobs,
        book=survey.book,
        creator=survey.me.name,
        known_ids=frozenset(job.job_id for job in survey.live),
        threads=threads,
        before_write=session.lease.check,
        should_stop=listener.should_stop,
    )
    listener.on_step("Importing jobs")
    shown: dict[str, ReportRow] = {}
    try:
        for outcome in apply_rows(bench, rows):
            ledger = _entered(ledger, outcome)
            shown[outcome.row.job_name] = _shown(outcome)
            listener.on_row(shown[outcome.row.job_name])
            listener.on_progress(len(shown), len(rows))
    finally:
        unknown = [row for name, row in rows.items() if name not in shown]
        session.note(session.state.save_imported, replace(ledger, pending=_pending(unknown)))
    return tuple(
        _final_row(row.job_name, import_row(row), shown, moved, rows, plan) for row in plan.rows
    )


def _final_row(
    name: str,
    planned: ReportRow,
    shown: Mapping[str, ReportRow],
    moved: Mapping[str, ReportRow],
    rows: Mapping[str, Importable],
    plan: Plan,
) -> ReportRow:
    if name in plan.importable():
        if name in moved:
            return moved[name]
        if name not in rows:
            return planned.with_message("Not selected.")
        return shown[name]
    return planned


def _moved(
    plan: Plan, reviewed: Mapping[str, str] | None, names: Collection[str]
) -> dict[str, ReportRow]:
    """Return the selected rows that are not what the user reviewed any more."""
    if reviewed is None:
        return {}
    return {
        name: moved_row(row)
        for name, row in plan.importable().items()
        if name in names and reviewed.get(name) != row_fingerprint(row)
    }


def _adopted(ledger: ImportedLedger, plan: Plan, names: Collection[str]) -> ImportedLedger:
    for row in plan.rows:
        if isinstance(row, Unchanged) and row.job_name in names:
            entry = ImportedJob(row.job_name, row.file.definition.source_job_id)
            ledger = ledger.with_job(row.job.job_id, entry)
    return ledger


def _announce(
    session: Session, stored: ImportedLedger, ledger: ImportedLedger, rows: Mapping[str, Importable]
) -> None:
    """Note what is about to be created, so that a killed import leaves no job without an owner."""
    pending = _pending(rows.values())
    if pending or ledger != stored:
        session.lease.check()
        session.state.save_imported(replace(ledger, pending=pending))


def _pending(rows: Iterable[Importable]) -> tuple[PendingCreate, ...]:
    return tuple(
        PendingCreate(row.job_name, row.file.definition.source_job_id)
        for row in rows
        if isinstance(row, New)
    )


def _entered(ledger: ImportedLedger, outcome: Outcome) -> ImportedLedger:
    match outcome:
        case Applied(row=row, job_id=int(job_id)) | Failed(row=row, job_id=int(job_id)):
            entry = ImportedJob(row.job_name, row.file.definition.source_job_id)
            return ledger.with_job(job_id, entry)
        case _:
            return ledger


def _without_gone(ledger: ImportedLedger, survey: Survey) -> ImportedLedger:
    """Drop the jobs that are gone for certain: only an admin's list proves that."""
    if not survey.me.is_admin:
        return ledger
    return ledger.without_jobs(ledger.jobs.keys() - {job.job_id for job in survey.live})


def _shown(outcome: Outcome) -> ReportRow:
    row = import_row(outcome.row)
    match outcome:
        case Applied(row=New()):
            return row.with_message(f"Created as job {outcome.job_id}.")
        case Applied():
            return row.with_message(f"Job {outcome.job_id} now equals its definition.")
        case Failed():
            return row.in_error(outcome_issue(outcome))
        case NotBegun():
            return row.in_error(Issue("Not begun: the import was stopped."))
