"""What people read in place of decoding it: schedules, moments, names, errors."""

import csv
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from examples.page_server import start_page
from tests.builders import job, notebook_task
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import define, map_everybody
from tests.e2e.screen import Screen
from tests.emulated import Emulated

ROBOT = "0d4c8f1e-92a7-4b63-8c15-f7a3e05b6d22"
LOCAL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
GRID = "import-grid"


def at(expression: str) -> dict[str, dict[str, str]]:
    return {"schedule": {"quartz_cron_expression": expression, "timezone_id": "Europe/Oslo"}}


@pytest.fixture(scope="module")
def prod(start_pair: Callable[..., Pair]) -> Emulated:
    """Jobs with schedules, one that lacks its cluster, one that runs as a service principal."""
    _, prod = start_pair()
    map_everybody(prod)
    prod.seed(service_principals=[{"applicationId": ROBOT, "displayName": "etl-prod"}])
    lost = [notebook_task("main", existing_cluster_id="__CLUSTER__etl-dev__")]
    define(
        prod,
        job("yearly", **at("0 0 5 1 1 ?")),
        job("often", **at("0 */10 * * * ?")),
        job("odd", **at("${var.schedule}")),
        job("lost", tasks=lost, **at("0 0 5 * * ?")),
        job("by hand"),
    )
    prod.create_job(job("robot's", run_as={"service_principal_name": ROBOT}))
    return prod


@pytest.fixture(scope="module")
def screen(
    prod: Emulated, tmp_path_factory: pytest.TempPathFactory, new_screen: NewScreen
) -> Iterator[Screen]:
    with start_page(prod.running, tmp_path_factory.mktemp("reading")) as page:
        screen = new_screen(
            page.url, timezone_id="Asia/Tokyo", viewport={"width": 2400, "height": 900}
        )
        screen.open("/import")
        screen.run("Validate", "import", "Validation finished with errors")
        yield screen


def cell(screen: Screen, name: str, column: str):
    return screen.row(GRID, name).locator(f'[col-id="{column}"]')


def test_schedules_are_sentences_in_the_order_of_their_next_runs(screen: Screen) -> None:
    expect(cell(screen, "often", "starts")).to_have_text("Every 10 minutes, Europe/Oslo")
    expect(cell(screen, "odd", "starts")).to_have_text("${var.schedule} (Europe/Oslo)")
    for column in ("starts", "next_run"):
        screen.page.click(f"#{GRID} .ag-header-cell[col-id={column}]")
        expect(
            screen.page.locator(f"#{GRID} [col-id={column}][aria-sort=ascending]")
        ).to_be_visible()
        names = [row["job"] for row in screen.rows(GRID)]
        assert names[:3] == ["often", "lost", "yearly"]
        assert set(names[3:]) == {"odd", "by hand"}


def test_the_next_run_is_in_the_zone_of_who_looks_and_its_tooltip_in_utc(screen: Screen) -> None:
    (row,) = [row for row in screen.rows(GRID) if row["job"] == "yearly"]
    assert ISO.fullmatch(row["next_run"])
    assert row["next_run"].endswith("01-01T04:00:00Z")
    shown = cell(screen, "yearly", "next_run")
    expect(shown).to_have_text(re.compile(r"^\d{4}-01-01 13:00$"))
    shown.hover()
    expect(screen.page.locator(".ag-tooltip")).to_have_text(re.compile("01-01 04:00:00 UTC"))
    cell(screen, "yearly", "starts").hover()
    expect(screen.page.locator(".ag-tooltip").last).to_have_text("0 0 5 1 1 ? (Europe/Oslo)")
    panel = screen.open_row(GRID, "yearly")
    expect(panel.locator("time")).to_have_text(re.compile(r"^\d{4}-01-01 13:00$"))
    expect(panel.locator(".panel-facts")).to_contain_text("0 0 5 1 1 ? (Europe/Oslo)")
    expect(panel).not_to_contain_text("0 changes")
    screen.close_panel()


def test_a_row_in_error_shows_its_file_and_says_what_is_wrong_first(screen: Screen) -> None:
    expect(cell(screen, "lost", "tasks")).to_have_text("1")
    expect(cell(screen, "lost", "types")).to_have_text("notebook")
    expect(cell(screen, "lost", "starts")).to_have_text("Every day at 05:00, Europe/Oslo")
    message = cell(screen, "lost", "message")
    expect(message).to_have_text(re.compile("^There is no cluster named “etl-dev”"))
    expect(message).to_have_text(re.compile(r"\(tasks\[main\]\.existing_cluster_id\)$"))
    panel = screen.open_row(GRID, "lost")
    panel.get_by_role("button", name="Side by side").click()
    expect(panel.locator(".panel-sides")).to_contain_text("__CLUSTER__etl-dev__")
    screen.close_panel()


def test_unmapped_names_are_one_line_that_stays_open_when_the_page_is_drawn_anew(
    screen: Screen,
) -> None:
    line = screen.element("import-outcome").locator(".unmapped")
    expect(line.locator("summary")).to_have_text("1 name is not mapped · 1 job needs it")
    expect(line.locator("table")).to_be_hidden()
    line.locator("summary").click()
    with screen.page.expect_response(re.compile("/feed/import")):
        screen.page.evaluate("jobsync.pokeFeed()")
    expect(line.locator("table")).to_be_visible()
    line.locator("summary").click()


def test_a_service_principal_has_its_display_name(screen: Screen) -> None:
    screen.element("unmanaged").locator("summary").first.click()
    shown = screen.row("unmanaged-grid", "robot's").locator('[col-id="run_as"]')
    expect(shown).to_have_text("etl-prod")
    screen.page.fill("#unmanaged-grid-search", ROBOT)  # what the tooltip has is found as well
    expect(shown).to_be_visible()
    screen.page.fill("#unmanaged-grid-search", "nobody")
    expect(shown).to_be_hidden()
    screen.page.fill("#unmanaged-grid-search", "")
    shown.hover()
    expect(screen.page.locator(".ag-tooltip").last).to_have_text(ROBOT)
    screen.page.locator('[data-grid="import-grid"] summary', has_text="CSV").click()
    with screen.page.expect_download() as started:
        screen.page.locator('[data-grid="import-grid"] [data-csv="all"]').click()
    text = started.value.path().read_text(encoding="utf-8-sig")
    rows = {row["Job"]: row for row in csv.DictReader(text.splitlines())}
    assert (rows["robot's"]["Run as"], rows["robot's"]["Run as id"]) == ("etl-prod", ROBOT)
    assert ISO.fullmatch(rows["yearly"]["Next run"])
    assert rows["yearly"]["Expression"] == "0 0 5 1 1 ? (Europe/Oslo)"


def test_the_history_is_in_the_zone_of_who_looks(screen: Screen) -> None:
    screen.tab("History").click()
    start = screen.page.locator('#history-grid .ag-row [col-id="start"]')
    expect(start).to_have_text(LOCAL)
    hour = int(screen.rows("history-grid")[0]["start"][11:13])
    assert int(start.inner_text()[11:13]) == (hour + 9) % 24
    start.click()
    moment = screen.page.locator("#history-entry time")
    expect(moment).to_have_attribute("title", re.compile(f" {hour:02}:.* UTC$"))
    expect(moment).to_have_text(re.compile(f" {(hour + 9) % 24:02}:"))
