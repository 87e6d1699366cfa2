"""The plan of an import: one row per job, decided by a pure function."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from core.comparing.diff import find_hidden
from core.comparing.filled_in import Habits, compare
from core.definitions.folder import DefinitionFile, GitContents
from core.errors import Issue
from core.jobsettings.permissions import Permission
from core.json_text import JobSettings, Packed, Prints
from core.mapping.job_selection import JobSelection, PatternKind
from core.mapping.mapping_file import PausePolicy
from core.mapping.name_book import NameBook
from core.mapping.names import find_needed_ids
from core.mapping.pause import apply_pause_policy
from core.mapping.unmapped import MissingName
from core.planning.access import Access
from core.planning.blocking import block_dependents
from core.planning.formers import Formers
from core.planning.forms import Form, make_live_form, manager_of, take_identity
from core.planning.import_identity import pair_definitions
from core.planning.import_rows import (
    Blocked,
    Changed,
    Deleted,
    Importable,
    New,
    Row,
    Skipped,
    Unchanged,
    Unmanaged,
)
from core.planning.outside import OutsideNeeds, find_outside
from core.planning.permissions import mark_access
from core.planning.removal_doubts import FORGED, find_removal_doubt
from core.planning.secret_checks import SecretCheck
from core.planning.third_side import ThirdSide
from core.ports import LiveJob
from core.state.ledger import ExportedLedger, ImportedJob, ImportedLedger
from core.state.written import Written


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. An incomplete plan classes nothing as deleted.

    `sees_all_jobs` is False for a principal that is not known to be a workspace admin. `missing`
    are pairs of a job's name and a name that it lacks. `listed` are the jobs that only the list
    form is known of.
    """

    rows: tuple[Row, ...]
    issues: tuple[Issue, ...]
    is_complete: bool
    sees_all_jobs: bool = True
    missing: tuple[tuple[str, MissingName], ...] = ()
    listed: tuple[LiveJob, ...] = ()

    def importable(self) -> dict[str, Importable]:
        """Return the rows that an import can apply, by job name, in the plan's order."""
        return {row.job_name: row for row in self.rows if isinstance(row, New | Changed)}

    def removable(self) -> dict[str, Deleted]:
        """Return the rows that a removal can apply, by job name."""
        return {row.job_name: row for row in self.rows if isinstance(row, Deleted)}

    def adoptable(self) -> tuple[Unchanged, ...]:
        """Return the equal jobs that the ledger does not know yet."""
        return tuple(row for row in self.rows if isinstance(row, Unchanged) and not row.is_adopted)

    def settled(self) -> tuple[Unchanged, ...]:
        """Return the equal jobs that the list form has settled for good."""
        return tuple(
            row for row in self.rows if isinstance(row, Unchanged) and not row.job.truncated
        )

    def jobs_to_read(self) -> list[int]:
        """Return the jobs that the list form could not prove equal.

        Before anything is deleted, also those whose last tasks may run it.
        """
        needed = [
            row.job.job_id
            for row in self.rows
            if (isinstance(row, Changed) and not row.job.complete)
            or (isinstance(row, Unchanged) and row.job.truncated)
        ]
        users = [job.job_id for job in self.listed if job.truncated] if self.removable() else []
        return list(dict.fromkeys([*needed, *users]))

    def jobs_with_permissions(self) -> list[int]:
        """Return the jobs whose definitions have `permissions` to be compared with theirs."""
        return [
            row.job.job_id
            for row in self.rows
            if isinstance(row, Changed | Unchanged) and row.file.definition.permissions is not None
        ]

    def jobs_to_doubt(self) -> list[int]:
        """Return the jobs that may run one which will be deleted, whether the list shows it or not.

        They are read like the settled ones: a sample, or all where the list is not to be trusted.
        """
        return [job.job_id for job in self.listed] if self.removable() else []


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the plan depends on.

    `desired` gives the form of each definition here; `unread_jobs` the jobs whose full form could
    not be read, `unproven` those of which nobody knows whether they exist. `sees_all_jobs` is True
    when the list of jobs is known to be whole. `book` names the jobs of definitions as Git does.
    `exported` knows the jobs whose definitions come from this workspace, where it does both.
    `filled_in` is what the workspace made of the jobs that we wrote. `shows_hidden` asks for what
    the rules of comparing hid.
    `settled` are rows of an earlier pass that need no second look. `selection` says which jobs
    belong here. `principal` is our own name. `written` is what was written into the jobs last;
    `keeps_bases` asks for what is to be noted as that of equal jobs. `access` is what is known of
    permissions, where the mapping file asks for them.
    """

    contents: GitContents
    desired: Callable[[DefinitionFile], Form]
    live: tuple[LiveJob, ...]
    ledger: ImportedLedger
    book: NameBook
    sees_all_jobs: bool
    pause: PausePolicy = PausePolicy.FROM_GIT
    unproven: Mapping[int, Issue] = field(default_factory=dict)
    unread_jobs: Mapping[int, Issue] = field(default_factory=dict)
    filled_in: Mapping[int, Prints] = field(default_factory=dict)
    exported: ExportedLedger = field(default_factory=ExportedLedger)
    shows_hidden: bool = False
    settled: tuple[Unchanged, ...] = ()
    selection: JobSelection = field(default_factory=JobSelection)
    principal: str = ""
    written: Written = field(default_factory=Written)
    keeps_bases: bool = False
    access: Access = field(default_factory=Access)


def plan_import(situation: Situation) -> Plan:
    """Compare Git with the workspace and decide each job's row.

    Rows of list-form jobs that are not equal must be planned again with the full form:
    see `Plan.jobs_to_read`.
    """
    planner = _Planner(situation)
    defined = block_dependents(planner.definition_rows(), planner.present_names())
    check = SecretCheck(situation.contents.allowed)
    rows = [
        *map(check.of_definition, map(planner.with_moves, defined)),
        *planner.job_rows(),
        *planner.unread_rows(),
    ]
    rows.sort(key=lambda row: (row.job_name.casefold(), row.job_name, row.status))
    return Plan(
        tuple(rows),
        (*planner.issues(), *check.issues(is_complete=situation.contents.is_complete)),
        is_complete=planner.is_complete,
        sees_all_jobs=planner.sees_all,
        missing=planner.missing(),
        listed=tuple(job for job in situation.live if not job.complete),
    )


class _Planner:
    """Holds the indexes that every row needs."""

    def __init__(self, situation: Situation) -> None:
        self._now = situation
        self.sees_all = situation.sees_all_jobs
        self.is_complete = (
            situation.contents.is_complete and self.sees_all and not situation.unread_jobs
        )
        self._pairing = pair_definitions(
            situation.contents.files,
            situation.live,
            situation.ledger,
            situation.unproven,
            situation.exported,
        )
        self._defined = {file.definition.job_name for file in situation.contents.files}
        self._named = Counter(job.name for job in situation.live)
        self._outside = find_outside(
            situation.selection,
            situation.contents.files,
            situation.live,
            ((path, job.job_id) for path, job in self._pairing.jobs.items()),
            paths=self._former_paths(),
        )
        self._needs = OutsideNeeds(
            situation.selection,
            self._outside,
            situation.contents.files,
            situation.live,
            self.present_names(),
        )
        self._settled = {row.file.path: row for row in situation.settled}
        self._third = ThirdSide(
            situation.written, situation.filled_in, situation.book, situation.pause
        )
        self._formers = Formers(
            situation.written.jobs,
            situation.live,
            situation.ledger,
            self._pairing.spoken_of | situation.unproven.keys(),
        )
        self._users: dict[str, dict[int, LiveJob]] | None = None
        self._missing: list[tuple[str, MissingName]] = []

    def _former_paths(self) -> Iterator[tuple[int, str]]:
        """Yield the jobs whose definition is gone with where it was."""
        paired = {job.job_id for job in self._pairing.jobs.values()}
        for job in self._now.live:
            entry = self._now.ledger.jobs.get(job.job_id)
            if entry and job.job_id not in paired:
                yield job.job_id, entry.file_path

    def issues(self) -> tuple[Issue, ...]:
        if self.sees_all:
            return self._outside.issues
        return (
            *self._outside.issues,
            Issue(
                "The principal is not known to be a workspace admin, so there may be jobs that it "
                "cannot see. No job is classed as deleted and none is created. Add the principal "
                "to the group “admins” of the workspace."
            ),
        )

    def missing(self) -> tuple[tuple[str, MissingName], ...]:
        return tuple(self._missing)

    def definition_rows(self) -> list[Row]:
        return [self._definition_row(file) for file in self._now.contents.files]

    def present_names(self) -> set[str]:
        """Return the names that one job of the workspace has, or gets by a rename."""
        paired = {job.job_id for job in self._pairing.jobs.values()}
        own = {
            job.name
            for job in self._now.live
            if self._named[job.name] == 1 and job.job_id not in paired
        }
        return own | {
            file.definition.job_name
            for file in self._now.contents.files
            if file.path in self._pairing.jobs
        }

    def unread_rows(self) -> list[Row]:
        return [Blocked("", file.path, (file.issue,)) for file in self._now.contents.unread]

    def with_moves(self, row: Row) -> Row:
        """Add to a row in error what was changed here; what the job should be is unknown."""
        if not isinstance(row, Blocked) or row.job is None:
            return row
        return replace(row, moves=self._third.find_moves(row.job))

    def job_rows(self) -> list[Row]:
        """Rows of the jobs that no definition speaks of."""
        return [
            self._job_row(job)
            for job in self._now.live
            if job.job_id not in self._pairing.spoken_of
        ]

    def _definition_row(self, file: DefinitionFile) -> Row:
        name = file.definition.job_name
        excluded = self._outside.row_of(name, self._pairing.jobs.get(file.path), file)
        if excluded:
            return excluded
        if file.path in self._settled:
            return self._settled[file.path]
        problem = self._pairing.problems.get(file.path)
        if problem:
            return Blocked(name, file.path, (problem,), file.definition)
        job = self._pairing.jobs.get(file.path)
        reason = manager_of(job.marks) if job else ""
        if job and reason:
            return Skipped(name, job, reason, file)
        return self._compared_row(file, job)

    def _compared_row(self, file: DefinitionFile, job: LiveJob | None) -> Row:
        name = file.definition.job_name
        form = self._needs.note_in(self._now.desired(file))
        granted = self._now.access.of(file.path, job.job_id if job else None)
        self._missing += [(name, absent) for absent in (*form.missing, *granted.missing)]
        issues, mapped = (*form.issues, *granted.issues), (*form.mapped, *granted.mapped)
        if issues:
            return Blocked(name, file.path, issues, file.definition, job, mapped)
        if job is None:
            if not self.sees_all:
                return self._blocked(
                    file, "Cannot rule out that a job with this name already exists."
                )
            desired = apply_pause_policy(form.settings, None, self._now.pause)
            notes = (self._pairing.notes.get(file.path, ""), form.note, granted.note)
            note = " ".join(filter(None, notes))
            former = self._formers.find(name, file.definition.source_job_id)
            return New.pack(name, file, desired, note, mapped, former, granted.entries)
        if job.job_id in self._now.unread_jobs:
            unread = self._now.unread_jobs[job.job_id]
            return Blocked(name, file.path, (unread,), file.definition, job)
        live = make_live_form(job, self._now.book).settings
        current = take_identity(live, job, form.settings)
        desired = apply_pause_policy(form.settings, current, self._now.pause)
        habits = Habits(self._now.filled_in.get(job.job_id), fixed_by=self._now.book.fixed_by)
        found = compare(current, desired, habits)
        changes, hidden = found.changes, found.hidden
        if self._now.shows_hidden:
            hidden += find_hidden(current, desired)
        access = granted.change
        if not (changes or access):
            is_adopted = self._now.ledger.vouches_for(job.job_id)
            base = self._new_base(job, live, desired, granted.present)
            equal = Unchanged(name, file, job, is_adopted, hidden, form.note, mapped, base)
            return replace(equal, permissions=granted.present)
        old_name = job.name if job.name != name else ""
        if not job.complete:  # it will be read in full and planned again: see `jobs_to_read`
            return Changed.pack(name, file, job, {}, {}, (), old_name)
        changes, since = self._third.mark(changes, job, live, desired)
        if access:
            access = mark_access(access, self._third.find_permissions(job.job_id))
            changes = (*changes, *access.changes)
        notes = (form.note, granted.note, access.note if access else "")
        about = hidden, " ".join(filter(None, notes)), mapped, since, access
        changed = Changed.pack(name, file, job, desired, current, changes, old_name, *about)
        doubt = self._doubt_of(job) if old_name else ""
        return replace(changed, permissions=granted.present, doubt=doubt)

    def _new_base(
        self,
        job: LiveJob,
        live: JobSettings,
        desired: JobSettings,
        permissions: tuple[Permission, ...] | None,
    ) -> Packed | None:
        if not self._now.keeps_bases:
            return None
        is_asked = self._third.needs_base(job, live, desired) or (
            permissions is not None and permissions != self._third.find_permissions(job.job_id)
        )
        return Packed(desired) if is_asked else None

    def _job_row(self, job: LiveJob) -> Row:
        excluded = self._outside.row_of(self._name_of_row(job), job, None)
        if excluded:
            return excluded
        reason = manager_of(job.marks)
        if reason:
            return Skipped(job.name, job, reason, None)
        if job.job_id in self._now.ledger.forged:
            return Unmanaged(job.name, job, FORGED)
        if job.job_id not in self._now.ledger.jobs:
            other = (
                " The definition of this name is another job's."
                if job.name in self._defined
                else ""
            )
            note = f"Has no definition and was not imported by this app.{other}"
            return Unmanaged(job.name, job, note)
        if not self.is_complete:
            why = "Not everything could be read" if self.sees_all else "Not all jobs may be visible"
            return Unmanaged(
                job.name,
                job,
                f"Was imported by this app, and no definition was found. {why}, so it does not "
                "count as deleted.",
            )
        entry = self._now.ledger.jobs[job.job_id]
        is_placed = bool(entry.file_path)
        if not is_placed and self._now.selection.excludes(PatternKind.FOLDER):
            note = (
                "Was imported by this app, and no definition was found. Whether it belongs here "
                "is unknown: the mapping file excludes folders, and the folder of its definition "
                "was not recorded. Delete the job in the workspace if nobody needs it."
            )
            return Unmanaged(job.name, job, note)
        doubt = self._removal_doubt_of(entry, job)
        moves = self._third.find_moves(job)
        return Deleted(self._label_of(job), job, self._needed_by(job), doubt, moves)

    def _removal_doubt_of(self, entry: ImportedJob, job: LiveJob) -> str:
        needs_proof = self._now.ledger.needs_proof
        return find_removal_doubt(
            entry, job, needs_proof=needs_proof, principal=self._now.principal
        )

    def _doubt_of(self, job: LiveJob) -> str:
        """Return why a job of another name may not be the one of its definition.

        The ledger alone says that it is. Without a key, so does what was written into it.
        """
        entry = self._now.ledger.jobs.get(job.job_id)
        is_known = not self._now.ledger.needs_proof and job.job_id in self._now.written.jobs
        return self._removal_doubt_of(entry, job) if entry and not is_known else ""

    def _name_of_row(self, job: LiveJob) -> str:
        """Return the name of a row that would be one of a removal, were the job not outside."""
        return self._label_of(job) if job.job_id in self._now.ledger.jobs else job.name

    def _label_of(self, job: LiveJob) -> str:
        """Return the name, with the id when another row has the name as well."""
        label = job.name
        if label in self._defined or self._named[label] > 1:
            label = f"{label} (job {job.job_id})"
            while label in self._defined or self._named[label]:  # somebody's job is called so
                label = f"{label} (job {job.job_id})"
        return label

    def _needed_by(self, job: LiveJob) -> tuple[str, ...]:
        if self._users is None:
            self._users = {}
            for other in self._now.live:
                for needed in find_needed_ids(other.unpack_settings()):
                    self._users.setdefault(needed, {})[other.job_id] = other
        users = self._users.get(str(job.job_id), {})
        return tuple(
            sorted(
                self._label_of(user) if self._is_deleted(user) else user.name
                for user in users.values()
                if user.job_id != job.job_id
            )
        )

    def _is_deleted(self, job: LiveJob) -> bool:
        """Whether the job's own row says so, with its label; others are known by their name."""
        return (
            job.job_id in self._now.ledger.jobs
            and job.job_id not in self._pairing.spoken_of
            and not manager_of(job.marks)
        )

    def _blocked(self, file: DefinitionFile, message: str) -> Blocked:
        definition = file.definition
        return Blocked(definition.job_name, file.path, (Issue(message),), definition)
