"""All that the page keeps of operations: what happens, and what was requested."""

from typing import Protocol

from core.operations.change_request import ChangeRequests
from core.operations.operation import OperationStore


class PageStore(OperationStore, ChangeRequests, Protocol):
    """One store for both: approving a request starts its operation, or neither happens."""
