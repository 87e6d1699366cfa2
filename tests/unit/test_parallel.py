"""The same work for many items."""

import threading

import pytest

from core.errors import NotFoundError, SyncError
from core.parallel import in_parallel, read_ahead


def test_every_item_comes_back_with_its_result():
    results = dict(in_parallel(lambda number: number * 2, range(100), threads=4))
    assert results == {number: number * 2 for number in range(100)}


def test_nothing_to_do_gives_nothing():
    assert list(in_parallel(str, [], threads=4)) == []


def test_an_error_for_users_is_the_result_of_its_item_only():
    error = NotFoundError("gone")

    def work(number: int) -> int:
        if number == 3:
            raise error
        return number

    results = dict(in_parallel(work, range(5), threads=2))
    assert results == {0: 0, 1: 1, 2: 2, 3: error, 4: 4}
    assert isinstance(results[3], SyncError)


def test_any_other_error_ends_the_whole_and_drops_what_has_not_begun():
    begun: list[int] = []
    go = threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise ZeroDivisionError
        go.wait(5)

    results = in_parallel(work, range(100), threads=2)
    with pytest.raises(ZeroDivisionError):
        threading.Timer(0.05, go.set).start()
        list(results)
    assert len(begun) < 100


def test_no_more_threads_than_asked_for_are_at_work():
    barrier = threading.Barrier(3)
    busy = threading.Semaphore(3)

    def work(_number: int) -> bool:
        with_place = busy.acquire(blocking=False)
        barrier.wait(5)
        busy.release()
        return with_place

    assert all(ok for _, ok in in_parallel(work, range(30), threads=3))


def test_a_reader_that_stops_early_drops_what_has_not_begun():
    begun: list[int] = []
    go = threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        if number:
            go.wait(5)

    results = in_parallel(work, range(100), threads=1)
    next(results)
    threading.Timer(0.05, go.set).start()
    results.close()
    assert len(begun) < 100


def test_what_is_read_ahead_comes_in_its_order_and_whole():
    assert list(read_ahead(iter(range(1000)))) == list(range(1000))
    assert list(read_ahead([])) == []


def test_the_next_items_are_read_while_the_first_is_worked_on():
    second = threading.Event()

    def items():
        yield 1
        second.set()
        yield 2

    reading = read_ahead(items())
    assert next(reading) == 1
    assert second.wait(5)
    assert list(reading) == [2]


def test_what_reading_ahead_raises_comes_after_what_came_before():
    def items():
        yield 1
        raise NotFoundError("gone")

    reading = read_ahead(items())
    assert next(reading) == 1
    with pytest.raises(NotFoundError, match="gone"):
        next(reading)


def test_whoever_stops_early_ends_the_reading():
    asked: list[int] = []
    go = threading.Event()

    def items():
        for number in range(1000):
            asked.append(number)
            yield number
            go.wait(5)

    reading = read_ahead(items())
    assert next(reading) == 0
    threading.Timer(0.05, go.set).start()
    reading.close()
    assert len(asked) <= 2
