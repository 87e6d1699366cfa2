"""A page on which every kind of side panel can be opened."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Response

from core.json_text import JobSettings
from examples.page_server import start_page
from tests.builders import definition_text, job
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.panel_controls import Controls, Panel
from tests.e2e.places import MAPPING, define, map_everybody
from tests.e2e.screen import Screen
from tests.emulated import Emulated

MARKUP = '<button data-log="x" data-close-panel="true">orders</button>'
METRICS = ("RUN_DURATION_SECONDS", "STREAMING_BACKLOG_BYTES", "STREAMING_BACKLOG_RECORDS")
RULES = [{"metric": metric, "op": "GREATER_THAN", "value": 9} for metric in METRICS]
BEFORE: JobSettings = {"health": {"rules": RULES}}  # enough lines that are equal
CHANGED = {**BEFORE, "max_concurrent_runs": 3, "timeout_seconds": 60, "tags": {"a": MARKUP}}
KINDS = ("changed", "markup", "new", "same", "gone", "error", "unmanaged", "import log")
KINDS += ("export row", "export log", "kept row")
LOG = "Detailed log"


@pytest.fixture(scope="module")
def prod(start_pair: Callable[..., Pair]) -> Emulated:
    """A workspace beside a Git folder with a row of every status."""
    _, prod = start_pair()
    map_everybody(prod)
    define(prod, job("changed", **BEFORE), job("same"), job("gone"))
    prod.put("markup.json", definition_text(job(MARKUP, **BEFORE), job_id=7))
    prod.service(mapping_path=MAPPING).import_jobs()
    prod.remove_file("gone.json")
    define(prod, job("changed", **CHANGED), job("new"))
    define(prod, job("error", tasks=[{"task_key": "a", "existing_cluster_id": "__CLUSTER__x__"}]))
    prod.put("markup.json", definition_text(job(MARKUP, **CHANGED), job_id=7))
    prod.create_job(job("unmanaged"))
    return prod


@pytest.fixture(scope="module")
def screen(
    prod: Emulated, tmp_path_factory: pytest.TempPathFactory, new_screen: NewScreen
) -> Iterator[Screen]:
    """A page that exports and imports, where both were looked at once."""
    with start_page(prod.running, tmp_path_factory.mktemp("both"), APP_MODE="Both") as page:
        screen = new_screen(page.url, viewport={"width": 1800, "height": 1000})
        screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        screen.page.emulate_media(reduced_motion="reduce")
        screen.open("/export")
        screen.run("Preview", "export", "Preview finished")
        screen.tab("Import").click()
        screen.run("Validate", "import", "Validation finished with errors")
        screen.page.locator("#unmanaged summary").first.click()
        yield screen


@pytest.fixture
def failed(screen: Screen) -> Iterator[list[str]]:
    """The requests that fail meanwhile."""
    found: list[str] = []

    def on_response(response: Response) -> None:
        if not response.ok:
            found.append(f"{response.status} {response.url}")

    screen.page.on("response", on_response)
    yield found
    screen.page.remove_listener("response", on_response)
    assert found == []


@pytest.fixture
def controls(screen: Screen, failed: list[str]) -> Iterator[Controls]:
    controls = Controls(screen.page)
    yield controls
    screen.page.keyboard.press("Escape")


@pytest.fixture(scope="module")
def panels(screen: Screen) -> dict[str, Panel]:
    """All kinds of panels there are, by name."""
    rows = {"markup": MARKUP}
    panels = {
        name: Panel(name, rows.get(name, name), "row", row_opener(screen, "import", name, rows))
        for name in KINDS[:7]
    }
    for tab in ("import", "export"):
        panels[f"{tab} log"] = Panel(f"{tab} log", LOG, "log", log_opener(screen, tab))
    panels["export row"] = Panel(
        "export row", "changed", "row", row_opener(screen, "export", "changed", rows)
    )
    panels["kept row"] = Panel("kept row", "changed", "row", kept_opener(screen))
    assert set(panels) == set(KINDS)
    return panels


def row_opener(screen: Screen, tab: str, name: str, rows: dict[str, str]) -> Callable[[], None]:
    grid = "unmanaged-grid" if name == "unmanaged" else f"{tab}-grid"
    return opener(screen, tab, lambda: name_in(screen, grid, rows.get(name, name)))


def log_opener(screen: Screen, tab: str) -> Callable[[], None]:
    return opener(screen, tab, lambda: screen.element(f"{tab}-outcome").locator("[data-log]"))


def kept_opener(screen: Screen) -> Callable[[], None]:
    def find() -> Locator:
        if "/history/" not in screen.page.url:
            name_in(screen, "history-grid", "Validation").click()
        return name_in(screen, "history-rows-grid", "changed")

    return opener(screen, "history", find)


def name_in(screen: Screen, grid: str, name: str) -> Locator:
    return screen.page.locator(f"#{grid} .ag-cell").get_by_text(name, exact=True)


def opener(screen: Screen, tab: str, find: Callable[[], Locator]) -> Callable[[], None]:
    """Return what opens a panel with the mouse, in its tab."""

    def open_it() -> None:
        if f"/{tab}" not in screen.page.url:
            screen.page.locator(f"#nav-{tab}").click(force=True)
        find().click()

    return open_it
