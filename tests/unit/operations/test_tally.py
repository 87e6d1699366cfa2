"""What a process counts reaches the store once, also where that takes several attempts."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from core.calls import Wait, WaitReason
from core.operations.counters import Counter, count_call, count_wait
from core.operations.tally import Tally
from tests.fakes import FakeOperationStore

CALL = count_call("GET /api/2.2/jobs/list", 200)
MOMENT_S = 0.005


class Store(FakeOperationStore):
    """Cannot be written for as long as `is_away`."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.tries = 0

    def count(self, additions, batch=""):
        self.tries += 1
        return not self.is_away and super().count(additions)


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def tally_threads():
    return {one for one in threading.enumerate() if one.name == "tally"}


def test_what_is_added_is_in_the_store_a_moment_later():
    store = Store()
    tally = Tally(store.count, MOMENT_S)
    tally.add(CALL)
    wait_for(lambda: store.counted() == CALL)
    tally.add(CALL)
    wait_for(lambda: store.counted() == dict.fromkeys(CALL, 2))


def test_it_has_no_thread_while_there_is_nothing_to_write():
    store, others = Store(), tally_threads()
    tally = Tally(store.count, MOMENT_S)
    tally.add({})
    assert tally_threads() <= others
    tally.add(CALL)
    wait_for(lambda: store.counted() == CALL)
    wait_for(lambda: tally_threads() <= others)


def test_another_attempt_is_the_same_as_the_first():
    sent = []

    def write(additions, batch):
        sent.append((additions, batch))
        return len(sent) > 2

    tally = Tally(write, moment_s=3600)
    for _ in range(2):
        tally.add(CALL)
        assert not tally.write()
    assert tally.write()
    first, again, third, rest = sent
    assert first == again == third == (CALL, first[1])
    assert rest == (CALL, rest[1])
    assert first[1] != rest[1]


def test_what_could_not_be_written_is_written_once_it_can():
    store = Store()
    tally = Tally(store.count, MOMENT_S)
    store.is_away = True
    tally.add(CALL)
    assert not tally.write()
    tally.add(CALL)
    assert not tally.write()
    assert store.counted() == {}
    wait_for(lambda: store.tries >= 4)
    store.is_away = False
    wait_for(lambda: store.counted() == dict.fromkeys(CALL, 2))
    assert tally.write()
    assert store.counted() == dict.fromkeys(CALL, 2)


def test_nothing_is_lost_or_counted_twice_between_threads():
    store = Store()
    tally = Tally(store.count, MOMENT_S)
    with ThreadPoolExecutor(8) as pool:
        for _ in range(400):
            pool.submit(tally.add, CALL)
            pool.submit(tally.write)
    assert tally.write()
    wait_for(lambda: store.counted() == dict.fromkeys(CALL, 400))


def test_calls_and_waits_are_measured():
    store = Store()
    tally = Tally(store.count, MOMENT_S)
    tally.note_call("GET /api/2.2/jobs/list", None)
    tally.note_wait(Wait(1.5, WaitReason.RATE_LIMIT))
    assert tally.write()
    assert store.counted() == {
        Counter.of("job_sync_api_calls_total", endpoint="GET /api/2.2/jobs/list", status="none"): 1,
        **count_wait(WaitReason.RATE_LIMIT, 1.5),
    }


def test_without_a_thread_left_it_is_written_with_the_next_that_there_is(monkeypatch):
    def no_thread(*_arguments):
        raise RuntimeError("can't start new thread")

    store = Store()
    tally = Tally(store.count, MOMENT_S)
    with monkeypatch.context() as without:
        without.setattr("core.operations.tally.start_thread", no_thread)
        tally.add(CALL)
    assert store.counted() == {}
    tally.add(CALL)
    wait_for(lambda: store.counted() == dict.fromkeys(CALL, 2))
