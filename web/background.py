"""Runs background callbacks in processes of their own, and keeps Dash's messages about them.

Dash's own manager answers equal calls with old results, kills jobs whose page fires again, and
reads pickles; docs/adr/0008 tells what was measured.
"""

import json
from pathlib import Path
from typing import Any

import diskcache
import multiprocess
import multiprocess.forkserver
from dash import DiskcacheManager
from diskcache.core import MODE_PICKLE
from plotly.utils import PlotlyJSONEncoder

from core.gateways.processes import process_start

_SIZE_BYTES = 64 * 1024 * 1024
_EXPIRE_S = 3600
_BYTES = "__bytes__"
_PRELOAD = ("dash", "worker", "web.background_job", "databricks.sdk")


class JsonOnlyDisk(diskcache.JSONDisk):  # type: ignore[misc]
    """JSON in, JSON out. A row that says it is a pickle is refused. Source: CVE-2025-69872."""

    def store(self, value: Any, read: bool, key: Any = diskcache.UNKNOWN) -> Any:
        if isinstance(value, bytes | bytearray):
            value = {_BYTES: value.decode("latin-1")}
        plain = json.loads(json.dumps(value, cls=PlotlyJSONEncoder))
        return super().store(plain, read, key=key)

    def fetch(self, mode: int, filename: str, value: Any, read: bool) -> Any:
        if mode == MODE_PICKLE:
            raise ValueError("a pickled entry of the cache is refused")
        found = super().fetch(mode, filename, value, read)
        if isinstance(found, dict) and found.keys() == {_BYTES}:
            return found[_BYTES].encode("latin-1")
        return found

    def get(self, key: Any, raw: bool) -> Any:
        if not raw:
            raise ValueError("a pickled key of the cache is refused")
        return super().get(key, raw)


class OperationProcesses(DiskcacheManager):
    """Starts each job in a process that inherits no socket, and never kills one.

    Jobs are cancelled through the store of operations, and end by themselves between two writes.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        cache = diskcache.Cache(
            str(directory), disk=JsonOnlyDisk, eviction_policy="none", size_limit=_SIZE_BYTES
        )
        super().__init__(cache, expire=_EXPIRE_S)
        self._context = multiprocess.get_context("forkserver")
        self._context.set_forkserver_preload(list(_PRELOAD))

    def warm_up(self) -> None:
        """Start the server that jobs are forked from, so that the first need not wait."""
        multiprocess.forkserver.ensure_running()

    def call_job_fn(self, key: str, job_fn: Any, args: Any, context: Any) -> str:
        """Start the job; what an equal call has left behind is dropped first."""
        for stale in (key, self._make_progress_key(key), self._make_set_props_key(key)):
            self.handle.delete(stale)
        process = self._context.Process(
            target=job_fn,
            args=(key, self._make_progress_key(key), args, _without_secrets(context)),
        )
        process.start()
        return f"{process.pid}-{_born(process.pid)}"

    def job_running(self, job: Any) -> bool:
        """Whether the process that was started still lives; its number may belong to another."""
        pid, _, born = str(job).partition("-")
        return pid.isdecimal() and born != "" and born == _born(int(pid))

    def terminate_job(self, job: Any) -> None:  # noqa: ARG002 - Dash calls it after every result
        """Only take note of children that have ended."""
        multiprocess.active_children()

    def terminate_unhealthy_job(self, job: Any) -> bool:  # noqa: ARG002
        """A job that ended badly has told so in the store of operations."""
        return False


def _born(pid: int | None) -> str:
    return process_start(pid) or ""


def _without_secrets(context: Any) -> dict[str, Any]:
    """A job needs no header and no cookie: who asked for it stands in its operation."""
    return {**dict(context), "headers": {}, "cookies": {}}
