"""What Dash keeps about background callbacks: JSON, and nothing that could be run."""

import os
import pickle
import sqlite3
from pathlib import Path

import diskcache
import pytest

from web.background import JsonOnlyDisk, OperationProcesses
from web.background_job import run_operation


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


@pytest.fixture
def cache(tmp_path):
    with diskcache.Cache(str(tmp_path / "cache"), disk=JsonOnlyDisk) as cache:
        yield cache


@pytest.mark.parametrize(
    "value", [None, 1, "text", [1, 2], {"a": {"b": None}}, "bad \ud800", b"bytes \xff\0"]
)
def test_what_is_kept_comes_back(cache, value):
    cache.set("key", value)
    assert cache.get("key") == value


def test_a_component_is_kept_as_its_json(cache):
    from dash import html

    cache.set("key", {"response": html.Div("x")})
    assert cache.get("key")["response"]["props"]["children"] == "x"


def test_what_is_no_json_is_refused(cache):
    with pytest.raises(TypeError):
        cache.set("key", object())


def plant(folder, key: object, raw: int, value: bytes, mode: int) -> None:
    """Write a row as somebody else could who may write the file."""
    connection = sqlite3.connect(folder / "cache" / "cache.db")
    with connection:
        connection.execute(
            "insert into Cache(key, raw, store_time, access_time, tag, mode, value)"
            " values(?, ?, 0, 0, null, ?, ?)",
            (key, raw, mode, value),
        )
    connection.close()


def test_a_pickled_value_is_refused_before_it_is_read(cache, tmp_path):
    target = tmp_path / "made"
    cache.set("key", 1)
    [(key, raw)] = cache._sql("select key, raw from Cache").fetchall()
    cache.clear()
    plant(tmp_path, key, raw, pickle.dumps(Trap(str(target))), 4)
    with pytest.raises(ValueError, match="pickled entry"):
        cache.get("key")
    assert not target.exists()


def test_a_pickled_key_is_refused_before_it_is_read(cache, tmp_path):
    target = tmp_path / "made"
    plant(tmp_path, sqlite3.Binary(pickle.dumps(Trap(str(target)))), 0, b"1", 1)
    with pytest.raises(ValueError, match="pickled key"):
        list(cache)
    assert not target.exists()


def test_the_folder_is_made_for_this_user_alone(tmp_path):
    folder = tmp_path / "callbacks"
    OperationProcesses(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("job", [None, "", "x", "PID", "PID-0", "0-1", -1])
def test_a_process_that_is_not_ours_is_not_at_work(tmp_path, job):
    job = job.replace("PID", f"{os.getpid()}") if isinstance(job, str) else job
    assert not OperationProcesses(tmp_path / "callbacks").job_running(job)


def test_no_job_is_ever_killed(tmp_path):
    processes = OperationProcesses(tmp_path / "callbacks")
    processes.terminate_job(f"{os.getpid()}-0")
    assert processes.terminate_unhealthy_job(f"{os.getpid()}-0") is False


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_an_operation_nothing_is_carried_out(nothing):
    assert run_operation(nothing) is None


def test_a_process_that_had_ended_before_it_was_looked_at_is_not_running(tmp_path: Path) -> None:
    assert not OperationProcesses(tmp_path / "callbacks").job_running("4194305-")
