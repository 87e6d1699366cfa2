"""More of the pipeline for GitLab: removals, late runs, errors."""

from collections.abc import Iterator

import pytest

from tests.pipelines.gitlab_runner import (
    FILE,
    MERGED,
    NIGHTLY_EXPORT,
    GitLabRunner,
    Pipeline,
    merge_request_pipeline,
    open_gitlab,
)
from tests.pipelines.site import BRANCH, Site

pytestmark = [pytest.mark.slow, pytest.mark.reliability]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, GitLabRunner]]:
    with open_gitlab(tmp_path_factory.mktemp("gitlab")) as (site, runner):
        site.create("load")
        site.create("report")
        assert runner.run(FILE, NIGHTLY_EXPORT)["job-sync-export"].result == "success"
        site.forge.merge(site.forge.pulls()[0])
        started = runner.run(FILE, MERGED, start=lambda name: name == "job-sync-import")
        assert started["job-sync-import"].result == "success"
        yield site, runner


# One story: each test needs what those before it left in the repository and the workspaces.


def test_a_removal_is_started_by_hand(site: Site, runner: GitLabRunner) -> None:
    site.forge.commit({"jobs/report.json": None})
    runs = runner.run(FILE, MERGED, start=lambda _name: True)
    assert runs["job-sync-remove"].result == "success", runs["job-sync-remove"].log
    assert site.prod.names() == ["load"]


def test_a_run_that_is_started_too_late_imports_nothing(site: Site, runner: GitLabRunner) -> None:
    old = site.forge.commit(site.edited("load", timeout_seconds=100))

    def start_after_another_merge(name: str) -> bool:
        site.forge.commit(site.edited("load", timeout_seconds=200))
        return name == "job-sync-import"

    late = Pipeline("push", commit=old, changed=MERGED.changed)
    run = runner.run(FILE, late, start=start_after_another_merge)["job-sync-import"]
    assert run.result == "failure"
    assert "main has moved since this run started" in run.log
    assert site.prod.settings_of("load").get("timeout_seconds", 0) == 0


def test_an_export_closes_what_is_out_of_date(site: Site, runner: GitLabRunner) -> None:
    run = runner.run(FILE, NIGHTLY_EXPORT)["job-sync-export"]
    assert run.result == "success", run.log
    pull = site.forge.pulls()[-1]
    assert pull.is_open
    site.dev.delete_job(site.dev.job_id("report"))
    site.change(site.dev, "load", timeout_seconds=200)
    run = runner.run(FILE, NIGHTLY_EXPORT)["job-sync-export"]
    assert run.result == "success", run.log
    assert not pull.is_open


def test_a_job_that_cannot_be_exported_is_said(site: Site, runner: GitLabRunner) -> None:
    site.create("leaky", parameters=[{"name": "token", "default": "dapi" + "0123456789abcdef" * 2}])
    site.create("fine")
    run = runner.run(FILE, NIGHTLY_EXPORT)["job-sync-export"]
    assert run.result == "failure"
    assert site.forge.pulls()[-1].is_open
    assert "jobs/fine.json" in site.forge.files(BRANCH)
    assert "0123456789abcdef" not in run.log


def test_an_error_fails_the_check_and_is_in_the_comment(site: Site, runner: GitLabRunner) -> None:
    site.forge.commit({"jobs/load.json": b"{"}, branch="broken")
    pull = site.forge.open_pull("broken")
    for _ in range(2):
        run = runner.run(FILE, merge_request_pipeline(site.forge, pull))["job-sync-validate"]
        assert run.result == "failure"
    [comment] = pull.comments
    assert "load.json" in comment.body
    assert "job-sync-rows.csv" in run.artifacts
