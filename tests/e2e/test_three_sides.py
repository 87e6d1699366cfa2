"""Who changed what: chips, column, marks in the panel, and fields that are taken into Git."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from examples.page_server import start_page
from tests.builders import job
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import MAPPING, define
from tests.e2e.screen import Screen
from tests.e2e.test_looks import violations
from tests.emulated import Emulated

GRID = "import-grid"
FILE = """{
  run_as_mappings: {default: {user_name: "%s"}},
  value_mappings: {tags: {env: "prod"}},
}"""
TAGS = {"env": "dev", "team": "a"}


def change(workspace: Emulated, name: str, **fields: Any) -> None:
    """Change a job as somebody does in the workspace."""
    workspace.reset_job(workspace.job_id(name), {**workspace.settings_of(name), **fields})


@pytest.fixture(scope="module")
def prod(start_pair: Callable[..., Pair]) -> Emulated:
    """Four imported jobs: one moved in Git, one here, one in both, and one nowhere."""
    _, prod = start_pair()
    me = prod.connect().ports.principals.current().name
    prod.put(MAPPING, (FILE % me).encode())
    jobs = {name: job(name, tags=TAGS, timeout_seconds=300) for name in ("git", "hand", "both")}
    define(prod, *jobs.values(), job("still"))
    prod.service(mapping_path=MAPPING).import_jobs()
    define(prod, {**jobs["git"], "timeout_seconds": 400}, {**jobs["both"], "timeout_seconds": 400})
    change(prod, "hand", timeout_seconds=600)
    change(prod, "both", timeout_seconds=600, tags={"env": "prod", "team": "b"})
    return prod


@pytest.fixture(scope="module")
def screen(
    prod: Emulated, tmp_path_factory: pytest.TempPathFactory, new_screen: NewScreen
) -> Iterator[Screen]:
    with start_page(prod.running, tmp_path_factory.mktemp("prod"), APP_MODE="Both") as page:
        screen = new_screen(page.url, bypass_csp=True)  # for the checker of accessibility
        screen.open("/import")
        yield screen


def chip(screen: Screen, words: str) -> Locator:
    return screen.element("import-chips").locator(f'[data-origin="{words}"]')


def in_git(prod: Emulated, name: str) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(prod.read(f"{name}.json"))["settings"]
    return settings


def test_rows_say_where_they_were_changed_and_fields_are_taken_into_git(
    screen: Screen, prod: Emulated
) -> None:
    screen.run("Validate", "import", "Validation finished")
    for words, name in (("in Git", "git"), ("here", "hand"), ("in both", "both")):
        expect(chip(screen, words)).to_have_text(f"Changed {words} 1")
        expect(screen.row(GRID, name).locator('[col-id="origin"]')).to_have_text(words)
    expect(screen.box(GRID, "git")).to_be_checked()
    for name in ("hand", "both"):
        expect(screen.box(GRID, name)).not_to_be_checked()
    expect(screen.button("Import New and Changed Jobs (1)")).to_be_enabled()

    chip(screen, "here").click()
    expect(chip(screen, "here")).to_have_attribute("aria-pressed", "true")
    assert set(screen.statuses(GRID)) == {"hand"}
    assert screen.page.evaluate("id => dash_ag_grid.getApi(id).getFilterModel()", GRID) == {
        "origin": {"filterType": "text", "type": "equals", "filter": "here"}
    }
    chip(screen, "in both").click()
    expect(chip(screen, "here")).to_have_attribute("aria-pressed", "false")
    assert set(screen.statuses(GRID)) == {"both"}
    chip(screen, "in both").click()
    assert len(screen.statuses(GRID)) == 4

    panel = screen.open_row(GRID, "both")
    expect(panel.locator(".panel-notice")).to_contain_text("1 field was changed in Git and here")
    team, timeout = panel.locator(".panel-fields tbody tr").all()
    expect(team.locator(".origin-mark")).to_have_text("changed here")
    expect(timeout.locator(".origin-mark")).to_have_text("changed in both")
    tick = timeout.get_by_role("checkbox", name="Take timeout_seconds into Git")
    expect(tick).not_to_be_checked()
    expect(screen.button("Take 1 field into Git")).to_be_enabled()
    tick.press(" ")
    expect(tick).to_be_checked()
    assert violations(screen) == []
    screen.run("Take 2 fields into Git", "import", "Taking into Git finished")
    expect(panel).to_be_hidden()
    expect(screen.row(GRID, "both").locator('[col-id="status"]')).to_contain_text("Taken into Git")
    settings = in_git(prod, "both")
    assert (settings["timeout_seconds"], settings["tags"]) == (600, {"env": "dev", "team": "b"})

    panel = screen.open_row(GRID, "hand")  # the validation still stands for the others
    expect(panel.locator(".panel-notice")).to_contain_text("Drifted.")
    screen.run("Take 1 field into Git", "import", "Taking into Git finished")
    assert in_git(prod, "hand")["timeout_seconds"] == 600
    screen.run("Validate", "import", "Validation finished")
    assert screen.statuses(GRID) == {
        "both": "unchanged",
        "git": "changed",
        "hand": "unchanged",
        "still": "unchanged",
    }
    expect(chip(screen, "here")).to_have_count(0)
