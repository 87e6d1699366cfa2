"""Two processes that start at the same instant."""

import multiprocessing
from typing import Any

import pytest

from core.errors import LockedError
from core.gateways.connect import connect, system_clock, this_process
from core.state.lock import acquire
from tests.emulated import Emulated

ROUNDS = 50
FOLDER = "/Workspace/Shared/locks"
TIMEOUT_S = 60


def contend(url: str, token: str, barrier: Any, results: Any) -> None:
    """Try to take the lock once a round, at the same instant as the other process."""
    files = connect(retry_s=5, host=url, token=token).ports.files
    for number in range(ROUNDS):
        barrier.wait(TIMEOUT_S)
        try:
            lease = acquire(files, FOLDER, this_process("me", "import"), system_clock())
        except LockedError:
            lease = None
        results.put((number, lease is not None))
        barrier.wait(TIMEOUT_S)
        if lease:
            lease.release()
        barrier.wait(TIMEOUT_S)


@pytest.mark.slow
def test_exactly_one_of_two_processes_takes_the_lock_every_time(dev: Emulated) -> None:
    dev.connect().ports.files.make_folder(FOLDER)
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(2), context.Queue()
    processes = [
        context.Process(target=contend, args=(dev.url, dev.token, barrier, results))
        for _ in range(2)
    ]
    for process in processes:
        process.start()
    wins: dict[int, int] = {}
    for _ in range(2 * ROUNDS):
        number, won = results.get(timeout=TIMEOUT_S)
        wins[number] = wins.get(number, 0) + won
    for process in processes:
        process.join(TIMEOUT_S)
    assert set(wins.values()) == {1}, {
        number: count for number, count in wins.items() if count != 1
    }
