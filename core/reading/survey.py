"""Reads everything that a plan depends on: who we are, Git's side, the workspace's side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from core.definitions.folder import GitContents, GitReader, with_remembered
from core.definitions.ignore_rules import IgnoreRules
from core.errors import Issue, NotFoundError
from core.local_paths import LOCAL
from core.mapping.mapped_definitions import MappedDefinitions
from core.mapping.mapping_file import Mappings, PausePolicy, parse_mappings
from core.mapping.name_book import NameBook
from core.parallel import Pool
from core.planning.import_plan import Plan
from core.ports import CurrentPrincipal, LiveJob, Ports
from core.reading.absent_jobs import AbsentJobs, ask_for_absent_jobs
from core.reading.ignore_files import read_ignore_rules
from core.reading.names import list_names
from core.reading.remembered import Memory
from core.reading.workspace_facts import WorkspaceFacts, read_facts
from core.reporting.listener import Listener, while_reading
from core.reporting.payloads import payload_issues
from core.settings import Settings
from core.state.ledger import ExportedLedger


@dataclass(frozen=True, slots=True)
class Survey:
    """One reading of Git and the workspace. `warnings` do not stop anything.

    `live` holds every job once, also those that only the ledgers and `jobs/get` know; `unproven`
    are jobs of the ledgers of which nobody could say whether they exist. `exported` is what this
    workspace exported. `ignore_rules` are empty where they were not asked for. `definitions` are
    those of `contents` with their values mapped.
    """

    me: CurrentPrincipal
    contents: GitContents
    live: tuple[LiveJob, ...]
    book: NameBook
    mappings: Mappings
    warnings: tuple[Issue, ...]
    unproven: Mapping[int, Issue] = field(default_factory=dict)
    ignore_rules: IgnoreRules = field(default_factory=IgnoreRules)
    exported: ExportedLedger = field(default_factory=ExportedLedger)
    definitions: MappedDefinitions = field(default_factory=MappedDefinitions)

    def notes(self) -> tuple[Issue, ...]:
        """Return what is worth knowing about what was read, and stops nothing."""
        unused = self.definitions.warnings() if self.contents.is_complete else ()
        return (*self.warnings, *unused, *payload_issues(self.contents))

    def with_pause(self, pause: PausePolicy | None) -> "Survey":
        """Return the survey with another policy than the mapping file's; None keeps that."""
        if pause is None:
            return self
        return replace(self, mappings=replace(self.mappings, pause=pause))


