"""The steps that the pipelines share, where the journeys do not reach."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.pipelines.forge import MAIN, Caller, Forge, serve
from tests.pipelines.github_api import BASE, make_api
from tests.pipelines.shell import check_out_product
from tests.pipelines.site import DOCS

STEPS = DOCS / "steps"
BRANCH = "job-sync/export"


def run(
    *command: str | Path, directory: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        cwd=directory,
        env={"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    opened = Forge(tmp_path)
    opened.commit({"jobs/load.json": b"{}\n"})
    return opened


@pytest.fixture
def checkout(forge: Forge, tmp_path: Path) -> Path:
    target = tmp_path / "checkout"
    clone = ["git", "clone", "--quiet", str(forge.repository), str(target)]
    subprocess.run(clone, check=True, capture_output=True)
    return target


def push(checkout: Path, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": path}
    return run(STEPS / "push-export.sh", "jobs", directory=checkout, environment=environment)


def run_product(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command whose configuration is wrong, in a folder that has a `.env` file."""
    product, definitions = tmp_path / "product", tmp_path / "definitions"
    check_out_product(product)
    definitions.mkdir()
    (definitions / ".env").write_text("NUM_THREADS=planted\n")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    settings = {"WORKSPACE_GIT_FOLDER_PATH": "/Workspace/jobs", **environment}
    script = product / "docs" / "ci" / "steps" / "job-sync.sh"
    return run(script, "info", directory=definitions, environment={"PATH": path, **settings})


@pytest.mark.slow
def test_a_command_reads_no_settings_from_the_definitions(tmp_path: Path) -> None:
    ended = run_product(tmp_path, APP_MODE="none")
    assert ended.returncode == 2
    assert "APP_MODE is “none”" in ended.stdout
    assert "planted" not in ended.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "order",
    ["##vso[task.x]y", "###vso[task.x]y", "##[set-output name=x;]y", "::error::y", ":::error:::y"],
)
def test_what_a_command_prints_is_no_order_to_the_agent(tmp_path: Path, order: str) -> None:
    ended = run_product(tmp_path, APP_MODE=order)
    assert ended.returncode == 2
    assert "APP_MODE is “" in ended.stdout
    assert "##" not in ended.stdout
    assert "::" not in ended.stdout


def test_an_export_is_one_commit_on_the_branch_that_it_started_from(
    forge: Forge, checkout: Path
) -> None:
    (checkout / "jobs" / "load.json").unlink()
    (checkout / "jobs" / "Bestände · 在庫.json").write_text("{}")
    (checkout / "elsewhere.txt").write_text("no definition")
    assert push(checkout).stdout == "pushed\n"
    assert forge.git("rev-parse", f"{BRANCH}^") == forge.tip(MAIN)
    assert list(forge.files(BRANCH)) == ["jobs/Bestände · 在庫.json"]


def test_a_folder_that_does_not_differ_is_no_commit(forge: Forge, checkout: Path) -> None:
    (checkout / "elsewhere.txt").write_text("no definition")
    assert push(checkout).stdout == "none\n"
    assert forge.tip(BRANCH) == ""


def test_the_branch_is_made_anew_when_main_has_moved(forge: Forge, checkout: Path) -> None:
    (checkout / "jobs" / "load.json").write_text("[]")
    assert push(checkout).stdout == "pushed\n"
    newest = forge.commit({"README.md": b"#\n"})
    for arguments in (["fetch", "-q"], ["reset", "-q", "--hard", f"origin/{MAIN}"]):
        subprocess.run(["git", *arguments], cwd=checkout, check=True)
    (checkout / "jobs" / "load.json").write_text("[]")
    assert push(checkout).stdout == "pushed\n"
    assert forge.git("rev-parse", f"{BRANCH}^") == newest
    subprocess.run(["git", "reset", "-q", "--hard", newest], cwd=checkout, check=True)
    (checkout / "jobs" / "load.json").write_text("[]")
    assert push(checkout).stdout == "same\n"


