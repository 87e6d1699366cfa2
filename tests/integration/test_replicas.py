"""Two pages and two workers on a real Redis, started as compose.yaml says.

Each test begins operations of its own; a service that one stops is running again after it.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
import requests
from prometheus_client.parser import text_string_to_metric_families

from components import ids
from emulator import start_environment
from tests.browserless import Browserless, texts
from tests.builders import definition_text, job
from tests.emulated import CREATE, LIST, Emulated
from tests.replicas import DEPLOYMENT, PAGES, WORKERS, Replicas, start_replicas

pytestmark = pytest.mark.slow
CREATE_S, SLOW_CREATE_S = 0.3, 2.0
PATIENCE_S = 120.0
SEEN_S = 15.0
UNANSWERED_S = 5.0
SECRET_KEY = "the-key-that-pages-sign-with-0123456789"
METRICS_TOKEN = "the-token-that-scrapers-send-0123456789"
BEARER = {"Authorization": f"Bearer {METRICS_TOKEN}"}
SECRETS = {
    "X-Forwarded-Access-Token": "token-of-a-user",
    "Authorization": "Bearer bearer-of-a-user",
    "Cookie": "session=cookie-of-a-user",
    "X-Other": "header-of-a-proxy",
}


@dataclass
class Deployment:
    """The replicas beside PROD, and one client of each page."""

    replicas: Replicas
    prod: Emulated
    pages: list[Browserless]
    number: int = field(default=0)

    def define(self, count: int) -> list[str]:
        """Put further definitions into the Git folder; return their names."""
        self.number += 1
        names = [f"{self.number}-{index:02}" for index in range(count)]
        for index, name in enumerate(names, start=self.number * 1000):
            text = definition_text(job(name), job_id=index, run_as="admin@prod.example")
            self.prod.put(f"{name}.json", text)
        return names

    def make_slow(self, create_s: float) -> None:
        """Let the workspace take its time for each job that is created."""
        self.prod.clear_faults()
        self.prod.fault(CREATE, kind="delay", delay_s=create_s, times=0)

    def begin_import(self, names: Sequence[str]) -> str:
        """Validate, begin to import some at the first page, and wait until one is there."""
        first = self.pages[0]
        plan = first.start("validate")
        first.wait(plan)
        operation = first.start("import", plan=plan, names=list(names))
        until(lambda: set(self.prod.names()) & set(names), "nothing was created")
        return operation

    def worker_of(self, operation: str) -> str:
        """Return which worker took an operation."""
        [name] = [worker for worker in WORKERS if operation in self.replicas.log(worker)]
        return name


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("replicas")
    with start_environment(folder / "workspaces", ("PROD",)) as environment:
        prod = Emulated(environment["PROD"])
        with start_replicas(
            folder,
            prod.running,
            DEPLOYMENT,
            NUM_THREADS="1",
            SECRET_KEY=SECRET_KEY,
            METRICS_TOKEN=METRICS_TOKEN,
            LOG_FORMAT="json",
        ) as replicas:
            pages = [Browserless(replicas.url(page)) for page in PAGES]
            deployment = Deployment(replicas, prod, pages)
            deployment.make_slow(CREATE_S)
            yield deployment


def until(holds: Callable[[], Any], otherwise: str, within_s: float = PATIENCE_S) -> float:
    """Wait until something holds; return the seconds it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < within_s, otherwise
        time.sleep(0.1)
    return time.monotonic() - began


def done(answer: dict[str, Any]) -> set[str]:
    return {row["job"] for row in answer["rows"] if row["state"] == "done"}


def test_any_page_shows_and_cancels_what_another_one_started(deployment: Deployment) -> None:
    names = deployment.define(30)
    operation = deployment.begin_import(names)
    other = deployment.pages[1]
    shown = other.poll()
    assert (shown["operation"], shown["isActive"]) == (operation, True)
    assert [row["job"] for row in shown["rows"] if row["job"] in names] == names
    other.cancel(operation)
    assert "cancelled" in deployment.pages[0].wait(operation)
    created = set(deployment.prod.names()) & set(names)
    assert 0 < len(created) < len(names)
    assert done(deployment.pages[0].poll()) == done(other.poll()) == created


def test_a_page_is_loaded_without_threads_that_a_fork_would_lose(deployment: Deployment) -> None:
    for page in PAGES:
        assert psutil.Process(deployment.replicas.running[page].pid).num_threads() == 1


