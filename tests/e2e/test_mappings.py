"""What differs between the workspaces is mapped where it is noticed: the Mappings tab.

Each test continues where the last stopped.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from core.jobsettings.kinds import Kind, placeholder
from core.json_text import JobSettings
from emulator.samples import MAPPING_FILE_PATH
from examples.page_server import start_page
from tests.builders import definition_text, job, notebook_task
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import MAPPING
from tests.e2e.screen import Screen
from tests.emulated import Emulated
from tests.kinds import SEEDED, seed_entry

CLUSTERS = {"etl dev": "etl prod", "ml dev": "machine learning", "<b>bi</b> dev": "bi"}
JOBS = ["sales", "train", "report"]
GONE, OPS = "gone@dev.example", "ops@prod.example"
BEFORE = """{
  // Owned by the platform team.
  compute_name_mappings: {
    cluster_name_mappings: {
      'old dev' : "etl prod",   // kept for a year
    },
  },
  run_as_mappings: {
    /* one line each */
    "leaver@dev.example": {user_name: "ops@prod.example"},
  },
  pause_status: "from_git",   // decided in March
}
"""
BROKEN = BEFORE.replace("},\n  run_as", "}\n  run_as")


def on(cluster: str) -> list[JobSettings]:
    return [notebook_task("main", existing_cluster_id=placeholder(Kind.CLUSTER, cluster))]


@pytest.fixture(scope="module")
def prod(start_pair: Callable[..., Pair]) -> Emulated:
    """A workspace that lacks three clusters and a user of the definitions pulled into it."""
    _, prod = start_pair()
    entries = [
        seed_entry(Kind.CLUSTER, f"0000-00000{number}-prod", name)
        for number, name in enumerate([*CLUSTERS.values(), "spare"])
    ]
    prod.seed(**{SEEDED[Kind.CLUSTER].seed_key: entries, "users": [{"userName": OPS}]})
    me = prod.connect().ports.principals.current().name
    for number, (name, cluster) in enumerate(zip(JOBS, CLUSTERS, strict=True)):
        settings = job(name, tasks=on(cluster))
        prod.put(f"{name}.json", definition_text(settings, job_id=number + 1, run_as=me))
    prod.put("load.json", definition_text(job("load"), job_id=9, run_as=GONE))
    prod.put(MAPPING, BEFORE.encode())
    return prod


@pytest.fixture(scope="module")
def url(prod: Emulated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page behind a proxy that signs users in."""
    identity = {
        "AUTH": "",
        "TRUSTED_USER_HEADER": "X-User",
        "OPERATORS": "ana@x.org,ben@x.org",
        "VIEWERS": "*",
    }
    with start_page(prod.running, tmp_path_factory.mktemp("page"), **identity) as page:
        yield page.url


@pytest.fixture(scope="module")
def screen(url: str, new_screen: NewScreen) -> Screen:
    return new_screen(url, extra_http_headers={"X-User": "ana@x.org"})


def todo(screen: Screen, name: str) -> Locator:
    """Return the line of a name to map."""
    named = screen.page.get_by_text(name, exact=True)
    return screen.page.locator(".todo-row").filter(has=named)


def section(screen: Screen, title: str) -> Locator:
    sections = screen.page.get_by_role("navigation", name="Sections of the mapping file")
    return sections.get_by_role("button", name=re.compile(rf"^{re.escape(title)}\b"))


def unsaved(screen: Screen) -> Locator:
    return screen.page.locator(".mapping-file .badge-unsaved")


def save(screen: Screen) -> None:
    """Save what is shown as the difference, and wait until the table is as the file is."""
    screen.press("Save …")
    dialog = screen.page.get_by_role("dialog")
    expect(dialog.locator(".diff-line").first).to_be_visible()
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog).to_be_hidden()


def saved(screen: Screen) -> None:
    save(screen)
    screen.wait_for("mappings", "Save of the mappings finished")
    expect(unsaved(screen)).to_have_count(0)


# The story


