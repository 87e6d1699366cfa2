"""The queue of pages and workers: what a message holds, and what Dash is answered about it."""

import ssl
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from celery import Celery
from dash.exceptions import PreventUpdate
from kombu.transport.redis import Channel

from core.errors import StateError
from core.operations.kinds import OperationKind
from core.operations.operation import Operation, Status
from tests.fakes import FakeOperationStore
from web.background.processes import is_queued
from web.background.queue import TASK, open_queue
from web.background.workers import OperationQueue

NOWHERE = "redis://127.0.0.1:1/0"
CONTEXT = {
    "headers": {"X-Forwarded-Access-Token": "token-of-a-user"},
    "cookies": {"session": "cookie-of-a-user"},
    "triggered_inputs": [{"value": "value-of-the-page"}],
}


@dataclass
class Presence:
    """Whether a worker is seen."""

    is_there: bool = True

    def is_seen(self) -> bool:
        return self.is_there


class UnconnectedChannel(Channel):  # type: ignore[misc] # kombu has no types
    """What kombu makes of an address, without connecting."""

    def __init__(self, connection: Any) -> None:
        self.connection = SimpleNamespace(client=connection, default_port=6379)

    def __del__(self) -> None:
        """There is nothing to close."""


class AwayStore(FakeOperationStore):
    """A store that does not answer once it is away."""

    is_away = False

    def get(self, operation_id: str) -> Operation | None:
        if self.is_away:
            raise StateError("Redis does not answer.", fix="Wait.")
        return super().get(operation_id)

    def note_launch(self, operation_id: str, pid: int | None, problem: str = "") -> None:
        if self.is_away:
            raise StateError("Redis does not answer.", fix="Wait.")
        super().note_launch(operation_id, pid, problem)


def manager(store: FakeOperationStore, url: str = "memory://", there: bool = True) -> Any:
    presence: Any = Presence(there)
    queue = open_queue(url, "jobsync:x:queue:")
    return OperationQueue(
        queue, store, presence, store.note_launch, lambda name: is_queued(store, name)
    )


def started(store: FakeOperationStore) -> str:
    return store.start(
        OperationKind.EXPORT, {"secret": "parameter"}, "ana@dev.example"
    ).operation_id


def messages(queue: Celery) -> list[Any]:
    """Take what waits in the queue."""
    with queue.connection_for_read() as connection:
        waiting = connection.SimpleQueue("operations")
        found = []
        while waiting.qsize():
            found.append(waiting.get(block=False))
            found[-1].ack()
        waiting.close()
    return found


def test_a_message_holds_the_id_of_the_operation_and_nothing_of_the_request() -> None:
    store = FakeOperationStore()
    jobs, operation = manager(store), started(store)
    assert jobs.call_job_fn("key", print, [operation], CONTEXT) == operation
    [message] = messages(jobs.handle)
    assert message.headers["task"] == TASK
    assert message.payload[0] == [operation]
    assert message.content_type == "application/json"
    text = f"{message.headers} {message.properties} {message.body}"
    assert "of-a-user" not in text
    assert "value-of-the-page" not in text
    assert "parameter" not in text


@pytest.mark.parametrize("asked", ["x", "", None, 7, ["a"]])
def test_what_no_operation_waits_for_costs_no_message(asked: Any) -> None:
    jobs = manager(FakeOperationStore())
    with pytest.raises(PreventUpdate):
        jobs.call_job_fn("key", print, [asked], CONTEXT)
    assert messages(jobs.handle) == []


def test_an_operation_that_could_not_be_handed_on_says_so() -> None:
    store = FakeOperationStore()
    jobs, operation = manager(store, NOWHERE), started(store)
    with pytest.raises(StateError, match="could not be handed to a worker"):
        jobs.call_job_fn("key", print, [operation], CONTEXT)
    ended = store.get(operation)
    assert ended
    assert ended.status is Status.FAILED
    assert "could not be handed to a worker" in ended.error


def test_when_the_store_is_away_as_well_the_page_still_learns_why_nothing_began() -> None:
    store = AwayStore()
    operation = started(store)
    jobs = manager(store, NOWHERE)
    jobs._is_queued = lambda _id: True
    store.is_away = True
    with pytest.raises(StateError):
        jobs.call_job_fn("key", print, [operation], CONTEXT)


