"""How the page can be used: by keyboard, with a screen reader, in the dark, on a small screen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.builders import job
from tests.e2e.conftest import NewScreen, Pair, looked_at_once
from tests.e2e.places import MAPPING, define, map_everybody
from tests.e2e.screen import Screen
from tests.emulated import Emulated

AXE = Path(__file__).with_name("axe.min.js")
TABS = ("export", "import", "mappings", "history", "workspace")
BAD = {"serious", "critical"}


@pytest.fixture(scope="module")
def prod(start_pair: Callable[..., Pair]) -> Emulated:
    """A workspace where something is to be imported, removed and left alone."""
    _, prod = start_pair()
    map_everybody(prod)
    define(prod, job("load"), job("gone"))
    prod.service(mapping_path=MAPPING).import_jobs()
    prod.remove_file("gone.json")
    define(prod, job("load", max_concurrent_runs=3), job("new"))
    prod.create_job(job("not ours"))
    return prod


@pytest.fixture(scope="module")
def url(
    prod: Emulated, tmp_path_factory: pytest.TempPathFactory, new_screen: NewScreen
) -> Iterator[str]:
    """The address of a page that exports and imports, where all has been done once."""
    folder = tmp_path_factory.mktemp("both")
    with looked_at_once(prod, folder, new_screen) as url:
        yield url


@pytest.fixture(scope="module")
def screen(url: str, new_screen: NewScreen) -> Screen:
    """A window into which the checker of accessibility can be brought."""
    screen = new_screen(url, bypass_csp=True)
    screen.open("/import")
    return screen


def violations(screen: Screen) -> list[str]:
    """Return what is wrong for people who do not see the page, or not all of it."""
    if not screen.page.evaluate("Boolean(window.axe)"):
        screen.page.add_script_tag(path=AXE)
    found: dict[str, Any] = screen.page.evaluate(
        "async () => await axe.run(document, {resultTypes: ['violations']})"
    )
    return [
        f"{screen.page.url} {one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in BAD
        for node in one["nodes"]
    ]


def is_filled(screen: Screen, tab: str) -> None:
    """Wait until a tab shows what it is to show."""
    texts = {"history": "#history-grid .ag-row", "workspace": "#workspace-body .facts"}
    shown = screen.page.locator(texts.get(tab, f"#{tab}-grid .ag-center-cols-container .ag-row"))
    expect(shown.first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_tab_is_accessible(screen: Screen, theme: str) -> None:
    screen.page.emulate_media(reduced_motion="reduce")
    root = screen.page.locator("html")
    if root.get_attribute("data-bs-theme") != theme:
        screen.button("Switch theme").click()
    expect(root).to_have_attribute("data-bs-theme", theme)
    found = []
    for tab in TABS:
        screen.tab(tab.capitalize()).click()
        is_filled(screen, tab)
        found += violations(screen)
    screen.tab("Import").click()
    screen.open_row("import-grid", "load")
    found += violations(screen)
    screen.press("Side by side")
    expect(screen.panel.locator(".d2h-wrapper")).to_be_visible()
    found += violations(screen)
    screen.close_panel()
    assert found == []


def test_all_of_the_page_is_within_reach_of_the_tab_key(screen: Screen) -> None:
    screen.open("/import")
    expect(screen.element("import-start")).to_be_enabled()  # a disabled one cannot be reached
    wanted = {"nav-export", "nav-history", "import-pull", "import-validate", "import-start"}
    wanted |= {"import-git-link", "import-grid-search", "import-grid"}
    reached: set[str] = set()
    for _ in range(60):
        screen.page.keyboard.press("Tab")
        reached |= set(screen.page.evaluate(_FOCUSED))
        if wanted <= reached:
            break
    assert wanted - reached == set()


_FOCUSED = """() => {
  const names = [];
  for (let element = document.activeElement; element; element = element.parentElement) {
    if (element.id) names.push(element.id);
  }
  return names;
}"""


def test_enter_opens_a_row_and_escape_leads_back_to_it(screen: Screen) -> None:
    screen.page.keyboard.press("Escape")
    cell = screen.row("import-grid", "load").locator('[col-id="message"]')
    cell.click()
    expect(screen.panel).to_be_visible()
    screen.close_panel()
    focused = screen.page.locator(".ag-cell-focus")
    expect(focused).to_be_focused()
    screen.page.keyboard.press("Enter")
    expect(screen.panel.locator(".panel-fields .changes")).to_contain_text("max_concurrent_runs")
    expect(screen.element("side-panel-body")).to_be_focused()
    screen.close_panel()
    expect(focused).to_be_focused()


@pytest.mark.parametrize("width", [1280, 400])
def test_no_tab_is_wider_than_the_screen(url: str, new_screen: NewScreen, width: int) -> None:
    screen = new_screen(url, viewport={"width": width, "height": 800})
    screen.open("/import")
    too_wide = {}
    for tab in TABS:
        screen.tab(tab.capitalize()).click()
        is_filled(screen, tab)
        too_wide[tab] = overflow(screen)
    screen.tab("Import").click()
    screen.open_row("import-grid", "load")
    too_wide["panel"] = overflow(screen)
    screen.press("Side by side")
    expect(screen.panel.locator(".d2h-wrapper")).to_be_visible()
    too_wide["side by side"] = overflow(screen)
    assert {place: pixels for place, pixels in too_wide.items() if pixels > 0} == {}
    screen.page.close()


def test_the_dialog_is_accessible(screen: Screen) -> None:
    screen.box("import-grid", "gone").check()
    screen.press("Remove Deleted Jobs (1)")
    dialog = screen.page.get_by_role("dialog")
    expect(dialog.get_by_role("textbox")).to_be_visible()
    found = violations(screen)
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    screen.box("import-grid", "gone").uncheck()
    assert found == []


def test_the_dialogs_of_the_mappings_are_accessible(screen: Screen) -> None:
    screen.tab("Mappings").click()
    is_filled(screen, "mappings")
    screen.row("mappings-grid", "default").locator('[col-id="target"]').click()
    dialog = screen.page.get_by_role("dialog")
    expect(dialog.get_by_role("combobox", name="Here")).to_be_focused()
    screen.page.keyboard.press("ArrowDown")
    found = violations(screen)
    screen.page.keyboard.press("Escape")  # closes the list alone
    expect(dialog).to_be_visible()
    dialog.get_by_role("combobox", name="Here").fill("somebody@prod.example")
    screen.page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    screen.press("Save …")
    expect(dialog.locator(".diff-added")).to_be_visible()
    found += violations(screen)
    screen.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    screen.press("Discard all")
    assert found == []


def overflow(screen: Screen) -> int:
    """Return by how many pixels the page can be scrolled sideways."""
    pixels: int = screen.page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return pixels


def test_the_browser_remembers_how_it_was_left(url: str, new_screen: NewScreen) -> None:
    screen = new_screen(url, color_scheme="light")
    screen.open("/export")
    root = screen.page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "light")
    screen.button("Switch theme").click()
    tasks = screen.page.locator("#export-grid").get_by_role(
        "columnheader", name="Tasks", exact=True
    )
    expect(tasks).to_be_visible()
    screen.page.locator("#pane-export summary", has_text="Columns").click()
    screen.page.get_by_role("menuitemcheckbox", name="Tasks").click()
    expect(tasks).to_be_hidden()
    screen.tab("Import").click()
    is_filled(screen, "import")
    screen.open("/")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    expect(screen.tab("Import")).to_have_attribute("aria-current", "page")
    screen.tab("Export").click()
    is_filled(screen, "export")
    expect(tasks).to_be_hidden()
    screen.page.close()
