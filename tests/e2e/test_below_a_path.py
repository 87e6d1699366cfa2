"""The page below a path of a host, behind a proxy. Whatever it asked for elsewhere would be a 404,
which the browser complains of, and that fails the test."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from examples.page_server import RunningPage, start_page
from tests.builders import job
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import define, map_everybody
from tests.e2e.proxy import serve_below
from tests.e2e.watch import Watch

BASE = "/jobs/prod/"


@pytest.fixture(scope="module")
def page(
    start_pair: Callable[..., Pair], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningPage]:
    _, prod = start_pair()
    map_everybody(prod)
    prod.create_job(job("load", max_concurrent_runs=1))
    define(prod, job("load", max_concurrent_runs=2))
    folder: Path = tmp_path_factory.mktemp("page")
    with start_page(prod.running, folder, BASE_PATH=BASE) as page:
        yield page


@pytest.mark.parametrize("cuts_off", [True, False], ids=["cut off", "passed on"])
def test_everything_works_below_a_path(
    page: RunningPage, new_screen: NewScreen, cuts_off: bool
) -> None:
    with serve_below(BASE, page.url, cuts_off=cuts_off) as url:
        screen = new_screen(url)
        screen.open(BASE)
        expect(screen.page).to_have_url(f"{url}{BASE}import")
        assert screen.page.evaluate("document.fonts.check('12px Inter')")
        expect(screen.page.locator(".no-assets")).to_be_hidden()

        screen.run("Validate", "import", "Validation finished")
        screen.open_row("import-grid", "load")
        screen.press("Side by side")
        expect(screen.panel.locator(".d2h-wrapper")).to_be_visible()
        screen.close_panel()
        with screen.page.expect_download() as download:
            screen.page.locator("#pane-import summary", has_text="CSV").first.click()
            screen.page.locator('#pane-import [data-csv="all"]').first.click()
        assert "load" in Path(download.value.path()).read_text()
        screen.element("import-outcome").locator("[data-log]").click()
        expect(screen.panel.locator(".log-line").first).to_be_visible()
        screen.close_panel()

        screen.tab("History").click()
        expect(screen.page).to_have_url(f"{url}{BASE}history")
        screen.row("history-grid", "Validation").first.click()
        expect(screen.page).to_have_url(re.compile(rf"{BASE}history/\w+-validate-\w+$"))
        expect(screen.row("history-rows-grid", "load")).to_be_visible()
        screen.reload()
        screen.open_row("history-rows-grid", "load")
        screen.close_panel()
        screen.page.get_by_role("link", name="All operations").click()
        expect(screen.page).to_have_url(f"{url}{BASE}history")
        expect(screen.row("history-grid", "Validation").first).to_be_visible()
        screen.page.close()


def test_a_page_that_does_not_know_its_path_says_so_where_people_look(
    start_pair: Callable[..., Pair], tmp_path: Path, new_screen: NewScreen, watch: Watch
) -> None:
    watch.expects("404", "Failed to load", "MIME type", "is not defined")
    _, prod = start_pair()
    with start_page(prod.running, tmp_path) as page:
        for cuts_off in (True, False):
            with serve_below("/jobs/", page.url, cuts_off=cuts_off) as url:
                screen = new_screen(url)
                screen.page.goto(f"{url}/jobs/")
                said = screen.page.get_by_text("BASE_PATH").filter(visible=True)
                expect(said.first).to_be_visible()
                screen.page.close()
