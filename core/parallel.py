"""Bounded concurrency: the same work for many items on NUM_THREADS threads."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextvars import copy_context
from queue import SimpleQueue
from typing import ParamSpec, TypeVar

from core.errors import SyncError

Item = TypeVar("Item")
Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")


class Pool(ThreadPoolExecutor):
    """Threads that work in the context of whoever gave them the work: see `core.logs`."""

    def submit(
        self,
        fn: Callable[Parameters, Result],
        /,
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Future[Result]:
        context = copy_context()
        return super().submit(lambda: context.run(fn, *args, **kwargs))


def start_thread(work: Callable[[], object], name: str) -> None:
    """Start a thread that ends with the process, in the context of whoever starts it.

    Raises:
        RuntimeError: the machine has no thread left.
    """
    context = copy_context()
    threading.Thread(target=context.run, args=(work,), name=name, daemon=True).start()


def in_parallel(
    work: Callable[[Item], Result], items: Iterable[Item], *, threads: int
) -> Iterator[tuple[Item, Result | SyncError]]:
    """Yield each item with its result, or with the SyncError that it raised, as they complete.

    Any other exception, a StoppedError or a bug, ends everything; work that has not begun is then
    dropped.
    """
    with Pool(max_workers=threads, thread_name_prefix="sync") as pool:
        futures = {pool.submit(work, item): item for item in items}
        try:
            for future in as_completed(futures):
                item = futures.pop(future)  # else every result would be kept until the last
                error = future.exception()
                if error is not None and not isinstance(error, SyncError):
                    raise error
                yield item, error if error is not None else future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def read_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the same items, while a thread of its own waits for those that come next.

    What the items raise is raised where it would have been. Whoever stops early ends the thread.
    """
    coming: SimpleQueue[tuple[Item, ...]] = SimpleQueue()  # an empty tuple is the end
    is_enough = threading.Event()

    def read() -> None:
        try:
            for item in items:
                coming.put((item,))
                if is_enough.is_set():
                    return
        finally:
            coming.put(())

    with Pool(1, thread_name_prefix="ahead") as pool:
        reading = pool.submit(read)
        try:
            while came := coming.get():
                yield came[0]
        finally:
            is_enough.set()
        reading.result()
