"""One story of roles: somebody without one, a viewer, and two operators who approve each other."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from examples.page_server import start_page
from tests.builders import job
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import define, map_everybody
from tests.e2e.screen import Screen
from tests.e2e.watch import Watch
from tests.emulated import Emulated

ANA, BO = "ana@prod.example", "bo@prod.example"
CY, DI = "cy@prod.example", "di@prod.example"


@pytest.fixture(scope="module")
def prod(start_pair: Callable[..., Pair]) -> Emulated:
    """PROD with two operators, a viewer, somebody else, and two definitions."""
    _, prod = start_pair()
    map_everybody(prod)
    for name in ("load", "report"):
        define(prod, job(name))
    for name, groups in ((ANA, ["ops"]), (BO, ["ops"]), (CY, ["data"]), (DI, [])):
        put(prod, name, groups)
    return prod


def put(prod: Emulated, name: str, groups: list[str]) -> None:
    prod.seed(users=[{"userName": name, "displayName": name, "groups": groups}])


@pytest.fixture(scope="module")
def url(prod: Emulated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    people = {"OPERATORS": "group:ops", "VIEWERS": "group:data", "FOUR_EYES": "1"}
    identity = {"AUTH": "", "TRUSTED_USER_HEADER": "X-User", **people}
    with start_page(prod.running, tmp_path_factory.mktemp("four-eyes"), **identity) as page:
        yield page.url


def test_two_operators_import_while_others_look_or_learn_whom_to_ask(
    url: str, prod: Emulated, new_screen: NewScreen, watch: Watch
) -> None:
    def as_user(name: str) -> Screen:
        return new_screen(url, extra_http_headers={"X-User": name})

    watch.expects("403", "Callback error updating")  # when a role is taken away
    stranger = as_user(DI)
    answer = stranger.open("/import")
    assert answer is not None
    assert answer.status == 403
    expect(stranger.page.get_by_role("heading")).to_have_text("You do not have access")
    expect(stranger.page.get_by_text("members of the group “ops”")).to_be_visible()

    ana, bo, cy = as_user(ANA), as_user(BO), as_user(CY)
    ana.open("/import")
    ana.run("Validate", "import", "Validation finished")
    ana.press("Import New and Changed Jobs (2)")
    own = ana.element("change-requests")
    expect(own).to_contain_text("Import of 2 jobs")
    expect(own.get_by_role("button")).to_have_text(["Withdraw"])
    assert prod.names() == []

    cy.open("/import")
    expect(cy.row("import-grid", "load")).to_be_visible()
    for button in ("import-pull", "import-validate", "import-start", "import-remove"):
        expect(cy.element(button)).to_be_disabled()
        expect(cy.element(f"{button}-reason")).to_contain_text("read-only access")
    expect(cy.element("change-requests")).not_to_contain_text(ANA)

    bo.open("/import")
    asked = bo.element("change-requests")
    expect(asked).to_contain_text(f"Requested by {ANA}")
    asked.get_by_text("Show 2 jobs", exact=True).click()
    expect(asked.get_by_role("listitem")).to_have_text(["load", "report"])
    asked.get_by_text("Approve", exact=True).click()
    outcome = bo.wait_for("import", "Import finished")
    expect(outcome).to_contain_text(f"{ANA}, approved by {BO}")
    assert prod.names() == ["load", "report"]
    expect(own).not_to_contain_text("Withdraw")
    bo.tab("History").click()
    entry = bo.page.locator("#history-grid .ag-row").first
    entry.get_by_text("Import", exact=True).click()
    expect(bo.element("history-entry-head")).to_contain_text(f"approved by {BO}")

    put(prod, BO, [])
    expect(bo.element("connection-problem")).to_contain_text(f"{BO} does not have access.")
    answer = bo.open("/import")
    assert answer is not None
    assert answer.status == 403
