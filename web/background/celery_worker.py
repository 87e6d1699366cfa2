"""How a Celery worker carries out operations, shows that it is there, and stops."""

import gc
import importlib
import logging
import mmap
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from billiard.exceptions import WorkerLostError
from celery import Celery, bootsteps, signals
from celery.apps import worker as worker_program
from celery.utils.log import get_multiprocessing_logger
from celery.worker import state
from celery.worker.consumer import Consumer
from kombu.transport.redis import Channel

from core.errors import StateError
from core.gateways.redis.presence import WorkerPresence
from core.operations.operation import SHUTDOWN, OperationStore, Status
from web.background.queue import TASK
from web.background.work import run_operation

log = logging.getLogger(__name__)

_BEAT_S = 2.0
_AGAIN_S = 2.0  # between two attempts to connect; what is queued longer is not begun
_LOOK_S = 0.5
_KILLED = (
    "Its process was killed or crashed before it finished. Completed rows are listed; validate "
    "again before you continue."
)


class SteadyChannel(Channel):
    """Drops what is no message at all; Celery's own would end the worker with its operation."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("what is no message was taken from the queue: %s", type(error).__name__)
            return True


class SteadyConsumer(Consumer):
    """Comes back soon after Redis was away, however long that was.

    Celery's own waits up to half a minute. What workers say to each other is left out: nothing here
    needs it, and it fails noisily when Redis goes.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        alone = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True}
        super().__init__(*arguments, **{**options, **alone})

    def ensure_connected(self, conn: Any) -> Any:
        conn.transport.Channel = SteadyChannel
        conn.ensure_connection = partial(
            conn.ensure_connection, interval_start=_AGAIN_S, interval_step=0, interval_max=_AGAIN_S
        )
        return super().ensure_connected(conn)


class PlainWorker(worker_program.Worker):
    """Says what it does in its log, and prints no banner beside it."""

    def emit_banner(self) -> None:
        log.info("%s is starting", self.hostname)


class Ending:
    """Whether this worker is to end, for the processes that it has forked and will fork.

    A lock could be held for ever by a process that was killed; one byte needs none.
    """

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 1)

    def begin(self) -> None:
        self._shared[0] = 1

    def has_begun(self) -> bool:
        return self._shared[0] == 1


def serve(queue: Celery, store: OperationStore, presence: WorkerPresence) -> None:
    """Make a worker of the process that Celery starts with this queue."""
    ending = Ending()

    @queue.task(name=TASK, ignore_result=True)
    def operation(operation_id: str) -> None:
        try:
            run_operation(operation_id, ending.has_begun)
        finally:
            # Connections to the workspace, to Redis and to the cache hang in circles of objects. A
            # process of the embedded page ends now; this one carries out the next operation.
            gc.collect()

    class Presence(bootsteps.StartStopStep):
        """Shows that this worker takes messages: its loop does it, not a thread beside it."""

        requires = ("celery.worker.consumer.tasks:Tasks",)

        def start(self, parent: Any) -> None:
            beat = partial(_show, presence, parent.hostname)
            beat()
            self.timer = parent.timer.call_repeatedly(_BEAT_S, beat)

        def stop(self, parent: Any) -> None:  # noqa: ARG002 - Celery's signature
            if timer := getattr(self, "timer", None):
                timer.cancel()

    queue.steps["consumer"].add(Presence)
    queue.Worker = queue.subclass_with_self(PlainWorker, name="Worker")
    worker_program.safe_say = _say_nothing  # it would print beside the log, in no form
    queue.conf.worker_consumer = f"{__name__}:{SteadyConsumer.__name__}"

    def stop() -> None:
        log.info("this worker is stopping")
        ask_to_stop(store, _running_here, time.sleep)

    def on_stop(**_: Any) -> None:  # called by a signal, which may come at any point
        ending.begin()  # Redis may be away, and cannot be asked to ask them
        threading.Thread(target=stop, name="stopping", daemon=True).start()

    def on_failure(task_id: str, exception: BaseException, **_: Any) -> None:
        note_kill(store, task_id, exception)

    signals.setup_logging.connect(_leave_logging, weak=False)
    signals.worker_init.connect(_load, weak=False)
    signals.worker_shutting_down.connect(on_stop, weak=False)
    signals.task_failure.connect(on_failure, weak=False)


def ask_to_stop(
    store: OperationStore,
    running: Callable[[], Iterable[str]],
    sleep: Callable[[float], None],
) -> None:
    """Ask the operations of this worker to stop between two writes; return when none is left.

    Args:
        running: returns the ids of those that a process of this worker carries out now.
    """
    asked: set[str] = set()
    while left := set(running()):
        for operation_id in left - asked:
            try:
                operation = store.get(operation_id)
                if operation and operation.status is not Status.QUEUED:  # begun in a moment
                    store.request_cancel(operation_id, SHUTDOWN)
                    asked.add(operation_id)
            except StateError as error:
                log.warning("could not ask an operation to stop: %s", error)
        sleep(_LOOK_S)


def note_kill(store: OperationStore, operation_id: str, why: BaseException) -> None:
    """Note the end of an operation whose process is gone; any other end it has noted itself."""
    if not isinstance(why, WorkerLostError):
        return
    try:
        store.finish(operation_id, Status.INTERRUPTED, None, _KILLED)
    except StateError as error:  # pages see that nothing is heard of it
        log.warning("could not note that the process of an operation is gone: %s", error)


def _leave_logging(**_: Any) -> None:
    """Keep Celery from setting up the log of the process, which is set up already.

    What it says of its own processes goes there as well: by itself it would go past all handlers.
    """
    get_multiprocessing_logger().propagate = True


def _say_nothing(*_: Any) -> None:
    """Print nothing."""


def _load(**_: Any) -> None:
    """Load what every operation needs once, before processes are forked for them.

    What is frozen stays shared: collecting garbage would write to it in each of them.
    """
    importlib.import_module("core.gateways.connect")
    gc.collect()
    gc.freeze()


def _running_here() -> list[str]:
    return [request.id for request in tuple(state.active_requests)]


def _show(presence: WorkerPresence, name: str) -> None:
    try:
        presence.beat(name)
    except StateError as error:
        log.warning("could not show that this worker is running: %s", error)
