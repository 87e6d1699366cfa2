"""Jobs go from DEV to PROD as users take them. Each test continues where the last stopped."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from examples.page_server import RunningPage, start_page
from tests.builders import job, notebook_task
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import map_everybody
from tests.e2e.screen import Screen
from tests.e2e.watch import Watch
from tests.emulated import Emulated

FORMULA = "=2+5 sales"
MARKUP = "<b>bold</b> orders"
LEFT_OUT = "report"
NAMES = ["clean", "load", "outdated", LEFT_OUT, FORMULA, MARKUP]


@pytest.fixture(scope="module")
def pair(start_pair: Callable[..., Pair]) -> Pair:
    dev, prod = start_pair()
    map_everybody(prod)
    for name in NAMES:
        dev.create_job(job(name, max_concurrent_runs=2))
    return dev, prod


@pytest.fixture(scope="module")
def dev(pair: Pair) -> Emulated:
    return pair[0]


@pytest.fixture(scope="module")
def prod(pair: Pair) -> Emulated:
    return pair[1]


class Apps:
    """The pages beside both workspaces; that of PROD can be started anew."""

    def __init__(self, stack: ExitStack, prod: Emulated, folder: Path) -> None:
        self._stack = stack
        self._prod = prod
        self._folder = folder
        self._current: ExitStack | None = None

    def restart_prod(self, name: str, port: int = 0) -> RunningPage:
        """Start the page with a cache folder of its own; the one before is stopped."""
        if self._current:
            self._current.close()
        self._current = self._stack.enter_context(ExitStack())
        page = start_page(self._prod.running, self._folder / name, port=port)
        return self._current.enter_context(page)


@pytest.fixture(scope="module")
def apps(prod: Emulated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apps]:
    with ExitStack() as stack:
        yield Apps(stack, prod, tmp_path_factory.mktemp("prod"))


@pytest.fixture(scope="module")
def export(
    dev: Emulated, tmp_path_factory: pytest.TempPathFactory, new_screen: NewScreen
) -> Iterator[Screen]:
    """The page of DEV."""
    with start_page(dev.running, tmp_path_factory.mktemp("dev")) as page:
        screen = new_screen(page.url)
        screen.open("/")
        yield screen


@pytest.fixture(scope="module")
def screen(apps: Apps, new_screen: NewScreen) -> Screen:
    """The page of PROD."""
    screen = new_screen(apps.restart_prod("first").url)
    screen.open("/")
    return screen


def test_a_preview_writes_nothing(export: Screen, dev: Emulated) -> None:
    before = dev.files()
    outcome = export.run("Preview", "export", "Preview finished")
    expect(outcome).to_contain_text("Nothing was written")
    assert export.statuses("export-grid") == dict.fromkeys(NAMES, "new")
    assert dev.files() == before


def test_an_export_writes_a_file_per_job(export: Screen, dev: Emulated) -> None:
    outcome = export.run("Export", "export", "Export finished")
    expect(outcome).to_contain_text("6 created. Next: push to the Git repository.")
    expect(export.row("export-grid", MARKUP)).to_be_visible()
    files = {row["file"] for row in export.rows("export-grid")}
    assert len(files) == len(NAMES)
    assert files <= set(dev.files())


def test_the_link_leads_to_the_git_folder_where_it_is_pushed(
    export: Screen, dev: Emulated, watch: Watch
) -> None:
    watch.expects(re.escape(dev.url))
    link = export.page.get_by_role("link", name="Open the Git folder")
    expect(link).to_have_attribute("href", re.compile(re.escape(dev.url)))
    with export.page.expect_popup() as popup:
        link.click()
    commit_and_push(popup.value, dev)
    assert dev.commit() is None


def commit_and_push(page: Page, workspace: Emulated) -> None:
    """Continue in the workspace's own page."""
    if "/browse/folders/" not in page.url:
        page.get_by_role("link", name=workspace.folder).click()
    page.get_by_label("Commit message").fill("Export")
    page.get_by_role("button", name="Commit & Push").click()
    expect(page.get_by_text("Committed and pushed")).to_be_visible()
    page.close()