def test_names_that_are_missing_lead_from_the_validation_to_the_tab(screen: Screen) -> None:
    screen.open("/import")
    outcome = screen.run("Validate", "import", "Validation finished with errors")
    expect(outcome.locator(".unmapped > summary")).to_contain_text("4 names")
    name = outcome.get_by_role("button", name="etl dev", exact=True)
    if not name.is_visible():
        outcome.locator(".unmapped > summary").click()
    name.click()
    expect(screen.page).to_have_url(re.compile(r"/mappings\?section=.*cluster_name_mappings"))
    field = todo(screen, "etl dev").get_by_role("combobox")
    expect(field).to_be_focused()
    expect(screen.page.locator(".todo h3")).to_have_text("4 names to map")


def test_a_row_in_error_leads_to_the_line_of_its_name(screen: Screen) -> None:
    screen.tab("Import").click()
    panel = screen.open_row("import-grid", "report")
    panel.get_by_role("button", name="Map “<b>bi</b> dev”").click()
    expect(screen.panel).to_be_hidden()
    expect(todo(screen, "<b>bi</b> dev").get_by_role("combobox")).to_be_focused()


def test_a_name_says_which_jobs_need_it(screen: Screen) -> None:
    todo(screen, "ml dev").get_by_role("button", name="train").click()
    expect(screen.panel.get_by_role("listitem")).to_have_text(["train"])
    screen.close_panel()


def test_a_candidate_fills_the_row(screen: Screen) -> None:
    line = todo(screen, "etl dev")
    line.get_by_role("button", name="etl prod").click()
    expect(line).to_contain_text("→ etl prod")
    expect(line).to_contain_text("not saved")
    row = screen.row("mappings-grid", "etl dev")
    expect(row).to_contain_text("Added, not saved")


def test_what_is_typed_finds_what_this_workspace_has(screen: Screen) -> None:
    field = todo(screen, "ml dev").get_by_role("combobox")
    field.click()
    field.press_sequentially("learn")
    option = screen.page.get_by_role("option")
    expect(option).to_have_text(["machine learning"])
    field.press("ArrowDown")
    field.press("Enter")
    expect(todo(screen, "ml dev")).to_contain_text("→ machine learning")
    field = todo(screen, "<b>bi</b> dev").get_by_role("combobox")
    field.fill("bi")
    screen.page.get_by_role("option", name="bi", exact=True).click()
    expect(todo(screen, "<b>bi</b> dev")).to_contain_text("→ bi")


def test_an_identity_can_be_chosen(screen: Screen) -> None:
    field = todo(screen, GONE).get_by_role("combobox")
    field.fill("ops@")
    screen.page.get_by_role("option").filter(has_text=OPS).click()
    expect(todo(screen, GONE)).to_contain_text(f"→ {OPS} (user)")
    expect(screen.page.locator(".todo h3")).to_have_text("All names are mapped")


def test_unsaved_edits_survive_a_reload_and_can_be_undone(screen: Screen, prod: Emulated) -> None:
    screen.reload()
    expect(unsaved(screen)).to_have_text("4 unsaved changes")
    expect(screen.tab("Mappings")).to_have_attribute("title", "4 unsaved changes")
    screen.press("Undo")
    expect(unsaved(screen)).to_have_text("3 unsaved changes")
    field = todo(screen, GONE).get_by_role("combobox")
    field.fill("ops@")
    screen.page.get_by_role("option").filter(has_text=OPS).click()
    expect(unsaved(screen)).to_have_text("4 unsaved changes")
    assert prod.read(MAPPING).decode() == BEFORE


def test_a_test_says_how_many_jobs_change_how(screen: Screen, prod: Emulated) -> None:
    screen.press("Test")
    screen.wait_for("mappings", "Test of the mappings finished")
    test = screen.page.locator(".mapping-test")
    expect(test).to_contain_text("4 jobs: Error → New")
    expect(test).to_contain_text("Error 4 → 0")
    assert prod.read(MAPPING).decode() == BEFORE
    assert prod.names() == []
    screen.press("Undo “ml dev”")
    old = screen.page.get_by_text("The mappings were changed after this test.")
    expect(old).to_be_visible()
    field = todo(screen, "ml dev").get_by_role("combobox")
    field.fill("machine learning")
    field.press("Enter")
    expect(unsaved(screen)).to_have_text("4 unsaved changes")


