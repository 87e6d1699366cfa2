"""All that the page keeps of operations: what happens, and what was requested."""

from typing import Protocol

from core.operations.change_request import ChangeRequests
from core.operations.operation import OperationStore


class PageStore(OperationStore, ChangeRequests, Protocol):
    """One store for both: approving a request starts its operation, or neither happens."""

    def stop_all(self, reason: str) -> list[tuple[int, str]]:
        """Ask all operations that this machine carries out to stop.

        In Redis, which several machines share: those of this process and of its children.

        Returns the process ids of those running, each with its `process_start`.
        """
        ...