def test_a_pull_says_what_came(screen: Screen) -> None:
    expect(screen.page).to_have_url(re.compile("/import$"))
    outcome = screen.run("Pull", "import", "Pull finished")
    expect(outcome).to_contain_text("6 added. Next: validate the definitions.")


def test_a_validation_shows_what_an_import_would_do(screen: Screen, prod: Emulated) -> None:
    outcome = screen.run("Validate", "import", "Validation finished")
    expect(outcome).to_contain_text("6 new. Review the differences, then import.")
    assert screen.statuses("import-grid") == dict.fromkeys(NAMES, "new")
    expect(screen.button("Import New and Changed Jobs (6)")).to_be_enabled()
    expect(screen.element("import-remove-reason")).to_have_text("There is nothing to remove.")
    assert prod.names() == []


def test_a_job_that_is_not_selected_is_not_imported(screen: Screen, prod: Emulated) -> None:
    screen.box("import-grid", LEFT_OUT).click()
    screen.press("Import New and Changed Jobs (5)")
    outcome = screen.wait_for("import", "Import finished")
    expect(outcome).to_contain_text("5 jobs imported.")
    assert prod.names() == sorted(set(NAMES) - {LEFT_OUT})
    expect(screen.row("import-grid", "load").get_by_title("Done")).to_be_visible()


def test_what_was_changed_by_hand_shows_as_a_field(screen: Screen, prod: Emulated) -> None:
    settings = {**prod.settings_of("load"), "max_concurrent_runs": 7}
    prod.reset_job(prod.job_id("load"), settings)
    screen.run("Validate", "import", "Validation finished")
    statuses = screen.statuses("import-grid")
    assert (statuses["load"], statuses[LEFT_OUT], statuses["clean"]) == (
        "changed",
        "new",
        "unchanged",
    )
    panel = screen.open_row("import-grid", "load")
    cells = panel.locator(".panel-fields .changes tbody td")
    expect(cells).to_have_text(["max_concurrent_runschanged here", "7", "2"])


def test_both_sides_stand_side_by_side(screen: Screen) -> None:
    screen.press("Side by side")
    sides = screen.panel.locator(".d2h-file-side-diff")
    expect(sides).to_have_count(2)
    old, new = sides.first, sides.last
    expect(old.locator(".d2h-del .d2h-code-line-ctn")).to_contain_text('"max_concurrent_runs": 7')
    expect(new.locator(".d2h-ins .d2h-code-line-ctn")).to_contain_text('"max_concurrent_runs": 2')
    screen.press("Fields")
    expect(screen.panel.locator(".panel-fields .changes")).to_be_visible()
    screen.close_panel()


def test_a_status_filters_the_table(screen: Screen) -> None:
    chip = screen.chip("import", "changed")
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(screen.row("import-grid", "clean")).to_be_hidden()
    assert set(screen.statuses("import-grid")) == {"load"}


def test_the_csv_of_what_is_shown_is_the_table(screen: Screen) -> None:
    with screen.page.expect_download() as download:
        screen.page.locator("#pane-import summary", has_text="CSV").first.click()
        screen.page.get_by_role("menuitem", name="Visible rows").click()
    [row] = table_of(download.value)
    assert (row["Job"], row["Status"], row["Changes"]) == ("load", "Changed", "1")
    assert row["Changed where"] == "here"
    chip = screen.chip("import", "changed")
    chip.click()
    expect(screen.row("import-grid", "clean")).to_be_visible()


def test_the_csv_of_everything_is_all_rows_and_calculates_nothing(screen: Screen) -> None:
    with screen.page.expect_download() as download:
        screen.page.locator("#pane-import summary", has_text="CSV").first.click()
        screen.page.get_by_role("menuitem", name="All rows and columns").click()
    rows = table_of(download.value)
    expected = {
        name.replace("=", "'=", 1) if name == FORMULA else name: status.capitalize()
        for name, status in screen.statuses("import-grid").items()
    }
    assert {row["Job"]: row["Status"] for row in rows} == expected
    assert all(
        row["Job id"].removesuffix("\t").isdecimal() for row in rows if row["Status"] != "New"
    )


