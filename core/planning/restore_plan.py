"""The plan of a restore: one row per job that an operation changed, decided by a pure function."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.comparing.diff import diff_settings
from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.errors import InvalidDefinitionError, Issue
from core.jobsettings.kinds import Kind
from core.jobsettings.permissions import AccessList
from core.jobsettings.principals import Principal, principal_from_json
from core.jobsettings.references import find_references
from core.json_text import JobSettings, Packed, Prints, fingerprint
from core.mapping.job_selection import JobSelection, Selector
from core.mapping.name_book import NameBook
from core.planning.blocking import block_dependents
from core.planning.fingerprints import fingerprint_row
from core.planning.forms import make_live_form, manager_of, take_identity
from core.planning.identities import Identity
from core.planning.import_rows import Blocked, Changed, Deleted, Excluded, New, Skipped, Unchanged
from core.planning.outside import side_of_job, side_of_path
from core.planning.restore_doubts import Doubts
from core.planning.restore_names import JobLabels
from core.planning.restore_permissions import restore_access, restore_permissions
from core.planning.restore_rows import RestoreRow
from core.ports import CurrentPrincipal, LiveJob
from core.state.kept_jobs import KeptJob
from core.state.ledger import ImportedLedger
from core.state.recreated import Recreated
from core.state.snapshots import Snapshot
from core.state.written import Written

_POINTED = "Runs a job that is created again: will be pointed to its new id."
_UNSEEN = (
    "The principal is not known to be a workspace admin, so it cannot rule out that this job still "
    "exists. Add the principal to the group “admins” of the workspace."
)


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What a restore would do. `listed` are the jobs that only the list form is known of."""

    rows: tuple[RestoreRow, ...]
    issues: tuple[Issue, ...] = ()
    listed: tuple[LiveJob, ...] = ()
    recreates: bool = False

    def fingerprints(self) -> dict[str, str]:
        """Return, by name, what the user sees of the rows that can be carried out."""
        return {row.job_name: found for row in self.rows if (found := fingerprint_undone(row))}

    def settled(self) -> tuple["AboutJob", ...]:
        """Return the jobs that the list form has settled."""
        return tuple(
            AboutJob(row.row.job)
            for row in self.rows
            if isinstance(row.row, Changed | Deleted | Unchanged)
            and not row.row.job.complete
            and not self._must_read(row)
        )

    def jobs_to_read(self) -> list[int]:
        """Return the jobs whose full form is needed.

        They are those in doubt, and, before a job is created again, those whose last tasks may
        run it.
        """
        needed = [
            row.row.job.job_id
            for row in self.rows
            if isinstance(row.row, Changed | Deleted | Unchanged) and self._must_read(row)
        ]
        users = [job.job_id for job in self.listed if job.truncated] if self.recreates else []
        return list(dict.fromkeys([*needed, *users]))

    def jobs_to_doubt(self) -> list[int]:
        """Return the jobs that may run one which is created again, whatever the list shows."""
        return []

    @staticmethod
    def _must_read(row: RestoreRow) -> bool:
        job = row.row.job if isinstance(row.row, Changed | Deleted | Unchanged) else None
        if job is None or job.complete:
            return False
        is_proven = isinstance(row.row, Unchanged) or row.is_unmoved
        return job.truncated or not is_proven


@dataclass(frozen=True, slots=True)
class AboutJob:
    """A job that needs no second look."""

    job: LiveJob


