"""Carries out the selected rows of an import plan: snapshot, announcement, jobs, ledger."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from core.applying.apply import (
    Applied,
    Failed,
    NotBegun,
    Outcome,
    Workbench,
    apply_rows,
    explain_failure,
)
from core.errors import Issue
from core.planning.import_plan import (
    Changed,
    Importable,
    New,
    Plan,
    Unchanged,
    find_renames,
    fingerprint_row,
)
from core.ports import Jobs
from core.reading.survey import Survey
from core.reporting.listener import Listener
from core.reporting.report import ERROR, ReportRow
from core.reporting.rows import import_row, moved_row
from core.state.ledger import ImportedJob, ImportedLedger, PendingCreate, settle_pending
from core.state.session import Session, make_snapshot_item


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
        reviewed: the `fingerprint_plan` of what the user saw; rows that have moved since are
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
    session.keep_snapshot(
        [make_snapshot_item(r.job) for r in rows.values() if isinstance(r, Changed)]
    )
    ledger = settle_pending(stored, survey.live, survey.me.name)
    ledger = _adopted(with_present_paths(_without_gone(ledger, survey), survey), plan, names)
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
        if name in names and reviewed.get(name) != fingerprint_row(row)
    }


def _adopted(ledger: ImportedLedger, plan: Plan, names: Collection[str]) -> ImportedLedger:
    for row in plan.rows:
        if isinstance(row, Unchanged) and row.job_name in names:
            ledger = ledger.with_job(row.job.job_id, imported_job(row))
    return ledger


def imported_job(row: Importable | Unchanged) -> ImportedJob:
    """Return what the ledger keeps of a job that has been imported or adopted."""
    return ImportedJob(row.job_name, row.file.definition.source_job_id, row.file.path)


def with_present_paths(ledger: ImportedLedger, survey: Survey) -> ImportedLedger:
    """Note where the definitions of imported jobs are now, whatever else becomes of them."""
    named = Counter(job.name for job in survey.live)
    jobs = {job.name: job for job in survey.live if named[job.name] == 1}
    jobs |= find_renames(survey.contents, survey.live, ledger)
    defined = Counter(file.definition.job_name for file in survey.contents.files)
    entries = dict(ledger.jobs)
    for file in survey.contents.files:
        job = jobs.get(file.definition.job_name)
        if job and job.job_id in entries and defined[file.definition.job_name] == 1:
            entries[job.job_id] = replace(entries[job.job_id], file_path=file.path)
    return replace(ledger, jobs=entries)


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
        PendingCreate(row.job_name, row.file.definition.source_job_id, row.file.path)
        for row in rows
        if isinstance(row, New)
    )


def _entered(ledger: ImportedLedger, outcome: Outcome) -> ImportedLedger:
    match outcome:
        case Applied(row=row, job_id=int(job_id)) | Failed(row=row, job_id=int(job_id)):
            return ledger.with_job(job_id, imported_job(row))
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
            return replace(row, status=ERROR, issues=(explain_failure(outcome),), message="")
        case NotBegun():
            return replace(
                row, status=ERROR, issues=(Issue("Not begun: the import was stopped."),), message=""
            )
