"""The page's machine: a slow workspace, a full disk, a cache folder that vanishes, a kill.

The page runs under gunicorn as hosts run it. `make test` tries each with little, and `make
reliability` with what was seen: twenty seconds a call, two hundred jobs, everything at once.
"""

import os
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from components import ids
from examples.page_server import RunningPage, start_page
from tests.browserless import Browserless, texts
from tests.builders import definition_text, job
from tests.emulated import CREATE, LIST, Emulated
from tests.integration.test_half_sent import FIRST, connect

pytestmark = pytest.mark.slow
EVERY = "*"
ANSWERED_S = 8.0  # on a machine that runs other tests as well
LOADS = 16
HALF_SENT = 100  # of each kind


class Machine:
    """A page beside PROD, and where it keeps its files."""

    def __init__(self, prod: Emulated, folder: Path, stack: ExitStack) -> None:
        self.prod = prod
        self.cache = folder / "page" / "cache"
        self._folder = folder / "page"
        self._stack = stack

    def start(self, **variables: str) -> Browserless:
        page = start_page(self.prod.running, self._folder, **variables)
        self.page: RunningPage = self._stack.enter_context(page)
        return Browserless(self.page.url)

    def define(self, count: int) -> list[str]:
        names = [f"job {number:03}" for number in range(count)]
        for number, name in enumerate(names, start=1):
            text = definition_text(job(name), job_id=number, run_as="admin@prod.example")
            self.prod.put(f"{name}.json", text)
        return names

    def log(self) -> str:
        return self.page.log.read_text(errors="replace")

    def processes(self) -> list[psutil.Process]:
        """Return gunicorn, its workers, and the processes of operations."""
        gunicorn = psutil.Process(self.page.process.pid)
        return [gunicorn, *gunicorn.children(recursive=True)]


@pytest.fixture
def machine(prod: Emulated, tmp_path: Path) -> Iterator[Machine]:
    with ExitStack() as stack:
        yield Machine(prod, tmp_path, stack)


def begin_import(browser: Browserless, names: list[str]) -> str:
    """Validate, and begin to import everything."""
    validated = browser.start("validate")
    browser.wait(validated)
    return browser.start("import", plan=validated, names=names)


# A workspace that is slow


