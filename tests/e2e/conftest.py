"""A browser whose every complaint fails the test, and pages beside local workspaces."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Error, expect

from emulator import start_environment
from examples.browser import ARGUMENTS, executable
from examples.page_server import start_page
from tests.e2e.screen import PATIENCE_MS, Screen
from tests.e2e.watch import Watch
from tests.emulated import Emulated

NewContext = Callable[..., BrowserContext]
NewScreen = Callable[..., Screen]
Pair = tuple[Emulated, Emulated]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these are slow."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Prefer the system's browser; Playwright's own is used where there is none."""
    chosen = {"executable_path": executable(), "args": list(ARGUMENTS)}
    return {**browser_type_launch_args, **chosen}


@pytest.fixture(scope="session")
def browser(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """Start the browser once. On a machine without one the tests are skipped, but not in CI."""
    expect.set_options(timeout=PATIENCE_MS)
    try:
        browser = browser_type.launch(**browser_type_launch_args)
    except Error as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"There is no Chromium here: {error.message.splitlines()[0]}")
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def module_watch() -> Watch:
    """Collect what the browser complains about."""
    return Watch()


@pytest.fixture(autouse=True)
def watch(module_watch: Watch) -> Iterator[Watch]:
    """Fail a test in which the browser complained."""
    module_watch.begin()
    yield module_watch
    assert module_watch.complaints() == []


@pytest.fixture(scope="module")
def new_screen(browser: Browser, module_watch: Watch) -> Iterator[NewScreen]:
    """Open further windows, each with a storage of its own; they last as long as the module."""
    with ExitStack() as stack:

        def open_one(url: str, **options: Any) -> Screen:
            context = browser.new_context(
                **{"base_url": url, "viewport": {"width": 1280, "height": 900}, **options}
            )
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            context.set_default_navigation_timeout(PATIENCE_MS)
            module_watch.follow(context, url)
            return Screen(context.new_page())

        yield open_one


@pytest.fixture(scope="module")
def start_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Pair]]:
    """Start DEV and PROD; they last as long as the module."""
    with ExitStack() as stack:

        def start(**arguments: Any) -> Pair:
            directory = tmp_path_factory.mktemp("workspaces")
            environment = stack.enter_context(start_environment(directory, **arguments))
            return Emulated(environment["DEV"]), Emulated(environment["PROD"])

        yield start


@contextmanager
def looked_at_once(prod: Emulated, folder: Path, new_screen: NewScreen) -> Iterator[str]:
    """Serve a page that exports and imports, preview and validate there; yield its address."""
    with start_page(prod.running, folder, APP_MODE="Both") as page:
        screen = new_screen(page.url)
        screen.open("/export")
        screen.run("Preview", "export", "Preview finished")
        screen.tab("Import").click()
        screen.run("Validate", "import", "Validation finished")
        screen.page.close()
        yield page.url
