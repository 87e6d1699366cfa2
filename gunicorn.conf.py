"""How gunicorn serves the page. `gunicorn -c gunicorn.conf.py "app:create_server()"`."""

import os
import signal
import time
from pathlib import Path
from typing import Any

bind = f"0.0.0.0:{os.environ.get('DATABRICKS_APP_PORT') or os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 8  # Databricks Apps kill 15 s after SIGTERM
keepalive = 75
max_requests = 0  # every poll is a request: recycling workers would come often
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
accesslog = None
errorlog = "-"

_PATIENCE_S = 6.0


def worker_exit(server: Any, worker: Any) -> None:  # noqa: ARG001 - gunicorn's signature
    """Let the operations at work stop between two writes, so that they can be resumed."""
    from core.errors import SyncError  # noqa: PLC0415
    from core.gateways.local_folder import page_folder  # noqa: PLC0415
    from core.gateways.operation_store import SqliteOperationStore  # noqa: PLC0415
    from core.settings import Settings  # noqa: PLC0415
    from worker import SHUTDOWN  # noqa: PLC0415

    try:
        store = SqliteOperationStore(page_folder(Settings.from_env(os.environ), os.environ))
    except SyncError:  # it never began, and has said why
        return
    waiting = store.stop_all(SHUTDOWN)
    deadline = time.monotonic() + _PATIENCE_S
    while waiting and time.monotonic() < deadline:
        time.sleep(0.1)
        waiting = [pid for pid in waiting if _lives(pid)]
    for pid in waiting:
        os.kill(pid, signal.SIGKILL)


def _lives(pid: int) -> bool:
    from core.gateways.processes import process_start  # noqa: PLC0415

    return process_start(pid) is not None
