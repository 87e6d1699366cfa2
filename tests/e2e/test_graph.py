"""The graph of the jobs beside the table, and the timeline of the next 24 hours."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from core.json_text import JobSettings
from tests.builders import job, run_job_task
from tests.e2e.conftest import NewScreen, Pair, looked_at_once
from tests.e2e.places import MAPPING, define, map_everybody
from tests.e2e.screen import Screen
from tests.e2e.test_looks import overflow, violations
from tests.emulated import Emulated

HOSTILE = '<img src=x onerror=alert(1)> "quoted" {n}'
FORTY = 40
_NODES = "() => cy.nodes().map(node => node.data('label').replace(/^\\S+ /, '')).sort()"
_PLACE = """name => {
  const node = cy.nodes().filter(one => one.data('label').replace(/^\\S+ /, '') === name)[0];
  const box = cy.container().getBoundingClientRect();
  const {x, y} = node.renderedPosition();
  return [box.x + x, box.y + y];
}"""


def at(hour: int, **fields: Any) -> dict[str, Any]:
    """Return a schedule of every day."""
    return {"quartz_cron_expression": f"0 0 {hour} * * ?", "timezone_id": "UTC", **fields}


def runs(name: str, *others: str, **settings: Any) -> JobSettings:
    tasks = [run_job_task(f"run_{n}", f"__JOB__{other}__") for n, other in enumerate(others)]
    return job(name, tasks=tasks, **settings)


def waits(*names: str) -> dict[str, Any]:
    jobs = [{"job_id": f"__JOB__{name}__"} for name in names]
    return {"job_completion": {"jobs": jobs, "condition": "ALL_SUCCEEDED"}}


@pytest.fixture(scope="module")
def prod(start_pair: Callable[..., Pair]) -> Emulated:
    """A workspace where the forty jobs of five o'clock are to be moved to two."""
    _, prod = start_pair()
    map_everybody(prod)
    nightly = [f"nightly_{n:02}" for n in range(FORTY)]
    before = [job(name, schedule=at(5)) for name in nightly]
    define(prod, *before, job("load", schedule=at(1)), job("gone"), job("same"))
    prod.service(mapping_path=MAPPING).import_jobs()
    prod.remove_file("gone.json")
    define(
        prod,
        *(job(name, schedule=at(2)) for name in nightly),
        runs("everything", "load", "report", schedule=at(3)),
        job("load", max_concurrent_runs=3, schedule=at(1, pause_status="PAUSED")),
        runs("report", "mail"),
        job("mail", trigger={"file_arrival": {"url": "/Volumes/main/in/"}}),
        job("after the report", trigger=waits("report")),
        job("alone", continuous={"pause_status": "UNPAUSED"}),
    )
    prod.create_job(job("not ours", schedule=at(2)))
    prod.create_job(job(HOSTILE))
    return prod


@pytest.fixture(scope="module")
def url(
    prod: Emulated, tmp_path_factory: pytest.TempPathFactory, new_screen: NewScreen
) -> Iterator[str]:
    """The address of a page where all has been previewed and validated."""
    folder = tmp_path_factory.mktemp("graph")
    with looked_at_once(prod, folder, new_screen) as url:
        yield url


@pytest.fixture(scope="module")
def screen(url: str, new_screen: NewScreen) -> Screen:
    screen = new_screen(url, bypass_csp=False, timezone_id="UTC", locale="en-GB")
    screen.open("/import")
    expect(screen.row("import-grid", "alone")).to_be_visible()
    return screen


def view(screen: Screen, tab: str, name: str) -> Locator:
    """Choose a view; return what it shows."""
    pane = screen.element(f"pane-{tab}")
    pane.get_by_role("button", name=name, exact=True).click()
    shown = pane.locator({"Graph": ".graph-view", "Timeline": ".timeline-view"}[name])
    expect(shown).to_be_visible()
    return shown


def click_node(screen: Screen, name: str) -> None:
    x, y = screen.page.evaluate(_PLACE, name)
    screen.page.mouse.click(x, y)


def shown_jobs(screen: Screen) -> list[str]:
    names: list[str] = screen.page.evaluate(_NODES)
    return names


def drawn(graph: Locator, jobs: str, arrows: str) -> None:
    """Wait until so much is drawn."""
    label = f"Graph of the jobs: {jobs}, {arrows}. The table has the same facts."
    expect(graph.locator(".graph-canvas")).to_have_attribute("aria-label", label)