def table_of(download: Download) -> list[dict[str, str]]:
    content = Path(download.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "without it, Excel reads another encoding"
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    return rows


def test_a_change_of_tasks_is_told_by_its_task(
    export: Screen, screen: Screen, dev: Emulated, prod: Emulated
) -> None:
    tasks = [notebook_task("main"), notebook_task("check", timeout_seconds=60)]
    dev.reset_job(dev.job_id("clean"), job("clean", max_concurrent_runs=2, tasks=tasks))
    dev.delete_job(dev.job_id("outdated"))
    export.run("Export", "export", "Export finished")
    assert export.statuses("export-grid")["outdated"] == "deleted"
    dev.commit()
    screen.run("Pull", "import", "Pull finished")
    reason = "The Git folder was pulled after the validation. Validate again."
    expect(screen.element("import-start-reason")).to_have_text(reason)
    screen.run("Validate", "import", "Validation finished")
    panel = screen.open_row("import-grid", "clean")
    expect(panel.locator(".panel-fields .changes")).to_contain_text("task check")
    screen.close_panel()


def test_a_removal_wants_its_number(screen: Screen, prod: Emulated) -> None:
    expect(screen.button("Remove Deleted Jobs (0)")).to_be_disabled()
    screen.box("import-grid", "outdated").click()
    screen.press("Remove Deleted Jobs (1)")
    dialog = screen.page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_have_text(["outdated"])
    number = dialog.get_by_role("textbox")
    remove = dialog.get_by_role("button", name="Remove", exact=True)
    expect(remove).to_be_disabled()
    number.fill("2")
    expect(remove).to_be_disabled()
    assert "outdated" in prod.names()
    number.fill("1")
    expect(remove).to_be_enabled()
    remove.click()
    outcome = screen.wait_for("import", "Removal finished")
    expect(outcome).to_contain_text("1 job removed.")
    assert "outdated" not in prod.names()
    assert "load" in prod.names()


def test_when_all_is_imported_nothing_is_left_to_do(screen: Screen) -> None:
    screen.run("Validate", "import", "Validation finished")
    drifted = screen.box("import-grid", "load")
    expect(drifted).not_to_be_checked()  # it was changed here only
    expect(screen.button("Import New and Changed Jobs (2)")).to_be_enabled()
    drifted.click()
    screen.press("Import New and Changed Jobs (3)")
    screen.wait_for("import", "Import finished")
    outcome = screen.run("Validate", "import", "Validation finished")
    expect(outcome).to_contain_text("Everything matches")
    expect(screen.element("import-start-reason")).to_have_text("There is nothing to import.")


STORY = ["Pull", "Validation", "Import", "Validation", "Pull", "Validation", "Removal"]
STORY += ["Validation", "Import", "Validation"]


def test_the_history_tells_all_of_it(screen: Screen) -> None:
    screen.tab("History").click()
    expect(screen.element("history-status")).to_contain_text("10 operations.")
    rows = screen.rows("history-grid")
    assert [row["title"] for row in rows] == STORY[::-1]
    assert {row["outcome"] for row in rows} == {"Completed"}


def test_the_history_survives_the_app(screen: Screen, apps: Apps, new_screen: NewScreen) -> None:
    """Nothing but the workspace is left: the folder of the app before is not used."""
    screen.page.close()
    fresh = new_screen(apps.restart_prod("second").url)
    fresh.open("/history")
    expect(fresh.element("history-status")).to_contain_text("10 operations.")
    assert [row["title"] for row in fresh.rows("history-grid")] == STORY[::-1]
    fresh.row("history-grid", "Removal").click()
    expect(fresh.page).to_have_url(re.compile(r"/history/\d{8}T\d{6}Z-remove-\w+$"))
    head = fresh.element("history-entry-head")
    expect(head).to_contain_text("Removal: Completed")
    expect(fresh.row("history-rows-grid", "outdated")).to_be_visible()
    address = fresh.page.url
    fresh.page.go_back()
    expect(fresh.row("history-grid", "Removal")).to_be_visible()
    fresh.open(address)
    expect(fresh.row("history-rows-grid", "outdated")).to_be_visible()
    panel = fresh.open_row("history-rows-grid", "outdated")
    expect(panel).to_contain_text("Removed")
