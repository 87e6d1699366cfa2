"""Carries out the selected rows of a restore: snapshot, announcement, jobs, removals, memory."""

from collections.abc import Iterable, Mapping

from core.applying.apply import (
    Applied,
    Failed,
    NotBegun,
    Outcome,
    Withdrawn,
    apply_rows,
    explain_failure,
)
from core.applying.granting import confirm_new
from core.applying.reading_back import read_back
from core.applying.removal import RemovalLimits
from core.applying.restore_memory import RestoreMemory
from core.applying.restore_removal import Removals, remove_created
from core.applying.work import Work
from core.applying.written import announce
from core.errors import Issue, RemovalRefusedError, StoppedError, SyncError
from core.jobsettings.permissions import PERMISSIONS
from core.json_text import JsonDict
from core.planning.import_rows import (
    Changed,
    Deleted,
    Excluded,
    Importable,
    New,
    Skipped,
    Unchanged,
)
from core.planning.restore_plan import fingerprint_undone
from core.planning.restore_rows import RestoreRow
from core.planning.review import Review
from core.reading.restoring import RestoreSurvey
from core.reporting.report import ReportRow
from core.reporting.restore_rows import done_row, restore_row
from core.state.kept_jobs import PlannedCreate, make_snapshot_item

_WRITABLE = (New, Changed, Deleted)


def restore_selected(
    work: Work, found: RestoreSurvey, review: Review, limits: RemovalLimits
) -> tuple[ReportRow, ...]:
    """Undo an operation for the chosen jobs, and return a row for each job of the plan.

    Rows that have moved since the review, and rows in doubt without a tick of their own, are left
    alone and named.

    Raises:
        RemovalRefusedError: more jobs would be removed than the limits allow.
        SelectionError: a chosen job is not in the plan; nothing was changed.
        StateError: the snapshot or the announcement could not be written; nothing was changed.
    """
    rows = {row.job_name: row for row in found.plan.rows}
    names = review.select(rows.keys(), "such")
    work.listener.on_planned(found.plan.rows)
    chosen = {name: rows[name] for name in rows if name in names}
    shown = _refuse(chosen, review)
    for refused in shown.values():
        work.listener.on_row(refused)
    todo = {
        name: row
        for name, row in chosen.items()
        if name not in shown and isinstance(row.row, _WRITABLE)
    }
    removals = Removals(found, todo)
    _check_removals(found, removals, limits)
    removals.read(work)
    equal = [row for row in chosen.values() if isinstance(row.row, Unchanged)]
    shown |= _Restore(work, found, todo, removals).run(equal)
    return tuple(shown.get(row.job_name) or _left_alone(row) for row in found.plan.rows)


