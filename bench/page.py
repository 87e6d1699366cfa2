"""How fast the page is for 1,000 and 10,000 jobs: `python -m bench.page [JOBS …] [--write]`.

The page runs as it is deployed, under gunicorn beside a local workspace, and headless Chromium
opens it. Everything shares one machine.
"""

import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from playwright.sync_api import CDPSession, Page, sync_playwright

from bench.sheet import Sheet, document_of, read_options
from bench.workspaces import control, hand_over, run_cli, seeds
from emulator import RunningWorkspace, start_environment
from examples.browser import launch
from examples.page_server import RunningPage, start_page

SIZES = (1000, 10_000)
THREADS = 4
_WAIT_S = 300.0
_IMPORTED = 1000  # jobs; more would take minutes and show the same
_ROWS = """() => {
  const grid = window.dash_ag_grid && dash_ag_grid.getApi("import-grid");
  const button = document.getElementById("import-start");
  return grid && button && !button.disabled ? grid.getDisplayedRowCount() : 0;
}"""
_VIEWS = ".pane:not([hidden]) [data-show={}]"
_IS_DRAWN = """() => {
  const count = dash_ag_grid.getApi("import-grid").getDisplayedRowCount();
  return window.cy?.nodes().length === count;
}"""
_DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_MOST_DRAWN = 1500  # jobs, see assets/logic/graph.js
_MAPPING_FILE = "/Shared/measured.json"
_ENTRIES = "document.querySelector('#mappings-grid [aria-rowcount]')?.ariaRowCount"


_Figures = dict[str, str]
"""What was measured, by what it is; in the order of the table."""


@dataclass
class _Network:
    """Bytes as they came over the wire, headers included."""

    session: CDPSession
    page_bytes: int = 0
    feed_bytes: int = 0
    requests: int = 0
    feeds: set[str] = field(default_factory=set)

    def listen(self) -> None:
        self.session.send("Network.enable")
        self.session.on("Network.responseReceived", self._on_response)
        self.session.on("Network.loadingFinished", self._on_finished)

    def _on_response(self, event: dict[str, object]) -> None:
        response = event["response"]
        assert isinstance(response, dict)  # as the protocol says
        if "/feed/" in str(response["url"]):
            self.feeds.add(str(event["requestId"]))

    def _on_finished(self, event: dict[str, object]) -> None:
        size = int(str(event["encodedDataLength"]).partition(".")[0])
        self.requests += 1
        if event["requestId"] in self.feeds:
            self.feed_bytes += size
        else:
            self.page_bytes += size


def main() -> int:
    """Make one table with a column for each number of jobs."""
    options = read_options(__doc__)
    sizes = options.numbers or SIZES
    with Sheet(
        "page",
        ("", *(f"{size:,} jobs" for size in sizes)),
        note=f"Two workers, {THREADS} threads.",
        packages=("dash", "gunicorn", "playwright"),
        document=document_of(options),
    ) as sheet:
        figures: list[_Figures] = []
        for size in sizes:
            figures.append({})
            with _served(size) as (served, prod, store, chromium):
                _measure(size, served, store, chromium, figures[-1])
                _measure_mappings(size, served, prod, chromium, figures[-1])
            print(figures[-1], flush=True)
        for name in max(figures, key=len):
            sheet.add(name, *(found.get(name, "") for found in figures))
    return 0


@contextmanager
def _served(size: int) -> Iterator[tuple[RunningPage, RunningWorkspace, Path, Page]]:
    """Export so many jobs from DEV, and serve the page beside PROD, which has none of them."""
    with (
        tempfile.TemporaryDirectory(prefix="job-sync-bench-") as directory,
        start_environment(Path(directory), seeds=seeds(size)) as environment,
    ):
        for workspace in environment.workspaces:  # a folder of the real one ends at 10,000
            control(workspace, "options", {"max_children": 2 * size}, "PATCH")
        run_cli(environment["DEV"], "export", Path(directory), threads=THREADS)
        hand_over(environment["DEV"], environment["PROD"])
        folder, prod = Path(directory) / "page", environment["PROD"]
        with (
            start_page(
                prod,
                folder,
                RESOURCE_NAME_MAPPINGS_FILE_PATH=_MAPPING_FILE,
                WEB_CONCURRENCY="2",
                DATABRICKS_TOKEN=prod.admin_token,
                DATABRICKS_CLIENT_ID="",
                DATABRICKS_CLIENT_SECRET="",
            ) as served,
            sync_playwright() as playwright,
        ):
            browser = launch(playwright)
            [store] = (folder / "cache").glob("page-*/*/operations.sqlite")
            yield served, prod, store, browser.new_page(viewport={"width": 1280, "height": 860})
            browser.close()


