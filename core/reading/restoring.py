"""Reads what the plan of a restore depends on: the snapshot, the workspace, what is remembered."""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from core.definitions.folder import GitContents
from core.errors import (
    InvalidDefinitionError,
    Issue,
    NotFoundError,
    StateError,
    SyncError,
    UnauthenticatedError,
)
from core.identity_names import fold_identity, is_same_identity
from core.jobsettings.kinds import Kind
from core.jobsettings.permissions import AccessList
from core.jobsettings.principals import Principal, effective_run_as
from core.mapping.mapping_file import Mappings
from core.mapping.name_book import NameBook
from core.mapping.names import find_wanted_names
from core.parallel import in_parallel
from core.planning.identities import Identity
from core.planning.restore_names import JobLabels, label_jobs
from core.planning.restore_permissions import principals_of
from core.planning.restore_plan import RestorePlan, RestoreSituation, plan_restore
from core.ports import CurrentPrincipal, LiveJob, NamedResource, Ports
from core.reading.access import AccessReader
from core.reading.identities import look_up_identities
from core.reading.names import list_kinds
from core.reading.remembered import Memory, read_memory_for_import
from core.reading.survey import Survey, Surveyor
from core.reading.two_passes import FullReader, Inventory, plan_in_two_passes
from core.reporting.listener import Listener, while_reading
from core.settings import Settings
from core.state.folder import StateFolder
from core.state.kept_jobs import KeptJob
from core.state.ledger import ImportedLedger, settle_pending
from core.state.recreated import Recreated
from core.state.snapshots import Snapshot

_RESTORABLE = ("import", "remove", "restore")
_NO_JOBS = {
    "export": "An export changes files, not jobs: Git has the former files.",
    "take": "It changed a file, not a job: Git has the former file.",
    "save": "It changed the mapping file; the state folder keeps the former one in “mappings”.",
}


@dataclass(frozen=True, slots=True)
class RestoreSurvey:
    """A snapshot held against the workspace, and what that was made from.

    `survey` is what the jobs are written with, and `recreated` what is known of jobs that were
    created again, those of an interrupted restore included.
    """

    snapshot: Snapshot
    plan: RestorePlan
    survey: Survey
    memory: Memory
    ledger: ImportedLedger
    recreated: Recreated
    labels: JobLabels


def read_restorable(state: StateFolder, name: str) -> Snapshot:
    """Return a snapshot from which jobs can be restored.

    Raises:
        NotFoundError: there is none.
        StateError: it cannot be used, or its operation changed no jobs.
    """
    snapshot = state.snapshots().read(name)
    operation = snapshot.head.operation
    if operation not in _RESTORABLE:
        why = _NO_JOBS.get(operation, "It changed no jobs.")
        raise StateError(f"Restore is not offered for this operation. {why}")
    ids = [job.job_id for job in snapshot.jobs]
    if len(set(ids)) < len(ids):
        raise StateError(f"The snapshot {name} holds a job twice, so it was not written by us.")
    return snapshot