class _Restore:
    def __init__(
        self, work: Work, found: RestoreSurvey, todo: Mapping[str, RestoreRow], removals: Removals
    ) -> None:
        self._work = work
        self._found = found
        self._todo = todo
        self._removals = removals
        self._memory = RestoreMemory(work, found)
        self._rows: dict[str, Importable] = {
            name: row.row for name, row in todo.items() if isinstance(row.row, New | Changed)
        }
        self._applied: dict[str, Applied] = {}
        self._shown: dict[str, ReportRow] = {}

    def run(self, equal: Iterable[RestoreRow]) -> dict[str, ReportRow]:
        """Do it; what was done is remembered also when the work breaks off.

        Args:
            equal: the chosen rows of jobs that are as they were.
        """
        self._keep_snapshot()
        self._memory.note_equal(equal)
        new = [row for row in self._todo.values() if isinstance(row.row, New)]
        self._memory.announce(new)
        changed = [row for row in self._rows.values() if isinstance(row, Changed)]
        book = self._found.survey.book
        announce(self._work, self._found.memory, book, changed, "restore")
        self._work.listener.on_step("Restoring jobs")
        try:
            self._write_jobs()
            self._remove_jobs()
        finally:
            self._memory.save(self._applied.values(), self._removals.removed)
        self._look_again()
        return self._shown

    def _keep_snapshot(self) -> None:
        entries = self._found.ledger.jobs
        items = [
            _item(row, make_snapshot_item(row.job, entries.get(row.job.job_id)))
            for row in self._rows.values()
            if isinstance(row, Changed)
        ]
        creates = [
            PlannedCreate(
                row.kept.as_live_job().name,
                row.row.file.definition.source_job_id,
                row.row.file.path,
                row.kept.job_id,
            )
            for row in self._todo.values()
            if isinstance(row.row, New) and row.kept
        ]
        self._work.session.keep_snapshot([*items, *self._removals.items()], creates)

    def _write_jobs(self) -> None:
        for outcome in apply_rows(self._work, self._found.survey, self._rows):
            name = outcome.row.job_name
            self._memory.note(self._todo[name], outcome)
            if isinstance(outcome, Applied):
                self._applied[name] = outcome
            else:
                self._applied.pop(name, None)
            self._show(name, self._row_of(self._todo[name], outcome))
        if not self._work.listener.should_stop():
            self._check_permissions()

    def _remove_jobs(self) -> None:
        for name, result in remove_created(self._work, self._removals, self._applied):
            row = self._todo[name]
            if isinstance(result, SyncError):
                self._show(name, restore_row(row).in_error(Issue(str(result))))
            elif result:
                self._show(name, done_row(row, "A snapshot is in the state folder."))
            else:
                self._show(name, restore_row(row).not_started("restore"))

    def _show(self, name: str, shown: ReportRow) -> None:
        self._shown[name] = shown
        self._work.listener.on_row(shown)
        self._work.listener.on_progress(len(self._shown), len(self._todo))

    @staticmethod
    def _row_of(row: RestoreRow, outcome: Outcome) -> ReportRow:
        shown = restore_row(row)
        match outcome:
            case Applied(row=New()):
                return done_row(
                    row,
                    f"Created again as job {outcome.job_id}. Its run history cannot come back.",
                )
            case Applied(unset=SyncError() as error):
                problem = (
                    f"Set back job {outcome.job_id}, but its permissions were not set. {error}"
                )
                return shown.in_error(Issue(f"{problem} Restore it again."))
            case Applied():
                return done_row(row, f"Set back job {outcome.job_id}.")
            case Failed():
                return shown.in_error(explain_failure(outcome, "restore"))
            case Withdrawn():
                return shown.in_error(Issue(str(outcome.error)))
            case NotBegun():
                return shown.not_started("restore")

    def _check_permissions(self) -> None:
        """Make sure that the workspace granted what the jobs were created with."""
        created = [
            (one.row, one.job_id)
            for one in self._applied.values()
            if isinstance(one.row, New) and one.row.permissions
        ]
        confirmed = confirm_new(self._work, created)
        notes = {name: str(error) for name, error in confirmed.unset.items()}
        for name, note in {**confirmed.notes, **notes}.items():
            shown = self._shown[name]
            self._show(name, shown.with_message(f"{shown.message} {note}"))
        for name in confirmed.unset:
            issue = Issue(f"{self._shown[name].message} Restore it again to set its permissions.")
            self._show(name, restore_row(self._todo[name]).in_error(issue))

    def _look_again(self) -> None:
        """Remember what the workspace made of the jobs, and say where it is not what was sent."""
        applied = list(self._applied.values())
        if not applied or self._work.listener.should_stop():
            return
        try:
            with self._work.stoppable():
                seen = read_back(self._work, self._found.survey, applied)
        except StoppedError:  # the jobs are restored all the same
            return
        self._memory.save_prints(seen.prints)
        for name, note in seen.notes.items():
            shown = self._shown[name]
            self._shown[name] = shown.with_message(f"{shown.message} {note}")


def _refuse(chosen: Mapping[str, RestoreRow], review: Review) -> dict[str, ReportRow]:
    """Return the rows that moved since the review, that are in doubt, or that are not ours."""
    shown: dict[str, ReportRow] = {}
    for name, row in chosen.items():
        why = ""
        if isinstance(row.row, Skipped | Excluded):
            why = f"Not restored: {row.row.reason}" if review.names is not None else ""
        elif not isinstance(row.row, _WRITABLE):
            continue
        elif review.fingerprints is not None and (
            review.fingerprints.get(name) != fingerprint_undone(row)
        ):
            why = "Not restored: the job changed after the preview. Preview the restore again."
        elif row.doubt and name not in review.ticked:
            why = (
                f"Not restored: confirm this job by itself, too. {row.doubt} Tick it in the "
                "dialog, or name it with --confirm."
            )
        if why:
            shown[name] = restore_row(row).in_error(Issue(why))
    return shown


def _check_removals(found: RestoreSurvey, removals: Removals, limits: RemovalLimits) -> None:
    """Refuse removals that nothing vouches for.

    The limits keep a Git folder that lacks files from emptying a workspace. A job that the
    operation created, and that is as it wrote it, is no such case: without it the operation is not
    undone.
    """
    selected = removals.rows
    if selected and not found.survey.me.is_admin:
        raise RemovalRefusedError(
            "Nothing was restored: jobs would be removed, and the principal is not known to be a "
            "workspace admin, so there may be jobs that run them and that it cannot see.",
            fix="Add the principal to the group “admins” of the workspace.",
        )
    unsure = sum(1 for row in selected.values() if row.doubt)
    if unsure > limits.max_removals:
        raise RemovalRefusedError(
            f"Nothing was restored: {unsure} jobs in doubt would be removed, more than the "
            f"limit of {limits.max_removals}.",
            fix="Restore in parts, or raise MAX_REMOVALS.",
        )


def _item(row: Changed, item: JsonDict) -> JsonDict:
    """Return what the snapshot keeps of a job that only the list form is known of.

    The list lacks who the job was set to run as. That is proven to be what we wrote.
    """
    if row.access:
        item = {**item, PERMISSIONS: row.access.before.as_json()}
    run_as = row.unpack_current().get("run_as")
    if row.job.complete or run_as is None:
        return item
    return {**item, "settings": {**item["settings"], "run_as": run_as}}


def _left_alone(row: RestoreRow) -> ReportRow:
    shown = restore_row(row)
    return shown.with_message("Not selected.") if isinstance(row.row, _WRITABLE) else shown
