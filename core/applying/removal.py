"""Removes jobs whose definition is gone: limits first, then a snapshot, then the deletes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from core.errors import RemovalRefusedError, SyncError
from core.json_text import JsonDict
from core.parallel import in_parallel
from core.planning.forms import manager_of
from core.planning.import_plan import Deleted, Plan, fingerprint_row
from core.ports import Jobs
from core.reporting.listener import Listener
from core.reporting.report import ReportRow
from core.reporting.rows import import_row
from core.state.session import Session, make_snapshot_item

_SHARE_FREE = 3  # so few removals need no share: half of two jobs is no alarm


@dataclass(frozen=True, slots=True)
class RemovalLimits:
    """How much one removal may remove: a number of jobs, and a share (0–1) of the imported ones."""

    max_removals: int
    max_share: float


def check_removal(
    plan: Plan, selected: Mapping[str, Deleted], imported: int, limits: RemovalLimits
) -> None:
    """Refuse a removal that the plan does not prove, or that is larger than the limits.

    Raises:
        RemovalRefusedError: says which, and what to do.
    """
    if not plan.is_complete:
        raise RemovalRefusedError(
            "Nothing was removed: not all files could be read as definitions, or not all jobs "
            "could be read, so that a missing definition proves nothing.",
            fix="Solve the issues that Validate shows, then remove.",
        )
    count = len(selected)
    if count > limits.max_removals:
        raise RemovalRefusedError(
            f"Nothing was removed: {count} jobs are more than the {limits.max_removals} that one "
            "removal may remove.",
            fix="Check that Git holds what it should, remove in parts, or raise MAX_REMOVALS.",
        )
    if count > _SHARE_FREE and count > imported * limits.max_share:
        raise RemovalRefusedError(
            f"Nothing was removed: {count} of {imported} imported jobs are more than "
            f"{limits.max_share:.0%}.",
            fix="Check that Git still holds what it should, or raise MAX_REMOVAL_PERCENT.",
        )


def find_removal_problem(row: Deleted, selected: Mapping[str, Deleted]) -> SyncError | None:
    """Return why one job cannot be removed: others that stay still run it."""
    staying = [name for name in row.needed_by if name not in selected]
    if not staying:
        return None
    users = ", ".join(f"“{name}”" for name in staying[:5])
    return SyncError(f"Not removed, because {users} would run a job that is gone.")


def _read_for_removal(
    jobs: Jobs, rows: Iterable[Deleted], threads: int
) -> dict[str, JsonDict | SyncError]:
    """Read the jobs about to be removed, with their permissions, as the snapshot keeps them."""

    def read(row: Deleted) -> JsonDict:
        job = jobs.get_job(row.job.job_id)
        if job.name != row.job_name or manager_of(job.marks):
            raise SyncError("The job changed after validation.", fix="Validate again.")
        return {**make_snapshot_item(job), "permissions": jobs.get_permissions(job.job_id)}

    return {row.job_name: result for row, result in in_parallel(read, rows, threads=threads)}


def _delete_jobs(
    jobs: Jobs, rows: Iterable[Deleted], threads: int, session: Session, listener: Listener
) -> Iterable[tuple[Deleted, SyncError | None]]:
    """Delete the jobs and yield each with the error that kept it, if any."""

    def delete(row: Deleted) -> None:
        if listener.should_stop():
            raise SyncError("Not begun: the removal was stopped.")
        session.lease.check()
        jobs.delete_job(row.job.job_id)

    for row, result in in_parallel(delete, rows, threads=threads):
        yield row, result if isinstance(result, SyncError) else None


def remove_selected(
    session: Session,
    jobs: Jobs,
    plan: Plan,
    selected: Mapping[str, Deleted],
    reviewed: Mapping[str, str] | None,
    limits: RemovalLimits,
    threads: int,
    listener: Listener,
) -> tuple[ReportRow, ...]:
    """Remove the selected jobs and return a row for every job of the plan.

    Args:
        reviewed: the `fingerprint_plan` of what the user saw; rows that have moved since stay.

    Raises:
        RemovalRefusedError: the plan is incomplete or the limits forbid it; nothing was removed.
        StateError: the state before the removal could not be kept; nothing was removed.
    """
    ledger = session.state.imported()
    check_removal(plan, selected, len(ledger.jobs), limits)
    listener.on_planned(plan.rows)
    errors = _moved(selected, reviewed)
    for name, row in selected.items():
        problem = find_removal_problem(row, selected)
        if problem and name not in errors:
            errors[name] = problem
    kept = _read_for_removal(jobs, [selected[n] for n in selected if n not in errors], threads)
    errors |= {name: item for name, item in kept.items() if isinstance(item, SyncError)}
    session.keep_snapshot([item for item in kept.values() if not isinstance(item, SyncError)])
    listener.on_step("Removing jobs")
    removed: set[str] = set()
    try:
        todo = [selected[name] for name in selected if name not in errors]
        for row, error in _delete_jobs(jobs, todo, threads, session, listener):
            if error is None:
                removed.add(row.job_name)
            else:
                errors[row.job_name] = error
            listener.on_row(_shown(import_row(row), removed, errors))
            listener.on_progress(len(removed) + len(errors), len(selected))
    finally:
        gone = {selected[name].job.job_id for name in removed}
        session.note(session.state.save_imported, ledger.without_jobs(gone))
    return tuple(_shown(import_row(row), removed, errors) for row in plan.rows)


def _moved(
    selected: Mapping[str, Deleted], reviewed: Mapping[str, str] | None
) -> dict[str, SyncError]:
    if reviewed is None:
        return {}
    error = SyncError("Not removed: the job changed after validation.", fix="Validate again.")
    return {
        name: error for name, row in selected.items() if reviewed.get(name) != fingerprint_row(row)
    }


def _shown(row: ReportRow, removed: Collection[str], errors: Mapping[str, SyncError]) -> ReportRow:
    if row.status != Deleted.status:
        return row
    if row.job_name in removed:
        return row.with_message("Removed. A snapshot of it is in the state folder.")
    if row.job_name in errors:
        return row.failed(errors[row.job_name])
    return row.with_message("Not selected.")
