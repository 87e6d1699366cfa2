"""The plan of an export: what happens to each file, decided by a pure function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.comparing.diff import diff_settings
from core.definitions.file_names import find_free_file_name, make_file_name, possible_file_names
from core.definitions.folder import DefinitionFile, GitContents, OtherFile
from core.errors import Issue
from core.json_text import JobSettings
from core.mapping.mapping_file import PausePolicy
from core.mapping.names import NameBook
from core.mapping.pause import apply_pause_policy
from core.planning.export_rows import (
    ChangedFile,
    DeletedFile,
    ExportRow,
    ForeignFile,
    NewFile,
    SkippedJob,
    UnchangedFile,
)
from core.planning.forms import (
    NamedJob,
    make_file_form,
    manager_of,
    name_job,
    take_identity,
)
from core.planning.import_rows import Blocked
from core.ports import LiveJob
from core.state.ledger import ExportedLedger, ImportedLedger


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


@dataclass(frozen=True, slots=True)
class ExportSituation:
    """All that the export plan depends on.

    `as_imported` gives a definition's settings after mapping, or None: a job in the workspace
    that imports the file is equal to it although its clusters have other names. `pause` is the
    policy under which it was imported; `imported` knows where its file was. `settled` are rows of
    an earlier pass that need no second look.
    """

    contents: GitContents
    live: tuple[LiveJob, ...]
    ledger: ExportedLedger
    book: NameBook
    sees_all_jobs: bool
    as_imported: Callable[[DefinitionFile], JobSettings | None]
    pause: PausePolicy = PausePolicy.FROM_GIT
    imported: ImportedLedger = field(default_factory=ImportedLedger)
    unread_jobs: Mapping[int, Issue] = field(default_factory=dict)
    settled: tuple[UnchangedFile, ...] = ()


def plan_export(situation: ExportSituation) -> ExportPlan:
    """Compare the workspace's jobs with the files and decide what happens to each.

    Rows that need a list-form job's full form must be planned again: see
    `ExportPlan.jobs_to_read`.
    """
    planner = _Planner(situation)
    rows = [*planner.job_rows(), *planner.file_rows(), *planner.unread_rows()]
    rows.sort(key=lambda row: (row.job_name.casefold(), row.job_name, row.status))
    return ExportPlan(tuple(rows), planner.issues(), planner.gone())


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
        self._settled = {row.job.job_id: row for row in situation.settled}
        self._exported_to: dict[int, list[str]] = {}
        for path, entry in situation.ledger.files.items():
            self._exported_to.setdefault(entry.job_id, []).append(path)
        self._unread = {file.path.casefold(): file.path for file in situation.contents.unread}
        self._unread_folders = tuple(path for path in self._unread if path.endswith("/"))
        self._other = {file.path.casefold(): file for file in situation.contents.other}
        self._live_ids = {job.job_id for job in situation.live}
        self._taken = set(situation.contents.names)
        self._claimed: set[str] = set()

    def issues(self) -> tuple[Issue, ...]:
        if self._now.sees_all_jobs:
            return ()
        return (
            Issue(
                "The principal is not known to be a workspace admin, so there may be jobs that it "
                "cannot see. No file is removed. Add the principal to the group “admins” of the "
                "workspace."
            ),
        )

    def gone(self) -> frozenset[str]:
        if not (self._now.sees_all_jobs and self._now.contents.is_complete):
            return frozenset()
        files = self._now.ledger.files
        absent = files.keys() - self._by_path
        return frozenset(path for path in absent if files[path].job_id not in self._live_ids)

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
        if job.job_id in self._settled:
            row = self._settled[job.job_id]
            self._claimed.add(row.file.path)
            return row
        reason = manager_of(job.marks)
        if reason:
            return SkippedJob(job.name, reason)
        named = name_job(job, self._now.book)
        form = named.make_form()
        issues = self._job_problem(job) or form.issues
        if issues:
            return Blocked(job.name, "", issues)
        file = self._file_of(job)
        if file is None:
            return self._new_row(named)
        self._claimed.add(file.path)
        return self._compared_row(named, form.settings, file)

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
        for path in self._exported_to.get(job.job_id, ()):
            file = self._by_path.get(path)
            if file and file.definition.job_name not in self._by_name:
                return file
        return None

    def _new_row(self, named: NamedJob) -> ExportRow:
        job = named.job
        unread = self._unread_file_of(job)
        if unread:
            message = f"Its file {unread} cannot be read and is not overwritten."
            return Blocked(job.name, unread, (Issue(message, unread),))
        other = self._other.get(make_file_name(job.name).casefold())
        if other and (other.json.is_blank or other.json.job_name == job.name):
            return Blocked(job.name, other.path, (_not_a_definition(other),))
        path = find_free_file_name(job.name, self._taken)
        if path.casefold() in self._taken:
            return Blocked(
                job.name, path, (Issue(f"The file name {path} is already taken.", path),)
            )
        self._taken.add(path.casefold())
        return NewFile(job.name, path, job, named.make_definition())

    def _unread_file_of(self, job: LiveJob) -> str:
        """Return where the job's file is or may be, if it cannot be read there; else nothing."""
        imported = self._now.imported.jobs.get(job.job_id)
        noted = imported.file_path if imported else ""
        for path in (make_file_name(job.name), *self._exported_to.get(job.job_id, []), noted):
            folded = path.casefold()
            if folded in self._unread or folded.startswith(self._unread_folders):
                return path
        if imported and not noted:  # an old ledger: its file may be anywhere
            names = {name.casefold() for name in possible_file_names(job.name)}
            for folded, path in self._unread.items():
                if folded.rpartition("/")[2] in names:
                    return path
        return ""

    def _compared_row(self, named: NamedJob, live: JobSettings, file: DefinitionFile) -> ExportRow:
        job = named.job
        current = make_file_form(file.definition).settings
        wanted = take_identity(live, job, current)
        changes = diff_settings(current, wanted)
        if not changes or self._is_as_imported(file, wanted):
            return UnchangedFile(job.name, file, job)
        old_name = file.definition.job_name
        renamed = old_name if old_name != job.name else ""
        return ChangedFile(job.name, file, job, named.make_definition(), changes, renamed)

    def _is_as_imported(self, file: DefinitionFile, live: JobSettings) -> bool:
        imported = self._now.as_imported(file)
        if imported is None:
            return False
        return not diff_settings(apply_pause_policy(imported, live, self._now.pause), live)

    def _file_row(self, file: DefinitionFile) -> ExportRow:
        name = file.definition.job_name
        entry = self._now.ledger.files.get(file.path)
        if entry is None or entry.job_id in self._live_ids:
            return ForeignFile(
                name, file, "Has no job in this workspace and was not exported from it."
            )
        if not self._now.sees_all_jobs:
            note = "Its job is not among the jobs that the principal can see; it may still exist."
            return ForeignFile(name, file, note)
        return DeletedFile(name, file)


def _not_a_definition(other: OtherFile) -> Issue:
    """Say why a job gets no second file beside one that has its name and was meant for it."""
    message = (
        f"{other.path} is not a definition and is not overwritten. "
        f"{other.json.problem} Correct it, move it out of the folder, or delete it, and export "
        "again."
    )
    return Issue(message, other.path)
