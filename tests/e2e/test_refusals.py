"""What users read when something is wrong, provoked in the workspace or in Git."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from examples.page_server import environment_of, start_page
from tests.builders import job, notebook_task
from tests.e2e.conftest import NewScreen, Pair
from tests.e2e.places import MAPPING, define, map_everybody
from tests.e2e.screen import Screen
from tests.e2e.watch import Watch
from tests.emulated import CREATE, LIST, Emulated

PROJECT = Path(__file__).resolve().parents[2]
PULL = "PATCH /api/2.0/repos/<id>"


@pytest.fixture(scope="module")
def pair(start_pair: Callable[..., Pair]) -> Pair:
    dev, prod = start_pair()
    dev.seed(clusters=[{"cluster_id": "0101-etl", "cluster_name": "etl-dev"}])
    return dev, prod


@pytest.fixture
def dev(pair: Pair) -> Emulated:
    return pair[0]


@pytest.fixture
def prod(pair: Pair) -> Iterator[Emulated]:
    """PROD with nothing wrong in it, and one definition."""
    prod = pair[1]
    map_everybody(prod)
    define(prod, job("load"))
    yield prod
    prod.clear_faults()
    for path in prod.files():
        if path.endswith(".json"):
            prod.remove_file(path)


@pytest.fixture(scope="module")
def screen(
    pair: Pair, tmp_path_factory: pytest.TempPathFactory, new_screen: NewScreen
) -> Iterator[Screen]:
    folder = tmp_path_factory.mktemp("prod")
    with start_page(pair[1].running, folder, RETRY_TIMEOUT_SECONDS="8") as page:
        screen = new_screen(page.url)
        screen.open("/import")
        yield screen


def refusal(screen: Screen, button: str, headline: str) -> Locator:
    """Press a button and return the sentence that says why it failed."""
    return screen.run(button, "import", headline).locator(".outcome-sentence")


# The workspace refuses


def test_a_workspace_that_does_not_let_list_jobs(screen: Screen, prod: Emulated) -> None:
    message = "job-sync-app may not list jobs."
    body = {"error_code": "PERMISSION_DENIED", "message": message}
    prod.fault(LIST, status=403, body=body, times=0)
    said = refusal(screen, "Validate", "Validation failed")
    expect(said).to_contain_text(message)
    expect(screen.element("import-start-reason")).to_have_text("Validate first.")


def test_a_workspace_that_is_called_too_often_shows_how_long_it_waits(
    screen: Screen, prod: Emulated
) -> None:
    body = {"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "Too many requests."}
    prod.fault(LIST, status=429, body=body, headers={"Retry-After": "4"})
    screen.press("Validate")
    waiting = screen.progress("import").locator(".progress-waiting")
    expect(waiting).to_have_text(
        re.compile(r"Waiting \d s: the workspace is rate-limiting requests")
    )
    screen.wait_for("import", "Validation finished")


def test_a_wrong_secret_and_then_no_workspace_at_all(
    start_pair: Callable[..., Pair], tmp_path: Path, new_screen: NewScreen
) -> None:
    _, other = start_pair()
    wrong = {"DATABRICKS_CLIENT_ID": "", "DATABRICKS_CLIENT_SECRET": "", "DATABRICKS_TOKEN": "no"}
    with start_page(other.running, tmp_path, RETRY_TIMEOUT_SECONDS="2", **wrong) as page:
        screen = new_screen(page.url)
        screen.open("/import")
        problem = screen.element("workspace-problem")
        expect(problem).to_contain_text("Could not read the workspace.")
        expect(problem).to_contain_text("Check the app's credentials")
        said = refusal(screen, "Validate", "Validation failed")
        expect(said).to_contain_text("Check the app's credentials")
        other.running.stop()
        said = refusal(screen, "Validate", "Validation failed")
        expect(said).to_contain_text(other.url.removeprefix("http://"))
        screen.page.close()


# Git and its files


def test_a_mapping_file_without_a_comma_is_shown_with_line_and_column(
    screen: Screen, prod: Emulated
) -> None:
    text = b'{\n  "run_as_mappings": {}\n  "compute_name_mappings": {}\n}\n'
    prod.put(MAPPING, text)
    said = refusal(screen, "Validate", "Validation failed")
    expect(said).to_contain_text("line 2, column 24: a comma is missing here")
    assert prod.read(MAPPING) == text
    assert "load" not in prod.names()


def test_a_broken_file_is_an_issue_and_nothing_can_be_removed(
    screen: Screen, prod: Emulated
) -> None:
    prod.put("broken.json", b'{"job_id": 1,')
    screen.run("Validate", "import", "Validation finished with errors")
    issue = screen.element("import-grid").get_by_text("The file is not valid JSON.")
    expect(issue).to_contain_text("Line 1, column 14")
    expect(issue).to_contain_text("(broken.json)")
    reason = "Not everything could be read, so nothing can be treated as deleted."
    expect(screen.element("import-remove-reason")).to_contain_text(reason)
    expect(screen.button("Remove Deleted Jobs (0)")).to_be_disabled()
    expect(screen.button("Import New and Changed Jobs (1)")).to_be_enabled()


def test_names_that_are_missing_here_come_with_the_line_to_add(
    screen: Screen, dev: Emulated, prod: Emulated
) -> None:
    task = notebook_task("main", existing_cluster_id="0101-etl")
    dev.create_job(job("needs a cluster", tasks=[task]))
    dev.service().export()
    dev.commit()
    prod.pull()
    outcome = screen.run("Validate", "import", "Validation finished with errors")
    unmapped = outcome.locator(".unmapped")
    expect(unmapped).to_contain_text("1 name is not mapped")
    unmapped.locator("summary").click()
    [row] = unmapped.locator("tbody tr").all()
    expect(row).to_contain_text("etl-dev")
    expect(row).to_contain_text("needs a cluster")
    copied = row.locator("[data-copy]").get_attribute("data-copy") or ""
    assert copied.startswith('"etl-dev":')
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    row.locator("[data-copy]").click()
    expect(row.locator("[data-copy].copied")).to_be_visible()
    assert screen.page.evaluate("navigator.clipboard.readText()") == copied


def test_a_pull_over_uncommitted_changes(screen: Screen, prod: Emulated) -> None:
    prod.option(git_dirty_refuses="any")
    try:
        said = refusal(screen, "Pull", "Pull failed")
        expect(said).to_contain_text("commit or discard the changes, and pull again")
    finally:
        prod.option(git_dirty_refuses="conflicting")


def test_a_pull_that_conflicts(screen: Screen, dev: Emulated, prod: Emulated) -> None:
    define(dev, job("both"))
    assert dev.commit()
    define(prod, job("both", max_concurrent_runs=9))
    said = refusal(screen, "Pull", "Pull failed")
    expect(said).to_contain_text("pull again")
    assert b'"max_concurrent_runs": 9' in prod.read("both.json")


def test_a_pull_without_a_git_credential(screen: Screen, prod: Emulated) -> None:
    prod.option(pull_needs_credential=True)
    try:
        said = refusal(screen, "Pull", "Pull failed")
        expect(said).to_contain_text("Add a Git credential for the app's principal")
    finally:
        prod.option(pull_needs_credential=False)


# Somebody else is running an operation


def test_the_lock_of_another_process_is_told_with_its_owner(
    screen: Screen, prod: Emulated, tmp_path: Path
) -> None:
    screen.run("Validate", "import", "Validation finished")
    prod.fault(CREATE, kind="delay", delay_s=15)
    prod.clear_calls()
    environment = {**environment_of(prod.running), "CACHE_FOLDER": str(tmp_path / "cache")}
    command = [sys.executable, "cli.py", "import"]
    with subprocess.Popen(
        command, cwd=PROJECT, env=os.environ | environment, stdout=subprocess.DEVNULL
    ) as other:
        try:
            expect_call(screen, prod, CREATE)
            screen.press("Import New and Changed Jobs (1)")
            outcome = screen.wait_for("import", "Import failed")
            expect(outcome).to_contain_text(re.compile("import, started by .+ on .+ at "))
        finally:
            other.kill()


def expect_call(screen: Screen, workspace: Emulated, call: str) -> None:
    """Wait until the workspace was asked for something."""
    for _ in range(200):
        if call in workspace.calls():
            return
        screen.page.wait_for_timeout(100)
    raise AssertionError(f"{call} was not called")


# Who is at the page


@pytest.fixture(scope="module")
def signed_in(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page behind a proxy that signs users in."""
    people = {"OPERATORS": "ana@prod.example", "VIEWERS": "ben@prod.example"}
    identity = {"AUTH": "", "TRUSTED_USER_HEADER": "X-User", **people}
    with start_page(pair[1].running, tmp_path_factory.mktemp("proxied"), **identity) as page:
        yield page.url