@dataclass(frozen=True, slots=True)
class RestoreReader:
    """Reads through the ports, and reports its progress to the listener. Writes nothing."""

    ports: Ports
    settings: Settings
    listener: Listener

    def read(self, me: CurrentPrincipal, state: StateFolder, snapshot: Snapshot) -> RestoreSurvey:
        """Plan the restore of a snapshot.

        Raises:
            SyncError: something that concerns all jobs could not be read.
        """
        listener = while_reading(self.listener)
        listener.on_step("Reading the workspace")
        surveyor = Surveyor(self.ports, self.settings, self.listener)
        mappings, warnings = surveyor.read_mappings()
        memory = read_memory_for_import(state)
        live = {job.job_id: job for job in self.ports.jobs.list_jobs()}
        recreated = _settle(state.find_recreated(), live.values(), me.name)
        ledger = settle_pending(memory.imported, live.values(), me.name)
        makers = {me.name, snapshot.head.principal}
        recreated = _leave_strangers(recreated, live, makers)
        absent = self._find_absent(snapshot, live, ledger, recreated)
        live |= absent.found
        proven = _leave_strangers(recreated, live, makers)
        if proven != recreated:  # then their former ids have not been asked for
            recreated = proven
            absent = self._find_absent(snapshot, live, ledger, recreated)
            live |= absent.found
        listener.on_step("Reading names")
        labels = label_jobs(snapshot.jobs, live, absent.unproven, recreated, me.workspace_id)
        made = _may_have_been_created(snapshot, live, recreated)
        books = self._read_books(me, snapshot.jobs, made, live, labels)
        situation = RestoreSituation(
            snapshot,
            tuple(live.values()),
            ledger,
            labels,
            books.labelled,
            books.present,
            books.named,
            me,
            recreated,
            memory.written,
            memory.filled_in,
            self._read_identities(snapshot.jobs),
            mappings.selection,
            absent.unproven,
            lists=self._read_lists(snapshot.jobs, live, labels, listener),
            needs_proof=state.seals.has_key,
        )
        plan = self._plan(situation, listener)
        contents = GitContents(self.settings.folder)
        survey = Survey(
            me, contents, situation.live, books.present, mappings, warnings, absent.unproven
        )
        return RestoreSurvey(snapshot, plan, survey, memory, ledger, recreated, labels)

    def _plan(self, situation: RestoreSituation, listener: Listener) -> RestorePlan:
        def plan(known: Inventory[RestorePlan]) -> RestorePlan:
            return plan_restore(replace(situation, live=known.live, unread=known.unread))

        return plan_in_two_passes(
            plan,
            situation.live,
            FullReader(self.ports.jobs, self.settings.threads, listener),
            trusts_list=not self.settings.full_read,
            salt=secrets.token_hex(8),
        )

    def _find_absent(
        self,
        snapshot: Snapshot,
        live: Mapping[int, LiveJob],
        ledger: ImportedLedger,
        recreated: Recreated,
    ) -> "Absent":
        """Ask by id for the jobs that the list does not show, save those that we know are gone.

        A removal takes a job out of the ledger once it is deleted.
        """
        removes = snapshot.head.operation != "import"
        targets = {recreated.latest(job.job_id) for job in snapshot.jobs}
        created = {recreated.latest(job_id) for job_id in snapshot.created or ()}
        wanted = sorted(
            job_id
            for job_id in targets | created
            if job_id not in live and not (removes and job_id not in ledger.jobs)
        )
        absent = Absent()
        for job_id, found in in_parallel(
            self.ports.jobs.get_job, wanted, threads=self.settings.threads
        ):
            if isinstance(found, UnauthenticatedError):
                raise found
            if isinstance(found, NotFoundError):
                continue
            if isinstance(found, SyncError):
                absent.unproven[job_id] = Issue(
                    f"The workspace does not list job {job_id}, and it could not be confirmed "
                    f"whether it still exists. {found}"
                )
            else:
                absent.found[job_id] = found
        return absent

    def _read_books(
        self,
        me: CurrentPrincipal,
        kept: Iterable[KeptJob],
        made: Iterable[int],
        live: Mapping[int, LiveJob],
        labels: JobLabels,
    ) -> "Books":
        """List the kinds of objects that the jobs refer to, and name the jobs in three ways.

        Args:
            made: the ids of the jobs that the operation created.
        """
        kept = tuple(kept)
        former = [job.as_live_job().unpack_settings() for job in kept]
        targets = {labels.moved.get(job.job_id, job.job_id) for job in kept} | set(made)
        now = [live[job_id].unpack_settings() for job_id in targets if job_id in live]
        wanted = find_wanted_names((), [*former, *now], Mappings())
        listed, unlisted = list_kinds(
            self.ports.resources,
            {kind: names for kind, names in wanted.items() if kind.is_listed},
            threads=self.settings.threads,
        )

        def book(jobs: Mapping[int, str]) -> NameBook:
            named = [NamedResource(str(job_id), name) for job_id, name in jobs.items()]
            return NameBook(me.workspace_id, {Kind.JOB: named, **listed}, unlisted)

        return Books(
            book(labels.labels),
            book({job_id: name for job_id, name in labels.labels.items() if job_id in live}),
            book({job_id: job.name for job_id, job in live.items()}),
        )

    def _read_lists(
        self,
        kept: Iterable[KeptJob],
        live: Mapping[int, LiveJob],
        labels: JobLabels,
        listener: Listener,
    ) -> Mapping[int, AccessList | Issue]:
        """Read the permissions of the jobs that are there and whose permissions were kept."""
        targets = [
            labels.moved.get(job.job_id, job.job_id) for job in kept if job.permissions is not None
        ]
        jobs, threads = self.ports.jobs, self.settings.threads
        reader = AccessReader(jobs, self.ports.principals, threads, listener)
        return reader.read_lists([job_id for job_id in targets if job_id in live])

    def _read_identities(self, kept: Iterable[KeptJob]) -> Mapping[Principal, Identity]:
        wanted: set[Principal] = set()
        for one in kept:
            job = one.as_live_job()
            try:
                run_as = effective_run_as(job.unpack_settings(), job.run_as_user_name)
            except InvalidDefinitionError:  # the workspace gave it; it may take it again
                run_as = None
            wanted |= {run_as} if run_as else set()
            wanted |= principals_of(one)
        return look_up_identities(self.ports.principals, wanted, ()) if wanted else {}


