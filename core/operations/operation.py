"""Operations: the long work that users start, follow and cancel. Values, and who keeps them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.calls import WaitReason
from core.errors import SyncError
from core.json_text import JsonDict
from core.operations.counters import Counts
from core.operations.grid_row import GridRow
from core.operations.kinds import OperationKind
from core.operations.outcome import Outcome


class Status(StrEnum):
    """How far an operation is, or how it ended."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def is_active(self) -> bool:
        """Whether the operation has not ended."""
        return self in _ACTIVE


_ACTIVE = (Status.QUEUED, Status.RUNNING, Status.CANCELLING)
SHUTDOWN = "shutdown"
"""The reason of a stop that nobody asked for."""
APPROVER = "approver"
"""The parameter that holds who approved an operation."""
PLAN = "plan"
"""The document of a validation that holds the fingerprints of its plan."""
DRAFT = "draft"
"""The document that holds the text that a user wrote for an operation."""
ADOPTABLE = "adoptable"
"""The document of a validation that names the equal jobs that are not adopted yet."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why an operation waits for the workspace, and until when; since when where the call is SLOW.

    `at` in seconds since the epoch.
    """

    reason: WaitReason = WaitReason.NOTHING
    at: float = 0.0

    def seconds(self, now: float) -> float:
        """Return how long it will wait, or has waited where the call is SLOW; never below 0."""
        return max(0.0, now - self.at if self.reason is WaitReason.SLOW else self.at - now)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as it is now. Times are seconds since the epoch, 0.0 for not yet.

    `outcome` is what its report said, `error` why there is none.
    `seq` grows with every row written, `number` with every operation: clocks may be set back.
    """

    operation_id: str
    kind: OperationKind
    status: Status
    actor: str
    params: JsonDict
    created: float
    started: float = 0.0
    finished: float = 0.0
    total: int = 0
    done: int = 0
    step: str = ""
    waiting: Waiting = field(default_factory=Waiting)
    outcome: Outcome | None = None
    error: str = ""
    cancel_reason: str = ""
    seq: int = 0
    number: int = 0

    @property
    def approver(self) -> str:
        """Return who approved what the actor requested; empty where nobody had to."""
        return str(self.params.get(APPROVER) or "")


class OperationRunningError(SyncError):
    """Another operation is running here; this one was not started. `at`: when it was asked for."""

    def __init__(self, operation: Operation, at: float) -> None:
        super().__init__(
            f"{operation.actor} is running “{operation.kind}” now.",
            fix="Wait until it finishes, or cancel it.",
        )
        self.operation = operation
        self.at = at


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the detailed log. `at` in seconds since the epoch."""

    at: float
    level: str
    text: str


class RowStore(Protocol):
    """What whoever follows one operation needs of the store.

    What can be written later does not raise; anything else may raise StateError.
    """

    def should_stop(self, operation_id: str) -> bool:
        """Return whether it was asked to; nobody can have asked one that the store has lost."""
        ...

    def progress(
        self,
        operation_id: str,
        *,
        rows: Sequence[GridRow] = (),
        step: str | None = None,
        done: int | None = None,
        total: int | None = None,
        waiting: Waiting | None = None,
        log: Sequence[LogLine] = (),
    ) -> bool:
        """Write rows, and what else has moved, at once. False when it could not be written."""
        ...

    def put_documents(self, operation_id: str, documents: Mapping[str, bytes]) -> bool:
        """Keep documents by name. False when not all of them could be written."""
        ...

    def get(self, operation_id: str) -> Operation | None: ...


class OperationStore(RowStore, Counts, Protocol):
    """Keeps operations of a deployment, for all its processes and all browser tabs alike.

    Losing it loses progress and plans, and nothing of the workspace's state. Every method may raise
    StateError where a full disk, or a Redis that does not answer, does not let it work.
    """

    def check(self) -> None:
        """Raise StateError when the store cannot be read; one that was lost is made anew."""
        ...

    def notice(self) -> str:
        """Return what users should know about the store since the last operation, or nothing."""
        ...

    def start(self, kind: OperationKind, params: JsonDict, actor: str) -> Operation:
        """Note a new operation. Raises OperationRunningError when one is running.

        A reading of the workspace that is running serves whoever asks for another one.
        """
        ...

    def claim(self, operation_id: str) -> bool:
        """Begin a queued operation in this process; False when it was begun or ended already."""
        ...

    def finish(
        self, operation_id: str, status: Status, outcome: Outcome | None, error: str = ""
    ) -> None:
        """Note how an operation ended; one that has ended already is left alone.

        Raises StateError when it could not be noted, as while the disk is full.
        """
        ...

    def request_cancel(self, operation_id: str, reason: str) -> None: ...

    def beat(self, operation: Operation) -> bool:
        """Show that the operation's process, which is this one, is alive.

        Returns False when the store had lost the operation, and has put it back without its rows.
        """
        ...

    def note_launch(self, operation_id: str, pid: int | None, problem: str = "") -> None:
        """Note the process that will carry out a queued operation, or why there is none."""
        ...

    def document(self, operation_id: str, name: str) -> bytes | None: ...

    def active(self) -> Operation | None:
        """Return the running operation; first note those whose process is gone as interrupted."""
        ...

    def latest(self, kinds: Iterable[OperationKind], *, ended: bool = False) -> Operation | None:
        """Return the last that was started of some kinds; with `ended`, of those that succeeded."""
        ...

    def rows_since(self, operation_id: str, seq: int) -> tuple[int, list[str]]:
        """Return the present `seq` and the rows written after `seq`, as JSON texts.

        All of them in the order of their keys when `seq` is 0.
        """
        ...

    def row(self, operation_id: str, key: str) -> GridRow | None: ...

    def row_values(self, operation_id: str) -> list[GridRow]:
        """Return all rows in the order of the plan."""
        ...

    def ended(self) -> list[Operation]:
        """Return the operations that have ended and that belong in the history, newest first."""
        ...

    def log_lines(self, operation_id: str, limit: int) -> list[LogLine]:
        """Return the newest lines, oldest first."""
        ...
