"""What was read last, who reads it, and that nobody waits."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import InvalidJsonError, StoppedError, UnreachableError
from web.board import DiskBoard, Note
from web.routes.readings import Known, Readings, Shared

EVER = float("-inf")


class Slow:
    """A workspace that answers when it is let."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.begun = threading.Event()
        self.count = 0
        self.error: Exception | None = None

    def read(self, _is_over: Callable[[], bool]) -> int:
        self.count += 1
        self.begun.set()
        assert self.answers.wait(10)
        if self.error:
            raise self.error
        return self.count


@pytest.fixture
def slow():
    slow = Slow()
    yield slow
    slow.answers.set()  # its thread ends


@pytest.fixture
def readings() -> Readings:
    return Readings()


def read_to_the_end(readings: Readings, slow: Slow) -> Known[int]:
    slow.answers.set()
    known = readings.look("place", slow.read, newer_than=EVER, wait_s=10)
    slow.answers.clear()
    return known


def test_who_asks_first_is_answered_at_once_and_learns_it_later(readings, slow):
    begun = time.monotonic()
    known = readings.look("place", slow.read, newer_than=readings.now())
    assert (known.value, known.is_reading, known.problem) == (None, True, "")
    assert time.monotonic() - begun < 1
    known = read_to_the_end(readings, slow)
    assert (known.value, known.is_reading) == (1, False)


def test_many_who_ask_at_once_have_it_read_once(readings, slow):
    moment = readings.now()
    for _ in range(50):
        assert readings.look("place", slow.read, newer_than=moment).is_reading
    assert read_to_the_end(readings, slow).value == 1


def test_what_is_known_is_shown_while_it_is_read_anew(readings, slow):
    readings.look("place", slow.read, newer_than=readings.now())
    read_to_the_end(readings, slow)
    known = readings.look("place", slow.read, newer_than=readings.now())
    assert (known.value, known.is_reading) == (1, True)
    assert read_to_the_end(readings, slow).value == 2
    assert readings.look("place", slow.read, newer_than=EVER).is_reading is False


def test_a_failure_leaves_what_was_known_and_is_not_repeated_at_once(slow):
    now = [100.0]
    readings = Readings(monotonic=lambda: now[0])
    readings.look("place", slow.read, newer_than=now[0])
    read_to_the_end(readings, slow)
    now[0] += 60
    slow.error = UnreachableError("No answer.")
    readings.look("place", slow.read, newer_than=now[0])
    known = read_to_the_end(readings, slow)
    assert (known.value, known.problem, known.age_s) == (1, "No answer.", 60.0)
    assert not readings.look("place", slow.read, newer_than=now[0]).is_reading
    now[0] += 6
    slow.error = None
    assert readings.look("place", slow.read, newer_than=now[0]).is_reading
    assert read_to_the_end(readings, slow).problem == ""


def test_a_reading_that_takes_too_long_says_so_and_makes_no_further_call(slow):
    now = [100.0]
    readings = Readings(deadline_s=60, monotonic=lambda: now[0])
    over: list[bool] = []

    def read(is_over: Callable[[], bool]) -> int:
        over.append(is_over())
        slow.read(is_over)
        over.append(is_over())
        raise StoppedError

    readings.look("place", read, newer_than=now[0])
    assert slow.begun.wait(10)
    now[0] += 75
    known = readings.look("place", read, newer_than=EVER)
    assert known.problem == "It is slow or does not answer: 75 s have passed."
    known = read_to_the_end(readings, slow)
    assert known.problem == "It is slow or does not answer: 75 s have passed."
    assert over == [False, True]


def test_a_bug_ends_one_reading_and_not_the_thread(readings, slow, caplog):
    def read(_is_over: Callable[[], bool]) -> int:
        raise ZeroDivisionError

    known = readings.look("bug", read, newer_than=readings.now(), wait_s=10)
    assert known.problem == "Something went wrong. See the app log."
    assert "ZeroDivisionError" in caplog.text
    readings.look("place", slow.read, newer_than=readings.now())
    assert read_to_the_end(readings, slow).value == 1