class Surveyor:
    """Reads through the ports, and reports its progress to the listener."""

    def __init__(self, ports: Ports, settings: Settings, listener: Listener) -> None:
        self._ports = ports
        self._settings = settings
        self._listener = while_reading(listener)

    def read(
        self,
        me: CurrentPrincipal,
        memory: Memory,
        *,
        with_ignore_rules: bool = False,
        mappings: Mappings | None = None,
    ) -> Survey:
        """Read both sides.

        Args:
            with_ignore_rules: also read what Git ignores, in a call or two.
            mappings: in place of the mapping file.

        Raises:
            SyncError: something that concerns all jobs could not be read.
        """
        self._listener.on_step("Reading the workspace")
        mappings, warnings = (
            self.read_mappings() if mappings is None else (mappings, mappings.warnings)
        )
        with Pool(min(2, self._settings.threads), thread_name_prefix="survey") as pool:
            listing = pool.submit(self._list_jobs)
            reading = pool.submit(self._read_folder, with_ignore_rules=with_ignore_rules)
            listed, (contents, rules) = listing.result(), reading.result()
        contents = with_remembered(contents, memory.files())
        absent = self._ask_for_absent_jobs(listed, memory, me)
        live = (*listed, *absent.found)
        self._listener.on_step("Reading names")
        definitions = MappedDefinitions(contents.files, mappings)
        book = list_names(
            self._ports.resources,
            me.workspace_id,
            live,
            map(definitions.settings_of, contents.files),
            mappings,
            threads=self._settings.threads,
        )
        return Survey(
            me,
            contents,
            live,
            book,
            mappings,
            (*warnings, *memory.written.issues, *self._check_ledgers(memory)),
            absent.unproven,
            rules,
            memory.exported,
            definitions,
        )

    def with_mappings(self, survey: Survey, mappings: Mappings) -> Survey:
        """Return the survey with other mappings, and with the names that those need."""
        self._listener.on_step("Reading names")
        definitions = MappedDefinitions(survey.contents.files, mappings)
        book = list_names(
            self._ports.resources,
            survey.me.workspace_id,
            survey.live,
            map(definitions.settings_of, survey.contents.files),
            mappings,
            threads=self._settings.threads,
        )
        return replace(
            survey,
            mappings=mappings,
            warnings=mappings.warnings,
            book=book,
            definitions=definitions,
        )

    def read_contents(self) -> GitContents:
        """Read the definitions' folder."""
        return self._read_folder(with_ignore_rules=False)[0]

    def _read_folder(self, *, with_ignore_rules: bool) -> tuple[GitContents, IgnoreRules]:
        self._listener.on_step("Reading the Git folder")
        cache = None if self._settings.is_checkout else self._ports.cache  # a disk needs none
        git = self._ports.git.find(self._settings.folder) if cache else None
        reader = GitReader(
            self._ports.files,
            self._settings.folder,
            ignore=self._settings.mapping_path,
            threads=self._settings.threads,
            on_progress=self._listener.on_progress,
            cache=cache,
            with_ignore_files=with_ignore_rules,
        )
        contents = reader.read(version=git.commit if git else "")
        if not with_ignore_rules:
            return contents, IgnoreRules()
        return contents, read_ignore_rules(self._ports, contents, git)

    def read_mappings(self, *, whole: bool = False) -> tuple[Mappings, tuple[Issue, ...]]:
        """Read the mapping file; one that is broken is an error: nobody knows what it excludes.

        One that is missing is a warning where names are mapped. Elsewhere the file only says which
        jobs belong here.

        Args:
            whole: read what it maps also where nothing is mapped.
        """
        path, maps = self._settings.mapping_path, whole or self._settings.reads_mappings
        if not path:
            return Mappings(), ()
        try:
            content = self._ports.files.read(path)
        except NotFoundError:
            shown = path.removeprefix(LOCAL)
            missing = Issue(f"There is no mapping file {shown}: names are used unchanged.")
            return Mappings(path=path), (missing,) if maps else ()
        mappings = parse_mappings(content, path)
        return mappings if maps else mappings.only_selection(), mappings.warnings

    def _check_ledgers(self, memory: Memory) -> tuple[Issue, ...]:
        """Say when a checkout begins ledgers of its own: others may keep some for this workspace.

        Beside a Git folder their place follows from it; here somebody has to set it right.
        """
        if not self._settings.is_checkout or memory.imported.jobs or memory.exported.files:
            return ()
        return (
            Issue(
                f"Nothing is noted in {self._settings.state_path} yet. If a page or another "
                "pipeline works on this workspace, set STATE_FOLDER_PATH to the state folder that "
                "its “info” shows: otherwise neither knows what the other exported and imported."
            ),
        )

    def ask_workspace(self, plan: Plan, me: str) -> WorkspaceFacts:
        """Ask about the jobs that the plan would write or remove."""
        return read_facts(
            plan, self._ports, me, threads=self._settings.threads, listener=self._listener
        )

    def count_jobs(self) -> int:
        """Return how many jobs the principal sees."""
        return len(self._list_jobs())

    def _ask_for_absent_jobs(
        self, listed: Iterable[LiveJob], memory: Memory, me: CurrentPrincipal
    ) -> AbsentJobs:
        """Ask as an admin only: who may not see all jobs gets no answer about them either."""
        if not me.is_admin:
            return AbsentJobs()
        return ask_for_absent_jobs(
            self._ports.jobs, listed, memory, me.name, threads=self._settings.threads
        )

    def _list_jobs(self) -> tuple[LiveJob, ...]:
        """Return each job once: a list that moves while it is read may show some twice."""
        live: dict[int, LiveJob] = {}
        for job in self._ports.jobs.list_jobs():
            live[job.job_id] = job
            self._listener.on_progress(len(live), 0)
        return tuple(live.values())