def test_a_save_shows_the_difference_and_leaves_the_rest_alone(
    screen: Screen, prod: Emulated
) -> None:
    saved(screen)
    after = prod.read(MAPPING).decode()
    lines, kept = after.splitlines(), BEFORE.splitlines()
    assert [line for line in lines if line in kept] == kept
    added = [line.strip() for line in lines if line not in kept]
    assert len(added) == 4
    assert '"ml dev": "machine learning",' in added
    expect(screen.element("mappings-outcome")).to_contain_text("4 added")


def test_what_is_saved_is_used(screen: Screen, prod: Emulated) -> None:
    screen.tab("Import").click()
    screen.run("Validate", "import", "Validation finished")
    screen.press("Import New and Changed Jobs (4)")
    screen.wait_for("import", "Import finished")
    assert prod.names() == sorted([*JOBS, "load"])
    task = prod.settings_of("train")["tasks"][0]
    assert task["existing_cluster_id"] == "0000-000001-prod"
    assert prod.settings_of("load")["run_as"] == {"user_name": OPS}


def test_the_table_says_who_uses_an_entry_and_what_nobody_does(screen: Screen) -> None:
    screen.tab("Mappings").click()
    section(screen, "Clusters").click()
    row = screen.row("mappings-grid", "ml dev")
    expect(row).to_contain_text("Fine")
    expect(screen.row("mappings-grid", "old dev")).to_contain_text("Unused")
    row.locator('[col-id="jobs"]').click()
    expect(screen.panel.get_by_role("listitem")).to_have_text(["train"])
    screen.close_panel()


def test_entries_are_changed_added_and_removed(screen: Screen, prod: Emulated) -> None:
    screen.row("mappings-grid", "ml dev").locator('[col-id="target"]').click()
    dialog = screen.page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Here").fill("spare")
    dialog.get_by_role("button", name="Apply").click()
    expect(screen.row("mappings-grid", "ml dev")).to_contain_text("Changed, not saved")
    screen.row("mappings-grid", "old dev").locator('[col-id="name"]').click()
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(screen.row("mappings-grid", "old dev")).to_contain_text("Removed, not saved")
    section(screen, "Parameters").click()
    screen.press("Add")
    dialog.get_by_label("In Git", exact=True).fill("env")
    dialog.get_by_label("Value in Git").fill("dev")
    dialog.get_by_label("new value").fill("prod")
    dialog.get_by_role("button", name="Apply").click()
    expect(screen.row("mappings-grid", "env")).to_contain_text("dev → prod")
    saved(screen)
    text = prod.read(MAPPING).decode()
    assert '"ml dev": "spare",' in text
    assert "old dev" not in text
    assert "// Owned by the platform team." in text
    assert "// decided in March" in text
    assert 'env: {dev: "prod"}' in text.replace('"env"', "env").replace('"dev"', "dev")


def test_the_file_can_be_read_and_written_as_a_text(screen: Screen, prod: Emulated) -> None:
    screen.press("Show as text")
    field = screen.page.get_by_label("The mapping file as a text")
    text = prod.read(MAPPING).decode()
    expect(field).to_have_value(text)
    screen.press("Show as tables")
    expect(section(screen, "Clusters")).to_be_visible()
    screen.press("Show as text")
    field.fill(text.replace("// Owned by", "// Kept by"))
    expect(screen.page.get_by_text("This can be saved.")).to_be_visible()
    saved(screen)
    assert prod.read(MAPPING).decode() == text.replace("// Owned by", "// Kept by")
    screen.press("Show as tables")
    expect(section(screen, "Clusters")).to_be_visible()


# Two people, and other writers


def test_what_somebody_else_saved_is_not_overwritten(
    screen: Screen, url: str, new_screen: NewScreen, prod: Emulated
) -> None:
    ben = new_screen(url, extra_http_headers={"X-User": "ben@x.org"})
    ben.open("/mappings?section=value_mappings.catalogs&name=dev")
    dialog = ben.page.get_by_role("dialog")
    dialog.get_by_label("Here", exact=True).fill("prod")
    dialog.get_by_role("button", name="Apply").click()
    section(screen, "Schemas").click()
    screen.press("Add")
    mine = screen.page.get_by_role("dialog")
    mine.get_by_label("In Git", exact=True).fill("raw")
    mine.get_by_label("Here", exact=True).fill("curated")
    mine.get_by_role("button", name="Apply").click()
    saved(screen)
    text = prod.read(MAPPING).decode()
    save(ben)
    outcome = ben.wait_for("mappings", "Save of the mappings failed")
    expect(outcome).to_contain_text("has changed since you opened it")
    assert prod.read(MAPPING).decode() == text
    outcome.get_by_role("button", name="Reload").click()
    expect(ben.page.get_by_text("The file was changed since you began.")).to_be_visible()
    saved(ben)
    text = prod.read(MAPPING).decode()
    assert 'raw: "curated"' in text.replace('"raw"', "raw")
    assert 'dev: "prod"' in text.replace('"dev"', "dev")
    ben.page.close()


