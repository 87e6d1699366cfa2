"""The workflows for GitHub Actions, run step by step against two workspaces and a repository."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import definition_text, job
from tests.pipelines.forge import Caller
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

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, GitHubRunner]]:
    with open_github(tmp_path_factory.mktemp("github")) as site_and_runner:
        yield site_and_runner


# One story: each test needs what those before it left in the repository and the workspaces.


def test_the_export_opens_a_pull_request(site: Site, runner: GitHubRunner) -> None:
    forge = site.forge
    site.create("load")
    site.create("report")
    run = runner.run(EXPORT, NIGHTLY)["export"]
    assert run.result == "success", run.log
    [pull] = forge.pulls()
    assert (pull.source, pull.target, pull.title) == (BRANCH, "main", "Export the jobs of DEV")
    added = forge.files(BRANCH).keys() - forge.files("main").keys()
    assert added == {"jobs/load.json", "jobs/report.json"}
    [comment] = pull.comments
    assert "load" in comment.body
    assert f"Commit {forge.tip('main')[:12]} · [log]" in comment.body
    assert "load" in run.summary
    [started] = forge.started
    assert started["workflow"] == VALIDATE.name
    assert (started["ref"], started["inputs"]) == (BRANCH, {"pull_request": str(pull.number)})
    assert site.dev.running.client_secret not in run.log


def test_its_validation_is_one_comment_that_later_ones_change(
    site: Site, runner: GitHubRunner
) -> None:
    [pull] = site.forge.pulls()
    person = Caller("ben", frozenset(), is_bot=False)
    quoted = site.forge.add_comment(pull, person, "<!-- job-sync: validate -->\nquoted")
    started = Event(
        "workflow_dispatch", ref=f"refs/heads/{BRANCH}", inputs={"pull_request": pull.number}
    )
    run = runner.run(VALIDATE, started)["validate"]
    assert run.result == "success", run.log
    *_, ours = pull.comments
    assert len(pull.comments) == 3
    assert "## Job Sync: validation in PROD" in ours.body
    assert "An import would change 2 jobs." in ours.body
    assert f"Commit {site.forge.tip(BRANCH)[:12]}" in ours.body
    assert run.artifacts["job-sync-rows"].count("\n") == 3
    again = runner.run(VALIDATE, pull_request_event(site.forge, pull))["validate"]
    assert again.result == "success", again.log
    assert len(pull.comments) == 3
    assert quoted.body.endswith("quoted")
    assert site.prod.names() == []


def test_what_was_merged_is_imported_once_it_is_approved(site: Site, runner: GitHubRunner) -> None:
    [pull] = site.forge.pulls()
    site.forge.merge(pull)
    asked: list[str] = []

    def approve(name: str) -> bool:
        asked.append(name)
        assert site.prod.names() == []
        return True

    runs = runner.run(IMPORT, MERGED, approve=approve)
    assert asked == ["job-sync-prod-read", "job-sync-prod"]
    assert "load" in runs["plan"].summary
    assert runs["import"].result == "success", runs["import"].log
    assert site.prod.names() == ["load", "report"]
    assert site.prod.settings_of("load")["tags"] == {"env": "prod"}
    assert "load" in runs["import"].summary
    assert runs["import"].steps["Remove"] == "skipped"


def test_drift_is_one_issue_until_there_is_none(site: Site, runner: GitHubRunner) -> None:
    site.change(site.prod, "load", timeout_seconds=60)
    run = runner.run(DRIFT, NIGHTLY)["drift"]
    assert run.result == "success", run.log
    [issue] = site.forge.issues()
    assert (issue.label, issue.is_open) == ("job-sync-drift", True)
    assert "timeout" in issue.body
    site.change(site.prod, "load", timeout_seconds=0)
    runner.run(DRIFT, NIGHTLY)
    assert [one.is_open for one in site.forge.issues()] == [False]


def test_a_fork_gets_nothing(site: Site, runner: GitHubRunner) -> None:
    site.forge.commit({"jobs/theirs.json": definition_text(job("theirs"))}, branch="theirs")
    pull = site.forge.open_pull("theirs", author="mallory")
    event = pull_request_event(site.forge, pull, fork="mallory/definitions")
    assert runner.run(VALIDATE, event)["validate"].result == "skipped"
    assert pull.comments == []


def test_a_pull_request_of_something_else_starts_nothing(site: Site, runner: GitHubRunner) -> None:
    site.forge.commit({"README.md": b"# Other\n"}, branch="words")
    pull = site.forge.open_pull("words")
    assert runner.run(VALIDATE, pull_request_event(site.forge, pull)) == {}
    assert runner.run(IMPORT, Event("push", changed=("README.md",))) == {}
    assert runner.run(IMPORT, Event("push", ref="refs/heads/words", changed=MERGED.changed)) == {}


def test_files_of_a_pull_request_decide_nothing_but_definitions(
    site: Site, runner: GitHubRunner, tmp_path: Path
) -> None:
    """What lies beside definitions is a stranger's: settings, programs, links, names."""
    stolen = tmp_path / "stolen"
    hostile = {
        ".env": b"STATE_FOLDER_PATH=/Workspace/elsewhere\nHTTP_PROXY=http://127.0.0.1:9\n",
        "sitecustomize.py": f"open({str(stolen)!r}, 'w')\n".encode(),
        "json5.py": f"open({str(stolen)!r}, 'w')\n".encode(),
        "jobs/.env": b"STATE_FOLDER_PATH=/Workspace/elsewhere\n",
        "jobs/$(touch stolen).json": definition_text(job("@ana `id` $(id) <b>|</b>")),
    }
    site.forge.commit(hostile, branch="hostile")
    pull = site.forge.open_pull("hostile")
    run = runner.run(VALIDATE, pull_request_event(site.forge, pull))["validate"]
    assert run.result == "success", run.log
    assert not stolen.exists()
    [comment] = pull.comments
    assert "@ana" not in comment.body  # which would notify her
