"""How fast the page is for 1,000 and 10,000 jobs: `python -m bench.page [JOBS …]`.

The page runs as it is deployed, under gunicorn beside a local workspace, and headless Chromium
opens it. Everything shares one machine.
"""

import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from playwright.sync_api import CDPSession, Page, sync_playwright

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
    """Print what was measured for each number of jobs."""
    sizes = [int(text) for text in sys.argv[1:]] or SIZES
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, NUM_THREADS {THREADS}.\n")
    for size in sizes:
        with _served(size) as (served, prod, store, chromium):
            _measure(size, served, store, chromium)
            _measure_mappings(size, served, prod, chromium)
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


def _measure(size: int, served: RunningPage, store: Path, page: Page) -> None:
    network = _Network(page.context.new_cdp_session(page))
    network.listen()
    started = time.time()
    page.goto(f"{served.url}/import")
    page.locator("#import-validate:enabled").wait_for()
    page.locator("#git-place span").first.wait_for()
    first_s = time.time() - started
    print(f"{size:,} jobs")
    print(f"  first page: {first_s:.1f} s, {network.page_bytes / 1024:,.0f} kB", flush=True)
    before, most_mb, asked = network.feed_bytes, 0.0, time.time()
    page.click("#import-validate")
    while page.evaluate(_ROWS) < size:
        most_mb = max(most_mb, _memory_mb(served))
        if time.time() - asked > _WAIT_S:
            raise SystemExit("  the rows did not appear")
        time.sleep(0.05)
    usable = time.time()
    ended = _ended_at(store)
    during_s = ended - asked
    print(f"  validation: {during_s:.1f} s, usable {usable - ended:.2f} s after its end")
    print(f"  polling and rows: {(network.feed_bytes - before) / 1024:,.0f} kB")
    print(f"  app and worker together: {most_mb:,.0f} MB at most", flush=True)
    _measure_views(size, page)
    if size <= _IMPORTED:
        _measure_polling(size, served, page, network)


def _measure_views(size: int, page: Page) -> None:
    """Open the graph and the timeline, and filter both by the search."""
    is_drawn = size <= _MOST_DRAWN
    opened_s = _time(page, lambda: page.click(_VIEWS.format("graph")), is_drawn=is_drawn)
    search = page.locator("#import-grid-search")
    few_s = _time(page, lambda: search.fill("Measured job 0012"), is_drawn=True)
    few = page.locator("#pane-import .graph-note").inner_text()
    all_s = _time(page, lambda: search.fill(""), is_drawn=is_drawn)
    note = page.locator("#pane-import .graph-note").inner_text()
    print(f"  graph: opened {opened_s:.2f} s, of {few} {few_s:.2f} s, of all {all_s:.2f} s")
    print(f"    {note}")
    started = time.time()
    page.click(_VIEWS.format("timeline"))
    page.locator("#pane-import .lane").first.wait_for()
    print(f"  timeline: {time.time() - started:.2f} s", flush=True)
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


def _measure_mappings(size: int, served: RunningPage, prod: RunningWorkspace, page: Page) -> None:
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
    searched_s = time.time() - started
    print(f"  {size:,} entries in the Mappings tab: read and shown in {opened_s:.2f} s, ", end="")
    print(f"one found in {searched_s:.2f} s", flush=True)


def _wait_for_entries(page: Page, count: int) -> None:
    while page.evaluate(_ENTRIES) != f"{count + 1}":  # the row of titles counts
        time.sleep(0.01)


def _measure_polling(size: int, served: RunningPage, page: Page, network: _Network) -> None:
    """Import the jobs, and measure what polling takes meanwhile."""
    before, started, most_mb = network.feed_bytes, time.time(), 0.0
    page.click("#import-start")
    page.locator(".progress-card").wait_for()
    while page.locator(".progress-card").count():
        most_mb = max(most_mb, _memory_mb(served))
        time.sleep(0.2)
    spent = time.time() - started
    rate = (network.feed_bytes - before) / 1024 / spent
    print(f"  import of {size:,} jobs: {spent:.1f} s, polling {rate:.1f} kB/s, {most_mb:,.0f} MB\n")


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
