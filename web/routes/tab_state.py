"""What a tab shows of its operations, read from their store once per poll."""

from collections.abc import Mapping
from dataclasses import dataclass

from components.actions import Situation, reviewed_plan
from components.tabs import TABS
from components.words import READ_ONLY
from core.operations.kinds import EXCLUSIVE_KINDS, KINDS, OperationKind, kinds_of_tab
from core.operations.operation import Operation, OperationStore, Status

TAB_KINDS: Mapping[str, tuple[OperationKind, ...]] = {
    tab.name: kinds_of_tab(tab.name) for tab in TABS
}
WITH_ROWS = ("export", "import", "restore")
SELECTING = ("import", "restore")
"""Where the rows of a plan are ticked."""
# After these, other definitions use the entries, or other objects are here, or the file is another.
_WRITING = (
    OperationKind.PULL,
    OperationKind.EXPORT,
    OperationKind.IMPORT,
    OperationKind.TAKE,
    OperationKind.REMOVE,
    OperationKind.RESTORE,
    OperationKind.SAVE_MAPPINGS,
)


@dataclass(frozen=True, slots=True)
class MappingState:
    """The newest operations that concern the mapping file, each None when there is none.

    `reading` and `validation` succeeded; `work` is a test or a save, however it ended. `written` is
    what may have changed what a reading finds.
    """

    newest: Operation | None = None
    reading: Operation | None = None
    validation: Operation | None = None
    work: Operation | None = None
    written: Operation | None = None

    @property
    def is_reading(self) -> bool:
        """Whether the file is being read now."""
        newest = self.newest
        return bool(newest and newest.kind is OperationKind.MAPPINGS and newest.status.is_active)

    @property
    def has_failed(self) -> bool:
        """Whether the last attempt to read the file failed."""
        newest = self.newest
        is_reading = newest is not None and newest.kind is OperationKind.MAPPINGS
        return bool(is_reading and newest and newest.status is Status.FAILED)

    @property
    def saver(self) -> str:
        """Return who saved the file, if nothing else was written since."""
        is_save = self.written and self.written.kind is OperationKind.SAVE_MAPPINGS
        return self.written.actor if self.written and is_save else ""

    @property
    def is_old(self) -> bool:
        """Whether something changed since the last reading."""
        if self.reading is None:
            return True
        return bool(self.written and self.written.number > self.reading.number)


@dataclass(frozen=True, slots=True)
class TabState:
    """The operations that concern a tab, as they are at one moment.

    `now` is what its buttons depend on, `last` the newest operation of any tab; `reading` is the
    newest reading of the workspace that has something to show, for the Workspace tab only, and
    `mappings` what there is of the mapping file, for the Mappings tab only.
    """

    tab: str
    now: Situation
    last: Operation | None = None
    reading: Operation | None = None
    mappings: MappingState | None = None

    @property
    def active(self) -> Operation | None:
        """Return the running operation, of any tab."""
        return self.now.active

    @property
    def shown(self) -> Operation | None:
        """Return the tab's newest operation."""
        return self.now.shown

    @property
    def with_rows(self) -> Operation | None:
        """Return whose rows to show: those of the validation that still stands, where the newest
        operation ended before it had any."""
        shown = self.shown
        if self.tab not in SELECTING or shown is None or shown.seq or shown.status.is_active:
            return shown
        return self.now.validation if reviewed_plan(self.now) else shown

    @property
    def is_active(self) -> bool:
        """Whether something moves."""
        return bool(self.active or (self.shown and self.shown.status.is_active))

    @property
    def elsewhere(self) -> Operation | None:
        """Return the running operation, when it is another tab's."""
        if self.active is None or _is_of(self.active, self.tab, self.now.entry):
            return None
        return self.active

    @property
    def finished(self) -> Operation | None:
        """Return the operation that ended last, None while one is running."""
        return None if self.last is None or self.last.status.is_active else self.last


def read_tab(
    store: OperationStore,
    tab: str,
    *,
    may_operate: bool,
    why_not: str = READ_ONLY,
    entry: str = "",
    trouble: str = "",
    is_checkout: bool = False,
) -> TabState:
    """Ask the store for what a tab shows, each thing once.

    Args:
        why_not: why whoever looks may not operate.
        entry: the operation of the history that the page of Restore is about.
        trouble: why nothing can be started now, by anybody.
        is_checkout: whether the definitions are in a folder of this machine.
    """
    active, last = store.active(), store.latest(EXCLUSIVE_KINDS)
    shown = store.latest(TAB_KINDS[tab]) if TAB_KINDS[tab] else None
    validation = pull = save = reading = None
    if tab == "import":
        validation = store.latest((OperationKind.VALIDATE,))
        pull = store.latest((OperationKind.PULL,))
        save = store.latest((OperationKind.SAVE_MAPPINGS,))
    if tab == "restore":
        shown = _of_entry(shown, entry)
        validation = _of_entry(store.latest((OperationKind.PLAN_RESTORE,)), entry)
    if tab == "workspace":
        reading = _last_reading(store, shown)
    mappings = _read_mappings(store, shown) if tab == "mappings" else None
    now = Situation(
        may_operate, active, shown, validation, pull, save, why_not, entry, trouble, is_checkout
    )
    return TabState(tab, now, last, reading, mappings)


def _is_of(operation: Operation, tab: str, entry: str) -> bool:
    """Whether a tab shows an operation; the page of Restore shows those of one entry."""
    if operation.kind not in TAB_KINDS[tab]:
        return False
    return not KINDS[operation.kind].needs_entry or operation.params.get("entry") == entry


def _of_entry(operation: Operation | None, entry: str) -> Operation | None:
    return operation if operation and operation.params.get("entry") == entry else None


def _read_mappings(store: OperationStore, newest: Operation | None) -> MappingState:
    return MappingState(
        newest,
        reading=store.latest((OperationKind.MAPPINGS,), ended=True),
        validation=store.latest((OperationKind.VALIDATE,), ended=True),
        work=store.latest((OperationKind.TEST_MAPPINGS, OperationKind.SAVE_MAPPINGS)),
        written=store.latest(_WRITING, ended=True),
    )


def _last_reading(store: OperationStore, newest: Operation | None) -> Operation | None:
    """Keep the last reading that succeeded while a new one is running."""
    if newest and newest.status.is_active:
        return store.latest((OperationKind.INFO,), ended=True)
    return newest
