"""Who gets which permission: in the panel of a job, in its row, and in the Mappings tab."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from examples.page_server import start_page
from tests.builders import job
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import MAPPING
from tests.e2e.screen import Screen
from tests.emulated import Emulated

GROUP = "<b data-x>engineers</b>"
ENTRY = {"group_name": GROUP, "permission_level": "CAN_MANAGE_RUN"}
FILE = {"permissions": {"from_git": "exact"}}


@pytest.fixture(scope="module")
def prod(start_pair: Callable[..., Pair]) -> Emulated:
    """A workspace where the permissions of one job differ, and another job is new."""
    _, prod = start_pair()
    prod.seed(groups=[{"displayName": GROUP}])
    me = prod.connect().ports.principals.current().name
    for name in ("load", "fresh"):
        document = {"run_as_user_name": me, "settings": job(name)}
        if name == "load":
            document["permissions"] = [ENTRY]
        prod.put(f"{name}.json", json.dumps(document).encode())
    prod.put(MAPPING, json.dumps(FILE).encode())
    prod.create_job(job("load"))
    return prod


@pytest.fixture(scope="module")
def screen(
    prod: Emulated, tmp_path_factory: pytest.TempPathFactory, new_screen: NewScreen
) -> Iterator[Screen]:
    with start_page(prod.running, tmp_path_factory.mktemp("prod")) as page:
        screen = new_screen(page.url)
        screen.open("/import")
        screen.run("Validate", "import", "Validation finished")
        yield screen


@pytest.mark.slow
def test_permissions_are_shown_where_they_matter(screen: Screen) -> None:
    only = "Only workspace admins can see it"
    expect(screen.row("import-grid", "fresh")).to_contain_text(only)
    panel = screen.open_row("import-grid", "load")
    expect(panel).to_contain_text(f"permissions›group_name={GROUP}")
    expect(panel).to_contain_text("CAN_MANAGE_RUN")
    expect(panel.locator("[data-x]")).to_have_count(0)
    screen.close_panel()
    screen.tab("Mappings").click()
    sections = screen.page.get_by_role("navigation", name="Sections of the mapping file")
    sections.get_by_role("button", name="Permissions").click()
    cells = screen.page.locator("#mappings-grid .ag-row")
    expect(cells).to_contain_text(["from_git"])
    expect(cells).to_contain_text(["exact"])
    expect(screen.page.locator("[data-mapping-add]")).to_be_hidden()
    cells.first.locator('[col-id="name"]').click()
    dialog = screen.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Apply")).to_be_hidden()
    dialog.get_by_role("button", name="Close").or_(
        dialog.get_by_role("button", name="Cancel")
    ).first.click()
    screen.tab("Import").click()
