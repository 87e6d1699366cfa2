"""Nothing is lost: what imports and a removal did is undone from the history.

The workspace is held against itself by dumps: all settings that `jobs/get` returns, by job.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from core.json_text import JobSettings
from examples.page_server import start_page
from tests.builders import definition_text, job, run_job_task
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import MAPPING, map_everybody
from tests.e2e.screen import Screen
from tests.e2e.test_looks import overflow, violations
from tests.emulated import Emulated

MARKUP = "<img src=x onerror=alert(1)> & <b>bold</b>"
TURNED = "\u202egnp.exe \u202d right to left"
LONG = "a very long name " * 15
HOSTILE = (MARKUP, TURNED, LONG.strip())
OLD = [f"job {number:02}" for number in range(10)]
NEW = [*HOSTILE, *(f"job {number:02}" for number in range(10, 37))]
SHARED, USERS = "shared", ["first user", "second user"]
BY_HAND = ["job 03", MARKUP, "job 20"]
LIMITS = {"MAX_REMOVALS": "100", "MAX_REMOVAL_PERCENT": "100"}


def user(name: str, *, runs: bool) -> JobSettings:
    tasks = [run_job_task("run", f"__JOB__{SHARED}__")] if runs else job(name)["tasks"]
    return job(name, tasks=tasks)


@pytest.fixture(scope="module")
def prod(start_pair: Callable[..., Pair]) -> Emulated:
    """A workspace with 13 jobs that this app imported; two of them run a third."""
    _, prod = start_pair()
    map_everybody(prod)
    for name in OLD:
        define(prod, job(name, max_concurrent_runs=2))
    define(prod, job(SHARED), *(user(name, runs=True) for name in USERS))
    prod.service(mapping_path=MAPPING).import_jobs()
    return prod


@pytest.fixture(scope="module")
def screen(
    prod: Emulated, tmp_path_factory: pytest.TempPathFactory, new_screen: NewScreen
) -> Iterator[Screen]:
    folder = tmp_path_factory.mktemp("page")
    with start_page(prod.running, folder, APP_MODE="Both", **LIMITS) as page:
        screen = new_screen(page.url, bypass_csp=True)
        screen.open("/import")
        yield screen


def define(workspace: Emulated, *definitions: JobSettings) -> None:
    """Write definitions into files that any name can have."""
    for settings in definitions:
        number = 1000 + [*OLD, *NEW, SHARED, *USERS].index(settings["name"])
        workspace.put(f"job-{number}.json", definition_text(settings, job_id=number))


def dump(workspace: Emulated) -> dict[str, Any]:
    """Return all that the workspace holds of each job, by name; a job that another runs by name."""
    names = {stored["job_id"]: stored["settings"]["name"] for stored in workspace.stored_jobs()}
    found = {}
    for job_id, name in names.items():
        answer = workspace.api("GET", f"2.2/jobs/get?job_id={job_id}").json()
        for task in answer["settings"].get("tasks", []):
            if "run_job_task" in task:
                task["run_job_task"]["job_id"] = names[task["run_job_task"]["job_id"]]
        found[name] = {
            "job_id": "" if name == SHARED else job_id,
            "run_as": answer.get("run_as_user_name"),
            "settings": answer["settings"],
        }
    return found


def open_entry(screen: Screen, title: str, counts: str) -> str:
    """Open an operation from the list of the history; return its address."""
    screen.tab("History").click()
    row = screen.page.locator("#history-grid .ag-row").filter(has_text=title)
    row.filter(has_text=counts).get_by_text(title, exact=True).click()
    expect(screen.page).to_have_url(re.compile(r"/history/\w+-\w+-\w+$"))
    return screen.page.url


def search(screen: Screen, grid: str, text: str) -> None:
    """Leave only some rows: a table draws no others than those on the screen."""
    screen.element(f"{grid}-search").fill(text)


def preview(screen: Screen, button: Locator) -> None:
    """Press what leads to the page of Restore, and wait for the preview that it starts."""
    button.click()
    expect(screen.page).to_have_url(re.compile(r"/history/[\w-]+/restore"))
    screen.wait_for("restore", "Restore preview finished")


def dialog_of(screen: Screen, button: str) -> Locator:
    screen.press(button)
    dialog = screen.page.get_by_role("dialog")
    expect(dialog).to_contain_text("run history of deleted jobs cannot come back")
    return dialog


def test_two_imports_and_a_removal_are_undone_from_the_history(
    screen: Screen, prod: Emulated
) -> None:
    before = dump(prod)

    # Import 40 jobs, change 3 of them by hand: they are drifted, and not selected.
    define(prod, *(job(name, max_concurrent_runs=5) for name in OLD))
    define(prod, *(job(name) for name in NEW))
    screen.run("Validate", "import", "Validation finished")
    screen.press("Import New and Changed Jobs (40)")
    expect(screen.wait_for("import", "Import finished")).to_contain_text("40 jobs imported.")
    for name in BY_HAND:
        prod.reset_job(prod.job_id(name), {**prod.settings_of(name), "timeout_seconds": 600})

    # Import 2 others, which no longer run the third job, and remove that.
    define(prod, *(user(name, runs=False) for name in USERS))
    prod.remove_file(f"job-{1000 + len(OLD) + len(NEW)}.json")
    screen.run("Validate", "import", "Validation finished")
    picked = {row["job"] for row in screen.rows("import-grid") if row["pick"] == "import"}
    assert picked == {*BY_HAND, *USERS}
    screen.press("Import New and Changed Jobs (2)")
    expect(screen.wait_for("import", "Import finished")).to_contain_text("2 jobs imported.")
    screen.run("Validate", "import", "Validation finished")
    search(screen, "import-grid", SHARED)
    screen.box("import-grid", SHARED).click()
    screen.press("Remove Deleted Jobs (1)")
    dialog = screen.page.get_by_role("dialog")
    remove = dialog.get_by_role("button", name="Remove", exact=True)
    dialog.get_by_role("textbox").fill("1")
    expect(remove).to_be_disabled()
    dialog.get_by_role("checkbox", name="It was not created by this app but by").check()
    found = violations(screen)
    remove.click()
    screen.wait_for("import", "Removal finished")
    assert SHARED not in prod.names()

    # The removed job comes back under another id; the two that ran it are set back and run it.
    open_entry(screen, "Removal", "1 removed")
    search(screen, "history-rows-grid", SHARED)
    panel = screen.open_row("history-rows-grid", SHARED)
    preview(screen, panel.get_by_role("button", name="Restore this job …"))
    expect(screen.element("restore-only")).to_have_text(f"Only “{SHARED}” is selected at first.")
    dialog = dialog_of(screen, "Restore 1 job …")
    expect(dialog).to_contain_text("1 job will be created again")
    expect(dialog.get_by_role("textbox")).to_be_hidden()
    dialog.get_by_role("button", name="Restore 1 job", exact=True).click()
    screen.wait_for("restore", "Restore finished")
    expect(screen.element("restore-only")).to_have_text("")
    open_entry(screen, "Import", "2 updated")
    preview(screen, screen.button("Restore …"))
    dialog = dialog_of(screen, "Restore 2 jobs …")
    dialog.get_by_role("button", name="Restore 2 jobs", exact=True).click()
    screen.wait_for("restore", "Restore finished")

    # The whole import is undone; what was changed by hand since needs its own ticks.
    open_entry(screen, "Import", "30 created")
    preview(screen, screen.button("Restore …"))
    doubtful = {row["job"] for row in screen.rows("restore-grid") if row["doubt"]}
    assert doubtful == set(BY_HAND)
    expect(screen.button("Restore 37 jobs …")).to_be_enabled()
    search(screen, "restore-grid", "job 03")
    panel = screen.open_row("restore-grid", "job 03")
    expect(panel).to_contain_text("Needs its own confirmation.")
    expect(panel.locator(".panel-fields .changes")).to_contain_text("timeout_seconds")
    screen.close_panel()
    search(screen, "restore-grid", "")
    screen.page.locator("#restore-grid .ag-header-select-all input").check()
    dialog = dialog_of(screen, "Restore 40 jobs …")
    boxes = dialog.get_by_role("checkbox")
    expect(boxes).to_have_count(len(BY_HAND))
    expect(dialog).to_contain_text(MARKUP)
    expect(dialog).to_contain_text("28 jobs will be removed")
    found += violations(screen)
    dialog.get_by_role("textbox").fill("30")
    expect(dialog.get_by_role("button", name="Restore 37 jobs", exact=True)).to_be_disabled()
    for box in boxes.all():
        box.check()
    expect(dialog).to_contain_text("30 jobs will be removed")
    dialog.get_by_role("button", name="Restore 40 jobs", exact=True).click()
    outcome = screen.wait_for("restore", "Restore finished")
    expect(outcome).to_contain_text("40 jobs restored.")
    expect(screen.marks("restore-grid").first).to_be_visible()
    screen.button("Switch theme").click()
    found += violations(screen)
    screen.page.set_viewport_size({"width": 400, "height": 800})
    assert overflow(screen) <= 0
    screen.page.set_viewport_size({"width": 1280, "height": 900})
    assert found == []
    assert dump(prod) == before

    # Its own entry in the history is where it can be undone in turn.
    outcome.get_by_role("button", name="In the history").click()
    expect(screen.element("history-entry-head")).to_contain_text("Restore: Completed")
    expect(screen.button("Restore …")).to_be_enabled()
    screen.tab("History").click()
    screen.button("Can be restored").click()
    titles = [row["title"] for row in screen.rows("history-grid")]
    assert titles == ["Restore", "Restore", "Restore", "Removal", "Import", "Import", "Import"]
