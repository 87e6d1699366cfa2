"""One copy alone, or replicas on Celery: what each needs, and what each does without Redis."""

import os
import runpy
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import redis

from app import create_app
from components import ids
from core.errors import SettingsError, StateError
from core.gateways.redis.connection import RedisConnection
from core.gateways.redis.presence import WorkerPresence
from core.gateways.stores import open_store
from core.operations.kinds import OperationKind
from core.operations.operation import Status
from core.settings import Settings
from tests.fakes import FakeOperationStore
from tests.redis_server import RedisServer
from web.background.queue import open_deployments_queue
from web.background.workers import OperationQueue

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "redis://127.0.0.1:1/0"
ALONE = {
    "DATABRICKS_HOST": "http://127.0.0.1:9",
    "DATABRICKS_TOKEN": "x",
    "WORKSPACE_GIT_FOLDER_PATH": "/Workspace/Shared/jobs",
    "AUTH": "none",
}
REPLICA = {**ALONE, "BACKGROUND": "celery", "REDIS_URL": NOWHERE, "SECRET_KEY": "k" * 40}


def run_python(code: str, env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    kept = {"PATH": os.environ["PATH"], "PYTHON_DOTENV_DISABLED": "1"}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=ROOT, env={**kept, **env}, capture_output=True, text=True, check=False
    )


def until_ok(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_one_copy_alone_loads_neither_celery_nor_redis(tmp_path: Path) -> None:
    code = (
        "import os, sys, app; app.create_app(os.environ);"
        "print({'celery', 'kombu', 'redis'} & set(sys.modules))"
    )
    ran = run_python(code, {**ALONE, "CACHE_FOLDER": str(tmp_path)})
    assert (ran.returncode, ran.stdout.strip()) == (0, "set()"), ran.stderr


def test_without_a_key_that_all_replicas_know_the_page_does_not_start(tmp_path: Path) -> None:
    env = {**REPLICA, "SECRET_KEY": "", "CACHE_FOLDER": str(tmp_path)}
    with pytest.raises(SettingsError, match="SECRET_KEY is not set"):
        create_app(env)


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        (ALONE, "Set BACKGROUND=celery and REDIS_URL"),
        ({**REPLICA, "REDIS_URL": "http://redis"}, "REDIS_URL is not the address of a Redis"),
        ({**REPLICA, "WORKSPACE_GIT_FOLDER_PATH": ""}, "WORKSPACE_GIT_FOLDER_PATH is not set"),
    ],
)
def test_a_worker_says_what_it_lacks(env: Mapping[str, str], sentence: str) -> None:
    ran = run_python("import worker", env)
    assert ran.returncode == 1
    assert sentence in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_page_starts_and_serves_without_redis_and_says_that_it_is_away(tmp_path: Path) -> None:
    client = create_app({**REPLICA, "CACHE_FOLDER": str(tmp_path)}).server.test_client()
    for path in ("/", "/import", "/_dash-layout", "/_dash-dependencies", "/healthz"):
        assert client.get(path).status_code == 200, path
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.text.startswith("store: not ready")
    for tab in ("export", "import", "mappings", "history", "workspace"):
        answer = client.get(f"/feed/{tab}")
        assert answer.status_code == 503
        assert "Redis" in answer.json["message"]
    assert client.get("/feed/export").json["props"][ids.EXPORT_START]["disabled"]


def test_one_copy_alone_is_ready_when_its_files_can_be_used(tmp_path: Path) -> None:
    client = create_app({**ALONE, "CACHE_FOLDER": str(tmp_path)}).server.test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").text == "store: OK\nqueue: OK\n"


def test_a_redis_that_accepts_connections_and_answers_nothing_holds_up_nobody(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    env = {**REPLICA, "REDIS_URL": redis_server.url, "CACHE_FOLDER": str(tmp_path)}
    app = create_app(env)
    client = app.server.test_client()
    assert client.get("/feed/export").status_code == 200
    operation = open_store(Settings.from_env(env), env).start(OperationKind.EXPORT, {}, "ana")
    redis_server.pause()
    assert client.get("/feed/export").status_code == 503
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    queue, _ = open_deployments_queue(Settings.from_env(env), env)
    store = FakeOperationStore()
    presence: Any = None
    jobs = OperationQueue(queue, store, presence, store.note_launch, lambda _id: True)
    with pytest.raises(StateError, match="could not be handed"):
        jobs.call_job_fn("key", print, [operation.operation_id], {})
    redis_server.resume()
    until_ok(lambda: client.get("/feed/export").status_code == 200)
    jobs.call_job_fn("key", print, [operation.operation_id], {})


@pytest.mark.parametrize(("background", "loads"), [("celery", True), ("", False)])
def test_only_replicas_load_the_page_before_they_listen(
    background: str, loads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would wait for one that listens and is still loading."""
    monkeypatch.setenv("PYTHON_DOTENV_DISABLED", "1")
    monkeypatch.setenv("BACKGROUND", background)
    assert runpy.run_path(str(ROOT / "gunicorn.conf.py"))["preload_app"] is loads


def test_a_page_that_ends_stops_no_operation_of_the_workers(
    shared_redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = {**REPLICA, "REDIS_URL": shared_redis.url, "STATE_FOLDER_PATH": "/Workspace/ends"}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHON_DOTENV_DISABLED", "1")
    store = open_store(Settings.from_env(env), env)
    operation = store.start(OperationKind.EXPORT, {}, "ana@dev.example").operation_id
    assert store.claim(operation)
    ask = runpy.run_path(str(ROOT / "gunicorn.conf.py"))["_ask_operations_to_stop"]
    assert ask() == []
    found = store.get(operation)
    assert found
    assert found.status is Status.RUNNING


def test_a_worker_is_seen_for_ten_seconds_by_its_own_deployment(shared_redis: RedisServer) -> None:
    mine, others = (
        WorkerPresence(RedisConnection(shared_redis.url, f"jobsync:{name}:"))
        for name in ("seen", "unseen")
    )
    assert not mine.is_seen()
    mine.beat("celery@one")
    assert mine.is_seen()
    assert not others.is_seen()
    with redis.Redis.from_url(shared_redis.url) as client:
        assert 0 < client.pttl("jobsync:seen:worker") <= 10_000
