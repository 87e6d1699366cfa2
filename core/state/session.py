"""What every writing operation needs: the lock, the state folder, a snapshot."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from core.calls import ShouldStop
from core.errors import Issue, SyncError
from core.json_text import JsonDict, fingerprint
from core.ports import CurrentPrincipal, Ports
from core.settings import Settings
from core.state.folder import FOLDER_NAME, StateFolder
from core.state.kept_jobs import PlannedCreate
from core.state.lock import Clock, Lease, Owner, find_free_number, take
from core.state.seals import Seals
from core.state.snapshots import Retention, snapshot_name

log = logging.getLogger(__name__)

_RELEASE_ATTEMPTS = 3
Ledger = TypeVar("Ledger")

NewOwner = Callable[[str, str], Owner]
"""Makes the owner of a lock from the principal's name and the operation."""


@dataclass(frozen=True, slots=True)
class Following:
    """Who asked for an operation, and who learns of what it leaves in the state folder.

    `actor` is empty where nobody but the principal is known. `on_begun` gets the principal once
    the lock is held, `on_snapshot` the name of the snapshot once it is whole.
    """

    actor: str = ""
    on_begun: Callable[[CurrentPrincipal], None] = lambda _me: None
    on_snapshot: Callable[[str], None] = lambda _name: None


NOBODY = Following()


@dataclass(frozen=True, slots=True)
class Session:
    """One writing operation that holds the lock.

    `unnoted` lists what was done but could not be recorded in a ledger.
    """

    operation: str
    me: CurrentPrincipal
    state: StateFolder
    lease: Lease
    owner: Owner
    retention: Retention = field(default_factory=Retention)
    following: Following = NOBODY
    unnoted: list[Issue] = field(default_factory=list)

    @property
    def seals(self) -> Seals:
        """Return what proves that this app wrote something."""
        return self.state.seals

    def keep_snapshot(
        self, items: Sequence[JsonDict], creates: Sequence[PlannedCreate] = ()
    ) -> None:
        """Save what is about to be changed or removed, and what is about to be created.

        Raises:
            StateError: it could not be saved; nothing may be changed then.
        """
        if not items and not creates:
            return
        self.lease.check()
        started = datetime.fromtimestamp(self.owner.since, UTC)
        about: JsonDict = {
            "operation": self.operation,
            "principal": self.me.name,
            "actor": self.following.actor,
            "at": started.isoformat(),
        }
        name, snapshots = self.snapshot_name, self.state.snapshots()
        folder = snapshots.write(name, about, items, creates)
        log.info("saved %d items in %s", len(items), folder)
        self.following.on_snapshot(name)
        try:
            snapshots.prune(name, self.retention)
        except SyncError as error:
            log.warning("old snapshots could not be deleted: %s", error)

    @property
    def snapshot_name(self) -> str:
        """Return the name of the snapshot of this operation, where it keeps one."""
        return snapshot_name(self.operation, self.owner.since, self.owner.token)

    def note_created(self, jobs: Mapping[int, str]) -> None:
        """Note beside the snapshot which jobs were created, by id with their names.

        Without that note a restore has to ask whether they are those.
        """
        if not jobs:
            return
        try:
            self.lease.check()
            self.state.snapshots().note_created(self.snapshot_name, jobs)
        except SyncError as error:
            log.warning("which jobs were created could not be noted: %s", error)

    def note(self, save: Callable[[Ledger], None], ledger: Ledger, otherwise: str = "") -> None:
        """Replace a ledger after the work was done.

        What was done must be reported even when this fails, so nothing is raised: the next
        operation finds it and records it. Whoever lost the lock leaves the ledger to its new owner.

        Args:
            otherwise: what to say when it fails, if something else than that follows.
        """
        try:
            self.lease.check()
            save(ledger)
        except SyncError as error:
            usual = (
                "The changes were made but could not be recorded; "
                f"the next {self.operation} operation will record them."
            )
            self.unnoted.append(Issue(f"{otherwise or usual} {error}"))


class Sessions:
    """Opens sessions for one workspace and Git folder."""

    def __init__(self, ports: Ports, settings: Settings, clock: Clock, new_owner: NewOwner) -> None:
        self._ports = ports
        self._settings = settings
        self._clock = clock
        self._new_owner = new_owner
        self._unreleased: set[str] = set()

    def state_folder(self, me: CurrentPrincipal) -> StateFolder:
        """Return the state folder: the same for every principal and every copy of the app.

        It is beside the mapping file, or beside the Git folder when the mapping file is in it.
        """
        return StateFolder(
            self._ports.files,
            self._state_path(me),
            Seals(self._settings.state_keys),
            me.workspace_id,
        )

    def _state_path(self, me: CurrentPrincipal) -> str:
        if self._settings.state_path:
            return self._settings.state_path
        folder, mapping = self._settings.folder, self._settings.mapping_path
        git = self._ports.git.find(folder)
        root = git.path if git else folder
        neighbour = mapping if mapping and not mapping.startswith(f"{root}/") else root
        name = fingerprint([me.workspace_id, folder])[:12]
        return f"{neighbour.rpartition('/')[0]}/{FOLDER_NAME}/{name}"

    @contextmanager
    def open(
        self, operation: str, should_stop: ShouldStop, following: Following = NOBODY
    ) -> Iterator[Session]:
        """Hold the lock for one operation.

        Args:
            should_stop: asked between the calls that come before the lock.

        Raises:
            StoppedError: somebody asked to stop.
            LockedError: another operation is running.
            StateError: the state folder cannot be created.
        """
        with self._ports.calls.stoppable(should_stop):
            me = self._ports.principals.current()
            state = self.state_folder(me)
            state.prepare()
            files, owner = self._ports.files, self._new_owner(me.name, operation)
            clock = replace(self._clock, is_dead=self._is_dead)
            number = find_free_number(files, state.path, owner, clock)
        lease = take(files, state.path, number, owner, clock)
        try:
            following.on_begun(me)
            retention = Retention(self._settings.snapshots_kept, self._settings.snapshot_days)
            yield Session(operation, me, state, lease, owner, retention, following)
        finally:
            self._release(lease, owner)

    def _release(self, lease: Lease, owner: Owner) -> None:
        """Give the lock back; the operation's own result matters more than a failure to do so."""
        for attempt in range(1, _RELEASE_ATTEMPTS + 1):
            try:
                lease.release()
            except SyncError as error:
                log.warning("attempt %d to release the lock failed: %s", attempt, error)
            else:
                return
        self._unreleased.add(owner.token)

    def _is_dead(self, owner: Owner) -> bool:
        return owner.token in self._unreleased or self._clock.is_dead(owner)