def test_only_two_requests_wait_whatever_they_wait_for(readings, slow):
    readings.look("place", slow.read, newer_than=readings.now())
    waiting = [
        threading.Thread(
            target=readings.look,
            args=("place", slow.read),
            kwargs={"newer_than": EVER, "wait_s": 5},
        )
        for _ in range(2)
    ]
    for thread in waiting:
        thread.start()
    while readings._waiters._value:
        time.sleep(0.001)
    begun = time.monotonic()
    assert readings.look("place", slow.read, newer_than=EVER, wait_s=5).is_reading
    assert time.monotonic() - begun < 1
    slow.answers.set()
    for thread in waiting:
        thread.join(10)


def test_only_some_readings_are_kept(readings):
    for number in range(30):
        readings.look(f"row {number}", lambda _: 1, newer_than=readings.now(), wait_s=10)
    assert len(readings._kept) <= 20
    assert readings.look("row 29", lambda _: 2, newer_than=EVER).value == 1


# Several processes

AS_IT_IS = Shared(lambda value: value, int)


def two_processes(folder: Path, now: list[float]) -> tuple[Readings, Readings]:
    first, second = (Readings(monotonic=lambda: now[0], board=DiskBoard(folder)) for _ in range(2))
    return first, second


def until_read(readings: Readings, slow: Slow, newer_than: float) -> Known[int]:
    slow.answers.set()
    known = readings.look("place", slow.read, newer_than=newer_than, wait_s=10, shared=AS_IT_IS)
    slow.answers.clear()
    return known


def test_what_one_process_has_read_all_show(tmp_path, slow):
    now = [100.0]
    first, second = two_processes(tmp_path, now)
    assert until_read(first, slow, 100.0).value == 1
    now[0] = 105.0
    known = second.look("place", slow.read, newer_than=100.0, shared=AS_IT_IS)
    assert known == Known(1, 5.0)
    assert until_read(second, slow, 105.0).value == 2
    assert first.look("place", slow.read, newer_than=EVER, shared=AS_IT_IS).value == 2


def test_what_one_process_reads_no_other_reads(tmp_path, slow):
    now = [100.0]
    first, second = two_processes(tmp_path, now)
    assert first.look("place", slow.read, newer_than=100.0, shared=AS_IT_IS).is_reading
    assert second.look("place", slow.read, newer_than=100.0, shared=AS_IT_IS).is_reading
    assert until_read(first, slow, EVER).value == 1
    known = second.look("place", slow.read, newer_than=100.0, shared=AS_IT_IS)
    assert (known.value, known.is_reading, slow.count) == (1, False, 1)


def test_a_failure_and_its_end_are_shown_by_all(tmp_path, slow):
    now = [100.0]
    first, second = two_processes(tmp_path, now)
    slow.error = UnreachableError("No answer.")
    until_read(first, slow, 100.0)
    known = second.look("place", slow.read, newer_than=EVER, shared=AS_IT_IS)
    assert (known.value, known.problem) == (None, "No answer.")
    slow.error, now[0] = None, 110.0
    until_read(second, slow, 110.0)
    assert first.look("place", slow.read, newer_than=EVER, shared=AS_IT_IS) == Known(2)


def test_what_a_process_that_is_gone_was_reading_is_read_by_another(tmp_path, slow):
    now = [100.0]
    board = DiskBoard(tmp_path)
    board.put("place", Note(asked=90.0))
    document = board._cache.get("place")
    board._cache.set("place", {**document, "born": "earlier"})
    readings = Readings(monotonic=lambda: now[0], board=board)
    assert until_read(readings, slow, 100.0).value == 1


@pytest.mark.parametrize("found", ["text", {}, {"value": "x"}, {"at": "x"}, {"value": 7, "at": 1}])
def test_a_note_that_cannot_be_used_is_none(tmp_path, slow, found):
    board = DiskBoard(tmp_path)
    assert board.look("place") == Note()
    if isinstance(found, dict):
        found = {"machine": board._here if "value" in found else "other", "pid": 1, **found}
    board._cache.set("place", found)
    readings = Readings(board=board)
    read = Shared(lambda value: value, refuse)
    assert readings.look("place", slow.read, newer_than=EVER, shared=read).value is None


def refuse(_document: object) -> int:
    raise InvalidJsonError("It is of another version.")


def test_a_board_that_cannot_be_written_keeps_nobody_from_reading(tmp_path, slow):
    (tmp_path / "file").write_text("in the way")
    readings = Readings(board=DiskBoard(tmp_path / "file"))
    assert until_read(readings, slow, readings.now()).value == 1
