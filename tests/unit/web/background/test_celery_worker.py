"""A worker that is stopped asks its own operations to stop, and no others."""

import os
from collections.abc import Callable, Iterator

from billiard.exceptions import WorkerLostError

from core.errors import StateError
from core.operations.kinds import OperationKind
from core.operations.operation import SHUTDOWN, Status
from tests.fakes import FakeOperationStore
from web.background.celery_worker import Ending, ask_to_stop, note_kill


def taking_turns(*turns: list[str]) -> Callable[[], list[str]]:
    """Return what says which operations are running, another answer each time."""
    answers: Iterator[list[str]] = iter(turns)
    return lambda: next(answers, [])


def begun(store: FakeOperationStore, kind: OperationKind = OperationKind.EXPORT) -> str:
    name = store.start(kind, {}, "ana@dev.example").operation_id
    store.claim(name)
    return name


def reason_of(store: FakeOperationStore, name: str) -> tuple[Status, str]:
    operation = store.get(name)
    assert operation
    return operation.status, operation.cancel_reason


def test_what_runs_here_is_asked_to_stop_and_what_runs_elsewhere_continues() -> None:
    store = FakeOperationStore()
    elsewhere, here = begun(store, OperationKind.INFO), begun(store)
    ask_to_stop(store, taking_turns([here], [here]), lambda _s: None)
    assert reason_of(store, here) == (Status.CANCELLING, SHUTDOWN)
    assert reason_of(store, elsewhere) == (Status.RUNNING, "")


def test_processes_that_were_forked_before_learn_that_their_worker_is_to_end() -> None:
    ending = Ending()
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        os.read(reader, 1)
        os._exit(7 if ending.has_begun() else 8)
    assert not ending.has_begun()
    ending.begin()
    os.write(writer, b"x")
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 7


def test_one_that_is_just_beginning_is_asked_when_it_has_begun() -> None:
    store = FakeOperationStore()
    name = store.start(OperationKind.EXPORT, {}, "ana@dev.example").operation_id
    ask_to_stop(store, taking_turns([name], [name], [name]), lambda _s: store.claim(name) and None)
    assert reason_of(store, name) == (Status.CANCELLING, SHUTDOWN)


def test_a_store_that_is_away_is_asked_again() -> None:
    class Away(FakeOperationStore):
        failures = 2

        def request_cancel(self, operation_id: str, reason: str) -> None:
            self.failures -= 1
            if self.failures >= 0:
                raise StateError("Redis does not answer.", fix="Wait.")
            super().request_cancel(operation_id, reason)

    store = Away()
    name = begun(store)
    ask_to_stop(store, taking_turns(*[[name]] * 3), lambda _s: None)
    assert reason_of(store, name) == (Status.CANCELLING, SHUTDOWN)


def test_an_operation_whose_process_was_killed_is_noted_as_that_at_once() -> None:
    store = FakeOperationStore()
    name = begun(store)
    note_kill(store, name, WorkerLostError("signal 9 (SIGKILL)"))
    operation = store.get(name)
    assert operation
    assert operation.status is Status.INTERRUPTED
    assert operation.error.startswith("Its process was killed or crashed before it finished.")


def test_one_that_failed_in_another_way_has_noted_it_itself() -> None:
    store = FakeOperationStore()
    name = begun(store)
    note_kill(store, name, StateError("Redis does not answer.", fix="Wait."))
    assert reason_of(store, name) == (Status.RUNNING, "")


def test_a_kill_that_cannot_be_noted_is_seen_by_the_silence() -> None:
    class Away(FakeOperationStore):
        def finish(self, *_arguments: object, **_named: object) -> None:
            raise StateError("Redis does not answer.", fix="Wait.")

    store = Away()
    name = begun(store)
    note_kill(store, name, WorkerLostError())
    assert reason_of(store, name) == (Status.RUNNING, "")


def test_without_an_operation_nothing_is_waited_for() -> None:
    slept: list[float] = []
    ask_to_stop(FakeOperationStore(), taking_turns(), slept.append)
    assert slept == []
