"""What one operator asks for and another approves: an operation that is not started yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.errors import SyncError
from core.identity_names import fold_identity
from core.json_text import JsonDict
from core.operations.kinds import OperationKind
from core.operations.operation import Operation

EXPIRE_S = 24 * 3600.0
MOST_OPEN = 20
_AGAIN = "Look at the requests in the Import tab."


class RequestState(StrEnum):
    """How a request was answered."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """One request. Times are seconds since the epoch, 0.0 for not yet.

    `params` are those of the operation, checked as if it had been started. `operation_id` is what
    was started when it was approved.
    """

    request_id: str
    kind: OperationKind
    params: JsonDict
    requester: str
    created: float
    state: RequestState = RequestState.OPEN
    decided_by: str = ""
    decided: float = 0.0
    operation_id: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the jobs that it concerns."""
        return tuple(self.params.get("names", ()))

    def is_of(self, name: str) -> bool:
        """Whether somebody asked for this, by any spelling of the name."""
        return fold_identity(name) == fold_identity(self.requester)

    def is_expired(self, now: float) -> bool:
        """Whether it is too old to be approved; a clock that was set back expires it as well."""
        return not 0 <= now - self.created < EXPIRE_S


class NotOpenError(SyncError):
    """A request was answered before, has expired or is unknown; nothing was started."""

    def __init__(self) -> None:
        super().__init__("This request was answered already, or has expired.", fix=_AGAIN)


class TooManyRequestsError(SyncError):
    """There is no room for another open request."""

    def __init__(self) -> None:
        super().__init__(
            f"{MOST_OPEN} requests are open.", fix="Approve, decline or withdraw some of them."
        )


class ChangeRequests(Protocol):
    """Keeps requests beside the operations. Every method may raise StateError."""

    def request_change(
        self, kind: OperationKind, params: JsonDict, requester: str
    ) -> ChangeRequest:
        """Note a request; one that is open and says the same is returned as it is.

        Raises:
            TooManyRequestsError: nothing was noted.
        """
        ...

    def change_requests(self) -> Sequence[ChangeRequest]:
        """Return the requests of the last 24 hours, newest first."""
        ...

    def decide(self, request_id: str, state: RequestState, by: str) -> None:
        """Decline or withdraw an open request.

        Raises:
            NotOpenError: it is not open.
        """
        ...

    def approve(self, request_id: str, approver: str) -> Operation:
        """Start what was asked for, once, as the requester's operation.

        Raises:
            NotOpenError: it is not open; nothing was started.
            OperationRunningError: another operation is running; it stays open.
        """
        ...
