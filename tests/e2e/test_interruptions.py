"""An import that is watched, stopped and killed: the page always shows what was done.

Each test continues where the last stopped. Creating a job takes long here, so that there is time.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from examples.page_server import RunningPage, start_page
from tests.builders import job
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import define, map_everybody
from tests.e2e.screen import Screen
from tests.e2e.watch import Watch
from tests.emulated import CREATE, Emulated

NAMES = [f"job {number:02}" for number in range(60)]
CREATE_S = 0.6
START_S, SHUTDOWN_S = 60.0, 10.0
DISPATCH = "**/_dash-update-component?*"


@pytest.fixture(scope="module")
def prod(start_pair: Callable[..., Pair]) -> Emulated:
    _, prod = start_pair()
    map_everybody(prod)
    define(prod, *map(job, NAMES))
    prod.fault(CREATE, kind="delay", delay_s=CREATE_S, times=0)
    return prod


class App:
    """The page of PROD: it is killed and started again at the same address."""

    def __init__(self, stack: ExitStack, prod: Emulated, folder: Path) -> None:
        self._stack = stack
        self._prod = prod
        self._folder = folder
        self.running = self.start()

    def start(self, port: int = 0) -> RunningPage:
        page = start_page(self._prod.running, self._folder, port=port, NUM_THREADS="1")
        self.running = self._stack.enter_context(page)
        return self.running

    def start_again(self) -> None:
        self.start(urlsplit(self.running.url).port or 0)

    def kill(self) -> None:
        """Kill all processes: gunicorn, its worker, and that of the operation."""
        os.killpg(self.running.process.pid, signal.SIGKILL)
        self.running.process.wait()

    def terminate(self) -> float:
        """Ask gunicorn to stop; return the seconds it took."""
        began = time.monotonic()
        self.running.process.terminate()
        self.running.process.wait()
        return time.monotonic() - began


@pytest.fixture(scope="module")
def app(prod: Emulated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with ExitStack() as stack:
        yield App(stack, prod, tmp_path_factory.mktemp("prod"))


@pytest.fixture(scope="module")
def screen(app: App, new_screen: NewScreen) -> Screen:
    screen = new_screen(app.running.url)
    screen.open("/import")
    return screen


@pytest.fixture(scope="module")
def second(app: App, new_screen: NewScreen, screen: Screen) -> Screen:
    """Another user's browser."""
    second = new_screen(app.running.url)
    second.open("/import")
    return second


def done(screen: Screen) -> set[str]:
    return {row["job"] for row in screen.rows("import-grid") if row["state"] == "done"}


def start_import(screen: Screen) -> None:
    """Validate, import all, and wait until some of it is done."""
    screen.run("Validate", "import", "Validation finished")
    left = len(screen.rows("import-grid")) - screen.counted("import", "unchanged")
    screen.press(f"Import New and Changed Jobs ({left})")
    expect(screen.progress("import")).to_contain_text("Import")
    end = time.monotonic() + START_S
    while len(done(screen)) < 2:  # which may be far below the rows in sight
        assert time.monotonic() < end, "no job is done"
        screen.page.wait_for_timeout(100)


def test_a_double_click_starts_one_operation(screen: Screen) -> None:
    screen.button("Validate").dblclick()
    screen.wait_for("import", "Validation finished")
    expect(screen.element("toast")).to_be_hidden()
    screen.open("/history")
    expect(screen.element("history-status")).to_have_text("1 operation.")
    screen.tab("Import").click()


def test_a_reload_finds_the_import_where_it_is(screen: Screen) -> None:
    start_import(screen)
    before, operation = done(screen), screen.shown_operation("import")
    assert before
    screen.reload()
    expect(screen.progress("import")).to_contain_text("of 60")
    expect(screen.marks("import-grid").first).to_be_visible()
    assert screen.shown_operation("import") == operation
    assert before <= done(screen)
    assert [row["job"] for row in screen.rows("import-grid")] == NAMES


def test_all_other_work_waits(second: Screen) -> None:
    expect(second.progress("import")).to_contain_text("Import")
    expect(second.button("Validate")).to_be_disabled()
    reason = "Import is running"
    expect(second.element("import-validate-reason")).to_contain_text(reason)


def test_who_could_not_cancel_can_try_again(second: Screen, watch: Watch) -> None:
    watch.expects("ERR_FAILED", "Failed to fetch", "Callback failed")
    second.page.route(DISPATCH, lambda route: route.abort())
    second.press("Cancel")
    expect(second.button("Cancel")).to_be_disabled()
    expect(second.button("Cancel")).to_be_enabled()
    second.page.unroute(DISPATCH)


def test_a_second_tab_shows_the_same_and_can_cancel(
    screen: Screen, second: Screen, prod: Emulated
) -> None:
    expect(second.marks("import-grid").first).to_be_visible()
    assert second.shown_operation("import") == screen.shown_operation("import")
    second.press("Cancel")
    for one in (screen, second):
        outcome = one.wait_for("import", "Import cancelled")
        expect(outcome).to_contain_text("Cancelled. Completed rows are listed")
        expect(one.progress("import")).to_be_hidden()
    created = set(prod.names())
    assert 0 < len(created) < len(NAMES)
    assert done(screen) == done(second) == created
    assert len(screen.rows("import-grid")) == len(NAMES)


def test_when_the_app_is_killed_the_page_says_so_and_recovers(
    screen: Screen, second: Screen, app: App, prod: Emulated, watch: Watch
) -> None:
    watch.expects("ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET")
    watch.expects("Failed to fetch", "ERR_INCOMPLETE_CHUNKED_ENCODING", "Callback failed")
    second.page.close()
    start_import(screen)
    shown = done(screen)
    app.kill()
    problem = screen.element("connection-problem")
    expect(problem).to_have_text("The app is not responding. Trying again …")
    created = set(prod.names())
    app.start_again()
    expect(problem).to_be_hidden()
    outcome = screen.wait_for("import", "Import interrupted")
    expect(outcome).to_contain_text(
        "killed or crashed before it finished. Completed rows are listed"
    )
    assert shown <= done(screen) <= created


def test_after_a_kill_a_validation_tells_what_is_left(screen: Screen, prod: Emulated) -> None:
    screen.run("Validate", "import", "Validation finished")
    statuses = screen.statuses("import-grid")
    equal = {name for name, status in statuses.items() if status == "unchanged"}
    assert equal == set(prod.names())
    assert {statuses[name] for name in set(NAMES) - equal} == {"new"}


def test_a_shutdown_ends_in_time_between_two_jobs(
    screen: Screen, app: App, prod: Emulated, watch: Watch
) -> None:
    watch.expects("ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET")
    watch.expects("Failed to fetch", "ERR_INCOMPLETE_CHUNKED_ENCODING", "Callback failed")
    start_import(screen)
    assert app.terminate() < SHUTDOWN_S
    app.start_again()
    outcome = screen.wait_for("import", "Import interrupted")
    expect(outcome).to_contain_text("The app was shut down. Completed rows are listed")
    before = set(prod.names())
    screen.run("Validate", "import", "Validation finished")
    statuses = screen.statuses("import-grid")
    assert {name for name, status in statuses.items() if status == "unchanged"} == before


def test_the_history_tells_how_each_ended(screen: Screen) -> None:
    screen.tab("History").click()
    expect(screen.row("history-grid", "Validation").first).to_be_visible()
    imports = [row["outcome"] for row in screen.rows("history-grid") if row["title"] == "Import"]
    assert imports == ["Interrupted", "Interrupted", "Cancelled"]