@dataclass(frozen=True, slots=True)
class RestoreSituation:
    """All that the plan of a restore depends on.

    `labels` say how jobs are called. `labelled` is the book of these names, `present` the same
    without the jobs that are gone, `named` that of the names that the jobs have now. `identities`
    are those of whoever runs, owns or may use the jobs. `unproven` are jobs of which nobody knows
    whether they exist, `unread` those that could not be read in full. `lists` are the permissions
    of the jobs whose permissions were kept, as they are now. `gone` are objects that do not exist.
    """

    snapshot: Snapshot
    live: tuple[LiveJob, ...]
    ledger: ImportedLedger
    labels: JobLabels
    labelled: NameBook
    present: NameBook
    named: NameBook
    me: CurrentPrincipal
    recreated: Recreated = field(default_factory=Recreated)
    written: Written = field(default_factory=Written)
    filled_in: Mapping[int, Prints] = field(default_factory=dict)
    identities: Mapping[Principal, Identity] = field(default_factory=dict)
    selection: JobSelection = field(default_factory=JobSelection)
    unproven: Mapping[int, Issue] = field(default_factory=dict)
    unread: Mapping[int, Issue] = field(default_factory=dict)
    lists: Mapping[int, AccessList | Issue] = field(default_factory=dict)
    gone: frozenset[tuple[Kind, str]] = frozenset()
    needs_proof: bool = False


def plan_restore(situation: RestoreSituation) -> RestorePlan:
    """Hold the snapshot against the workspace and decide each job's row."""
    planner = _Planner(situation)
    rows = [*planner.kept_rows(), *planner.created_rows()]
    rows += planner.pointed_rows({_job_of(row) for row in rows})
    rows = _block(rows, planner.present())
    rows.sort(key=lambda row: (row.job_name.casefold(), row.job_name))
    return RestorePlan(
        tuple(rows),
        planner.issues(),
        tuple(job for job in situation.live if not job.complete),
        recreates=any(isinstance(row.row, New) for row in rows),
    )


def fingerprint_undone(row: RestoreRow) -> str:
    """Return a text that changes when what the row would do has changed; empty for nothing."""
    if not isinstance(row.row, New | Changed | Deleted):
        return ""
    return fingerprint([fingerprint_row(row.row), row.doubt])


