"""Enters jobs that equal their definition in the ledger of imported jobs."""

from core.applying.entries import enter_equal, note_paths
from core.applying.work import FreshPlan, Work
from core.applying.written import bases_of_equal, find_gone, save_bases
from core.planning.import_rows import Unchanged
from core.planning.review import Review
from core.reporting.report import ReportRow
from core.reporting.rows import import_row


def adopt_selected(work: Work, fresh: FreshPlan, review: Review) -> tuple[ReportRow, ...]:
    """Enter the equal jobs that were reviewed, and return a row for every job of the plan.

    A reviewed job that no longer matches is left alone.
    """
    work.listener.on_planned(fresh.plan.rows)
    equal = {row.job_name: row for row in fresh.plan.adoptable()}
    adopted = equal.keys() if review.names is None else equal.keys() & set(review.names)
    ledger = note_paths(fresh.ledger, fresh.survey)
    ledger = enter_equal(
        ledger, (equal[name] for name in sorted(adopted)), work.session.owner.since
    )
    work.session.lease.check()
    work.session.state.save_imported(ledger)
    known = (row for row in fresh.plan.rows if isinstance(row, Unchanged))
    noted = [row for row in known if row.job.job_id in ledger.jobs]
    save_bases(work, fresh.memory, bases_of_equal(work, noted), find_gone(fresh))
    done = {name: import_row(equal[name]).done("") for name in adopted}
    for shown in done.values():
        work.listener.on_row(shown)
    return tuple(
        done[row.job_name]
        if isinstance(row, Unchanged) and row.job_name in adopted
        else import_row(row)
        for row in fresh.plan.rows
    )