def test_the_library_is_loaded_when_a_graph_is_opened(screen: Screen) -> None:
    assert screen.page.evaluate("typeof dash_cytoscape") == "undefined"
    drawn(view(screen, "import", "Graph"), "48 jobs", "4 arrows")
    assert screen.page.evaluate("typeof dash_cytoscape") == "object"
    assert "alone" in shown_jobs(screen)
    assert "not ours" not in shown_jobs(screen)


def test_what_comes_first_is_left_of_what_comes_after_it(screen: Screen) -> None:
    lefts = {
        name: screen.page.evaluate(_PLACE, name)[0]
        for name in ("everything", "load", "report", "mail", "after the report")
    }
    assert lefts["everything"] < lefts["load"]
    assert lefts["everything"] < lefts["report"] < lefts["mail"]
    assert lefts["report"] < lefts["after the report"]


def test_chips_and_the_search_filter_the_graph(screen: Screen) -> None:
    graph = view(screen, "import", "Graph")
    screen.chip("import", "new").click()
    drawn(graph, "5 jobs", "3 arrows")
    assert shown_jobs(screen) == ["after the report", "alone", "everything", "mail", "report"]
    screen.element("import-grid-search").fill("report")
    drawn(graph, "3 jobs", "2 arrows")  # what runs it has it in a column
    screen.element("import-grid-search").fill("no such job")
    expect(graph.locator(".graph-note")).to_contain_text("No job to draw")
    screen.element("import-grid-search").fill("")
    screen.chip("import", "new").click()
    drawn(graph, "48 jobs", "4 arrows")


def test_a_click_opens_the_panel_of_a_job(screen: Screen) -> None:
    click_node(screen, "everything")
    expect(screen.element("side-panel-title")).to_have_text("everything")
    expect(screen.panel.locator(".panel-facts")).to_contain_text("Runs load, report")
    screen.close_panel()


def test_what_a_job_needs_and_what_needs_it_are_drawn_alone(screen: Screen) -> None:
    graph = screen.element("pane-import").locator(".graph-view")
    graph.get_by_role("button", name="What this needs").click()
    expect(graph.locator(".graph-note")).to_have_text(
        "“everything” needs 3 jobs, directly or through others."
    )
    assert shown_jobs(screen) == ["everything", "load", "mail", "report"]
    click_node(screen, "mail")
    screen.close_panel()
    graph.get_by_role("button", name="What needs this").click()
    expect(graph.locator(".graph-note")).to_have_text(
        "3 jobs need “mail”, directly or through others."
    )
    graph.get_by_role("button", name="Show all").click()
    drawn(graph, "48 jobs", "4 arrows")


def test_the_panel_of_a_row_of_the_table_leads_to_the_graph(screen: Screen) -> None:
    screen.button("Table").filter(visible=True).click()
    screen.element("import-grid-search").fill("after the report")
    screen.open_row("import-grid", "after the report")
    screen.panel.get_by_role("button", name="What this needs").click()
    expect(screen.panel).to_be_hidden()
    graph = screen.element("pane-import").locator(".graph-view")
    expect(graph.locator(".graph-note")).to_contain_text("“after the report” needs 2 jobs")
    assert shown_jobs(screen) == ["after the report", "mail", "report"]
    graph.get_by_role("button", name="Show all").click()
    screen.element("import-grid-search").fill("")


def test_the_table_has_the_same_facts(screen: Screen) -> None:
    screen.button("Table").filter(visible=True).click()
    [row] = [row for row in screen.rows("import-grid") if row["job"] == "everything"]
    assert row["runs"] == ["load", "report"]
    screen.element("pane-import").locator("summary", has_text="Columns").first.click()
    for name in ("Runs", "Is triggered by"):
        item = screen.element("pane-import").get_by_role("menuitemcheckbox", name=name, exact=True)
        item.first.click()
    screen.page.keyboard.press("Escape")
    screen.element("import-grid-search").fill("after the report")
    cell = screen.page.locator('#import-grid .ag-row [col-id="triggered_by"]')
    screen.page.evaluate("dash_ag_grid.getApi('import-grid').ensureColumnVisible('triggered_by')")
    expect(cell).to_have_text(["report", ""])  # “everything” runs it
    screen.page.evaluate("dash_ag_grid.getApi('import-grid').ensureColumnVisible('job')")
    screen.element("import-grid-search").fill("")


