"""The pipeline for GitLab, run job by job against two workspaces and a repository."""

from collections.abc import Iterator

import pytest

from tests.pipelines.gitlab_runner import (
    FILE,
    MERGED,
    NIGHTLY_DRIFT,
    NIGHTLY_EXPORT,
    GitLabRunner,
    Pipeline,
    merge_request_pipeline,
    open_gitlab,
)
from tests.pipelines.site import BRANCH, Site

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, GitLabRunner]]:
    with open_gitlab(tmp_path_factory.mktemp("gitlab")) as site_and_runner:
        yield site_and_runner


# One story: each test needs what those before it left in the repository and the workspaces.


def test_the_export_opens_a_merge_request(site: Site, runner: GitLabRunner) -> None:
    site.create("load")
    site.create("report")
    runs = runner.run(FILE, NIGHTLY_EXPORT)
    assert list(runs) == ["job-sync-export"]
    run = runs["job-sync-export"]
    assert run.result == "success", run.log
    [pull] = site.forge.pulls()
    assert (pull.source, pull.target, pull.title) == (BRANCH, "main", "Export the jobs of DEV")
    assert "jobs/load.json" in site.forge.files(BRANCH)
    assert ["load" in one.body for one in pull.comments] == [True]
    assert site.dev.running.client_secret not in run.log


def test_its_validation_is_a_comment(site: Site, runner: GitLabRunner) -> None:
    [pull] = site.forge.pulls()
    runs = runner.run(FILE, merge_request_pipeline(site.forge, pull))
    assert list(runs) == ["job-sync-validate"]
    run = runs["job-sync-validate"]
    assert run.result == "success", run.log
    assert len(pull.comments) == 2
    assert f"Commit {site.forge.tip(BRANCH)[:12]}" in pull.comments[1].body
    assert run.artifacts["job-sync-rows.csv"].count("\n") == 3
    assert run.artifacts["job-sync.xml"].count("<testcase") == 2
    assert site.prod.names() == []


def test_what_was_merged_is_imported_once_somebody_starts_it(
    site: Site, runner: GitLabRunner
) -> None:
    [pull] = site.forge.pulls()
    site.forge.merge(pull)

    def start(name: str) -> bool:
        if name == "job-sync-import":
            assert site.prod.names() == []
        return name == "job-sync-import"

    runs = runner.run(FILE, MERGED, start=start)
    assert runs["job-sync-import"].result == "success", runs["job-sync-import"].log
    assert {name: run.result for name, run in runs.items()} == {
        "job-sync-plan": "success",
        "job-sync-import": "success",
        "job-sync-remove": "manual",
    }
    assert "load" in runs["job-sync-plan"].log
    assert site.prod.names() == ["load", "report"]


def test_drift_is_one_issue_until_there_is_none(site: Site, runner: GitLabRunner) -> None:
    site.change(site.prod, "load", timeout_seconds=60)
    run = runner.run(FILE, NIGHTLY_DRIFT)["job-sync-drift"]
    assert run.result == "success", run.log
    [issue] = site.forge.issues()
    assert issue.is_open
    assert "timeout" in issue.body
    site.change(site.prod, "load", timeout_seconds=0)
    runner.run(FILE, NIGHTLY_DRIFT)
    assert [one.is_open for one in site.forge.issues()] == [False]


def test_forks_and_other_changes_start_nothing(site: Site, runner: GitLabRunner) -> None:
    site.forge.commit({"jobs/theirs.json": b"{}"}, branch="theirs")
    pull = site.forge.open_pull("theirs")
    assert runner.run(FILE, merge_request_pipeline(site.forge, pull, fork=True)) == {}
    assert runner.run(FILE, Pipeline("push", changed=("README.md",))) == {}
    assert runner.run(FILE, Pipeline("push", ref="theirs", changed=MERGED.changed)) == {}
    assert runner.run(FILE, Pipeline("schedule")) == {}
