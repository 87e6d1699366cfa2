"""The use cases: info, export, validate, drift, import, adopt, take, remove, pull, mappings,
bundle."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import TypeVar

from core.applying.adopting import adopt_selected
from core.applying.exporting import export_files
from core.applying.importing import import_selected
from core.applying.removal import RemovalLimits, remove_selected
from core.applying.restoring import restore_selected
from core.applying.saving_mappings import check_text, save_mapping_file
from core.applying.taking import take_fields
from core.applying.work import FreshPlan, Work
from core.bundling.plan import BundlePlan, BundleRequest, plan_bundle
from core.calls import ShouldStop
from core.errors import Issue, NotFoundError, SyncError
from core.information import folder_contents, git_place, mapping_facts, trusted_places
from core.mapping.mapping_file import PausePolicy, parse_mappings
from core.mapping.suggestions import gather_unmapped
from core.mapping.text.file_version import file_version
from core.mapping.unmapped import UnmappedName
from core.planning.drift import find_drift
from core.planning.export_plan import ExportPlan
from core.planning.import_plan import Plan
from core.planning.review import Review
from core.ports import CurrentPrincipal, Member, Ports
from core.reading.display_names import read_display_names
from core.reading.mapping_test import try_draft
from core.reading.mappings import read_mapping_file, read_mappings_information
from core.reading.planner import Planner
from core.reading.remembered import Memory, read_memory_for_export, read_memory_for_import
from core.reading.restoring import RestoreReader, read_restorable
from core.reading.source_ids import source_ids
from core.reading.survey import Survey, Surveyor
from core.reading.workspace_risks import workspace_risks_of
from core.reading.write_access import read_write_access
from core.reporting.details import HistoryListing, PullFacts, Whereabouts, WorkspaceInformation
from core.reporting.listener import Listener
from core.reporting.mapping_details import MappingsInformation, MappingsReview
from core.reporting.mapping_review import find_faults
from core.reporting.payloads import payload_issues
from core.reporting.pulling import PulledFiles
from core.reporting.report import Report, ReportRow
from core.reporting.restore_rows import restore_row
from core.reporting.rows import detailed_row, drift_row, export_row, import_row
from core.settings import AppMode, Settings
from core.state.folder import StateFolder
from core.state.history import History
from core.state.ledger import settle_pending
from core.state.lock import Clock
from core.state.session import Following, NewOwner, Sessions
from core.state.snapshots import Snapshot

Read = TypeVar("Read")
_SILENT = Listener()
_EVERYTHING = Review()


class JobSync:
    """The engine for one workspace. Every method may raise `SyncError`: nothing was changed then.
    A listener that asks to stop ends an operation that has not begun to write with StoppedError.

    What goes wrong with one job alone is a row of the report and raises nothing. When what was
    done cannot be noted in the ledger, the report is `failed` and has its rows all the same.
    """

    def __init__(self, ports: Ports, settings: Settings, clock: Clock, new_owner: NewOwner) -> None:
        self._ports = ports
        self._settings = settings
        self._sessions = Sessions(ports, settings, clock, new_owner)

    def whereabouts(self, *, should_stop: ShouldStop | None = None) -> Whereabouts:
        """Return in a few calls which workspace, principal and Git folder this deployment uses.

        Args:
            should_stop: asked between the calls; StoppedError then.
        """
        with self._ports.calls.stoppable(should_stop) if should_stop else nullcontext():
            return self._whereabouts()

    def _whereabouts(self) -> Whereabouts:
        me = self._ports.principals.current()
        return Whereabouts(
            workspace_id=me.workspace_id,
            principal=me.name,
            principal_name=me.display_name,
            is_admin=me.is_admin,
            app_mode=self._settings.mode.value,
            definitions_folder=self._settings.folder,
            git=git_place(self._ports.git.find(self._settings.folder)),
        )

    def info(self, *, listener: Listener = _SILENT) -> Report:
        """Report that, and what the Git folder, the mapping file and the workspace hold."""
        surveyor = self._surveyor(listener)
        with self._stoppable(listener):
            me = self._ports.principals.current()
            contents = surveyor.read_contents()
            mapping, issues = mapping_facts(self._ports.files, self._settings, surveyor, contents)
            state_path = self._sessions.state_folder(me).path
            details = WorkspaceInformation(
                where=self._whereabouts(),
                contents=folder_contents(self._ports.files, self._settings.folder, contents),
                jobs=surveyor.count_jobs(),
                mapping_file=self._settings.mapping_path,
                mapping=mapping,
                state_folder=state_path,
                access=read_write_access(
                    self._ports.files,
                    trusted_places(self._settings, state_path),
                    self._ports.git.find(self._settings.folder),
                ),
                is_sealed=bool(self._settings.state_keys),
            )
        return Report("info", issues=issues, details=details)

    def export(self, *, dry_run: bool = False, listener: Listener = _SILENT) -> Report:
        """Write every job to its file and remove the files of jobs that are gone.

        Args:
            dry_run: only report what would happen; takes no lock.
        """
        self._settings.require_operation("export")
        if dry_run:
            with self._stoppable(listener):
                me = self._ports.principals.current()
                state = self._sessions.state_folder(me)
                survey, _, plan = self._plan_export(me, state, listener)
            listener.on_planned(plan.rows)
            known = survey.book.known_ids()
            rows = tuple(export_row(row, known) for row in plan.rows)
            return Report("export", rows, (*survey.notes(), *plan.issues))
        with self._begin("export", listener) as work:
            with work.stoppable():
                survey, memory, plan = self._plan_export(
                    work.session.me, work.session.state, work.reading_listener()
                )
            rows = export_files(work, survey, plan, memory.exported)
            return _report(work, rows, (*survey.notes(), *plan.issues))

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
            details: add for each job which values are copied unchanged and which differences do
                not count.
            not_mapped: False leaves out the first of these, save those that hold a known id.
            ask_workspace: note active runs, absent files and roles that we may lack, for each job
                that would be written or removed. What cannot be read is a note and no error.
            pause: the policy to plan with, in place of the mapping file's.

        Returns the plan, to be reviewed and handed to `import_jobs`, and what to show of it.
        """
        self._settings.require_operation("validate")
        with self._stoppable(listener):
            fresh = self._look(listener, pause, shows_hidden=details)
        survey, plan = fresh.survey, fresh.plan
        listener.on_planned(plan.rows)
        known = source_ids(survey, fresh.ledger)
        rows = tuple(
            detailed_row(row, known, not_mapped=not_mapped) if details else import_row(row, known)
            for row in plan.rows
        )
        if ask_workspace:
            with self._stoppable(listener):
                facts = self._surveyor(listener).ask_workspace(plan, survey.me.name)
            rows = tuple(
                shown.with_risks(workspace_risks_of(row, facts))
                for shown, row in zip(rows, plan.rows, strict=True)
            )
        unmapped = gather_unmapped(plan.missing, survey.book.names)
        return plan, Report("validate", rows, fresh.issues(), unmapped=unmapped)

    def drift(self, *, listener: Listener = _SILENT) -> Report:
        """Report what moved here since the last import: the rows of a validation that say so.

        A row of which that cannot be said is one of them. Writes nothing.
        """
        self._settings.require_operation("drift")
        with self._stoppable(listener):
            fresh = self._look(listener, None)
        found = find_drift(fresh.plan.rows, fresh.ledger, fresh.memory.written)
        rows = tuple(drift_row(row, drift) for row, drift in found)
        return Report("drift", rows, fresh.issues())

    def import_jobs(self, review: Review = _EVERYTHING, *, listener: Listener = _SILENT) -> Report:
        """Import new and changed jobs.

        Args:
            review: what the user chose, and the plan that was shown: rows that have moved since
                are skipped and named. Empty for everything that is new or changed now, save what
                would undo changes that were made here.

        Raises:
            SelectionError: a chosen job is not in the plan; nothing was changed.
            StateError: the state before the change could not be kept; nothing was changed.
        """
        self._settings.require_operation("import")
        with self._begin("import", listener) as work:
            fresh = self._plan_freshly(work, review.pause)
            return _report(work, import_selected(work, fresh, review), fresh.issues())

    def adopt(self, review: Review = _EVERYTHING, *, listener: Listener = _SILENT) -> Report:
        """Enter jobs that are equal to their definition in the ledger of imported jobs.

        Args:
            review: the jobs that were shown as equal; those that no longer are stay as they are.
                Empty for all that are equal now. Its fingerprints do not matter.
        """
        self._settings.require_operation("adopt")
        with self._begin("adopt", listener) as work:
            fresh = self._plan_freshly(work, review.pause)
            return _report(work, adopt_selected(work, fresh, review), fresh.issues())

    def take(
        self, review: Review, fields: Collection[str], *, listener: Listener = _SILENT
    ) -> Report:
        """Write fields of a live job into its definition file, as an export would write them.

        Args:
            review: the one job, and the plan that was shown: a row that has moved since is left
                alone and named.
            fields: paths of what differs, as the row of the plan has them. All are written or none.

        Raises:
            SelectionError: the job is not in the plan; nothing was changed.
            StateError: the file as it is could not be kept; nothing was changed.
        """
        self._settings.require_operation("take")
        with self._begin("take", listener) as work:
            fresh = self._plan_freshly(work, review.pause)
            planner = self._planner(work.reading_listener())
            rows = take_fields(work, fresh, planner, review, fields)
            return _report(work, rows, fresh.issues())

    def remove(self, review: Review = _EVERYTHING, *, listener: Listener = _SILENT) -> Report:
        """Remove jobs that we imported and whose definition is gone from Git.

        Args:
            review: what the user chose, and the plan that was shown: rows that have moved since
                stay and are named. Empty for all that are classed as deleted now.

        Raises:
            RemovalRefusedError: the plan is incomplete, or the limits forbid it.
            SelectionError: a chosen job is not classed as deleted.
            StateError: the state before the removal could not be kept; nothing was removed.
        """
        self._settings.require_operation("remove")
        with self._begin("remove", listener) as work:
            fresh = self._plan_freshly(work, review.pause)
            limits = RemovalLimits(self._settings.max_removals, self._settings.max_removal_share)
            return _report(work, remove_selected(work, fresh, review, limits), fresh.issues())

    def plan_restore(
        self, entry_id: str, *, listener: Listener = _SILENT
    ) -> tuple[Mapping[str, str], Report]:
        """Preview what undoing an operation would do. Writes nothing.

        Args:
            entry_id: of an entry of the history, or the name of a snapshot.

        Returns the fingerprints of the rows, to be handed to `restore`, and what to show.

        Raises:
            NotFoundError: there is no such operation, or its snapshot is gone.
            StateError: the snapshot is incomplete, damaged or forged, or holds no jobs.
        """
        self._settings.require_operation("restore")
        with self._stoppable(listener):
            me = self._ports.principals.current()
            state = self._sessions.state_folder(me)
            snapshot = self._find_snapshot(state, entry_id)
            reader = RestoreReader(self._ports, self._settings, listener)
            found = reader.read(me, state, snapshot)
        listener.on_planned(found.plan.rows)
        rows = tuple(restore_row(row) for row in found.plan.rows)
        return found.plan.fingerprints(), Report("restore", rows, found.plan.issues)

    def restore(
        self, entry_id: str, review: Review = _EVERYTHING, *, listener: Listener = _SILENT
    ) -> Report:
        """Undo an operation, from the snapshot that was taken before it changed anything.

        Args:
            entry_id: as in `plan_restore`.
            review: what the user chose, and the preview that was shown: rows that have moved since
                are skipped and named, and so are rows in doubt that are not `ticked`. Empty for
                every row without a doubt.

        Raises:
            NotFoundError, StateError: as in `plan_restore`; nothing was changed.
            RemovalRefusedError: more jobs would be removed than the limits allow.
            SelectionError: a chosen job is not in the plan; nothing was changed.
        """
        self._settings.require_operation("restore")
        with self._begin("restore", listener) as work:
            with work.stoppable():
                state = work.session.state
                snapshot = self._find_snapshot(state, entry_id)
                reader = RestoreReader(self._ports, self._settings, work.reading_listener())
                found = reader.read(work.session.me, state, snapshot)
            limits = RemovalLimits(self._settings.max_removals, self._settings.max_removal_share)
            return _report(work, restore_selected(work, found, review, limits), found.plan.issues)

    def pull(self, *, listener: Listener = _SILENT) -> Report:
        """Bring the Git folder to the newest commit of its branch, and report what changed."""
        self._settings.require_operation("pull")
        with self._begin("pull", listener) as work:
            surveyor = self._surveyor(work.reading_listener())
            with work.stoppable():
                folder = self._ports.git.find(self._settings.folder)
                if folder is None:
                    raise NotFoundError(
                        f"{self._settings.folder} is not in a Git folder.",
                        fix="Clone the repository as a Git folder, or pull in another way.",
                    )
                before = surveyor.read_contents()
            work.session.lease.check()
            listener.on_step("Pulling")
            pulled = self._ports.git.pull(folder)
            details = PullFacts(git_place(pulled), folder.commit)
            try:
                after = surveyor.read_contents()
                memory = read_memory_for_import(work.session.state)
                files = PulledFiles(before, after, memory.files())
            except SyncError as error:  # it is pulled all the same
                issue = Issue(f"The pulled files could not be read. {error}")
                return Report("pull", issues=(issue,), details=details)
            return Report("pull", files.rows(), files.notes(), details=details)

    def read_mappings(self, *, listener: Listener = _SILENT) -> Report:
        """Report what the mapping file holds, and what this workspace has to map to."""
        path = self._settings.require_mapping_path()
        with self._stoppable(listener):
            me = self._ports.principals.current()
            file = read_mapping_file(self._ports, path)
            contents = self._surveyor(listener).read_contents()
            listener.on_step("Reading names")
            details = read_mappings_information(
                self._ports, file, contents, me.workspace_id, self._settings.threads
            )
        return Report("mappings", issues=(*details.warnings, *details.notes), details=details)

    def review_mappings(self, *, listener: Listener = _SILENT) -> Report:
        """Report that, what is wrong with it, and the names that a validation could not map."""
        report = self.read_mappings(listener=listener)
        details = report.details
        assert isinstance(details, MappingsInformation)
        faults = find_faults(details)
        unmapped: tuple[UnmappedName, ...] = ()
        if not details.problem and self._settings.mode.allows(AppMode.IMPORT):
            unmapped = self.validate(listener=listener)[1].unmapped
        is_fine = not (faults or details.warnings or unmapped)
        review = MappingsReview(replace(details, text="", choices={}), is_fine)
        return replace(report, issues=(*faults, *report.issues), details=review, unmapped=unmapped)

    def test_mappings(self, text: str, *, listener: Listener = _SILENT) -> Report:
        """Compare a plan with a mapping file that is not saved yet with one as it is.

        The plan is that of an import, or of an export where this deployment only exports.

        Writes nothing, and makes no plan to be carried out.

        Raises:
            MappingFileError: the text cannot be used.
        """
        draft = parse_mappings(text.encode(), self._settings.require_mapping_path())
        with self._stoppable(listener):
            me = self._ports.principals.current()
            state = self._sessions.state_folder(me)
            tried = try_draft(self._ports, self._settings, listener, me, state, draft)
        return Report(
            "test",
            issues=tried.issues(),
            details=tried.compare(file_version(text.encode())),
            unmapped=tried.unmapped(),
        )

    def save_mappings(self, text: str, version: str, *, listener: Listener = _SILENT) -> Report:
        """Replace the mapping file, if it is still of the version that the user saw.

        Args:
            version: of the file that the text was made from, empty where there was none.

        Raises:
            MappingFileError: the text cannot be used, the file has changed, or it cannot be
                written; nothing was saved.
            StateError: the file as it was could not be kept; nothing was saved.
        """
        path = self._settings.require_mapping_path()
        check_text(text, path)
        with self._begin("save", listener) as work:
            rows, saved = save_mapping_file(work, path, text, version)
            return replace(_report(work, rows, ()), details=saved)

    def plan_bundle(self, request: BundleRequest, *, listener: Listener = _SILENT) -> BundlePlan:
        """Return what an Asset Bundle of all definitions holds. Writes nothing.

        Which values PROD has is read from the mapping file in every mode.
        """
        surveyor = self._surveyor(listener)
        with self._stoppable(listener):
            contents = surveyor.read_contents()
            mappings, warnings = surveyor.read_mappings(whole=True)
        plan = plan_bundle(contents, mappings, request)
        return replace(plan, issues=(*warnings, *plan.issues, *payload_issues(contents)))

    def display_names(self, ids: Iterable[str], should_stop: ShouldStop) -> Mapping[str, str]:
        """Return the display names of user names and application ids, as far as they can be read.

        Args:
            ids: each as often as it is shown: the most frequent come first.
            should_stop: asked between the calls; the rest stays without names then.
        """
        with self._ports.calls.stoppable(should_stop):
            return read_display_names(self._ports.principals, ids)

    def find_members(
        self, names: Collection[str], enough: Collection[str], should_stop: ShouldStop
    ) -> Mapping[str, Member]:
        """Return which groups people belong to, see `Principals.find_members`.

        Args:
            should_stop: asked between the calls; StoppedError then.
        """
        with self._ports.calls.stoppable(should_stop):
            return self._ports.principals.find_members(names, enough)

    def history(self) -> History:
        """Return the history of operations, kept in the state folder."""
        return self._history(self._sessions.state_folder(self._ports.principals.current()))

    def list_history(self) -> HistoryListing:
        """Return the operations of the history, newest first."""
        return HistoryListing(self.history().entries())

    def read_history(self, read: Callable[[History], Read], *, should_stop: ShouldStop) -> Read:
        """Read something of the history; StoppedError between two calls when asked to stop."""
        with self._ports.calls.stoppable(should_stop):
            return read(self.history())

    def _history(self, state: StateFolder) -> History:
        return History(
            self._ports.files,
            state.path,
            self._ports.cache,
            self._settings.threads,
            state.snapshots(),
        )

    def _find_snapshot(self, state: StateFolder, entry_id: str) -> Snapshot:
        """Return the snapshot of an operation; raises as `plan_restore` does."""
        return read_restorable(state, self._history(state).find_snapshot(entry_id))

    def _surveyor(self, listener: Listener) -> Surveyor:
        return Surveyor(self._ports, self._settings, listener)

    def _planner(self, listener: Listener) -> Planner:
        return Planner(self._ports, self._settings, listener)

    @contextmanager
    def _begin(self, operation: str, listener: Listener) -> Iterator[Work]:
        following = Following(listener.actor, listener.on_begun, listener.on_snapshot)
        with self._sessions.open(operation, listener.should_stop, following) as session:
            yield Work(session, self._ports, self._settings.threads, listener)

    def _stoppable(self, listener: Listener) -> AbstractContextManager[None]:
        return self._ports.calls.stoppable(listener.should_stop)

    def _plan_export(
        self, me: CurrentPrincipal, state: StateFolder, listener: Listener
    ) -> tuple[Survey, Memory, ExportPlan]:
        memory = read_memory_for_export(state)
        survey = self._surveyor(listener).read(me, memory, with_ignore_rules=True)
        return survey, memory, self._planner(listener).plan_export(survey, memory)

    def _plan_freshly(self, work: Work, pause: PausePolicy | None) -> FreshPlan:
        """Read everything and plan anew, under the lock."""
        with work.stoppable():
            return self._look(work.reading_listener(), pause, work=work)

    def _look(
        self,
        listener: Listener,
        pause: PausePolicy | None,
        *,
        shows_hidden: bool = False,
        work: Work | None = None,
    ) -> FreshPlan:
        """Read both sides and plan an import.

        Args:
            work: the operation that will carry it out, None where nobody will.
        """
        me = work.session.me if work else self._ports.principals.current()
        state = work.session.state if work else self._sessions.state_folder(me)
        memory = read_memory_for_import(state)
        survey = self._surveyor(listener).read(me, memory).with_pause(pause)
        ledger = settle_pending(memory.imported, survey.live, me.name)
        plan = self._planner(listener).plan_import(
            survey, ledger, memory, shows_hidden=shows_hidden, keeps_bases=work is not None
        )
        return FreshPlan(survey, memory, ledger, plan)


def _report(work: Work, rows: tuple[ReportRow, ...], issues: tuple[Issue, ...]) -> Report:
    """Report what was done, as failed when the ledger does not have it."""
    unnoted = tuple(work.session.unnoted)
    return Report(work.session.operation, rows, (*issues, *unnoted), has_failed=bool(unnoted))
