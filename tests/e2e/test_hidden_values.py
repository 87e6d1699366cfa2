"""Who may change something sees hidden values after a click, and History says so."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from examples.page_server import start_page
from tests.builders import job
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import MAPPING, define
from tests.secret_samples import SAMPLES

TOKEN = SAMPLES[0].text


def test_hidden_values_are_shown_after_a_click_that_history_notes(
    start_pair: Callable[..., Pair],
    tmp_path_factory: pytest.TempPathFactory,
    new_screen: NewScreen,
) -> None:
    _, prod = start_pair()
    me = prod.connect().ports.principals.current().name
    document = {
        "run_as_mappings": {"default": {"user_name": me}},
        "value_mappings": {"tags": {"password": "t0p"}},
    }
    prod.put(MAPPING, json.dumps(document, indent=2).encode())
    define(prod, job("load", parameters=[{"name": "x", "default": TOKEN}]))
    with start_page(prod.running, tmp_path_factory.mktemp("prod")) as page:
        screen = new_screen(page.url)
        answers: list[str] = []
        screen.page.on(
            "response", lambda one: answers.append(one.text()) if "/feed/" in one.url else None
        )
        screen.open("/import")
        screen.run("Validate", "import", "Validation finished")
        panel = screen.open_row("import-grid", "load")
        expect(panel.locator(".risk-secret_in_git")).to_contain_text("Databricks token")
        expect(panel.locator(".panel-sides")).to_contain_text("(hidden)")
        assert not any(TOKEN in text for text in answers)
        panel.get_by_role("button", name="Show hidden values").click()
        expect(panel.locator(".panel-sides")).to_contain_text(TOKEN)
        expect(panel.get_by_role("button", name="Show hidden values")).to_have_count(0)
        screen.close_panel()
        screen.tab("Mappings").click()
        notice = screen.page.locator(".mapping-notice", has_text="Secrets in this file are hidden")
        expect(notice).to_be_visible()
        expect(screen.button("Add")).to_be_disabled()
        screen.button("Show as text").click()
        field = screen.page.locator("[data-mapping-text]")
        expect(field).to_have_attribute("readonly", "")
        assert "t0p" not in field.input_value()
        notice.get_by_role("button", name="Show hidden values").click()
        expect(field).to_be_editable()
        assert "t0p" in field.input_value()
        expect(notice).to_have_count(0)
        screen.tab("History").click()
        shown = screen.page.locator("#history-grid").get_by_text("Show hidden values", exact=True)
        expect(shown).to_have_count(2)
