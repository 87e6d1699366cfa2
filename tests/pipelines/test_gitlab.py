"""The pipeline for GitLab, run job by job against two workspaces and a repository."""

from collections.abc import Iterator

import pytest

from tests.pipelines.gitlab_api import make_api
from tests.pipelines.gitlab_runner import GitLabRunner, Pipeline, merge_request_pipeline
from tests.pipelines.site import DOCS, Site, open_site

pytestmark = pytest.mark.slow

FILE = DOCS / "gitlab" / "job-sync.gitlab-ci.yml"
NIGHTLY_EXPORT, NIGHTLY_DRIFT = (
    Pipeline("schedule", variables={"JOB_SYNC": name}) for name in ("export", "drift")
)
BRANCH = "job-sync/export"
MERGED = Pipeline("push", changed=("jobs/load.json",))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("gitlab"), make_api) as opened:
        yield opened


@pytest.fixture(scope="module")
def runner(site: Site) -> GitLabRunner:
    def variables(name: str, *rights: str) -> dict[str, str]:
        workspace = site.dev if name == "DEV" else site.prod
        return {
            "DATABRICKS_HOST": workspace.url,
            "DATABRICKS_CLIENT_ID": workspace.running.client_id,
            "DATABRICKS_CLIENT_SECRET": workspace.running.client_secret,
            **({"GITLAB_API_TOKEN": site.forge.issue_token("bot", *rights)} if rights else {}),
        }

    environments = {
        "job-sync-dev": variables("DEV", "read", "push", "pull", "comment"),
        "job-sync-prod-read": variables("PROD", "comment", "issue"),
        "job-sync-prod": variables("PROD"),
    }
    return GitLabRunner(site.forge, environments, site.directory)


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


def test_its_validation_is_one_comment_that_later_ones_change(
    site: Site, runner: GitLabRunner
) -> None:
    [pull] = site.forge.pulls()
    for _ in range(2):
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
    runs = runner.run(FILE, MERGED)
    assert {name: run.result for name, run in runs.items()} == {
        "job-sync-plan": "success",
        "job-sync-import": "manual",
        "job-sync-remove": "manual",
    }
    assert "load" in runs["job-sync-plan"].log
    assert site.prod.names() == []
    runs = runner.run(FILE, MERGED, start=lambda name: name == "job-sync-import")
    assert runs["job-sync-import"].result == "success", runs["job-sync-import"].log
    assert site.prod.names() == ["load", "report"]


def test_drift_is_one_issue_until_there_is_none(site: Site, runner: GitLabRunner) -> None:
    site.change(site.prod, "load", timeout_seconds=60)
    for _ in range(2):
        run = runner.run(FILE, NIGHTLY_DRIFT)["job-sync-drift"]
        assert run.result == "success", run.log
    [issue] = site.forge.issues()
    assert issue.is_open
    assert "timeout" in issue.body
    site.change(site.prod, "load", timeout_seconds=0)
    runner.run(FILE, NIGHTLY_DRIFT)
    assert [one.is_open for one in site.forge.issues()] == [False]


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


def test_forks_and_other_changes_start_nothing(site: Site, runner: GitLabRunner) -> None:
    site.forge.commit({"jobs/theirs.json": b"{}"}, branch="theirs")
    pull = site.forge.open_pull("theirs")
    assert runner.run(FILE, merge_request_pipeline(site.forge, pull, fork=True)) == {}
    assert runner.run(FILE, Pipeline("push", changed=("README.md",))) == {}
    assert runner.run(FILE, Pipeline("push", ref="theirs", changed=MERGED.changed)) == {}
    assert runner.run(FILE, Pipeline("schedule")) == {}


def test_an_error_fails_the_check_and_is_in_the_comment(site: Site, runner: GitLabRunner) -> None:
    site.forge.commit({"jobs/load.json": b"{"}, branch="broken")
    pull = site.forge.open_pull("broken")
    run = runner.run(FILE, merge_request_pipeline(site.forge, pull))["job-sync-validate"]
    assert run.result == "failure"
    assert "load.json" in pull.comments[0].body
    assert "job-sync-rows.csv" in run.artifacts
