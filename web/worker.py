"""What a background callback carries out in a process of its own: one operation.

The page imports this module too, so that the SDK is imported only when it is needed.
"""

import os
import time
from pathlib import Path

from core.gateways.machine.local_folder import default_cache_folder, page_folder
from core.gateways.machine.operation_store import SqliteOperationStore
from core.operations.recorder import Recorder
from core.operations.running import carry_out
from core.service import JobSync
from core.settings import Settings


def run_operation(operation_id: str | None) -> str | None:
    """Carry out a queued operation and return its id; one that was begun already is left alone.

    The environment tells which workspace it concerns, as it told the page.
    """
    if not operation_id:
        return None
    settings = Settings.from_env(os.environ)
    store = SqliteOperationStore(page_folder(settings, os.environ))

    def open_service(recorder: Recorder) -> JobSync:
        return _service(settings, recorder)

    carry_out(operation_id, store, open_service, settings.mode, time.time)
    return operation_id


def _service(settings: Settings, recorder: Recorder) -> JobSync:
    from core.gateways.connect import (  # noqa: PLC0415 - the SDK takes two seconds to load
        connect,
        system_clock,
        this_process,
    )

    connection = connect(
        retry_s=settings.retry_s,
        on_wait=recorder.on_wait,
        threads=settings.threads,
        cache_folder=Path(settings.cache_folder or default_cache_folder()),
    )
    return JobSync(connection.ports, settings, system_clock(), this_process)
