"""Opens the store of operations that the configuration asks for."""

from collections.abc import Mapping

from core.gateways.machine.local_folder import deployment_name, page_folder
from core.gateways.machine.operation_store import SqliteOperationStore
from core.operations.page_store import PageStore
from core.settings import Settings


def open_store(settings: Settings, env: Mapping[str, str]) -> PageStore:
    """Return the store that all processes of this deployment share.

    Raises:
        StateError: it cannot be used.
    """
    if settings.redis_url:
        # Not above: one copy on one disk starts without it.
        from core.gateways.redis.operation_store import RedisOperationStore  # noqa: PLC0415

        return RedisOperationStore(settings.redis_url, deployment_name(settings, env))
    return SqliteOperationStore(page_folder(settings, env))
