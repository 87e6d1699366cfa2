"""The plan of an export: what happens to each file, decided by a pure function."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from core.comparing.diff import FieldChange, diff_settings
from core.comparing.filled_in import Habits, compare
from core.definitions.definition import Definition
from core.definitions.file_names import (
    SUFFIX,
    find_free_file_name,
    fold_file_name,
)
from core.definitions.folder import DefinitionFile, GitContents
from core.definitions.ignore_rules import IgnoreRules
from core.errors import Issue
from core.json_text import Prints
from core.mapping.job_selection import JobSelection, PatternKind
from core.mapping.mapping_file import PausePolicy
from core.mapping.name_book import NameBook
from core.planning.as_imported import AsImported
from core.planning.conflicts import explain_disproof
from core.planning.export_identity import follow_moved, pair_files
from core.planning.export_rows import (
    ChangedFile,
    DeletedFile,
    ExportRow,
    FileNotes,
    ForeignFile,
    NewFile,
    SkippedJob,
    UnchangedFile,
)
from core.planning.exported_permissions import ExportedPermissions
from core.planning.files_in_the_way import FilesInTheWay, explain_other
from core.planning.forms import (
    Exported,
    Form,
    make_exported,
    make_file_form,
    manager_of,
    take_identity,
)
from core.planning.import_rows import Blocked, Excluded
from core.planning.outside import find_outside
from core.planning.secret_checks import SecretCheck
from core.ports import LiveJob
from core.state.ledger import ExportedFile, ExportedLedger, ImportedLedger


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What an export would do.

    `gone` are the paths in the ledger of which neither the job nor the file is left.
    """

    rows: tuple[ExportRow, ...]
    issues: tuple[Issue, ...]
    gone: frozenset[str] = frozenset()

    def settled(self) -> tuple[UnchangedFile, ...]:
        """Return the equal files that the list form has settled for good."""
        return tuple(
            row for row in self.rows if isinstance(row, UnchangedFile) and not row.job.truncated
        )

    def jobs_to_read(self) -> list[int]:
        """Return the jobs that the list form could not prove equal."""
        return [
            row.job.job_id
            for row in self.rows
            if (isinstance(row, NewFile | ChangedFile) and not row.job.complete)
            or (isinstance(row, UnchangedFile) and row.job.truncated)
        ]

    def jobs_with_permissions(self) -> list[int]:
        """Return the jobs that have a file, or will have one."""
        rows = (NewFile, ChangedFile, UnchangedFile)
        return [row.job.job_id for row in self.rows if isinstance(row, rows)]

    def jobs_to_doubt(self) -> list[int]:
        """Return no job: what else the list shows decides nothing."""
        return []


@dataclass(frozen=True, slots=True)
class ExportSituation:
    """All that the export plan depends on.

    `as_imported` gives the form of a definition after mapping, or None: a job in the workspace
    that imports the file is equal to it although its clusters have other names. `map_again` gives
    that of a definition that is in no file yet. `pause` is the
    policy under which it was imported; `imported` knows where its file was, and `filled_in` what
    the workspace made of it. `settled` are rows of an earlier pass that need no second look;
    `unproven` are jobs that may or may not exist.
    `ignore_rules` say which files Git does not commit, `selection` which jobs belong here.
    `permissions` give what a job's file should say of them, see `ExportedPermissions`.
    """

    contents: GitContents
    live: tuple[LiveJob, ...]
    ledger: ExportedLedger
    book: NameBook
    sees_all_jobs: bool
    as_imported: Callable[[DefinitionFile], Form | None]
    map_again: Callable[[Definition], Form | None] = lambda _definition: None
    pause: PausePolicy = PausePolicy.FROM_GIT
    imported: ImportedLedger = field(default_factory=ImportedLedger)
    unproven: Mapping[int, Issue] = field(default_factory=dict)
    filled_in: Mapping[int, Prints] = field(default_factory=dict)
    unread_jobs: Mapping[int, Issue] = field(default_factory=dict)
    settled: tuple[UnchangedFile, ...] = ()
    ignore_rules: IgnoreRules = field(default_factory=IgnoreRules)
    selection: JobSelection = field(default_factory=JobSelection)
    permissions: ExportedPermissions = field(default_factory=ExportedPermissions)


