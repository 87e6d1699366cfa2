"""Takes the pictures of docs/images: `python -m examples.screenshots`.

Starts two local workspaces with the sample jobs and the page beside each; headless Chromium goes
through them as a person would.
"""

import json
import tempfile
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import ViewportSize, sync_playwright

from emulator import RunningWorkspace, start_environment
from emulator.samples import MAPPING_FILE_PATH, sample_seeds
from examples.browser import launch
from examples.page_server import Page, RunningPage, start_pages

_FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
_WIDE: ViewportSize = {"width": 1280, "height": 860}
_NARROW: ViewportSize = {"width": 400, "height": 860}
_SWITCH_THEME = "document.querySelector('[data-theme-toggle]').click()"
_DONE_MS = 60_000
_BY_HAND = "Customer 360"


def main() -> int:
    """Take all pictures."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="job-sync-pictures-") as directory,
        start_environment(Path(directory), seeds=sample_seeds()) as environment,
        start_pages(
            [
                Page(environment[name], Path(directory) / f"page-{name}", variables=_IDENTITY)
                for name in ("DEV", "PROD")
            ]
        ) as (dev, prod),
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        people = {"X-Forwarded-Email": _MIRA}
        context = browser.new_context(viewport=_WIDE, extra_http_headers=people)
        _Pictures(context.new_page(), environment["DEV"], environment["PROD"], dev, prod).take()
        browser.close()
    return 0


_MIRA = "mira.solberg@brindlewick.example"
_IDENTITY: Mapping[str, str] = {
    "AUTH": "",
    "TRUSTED_USER_HEADER": "X-Forwarded-Email",
    "OPERATORS": _MIRA,
}


class _Pictures:
    def __init__(
        self,
        page: BrowserPage,
        dev: RunningWorkspace,
        prod: RunningWorkspace,
        dev_page: RunningPage,
        prod_page: RunningPage,
    ) -> None:
        self._page = page
        self._dev, self._prod = dev, prod
        self._dev_page, self._prod_page = dev_page, prod_page

    def take(self) -> None:
        """Walk from the first export to a removal."""
        page = self._page
        page.goto(f"{self._dev_page.url}/export")
        page.locator("#export-start:enabled").wait_for()
        self._shot("export-empty")
        self._run("#export-start", "#export-outcome .outcome")
        self._shot("export")
        self._push()
        page.goto(f"{self._prod_page.url}/import")
        self._run("#import-pull", "#import-outcome .outcome")
        self._run("#import-validate", "#import-outcome .outcome")
        self._both("import-validated")
        self._views()
        self._while_running()
        self._wait_for_end("#import-outcome .outcome")
        self._shot("import-done")
        self._differences()
        self._removal()
        self._other_tabs()
        self._failure()

    def _views(self) -> None:
        """Show the jobs as a graph and on a timeline."""
        page, views = self._page, ".pane:not([hidden]) [data-show={}]"
        page.click(views.format("graph"))
        page.wait_for_timeout(2500)  # the library is loaded now
        self._shot("graph")
        page.click(views.format("timeline"))
        page.locator("#pane-import .lane").first.wait_for()
        self._shot("timeline")
        page.click(views.format("table"))

    def _while_running(self) -> None:
        self._slow(0.5)
        self._page.click("#import-start")
        self._page.locator(".progress-counts", has_text="of 39").wait_for(timeout=_DONE_MS)
        self._shot("import-running")
        _control(self._prod, "faults", None, "DELETE")

    def _differences(self) -> None:
        """Change a job in DEV, and delete one; the next validation shows both."""
        page = self._page
        by_name = {
            job["settings"]["name"]: job["job_id"]
            for job in _control(self._dev, "state", None, "GET")["jobs"]
        }
        changed = {
            "job_id": by_name["Backfill · orders by month"],
            "new_settings": {
                "max_concurrent_runs": 7,
                "schedule": {"quartz_cron_expression": "0 0 3 * * ?", "timezone_id": "Europe/Oslo"},
            },
        }
        _api(self._dev, "2.2/jobs/update", changed)
        _api(self._dev, "2.2/jobs/delete", {"job_id": by_name["Migrate · old loyalty points"]})
        page.goto(f"{self._dev_page.url}/export")
        self._run("#export-start", "#export-outcome .outcome")
        self._push()
        page.goto(f"{self._prod_page.url}/import")
        self._run("#import-pull", "#import-outcome .outcome")
        self._run("#import-validate", "#import-outcome .outcome")
        page.click("#import-chips [data-status=changed]")
        page.locator("#import-grid .ag-row .ag-cell[col-id=job]").first.click()
        page.locator(".panel-fields .changes").wait_for()
        self._both("diff-fields")
        page.click("[data-view=sides]")
        page.locator(".d2h-ins").first.wait_for()
        self._both("diff-side-by-side")
        page.keyboard.press("Escape")

    def _removal(self) -> None:
        page = self._page
        page.click("#import-chips [data-status=changed]")
        page.click("#import-chips [data-status=deleted]")
        page.locator("#import-grid .ag-row .ag-checkbox-input").first.click()
        page.click("#import-remove:enabled")
        page.fill("#remove-number", "1")
        page.locator("#remove-confirm:enabled").wait_for()
        self._shot("removal")
        page.click("#remove-confirm")
        self._wait_for_end("#import-outcome .outcome", "Removal")

    def _other_tabs(self) -> None:
        page = self._page
        page.goto(f"{self._prod_page.url}/history")
        page.locator("#history-grid .ag-row").first.wait_for()
        self._both("history")
        page.locator("#history-grid .ag-row .ag-cell[col-id=title]").first.click()
        page.locator("#history-rows-grid .ag-row").first.wait_for()
        self._shot("history-entry")
        self._restore()
        page.goto(f"{self._prod_page.url}/mappings")
        page.locator("#mappings-grid .ag-row").first.wait_for(timeout=_DONE_MS)
        self._both("mappings")
        page.goto(f"{self._prod_page.url}/workspace")
        page.locator(".facts").first.wait_for(timeout=_DONE_MS)
        self._both("workspace")

    def _restore(self) -> None:
        """Preview how to undo the first import, after a change by hand, and ask for all of it."""
        page = self._page
        jobs = _control(self._prod, "state", None, "GET")["jobs"]
        by_hand = next(job["job_id"] for job in jobs if job["settings"]["name"] == _BY_HAND)
        changed = {"job_id": by_hand, "new_settings": {"timeout_seconds": 600}}
        _api(self._prod, "2.2/jobs/update", changed)
        page.goto(f"{self._prod_page.url}/history")
        rows = page.locator("#history-grid .ag-row", has_text="Can be restored")
        rows.filter(has_text="Import").last.locator("[col-id=title]").click()
        page.click("#history-entry-head [data-restore]")
        page.locator("#restore-outcome .outcome").wait_for(timeout=_DONE_MS)
        page.wait_for_timeout(700)
        self._both("restore")
        page.locator("#restore-grid .ag-header-cell .ag-checkbox-input").check()
        page.click("#restore-start:enabled")
        page.locator("#restore-asked .asked").wait_for()
        self._both("restore-dialog")
        page.click(".modal [data-close-asking]")

    def _failure(self) -> None:
        """Show the error for a mapping file with a missing comma."""
        broken = '{"compute_name_mappings": {"cluster_name_mappings": {"a": "b"}} "run_as": {}}'
        seed = {
            "files": [{"path": MAPPING_FILE_PATH.removeprefix("/Workspace"), "content": broken}]
        }
        _control(self._prod, "seed", seed)
        self._page.goto(f"{self._prod_page.url}/import")
        self._run("#import-validate", "#import-outcome .outcome-bad")
        self._shot("import-failed")

    def _run(self, button: str, outcome: str) -> None:
        self._page.click(f"{button}:enabled")
        self._page.locator(".progress-card").wait_for(timeout=_DONE_MS)
        self._wait_for_end(outcome)

    def _wait_for_end(self, outcome: str, text: str = "") -> None:
        self._page.locator(outcome, has_text=text).wait_for(timeout=_DONE_MS)
        self._page.wait_for_timeout(700)  # the grid draws its last rows

    def _both(self, name: str) -> None:
        """Take it light, dark, and narrow."""
        self._shot(name)
        self._page.evaluate(_SWITCH_THEME)
        self._shot(f"{name}-dark")
        self._page.evaluate(_SWITCH_THEME)
        self._page.set_viewport_size(_NARROW)
        self._page.evaluate("jobsync.redrawSides()")
        self._shot(f"{name}-narrow")
        self._page.set_viewport_size(_WIDE)

    def _shot(self, name: str) -> None:
        self._page.wait_for_timeout(300)
        self._page.screenshot(path=_FOLDER / f"{name}.png")

    def _push(self) -> None:
        body = {"path": self._dev.git_folder_path, "message": "Export"}
        _control(self._dev, "git/commit", body)

    def _slow(self, seconds: float) -> None:
        fault = {"endpoint": "POST /api/2.2/jobs/create", "kind": "delay", "delay_s": seconds}
        _control(self._prod, "faults", {**fault, "times": 0})


def _control(workspace: RunningWorkspace, path: str, body: object, method: str = "POST") -> Any:
    return _send(f"{workspace.url}/_emulator/{path}", body, method, {})


def _api(workspace: RunningWorkspace, path: str, body: object) -> None:
    login = {"Authorization": f"Bearer {workspace.admin_token}"}
    _send(f"{workspace.url}/api/{path}", body, "POST", login)


def _send(url: str, body: object, method: str, headers: Mapping[str, str]) -> Any:
    data = None if body is None else json.dumps(body).encode()
    typed = {**headers, "Content-Type": "application/json"}
    request = urllib.request.Request(url, data, typed, method=method)  # noqa: S310 - always loopback
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.loads(answer.read() or b"{}")


if __name__ == "__main__":
    raise SystemExit(main())
