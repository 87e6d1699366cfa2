"""How gunicorn serves the page. `gunicorn -c gunicorn.conf.py "app:create_server()"`."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from dotenv import load_dotenv

from web.serving.listening import listen_address

load_dotenv()  # what it says of signing in decides where to listen

bind = listen_address(os.environ)
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "web.serving.worker_class.BufferingWorker"  # connections.py has its limits
threads = 8
timeout = 60
graceful_timeout = 7  # Databricks Apps kill 15 s after SIGTERM
max_requests = 0  # every poll is a request: recycling workers would come often
# Replicas listen only when they can answer: a proxy would wait for one that is still loading. One
# copy alone has nobody in its place, and the processes of its operations must not come of a fork.
preload_app = os.environ.get("BACKGROUND", "").strip().casefold() == "celery"
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
accesslog = None
errorlog = "-"
logger_class = "web.serving.server_log.ServerLog"  # its lines have the form of the others

_stopping: list[tuple[int, str]] = []
_stop_by: list[float] = []  # by the monotonic clock


def when_ready(server: Any) -> None:
    """Ask running operations to stop before stopping the workers, which wait for them.

    Only the end of the whole server stops operations: a worker may come and go.
    """
    stop_workers: Callable[[bool], None] = server.stop

    def stop(graceful: bool = True) -> None:
        _stopping.extend(_ask_operations_to_stop())
        _stop_by.append(time.monotonic() + graceful_timeout)
        stop_workers(graceful)

    server.stop = stop


def on_exit(server: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Kill operations that do not stop in time; the next operation continues from there.

    A worker waits for those that it started. Those of a worker that is gone are waited for here.
    """
    from core.gateways.machine.processes import process_start  # noqa: PLC0415

    for pid, born in _stopping:
        while process_start(pid) == born and time.monotonic() < _stop_by[0]:
            time.sleep(0.1)
        if process_start(pid) == born:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _ask_operations_to_stop() -> list[tuple[int, str]]:
    from core.errors import SyncError  # noqa: PLC0415
    from core.gateways.machine.local_folder import page_folder  # noqa: PLC0415
    from core.gateways.machine.operation_store import SqliteOperationStore  # noqa: PLC0415
    from core.operations.operation import SHUTDOWN  # noqa: PLC0415
    from core.settings import Settings  # noqa: PLC0415

    try:
        settings = Settings.from_env(os.environ)
        if settings.redis_url:  # workers carry them out, and any other page shows them
            return []
        return SqliteOperationStore(page_folder(settings, os.environ)).stop_all(SHUTDOWN)
    except SyncError:  # the page never started, and has said why
        return []
