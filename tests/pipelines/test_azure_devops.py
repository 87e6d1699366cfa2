"""The pipelines for Azure DevOps, run step by step against two workspaces and a repository."""

from collections.abc import Iterator

import pytest

from tests.pipelines.azure_api import make_api
from tests.pipelines.azure_runner import AzureRunner, Build, Group, pull_request_build
from tests.pipelines.site import DOCS, Site, open_site

pytestmark = pytest.mark.slow

EXPORT, VALIDATE, IMPORT, DRIFT = (
    DOCS / "azure-devops" / f"job-sync-{name}.yml"
    for name in ("export", "validate", "import", "drift")
)
NIGHTLY = Build("Schedule")
BRANCH = "job-sync/export"
MERGED = Build("IndividualCI", changed=("jobs/load.json",))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("azure"), make_api) as opened:
        yield opened


@pytest.fixture(scope="module")
def runner(site: Site) -> AzureRunner:
    dev, prod = (
        Group(
            {"DATABRICKS_HOST": one.url, "DATABRICKS_CLIENT_ID": one.running.client_id},
            {"DATABRICKS_CLIENT_SECRET": one.running.client_secret},
        )
        for one in (site.dev, site.prod)
    )
    groups = {"job-sync-dev": dev, "job-sync-prod-read": prod, "job-sync-prod": prod}
    return AzureRunner(site.forge, groups, site.directory)


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


def test_its_validation_is_one_comment_that_later_ones_change(
    site: Site, runner: AzureRunner
) -> None:
    [pull] = site.forge.pulls()
    for _ in range(2):
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
    runs = runner.run(IMPORT, MERGED, approve=lambda _name: False)
    assert (runs["plan"].result, runs["import"].result) == ("success", "skipped")
    assert "load" in runs["plan"].summary
    assert site.prod.names() == []
    runs = runner.run(IMPORT, MERGED)
    assert runs["import"].result == "success", runs["import"].log
    assert site.prod.names() == ["load", "report"]
    assert runs["import"].steps["Remove"] == "skipped"
    runs = runner.run(IMPORT, MERGED)
    assert (runs["plan"].result, runs["import"].result) == ("success", "skipped")


def test_drift_fails_the_nightly_run_with_a_summary(site: Site, runner: AzureRunner) -> None:
    quiet = runner.run(DRIFT, NIGHTLY)["drift"]
    assert quiet.result == "success", quiet.log
    site.change(site.prod, "load", timeout_seconds=60)
    run = runner.run(DRIFT, NIGHTLY)["drift"]
    assert run.result == "failure"
    assert "##vso[task.logissue type=error]Jobs of PROD were changed by hand." in run.log
    assert "timeout" in run.summary
    site.change(site.prod, "load", timeout_seconds=0)


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


def test_a_fork_and_other_builds_get_nothing(site: Site, runner: AzureRunner) -> None:
    site.forge.commit({"jobs/theirs.json": b"{}"}, branch="theirs")
    pull = site.forge.open_pull("theirs")
    fork = pull_request_build(site.forge, pull, fork=True)
    assert runner.run(VALIDATE, fork)["validate"].result == "skipped"
    assert runner.run(VALIDATE, Build("Manual"))["validate"].result == "skipped"
    assert runner.run(IMPORT, Build("IndividualCI", changed=("README.md",))) == {}
    assert runner.run(VALIDATE, MERGED) == runner.run(EXPORT, MERGED) == {}


def test_an_error_fails_the_check_and_is_in_the_comment(site: Site, runner: AzureRunner) -> None:
    site.forge.commit({"jobs/load.json": b"{"}, branch="broken")
    pull = site.forge.open_pull("broken")
    run = runner.run(VALIDATE, pull_request_build(site.forge, pull))["validate"]
    assert run.result == "failure"
    assert "load.json" in pull.comments[0].body