def look_while_slow(machine: Machine, call_s: float) -> None:
    """Load pages and ask for the health while each call of the workspace takes long."""
    machine.prod.fault(EVERY, kind="delay", delay_s=call_s, times=0)
    browsers = [machine.start(WEB_CONCURRENCY="2")]
    browsers += [Browserless(browsers[0].url, tab) for tab in ("import", "history") * (LOADS // 2)]
    with ThreadPoolExecutor(LOADS + 1) as pool:
        loads = list(pool.map(Browserless.load, browsers))
        healths = [browsers[0].health().elapsed.total_seconds() for _ in range(10)]
    assert max(loads) < ANSWERED_S
    assert max(healths) < ANSWERED_S


def wait_for_header(browser: Browserless, timeout_s: float) -> str:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        props = browser.poll()["props"]
        shown = {
            name: texts(props.get(name, {})) for name in (ids.GIT_PLACE, ids.WORKSPACE_PROBLEM)
        }
        if any(text and not text.startswith("Reading") for text in shown.values()):
            return " ".join(shown.values()).strip()
        time.sleep(0.2)
    raise AssertionError("the header shows nothing")


def cancel_while_slow(machine: Machine, call_s: float) -> None:
    """Cancel a validation in its first reading: it ends with the call that is under way."""
    browser = Browserless(machine.page.url)
    operation = browser.start("validate")
    time.sleep(call_s / 2)
    browser.cancel(operation)
    begun = time.monotonic()
    said = browser.wait(operation, timeout_s=4 * call_s + ANSWERED_S)
    assert said.startswith("Validation cancelled.")
    assert time.monotonic() - begun < 2 * call_s + ANSWERED_S


def test_pages_do_not_wait_for_a_slow_workspace(machine: Machine) -> None:
    look_while_slow(machine, call_s=3)
    browser = Browserless(machine.page.url)
    assert "main" in wait_for_header(browser, 60)
    polls = [browser.poll()["props"] for _ in range(12)]  # both of its processes
    assert len({texts(props[ids.GIT_PLACE]) for props in polls}) == 1
    cancel_while_slow(machine, call_s=3)


@pytest.mark.reliability
def test_pages_do_not_wait_for_a_workspace_that_takes_twenty_seconds_a_call(
    machine: Machine,
) -> None:
    look_while_slow(machine, call_s=20)
    shown = wait_for_header(Browserless(machine.page.url), 150)
    assert "main" in shown or "is slow or does not answer" in shown
    cancel_while_slow(machine, call_s=20)


def progress_of(browser: Browserless, operation: str) -> set[str]:
    """Return everything that the page shows of an operation until it has ended."""
    seen: set[str] = set()
    while browser.poll()["finished"]["operation"] != operation:
        seen.add(texts(browser.poll()["props"]["import-progress"]))
        time.sleep(0.2)
    return seen


def test_a_call_without_an_answer_is_shown_as_that(machine: Machine) -> None:
    browser = machine.start()
    machine.prod.fault(LIST, kind="delay", delay_s=9)
    seen = progress_of(browser, browser.start("validate"))
    assert any("No answer from the workspace for" in text for text in seen)
    assert not any("rate-limiting" in text for text in seen)


def test_an_error_of_the_workspace_is_not_called_a_limit(machine: Machine) -> None:
    browser = machine.start()
    body = {"error_code": "TEMPORARILY_UNAVAILABLE", "message": "Later."}
    machine.prod.fault(LIST, status=503, headers={"Retry-After": "3"}, body=body)
    seen = progress_of(browser, browser.start("validate"))
    assert any("the workspace answered with an error" in text for text in seen)
    assert not any("rate-limiting" in text for text in seen)


# A cache folder that vanishes


def rewrite(path: Path) -> None:
    """Put other bytes into the place of a file."""
    draft = path.with_name(f"{path.name}.draft")
    draft.write_bytes(b"damaged" * 1000)
    draft.replace(path)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "it is deleted": shutil.rmtree,
    "a cleaner empties it": lambda cache: [
        path.unlink() for path in cache.rglob("*") if path.is_file()
    ],
    "its files are replaced": lambda cache: [
        rewrite(path) for path in cache.rglob("*") if path.is_file()
    ],
}
# Each takes seconds; `make reliability` tries them all.
DAMAGED_IN_ONE_WAY = [
    pytest.param(damage, id=way, marks=[pytest.mark.reliability] if number else [])
    for number, (way, damage) in enumerate(DAMAGES.items())
]


def lose_cache_during_import(machine: Machine, damage: Callable[[Path], object], jobs: int) -> None:
    """Lose all that the page keeps while jobs are created; nothing of the import is lost."""
    names = machine.define(jobs)
    browser = machine.start(WEB_CONCURRENCY="2")
    machine.prod.fault(CREATE, kind="delay", delay_s=0.3, times=0)
    operation = begin_import(browser, names)
    while len(machine.prod.names()) < jobs // 4:
        time.sleep(0.05)
    damage(machine.cache)
    for _ in range(8):  # both of its processes
        assert browser.health().status_code == 200
        assert browser.poll()
    assert browser.wait(operation).startswith(f"Import finished. {jobs} jobs imported.")
    assert sorted(machine.prod.names()) == names
    rows = browser.poll()["rows"]
    assert [row["state"] for row in rows] == ["done"] * jobs
    assert browser.run("validate").startswith(f"Validation finished. {jobs} unchanged.")


@pytest.mark.parametrize("damage", DAMAGED_IN_ONE_WAY)
def test_an_import_outlives_the_folder_that_shows_it(
    machine: Machine, damage: Callable[[Path], object]
) -> None:
    lose_cache_during_import(machine, damage, jobs=24)


@pytest.mark.parametrize("damage", DAMAGED_IN_ONE_WAY)
def test_what_was_lost_is_said_until_the_next_operation(
    machine: Machine, damage: Callable[[Path], object]
) -> None:
    browser = machine.start(WEB_CONCURRENCY="2")
    browser.run("validate")
    damage(machine.cache)
    for _ in range(8):
        assert browser.health().status_code == 200
        notice = browser.poll()["props"][ids.STORE_NOTICE]
        assert "was lost" in notice["children"]
    assert browser.run("validate").startswith("Validation finished.")
    assert browser.poll()["props"][ids.STORE_NOTICE]["hidden"]


@pytest.mark.reliability
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_long_import_outlives_the_folder_that_shows_it(
    machine: Machine, damage: Callable[[Path], object]
) -> None:
    lose_cache_during_import(machine, damage, jobs=200)


# A full disk


class FullDisk:
    """No process of a page may make a file larger than it is: writes fail as on a full disk."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def fill(self) -> None:
        """Fill it for the processes that there are and for those that they start."""
        files = self._machine.cache.rglob("operations.sqlite-wal")
        self._limit(max(file.stat().st_size for file in files))

    def free(self) -> None:
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        for process in self._machine.processes():
            limits = (size, resource.RLIM_INFINITY)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limits)


def import_on_full_disk(machine: Machine, jobs: int) -> None:
    names = machine.define(jobs)
    browser = machine.start(WEB_CONCURRENCY="1")
    machine.prod.fault(CREATE, kind="delay", delay_s=0.2, times=0)
    operation = begin_import(browser, names)
    while len(machine.prod.names()) < jobs // 4:
        time.sleep(0.05)
    disk = FullDisk(machine)
    disk.fill()
    while len(machine.prod.names()) < jobs:
        assert browser.health().status_code == 200
        assert browser.poll()
        time.sleep(0.1)
    disk.free()
    assert browser.wait(operation).startswith(f"Import finished. {jobs} jobs imported.")
    assert "ended before" not in texts(browser.poll()["props"])


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits other processes")
def test_an_import_on_a_full_disk_is_shown_as_what_it_did(machine: Machine) -> None:
    import_on_full_disk(machine, jobs=24)


@pytest.mark.reliability
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits other processes")
def test_a_long_import_on_a_full_disk_is_shown_as_what_it_did(machine: Machine) -> None:
    import_on_full_disk(machine, jobs=200)


# Clients that send half a request


@pytest.mark.reliability
def test_an_import_and_its_page_outlive_hundreds_of_half_requests(machine: Machine) -> None:
    names = machine.define(100)
    browser = machine.start(WEB_CONCURRENCY="2")
    machine.prod.fault(CREATE, kind="delay", delay_s=0.5, times=0)
    operation = begin_import(browser, names)
    with ExitStack() as stack:
        for first in FIRST.values():
            for _ in range(HALF_SENT):
                stack.enter_context(connect(machine.page, first))
        while browser.poll()["finished"]["operation"] != operation:
            assert browser.health().status_code == 200
            time.sleep(0.2)
    assert max(browser.polls) < ANSWERED_S
    assert sorted(machine.prod.names()) == names


# What stops operations


def test_a_killed_process_is_shown_as_that(machine: Machine) -> None:
    names = machine.define(12)
    browser = machine.start(WEB_CONCURRENCY="1")
    machine.prod.fault(CREATE, kind="delay", delay_s=0.5, times=0)
    operation = begin_import(browser, names)
    while not machine.prod.names():
        time.sleep(0.05)
    before = machine.processes()
    [carries_it_out] = [
        process
        for process in before
        if process.ppid() not in (machine.page.process.pid, os.getpid())
        and any("sqlite" in file.path for file in process.open_files())
    ]
    carries_it_out.send_signal(signal.SIGKILL)
    assert "was killed or crashed" in browser.wait(operation)
