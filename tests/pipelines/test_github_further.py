"""More of the workflows for GitHub: repeated, late and partial runs, removals, errors."""

from collections.abc import Iterator

import pytest

from tests.pipelines.github_runner import (
    DRIFT,
    EXPORT,
    IMPORT,
    MERGED,
    NIGHTLY,
    VALIDATE,
    Event,
    GitHubRunner,
    open_github,
    pull_request_event,
)
from tests.pipelines.site import BRANCH, Site

pytestmark = [pytest.mark.slow, pytest.mark.reliability]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, GitHubRunner]]:
    with open_github(tmp_path_factory.mktemp("github")) as (site, runner):
        site.create("load")
        site.create("report")
        assert runner.run(EXPORT, NIGHTLY)["export"].result == "success"
        yield site, runner


# One story: each test needs what those before it left in the repository and the workspaces.


def test_an_export_of_the_same_changes_nothing(site: Site, runner: GitHubRunner) -> None:
    before = site.forge.tip(BRANCH)
    run = runner.run(EXPORT, NIGHTLY)["export"]
    assert run.result == "success", run.log
    assert run.steps["Close what is out of date"] == "skipped"
    assert site.forge.tip(BRANCH) == before
    assert [len(one.comments) for one in site.forge.pulls()] == [1]
    assert len(site.forge.started) == 2


def test_a_pull_request_that_could_not_be_opened_is_opened_the_next_night(
    site: Site, runner: GitHubRunner
) -> None:
    site.forge.threads.clear()
    run = runner.run(EXPORT, NIGHTLY)["export"]
    assert run.result == "success", run.log
    assert [one.is_open for one in site.forge.pulls()] == [True]


def test_with_nothing_left_to_import_nobody_is_asked(site: Site, runner: GitHubRunner) -> None:
    site.forge.merge(site.forge.pulls()[0])
    refused = runner.run(IMPORT, MERGED, approve=lambda name: name != "job-sync-prod")
    assert (refused["plan"].result, refused["import"].result) == ("success", "skipped")
    assert site.prod.names() == []
    assert runner.run(IMPORT, MERGED)["import"].result == "success"
    asked: list[str] = []
    runs = runner.run(IMPORT, MERGED, approve=lambda name: not asked.append(name))
    assert (runs["plan"].result, runs["import"].result) == ("success", "skipped")
    assert asked == ["job-sync-prod-read"]


def test_drift_is_reported_once_however_often_it_is_seen(site: Site, runner: GitHubRunner) -> None:
    quiet = runner.run(DRIFT, NIGHTLY)["drift"]
    assert quiet.result == "success", quiet.log
    assert site.forge.issues() == []
    for seconds in (60, 70):
        site.change(site.prod, "load", timeout_seconds=seconds)
        run = runner.run(DRIFT, NIGHTLY)["drift"]
        assert run.result == "success", run.log
    [issue] = site.forge.issues()
    assert "70" in issue.body
    site.change(site.prod, "load", timeout_seconds=0)


def test_a_removal_is_asked_for_by_hand(site: Site, runner: GitHubRunner) -> None:
    site.forge.commit({"jobs/report.json": None})
    runs = runner.run(IMPORT, MERGED)
    assert runs["import"].result == "success", runs["import"].log
    assert site.prod.names() == ["load", "report"]
    runs = runner.run(IMPORT, Event("workflow_dispatch", inputs={"remove": True}))
    assert runs["import"].result == "success", runs["import"].log
    assert site.prod.names() == ["load"]


def test_a_run_that_is_approved_too_late_imports_nothing(site: Site, runner: GitHubRunner) -> None:
    forge = site.forge
    old = forge.commit(site.edited("load", timeout_seconds=100))

    def approve_after_another_merge(name: str) -> bool:
        if name == "job-sync-prod":
            forge.commit(site.edited("load", timeout_seconds=200))
        return True

    late = Event("push", sha=old, changed=MERGED.changed)
    run = runner.run(IMPORT, late, approve=approve_after_another_merge)["import"]
    assert (run.result, run.steps["Import"]) == ("failure", "skipped")
    assert "main has moved since this run started" in run.log
    assert site.prod.settings_of("load").get("timeout_seconds", 0) == 0
    # A newer commit of something else is no reason to refuse.
    newest = forge.commit(site.edited("load", timeout_seconds=300))
    forge.commit({"README.md": b"# Changed\n"})
    run = runner.run(IMPORT, Event("push", sha=newest, changed=MERGED.changed))["import"]
    assert run.result == "success", run.log
    assert site.prod.settings_of("load")["timeout_seconds"] == 300


def test_an_export_with_nothing_to_propose_closes_what_is_out_of_date(
    site: Site, runner: GitHubRunner
) -> None:
    run = runner.run(EXPORT, NIGHTLY)["export"]
    pull = site.forge.pulls()[-1]
    assert pull.is_open, run.log
    site.dev.delete_job(site.dev.job_id("report"))
    site.change(site.dev, "load", timeout_seconds=300)
    run = runner.run(EXPORT, NIGHTLY)["export"]
    assert run.result == "success", run.log
    assert not pull.is_open


def test_a_job_that_cannot_be_exported_keeps_no_other_back_and_is_said(
    site: Site, runner: GitHubRunner
) -> None:
    site.create("leaky", parameters=[{"name": "token", "default": "dapi" + "0123456789abcdef" * 2}])
    site.create("fine")
    site.create("##[set-output name=code;]0")
    site.create("::set-output name=code::0")
    run = runner.run(EXPORT, NIGHTLY)["export"]
    assert run.result == "failure"
    assert [line[:31] for line in run.commands] == ["::error::The export had errors."]
    assert "jobs/fine.json" in site.forge.files(BRANCH)
    assert "jobs/leaky.json" not in site.forge.files(BRANCH)
    assert "0123456789abcdef" not in run.log + run.summary
    site.dev.delete_job(site.dev.job_id("leaky"))


def test_an_error_in_a_definition_fails_the_check_and_is_in_the_comment(
    site: Site, runner: GitHubRunner
) -> None:
    site.forge.commit({"jobs/load.json": b"{"}, branch="broken")
    pull = site.forge.open_pull("broken")
    run = runner.run(VALIDATE, pull_request_event(site.forge, pull))["validate"]
    assert run.result == "failure"
    assert "load.json" in pull.comments[0].body


def test_the_export_overwrites_no_work_of_others(site: Site, runner: GitHubRunner) -> None:
    site.create("another")
    theirs = site.forge.commit({"NOTES.md": b"Mine\n"}, branch=BRANCH)
    run = runner.run(EXPORT, NIGHTLY)["export"]
    assert run.result == "failure", run.log
    assert f"{BRANCH} has commits of somebody else" in run.log
    assert site.forge.tip(BRANCH) == theirs
