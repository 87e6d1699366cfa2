"""Jobs that do not belong here: counted on a chip, shown when it is pressed."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from examples.page_server import start_page
from tests.builders import job
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import MAPPING, define
from tests.e2e.screen import Screen
from tests.emulated import Emulated


@pytest.fixture(scope="module")
def prod(start_pair: Callable[..., Pair]) -> Emulated:
    _, prod = start_pair()
    define(prod, job("load"), job("tmp one"), job("tmp two"))
    me = prod.connect().ports.principals.current().name
    text = f'{{run_as_mappings: {{default: {{user_name: "{me}"}}}}, jobs: {{exclude: ["tmp*"]}}}}'
    prod.put(MAPPING, text.encode())
    return prod


@pytest.fixture(scope="module")
def screen(
    prod: Emulated, new_screen: NewScreen, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Screen]:
    with start_page(prod.running, tmp_path_factory.mktemp("cache")) as page:
        screen = new_screen(page.url)
        screen.open("/import")
        yield screen


def names(screen: Screen, grid: str = "import-grid") -> list[str]:
    return [row["job"] for row in screen.rows(grid)]


def test_excluded_jobs_are_shown_while_their_chip_is_pressed(screen: Screen) -> None:
    screen.run("Validate", "import", "Validation finished")
    chip = screen.chip("import", "excluded")
    assert screen.counted("import", "excluded") == 2
    assert names(screen) == ["load"]
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    assert sorted(names(screen)) == ["tmp one", "tmp two"]
    chip.click()
    assert names(screen) == ["load"]


def test_the_panel_of_an_excluded_job_names_the_rule(screen: Screen) -> None:
    chip = screen.chip("import", "excluded")
    chip.click()
    panel = screen.open_row("import-grid", "tmp one")
    expect(panel).to_contain_text("Excluded by “tmp*” (line 1 of the mapping file).")
    screen.close_panel()
    chip.click()
