"""The side panel while answers are slow, missing or long, and while the page is drawn anew."""

import json
import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Request, Route, expect

from examples.page_server import start_page
from tests.builders import definition_text, job
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import define, map_everybody
from tests.e2e.screen import Screen
from tests.e2e.watch import Watch
from tests.emulated import CREATE, Emulated

ROWS, LOGS = re.compile(r"/feed/row/"), re.compile(r"/feed/log/")
MARKUP = '<button data-close-panel="true">names</button>'
RTL = "طلبات يومية"
LONG = "long name " * 400
GONE = "The details of this row have expired. Run the operation again to see them."
FAILED = "This could not be loaded. Close the panel and open it again."


@pytest.fixture(scope="module")
def prod(start_pair: Callable[..., Pair]) -> Emulated:
    _, prod = start_pair()
    map_everybody(prod)
    define(prod, job("first"), job("second"), job(RTL))
    prod.put("markup.json", definition_text(job(MARKUP, tags={"x": MARKUP}), job_id=7))
    prod.put("long.json", definition_text(job(LONG), job_id=8))
    return prod


@pytest.fixture(scope="module")
def screen(
    prod: Emulated, tmp_path_factory: pytest.TempPathFactory, new_screen: NewScreen
) -> Iterator[Screen]:
    with start_page(prod.running, tmp_path_factory.mktemp("prod")) as page:
        screen = new_screen(page.url)
        screen.open("/import")
        screen.element("import-validate").click()
        expect(screen.element("import-outcome").locator(".outcome")).to_be_visible()
        expect(screen.row("import-grid", "second")).to_be_visible()
        yield screen


@pytest.fixture(autouse=True)
def closed(screen: Screen) -> Iterator[None]:
    yield
    screen.page.unroute_all()
    screen.page.keyboard.press("Escape")
    expect(screen.panel).to_be_hidden()


class Held:
    """An answer of the server that comes when the test says so."""

    def __init__(self, screen: Screen, address: re.Pattern[str]) -> None:
        self._routes: list[Route] = []
        self._page = screen.page
        self._page.route(address, self._hold, times=1)

    def _hold(self, route: Route, _request: Request) -> None:
        self._routes.append(route)

    def give(self) -> None:
        """Let it come; nobody may be waiting for it any longer."""
        while not self._routes:
            self._page.wait_for_timeout(10)
        self._routes[0].continue_()
        self._page.wait_for_timeout(300)


def name(screen: Screen, job_name: str) -> Locator:
    return screen.row("import-grid", job_name).locator('[col-id="job"]')


def title(screen: Screen) -> Locator:
    return screen.element("side-panel-title")


def test_a_late_answer_changes_no_other_panel(screen: Screen) -> None:
    held = Held(screen, ROWS)
    name(screen, "first").click()
    expect(title(screen)).to_have_text("first")
    expect(screen.panel).to_contain_text("Loading …")
    name(screen, "second").click()
    expect(screen.panel.locator(".panel-facts")).to_contain_text("second.json")
    held.give()
    expect(title(screen)).to_have_text("second")
    expect(screen.panel.locator(".panel-facts")).to_contain_text("second.json")


@pytest.mark.parametrize("address", [ROWS, LOGS], ids=["row", "log"])
def test_a_late_answer_opens_no_closed_panel(screen: Screen, address: re.Pattern[str]) -> None:
    held = Held(screen, address)
    if address is ROWS:
        name(screen, "first").click()
    else:
        screen.press("Detailed log")
    expect(screen.panel).to_be_visible()
    screen.page.keyboard.press("Escape")
    held.give()
    expect(screen.panel).to_be_hidden()


def test_while_a_row_is_loaded_nothing_of_the_row_before_is_shown(screen: Screen) -> None:
    screen.open_row("import-grid", "first")
    screen.press("Side by side")
    expect(screen.panel).to_have_class(re.compile("panel-wide"))
    screen.close_panel()
    held = Held(screen, ROWS)
    name(screen, "second").click()
    expect(screen.panel).to_contain_text("Loading …")
    expect(screen.panel).not_to_have_class(re.compile("panel-wide"))
    expect(screen.panel.locator(".panel-facts")).to_have_count(0)
    held.give()
    expect(screen.panel.locator(".panel-facts")).to_contain_text("second.json")


@pytest.mark.parametrize(("status", "said"), [(404, GONE), (500, FAILED)])
def test_an_answer_that_failed_is_said(
    screen: Screen, watch: Watch, status: int, said: str
) -> None:
    watch.expects(f"status of {status}")
    screen.page.route(ROWS, lambda route: route.fulfill(status=status))
    name(screen, "first").click()
    expect(screen.element("side-panel-body")).to_have_text(said)