def test_two_pages_that_start_at_once_start_one(deployment: Deployment) -> None:
    deployment.prod.fault(LIST, kind="delay", delay_s=2.0, times=1)

    def start(page: Browserless) -> str:
        try:
            return page.start("validate")
        except AssertionError as refusal:
            assert "is running, started by" in str(refusal) or "response" not in str(refusal)
            return ""

    with ThreadPoolExecutor(8) as pool:
        started = list(filter(None, pool.map(start, deployment.pages * 4)))
    assert len(started) == 1
    assert deployment.pages[1].wait(started[0]).startswith("Validation finished")


def everything_in(client: "redis.Redis") -> str:
    """Return all that Redis keeps, as one text."""
    kept: list[Any] = []
    for key in client.scan_iter():
        read = {
            b"string": client.get,
            b"hash": client.hgetall,
            b"set": client.smembers,
            b"zset": lambda name: client.zrange(name, 0, -1, withscores=True),
            b"list": lambda name: client.lrange(name, 0, -1),
            b"stream": client.xrange,
        }[client.type(key)]
        kept.append((key, read(key)))
    return str(kept)


@contextmanager
def overhearing(client: "redis.Redis") -> Iterator[list[str]]:
    """Collect every command that Redis gets meanwhile."""
    heard: list[str] = []
    ended = threading.Event()
    with client.monitor() as monitor:

        def listen() -> None:
            for command in monitor.listen():
                heard.append(command["command"])
                if ended.is_set():
                    return

        thread = threading.Thread(target=listen)
        thread.start()
        yield heard
        ended.set()
        client.ping()
        thread.join(PATIENCE_S)


def test_no_header_no_cookie_and_no_secret_reaches_redis(deployment: Deployment) -> None:
    running = deployment.prod.running
    secrets = (*SECRETS.values(), SECRET_KEY, running.client_secret, running.admin_token)
    page = Browserless(deployment.replicas.url("page-1"), headers=SECRETS)
    with (
        redis.Redis.from_url(deployment.replicas.redis_url) as client,
        overhearing(client) as heard,
    ):
        operation = page.start("validate")
        page.wait(operation)
        kept = everything_in(client)
    commands = "\n".join(heard)
    assert operation in commands  # it was listened to
    assert "job_sync.operation" in commands
    assert operation in kept
    words = [secret.rpartition("=")[2].removeprefix("Bearer ") for secret in secrets]
    assert [word for word in words if word in commands or word in kept] == []


@dataclass
class Watcher:
    """Polls an address all the while, as an open page does; knows how long it had no answer."""

    url: str
    answered: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @contextmanager
    def watching(self) -> Iterator[None]:
        ended = threading.Event()
        thread = threading.Thread(target=self._poll, args=(ended,))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(PATIENCE_S)

    def longest_s(self) -> float:
        return max(
            later - sooner for sooner, later in zip(self.answered, self.answered[1:], strict=False)
        )

    def _poll(self, ended: threading.Event) -> None:
        while not ended.is_set():
            try:
                answer = requests.get(f"{self.url}/feed/import", timeout=60)
                answer.raise_for_status()
                self.answered.append(time.monotonic())
            except requests.RequestException as error:
                self.failed.append(str(error))
            time.sleep(0.2)


@pytest.mark.reliability
def test_pages_are_restarted_one_by_one_without_a_gap_or_a_stop(
    deployment: Deployment, record_property: Callable[[str, object], None]
) -> None:
    names = deployment.define(40)
    watcher = Watcher(deployment.replicas.url("proxy"))
    operation = deployment.begin_import(names)
    with watcher.watching():
        for page in PAGES:
            deployment.replicas.stop(page)
            deployment.replicas.start(page)
        text = deployment.pages[0].wait(operation)
    assert text.startswith(f"Import finished. {len(names)} jobs imported")
    assert watcher.failed == []
    assert watcher.longest_s() < UNANSWERED_S
    figures = {"case": "restart of two pages", "polls": len(watcher.answered)}
    record_property("figures", {**figures, "longest gap ms": round(watcher.longest_s() * 1000)})


def test_a_worker_that_is_stopped_ends_its_operation_between_two_jobs(
    deployment: Deployment,
) -> None:
    names = deployment.define(60)
    operation = deployment.begin_import(names)
    worker = deployment.worker_of(operation)
    deployment.replicas.stop(worker)
    text = deployment.pages[1].wait(operation)
    assert text.startswith("Import interrupted")
    assert "shut down" in text
    created = set(deployment.prod.names()) & set(names)
    assert done(deployment.pages[1].poll()) == created < set(names)
    assert deployment.pages[0].run("validate").startswith("Validation finished")  # by the other
    deployment.replicas.launch(worker)


