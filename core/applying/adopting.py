"""Enters jobs that equal their definition in the ledger of imported jobs."""

from collections.abc import Iterable

from core.applying.work import FreshPlan, Work
from core.planning.import_plan import Importable, Unchanged
from core.planning.review import Review
from core.reporting.report import ReportRow
from core.reporting.rows import import_row
from core.state.ledger import ImportedJob, ImportedLedger


def adopt_selected(work: Work, fresh: FreshPlan, review: Review) -> tuple[ReportRow, ...]:
    """Enter the equal jobs that were reviewed, and return a row for every job of the plan.

    A reviewed job that is not equal any more is left alone.
    """
    work.listener.on_planned(fresh.plan.rows)
    equal = {row.job_name: row for row in fresh.plan.adoptable()}
    adopted = equal.keys() if review.names is None else equal.keys() & set(review.names)
    ledger = enter_equal(fresh.ledger, (equal[name] for name in sorted(adopted)))
    work.session.lease.check()
    work.session.state.save_imported(ledger)
    return tuple(
        import_row(row).with_message("Adopted.") if row.job_name in adopted else import_row(row)
        for row in fresh.plan.rows
    )


def enter_equal(ledger: ImportedLedger, rows: Iterable[Unchanged]) -> ImportedLedger:
    """Return the ledger with the jobs of these rows in it."""
    for row in rows:
        ledger = ledger.with_job(row.job.job_id, make_entry(row))
    return ledger


def make_entry(row: Importable | Unchanged) -> ImportedJob:
    """Return what the ledger remembers of a job that came from this row's definition."""
    return ImportedJob(row.job_name, row.file.definition.source_job_id)
