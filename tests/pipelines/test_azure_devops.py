"""The pipelines for Azure DevOps, run step by step against two workspaces and a repository."""

from collections.abc import Iterator

import pytest

from tests.pipelines.azure_runner import (
    DRIFT,
    EXPORT,
    IMPORT,
    MERGED,
    NIGHTLY,
    VALIDATE,
    AzureRunner,
    Build,
    open_azure,
    pull_request_build,
)
from tests.pipelines.site import BRANCH, Site

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, AzureRunner]]:
    with open_azure(tmp_path_factory.mktemp("azure_devops")) as site_and_runner:
        yield site_and_runner


# One story: each test needs what those before it left in the repository and the workspaces.


def test_the_export_opens_a_pull_request(site: Site, runner: AzureRunner) -> None:
    site.create("load")
    site.create("report")
    run = runner.run(EXPORT, NIGHTLY)["export"]
    assert run.result == "success", run.log
    [pull] = site.forge.pulls()
    assert (pull.source, pull.target, pull.title) == (BRANCH, "main", "Export the jobs of DEV")
    assert "jobs/load.json" in site.forge.files(BRANCH)
    assert ["load" in one.body for one in pull.comments] == [True]
    assert "load" in run.summary
    assert site.dev.running.client_secret not in run.log


def test_its_validation_is_a_comment(site: Site, runner: AzureRunner) -> None:
    [pull] = site.forge.pulls()
    run = runner.run(VALIDATE, pull_request_build(site.forge, pull))["validate"]
    assert run.result == "success", run.log
    assert len(pull.comments) == 2
    assert f"Commit {site.forge.tip(BRANCH)[:12]}" in pull.comments[1].body
    assert run.artifacts["job-sync-rows"].count("\n") == 3
    assert run.test_results.count("<testcase") == 2
    assert site.prod.names() == []


def test_what_was_merged_is_imported_once_it_is_approved(site: Site, runner: AzureRunner) -> None:
    [pull] = site.forge.pulls()
    site.forge.merge(pull)
    asked: list[str] = []

    def approve(name: str) -> bool:
        asked.append(name)
        assert site.prod.names() == []
        return True

    runs = runner.run(IMPORT, MERGED, approve=approve)
    assert asked == ["job-sync-prod"]
    assert "load" in runs["plan"].summary
    assert runs["import"].result == "success", runs["import"].log
    assert site.prod.names() == ["load", "report"]
    assert runs["import"].steps["Remove"] == "skipped"


def test_drift_fails_the_nightly_run_with_a_summary(site: Site, runner: AzureRunner) -> None:
    site.change(site.prod, "load", timeout_seconds=60)
    run = runner.run(DRIFT, NIGHTLY)["drift"]
    assert run.result == "failure"
    assert "##vso[task.logissue type=error]Jobs of PROD were changed by hand." in run.log
    assert "timeout" in run.summary


def test_a_fork_and_other_builds_get_nothing(site: Site, runner: AzureRunner) -> None:
    site.forge.commit({"jobs/theirs.json": b"{}"}, branch="theirs")
    pull = site.forge.open_pull("theirs")
    fork = pull_request_build(site.forge, pull, fork=True)
    assert runner.run(VALIDATE, fork)["validate"].result == "skipped"
    assert runner.run(VALIDATE, Build("Manual"))["validate"].result == "skipped"
    assert runner.run(IMPORT, Build("IndividualCI", changed=("README.md",))) == {}
    assert runner.run(VALIDATE, MERGED) == runner.run(EXPORT, MERGED) == {}
