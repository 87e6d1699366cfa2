"""The workflows for GitHub Actions, run step by step against two workspaces and a repository."""

from collections.abc import Iterator

import pytest

from tests.pipelines.github_api import make_api
from tests.pipelines.github_runner import (
    Environment,
    Event,
    GitHubRunner,
    pull_request_event,
)
from tests.pipelines.site import DOCS, Site, open_site

pytestmark = pytest.mark.slow

EXPORT, VALIDATE, IMPORT, DRIFT = (
    DOCS / "github" / f"job-sync-{name}.yml" for name in ("export", "validate", "import", "drift")
)
NIGHTLY = Event("schedule")
BRANCH = "job-sync/export"
MERGED = Event("push", changed=("jobs/load.json",))


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


def test_an_export_of_the_same_changes_nothing(site: Site, runner: GitHubRunner) -> None:
    before = site.forge.tip(BRANCH)
    run = runner.run(EXPORT, NIGHTLY)["export"]
    assert run.result == "success", run.log
    assert run.steps["Open the pull request"] == run.steps["Close what is out of date"] == "skipped"
    assert site.forge.tip(BRANCH) == before
    assert [len(one.comments) for one in site.forge.pulls()] == [1]


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
    assert "2" in ours.body
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
    refused = runner.run(IMPORT, MERGED, approve=lambda name: name != "job-sync-prod")
    assert (refused["plan"].result, refused["import"].result) == ("success", "skipped")
    assert "load" in refused["plan"].summary
    assert site.prod.names() == []
    runs = runner.run(IMPORT, MERGED)
    assert runs["import"].result == "success", runs["import"].log
    assert site.prod.names() == ["load", "report"]
    assert site.prod.settings_of("load")["tags"] == {"env": "prod"}
    assert "load" in runs["import"].summary
    assert runs["import"].steps["Remove"] == "skipped"


def test_with_nothing_left_to_import_nobody_is_asked(site: Site, runner: GitHubRunner) -> None:
    asked: list[str] = []
    runs = runner.run(IMPORT, MERGED, approve=lambda name: not asked.append(name))
    assert (runs["plan"].result, runs["import"].result) == ("success", "skipped")
    assert asked == ["job-sync-prod-read"]


def test_drift_is_one_issue_until_there_is_none(site: Site, runner: GitHubRunner) -> None:
    quiet = runner.run(DRIFT, NIGHTLY)["drift"]
    assert quiet.result == "success", quiet.log
    assert site.forge.issues() == []
    site.change(site.prod, "load", timeout_seconds=60)
    for _ in range(2):
        run = runner.run(DRIFT, NIGHTLY)["drift"]
        assert run.result == "success", run.log
    [issue] = site.forge.issues()
    assert (issue.label, issue.is_open) == ("job-sync-drift", True)
    assert "timeout" in issue.body
    site.change(site.prod, "load", timeout_seconds=0)
    runner.run(DRIFT, NIGHTLY)
    assert [one.is_open for one in site.forge.issues()] == [False]


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


# Tests that need nothing of each other


def test_a_job_that_cannot_be_exported_keeps_no_other_back_and_is_said(
    site: Site, runner: GitHubRunner
) -> None:
    site.create("leaky", parameters=[{"name": "token", "default": "dapi" + "0123456789abcdef" * 2}])
    site.create("fine")
    site.create("##[set-output name=code;]0")
    site.create("::set-output name=code::0")
    run = runner.run(EXPORT, NIGHTLY)["export"]
    assert run.result == "failure"
    assert [line[:38] for line in run.commands] == ["::error::Some jobs were not exported. "]
    assert "jobs/fine.json" in site.forge.files(BRANCH)
    assert "jobs/leaky.json" not in site.forge.files(BRANCH)
    assert "0123456789abcdef" not in run.log + run.summary
    site.dev.delete_job(site.dev.job_id("leaky"))


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
