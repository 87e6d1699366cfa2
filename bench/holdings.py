"""What a page and its processes hold while no operation is running."""

import os
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import redis

_MEGABYTE = 1024 * 1024
_QUIET_S = 120.0
_LOOK_S = 2.0


@dataclass(frozen=True, slots=True)
class Held:
    """Sizes in megabytes.

    `descriptors` are of different things; several threads of a process that have the same file
    open are counted in `same_file`, of the file that is open most often. `redis` is the memory
    that Redis uses for its `keys`.
    """

    memory: float
    processes: int
    threads: int
    descriptors: int
    same_file: int
    files: int
    stored: float
    redis: float = 0.0
    keys: int = 0


def hold_when_quiet(pids: Sequence[int], folder: Path) -> Held:
    """Look when the processes of operations have ended and connections of browsers are closed.

    Args:
        pids: the processes that were started; those that they started count, too.
        folder: where they keep files.

    Raises:
        RuntimeError: they do not come to rest.
    """
    held, deadline = hold(pids, folder), time.monotonic() + _QUIET_S
    while time.monotonic() < deadline:
        time.sleep(_LOOK_S)
        before, held = held, hold(pids, folder)
        if (before.processes, before.descriptors) == (held.processes, held.descriptors):
            return held
    raise RuntimeError(f"The page does not come to rest: {held}")


def with_redis(held: Held, url: str) -> Held:
    """Add what the Redis at an address holds."""
    with redis.Redis.from_url(url) as client:
        used = float(client.info("memory")["used_memory"])
        return replace(held, redis=round(used / _MEGABYTE, 1), keys=int(client.dbsize()))


def hold(pids: Sequence[int], folder: Path) -> Held:
    """Look now."""
    processes = [
        process
        for pid in pids
        for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))
    ]
    memory = threads = 0
    open_files: Counter[tuple[int, str]] = Counter()
    for process in processes:
        with suppress(psutil.Error, OSError):  # it has just ended
            memory += process.memory_full_info().uss
            threads += process.num_threads()
            open_files.update(_open_files(process.pid))
    files = [path for path in folder.rglob("*") if path.is_file()]
    return Held(
        memory=round(memory / _MEGABYTE, 1),
        processes=len(processes),
        threads=threads,
        descriptors=len(open_files),
        same_file=max(open_files.values()),
        files=len(files),
        stored=round(sum(path.stat().st_size for path in files) / _MEGABYTE, 1),
    )


def _open_files(pid: int) -> list[tuple[int, str]]:
    """Return what each descriptor of a process leads to. Only Linux lists them there."""
    found = []
    for name in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208 - links that are gone at once
        with suppress(OSError):
            found.append((pid, str(Path(f"/proc/{pid}/fd/{name}").readlink())))
    return found
