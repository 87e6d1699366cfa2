"""Removes jobs whose definition is gone: limits first, then a snapshot, then the deletes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.applying.work import FreshPlan, Work
from core.applying.written import save_bases
from core.errors import Issue, RemovalRefusedError, SyncError
from core.json_text import JsonDict
from core.mapping.job_selection import Selector
from core.parallel import in_parallel
from core.planning.forms import manager_of
from core.planning.import_plan import Plan
from core.planning.import_rows import Deleted
from core.planning.outside import side_of_job, side_of_path
from core.planning.review import Review
from core.reporting.report import ReportRow
from core.reporting.rows import import_row, refuse_outside
from core.state.kept_jobs import make_snapshot_item
from core.state.ledger import ImportedLedger

_SHARE_FREE = 3  # so few removals need no share: half of two jobs is not alarming


@dataclass(frozen=True, slots=True)
class RemovalLimits:
    """How much one removal may remove: a number of jobs, and a share (0–1) of the imported ones."""

    max_removals: int
    max_share: float


def check_plan(plan: Plan) -> None:
    """Refuse any removal by a plan that cannot prove that a job is deleted from Git.

    Raises:
        RemovalRefusedError: says what the plan lacks, and what to do.
    """
    if not plan.sees_all_jobs:
        raise RemovalRefusedError(
            "Nothing was removed: the principal is not known to be a workspace admin, so there may "
            "be jobs that it cannot see.",
            fix="Add the principal to the group “admins” of the workspace.",
        )
    if not plan.is_complete:
        raise RemovalRefusedError(
            "Nothing was removed: not all files could be read as definitions, or not all jobs "
            "could be read, so nothing can be treated as deleted.",
            fix="Fix the issues that Validate shows, then remove again.",
        )


def check_size(selected: Mapping[str, Deleted], imported: int, limits: RemovalLimits) -> None:
    """Refuse a removal that is larger than the limits.

    Raises:
        RemovalRefusedError: says which limit, and what to do.
    """
    count = len(selected)
    if count > limits.max_removals:
        raise RemovalRefusedError(
            f"Nothing was removed: {count} jobs are more than the limit of "
            f"{limits.max_removals} per removal.",
            fix="Check that nothing is missing in Git, remove in parts, or raise MAX_REMOVALS.",
        )
    if count > _SHARE_FREE and count > imported * limits.max_share:
        raise RemovalRefusedError(
            f"Nothing was removed: {count} of {imported} imported jobs are more than "
            f"{limits.max_share:.0%}.",
            fix="Check that nothing is missing in Git, or raise MAX_REMOVAL_PERCENT.",
        )


def find_removal_problem(row: Deleted, going: Collection[str]) -> SyncError | None:
    """Return why one job cannot be removed: others that stay still run it."""
    staying = [name for name in row.needed_by if name not in going]
    if not staying:
        return None
    users = ", ".join(f"“{name}”" for name in staying[:5])
    verb = "runs" if len(staying) == 1 else "run"
    return SyncError(f"Not removed: {users} still {verb} this job.")


def remove_selected(
    work: Work, fresh: FreshPlan, review: Review, limits: RemovalLimits
) -> tuple[ReportRow, ...]:
    """Remove the chosen jobs and return a row for every job of the plan.

    Rows that have moved since the review stay.

    Raises:
        SelectionError: a chosen job is not classed as deleted; nothing was removed.
        RemovalRefusedError: the plan is incomplete or the limits forbid it; nothing was removed.
        StateError: the state before the removal could not be kept; nothing was removed.
    """
    check_plan(fresh.plan)
    removable = fresh.plan.removable()
    outside = refuse_outside(fresh.plan.rows, review.names, "removed")
    available = removable.keys() | {row.job_name for row in outside.values()}
    names = removable.keys() & review.select(available, "deleted")
    selected = {name: removable[name] for name in sorted(names)}
    ledger = work.session.state.imported()
    check_size(selected, len(ledger.jobs), limits)
    work.listener.on_planned(fresh.plan.rows)
    for shown in outside.values():
        work.listener.on_row(shown)
    errors = _problems(selected, review)
    kept = _read_for_removal(
        work, fresh, [row for name, row in selected.items() if name not in errors]
    )
    errors |= {name: item for name, item in kept.items() if isinstance(item, SyncError)}
    _keep_needed(selected, errors)
    kept = {name: item for name, item in kept.items() if name not in errors}
    work.session.keep_snapshot([item for item in kept.values() if not isinstance(item, SyncError)])
    removed = _remove(work, fresh, selected, errors, ledger)
    return tuple(
        outside.get(number) or _shown(import_row(row), removed, errors, selected)
        for number, row in enumerate(fresh.plan.rows)
    )


def _problems(selected: Mapping[str, Deleted], review: Review) -> dict[str, SyncError]:
    """Return the jobs that stay: in doubt, moved, or run by others that stay."""
    problems: dict[str, SyncError] = {
        name: SyncError(
            f"Not removed: confirm this job by itself, too. {row.doubt}",
            fix="Tick it in the dialog, or name it with --confirm.",
        )
        for name, row in selected.items()
        if row.doubt and name not in review.ticked
    }
    problems |= {
        name: SyncError("Not removed: the job changed after validation.", fix="Validate again.")
        for name, row in selected.items()
        if review.has_moved(row)
    }
    _keep_needed(selected, problems)
    return problems


def _keep_needed(selected: Mapping[str, Deleted], errors: dict[str, SyncError]) -> None:
    """Enter the jobs that must stay because of those that stay, and so on."""
    found = True
    while found:
        going = selected.keys() - errors.keys()
        problems = {name: find_removal_problem(selected[name], going) for name in going}
        new = {name: problem for name, problem in problems.items() if problem}
        errors |= new
        found = bool(new)


def _read_for_removal(
    work: Work, fresh: FreshPlan, rows: Iterable[Deleted]
) -> dict[str, JsonDict | SyncError]:
    """Read the jobs about to be removed, with their permissions, as the snapshot keeps them.

    Whether they belong here is asked again: the plan may know no more than a list shows.
    """
    jobs, selector = work.ports.jobs, Selector(fresh.survey.mappings.selection)

    def read(row: Deleted) -> JsonDict:
        job = jobs.get_job(row.job.job_id)
        if job.name != row.job.name or manager_of(job.marks):
            raise SyncError("The job changed after validation.", fix="Validate again.")
        path = fresh.ledger.jobs[job.job_id].file_path
        rule = selector.rule_for(side_of_job(job), side_of_path(path))
        if rule:
            raise SyncError(f"Not removed: this job does not belong here. {rule.words}")
        entry = fresh.ledger.jobs[job.job_id]
        return make_snapshot_item(job, entry, jobs.get_permissions(job.job_id))

    with work.stoppable():
        results = in_parallel(read, rows, threads=work.threads)
        return {row.job_name: result for row, result in results}


def _remove(
    work: Work,
    fresh: FreshPlan,
    selected: Mapping[str, Deleted],
    errors: dict[str, SyncError],
    ledger: ImportedLedger,
) -> set[str]:
    """Delete the jobs without an error, enter the errors that come, and return who is gone.

    The ledger learns what was done also when the work breaks off.
    """
    work.listener.on_step("Removing jobs")
    removed: set[str] = set()
    try:
        for rows in _waves([row for name, row in selected.items() if name not in errors]):
            _keep_needed(selected, errors)
            todo = [row for row in rows if row.job_name not in errors]
            for row, result in _delete_jobs(work, todo):
                if isinstance(result, SyncError):
                    errors[row.job_name] = result
                elif result:
                    removed.add(row.job_name)
                work.listener.on_row(_shown(import_row(row), removed, errors, selected))
                work.listener.on_progress(len(removed) + len(errors), len(selected))
    finally:
        gone = {selected[name].job.job_id for name in removed}
        work.session.note(work.session.state.save_imported, ledger.without_jobs(gone))
        save_bases(work, fresh.memory, {}, gone)
    return removed


def _waves(rows: Iterable[Deleted]) -> Iterator[list[Deleted]]:
    """Yield the jobs so that one is removed before those that it runs; circles come together."""
    left = {row.job_name: row for row in rows}
    while left:
        free = [row for row in left.values() if not left.keys() & set(row.needed_by)]
        wave = free or list(left.values())
        yield wave
        for row in wave:
            del left[row.job_name]


def _delete_jobs(work: Work, rows: Iterable[Deleted]) -> Iterable[tuple[Deleted, bool | SyncError]]:
    """Delete the jobs and yield each with whether it was begun, or with the error that kept it."""

    def delete(row: Deleted) -> bool:
        if work.listener.should_stop():
            return False
        work.session.lease.check()
        work.ports.jobs.delete_job(row.job.job_id)
        return True

    return in_parallel(delete, rows, threads=work.threads)


def _shown(
    row: ReportRow,
    removed: Collection[str],
    errors: Mapping[str, SyncError],
    selected: Collection[str],
) -> ReportRow:
    if row.status != Deleted.status:
        return row
    if row.job_name in removed:
        return row.done("A snapshot is in the state folder.")
    if row.job_name in errors:
        return row.in_error(Issue(str(errors[row.job_name])))
    if row.job_name in selected:
        return row.not_started("removal")
    return row.with_message("Not selected.")