@pytest.mark.reliability
def test_a_worker_that_is_stopped_while_redis_is_away_ends_its_operation_as_well(
    deployment: Deployment,
) -> None:
    """As when everything is stopped at once: Redis is gone first."""
    names = deployment.define(60)
    replicas = deployment.replicas
    operation = deployment.begin_import(names)
    worker = deployment.worker_of(operation)
    replicas.pause("redis")
    time.sleep(3)  # until the operation knows that it is away
    replicas.running[worker].terminate()
    try:
        until(lambda: "to note the end failed" in replicas.log(worker), "it continues")
        created = set(deployment.prod.names()) & set(names)
        assert created < set(names)
    finally:
        replicas.resume("redis")
    replicas.stop(worker)
    text = deployment.pages[1].wait(operation)
    assert text.startswith("Import interrupted")
    assert "shut down" in text
    assert done(deployment.pages[1].poll()) == created == set(deployment.prod.names()) & set(names)
    replicas.start(worker)


@pytest.mark.parametrize("what", ["worker", pytest.param("process", marks=pytest.mark.reliability)])
def test_a_kill_is_seen(
    deployment: Deployment, what: str, record_property: Callable[[str, object], None]
) -> None:
    names = deployment.define(60)
    operation = deployment.begin_import(names)
    worker = deployment.worker_of(operation)
    if what == "worker":
        deployment.replicas.kill(worker)
    else:
        parent = psutil.Process(deployment.replicas.running[worker].pid)
        for process in parent.children(recursive=True):
            process.kill()
    killed = time.monotonic()
    text = deployment.pages[1].wait(operation, timeout_s=SEEN_S)
    seen_s = time.monotonic() - killed
    assert seen_s < SEEN_S
    record_property("figures", {"case": f"kill of a {what}", "seen after s": round(seen_s, 1)})
    assert text.startswith("Import interrupted")
    assert ("killed or crashed" in text) or what == "worker"
    assert done(deployment.pages[1].poll()) <= set(deployment.prod.names())
    if what == "worker":
        deployment.replicas.launch(worker)
    assert deployment.pages[0].run("validate").startswith("Validation finished")


@pytest.mark.reliability
def test_without_a_worker_nothing_begins_and_nothing_begins_later(deployment: Deployment) -> None:
    page = deployment.pages[0]
    for worker in WORKERS:
        deployment.replicas.stop(worker)
    until(lambda: not page.poll()["props"][ids.STORE_NOTICE]["hidden"], "nobody says so")
    answer = page.poll()
    assert "No worker is running" in texts(answer["props"][ids.STORE_NOTICE])
    assert answer["props"][ids.IMPORT_VALIDATE]["disabled"]
    assert "queue: not ready" in requests.get(f"{page.url}/readyz", timeout=60).text
    operation = page.start("validate")  # as a page does that was loaded before
    text = page.wait(operation)
    assert text.startswith("Validation cancelled. No worker began it")
    deployment.replicas.start(*WORKERS)
    deployment.replicas.wait_until_ready()
    until(lambda: operation in "".join(map(deployment.replicas.log, WORKERS)), "not taken")
    assert page.poll()["finished"]["text"] == text
    assert page.run("validate").startswith("Validation finished")


def feed(page: Browserless) -> requests.Response:
    return requests.get(f"{page.url}/feed/import?ask=1", timeout=60)


def is_shown(page: Browserless, operation: str) -> bool:
    answer = feed(page)
    return answer.ok and answer.json()["operation"] == operation and answer.json()["isActive"]