class _Planner:
    def __init__(self, situation: RestoreSituation) -> None:
        self._now = situation
        self._live = {job.job_id: job for job in situation.live}
        self._selector = Selector(situation.selection)
        self._users: Mapping[int, set[int]] | None = None
        self._doubts = Doubts(
            situation.snapshot,
            situation.written,
            situation.filled_in,
            situation.named,
            situation.me,
            needs_proof=situation.needs_proof,
        )

    def issues(self) -> tuple[Issue, ...]:
        return self._now.written.issues

    def present(self) -> set[str]:
        """Return what the jobs that are there are called."""
        return {label for job_id, label in self._now.labels.labels.items() if job_id in self._live}

    def kept_rows(self) -> list[RestoreRow]:
        """Return the rows of the jobs that are in the snapshot."""
        return [self._kept_row(kept) for kept in self._now.snapshot.jobs]

    def created_rows(self) -> list[RestoreRow]:
        """Return the rows of the jobs that the operation created and that are still there."""
        created = self._doubts.find_created(self._live, self._now.ledger, self._now.recreated)
        going = {job.job_id for job, _ in created}
        return [self._created_row(job, doubt, going) for job, doubt in created]

    def pointed_rows(self, known: set[int]) -> list[RestoreRow]:
        """Return the rows of other jobs that run a job by an id that it no longer has.

        Args:
            known: jobs that have a row already.
        """
        labels = self._now.labels
        if not labels.gone and not labels.former:
            return []
        return [
            self._pointed_row(job)
            for job in self._now.live
            if job.job_id not in known and labels.runs_former(job.unpack_settings())
        ]

    def _kept_row(self, kept: KeptJob) -> RestoreRow:
        labels = self._now.labels
        target = self._target_of(kept)
        label = labels.labels[target]
        file = _file_of(kept)
        former = kept.as_live_job()
        settings = labels.point(former.unpack_settings())
        form = make_live_form(replace(former, packed=Packed(settings)), self._now.labelled)
        job = self._live.get(target)
        unknown = self._now.unproven.get(target) or self._now.unread.get(target)
        if unknown:
            return self._blocked(label, file, unknown, kept, job)
        lost = self._lost_jobs(settings, job) or self._lost_objects(settings, job)
        if lost:
            return self._blocked(label, file, lost, kept, job)
        if job is None:
            return self._recreated_row(label, file, kept, form.settings)
        left = self._leave_alone(label, job, file)
        if left:
            return RestoreRow(left, kept)
        current = self._current(job, form.settings)
        changes = diff_settings(current, form.settings)
        present = self._now.lists.get(job.job_id)
        if isinstance(present, Issue):
            return self._blocked(label, file, present, kept, job)
        access = (
            restore_access(kept, present, self._now.identities, self._now.me) if present else None
        )
        if not changes and not access:
            return RestoreRow(Unchanged(label, file, job, is_adopted=True), kept)
        problem = self._run_as_problem(form.settings)
        if problem and current.get("run_as") != form.settings.get("run_as"):
            return self._blocked(label, file, Issue(problem, "run_as"), kept, job)
        doubt = self._doubts.of_changed(job)
        old_name = job.name if job.name != former.name else ""
        changes = (*changes, *access.changes) if access else changes
        row = Changed.pack(
            label, file, job, form.settings, current, changes, old_name, access=access
        )
        return RestoreRow(row, kept, doubt=doubt.words, is_unmoved=not doubt.is_moved)

    def _recreated_row(
        self, label: str, file: DefinitionFile, kept: KeptJob, settings: JobSettings
    ) -> RestoreRow:
        if not self._now.me.is_admin:
            return self._blocked(label, file, Issue(_UNSEEN), kept)
        rule = self._selector.rule_for(side_of_job(kept.as_live_job()), side_of_path(file.path))
        if rule:
            return RestoreRow(Excluded(label, None, file, rule.words), kept)
        problem = self._run_as_problem(settings)
        if problem:
            return self._blocked(label, file, Issue(problem, "run_as"), kept)
        granted = restore_permissions(kept, self._now.identities)
        name = str(settings.get("name", ""))
        twins = [str(job.job_id) for job in self._now.live if job.name == name]
        doubt = self._doubts.of_recreated(twins)
        row = New.pack(label, file, settings, permissions=granted.entries)
        return RestoreRow(row, kept, granted.note, doubt)

    def _created_row(self, job: LiveJob, doubt: str, going: set[int]) -> RestoreRow:
        label = self._now.labels.labels[job.job_id]
        left = self._leave_alone(label, job, None)
        if left:
            return RestoreRow(left)
        if job.job_id in self._now.unread:
            return RestoreRow(Blocked(label, "", (self._now.unread[job.job_id],), job=job))
        moved = self._doubts.of_created(job, doubt)
        row = Deleted(label, job, self._users_of(job, going), moved.words)
        return RestoreRow(row, doubt=moved.words, is_unmoved=not moved.is_moved)

    def _pointed_row(self, job: LiveJob) -> RestoreRow:
        labels = self._now.labels
        label = labels.labels[job.job_id]
        path = self._path_of(job)
        file = _file(path, job)
        left = self._leave_alone(label, job, file)
        if left:
            return RestoreRow(left)
        if job.job_id in self._now.unread:
            return RestoreRow(Blocked(label, path, (self._now.unread[job.job_id],), job=job))
        current = make_live_form(job, self._now.present).settings
        settings = labels.point(job.unpack_settings())
        pointed = make_live_form(replace(job, packed=Packed(settings)), self._now.labelled)
        changes = diff_settings(current, pointed.settings)
        row = Changed.pack(label, file, job, pointed.settings, current, changes)
        return RestoreRow(row, note=_POINTED, doubt=self._doubts.of_all(), is_unmoved=False)

    def _current(self, job: LiveJob, desired: JobSettings) -> JobSettings:
        return take_identity(make_live_form(job, self._now.present).settings, job, desired)

    def _leave_alone(
        self, label: str, job: LiveJob, file: DefinitionFile | None
    ) -> Skipped | Excluded | None:
        """Return the row of a job that is somebody else's, or does not belong here."""
        reason = manager_of(job.marks)
        if reason:
            return Skipped(label, job, reason, file)
        rule = self._selector.rule_for(side_of_job(job), side_of_path(self._path_of(job)))
        return Excluded(label, job, file, rule.words) if rule else None

    def _path_of(self, job: LiveJob) -> str:
        entry = self._now.ledger.jobs.get(job.job_id)
        return entry.file_path if entry else ""

    def _lost_jobs(self, settings: JobSettings, job: LiveJob | None) -> Issue | None:
        """Return what is wrong with settings that run a job which is gone and not in the snapshot.

        What the job runs as it is now, it may run afterwards.
        """
        labels = self._now.labels
        lost = labels.find_needed(settings) - labels.labels.keys()
        if job is not None:
            lost -= labels.find_needed(job.unpack_settings())
        if not lost:
            return None
        ids = ", ".join(map(str, sorted(lost)))
        return Issue(f"It ran job {ids}, which no longer exists.", "tasks")

    def _lost_objects(self, settings: JobSettings, job: LiveJob | None) -> Issue | None:
        """Return what is wrong with settings that use an object which is gone, as above."""
        used = _objects_in(job.unpack_settings()) if job and self._now.gone else set()
        for reference in find_references(settings) if self._now.gone else ():
            one = reference.kind, str(reference.value)
            if one in self._now.gone and one not in used:
                words = f"It used the {reference.kind.noun} {reference.value}"
                return Issue(f"{words}, which no longer exists.", reference.path)
        return None

    def _run_as_problem(self, settings: JobSettings) -> str:
        run_as = settings.get("run_as")
        if not isinstance(run_as, dict):
            return ""
        try:
            known = self._now.identities.get(principal_from_json(run_as))
        except InvalidDefinitionError as error:  # it concerns this job alone
            return str(error)
        return known.problem if known else ""

    def _users_of(self, job: LiveJob, going: set[int]) -> tuple[str, ...]:
        """Return who would still run a job that is removed.

        A job of the snapshot is set back to a time when that job did not exist.
        """
        if self._users is None:
            self._users = self._now.labels.find_users(self._now.live)
        kept = {self._target_of(one) for one in self._now.snapshot.jobs}
        users = self._users.get(job.job_id, set()) - going - kept
        return tuple(sorted(self._now.labels.labels[one] for one in users))

    def _target_of(self, kept: KeptJob) -> int:
        return self._now.labels.moved.get(kept.job_id, kept.job_id)

    def _blocked(
        self,
        label: str,
        file: DefinitionFile,
        issue: Issue,
        kept: KeptJob,
        job: LiveJob | None = None,
    ) -> RestoreRow:
        return RestoreRow(Blocked(label, file.path, (issue,), file.definition, job), kept)


def _block(rows: list[RestoreRow], present: set[str]) -> list[RestoreRow]:
    """Block the rows that run a job which cannot be created again."""
    blocked = block_dependents([row.row for row in rows], present, "restored")
    return [
        replace(row, row=found) if isinstance(found, Blocked) else row
        for row, found in zip(rows, blocked, strict=True)
    ]


def _objects_in(settings: JobSettings) -> set[tuple[Kind, str]]:
    return {(one.kind, str(one.value)) for one in find_references(settings)}


def _job_of(row: RestoreRow) -> int:
    """Return the id of the job that a row speaks of, 0 for one that is gone."""
    return 0 if isinstance(row.row, New) or row.row.job is None else row.row.job.job_id


def _file_of(kept: KeptJob) -> DefinitionFile:
    """Return where a job of a snapshot came from; nothing reads that file."""
    path = kept.entry.file_path if kept.entry else ""
    source = kept.entry.source_job_id if kept.entry else None
    job = kept.as_live_job()
    return DefinitionFile(
        path, Definition(job.name, source, job.run_as_user_name, kept.packed), b""
    )


def _file(path: str, job: LiveJob) -> DefinitionFile:
    return DefinitionFile(path, Definition(job.name, None, job.run_as_user_name, job.packed), b"")