def test_a_log_that_is_gone_has_no_tools(screen: Screen, watch: Watch) -> None:
    watch.expects("status of 404")
    button = screen.button("Detailed log")
    known = button.get_attribute("data-log")
    button.evaluate("button => button.dataset.log = '0'.repeat(32)")
    button.click()
    expect(screen.element("side-panel-body")).to_have_text("The log has expired.")
    button.evaluate("(button, known) => button.dataset.log = known", known)


def test_an_empty_log_has_no_tools(screen: Screen) -> None:
    screen.page.route(LOGS, lambda route: route.fulfill(body="\n", content_type="text/plain"))
    screen.press("Detailed log")
    expect(screen.element("side-panel-body")).to_have_text("Nothing was logged.")


def test_a_log_of_five_thousand_lines_is_shown_at_once(screen: Screen) -> None:
    line = f"2026-03-04 05:06:07 UTC INFO    {MARKUP} {RTL}"
    body = "\n".join(f"{line} {number}" for number in range(5000))
    answer = {"body": body, "content_type": "text/plain; charset=utf-8"}
    screen.page.route(LOGS, lambda route: route.fulfill(**answer))
    began = time.monotonic()
    screen.press("Detailed log")
    lines = screen.panel.locator(".log-line")
    expect(lines).to_have_count(5000)
    expect(lines.last).to_have_text(f"{line} 4999")
    assert time.monotonic() - began < 10
    screen.panel.get_by_placeholder("Search the log").fill(" 4998")
    expect(lines.filter(visible=True)).to_have_count(1)
    lines.filter(visible=True).click()
    expect(title(screen)).to_have_text("Detailed log")


@pytest.mark.parametrize("job_name", [MARKUP, RTL, LONG.strip()], ids=["markup", "rtl", "long"])
def test_any_name_is_a_text(screen: Screen, job_name: str) -> None:
    rows = screen.rows("import-grid")
    [key] = [row["key"] for row in rows if row["job"].strip() == job_name]
    row = screen.page.locator(f'#import-grid .ag-row[row-id="{key}"] [col-id="job"]')
    row.click()
    expect(screen.panel.locator(".panel-facts")).to_be_visible()
    expect(title(screen)).to_have_text(job_name)
    title(screen).click()
    screen.press("Side by side")
    text = screen.panel.locator(".panel-sides").inner_text()
    assert json.dumps(job_name, ensure_ascii=False)[:-1] in text
    expect(screen.panel.get_by_role("button", name="names", exact=True)).to_have_count(0)
    too_wide = "panel => panel.scrollWidth > panel.clientWidth + 1"
    assert not screen.panel.evaluate(too_wide)


def test_controls_are_pressed_with_the_keyboard(screen: Screen) -> None:
    opener = screen.button("Detailed log")
    opener.press("Enter")
    error = screen.panel.get_by_role("button", name="Error")
    error.press("Space")
    expect(error).to_have_attribute("aria-pressed", "true")
    screen.panel.get_by_role("button", name="All").press("Enter")
    expect(error).to_have_attribute("aria-pressed", "false")
    screen.panel.get_by_role("button", name="Close").press("Enter")
    expect(screen.panel).to_be_hidden()
    expect(opener).to_be_focused()


def test_escape_closes_one_thing_at_a_time(screen: Screen) -> None:
    screen.press("Detailed log")
    search = screen.panel.get_by_placeholder("Search the log")
    search.fill("reading")
    search.press("Escape")
    expect(search).to_have_value("")
    expect(screen.panel).to_be_visible()
    search.press("Escape")
    expect(screen.panel).to_be_hidden()


def test_a_panel_and_cancel_stay_while_the_page_is_drawn_anew(
    screen: Screen, prod: Emulated
) -> None:
    """The last one: it imports. Creating a job takes long, and the progress moves meanwhile."""
    prod.fault(CREATE, kind="delay", delay_s=1.5, times=0)
    panel = screen.open_row("import-grid", "first")
    screen.press("Side by side")
    screen.page.evaluate("document.querySelector('#import-start').click()")
    cancel = screen.progress("import").get_by_role("button", name="Cancel")
    expect(cancel).to_be_visible()
    drawn = screen.progress("import").locator(".progress-time").inner_text()
    cancel.focus()
    expect(screen.progress("import").locator(".progress-time")).not_to_have_text(drawn)
    expect(cancel).to_be_focused()
    expect(panel.locator(".panel-sides")).to_be_visible()
    expect(title(screen)).to_have_text("first")
    screen.page.keyboard.press("Enter")
    screen.wait_for("import", "Import cancelled")
    expect(panel.locator(".panel-sides")).to_contain_text('"first"')
    prod.clear_faults()
