"""Opens the store of operations that the configuration asks for."""

from collections.abc import Mapping

from core.gateways.machine.local_folder import page_folder
from core.gateways.machine.operation_store import SqliteOperationStore
from core.operations.page_store import PageStore
from core.settings import Settings


def open_store(settings: Settings, env: Mapping[str, str]) -> PageStore:
    """Return the store that all processes of this deployment share.

    Raises:
        StateError: it cannot be used.
    """
    return SqliteOperationStore(page_folder(settings, env))
