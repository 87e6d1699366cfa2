"""More of the pipelines for Azure DevOps: removals, late runs, errors."""

from collections.abc import Iterator

import pytest

from tests.pipelines.azure_runner import (
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

pytestmark = [pytest.mark.slow, pytest.mark.reliability]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, AzureRunner]]:
    with open_azure(tmp_path_factory.mktemp("azure_devops")) as (site, runner):
        site.create("load")
        site.create("report")
        assert runner.run(EXPORT, NIGHTLY)["export"].result == "success"
        site.forge.merge(site.forge.pulls()[0])
        assert runner.run(IMPORT, MERGED)["import"].result == "success"
        yield site, runner


# One story: each test needs what those before it left in the repository and the workspaces.


def test_a_removal_is_asked_for_by_hand(site: Site, runner: AzureRunner) -> None:
    site.forge.commit({"jobs/report.json": None})
    by_hand = Build("Manual", parameters={"remove": True})
    run = runner.run(IMPORT, by_hand)["import"]
    assert run.result == "success", run.log
    assert run.steps["Remove"] == "success"
    assert site.prod.names() == ["load"]


def test_a_run_that_is_approved_too_late_imports_nothing(site: Site, runner: AzureRunner) -> None:
    old = site.forge.commit(site.edited("load", timeout_seconds=100))

    def approve_after_another_merge(_name: str) -> bool:
        site.forge.commit(site.edited("load", timeout_seconds=200))
        return True

    late = Build("IndividualCI", commit=old, changed=MERGED.changed)
    run = runner.run(IMPORT, late, approve=approve_after_another_merge)["import"]
    assert (run.result, run.steps["Import"]) == ("failure", "skipped")
    assert "main has moved since this run started" in run.log


def test_an_export_closes_what_is_out_of_date(site: Site, runner: AzureRunner) -> None:
    run = runner.run(EXPORT, NIGHTLY)["export"]
    assert run.result == "success", run.log
    pull = site.forge.pulls()[-1]
    assert pull.is_open
    site.dev.delete_job(site.dev.job_id("report"))
    site.change(site.dev, "load", timeout_seconds=200)
    run = runner.run(EXPORT, NIGHTLY)["export"]
    assert run.result == "success", run.log
    assert not pull.is_open


def test_a_job_that_cannot_be_exported_is_said(site: Site, runner: AzureRunner) -> None:
    site.create("leaky", parameters=[{"name": "token", "default": "dapi" + "0123456789abcdef" * 2}])
    site.create("fine")
    site.create("##vso[task.setvariable variable=pushResult]none")
    run = runner.run(EXPORT, NIGHTLY)["export"]
    assert run.result == "failure"
    assert run.steps["Open the pull request"] == "success"
    assert "jobs/fine.json" in site.forge.files(BRANCH)
    assert "0123456789abcdef" not in run.log + run.summary


def test_an_error_fails_the_check_and_is_in_the_comment(site: Site, runner: AzureRunner) -> None:
    site.forge.commit({"jobs/load.json": b"{"}, branch="broken")
    pull = site.forge.open_pull("broken")
    for _ in range(2):
        run = runner.run(VALIDATE, pull_request_build(site.forge, pull))["validate"]
        assert run.result == "failure"
    [comment] = pull.comments
    assert "load.json" in comment.body
