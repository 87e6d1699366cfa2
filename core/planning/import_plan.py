"""The plan of an import: one row per job, decided by a pure function."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from core.comparing.canonical import canonicalize
from core.comparing.diff import diff_settings, find_hidden
from core.definitions.folder import DefinitionFile, GitContents
from core.errors import Issue
from core.json_text import fingerprint
from core.mapping.mapping_file import PausePolicy
from core.mapping.names import NameBook, find_needed_jobs
from core.mapping.pause import apply_pause_policy
from core.mapping.unmapped import MissingName
from core.planning.blocking import block_dependents
from core.planning.forms import Form, make_live_form, manager_of, take_identity
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
from core.ports import LiveJob
from core.state.ledger import ImportedLedger


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. An incomplete plan classes nothing as deleted.

    `sees_all_jobs` is False for a principal that is not known to be a workspace admin. `missing`
    are pairs of a job's name and a name that it lacks.
    """

    rows: tuple[Row, ...]
    issues: tuple[Issue, ...]
    is_complete: bool
    sees_all_jobs: bool = True
    missing: tuple[tuple[str, MissingName], ...] = ()

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
        """Return the jobs that the list form could not prove equal."""
        return [
            row.job.job_id
            for row in self.rows
            if (isinstance(row, Changed) and not row.job.complete)
            or (isinstance(row, Unchanged) and row.job.truncated)
        ]


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the plan depends on.

    `desired` gives the form of each definition here; `unread_jobs` the jobs whose full
    form could not be read. `sees_all_jobs` is True when the list of jobs is known to be whole.
    `book` names renamed jobs as Git does. `shows_hidden` asks for what the rules of comparing hid.
    `settled` are rows of an earlier pass that need no second look.
    """

    contents: GitContents
    desired: Callable[[DefinitionFile], Form]
    live: tuple[LiveJob, ...]
    ledger: ImportedLedger
    book: NameBook
    sees_all_jobs: bool
    pause: PausePolicy = PausePolicy.FROM_GIT
    unread_jobs: Mapping[int, Issue] = field(default_factory=dict)
    shows_hidden: bool = False
    settled: tuple[Unchanged, ...] = ()


def fingerprint_row(row: Importable | Deleted) -> str:
    """Return a text that changes when the row's job, file or mapping has moved.

    Two readings of the same job may differ in the order of their lists, which is not a move.
    """
    parts: list[object] = [row.status, row.job_name]
    if isinstance(row, New | Changed):
        parts.append(row.unpack_settings())  # comes from a file, which keeps its order
    if isinstance(row, Changed | Deleted):
        settings = canonicalize(row.job.unpack_settings()).settings
        parts += [row.job.job_id, settings, row.job.run_as_user_name]
    return fingerprint(parts)


def fingerprint_plan(plan: Plan) -> dict[str, str]:
    """Return, by job name, the fingerprints of the rows that can be carried out."""
    rows = {**plan.importable(), **plan.removable()}
    return {name: fingerprint_row(row) for name, row in rows.items()}


def find_renames(
    contents: GitContents, live: Iterable[LiveJob], ledger: ImportedLedger
) -> dict[str, LiveJob]:
    """Return, by the definition's name, the jobs that we imported under another name.

    The ledger knows which job came from the definition's `source_job_id`. A job whose present
    name has a definition of its own stays with that definition: the name is the identity. Where
    several jobs or several definitions share a source, none is chosen.
    """
    defined = {file.definition.job_name for file in contents.files}
    live_by_id = {job.job_id: job for job in live}
    live_names = {job.name for job in live_by_id.values()}
    by_source: dict[int, list[LiveJob]] = {}
    for job_id, entry in ledger.jobs.items():
        job = live_by_id.get(job_id)
        if job and entry.source_job_id is not None and job.name not in defined:
            by_source.setdefault(entry.source_job_id, []).append(job)
    claims: dict[int, set[str]] = {}
    for definition in (file.definition for file in contents.files):
        if definition.source_job_id in by_source and definition.job_name not in live_names:
            claims.setdefault(definition.source_job_id, set()).add(definition.job_name)
    return {
        name: by_source[source][0]
        for source, names in claims.items()
        for name in names
        if len(names) == len(by_source[source]) == 1
    }


def plan_import(situation: Situation) -> Plan:
    """Compare Git with the workspace and decide each job's row.

    Rows of list-form jobs that are not equal must be planned again with the full form:
    see `Plan.jobs_to_read`.
    """
    planner = _Planner(situation)
    defined = block_dependents(planner.definition_rows(), planner.present_names())
    rows = [*defined, *planner.job_rows(), *planner.unread_rows()]
    rows.sort(key=lambda row: (row.job_name.casefold(), row.job_name, row.status))
    return Plan(
        tuple(rows),
        planner.issues(),
        is_complete=situation.contents.is_complete and planner.sees_all,
        sees_all_jobs=planner.sees_all,
        missing=planner.missing(),
    )


class _Planner:
    """Holds the indexes that every row needs."""

    def __init__(self, situation: Situation) -> None:
        self._now = situation
        self.sees_all = situation.sees_all_jobs
        self._renames = find_renames(situation.contents, situation.live, situation.ledger)
        self._by_name: dict[str, list[LiveJob]] = {}
        for job in situation.live:
            self._by_name.setdefault(job.name, []).append(job)
        self._settled = {row.file.path: row for row in situation.settled}
        self._users: dict[str, set[str]] = {}
        self._missing: list[tuple[str, MissingName]] = []
        self._files: dict[str, list[DefinitionFile]] = {}
        for file in situation.contents.files:
            self._files.setdefault(file.definition.job_name, []).append(file)

    def issues(self) -> tuple[Issue, ...]:
        if self.sees_all:
            return ()
        return (
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
        return {name for name, jobs in self._by_name.items() if len(jobs) == 1} | set(self._renames)

    def unread_rows(self) -> list[Row]:
        return [Blocked("", file.path, (file.issue,)) for file in self._now.contents.unread]

    def job_rows(self) -> list[Row]:
        """Rows of the jobs that no definition speaks of."""
        renamed = {job.job_id for job in self._renames.values()}
        return [
            self._job_row(job)
            for job in self._now.live
            if job.name not in self._files and job.job_id not in renamed
        ]

    def _definition_row(self, file: DefinitionFile) -> Row:
        if file.path in self._settled:
            return self._settled[file.path]
        name = file.definition.job_name
        twins, jobs = self._files[name], self._by_name.get(name, [])
        if len(twins) > 1:
            paths = ", ".join(twin.path for twin in twins)
            return self._blocked(file, f"{len(twins)} files define this job: {paths}. Keep one.")
        if len(jobs) > 1:
            ids = ", ".join(str(job.job_id) for job in jobs)
            return self._blocked(
                file, f"{len(jobs)} jobs have this name: {ids}. Rename or delete all but one."
            )
        job = jobs[0] if jobs else self._renames.get(name)
        reason = manager_of(job.marks) if job else ""
        if job and reason:
            return Skipped(name, job, reason, file)
        return self._compared_row(file, job)

    def _compared_row(self, file: DefinitionFile, job: LiveJob | None) -> Row:
        name, form = file.definition.job_name, self._now.desired(file)
        self._missing += [(name, absent) for absent in form.missing]
        if form.issues:
            return Blocked(name, file.path, form.issues)
        if job is None:
            if not self.sees_all:
                return self._blocked(
                    file, "Cannot rule out that a job with this name already exists."
                )
            return New.pack(name, file, apply_pause_policy(form.settings, None, self._now.pause))
        if job.job_id in self._now.unread_jobs:
            return Blocked(name, file.path, (self._now.unread_jobs[job.job_id],))
        current = take_identity(make_live_form(job, self._now.book).settings, job, form.settings)
        desired = apply_pause_policy(form.settings, current, self._now.pause)
        changes = diff_settings(current, desired)
        hidden = find_hidden(current, desired) if self._now.shows_hidden else ()
        if not changes:
            return Unchanged(name, file, job, job.job_id in self._now.ledger.jobs, hidden)
        old_name = job.name if job.name != name else ""
        return Changed.pack(name, file, job, desired, current, changes, old_name, hidden)

    def _job_row(self, job: LiveJob) -> Row:
        reason = manager_of(job.marks)
        if reason:
            return Skipped(job.name, job, reason, None)
        if job.job_id not in self._now.ledger.jobs:
            return Unmanaged(job.name, job, "Has no definition and was not imported by this app.")
        if not (self.sees_all and self._now.contents.is_complete):
            why = "Not everything could be read" if self.sees_all else "Not all jobs may be visible"
            return Unmanaged(
                job.name,
                job,
                f"Was imported by this app, and no definition was found. {why}, so it does not "
                "count as deleted.",
            )
        twins = self._by_name[job.name]
        if len(twins) > 1:
            ids = ", ".join(str(twin.job_id) for twin in twins)
            issue = Issue(f"{len(twins)} jobs have this name: {ids}. Rename or delete all but one.")
            return Blocked(job.name, "", (issue,))
        return Deleted(job.name, job, self._needed_by(job))

    def _needed_by(self, job: LiveJob) -> tuple[str, ...]:
        if not self._users:
            for other in self._now.live:
                for needed in find_needed_jobs(make_live_form(other, self._now.book).settings):
                    self._users.setdefault(needed, set()).add(other.name)
        return tuple(sorted(self._users.get(job.name, set()) - {job.name}))

    def _blocked(self, file: DefinitionFile, message: str) -> Blocked:
        return Blocked(file.definition.job_name, file.path, (Issue(message),))
