"""The workflows for GitHub Actions, run step by step against two workspaces and a repository."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import definition_text, job
from tests.pipelines.forge import Caller
from tests.pipelines.github_api import make_api
from tests.pipelines.github_runner import (
    Environment,
    Event,
    GitHubRunner,
    JobRun,
    pull_request_event,
)
from tests.pipelines.site import DOCS, Site, open_site

pytestmark = pytest.mark.slow

EXPORT, VALIDATE, IMPORT, DRIFT = (
    DOCS / "github" / f"job-sync-{name}.yml" for name in ("export", "validate", "import", "drift")
)
NIGHTLY = Event("schedule")
BRANCH = "job-sync/export"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("github"), make_api) as opened:
        yield opened


@pytest.fixture(scope="module")
def runner(site: Site) -> GitHubRunner:
    dev, prod = (
        Environment(
            {"DATABRICKS_HOST": one.url, "DATABRICKS_CLIENT_ID": one.running.client_id},
            {"DATABRICKS_CLIENT_SECRET": one.running.client_secret},
        )
        for one in (site.dev, site.prod)
    )
    environments = {"job-sync-dev": dev, "job-sync-prod-read": prod, "job-sync-prod": prod}
    return GitHubRunner(site.forge, environments, site.directory)


def test_a_job_travels_from_dev_to_prod_by_pull_requests(site: Site, runner: GitHubRunner) -> None:
    """One story: each step needs what the one before it left in repository and workspaces."""
    forge = site.forge
    site.create("load")
    site.create("report")
    export = runner.run(EXPORT, NIGHTLY)["export"]
    assert export.result == "success", export.log
    [pull] = forge.pulls()
    assert (pull.source, pull.target, pull.title) == (BRANCH, "main", "Export the jobs of DEV")
    assert "load" in pull.comments[0].body
    assert forge.files(BRANCH).keys() - forge.files("main").keys() == {
        "jobs/load.json",
        "jobs/report.json",
    }