def test_while_redis_is_away_the_page_says_so_and_what_runs_continues(
    deployment: Deployment,
) -> None:
    """Nothing is kept of what Redis knew: it has no disk here."""
    names = deployment.define(60)
    replicas, (first, second) = deployment.replicas, deployment.pages
    operation = deployment.begin_import(names)
    [idle] = set(WORKERS) - {deployment.worker_of(operation)}
    deployment.make_slow(SLOW_CREATE_S)  # it is still running when Redis is back
    replicas.kill("redis")

    until(lambda: feed(first).status_code == 503, "the page does not notice")
    answer = feed(first).json()
    assert "Redis" in answer["message"]
    assert "what is running continues" in answer["message"]
    assert answer["props"][ids.IMPORT_VALIDATE]["disabled"]
    assert "Redis" in texts(answer["props"][ids.IMPORT_VALIDATE_REASON])
    assert "Redis" in answer["reasons"][ids.IMPORT_START]
    with pytest.raises(AssertionError, match="Redis"):
        first.start("validate")
    ready = requests.get(f"{first.url}/readyz", timeout=60)
    assert ready.status_code == 503
    assert ready.text.startswith("store: not ready")
    assert first.health().status_code == 200

    assert "Job Sync" in requests.get(first.url, timeout=60).text
    replicas.stop(idle)
    replicas.launch(idle)  # it waits

    replicas.start("redis")
    for page in (first, second):
        until(lambda page=page: is_shown(page, operation), "the operation is not back")
    deployment.make_slow(CREATE_S)
    assert first.wait(operation).startswith(f"Import finished. {len(names)} jobs imported")
    assert done(second.poll()) >= set(names)
    replicas.wait_until_ready()
    assert second.run("validate").startswith("Validation finished")


def series(page: Browserless) -> dict[tuple[str, ...], float]:
    """Return what a page shows of operations and of calls, by name and the values of labels."""
    answer = requests.get(f"{page.url}/metrics", headers=BEARER, timeout=60)
    answer.raise_for_status()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.value
    }


def test_every_page_shows_the_totals_of_all_workers_and_pages(deployment: Deployment) -> None:
    first, other = deployment.pages
    written = ("job_sync_jobs_written_total", "created", "import")
    before = series(first)
    names = deployment.define(4)
    for page in deployment.pages:
        plan = page.start("validate")
        page.wait(plan)
        page.run("import", plan=plan, names=[names.pop(), names.pop()])
    until(lambda: series(first) == series(other), "the pages show different totals")
    after = series(other)
    assert after[written] == before.get(written, 0) + 4
    validated = ("job_sync_operations_total", "validate", "succeeded")
    assert after[validated] == before.get(validated, 0) + 2
    assert after["job_sync_api_calls_total", CREATE, "200"] >= 4
    assert after["job_sync_last_validation_timestamp_seconds",] > 0


def test_every_line_of_pages_and_workers_is_json_and_says_its_operation(
    deployment: Deployment,
) -> None:
    ended = deployment.pages[0].start("validate")
    deployment.pages[0].wait(ended)
    logs = "".join(deployment.replicas.log(name) for name in (*PAGES, *WORKERS))
    said = [json.loads(line) for line in logs.splitlines()]
    assert {"celery.worker.consumer.connection", "gunicorn.error"} <= {
        one["logger"] for one in said
    }
    [end] = [one for one in said if one.get("operation") == ended and "ended" in one["message"]]
    assert end["message"] == "validate ended: succeeded"


def test_a_message_that_is_none_of_ours_ends_no_worker(deployment: Deployment) -> None:
    with redis.Redis.from_url(deployment.replicas.redis_url) as client:
        [bound] = client.keys("*:queue:_kombu.binding.operations")
        queue = bound.replace(b"_kombu.binding.", b"")
        for text in ("garbage", "[]", "null", "7", "{}", '{"body": 5}', '{"properties": {}}'):
            client.lpush(queue, text)
        until(lambda: client.llen(queue) == 0, "nobody took them")
    assert deployment.pages[0].run("validate").startswith("Validation finished")
    time.sleep(1)
    for worker in WORKERS:
        assert deployment.replicas.running[worker].poll() is None


@pytest.mark.reliability
def test_what_compose_yaml_says_runs_as_it_is_and_logs_in_one_form(tmp_path: Path) -> None:
    """With the local workspaces of its own, and all that the file configures."""
    services = (*DEPLOYMENT, "workspaces", "page-dev")
    with start_replicas(tmp_path, None, services, LOG_FORMAT="json") as replicas:
        dev = Browserless(replicas.url("page-dev"), "export")
        assert re.match(r"Export finished\. \d+ created", dev.run("export"))
        prod = Browserless(replicas.url("proxy"))
        operation = prod.start("validate")
        assert prod.wait(operation).startswith("Validation finished")
        assert requests.get(replicas.url("page-1") + "/readyz", timeout=60).ok
        for service in (*PAGES, *WORKERS, "page-dev"):
            replicas.stop(service)
            lines = [json.loads(line) for line in replicas.log(service).splitlines()]
            assert lines
            ours = {line["operation"] for line in lines if "operation" in line}
            assert ours <= {operation} or service == "page-dev"
