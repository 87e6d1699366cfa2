"""The use cases: info, export, validate, import, adopt, remove, pull."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from core.applying.exporting import export_files
from core.applying.importing import import_selected
from core.applying.removal import RemovalLimits, remove_selected
from core.definitions.folder import GitContents
from core.errors import Issue, ModeError, NotFoundError, SelectionError, SyncError
from core.information import folder_contents, git_place, mapping_facts
from core.mapping.mapping_file import PausePolicy
from core.planning.export_plan import ExportPlan
from core.planning.import_plan import Deleted, Plan
from core.ports import Ports
from core.reading.survey import Survey, Surveyor
from core.reading.workspace_risks import workspace_risks_of
from core.reporting.details import MappingFacts, PullFacts, Whereabouts, WorkspaceInformation
from core.reporting.listener import Listener
from core.reporting.pulling import pulled_rows
from core.reporting.report import Report, ReportRow
from core.reporting.rows import detailed_row, export_row, import_row
from core.settings import AppMode, Settings
from core.state.folder import StateFolder
from core.state.history import History
from core.state.ledger import ExportedLedger, ImportedJob, ImportedLedger, settle_pending
from core.state.lock import Clock
from core.state.session import NewOwner, Session, Sessions

_SILENT = Listener()


class JobSync:
    """The engine for one workspace. Every method may raise `SyncError`: nothing was changed then.

    What goes wrong with one job alone is a row of the report and raises nothing. When what was
    done cannot be noted in the ledger, the report is `failed` and has its rows all the same.
    """

    def __init__(self, ports: Ports, settings: Settings, clock: Clock, new_owner: NewOwner) -> None:
        self._ports = ports
        self._settings = settings
        self._sessions = Sessions(ports, settings, clock, new_owner)

    def whereabouts(self) -> Whereabouts:
        """Tell in a few calls which workspace, principal and Git folder this deployment uses."""
        me = self._ports.principals.current()
        return Whereabouts(
            workspace_id=me.workspace_id,
            principal=me.name,
            is_admin=me.is_admin,
            app_mode=self._settings.mode.value,
            definitions_folder=self._settings.folder,
            git=git_place(self._ports.git.find(self._settings.folder)),
        )

    def info(self, *, listener: Listener = _SILENT) -> Report:
        """Tell that, and what the Git folder, the mapping file and the workspace hold."""
        surveyor = self._surveyor(listener)
        me = self._ports.principals.current()
        contents = surveyor.read_contents()
        mapping, issues = self._mapping_facts(surveyor, contents)
        details = WorkspaceInformation(
            where=self.whereabouts(),
            contents=folder_contents(self._ports.files, self._settings.folder, contents),
            jobs=surveyor.count_jobs(),
            mapping_file=self._settings.mapping_path,
            mapping=mapping,
            state_folder=self._sessions.state_folder(me).path,
        )
        return Report("info", issues=issues, details=details)

    def export(self, *, dry_run: bool = False, listener: Listener = _SILENT) -> Report:
        """Write every job to its file and remove the files of jobs that are gone.

        Args:
            dry_run: only tell what would happen; takes no lock.
        """
        self._require("export", AppMode.EXPORT)
        if dry_run:
            surveyor = self._surveyor(listener)
            survey = surveyor.read()
            state = self._sessions.state_folder(survey.me)
            plan, _ = self._plan_export(state, survey, surveyor)
            listener.on_planned(plan.rows)
            rows = tuple(export_row(row) for row in plan.rows)
            return Report("export", rows, (*survey.warnings, *plan.issues))
        with self._sessions.open("export") as session:
            guarded = _guarded(listener, session)
            surveyor = self._surveyor(guarded)
            survey = surveyor.read()
            plan, ledger = self._plan_export(session.state, survey, surveyor)
            rows = export_files(
                session, self._ports.files, survey.contents, plan, ledger, self._threads, listener
            )
            return _report(session, rows, (*survey.warnings, *plan.issues))

    def validate(
        self,
        *,
        details: bool = False,
        not_mapped: bool = True,
        ask_workspace: bool = False,
        pause: PausePolicy | None = None,
        listener: Listener = _SILENT,
    ) -> tuple[Plan, Report]:
        """Plan an import. Writes nothing.

        Args:
            details: tell for each job what is not mapped and which differences are no change.
            not_mapped: False leaves the first of these out.
            ask_workspace: note active runs, absent files and roles that we may lack, for each job
                that would be written or removed. What cannot be read is a note and no error.
            pause: the policy to plan with, in place of the mapping file's.

        Returns the plan, to be reviewed and handed to `import_jobs`, and what to show of it.
        """
        self._require("validate", AppMode.IMPORT)
        survey = _with_pause(self._surveyor(listener).read(), pause)
        ledger = settle_pending(
            self._sessions.state_folder(survey.me).imported(), survey.live, survey.me.name
        )
        plan = self._surveyor(listener).plan_import(survey, ledger, shows_hidden=details)
        listener.on_planned(plan.rows)
        rows = tuple(
            detailed_row(row, not_mapped=not_mapped) if details else import_row(row)
            for row in plan.rows
        )
        if ask_workspace:
            facts = self._surveyor(listener).ask_workspace(plan, survey.me.name)
            rows = tuple(
                shown.with_risks(workspace_risks_of(row, facts))
                for shown, row in zip(rows, plan.rows, strict=True)
            )
        issues = (*survey.warnings, *plan.issues)
        return plan, Report("validate", rows, issues, unmapped=plan.unmapped)

    def import_jobs(
        self,
        names: Collection[str] | None = None,
        *,
        reviewed: Mapping[str, str] | None = None,
        pause: PausePolicy | None = None,
        listener: Listener = _SILENT,
    ) -> Report:
        """Import new and changed jobs.

        Args:
            names: the selected jobs; None for all.
            reviewed: the `plan_fingerprints` of the plan that the user saw. Rows that have moved
                since are skipped and named.
            pause: the policy that the plan was made with, when it was not the mapping file's.

        Raises:
            SelectionError: a name is not in the plan; nothing was changed.
            StateError: the state before the change could not be kept; nothing was changed.
        """
        self._require("import", AppMode.IMPORT)
        with self._sessions.open("import") as session:
            guarded = _guarded(listener, session)
            survey, plan, ledger = self._fresh_plan(session, guarded, pause)
            rows = import_selected(
                session,
                self._ports.jobs,
                survey,
                plan,
                ledger,
                _selection(names, {row.job_name for row in plan.rows}, "such"),
                reviewed,
                self._threads,
                listener,
            )
            return _report(session, rows, (*survey.warnings, *plan.issues))

    def adopt(
        self,
        names: Collection[str] | None = None,
        *,
        pause: PausePolicy | None = None,
        listener: Listener = _SILENT,
    ) -> Report:
        """Enter jobs that are equal to their definition in the ledger of imported jobs.

        Args:
            names: the jobs that were reviewed; None for all.
            pause: the policy that the plan was made with, when it was not the mapping file's.
        """
        self._require("adopt", AppMode.IMPORT)
        with self._sessions.open("adopt") as session:
            guarded = _guarded(listener, session)
            survey, plan, stored = self._fresh_plan(session, guarded, pause)
            ledger = settle_pending(stored, survey.live, survey.me.name)
            listener.on_planned(plan.rows)
            equal = [row for row in plan.adoptable() if names is None or row.job_name in names]
            adopted = {row.job_name for row in equal}
            for row in equal:
                entry = ImportedJob(row.job_name, row.file.definition.source_job_id)
                ledger = ledger.with_job(row.job.job_id, entry)
            session.lease.check()
            session.state.save_imported(ledger)
            shown = [
                import_row(row).with_message("Adopted.")
                if row.job_name in adopted
                else import_row(row)
                for row in plan.rows
            ]
            return Report("adopt", tuple(shown), (*survey.warnings, *plan.issues))

    def remove(
        self,
        names: Collection[str] | None = None,
        *,
        reviewed: Mapping[str, str] | None = None,
        pause: PausePolicy | None = None,
        listener: Listener = _SILENT,
    ) -> Report:
        """Remove jobs that we imported and whose definition is gone from Git.

        Args:
            names: the selected jobs; None for all that are classed as deleted.
            reviewed, pause: as for `import_jobs`.

        Raises:
            RemovalRefusedError: the plan is incomplete, or the limits forbid it.
            SelectionError: a name is not classed as deleted.
        """
        self._require("remove", AppMode.IMPORT)
        with self._sessions.open("remove") as session:
            guarded = _guarded(listener, session)
            survey, plan, _ = self._fresh_plan(session, guarded, pause)
            selected: dict[str, Deleted] = {
                name: plan.removable()[name]
                for name in _selection(names, plan.removable().keys(), "deleted")
            }
            limits = RemovalLimits(self._settings.max_removals, self._settings.max_removal_share)
            rows = remove_selected(
                session,
                self._ports.jobs,
                plan,
                selected,
                reviewed,
                limits,
                self._threads,
                listener,
            )
            return _report(session, rows, (*survey.warnings, *plan.issues))

    def pull(self, *, listener: Listener = _SILENT) -> Report:
        """Bring the Git folder to the newest commit of its branch, and tell what came."""
        self._require("pull", AppMode.IMPORT)
        with self._sessions.open("pull") as session:
            folder = self._ports.git.find(self._settings.folder)
            if folder is None:
                raise NotFoundError(
                    f"{self._settings.folder} does not lie in a Git folder.",
                    fix="Clone the repository as a Git folder, or pull by other means.",
                )
            surveyor = self._surveyor(_guarded(listener, session))
            before = surveyor.read_contents()
            session.lease.check()
            listener.on_step("Pulling")
            pulled = self._ports.git.pull(folder)
            details = PullFacts(git_place(pulled), folder.commit)
            try:
                rows = pulled_rows(before, surveyor.read_contents())
            except SyncError as error:  # it is pulled all the same
                issue = Issue(f"What came could not be read. {error}")
                return Report("pull", issues=(issue,), details=details)
            return Report("pull", rows, details=details)

    def history(self) -> History:
        """Return the history of operations, kept in the state folder."""
        state = self._sessions.state_folder(self._ports.principals.current())
        return History(self._ports.files, state.path, self._ports.cache, self._threads)

    def _mapping_facts(
        self, surveyor: Surveyor, contents: GitContents
    ) -> tuple[MappingFacts, tuple[Issue, ...]]:
        if not self._reads_mappings:
            return MappingFacts(), ()
        path = self._settings.mapping_path
        return mapping_facts(self._ports.files, path, surveyor, contents)

    @property
    def _threads(self) -> int:
        return self._settings.threads

    @property
    def _reads_mappings(self) -> bool:
        """A deployment that only exports has no use for a mapping file."""
        return bool(self._settings.mapping_path) and self._settings.mode is not AppMode.EXPORT

    def _surveyor(self, listener: Listener) -> Surveyor:
        return Surveyor(
            self._ports,
            folder=self._settings.folder,
            mapping_path=self._settings.mapping_path,
            reads_mappings=self._reads_mappings,
            threads=self._threads,
            listener=listener,
            full_read=self._settings.full_read,
        )

    def _fresh_plan(
        self, session: Session, listener: Listener, pause: PausePolicy | None = None
    ) -> tuple[Survey, Plan, ImportedLedger]:
        """Read everything and plan anew; also return the ledger as it is stored."""
        surveyor = self._surveyor(listener)
        survey = _with_pause(surveyor.read(), pause)
        stored = session.state.imported()
        ledger = settle_pending(stored, survey.live, survey.me.name)
        return survey, surveyor.plan_import(survey, ledger), stored

    def _plan_export(
        self, state: StateFolder, survey: Survey, surveyor: Surveyor
    ) -> tuple[ExportPlan, ExportedLedger]:
        ledger = state.exported()
        plan = surveyor.plan_export(survey, ledger, has_mappings=self._reads_mappings)
        return plan, ledger

    def _require(self, operation: str, mode: AppMode) -> None:
        if self._settings.mode not in (mode, AppMode.BOTH):
            raise ModeError(
                f"“{operation}” is not available: APP_MODE is {self._settings.mode}.",
                fix=f"Use the deployment for it, or set APP_MODE to {mode} or Both.",
            )


def _report(session: Session, rows: tuple[ReportRow, ...], issues: tuple[Issue, ...]) -> Report:
    """Report what was done, as failed when the ledger does not have it."""
    unnoted = tuple(session.unnoted)
    return Report(session.operation, rows, (*issues, *unnoted), has_failed=bool(unnoted))


def _selection(names: Collection[str] | None, available: Collection[str], wanted: str) -> list[str]:
    if names is None:
        return sorted(available)
    unknown = sorted(set(names) - set(available))
    if unknown:
        raise SelectionError(unknown, wanted)
    return sorted(set(names))


def _guarded(listener: Listener, session: Session) -> Listener:
    """Keep the lease alive while an operation reads for long; each write makes sure by itself."""

    def on_progress(done: int, total: int) -> None:
        session.lease.check()
        listener.on_progress(done, total)

    return listener.with_progress(on_progress)


def _with_pause(survey: Survey, pause: PausePolicy | None) -> Survey:
    if pause is None:
        return survey
    return replace(survey, mappings=replace(survey.mappings, pause=pause))
