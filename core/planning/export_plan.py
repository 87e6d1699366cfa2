"""The plan of an export: what happens to each file, decided by a pure function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from core.comparing.diff import FieldChange, diff_settings
from core.definitions.definition import Definition
from core.definitions.file_names import file_name, free_file_name
from core.definitions.folder import DefinitionFile, GitContents
from core.errors import Issue
from core.json_text import JobSettings
from core.mapping.mapping_file import PausePolicy
from core.mapping.names import NameBook
from core.mapping.pause import with_pause_policy
from core.planning.forms import (
    exported_definition,
    file_form,
    is_managed,
    live_form,
    with_same_identity,
)
from core.planning.import_plan import Blocked
from core.planning.statuses import RowStatus
from core.ports import LiveJob
from core.state.ledger import ExportedLedger


@dataclass(frozen=True, slots=True)
class NewFile:
    """A job without a file. `path` is relative to the definitions' folder."""

    status: ClassVar[RowStatus] = RowStatus.NEW
    job_name: str
    path: str
    job: LiveJob
    definition: Definition


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A job that differs from its file; `old_name` is set when the file has another name in it."""

    job_name: str
    file: DefinitionFile
    job: LiveJob
    definition: Definition
    changes: tuple[FieldChange, ...]
    old_name: str = ""

    @property
    def status(self) -> RowStatus:
        """Return the word for users."""
        return RowStatus.RENAMED if self.old_name else RowStatus.CHANGED

    @property
    def path(self) -> str:
        """Return where the job's file is; it stays there whatever the job is called."""
        return self.file.path


@dataclass(frozen=True, slots=True)
class UnchangedFile:
    """A file equal to its job."""

    status: ClassVar[RowStatus] = RowStatus.UNCHANGED
    job_name: str
    file: DefinitionFile
    job: LiveJob