def test_the_result_of_an_operation_is_its_id_once_it_has_ended() -> None:
    store = FakeOperationStore()
    jobs, operation = manager(store), started(store)
    assert jobs.get_result("key", operation) is jobs.UNDEFINED
    assert jobs.job_running(operation)
    store.claim(operation)
    assert jobs.get_result("key", operation) is jobs.UNDEFINED
    store.finish(operation, Status.INTERRUPTED, None, "killed")
    assert jobs.get_result("key", operation) == operation
    assert not jobs.job_running(operation)


@pytest.mark.parametrize("job", ["x", None, "None", 7])
def test_what_was_never_started_is_not_asked_for_again(job: Any) -> None:
    jobs = manager(FakeOperationStore())
    assert jobs.get_result("key", job) is jobs.UNDEFINED
    assert not jobs.job_running(job)


def test_while_the_store_is_away_dash_asks_again() -> None:
    store = AwayStore()
    jobs, operation = manager(store), started(store)
    store.is_away = True
    assert jobs.get_result("key", operation) is jobs.UNDEFINED
    assert jobs.job_running(operation)


def test_nothing_is_ever_ended_by_dash() -> None:
    store = FakeOperationStore()
    jobs, operation = manager(store, NOWHERE), started(store)
    jobs.terminate_job(operation)  # would have to connect
    assert jobs.terminate_unhealthy_job(operation) is False
    assert jobs.job_running(operation)


def test_without_a_worker_nothing_would_be_begun() -> None:
    manager(FakeOperationStore()).check()
    with pytest.raises(StateError, match="No worker is running"):
        manager(FakeOperationStore(), there=False).check()


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("redis://redis:6379/0", "redis://redis:6379/0"),
        ("rediss://:word@redis:6380/2", "rediss://:word@redis:6380/2"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
    ],
)
def test_every_address_of_a_redis_is_one_for_celery(url: str, broker: str) -> None:
    queue = open_queue(url, "x:")
    assert queue.conf.broker_url == broker


@pytest.mark.parametrize(
    "url",
    [
        "redis://redis",
        "redis://redis/",
        "redis://redis:6380/3",
        "redis://redis:6379/?db=3",
        "redis://redis:6379/3?db=4",
        "redis://redis:6379/no-number",
        "redis://[::1]:6379/0",
        "redis://jobsync:a%2Fb%40c%3Ad%3F@redis:6379/0",
        "redis://:w%20ord@redis:6379/0",
        "redis://redis:6379/0?username=jobsync&password=w%2Ford",
        "redis://redis:6379/0?socket_timeout=50&max_connections=3&client_name=x&protocol=3",
        "redis://redis:6379/0?transport=x&hostname=y",
        "rediss://jobsync:word@redis:6380/2?ssl_cert_reqs=required&db=1",
        "unix:///run/redis.sock?db=3&password=w%2Ford",
        "unix://jobsync:word@/run/redis.sock",
    ],
)
def test_the_queue_is_where_the_store_is_whatever_the_address_asks_for(url: str) -> None:
    store = redis.ConnectionPool.from_url(url).connection_kwargs
    connection = open_queue(url, "x:").connection_for_write()
    queue = Channel._connparams(UnconnectedChannel(connection))
    defaults = {} if store.get("path") else {"host": "localhost", "port": 6379}
    for name in ("host", "port", "path", "username", "password"):
        assert queue.get(name) == (store.get(name) or defaults.get(name)), name
    assert int(queue["db"]) == (store.get("db") or 0)


def test_a_server_that_is_reached_by_tls_has_to_prove_who_it_is() -> None:
    asked = open_queue("rediss://redis:6380/0", "x:").connection_for_write()
    assert asked.ssl == {"ssl_cert_reqs": ssl.CERT_REQUIRED}
    assert not open_queue("redis://redis:6379/0", "x:").connection_for_write().ssl


def test_deployments_that_share_a_redis_have_queues_of_their_own() -> None:
    names = [open_queue(NOWHERE, prefix).conf.broker_transport_options for prefix in ("a:", "b:")]
    assert [options["global_keyprefix"] for options in names] == ["a:", "b:"]