def test_a_file_that_was_changed_in_the_workspace_is_not_overwritten(
    screen: Screen, prod: Emulated
) -> None:
    screen.press("Reload")
    expect(screen.progress("mappings")).to_have_count(0)
    section(screen, "Clusters").click()
    row = screen.row("mappings-grid", "ml dev")
    expect(row).to_contain_text("spare")
    row.locator('[col-id="target"]').click()
    dialog = screen.page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Here").fill("etl prod")
    dialog.get_by_role("button", name="Apply").click()
    other = prod.read(MAPPING).decode().replace('"spare"', '"bi"')
    prod.put(MAPPING, other.encode())
    save(screen)
    outcome = screen.wait_for("mappings", "Save of the mappings failed")
    assert prod.read(MAPPING).decode() == other
    outcome.get_by_role("button", name="Reload").click()
    expect(screen.page.get_by_text("1 entry was changed there as well")).to_be_visible()
    saved(screen)
    assert '"ml dev": "etl prod",' in prod.read(MAPPING).decode()


def test_a_broken_file_is_mended_at_its_mistake(screen: Screen, prod: Emulated) -> None:
    prod.put(MAPPING, BROKEN.encode())
    screen.press("Reload")
    field = screen.page.get_by_label("The mapping file as a text")
    expect(field).to_be_focused()
    expect(screen.page.get_by_role("button", name="Go to line 7")).to_be_visible()
    caret = field.evaluate(
        "field => field.value.slice(0, field.selectionStart).split('\\n').length"
    )
    assert caret == 7
    field.fill(BEFORE)
    expect(screen.page.get_by_text("This can be saved.")).to_be_visible()
    saved(screen)
    assert prod.read(MAPPING).decode() == BEFORE
    expect(section(screen, "Clusters")).to_be_visible()


def test_without_a_file_it_is_created(screen: Screen, prod: Emulated) -> None:
    prod.remove_file(MAPPING)
    screen.press("Reload")
    screen.press("Create")
    expect(screen.page.get_by_text("This can be saved.")).to_be_visible()
    saved(screen)
    assert prod.read(MAPPING).decode().startswith("{")


def test_a_file_that_may_not_be_written_says_so(screen: Screen, prod: Emulated) -> None:
    section(screen, "Catalogs").click()
    screen.press("Add")
    dialog = screen.page.get_by_role("dialog")
    dialog.get_by_label("In Git", exact=True).fill("dev")
    dialog.get_by_label("Here", exact=True).fill("prod")
    dialog.get_by_role("button", name="Apply").click()
    before = prod.read(MAPPING)
    prod.seed(read_only=[MAPPING_FILE_PATH])
    save(screen)
    outcome = screen.wait_for("mappings", "Save of the mappings failed")
    expect(outcome).to_contain_text("Nothing was saved")
    assert prod.read(MAPPING) == before
    expect(unsaved(screen)).to_have_text("1 unsaved change")
    screen.press("Discard all")
    expect(unsaved(screen)).to_have_count(0)


def test_everybody_may_look_and_operators_alone_may_change(url: str, new_screen: NewScreen) -> None:
    viewer = new_screen(url, extra_http_headers={"X-User": "cy@x.org"})
    viewer.open("/mappings")
    expect(section(viewer, "Clusters")).to_be_visible()
    for name in ("Save …", "Test", "Add", "Undo", "Discard all"):
        expect(viewer.button(name)).to_have_count(0)
    viewer.page.close()


def test_the_workspace_tab_leads_here(screen: Screen) -> None:
    screen.tab("Workspace").click()
    screen.page.locator("#pane-workspace").get_by_role("button", name="Show").click()
    expect(screen.page).to_have_url(re.compile(r"/mappings$"))
