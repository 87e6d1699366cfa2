"""Background callbacks: processes of their own, which nobody kills."""

import os
from pathlib import Path
from typing import Any

import pytest
from dash.exceptions import PreventUpdate

from core.operations.kinds import OperationKind
from tests.fakes import FakeOperationStore
from web.background.processes import OperationProcesses, is_queued
from web.background.work import run_operation


def nobody_hears(operation_id: str, pid: int | None, problem: str = "") -> None:
    """Take no note of what is launched."""


def anything(operation_id: Any) -> bool:
    """Let everything be launched."""
    return bool(operation_id)


def test_the_folder_is_made_for_this_user_alone(tmp_path):
    folder = tmp_path / "callbacks"
    OperationProcesses(folder, nobody_hears, anything)
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("job", [None, "", "x", "PID", "PID-0", "0-1", -1])
def test_a_process_that_is_not_ours_is_not_at_work(tmp_path, job):
    job = job.replace("PID", f"{os.getpid()}") if isinstance(job, str) else job
    assert not OperationProcesses(tmp_path / "callbacks", nobody_hears, anything).job_running(job)


def test_no_job_is_ever_killed(tmp_path):
    processes = OperationProcesses(tmp_path / "callbacks", nobody_hears, anything)
    processes.terminate_job(f"{os.getpid()}-0")
    assert processes.terminate_unhealthy_job(f"{os.getpid()}-0") is False


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_an_operation_nothing_is_carried_out(nothing):
    assert run_operation(nothing) is None


def test_a_process_that_had_ended_before_it_was_looked_at_is_not_running(tmp_path: Path) -> None:
    assert not OperationProcesses(tmp_path / "callbacks", nobody_hears, anything).job_running(
        "4194305-"
    )


@pytest.mark.parametrize("error", [OSError("no memory"), EOFError("the server is gone")])
def test_a_process_that_cannot_start_is_noted(tmp_path: Path, error: Exception) -> None:
    heard: list[tuple[str, int | None, str]] = []

    def hear(operation_id: str, pid: int | None, problem: str = "") -> None:
        heard.append((operation_id, pid, problem))

    processes = OperationProcesses(tmp_path, hear, anything)

    class NoProcess:
        def __init__(self, **_: object) -> None:
            """Take what a process takes."""

        def start(self) -> None:
            raise error

    processes._context = type("Context", (), {"Process": NoProcess})
    with pytest.raises(type(error)):
        processes.call_job_fn("key", print, ["operation"], {})
    assert heard == [("operation", None, f"Its process could not start: {error}.")]


def test_what_no_operation_waits_for_costs_no_process(tmp_path: Path) -> None:
    processes = OperationProcesses(tmp_path, nobody_hears, lambda _id: False)
    processes._context = None  # a process would be made of it
    with pytest.raises(PreventUpdate):
        processes.call_job_fn("key", print, ["operation"], {})


def test_only_a_queued_operation_waits_for_a_process() -> None:
    store = FakeOperationStore()
    name = store.start(OperationKind.EXPORT, {}, "ana").operation_id
    assert is_queued(store, name)
    store.claim(name)
    for other in (name, "x", "", None, 7, [name], {"a": name}, True):
        assert not is_queued(store, other)