@dataclass(frozen=True, slots=True)
class Absent:
    """What became of jobs that the list does not show; one in neither is gone."""

    found: dict[int, LiveJob] = field(default_factory=dict)
    unproven: dict[int, Issue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Books:
    """The names of the workspace's objects; see `RestoreSituation`."""

    labelled: NameBook
    present: NameBook
    named: NameBook


def _may_have_been_created(
    snapshot: Snapshot, live: Mapping[int, LiveJob], recreated: Recreated
) -> set[int]:
    """Return the jobs that an operation created; where it did not live to note them, those of the
    names that it announced."""
    if snapshot.created is not None:
        return {recreated.latest(job_id) for job_id in snapshot.created}
    names = {create.job_name for create in snapshot.head.creates}
    return {job_id for job_id, job in live.items() if job.name in names}


def _leave_strangers(
    recreated: Recreated, live: Mapping[int, LiveJob], makers: Collection[str]
) -> Recreated:
    """Leave out jobs that the state folder takes for others created again, and that are not.

    Whoever can write it can enter any job. Who made a job, and that the former one is gone, is what
    the workspace says.
    """
    ours = {fold_identity(maker) for maker in makers} | {""}  # some workspaces do not say it
    kept = {
        former: job_id
        for former, job_id in recreated.jobs.items()
        if former not in live
        and (job_id not in live or fold_identity(live[job_id].creator) in ours)
    }
    return recreated if len(kept) == len(recreated.jobs) else replace(recreated, jobs=kept)


def _settle(recreated: Recreated, live: Iterable[LiveJob], me: str) -> Recreated:
    """Enter the jobs that an interrupted restore announced and created.

    Args:
        me: our own user name: a job of that name made by anybody else is not ours.
    """
    ours: dict[str, list[int]] = {}
    for job in live if recreated.pending else ():
        if is_same_identity(job.creator, me):
            ours.setdefault(job.name, []).append(job.job_id)
    settled = replace(recreated, pending=())
    for pending in recreated.pending:
        known = {*pending.others, *recreated.jobs.values()}
        new = [job_id for job_id in ours.get(pending.job_name, ()) if job_id not in known]
        if len(new) == 1:
            settled = settled.with_job(pending.former_id, new[0])
    return settled
