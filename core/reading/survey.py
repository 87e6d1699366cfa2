"""Reads everything that a plan depends on: who we are, Git's side, the workspace's side."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from core.comparing.sampling import agrees, draw_sample
from core.definitions.folder import (
    DefinitionFile,
    GitContents,
    GitReader,
    RememberedFile,
    with_remembered,
)
from core.errors import Issue, NotFoundError, SyncError
from core.jobsettings.kinds import Kind
from core.jobsettings.principals import Principal
from core.json_text import JobSettings
from core.mapping.mapping_file import Mappings, parse_mappings
from core.mapping.names import NameBook, find_unlisted, find_wanted_names
from core.parallel import in_parallel
from core.planning.export_plan import ExportPlan, ExportSituation, plan_export
from core.planning.export_plan import jobs_to_read as export_jobs_to_read
from core.planning.export_plan import settled_jobs as export_settled
from core.planning.forms import Form, choose_principal, make_desired_form, manager_of
from core.planning.import_plan import (
    Plan,
    Situation,
    find_renames,
    jobs_to_read,
    plan_import,
    settled_rows,
)
from core.ports import CurrentPrincipal, LiveJob, NamedResource, Ports
from core.reading.workspace_facts import WorkspaceFacts, read_facts
from core.reporting.listener import Listener, while_reading
from core.state.ledger import ExportedLedger, ImportedJob, ImportedLedger, PendingCreate


@dataclass(frozen=True, slots=True)
class Survey:
    """One reading of Git and the workspace. `warnings` do not stop anything."""

    me: CurrentPrincipal
    contents: GitContents
    live: tuple[LiveJob, ...]
    book: NameBook
    mappings: Mappings
    warnings: tuple[Issue, ...]


def remembered_files(
    imported: ImportedLedger, exported: ExportedLedger
) -> tuple[RememberedFile, ...]:
    """Return the definitions that the ledgers know, those of announced jobs included."""
    return (
        *(_remembered(job) for job in imported.jobs.values()),
        *(_remembered(job) for job in imported.pending),
        *(RememberedFile(one.job_name, one.job_id, path) for path, one in exported.files.items()),
    )


def _remembered(entry: ImportedJob | PendingCreate) -> RememberedFile:
    return RememberedFile(entry.job_name, entry.source_job_id, entry.file_path)


def with_ledgers(survey: Survey, imported: ImportedLedger, exported: ExportedLedger) -> Survey:
    """Class as unread the files that the ledgers know as definitions and that are none now."""
    contents = with_remembered(survey.contents, remembered_files(imported, exported))
    return replace(survey, contents=contents)


class Surveyor:
    """Reads through the ports and hands what was read to the pure planners."""

    def __init__(
        self,
        ports: Ports,
        *,
        folder: str,
        mapping_path: str,
        reads_mappings: bool,
        threads: int,
        listener: Listener,
        full_read: bool = False,
    ) -> None:
        self._ports = ports
        self._folder = folder
        self._mapping_path = mapping_path
        self._reads_mappings = reads_mappings
        self._threads = threads
        self._full_read = full_read
        self._listener = while_reading(listener)

    def read(self) -> Survey:
        """Read both sides.

        Raises:
            SyncError: something that concerns all jobs could not be read.
        """
        self._listener.on_step("Reading the workspace")
        me = self._ports.principals.current()
        mappings, warnings = self.read_mappings()
        with ThreadPoolExecutor(min(2, self._threads), thread_name_prefix="survey") as pool:
            listing, reading = pool.submit(self._list_jobs), pool.submit(self.read_contents)
            live, contents = listing.result(), reading.result()
        book = self._name_book(me, live, contents, mappings)
        return Survey(me, contents, live, book, mappings, warnings)

    def read_contents(self) -> GitContents:
        """Read the definitions' folder."""
        self._listener.on_step("Reading the Git folder")
        git = self._ports.git.find(self._folder) if self._ports.cache else None
        reader = GitReader(
            self._ports.files,
            self._folder,
            ignore=self._mapping_path,
            threads=self._threads,
            on_progress=self._listener.on_progress,
            cache=self._ports.cache,
        )
        return reader.read(version=git.commit if git else "")

    def read_mappings(self) -> tuple[Mappings, tuple[Issue, ...]]:
        """Read the mapping file; one that is missing is a warning, one that is broken an error."""
        if not self._reads_mappings:
            return Mappings(), ()
        try:
            content = self._ports.files.read(self._mapping_path)
        except NotFoundError:
            missing = Issue(
                f"There is no mapping file {self._mapping_path}: names are used as they stand."
            )
            return Mappings(path=self._mapping_path), (missing,)
        mappings = parse_mappings(content, self._mapping_path)
        return mappings, mappings.warnings

    def plan_import(
        self, survey: Survey, ledger: ImportedLedger, *, shows_hidden: bool = False
    ) -> Plan:
        """Plan from list forms, then again with the full form of every job that is not equal."""
        for name, job in find_renames(survey.contents, survey.live, ledger).items():
            survey.book.add(Kind.JOB, NamedResource(str(job.job_id), name))
        situation = Situation(
            contents=survey.contents,
            desired=self._desired_form(survey),
            live=survey.live,
            ledger=ledger,
            book=survey.book,
            sees_all_jobs=survey.me.is_admin,
            pause=survey.mappings.pause,
            shows_hidden=shows_hidden,
        )
        first = plan_import(situation)
        settled = settled_rows(first)
        live, unread, trusted = self._read_in_full(
            survey.live, jobs_to_read(first), [row.job.job_id for row in settled.values()]
        )
        if live is survey.live:
            return first
        return plan_import(
            replace(situation, live=live, unread_jobs=unread, settled=settled if trusted else {})
        )

    def ask_workspace(self, plan: Plan, me: str) -> WorkspaceFacts:
        """Ask about the jobs that the plan would write or remove."""
        return read_facts(plan, self._ports, me, threads=self._threads, listener=self._listener)

    def plan_export(
        self,
        survey: Survey,
        ledger: ExportedLedger,
        imported: ImportedLedger,
        *,
        has_mappings: bool,
    ) -> ExportPlan:
        """Plan from list forms, then again with the full form of every job to be written."""
        self._look_up(survey, survey.live)
        desired = self._desired_form(survey) if has_mappings else None

        def as_imported(file: DefinitionFile) -> JobSettings | None:
            form = desired(file) if desired else None
            return form.settings if form and not form.issues else None

        situation = ExportSituation(
            contents=survey.contents,
            live=survey.live,
            ledger=ledger,
            imported=imported,
            book=survey.book,
            sees_all_jobs=survey.me.is_admin,
            as_imported=as_imported,
            pause=survey.mappings.pause,
        )
        first = plan_export(situation)
        settled = export_settled(first)
        live, unread, trusted = self._read_in_full(
            survey.live, export_jobs_to_read(first), list(settled)
        )
        if live is survey.live:
            return first
        self._look_up(survey, (job for job in live if job.complete))
        return plan_export(
            replace(situation, live=live, unread_jobs=unread, settled=settled if trusted else {})
        )

    def count_jobs(self) -> int:
        """Return how many jobs the principal sees."""
        return len(self._list_jobs())

    def _list_jobs(self) -> tuple[LiveJob, ...]:
        live: list[LiveJob] = []
        for job in self._ports.jobs.list_jobs():
            live.append(job)
            self._listener.on_progress(len(live), 0)
        return tuple(live)

    def _name_book(
        self,
        me: CurrentPrincipal,
        live: Iterable[LiveJob],
        contents: GitContents,
        mappings: Mappings,
    ) -> NameBook:
        """List the kinds that some job or definition refers to, and no other."""
        self._listener.on_step("Reading names")
        names = find_wanted_names(
            (file.definition.settings for file in contents.files),
            (job.settings for job in live if not manager_of(job.marks)),
            mappings,
        )
        results = in_parallel(
            lambda kind: list(self._ports.resources.list_resources(kind, names[kind])),
            [kind for kind in names if kind.is_listed],
            threads=self._threads,
        )
        resources: dict[Kind, Iterable[NamedResource]] = {
            Kind.JOB: [NamedResource(str(job.job_id), job.name) for job in live]
        }
        for kind, result in results:
            if isinstance(result, SyncError):
                raise result
            resources[kind] = result
        return NameBook(me.workspace_id, resources)

    def _desired_form(self, survey: Survey) -> Callable[[DefinitionFile], Form]:
        """Look up the identities of all definitions, and return what makes the desired forms."""
        definitions = [file.definition for file in survey.contents.files]
        principals: set[Principal] = set()
        for definition in definitions:
            try:
                principals.add(choose_principal(definition, survey.mappings))
            except SyncError:
                continue  # becomes an issue of this definition in make_desired_form
        active = self._ports.principals.find_active(principals)
        names = {definition.job_name for definition in definitions}
        return lambda file: make_desired_form(
            file.definition, survey.mappings, survey.book, names, active.__contains__
        )

    def _read_in_full(
        self, live: tuple[LiveJob, ...], wanted: list[int], settled: list[int]
    ) -> tuple[tuple[LiveJob, ...], dict[int, Issue], bool]:
        """Read the jobs of `wanted` in full, and a sample of those that the list form settled.

        Returns the jobs, why some could not be read, and whether the list form is to be trusted:
        where the sample disagrees, or full reads are asked for, the settled jobs are read as well.
        """
        sample = settled if self._full_read else draw_sample(settled)
        full, unread = self._full_forms([*wanted, *sample])
        listed = {job.job_id: job for job in live}
        trusted = not self._full_read and all(
            job_id in full and agrees(listed[job_id], full[job_id]) for job_id in sample
        )
        if not trusted and not self._full_read:
            rest, rest_unread = self._full_forms([i for i in settled if i not in sample])
            full, unread = {**full, **rest}, {**unread, **rest_unread}
        if not full and not unread:
            return live, {}, True
        return tuple(full.get(job.job_id, job) for job in live), unread, trusted

    def _full_forms(self, wanted: list[int]) -> tuple[dict[int, LiveJob], dict[int, Issue]]:
        """Return the full forms of jobs, and why some could not be read."""
        if wanted:
            self._listener.on_step("Reading jobs")
        full: dict[int, LiveJob] = {}
        unread: dict[int, Issue] = {}
        results = in_parallel(self._ports.jobs.get_job, wanted, threads=self._threads)
        for done, (job_id, result) in enumerate(results, start=1):
            if isinstance(result, SyncError):
                unread[job_id] = Issue(f"The job could not be read. {result}")
            else:
                full[job_id] = result
            self._listener.on_progress(done, len(wanted))
        return full, unread

    def _look_up(self, survey: Survey, jobs: Iterable[LiveJob]) -> None:
        """Ask for the objects that no list shows, so that only what is proven gone is `unknown`."""
        wanted = {
            reference
            for job in jobs
            if not manager_of(job.marks)
            for reference in find_unlisted(job.settings, survey.book)
        }
        results = in_parallel(
            lambda reference: self._find(*reference), sorted(wanted), threads=self._threads
        )
        for (kind, resource_id), result in results:
            if isinstance(result, NamedResource):
                survey.book.add(kind, result)
            elif result is None and survey.me.is_admin:
                survey.book.note_gone(kind, resource_id)

    def _find(self, kind: Kind, resource_id: str) -> NamedResource | None:
        if kind is not Kind.JOB:
            return self._ports.resources.find_resource(kind, resource_id)
        try:
            job = self._ports.jobs.get_job(int(resource_id))
        except NotFoundError:
            return None
        except ValueError:  # not a number: no job ever had this id
            return None
        return NamedResource(resource_id, job.name)
