"""Runs background callbacks in processes of their own, and keeps Dash's messages about them.

Dash's own manager answers equal calls with old results, kills jobs whose page fires again, and
reads pickles; docs/adr/0008 says what was measured.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import multiprocess
import multiprocess.forkserver
from dash import DiskcacheManager
from dash.exceptions import PreventUpdate

from core.errors import StateError
from core.gateways.machine.generations import make_private
from core.gateways.machine.json_disk import CACHE_FAILURES, open_json_cache
from core.gateways.machine.processes import process_start
from core.operations.operation import OperationStore, Status

_SIZE_BYTES = 64 * 1024 * 1024
_EXPIRE_S = 3600
_PRELOAD = ("dash", "web.background.work", "databricks.sdk")


class NoteLaunch(Protocol):
    """See `OperationStore.note_launch`."""

    def __call__(self, operation_id: str, pid: int | None, problem: str = "") -> None: ...


class IsQueued(Protocol):
    """Whether an operation of an id waits for a process; the id comes from a browser."""

    def __call__(self, operation_id: Any) -> bool: ...


def is_queued(store: OperationStore, operation_id: Any) -> bool:
    """Return whether an operation was started properly, and nobody carries it out yet."""
    operation = store.get(operation_id) if isinstance(operation_id, str) else None
    return operation is not None and operation.status is Status.QUEUED


class OperationProcesses(DiskcacheManager):
    """Starts each job in a process that inherits no socket, and never kills one.

    Jobs are cancelled through the store of operations, and end by themselves between two writes.
    """

    def __init__(self, directory: Path, note_launch: NoteLaunch, is_queued: IsQueued) -> None:
        """Keep messages in a directory of this user alone.

        Args:
            is_queued: whatever else the browser sends must not cost a process.
            note_launch: learns which process carries out the operation of an id, or why none does.
        """
        make_private(directory)
        cache = open_json_cache(directory, size_bytes=_SIZE_BYTES, eviction_policy="none")
        super().__init__(cache, expire=_EXPIRE_S)
        self._note_launch = note_launch
        self._is_queued = is_queued
        self._context = multiprocess.get_context("forkserver")
        self._context.set_forkserver_preload(list(_PRELOAD))

    def warm_up(self) -> None:
        """Start the server that jobs are forked from, so that the first need not wait."""
        multiprocess.forkserver.ensure_running()

    def check(self) -> None:
        """Raise StateError when no process could be started."""
        try:
            multiprocess.forkserver.ensure_running()
        except (OSError, EOFError, ValueError) as error:
            raise StateError(
                f"No process can be started here: {error}.", fix="Look for what uses all memory."
            ) from error

    def call_job_fn(self, key: str, job_fn: Any, args: Any, context: Any) -> str:
        """Start the job; what an equal call has left behind is dropped first.

        Raises PreventUpdate when no operation waits for it.
        """
        [operation_id] = args
        if not self._is_queued(operation_id):
            raise PreventUpdate
        self._forget(key)
        process = self._context.Process(
            target=job_fn,
            args=(key, self._make_progress_key(key), args, _without_secrets(context)),
        )
        try:
            process.start()
        except (OSError, EOFError, ValueError) as error:  # no memory, no process, no forkserver
            self._note_launch(operation_id, None, f"Its process could not start: {error}.")
            raise
        self._note_launch(operation_id, process.pid)
        return f"{process.pid}-{_born(process.pid)}"

    def _forget(self, key: str) -> None:
        with suppress(*CACHE_FAILURES):  # messages may be lost; the operation is begun all the same
            for stale in (key, self._make_progress_key(key), self._make_set_props_key(key)):
                self.handle.delete(stale)

    def job_running(self, job: Any) -> bool:
        """Whether the process that was started still lives; its number may belong to another."""
        pid, _, born = str(job).partition("-")
        return pid.isdecimal() and born != "" and born == _born(int(pid))

    def terminate_job(self, job: Any) -> None:  # noqa: ARG002 - Dash calls it after every result
        """Only take note of children that have ended."""
        multiprocess.active_children()

    def terminate_unhealthy_job(self, job: Any) -> bool:  # noqa: ARG002
        """A job that ended badly has noted it in the store of operations."""
        return False


def _born(pid: int | None) -> str:
    return process_start(pid) or ""


def _without_secrets(context: Any) -> dict[str, Any]:
    """A job needs no header and no cookie: who asked for it is in its operation."""
    return {**dict(context), "headers": {}, "cookies": {}}
