"""Git folders: commit and push in one workspace, pull in the other, both kinds."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from emulator import Environment, start_environment
from emulator.git.command import Git
from emulator.git.folders import GitFolderKind

from .conftest import Http

FOLDER = "/Workspace/Shared/jobs"


@pytest.fixture
def dev(environment: Environment) -> Http:
    return Http(environment["DEV"])


@pytest.fixture
def prod(environment: Environment) -> Http:
    return Http(environment["PROD"])


def write(http: Http, name: str, text: str) -> None:
    content = base64.b64encode(text.encode()).decode()
    body = {"path": f"{FOLDER}/{name}", "content": content, "format": "AUTO", "overwrite": True}
    assert http.post("/api/2.0/workspace/import", body).status_code == 200


def read(http: Http, name: str) -> str:
    query = {"path": f"{FOLDER}/{name}", "direct_download": "true"}
    return http.get("/api/2.0/workspace/export", **query).text


def commit(http: Http, message: str = "change") -> Any:
    return http.post("/_emulator/git/commit", {"path": FOLDER, "message": message})


def folder_id(http: Http) -> int:
    return int(http.get("/api/2.0/workspace/get-status", path=FOLDER).json()["object_id"])


def pull(http: Http, **reference: str) -> Any:
    body = reference or {"branch": "main"}
    return http.send("PATCH", f"/api/2.0/repos/{folder_id(http)}", json=body)


@pytest.mark.parametrize("kind", get_args(GitFolderKind))
def test_a_commit_in_one_workspace_arrives_in_the_other(
    tmp_path: Path, kind: GitFolderKind
) -> None:
    with start_environment(tmp_path, git_folder_kind=kind) as environment:
        dev, prod = Http(environment["DEV"]), Http(environment["PROD"])
        write(dev, "a job.json", "1")
        write(dev, "ü.json", "2")
        done = commit(dev).json()
        assert done["branch"] == "main" and done["files"] == ["a job.json", "ü.json"]
        assert commit(dev).json()["commit"] is None
        assert pull(prod).json() == {}
        assert read(prod, "ü.json") == "2"
        repo = prod.get(f"/api/2.0/repos/{folder_id(prod)}").json()
        assert repo["head_commit_id"] == done["commit"]
        assert repo["git_cli_enabled"] == (kind == "cli")


def test_the_control_endpoint_pulls_too(dev: Http, prod: Http) -> None:
    write(dev, "a.json", "1")
    commit(dev)
    assert prod.post("/_emulator/git/pull", {"path": FOLDER}).json()["branch"] == "main"
    assert read(prod, "a.json") == "1"


def test_a_standard_folder_is_a_repo_with_full_git_info(dev: Http) -> None:
    status = dev.get(
        "/api/2.0/workspace/get-status", path=f"{FOLDER}/README.md", return_git_info="true"
    ).json()
    assert status["git_info"]["path"] == "/Shared/jobs"
    assert status["git_info"]["branch"] == "main"
    assert len(status["git_info"]["head_commit_id"]) == 40
    [listed] = dev.get("/api/2.0/workspace/list", path="/Workspace/Shared").json()["objects"]
    assert listed["object_type"] == "REPO" and listed["object_id"] == status["git_info"]["id"]
    [repo] = dev.get("/api/2.0/repos", path_prefix="/Workspace/Shared").json()["repos"]
    assert repo["path"] == FOLDER
    assert dev.get("/api/2.0/repos").json() == {}


def test_a_folder_with_the_git_cli_is_a_directory(tmp_path: Path) -> None:
    with start_environment(tmp_path, ["DEV"], git_folder_kind="cli") as environment:
        http = Http(environment["DEV"])
        query = {"path": FOLDER, "return_git_info": "true"}
        status = http.get("/api/2.0/workspace/get-status", **query).json()
        assert status["object_type"] == "DIRECTORY"
        assert status["directory_info"] == {"is_git_folder": True}
        assert status["git_info"].keys() == {"id", "path"}
        assert http.get("/api/2.0/repos", path_prefix="/Workspace/Shared").json() == {}
        repo = http.get(f"/api/2.0/repos/{status['git_info']['id']}").json()
        assert (repo["branch"], repo["git_cli_enabled"]) == ("main", True)


@pytest.mark.parametrize("name", ["a.json", "README.md"], ids=["untracked", "modified"])
def test_a_pull_stops_at_conflicting_uncommitted_changes(dev: Http, prod: Http, name: str) -> None:
    write(dev, name, "theirs")
    commit(dev)
    write(prod, name, "mine")
    answer = pull(prod)
    assert answer.status_code == 400
    assert "uncommitted changes" in answer.json()["message"]
    assert name in answer.json()["message"]
    assert read(prod, name) == "mine"
    prod.option(git_dirty_status=409)
    assert pull(prod).status_code == 409


def test_other_uncommitted_changes_survive_a_pull_unless_any_refuses(dev: Http, prod: Http) -> None:
    write(dev, "a.json", "theirs")
    commit(dev)
    write(prod, "b.json", "mine")
    prod.option(git_dirty_refuses="any")
    assert pull(prod).status_code == 400
    prod.option(git_dirty_refuses="conflicting")
    assert pull(prod).status_code == 200
    assert (read(prod, "a.json"), read(prod, "b.json")) == ("theirs", "mine")


def test_a_push_behind_the_remote_is_refused_until_a_pull(dev: Http, prod: Http) -> None:
    write(dev, "a.json", "1")
    write(prod, "b.json", "2")
    commit(dev)
    answer = commit(prod)
    assert (answer.status_code, answer.json()["error_code"]) == (409, "GIT_CONFLICT")
    assert pull(prod).status_code == 200
    assert commit(prod).json()["files"] == ["b.json"]


def test_branches_that_diverged_by_hand_are_not_merged(
    dev: Http, prod: Http, tmp_path: Path
) -> None:
    write(dev, "a.json", "1")
    commit(dev)
    Git(tmp_path / "PROD/files/Shared/jobs").run("commit", "--allow-empty", "--message", "mine")
    answer = pull(prod)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "GIT_CONFLICT")
    assert "diverged" in answer.json()["message"]


def test_a_detached_folder_commits_nothing(dev: Http, tmp_path: Path) -> None:
    Git(tmp_path / "remote.git").run("tag", "v1", "main")
    assert pull(dev, tag="v1").status_code == 200
    assert "branch" not in dev.get(f"/api/2.0/repos/{folder_id(dev)}").json()
    write(dev, "a.json", "1")
    assert commit(dev).json()["error_code"] == "INVALID_STATE"
    assert pull(dev, tag="v2").json()["message"] == "Tag v2 was not found."
    assert pull(dev).status_code == 200


@pytest.mark.parametrize("branch", ["nope", "--upload-pack=x", "a..b", "", "\ud800", "a\0"])
def test_unknown_branches_are_refused(dev: Http, branch: str) -> None:
    assert pull(dev, branch=branch).status_code == 400


def test_pulling_may_need_a_credential_of_the_caller(dev: Http) -> None:
    dev.option(pull_needs_credential=True)
    answer = pull(dev)
    assert answer.status_code == 403
    assert "Missing Git provider credentials" in answer.json()["message"]
    dev.option(git_credentials=["admin@dev.example"])
    assert pull(dev).status_code == 200


def test_repos_are_made_and_deleted(dev: Http) -> None:
    url = dev.get(f"/api/2.0/repos/{folder_id(dev)}").json()["url"]
    body = {"url": url, "provider": "gitHub", "path": "/Repos/team/jobs"}
    made = dev.post("/api/2.0/repos", body).json()
    assert made["branch"] == "main"
    [listed] = dev.get("/api/2.0/repos").json()["repos"]
    assert listed["id"] == made["id"]
    assert dev.post("/api/2.0/repos", body).json()["error_code"] == "RESOURCE_ALREADY_EXISTS"
    assert dev.send("DELETE", f"/api/2.0/repos/{made['id']}").status_code == 200
    answer = dev.get(f"/api/2.0/repos/{made['id']}")
    assert (answer.status_code, answer.json()["message"]) == (404, "Repo could not be found")
    assert dev.post("/api/2.0/repos", {"url": "file:///etc"}).status_code == 400


@pytest.fixture
def hostile_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Environment]:
    """Git variables as a hook of another repository would set them."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    with start_environment(tmp_path / "state", ["DEV"]) as environment:
        yield environment


def test_git_variables_of_the_surroundings_do_not_matter(hostile_environment: Environment) -> None:
    http = Http(hostile_environment["DEV"])
    write(http, "a.json", "1")
    assert commit(http).json()["files"] == ["a.json"]


def test_a_new_branch_of_the_remote_can_be_checked_out(dev: Http, tmp_path: Path) -> None:
    Git(tmp_path / "remote.git").run("branch", "release", "main")
    for branch in ("release", "main", "release"):
        assert pull(dev, branch=branch).status_code == 200
        assert dev.get(f"/api/2.0/repos/{folder_id(dev)}").json()["branch"] == branch