def test_nobody_sees_nothing(
    signed_in: str, new_screen: NewScreen, prod: Emulated, watch: Watch
) -> None:
    watch.expects("401")
    screen = new_screen(signed_in)
    answer = screen.open("/import")
    assert answer is not None
    assert answer.status == 401
    expect(screen.page.get_by_role("heading")).to_have_text("Nobody is signed in")
    expect(screen.page.get_by_text("TRUSTED_USER_HEADER")).to_be_visible()
    for path in ("/feed/import", "/_dash-layout", "/_dash-dependencies"):
        assert screen.page.request.get(path).status == 401


def test_who_is_no_operator_can_look_and_start_nothing(
    signed_in: str, new_screen: NewScreen, prod: Emulated
) -> None:
    as_ana = {"extra_http_headers": {"X-User": "Ana@prod.example"}}
    operator = new_screen(signed_in, **as_ana)
    operator.open("/import")
    operator.run("Validate", "import", "Validation finished")
    viewer = new_screen(signed_in, extra_http_headers={"X-User": "ben@prod.example"})
    viewer.open("/import")
    expect(viewer.row("import-grid", "load")).to_be_visible()
    reason = "You have read-only access. Only operators can start operations."
    for button in ("import-pull", "import-validate", "import-start", "import-remove"):
        expect(viewer.element(button)).to_be_disabled()
        expect(viewer.element(f"{button}-reason")).to_have_text(reason)
    expect(viewer.element("import-outcome")).to_contain_text("Ana@prod.example")
