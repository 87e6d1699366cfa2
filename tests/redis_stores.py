"""Stores of one deployment in a real Redis, and what a test does to it."""

import time
import uuid
from collections.abc import Callable
from typing import Any

from core.errors import StateError
from core.gateways.redis import prelude
from core.gateways.redis.operation_store import RedisOperationStore
from core.operations.grid_row import GridRow, RowState
from core.operations.kinds import OperationKind
from core.operations.operation import LogLine, Operation
from core.operations.running import carry_out
from core.service import JobSync
from core.settings import AppMode
from tests.fakes import FakeWorkspace
from tests.redis_server import RedisServer

ANA = "ana@dev.example"
LATE_S = 60.0


class Replicas:
    """Several processes' stores of one deployment, and what a test does to their Redis."""

    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self.deployment = uuid.uuid4().hex
        self._opened: list[RedisOperationStore] = []
        self.raw: Any = server.client()

    def store(self) -> RedisOperationStore:
        store = RedisOperationStore(self.server.url, self.deployment)
        self._opened.append(store)
        return store

    def close(self) -> None:
        for store in self._opened:
            store.close()
        self.raw.close()

    def names(self) -> list[str]:
        return sorted(key.decode() for key in self.raw.keys(f"jobsync:{self.deployment}:*"))

    def key(self, kind: str, name: str = "") -> str:
        return f"jobsync:{self.deployment}:{kind}" + (f":{name}" if name else "")

    def age(self, name: str, seconds: float) -> None:
        """Let the last sign of life, and the start, be some seconds ago."""
        for field in ("created", "heartbeat"):
            was = float(self.raw.hget(self.key("op", name), field))
            self.raw.hset(self.key("op", name), field, f"{was - seconds:.6f}")

    def settle(self) -> None:
        """Wait until Redis has been there for so long that silence means something."""
        end = time.monotonic() + LATE_S
        while self.raw.info("server")["uptime_in_seconds"] <= prelude.SILENT_S:
            assert time.monotonic() < end
            time.sleep(0.2)


def running(store: RedisOperationStore, kind: OperationKind = OperationKind.EXPORT) -> Operation:
    name = store.start(kind, {}, ANA).operation_id
    assert store.claim(name)
    return got(store, name)


def got(store: RedisOperationStore, name: str) -> Operation:
    operation = store.get(name)
    assert operation is not None
    return operation


def fill(store: RedisOperationStore, name: str) -> None:
    assert store.progress(
        name,
        rows=[GridRow("0", "load", state=RowState.DONE), GridRow("1", "report")],
        log=[LogLine(1.0, "INFO", "x")],
    )
    assert store.put_documents(name, {"plan": b"{}"})


def eventually(is_so: Callable[[], Any]) -> None:
    end = time.monotonic() + LATE_S
    while not is_so():
        assert time.monotonic() < end, "It never came to be."
        time.sleep(0.05)


def work(store: RedisOperationStore, workspace: FakeWorkspace, name: str) -> None:
    """Carry out an operation as a worker does, that beats and tries again more often."""

    def connect(_: object) -> JobSync:
        return workspace.service()

    def sleep(_: float) -> None:
        time.sleep(0.1)

    carry_out(name, store, connect, AppMode.BOTH, time.time, beat_s=0.05, sleep=sleep)


def has_ended(store: RedisOperationStore, name: str) -> bool:
    try:
        operation = store.get(name)
    except StateError:
        return False
    return operation is not None and not operation.status.is_active
