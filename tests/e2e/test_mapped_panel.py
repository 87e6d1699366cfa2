"""The side panel says what the mapping file did, and shows a new job's definition at once."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from examples.page_server import start_page
from tests.builders import job
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import MAPPING, define
from tests.e2e.screen import Screen
from tests.emulated import Emulated

MARKUP = "<b data-x>prod</b>"
FILE = """{
  run_as_mappings: {default: {user_name: "%s"}},
  value_mappings: {
    tags: {env: "%s", password: "t0p"},
  },
}"""


@pytest.fixture(scope="module")
def prod(start_pair: Callable[..., Pair]) -> Emulated:
    _, prod = start_pair()
    me = prod.connect().ports.principals.current().name
    prod.put(MAPPING, (FILE % (me, MARKUP)).encode())
    define(prod, job("load", tags={"env": "dev", "team": "data"}), job("plain"))
    return prod


@pytest.fixture(scope="module")
def screen(
    prod: Emulated, tmp_path_factory: pytest.TempPathFactory, new_screen: NewScreen
) -> Iterator[Screen]:
    with start_page(prod.running, tmp_path_factory.mktemp("prod")) as page:
        screen = new_screen(page.url)
        screen.open("/import")
        screen.run("Validate", "import", "Validation finished")
        yield screen


def test_a_new_job_shows_its_definition_as_it_will_be_written(screen: Screen) -> None:
    panel = screen.open_row("import-grid", "load")
    text = panel.locator(".panel-sides")
    expect(text).to_be_visible()
    settings = json.loads(text.inner_text())
    assert settings["tags"] == {"env": MARKUP, "team": "data"}
    assert "0 changes" not in panel.inner_text()


def test_what_was_mapped_is_listed_with_the_line_of_its_entry(screen: Screen) -> None:
    panel = screen.open_row("import-grid", "load")
    mapped = panel.locator("details", has_text="Mapped here (2)")
    expect(mapped.locator("tbody tr").first).to_contain_text(f"dev{MARKUP}")
    expect(mapped.locator("[data-x]")).to_have_count(0)
    line = mapped.get_by_role("button", name="line 4")
    expect(line).to_have_attribute("data-map-section", "value_mappings.tags")
    expect(line).to_have_attribute("data-map-name", "env")
    expect(panel.locator("details", has_text="Copied unchanged (2)")).to_be_visible()


def test_the_line_of_an_entry_leads_to_the_mappings_tab(screen: Screen) -> None:
    screen.panel.get_by_role("button", name="line 4").click()
    expect(screen.panel).to_be_hidden()
    expect(screen.page.locator("#mappings-grid .ag-cell-focus")).to_have_text("env")
    screen.tab("Import").click()


def test_the_grid_has_the_number(screen: Screen) -> None:
    cell = screen.row("import-grid", "load").locator('[col-id="mapped"]')
    expect(cell).to_have_text("2")