def _measure(size: int, served: RunningPage, store: Path, page: Page, figures: _Figures) -> None:
    network = _Network(page.context.new_cdp_session(page))
    network.listen()
    started = time.time()
    page.goto(f"{served.url}/import")
    page.locator("#import-validate:enabled").wait_for()
    page.locator("#git-place span").first.wait_for()
    first_s = time.time() - started
    took = f"{first_s:.1f} s, {network.page_bytes / 1024:,.0f} kB"
    figures["first page until its buttons work and the workspace is named"] = took
    before, most_mb, asked = network.feed_bytes, 0.0, time.time()
    page.click("#import-validate")
    while page.evaluate(_ROWS) < size:
        most_mb = max(most_mb, _memory_mb(served))
        if time.time() - asked > _WAIT_S:
            raise SystemExit("The rows did not appear.")
        time.sleep(0.05)
    usable = time.time()
    ended = _ended_at(store)
    during_s = ended - asked
    fed_kb = (network.feed_bytes - before) / 1024
    figures["validation"] = f"{during_s:.1f} s, {fed_kb:,.0f} kB of rows and polls"
    figures["all rows usable after its end"] = f"{usable - ended:.1f} s"
    figures["memory of app and operation together, at most"] = f"{most_mb:,.0f} MB"
    _measure_views(size, page, figures)
    if size <= _IMPORTED:
        _measure_polling(served, page, network, figures)


def _measure_views(size: int, page: Page, figures: _Figures) -> None:
    """Open the graph and the timeline, and filter both by the search."""
    is_drawn = size <= _MOST_DRAWN
    opened_s = _time(page, lambda: page.click(_VIEWS.format("graph")), is_drawn=is_drawn)
    search = page.locator("#import-grid-search")
    few_s = _time(page, lambda: search.fill("Measured job 0012"), is_drawn=True)
    _time(page, lambda: search.fill(""), is_drawn=is_drawn)
    name = "graph opened, its library loaded and all drawn or said to be too many"
    figures[name] = f"{opened_s:.1f} s"
    figures["graph of about ten jobs after a search"] = f"{few_s:.1f} s"
    started = time.time()
    page.click(_VIEWS.format("timeline"))
    page.locator("#pane-import .lane").first.wait_for()
    figures["timeline opened"] = f"{time.time() - started:.1f} s"
    page.click(_VIEWS.format("table"))


def _time(page: Page, act: Callable[[], None], *, is_drawn: bool) -> float:
    """Return the seconds until the graph has the jobs of the table, or says that they are many."""
    started = time.time()
    act()
    if not is_drawn:
        page.get_by_text("too many to draw").wait_for()
    while is_drawn and not page.evaluate(_IS_DRAWN):
        time.sleep(0.01)
    page.evaluate(_DRAWN)
    return time.time() - started


def _measure_mappings(
    size: int, served: RunningPage, prod: RunningWorkspace, page: Page, figures: _Figures
) -> None:
    """Open the Mappings tab for a file of as many entries as there are jobs, and search in it."""
    names = {f"cluster-{number:05}": f"target-{number:05}" for number in range(size)}
    content = json.dumps({"compute_name_mappings": {"cluster_name_mappings": names}}, indent=2)
    control(prod, "seed", {"files": [{"path": _MAPPING_FILE, "content": content}]})
    page.goto(f"{served.url}/mappings")
    started = time.time()
    _wait_for_entries(page, size)
    opened_s, started = time.time() - started, time.time()
    page.locator("#mappings-grid-search").fill("cluster-00012")
    _wait_for_entries(page, 1)
    page.evaluate(_DRAWN)
    name = "Mappings tab with as many entries as jobs: read from the workspace and shown"
    figures[name] = f"{opened_s:.1f} s"
    figures["one entry found by the search of that tab"] = f"{time.time() - started:.1f} s"


def _wait_for_entries(page: Page, count: int) -> None:
    while page.evaluate(_ENTRIES) != f"{count + 1}":  # the row of titles counts
        time.sleep(0.01)


def _measure_polling(served: RunningPage, page: Page, network: _Network, figures: _Figures) -> None:
    """Import the jobs, and measure what polling takes meanwhile."""
    before, started, most_mb = network.feed_bytes, time.time(), 0.0
    page.click("#import-start")
    page.locator(".progress-card").wait_for()
    while page.locator(".progress-card").count():
        most_mb = max(most_mb, _memory_mb(served))
        time.sleep(0.2)
    spent = time.time() - started
    rate = (network.feed_bytes - before) / 1024 / spent
    figures["import of all"] = f"{spent:.1f} s, {most_mb:,.0f} MB"
    figures["polling meanwhile"] = f"{rate:.1f} kB/s"


def _ended_at(store: Path) -> float:
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as sql:
        query = "select finished from operation where kind='validate' order by created desc"
        return float(sql.execute(query).fetchone()[0])


def _memory_mb(served: RunningPage) -> float:
    """Memory of gunicorn, its workers and the operation, pages they share counted once."""
    total = 0
    root = psutil.Process(served.process.pid)
    for process in [root, *root.children(recursive=True)]:
        try:
            total += process.memory_full_info().pss
        except (psutil.Error, AttributeError):
            continue
    return total / 1024 / 1024


if __name__ == "__main__":
    raise SystemExit(main())