def test_forty_jobs_at_two_are_seen_after_the_import_and_not_before(screen: Screen) -> None:
    timeline = view(screen, "import", "Timeline")
    now = timeline.get_by_role("region", name="Now")
    after = timeline.get_by_role("region", name="After importing the selected jobs")
    expect(now.get_by_role("button", name="05:00 to 05:15: 40 jobs")).to_be_visible()
    expect(now.get_by_role("button", name="01:00 to 01:15: 1 job")).to_be_visible()
    expect(now.get_by_role("button", name="02:00 to 02:15: 1 job")).to_be_visible()
    expect(after.get_by_role("button", name="02:00 to 02:15: 41 jobs")).to_be_visible()
    expect(after.get_by_role("button", name="03:00 to 03:15: 1 job")).to_be_visible()
    expect(after.get_by_role("button", name="05:00 to 05:15")).to_have_count(0)
    expect(after.get_by_role("button", name="01:00 to 01:15")).to_have_count(0)  # paused
    expect(timeline).to_contain_text("3 active triggers have no time known in advance")
    expect(timeline).to_contain_text("1 schedule or trigger is paused.")
    expect(timeline).to_contain_text("Times in UTC.")


def test_a_bar_lists_its_jobs_and_a_job_opens_its_panel(screen: Screen) -> None:
    timeline = view(screen, "import", "Timeline")
    after = timeline.get_by_role("region", name="After importing the selected jobs")
    after.get_by_role("button", name="02:00 to 02:15").click()
    listed = timeline.locator(".bar-list")
    expect(listed.get_by_role("listitem")).to_have_count(FORTY + 1)
    listed.get_by_role("button", name="nightly_07").click()
    expect(screen.element("side-panel-title")).to_have_text("nightly_07")
    screen.close_panel()
    screen.element("import-grid-search").fill("nightly_07")
    expect(listed.get_by_role("listitem")).to_have_count(1 + 1)  # the unmanaged one stays
    screen.element("import-grid-search").fill("")


def test_what_is_not_selected_stays_as_it_is(screen: Screen) -> None:
    screen.button("Table").filter(visible=True).click()
    screen.element("import-grid-search").fill("nightly_07")
    screen.box("import-grid", "nightly_07").uncheck()
    screen.element("import-grid-search").fill("")
    timeline = view(screen, "import", "Timeline")
    after = timeline.get_by_role("region", name="After importing the selected jobs")
    expect(after.get_by_role("button", name="02:00 to 02:15: 40 jobs")).to_be_visible()
    expect(after.get_by_role("button", name="05:00 to 05:15: 1 job")).to_be_visible()


def test_an_export_shows_when_the_jobs_of_this_workspace_start(screen: Screen) -> None:
    screen.tab("Export").click()
    timeline = view(screen, "export", "Timeline")
    here = timeline.get_by_role("region", name="In this workspace")
    expect(here.get_by_role("button", name="05:00 to 05:15: 40 jobs")).to_be_visible()
    drawn(view(screen, "export", "Graph"), "50 jobs", "4 arrows")
    assert any(name.startswith("<img src=x") for name in shown_jobs(screen))


def test_the_graph_follows_the_theme(screen: Screen) -> None:
    screen.tab("Export").click()
    drawn(view(screen, "export", "Graph"), "50 jobs", "4 arrows")
    colour = "() => cy.nodes()[0].style('color')"
    before = screen.page.evaluate(colour)
    screen.button("Switch theme").click()
    assert screen.page.evaluate(colour) != before
    screen.button("Switch theme").click()
    assert screen.page.evaluate(colour) == before


def test_each_tab_keeps_its_view(screen: Screen) -> None:
    screen.page.goto("/import")
    expect(screen.element("pane-import").locator(".timeline-view .lane")).to_have_count(2)
    screen.tab("Export").click()
    expect(screen.element("pane-export").locator(".graph-view")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_graph_and_timeline_are_accessible(url: str, new_screen: NewScreen, theme: str) -> None:
    screen = new_screen(url, bypass_csp=True, color_scheme=theme, timezone_id="UTC")
    screen.open("/import")
    expect(screen.row("import-grid", "alone")).to_be_visible()
    drawn(view(screen, "import", "Graph"), "48 jobs", "4 arrows")
    found = violations(screen)
    timeline = view(screen, "import", "Timeline")
    timeline.get_by_role("button", name="02:00 to 02:15: 41 jobs").first.click()
    expect(timeline.locator(".bar-list")).to_be_visible()
    found += violations(screen)
    assert found == []
    screen.page.close()


def test_neither_is_wider_than_a_telephone(url: str, new_screen: NewScreen) -> None:
    screen = new_screen(url, viewport={"width": 400, "height": 800})
    screen.open("/import")
    drawn(view(screen, "import", "Graph"), "48 jobs", "4 arrows")
    assert overflow(screen) <= 0
    expect(view(screen, "import", "Timeline").locator(".lane")).to_have_count(2)
    assert overflow(screen) <= 0
    screen.page.close()
