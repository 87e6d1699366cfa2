"""The page as its users see it: tabs, buttons, tables, the side panel."""

from typing import Any

from playwright.sync_api import Locator, Page, Response, expect

PATIENCE_MS = 20_000
_SHOWN_ROWS = """id => {
  const rows = [];
  const api = dash_ag_grid.getApi(id);
  api.flushAsyncTransactions();  // the grid takes up changed rows every 100 ms
  api.forEachNodeAfterFilterAndSort(node => rows.push(node.data));
  return rows;
}"""


class Screen:
    """One browser tab with the app in it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, path: str) -> Response | None:
        """Go to an address of the app, and wait until its scripts work."""
        answer = self.page.goto(path)
        if answer and answer.ok:
            self.wait_until_drawn()
        return answer

    def reload(self) -> None:
        self.page.reload()
        self.wait_until_drawn()

    def wait_until_drawn(self) -> None:
        drawn = self.page.locator(".ag-root, #pane-workspace").filter(visible=True)
        expect(drawn.first).to_be_visible()

    # What there is

    def element(self, name: str) -> Locator:
        return self.page.locator(f"#{name}")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def tab(self, name: str) -> Locator:
        sections = self.page.get_by_role("navigation", name="Sections")
        return sections.get_by_role("link", name=name)

    @property
    def panel(self) -> Locator:
        return self.element("side-panel")

    # Operations

    def press(self, name: str) -> None:
        """Press a button as soon as it may be pressed."""
        button = self.button(name)
        expect(button).to_be_enabled()
        button.click()

    def run(self, name: str, tab: str, headline: str) -> Locator:
        """Press a button and wait for the outcome that it is to have."""
        before = self.shown_operation(tab)
        self.press(name)
        ended = self.element(f"{tab}-outcome").locator(f'[data-log]:not([data-log="{before}"])')
        expect(ended).to_be_visible()
        return self.wait_for(tab, headline)

    def wait_for(self, tab: str, headline: str) -> Locator:
        """Wait until an operation ended as the headline says; return all that is said about it."""
        outcome = self.element(f"{tab}-outcome")
        expect(outcome.locator(".outcome-headline")).to_have_text(headline)
        return outcome

    def progress(self, tab: str) -> Locator:
        """Return what is shown while an operation is running."""
        return self.element(f"{tab}-progress").locator(".progress-card")

    def shown_operation(self, tab: str) -> str:
        shown: str = self.page.evaluate("tab => jobsync.shownOperation(tab)", tab)
        return shown

    # Tables

    def rows(self, grid: str) -> list[dict[str, Any]]:
        """Return the rows of a table in their order, those that a filter hides left out."""
        rows: list[dict[str, Any]] = self.page.evaluate(_SHOWN_ROWS, grid)
        return rows

    def statuses(self, grid: str) -> dict[str, str]:
        return {row["job"]: row["status"] for row in self.rows(grid)}

    def row(self, grid: str, name: str) -> Locator:
        """Return the middle part of a row, where its job's name is."""
        named = self.page.get_by_text(name, exact=True)
        return self.page.locator(f"#{grid} .ag-center-cols-container .ag-row").filter(has=named)

    def box(self, grid: str, name: str) -> Locator:
        """Return the box that selects a row."""
        row_id = self.row(grid, name).get_attribute("row-id")
        return self.page.locator(f'#{grid} .ag-row[row-id="{row_id}"] input[type=checkbox]')

    def marks(self, grid: str) -> Locator:
        """Return the marks of rows that are done."""
        return self.page.locator(f"#{grid}").get_by_title("Done")

    def open_row(self, grid: str, name: str) -> Locator:
        """Click a row; return the side panel."""
        self.row(grid, name).get_by_text(name, exact=True).click()
        expect(self.panel).to_be_visible()
        expect(self.panel.locator(".panel-facts")).to_be_visible()
        return self.panel

    def close_panel(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.panel).to_be_hidden()

    def chip(self, tab: str, status: str) -> Locator:
        """Return the button that counts the rows of a status, and shows them alone."""
        return self.element(f"{tab}-chips").locator(f'[data-status="{status}"]')

    def counted(self, tab: str, status: str) -> int:
        chip = self.chip(tab, status)
        return int(chip.locator(".chip-count").inner_text()) if chip.count() else 0