def plan_export(situation: ExportSituation) -> ExportPlan:
    """Compare the workspace's jobs with the files and decide what happens to each.

    Rows that need a list-form job's full form must be planned again: see
    `ExportPlan.jobs_to_read`.
    """
    planner = _Planner(situation)
    planned = [*planner.job_rows(), *planner.file_rows(), *planner.unread_rows()]
    check = SecretCheck(situation.contents.allowed)
    rows = [check.of_file(row) for row in planned]
    rows.sort(key=lambda row: (row.job_name.casefold(), row.job_name, row.status))
    is_complete = situation.contents.is_complete and not situation.unread_jobs
    issues = (*planner.issues(), *check.issues(is_complete=is_complete))
    return ExportPlan(tuple(rows), issues, planner.gone())


class _Planner:
    """Holds the indexes that every row needs, and the file names given so far."""

    def __init__(self, situation: ExportSituation) -> None:
        self._now = situation
        self._imported = AsImported(
            situation.book, situation.pause, situation.filled_in, situation.map_again
        )
        files, entries = situation.contents.files, situation.ledger.files
        there = {job.job_id for job in situation.live} | situation.unproven.keys()
        self._entries = {**entries, **follow_moved(files, situation.ledger)}
        self._of_gone_jobs = {p for p, e in self._entries.items() if e.job_id not in there}
        self._overwritten = {
            file.path
            for file in files
            if file.path in entries and _is_of_another(file.definition, entries[file.path])
        }
        dead = self._of_gone_jobs - self._overwritten
        provably_gone = dead if situation.sees_all_jobs else set()
        self._pairing = pair_files(
            situation.live, files, situation.ledger, provably_gone, situation.imported
        )
        self._outside = find_outside(
            situation.selection,
            files,
            situation.live,
            ((file.path, job_id) for job_id, file in self._pairing.files.items()),
            paths=self._paths_without_file(),
            former=self._former_jobs(),
        )
        self._names = {job.job_id: job.name for job in situation.live}
        self._by_name: dict[str, list[LiveJob]] = {}
        for job in situation.live:
            self._by_name.setdefault(job.name, []).append(job)
        self._settled = {row.job.job_id: row for row in situation.settled}
        exported_to: dict[int, list[str]] = {}
        for path, entry in situation.ledger.files.items():
            exported_to.setdefault(entry.job_id, []).append(path)
        self._in_the_way = FilesInTheWay(situation.contents, exported_to, situation.imported)
        self._taken = set(situation.contents.names)
        self._claimed: set[str] = set()

    def _paths_without_file(self) -> Iterator[tuple[int, str]]:
        """Yield the jobs that have no file with where theirs was, or else would be."""
        fileless = {job.job_id for job in self._now.live} - self._pairing.files.keys()
        exported = [(entry.job_id, path) for path, entry in self._now.ledger.files.items()]
        yield from ((job_id, path) for job_id, path in exported if job_id in fileless)
        for job_id in fileless.difference(job_id for job_id, _ in exported):
            yield job_id, SUFFIX

    def _former_jobs(self) -> Iterator[tuple[str, int, str]]:
        """Yield the files that are here with the job that each was exported from."""
        present = {file.path for file in self._now.contents.files} - self._overwritten
        for path in self._entries.keys() & present:
            yield path, self._entries[path].job_id, self._entries[path].creator

    def issues(self) -> tuple[Issue, ...]:
        known = (*self._now.ignore_rules.issues, *self._outside.issues)
        if self._now.sees_all_jobs:
            return known
        return (
            *known,
            Issue(
                "The principal is not known to be a workspace admin, so there may be jobs that it "
                "cannot see. No file is removed. Add the principal to the group “admins” of the "
                "workspace."
            ),
        )

    def gone(self) -> frozenset[str]:
        if not (self._now.sees_all_jobs and self._now.contents.is_complete):
            return frozenset()
        present = {file.path for file in self._now.contents.files}
        moved = {
            self._entries[path].job_id
            for path in present - self._now.ledger.files.keys()
            if path in self._entries
        }
        return frozenset(
            path
            for path in self._of_gone_jobs - present
            if self._entries[path].job_id not in moved  # until the file is gone as well
        )

    def job_rows(self) -> list[ExportRow]:
        jobs = sorted(self._now.live, key=lambda job: (job.name, job.job_id))
        return [self._job_row(job) for job in jobs]

    def file_rows(self) -> list[ExportRow]:
        """Rows of the files that no job speaks of."""
        return [
            self._file_row(file)
            for file in self._now.contents.files
            if file.path not in self._claimed
        ]

    def unread_rows(self) -> list[ExportRow]:
        return [Blocked("", file.path, (file.issue,)) for file in self._now.contents.unread]

    def _job_row(self, job: LiveJob) -> ExportRow:
        file = self._pairing.files.get(job.job_id)
        if file:
            self._claimed.add(file.path)
        excluded = self._excluded_row(job, file)
        if excluded:
            return excluded
        if job.job_id in self._settled:
            row = self._settled[job.job_id]
            self._claimed.add(row.file.path)
            return row
        reason = manager_of(job.marks)
        if reason:
            return SkippedJob(job.name, reason, job)
        exported = make_exported(job, self._now.book)
        issues = self._job_problem(job) or exported.form.issues
        if issues:
            return Blocked(job.name, "", issues, job=job)
        return self._compared_row(exported, file) if file else self._new_row(exported)

    def _excluded_row(self, job: LiveJob, file: DefinitionFile | None) -> Excluded | None:
        if job.job_id not in self._outside.jobs and self._job_problem(job):
            return None  # another job claims the file as well
        return self._outside.row_of(job.name, job, file)

    def _job_problem(self, job: LiveJob) -> tuple[Issue, ...]:
        if job.job_id in self._now.unread_jobs:
            return (self._now.unread_jobs[job.job_id],)
        if not job.name.strip():
            return (Issue(f"Job {job.job_id} has no name. Give it one in the workspace.", "name"),)
        twins = self._by_name[job.name]
        if len(twins) > 1:
            ids = ", ".join(str(twin.job_id) for twin in twins)
            return (Issue(f"{len(twins)} jobs have this name: {ids}. Rename one.", "name"),)
        problem = self._pairing.problems.get(job.job_id)
        problem = problem or self._now.permissions.problem_of(job.job_id)
        return (problem,) if problem else ()

    def _new_row(self, exported: Exported) -> ExportRow:
        job = exported.job
        unread = self._in_the_way.find_unread(job)
        if unread:
            message = f"Its file {unread} cannot be read and is not overwritten."
            return Blocked(job.name, unread, (Issue(message, unread),), job=job)
        other = self._in_the_way.find_other(job)
        if other:
            return Blocked(job.name, other.path, (explain_other(other),), job=job)
        path = find_free_file_name(job.name, self._taken)
        self._taken.add(fold_file_name(path))
        definition = self._now.permissions.write(exported.make_definition(), None, job.job_id)
        undone = self._imported.find_undone(job, definition) if job.complete else ()
        notes = replace(self._notes(exported, path), undone=undone)
        return NewFile(job.name, path, job, definition, notes)

    def _compared_row(self, exported: Exported, file: DefinitionFile) -> ExportRow:
        job = exported.job
        current = make_file_form(file.definition).settings
        wanted = take_identity(exported.form.settings, job, current)
        found = compare(wanted, current, Habits(has_rules=False))  # the file is what is replaced
        changes = tuple(FieldChange(one.path, one.desired, one.current) for one in found.changes)
        form = self._now.as_imported(file) if changes else None
        if form and form.is_unread:  # a file is not replaced because a look-up failed
            return Blocked(job.name, file.path, form.issues[-1:], job=job)
        if not changes or self._imported.equals(job, form):
            return self._changed_row(exported, file, file.definition, ())
        if form and job.complete and self._imported.is_mapped(job, form):
            return self._unmapped_row(exported, file, form)
        definition = exported.make_definition(found.hidden)
        undone = self._imported.find_undone(job, definition) if job.complete else ()
        if undone:
            return Blocked(job.name, file.path, (explain_disproof(undone),), job=job)
        return self._changed_row(exported, file, definition, changes)

    def _changed_row(
        self,
        exported: Exported,
        file: DefinitionFile,
        definition: Definition,
        changes: tuple[FieldChange, ...],
    ) -> ChangedFile | UnchangedFile:
        """Return the row of a file that will hold a definition, with the job's permissions."""
        job, old_name = exported.job, file.definition.job_name
        definition = self._now.permissions.write(definition, file.definition, job.job_id)
        changes = (*changes, *self._now.permissions.compare(file.definition, definition))
        notes = self._notes(exported, file.path)
        if not changes:
            return UnchangedFile(job.name, file, job, notes)
        renamed = old_name if old_name != job.name else ""
        return ChangedFile(job.name, file, job, definition, changes, renamed, notes)

    def _unmapped_row(self, exported: Exported, file: DefinitionFile, form: Form) -> ExportRow:
        """Write only what differs from the mapped definition, and only what maps to this job."""
        job = exported.job
        unmapped = self._imported.undo(file.definition, form, exported)
        if unmapped.issues:
            return Blocked(job.name, file.path, unmapped.issues, job=job, mapped=form.mapped)
        before, after = make_file_form(file.definition), make_file_form(unmapped.definition)
        changes = diff_settings(before.settings, after.settings)
        definition = unmapped.definition if changes else file.definition
        return self._changed_row(exported, file, definition, changes)

    def _notes(self, exported: Exported, path: str) -> FileNotes:
        ignored_by = self._now.ignore_rules.find(path)
        not_exported = self._outside.find_not_exported(exported.job, self._names.__getitem__)
        return FileNotes(ignored_by, exported.left_to_policies, exported.ambiguous, not_exported)

    def _file_row(self, file: DefinitionFile) -> ExportRow:
        name = file.definition.job_name
        entry = self._entries.get(file.path)
        excluded = self._outside.row_of(name, None, file)
        if excluded:
            return excluded
        if file.path in self._pairing.left_over:
            other = self._pairing.left_over[file.path]
            return DeletedFile(name, file, f"The definition of its job is {other}.")
        if entry and entry.job_id in self._now.unproven:
            issue = self._now.unproven[entry.job_id]
            return Blocked(name, file.path, (issue,), file.definition)
        if entry is None or file.path not in self._of_gone_jobs:
            return ForeignFile(name, file, self._why_foreign(file))
        if file.path in self._overwritten:
            source = file.definition.source_job_id
            note = (
                f"It was exported from job {entry.job_id}, which no longer exists, and holds "
                f"{'no job_id' if source is None else f'job {source}'} now."
            )
            return ForeignFile(name, file, note)
        if not self._now.sees_all_jobs:
            note = "Its job is not among the jobs that the principal can see; it may still exist."
            return ForeignFile(name, file, note)
        if not entry.creator and self._now.selection.excludes(PatternKind.CREATOR):
            note = (
                "Its job no longer exists, and whether it belonged here is unknown: the mapping "
                "file excludes jobs by their creator. Delete the file if nobody needs it."
            )
            return ForeignFile(name, file, note)
        return DeletedFile(name, file)

    def _why_foreign(self, file: DefinitionFile) -> str:
        """Return why a file that is no job's file stays as it is."""
        source = file.definition.source_job_id
        own = self._pairing.files.get(source) if source is not None else None
        if own:
            return f"Has the same job_id as {own.path} but was not exported from this workspace."
        if file.definition.job_name in self._by_name:
            return "Another file defines the job of this name in this workspace."
        return "Has no job in this workspace and was not exported from it."


def _is_of_another(definition: Definition, entry: ExportedFile) -> bool:
    """Whether a file no longer is the one that was exported. Some people take out the id."""
    return definition.source_job_id not in {entry.job_id, entry.job_id if entry.removed else None}
