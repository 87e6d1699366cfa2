"""Buttons start what they say, however they are pressed, and nothing while they are disabled."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from examples.page_server import start_page
from tests.builders import job
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import define, map_everybody
from tests.e2e.screen import Screen
from tests.emulated import Emulated


@pytest.fixture(scope="module")
def prod(start_pair: Callable[..., Pair]) -> Emulated:
    """A workspace with two definitions; one of them equals a job that nobody imported."""
    _, prod = start_pair()
    map_everybody(prod)
    define(prod, job("load"), job("clean"))
    prod.create_job(job("load"))
    return prod


@pytest.fixture(scope="module")
def screen(
    prod: Emulated, tmp_path_factory: pytest.TempPathFactory, new_screen: NewScreen
) -> Iterator[Screen]:
    with start_page(prod.running, tmp_path_factory.mktemp("prod")) as page:
        screen = new_screen(page.url)
        screen.open("/import")
        yield screen


def test_a_disabled_button_starts_nothing(screen: Screen, prod: Emulated) -> None:
    button = screen.element("import-start")
    expect(button).to_be_disabled()
    expect(screen.element("import-start-reason")).to_have_text("Validate first.")
    button.dispatch_event("click")
    button.evaluate("button => button.append(document.createElement('i'))")
    button.locator("i").dispatch_event("click")
    sent = screen.page.evaluate("new Promise(done => setTimeout(done, 300))")
    assert sent is None
    expect(screen.progress("import")).to_be_hidden()
    expect(screen.element("toast")).to_be_hidden()
    button.evaluate("button => button.lastChild.remove()")


def test_a_button_is_pressed_with_the_keyboard(screen: Screen) -> None:
    button = screen.button("Validate")
    expect(button).to_be_enabled()
    button.press("Enter")
    screen.wait_for("import", "Validation finished")
    expect(screen.button("Import New and Changed Jobs (1)")).to_be_enabled()


def test_matching_jobs_are_adopted(screen: Screen) -> None:
    outcome = screen.run("Adopt 1 matching job", "import", "Adoption finished")
    expect(outcome).to_contain_text("1 matching job adopted. Now managed by this app.")
    expect(screen.element("toast")).to_be_hidden()
    expect(screen.element("import-adopt")).to_be_hidden()


def test_what_is_validated_is_what_the_fields_say(screen: Screen) -> None:
    screen.element("import-pause").select_option("new_paused")
    screen.run("Validate", "import", "Validation finished")
    screen.press("Import New and Changed Jobs (1)")
    screen.wait_for("import", "Import finished")


def test_the_log_is_searched_and_filtered_by_level(screen: Screen) -> None:
    screen.press("Detailed log")
    panel = screen.panel
    lines = panel.locator(".log-line").filter(visible=True)
    expect(lines.first).to_be_visible()
    panel.get_by_placeholder("Search the log").fill("no line says this")
    expect(lines).to_have_count(0)
    panel.get_by_placeholder("Search the log").fill("")
    expect(lines.first).to_be_visible()
    screen.button("Error").click()
    expect(lines).to_have_count(0)
    with screen.page.expect_download() as download:
        screen.button("Download").click()
    assert download.value.suggested_filename.startswith("job-sync-log-")
    screen.close_panel()
