"""Hands background callbacks to Celery's workers, by the id of their operation alone.

Dash's own manager puts the request with its headers, cookies and the user's token into Redis,
answers equal calls with old results, and ends the worker's process after each result; docs/adr/0028
says what was measured.
"""

import logging
from typing import Any

from celery import Celery
from dash import CeleryManager
from dash.exceptions import PreventUpdate
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from core.errors import StateError
from core.gateways.redis.presence import WorkerPresence
from core.operations.operation import Operation, OperationStore
from web.background.processes import IsQueued, NoteLaunch
from web.background.queue import TASK

log = logging.getLogger(__name__)

_NOT_HANDED = "It could not be handed to a worker: Redis did not take the message."
_NO_WORKER = "No worker is running, so nothing can be started."
_START_ONE = "Start one with “celery -A worker worker”, or see its log."


class OperationQueue(CeleryManager):
    """Dash's side of the queue. An operation's job is known by the operation's id.

    Nothing is kept for Dash: the store of operations says how each ended.
    """

    def __init__(
        self,
        queue: Celery,
        store: OperationStore,
        presence: WorkerPresence,
        note_launch: NoteLaunch,
        is_queued: IsQueued,
    ) -> None:
        """Take what carries operations and what knows of them.

        Args:
            is_queued: whatever else the browser sends must not cost a message.
            note_launch: learns why no worker will carry out the operation of an id.
        """
        super().__init__(queue)
        self._store = store
        self._presence = presence
        self._note_launch = note_launch
        self._is_queued = is_queued

    def warm_up(self) -> None:
        """Nothing takes long the first time."""

    def check(self) -> None:
        """Raise StateError when nobody would carry out an operation."""
        if not self._presence.is_seen():
            raise StateError(_NO_WORKER, fix=_START_ONE)

    def make_job_fn(self, fn: Any, progress: Any, key: Any = None) -> Any:  # noqa: ARG002
        """Make no task of it: workers know theirs."""
        return fn

    def call_job_fn(self, key: str, job_fn: Any, args: Any, context: Any) -> str:  # noqa: ARG002
        """Hand an operation to the workers.

        Raises:
            PreventUpdate: no operation waits for one.
            StateError: Redis did not take it.
        """
        [operation_id] = args
        if not self._is_queued(operation_id):
            raise PreventUpdate
        try:
            self.handle.send_task(
                TASK, [operation_id], task_id=operation_id, retry=False, ignore_result=True
            )
        except (KombuError, RedisError, OSError) as error:
            log.warning("an operation could not be handed to a worker: %s", type(error).__name__)
            self._note_launch(operation_id, None, _NOT_HANDED)
            raise StateError(_NOT_HANDED, fix="Start it again.") from error
        return str(operation_id)

    def get_result(self, key: str, job: Any) -> Any:  # noqa: ARG002
        """Return what the callback returns once its operation has ended: the id."""
        operation = self._look(job)
        is_over = operation is not None and not operation.status.is_active
        return job if is_over else self.UNDEFINED

    def job_running(self, job: Any) -> bool:
        """Whether Dash should ask again; it does so as well while Redis cannot say."""
        try:
            operation = self._get(job)
        except StateError:
            return True
        return operation is not None and operation.status.is_active

    def get_progress(self, key: str) -> None:
        """Progress is in the feed."""

    def get_updated_props(self, key: str) -> dict[str, Any]:  # noqa: ARG002
        """Return nothing: operations set no properties."""
        return {}

    def clear_cache_entry(self, key: str) -> None:
        """There is none."""

    def terminate_job(self, job: Any) -> None:
        """Leave it: Dash calls this after every result, and operations end by themselves."""

    def terminate_unhealthy_job(self, job: Any) -> bool:  # noqa: ARG002
        """A job that ended badly has noted it in the store of operations."""
        return False

    def _look(self, job: Any) -> Operation | None:
        try:
            return self._get(job)
        except StateError:
            return None

    def _get(self, job: Any) -> Operation | None:
        return self._store.get(job) if isinstance(job, str) else None