@dataclass(frozen=True, slots=True)
class DeletedFile:
    """A file that this workspace exported, and whose job is gone."""

    status: ClassVar[RowStatus] = RowStatus.DELETED
    job_name: str
    file: DefinitionFile


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A file without a job here which this workspace did not export, or cannot prove to be dead."""

    status: ClassVar[RowStatus] = RowStatus.UNMANAGED
    job_name: str
    file: DefinitionFile
    note: str


@dataclass(frozen=True, slots=True)
class SkippedJob:
    """A job that a bundle or Databricks itself manages."""

    status: ClassVar[RowStatus] = RowStatus.SKIPPED
    job_name: str
    reason: str


ExportRow = NewFile | ChangedFile | UnchangedFile | DeletedFile | ForeignFile | SkippedJob | Blocked


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What an export would do."""

    rows: tuple[ExportRow, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class ExportSituation:
    """All that the export plan depends on.

    `as_imported` gives a definition's settings after mapping, or None: a job in the workspace
    that imports the file is equal to it although its clusters have other names. `pause` is the
    policy under which it was imported. `settled` holds, by job id, rows of an earlier pass that
    need no second look.
    """

    contents: GitContents
    live: tuple[LiveJob, ...]
    ledger: ExportedLedger
    book: NameBook
    sees_all_jobs: bool
    as_imported: Callable[[DefinitionFile], JobSettings | None]
    pause: PausePolicy = PausePolicy.FROM_GIT
    unread_jobs: Mapping[int, Issue] = field(default_factory=dict)
    settled: Mapping[int, UnchangedFile] = field(default_factory=dict)


def plan_export(situation: ExportSituation) -> ExportPlan:
    """Compare the workspace's jobs with the files and decide what happens to each.

    Rows that need a list-form job's full form must be planned again: see `jobs_to_read`.
    """
    planner = _Planner(situation)
    rows = [*planner.job_rows(), *planner.file_rows(), *planner.unread_rows()]
    rows.sort(key=lambda row: (row.job_name.casefold(), row.job_name, row.status))
    return ExportPlan(tuple(rows), planner.issues())


def settled_jobs(plan: ExportPlan) -> dict[int, UnchangedFile]:
    """Return, by job id, the rows that the list form has settled for good."""
    return {
        row.job.job_id: row
        for row in plan.rows
        if isinstance(row, UnchangedFile) and not row.job.truncated
    }


def jobs_to_read(plan: ExportPlan) -> list[int]:
    """Return the jobs that the list form could not prove equal."""
    return [
        row.job.job_id
        for row in plan.rows
        if (isinstance(row, NewFile | ChangedFile) and not row.job.complete)
        or (isinstance(row, UnchangedFile) and row.job.truncated)
    ]


class _Planner:
    """Holds the indexes that every row needs, and the file names given so far."""

    def __init__(self, situation: ExportSituation) -> None:
        self._now = situation
        self._files: dict[str, list[DefinitionFile]] = {}
        for file in situation.contents.files:
            self._files.setdefault(file.definition.job_name, []).append(file)
        self._by_path = {file.path: file for file in situation.contents.files}
        self._by_name: dict[str, list[LiveJob]] = {}
        for job in situation.live:
            self._by_name.setdefault(job.name, []).append(job)
        self._ledger_paths = {file.job_id: path for path, file in situation.ledger.files.items()}
        self._unread = {file.path.casefold() for file in situation.contents.unread}
        self._unread_folders = tuple(path for path in self._unread if path.endswith("/"))
        self._taken = set(situation.contents.names)
        self._claimed: set[str] = set()

    def issues(self) -> tuple[Issue, ...]:
        if self._now.sees_all_jobs:
            return ()
        return (
            Issue(
                "The principal is not known to be a workspace admin, so that jobs may exist which "
                "it cannot see. No file is removed. Add the principal to the group “admins” of "
                "the workspace."
            ),
        )

    def job_rows(self) -> list[ExportRow]:
        jobs = sorted(self._now.live, key=lambda job: (job.name, job.job_id))
        return [self._job_row(job) for job in jobs]

    def file_rows(self) -> list[ExportRow]:
        """Rows of the files that no job speaks of."""
        return [
            self._file_row(file)
            for file in self._now.contents.files
            if file.path not in self._claimed and file.definition.job_name not in self._by_name
        ]

    def unread_rows(self) -> list[ExportRow]:
        return [Blocked("", file.path, (file.issue,)) for file in self._now.contents.unread]

    def _job_row(self, job: LiveJob) -> ExportRow:
        if job.job_id in self._now.settled:
            row = self._now.settled[job.job_id]
            self._claimed.add(row.file.path)
            return row
        reason = is_managed(job.marks)
        if reason:
            return SkippedJob(job.name, reason)
        form = live_form(job, self._now.book)
        issues = self._job_problem(job) or form.issues
        if issues:
            return Blocked(job.name, "", issues)
        file = self._file_of(job)
        if file is None:
            return self._new_row(job)
        self._claimed.add(file.path)
        return self._compared_row(job, form.settings, file)

    def _job_problem(self, job: LiveJob) -> tuple[Issue, ...]:
        if job.job_id in self._now.unread_jobs:
            return (self._now.unread_jobs[job.job_id],)
        if not job.name.strip():
            return (Issue(f"Job {job.job_id} has no name. Give it one in the workspace.", "name"),)
        twins = self._by_name[job.name]
        if len(twins) > 1:
            ids = ", ".join(str(twin.job_id) for twin in twins)
            return (Issue(f"{len(twins)} jobs have this name: {ids}. Rename one.", "name"),)
        files = self._files.get(job.name, [])
        if len(files) > 1:
            paths = ", ".join(file.path for file in files)
            return (Issue(f"{len(files)} files define this job: {paths}. Keep one."),)
        return ()

    def _file_of(self, job: LiveJob) -> DefinitionFile | None:
        """Return the job's file: the one with its name, else the one it was exported to before."""
        by_name = self._files.get(job.name)
        if by_name:
            return by_name[0]
        file = self._by_path.get(self._ledger_paths.get(job.job_id, ""))
        if file and file.definition.job_name not in self._by_name:
            return file
        return None

    def _new_row(self, job: LiveJob) -> ExportRow:
        natural = file_name(job.name)
        remembered = self._ledger_paths.get(job.job_id, natural)
        for path in (natural, remembered):
            folded = path.casefold()
            if folded in self._unread or folded.startswith(self._unread_folders):
                message = f"Its file {path} cannot be read, and is not overwritten."
                return Blocked(job.name, path, (Issue(message, path),))
        path = free_file_name(job.name, self._taken)
        if path.casefold() in self._taken:
            return Blocked(job.name, path, (Issue(f"The file name {path} is taken.", path),))
        self._taken.add(path.casefold())
        return NewFile(job.name, path, job, exported_definition(job, self._now.book))

    def _compared_row(self, job: LiveJob, live: JobSettings, file: DefinitionFile) -> ExportRow:
        current = file_form(file.definition).settings
        wanted = with_same_identity(live, job, current)
        changes = diff_settings(current, wanted)
        if not changes or self._is_as_imported(file, wanted):
            return UnchangedFile(job.name, file, job)
        old_name = file.definition.job_name
        definition = exported_definition(job, self._now.book)
        renamed = old_name if old_name != job.name else ""
        return ChangedFile(job.name, file, job, definition, changes, renamed)

    def _is_as_imported(self, file: DefinitionFile, live: JobSettings) -> bool:
        imported = self._now.as_imported(file)
        if imported is None:
            return False
        return not diff_settings(with_pause_policy(imported, live, self._now.pause), live)

    def _file_row(self, file: DefinitionFile) -> ExportRow:
        name = file.definition.job_name
        entry = self._now.ledger.files.get(file.path)
        if entry is None or any(job.job_id == entry.job_id for job in self._now.live):
            return ForeignFile(
                name, file, "Has no job here and was not exported by this workspace."
            )
        if not self._now.sees_all_jobs:
            note = "Its job is not among the jobs that the principal can see; it may still exist."
            return ForeignFile(name, file, note)
        return DeletedFile(name, file)