@pytest.mark.parametrize("is_new", [True, False], ids=["new branch", "known branch"])
def test_a_branch_that_moves_meanwhile_is_not_overwritten(
    forge: Forge, checkout: Path, tmp_path: Path, is_new: bool
) -> None:
    """Another run pushes after this one has looked: the moment before git's own push."""
    (checkout / "jobs" / "load.json").write_text("[]")
    if not is_new:
        assert push(checkout).stdout == "pushed\n"
        subprocess.run(["git", "reset", "-q", "--hard", f"origin/{MAIN}"], cwd=checkout, check=True)
        (checkout / "jobs" / "load.json").write_text("[1]")
    other = forge.commit({"jobs/other.json": b"{}"}, branch="other")
    programs = tmp_path / "programs"
    programs.mkdir()
    move = f"git -C '{forge.repository}' update-ref refs/heads/{BRANCH} {other}"
    real = os.environ["PATH"]
    (programs / "git").write_text(
        f'#!/bin/bash\nPATH="{real}"\nif [ "$1" = push ]; then {move}; fi\nexec git "$@"\n'
    )
    (programs / "git").chmod(0o755)
    ended = push(checkout, f"{programs}:{real}")
    assert ended.returncode == 1
    assert "was not pushed" in ended.stderr
    assert forge.tip(BRANCH) == other


def github(forge: Forge, *rights: str) -> dict[str, str]:
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": forge.url + BASE,
        "GITHUB_SERVER_URL": forge.url,
        "GITHUB_REPOSITORY": "acme/definitions",
        "GITHUB_RUN_ID": "1",
        "GITHUB_SHA": "0" * 40,
        "GITHUB_REF_NAME": MAIN,
        "GITHUB_EVENT_PATH": os.devnull,
        "GITHUB_TOKEN": forge.issue_token("github-actions[bot]", *rights),
        "PULL_REQUEST": "1",
    }


def review(
    forge: Forge, tmp_path: Path, environment: Mapping[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    event = tmp_path / "event.json"
    event.write_text("{}")
    return run(
        sys.executable,
        STEPS / "review.py",
        *arguments,
        directory=tmp_path,
        environment={**environment, "GITHUB_EVENT_PATH": str(event)},
    )


def test_a_token_that_may_not_comment_is_said_and_not_shown(forge: Forge, tmp_path: Path) -> None:
    with serve(forge, make_api(forge)):
        environment = github(forge, "read")
        ended = review(forge, tmp_path, environment, "comment", "summary.md")
    assert ended.returncode == 1
    assert "was refused with 403" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert environment["GITHUB_TOKEN"] not in ended.stdout + ended.stderr


def test_a_run_without_a_summary_replaces_the_comment_of_the_one_before(
    forge: Forge, tmp_path: Path
) -> None:
    forge.commit({"jobs/load.json": b"[]"}, branch="change")
    pull = forge.open_pull("change")
    marker = "<!-- job-sync: validate -->"
    bot = Caller("github-actions[bot]", frozenset())
    for number in range(3):  # more than one page of comments by others
        forge.add_comment(pull, bot, f"{number}")
    ours = forge.add_comment(pull, bot, f"{marker}\nAll is well.")
    with serve(forge, make_api(forge)):
        environment = {**github(forge, "comment"), "PULL_REQUEST": str(pull.number)}
        assert review(forge, tmp_path, environment, "comment", "missing.md").returncode == 0
    assert len(pull.comments) == 4
    assert ours.body.startswith(f"{marker}\n**The run ended before there was a summary.**")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "This is no run of GitHub Actions, GitLab or Azure Pipelines."),
        ({"GITLAB_CI": "true"}, "is not set."),
        ({"GITHUB_ACTIONS": "true", "GITHUB_API_URL": "http://127.0.0.1:9"}, "is not set."),
    ],
)
def test_what_is_missing_is_said(
    forge: Forge, tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    ended = review(forge, tmp_path, environment, "withdraw", BRANCH)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
