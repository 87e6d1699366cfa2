"""What a checkout says about itself, in every state that Git leaves one in."""

from pathlib import Path

import pytest

from core.errors import NotFoundError, WorkspaceError
from core.gateways.machine.local_git import LocalGitFolders
from core.information import git_place
from core.ports import GitFolder
from tests.checkout import clone, commit_all, git, make_repository


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "repository")


def find(folder: Path) -> GitFolder:
    found = LocalGitFolders().find(f"file:{folder}")
    assert found
    return found


def head(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD")


def test_a_clone_has_a_branch_a_commit_and_a_remote(repository, tmp_path) -> None:
    cloned = clone(repository, tmp_path / "clone")
    (cloned / "jobs/eu").mkdir(parents=True)
    expected = GitFolder(None, f"file:{cloned}", "main", head(cloned), str(repository))
    assert find(cloned) == find(cloned / "jobs/eu") == expected


def test_the_remote_of_the_branch_counts_before_origin(repository, tmp_path) -> None:
    cloned = clone(repository, tmp_path / "clone")
    git(cloned, "remote", "add", "upstream", "https://git.example/team/jobs.git")
    git(cloned, "config", "branch.main.remote", "upstream")
    assert find(cloned).url == "https://git.example/team/jobs.git"


def test_a_detached_head_has_a_commit_and_no_branch(repository, tmp_path) -> None:
    cloned = clone(repository, tmp_path / "clone")
    git(cloned, "checkout", "--quiet", "--detach")
    found = find(cloned)
    assert (found.branch, found.commit) == ("", head(cloned))


def test_a_branch_with_slashes_and_letters_of_any_script(repository) -> None:
    git(repository, "checkout", "--quiet", "-b", "feature/größe-在庫")
    assert find(repository).branch == "feature/größe-在庫"


def test_packed_references_and_a_shallow_clone(repository, tmp_path) -> None:
    git(repository, "pack-refs", "--all")
    assert find(repository).commit == head(repository)
    cloned = clone(f"file://{repository}", tmp_path / "shallow", "--depth", "1")
    assert find(cloned).commit == head(cloned)


def test_a_repository_without_a_commit(tmp_path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    found = find(tmp_path)
    assert (found.branch, found.commit, found.url) == ("main", "", "")


def test_a_worktree_has_its_own_branch_and_the_remote_of_all(repository, tmp_path) -> None:
    git(repository, "remote", "add", "origin", "https://git.example/jobs.git")
    git(repository, "worktree", "add", "--quiet", "-b", "fix", str(tmp_path / "fix"))
    (tmp_path / "fix/a.json").write_text("{}")
    commit_all(tmp_path / "fix")
    found = find(tmp_path / "fix")
    assert (found.path, found.branch) == (f"file:{tmp_path}/fix", "fix")
    assert found.commit == head(tmp_path / "fix") != head(repository)
    assert found.url == "https://git.example/jobs.git"


def test_a_submodule_is_a_repository_of_its_own(repository, tmp_path) -> None:
    other = make_repository(tmp_path / "other")
    git(repository, "submodule", "add", "--quiet", str(other), "shared")
    found = find(repository / "shared")
    assert (found.path, found.url) == (f"file:{repository}/shared", str(other))
    assert found.commit == head(other)


def test_no_repository_at_all(tmp_path) -> None:
    assert LocalGitFolders().find(f"file:{tmp_path}") is None


def test_a_folder_that_is_missing_is_not_found(tmp_path) -> None:
    with pytest.raises(NotFoundError, match="does not exist on this machine"):
        LocalGitFolders().find(f"file:{tmp_path}/nowhere")


@pytest.mark.parametrize("what", ["HEAD", "config", "everything"])
def test_a_repository_that_cannot_be_read_is_one_all_the_same(repository, what) -> None:
    for path in (repository / ".git").iterdir():
        if path.is_file() and what in (path.name, "everything"):
            path.write_bytes(b"\xff[broken\0")
    found = find(repository)
    assert found.path == f"file:{repository}"


def test_a_git_file_that_leads_nowhere(tmp_path) -> None:
    (tmp_path / ".git").write_text("gitdir: /nowhere/at/all\n")
    assert find(tmp_path) == GitFolder(None, f"file:{tmp_path}", "", "", "")


def test_a_password_in_the_address_is_never_shown(repository) -> None:
    token = "ghp_" + "a1B2" * 9
    git(repository, "remote", "add", "origin", f"https://x-access-token:{token}@git.example/a.git")
    shown = git_place(find(repository)).as_json()
    assert token not in str(shown)
    assert shown["branch"] == "main"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://0a1b2c3d@git.example/a.git", "https://git.example/a.git"),
        ("https://ana:pass@git.example:8443/a.git", "https://git.example:8443/a.git"),
        ("http://p@ss@git.example/a@b.git", "http://git.example/a@b.git"),
        ("HTTPS://token@git.example", "HTTPS://git.example"),
        ("https://git.example/a.git?private=abc#x", "https://git.example/a.git"),
        ("ssh://git@git.example/a.git", "ssh://git@git.example/a.git"),
        ("ssh://ana:pass@git.example/a.git", "ssh://ana@git.example/a.git"),
        ("ana:pass@git.example:a.git", "git.example:a.git"),
        ("git@git.example:team/a.git", "git@git.example:team/a.git"),
        ("/srv/git/a@b.git", "/srv/git/a@b.git"),
        ("C:\\git\\a.git", "C:\\git\\a.git"),
        ("../a.git", "../a.git"),
    ],
)
def test_who_logs_in_to_the_remote_is_left_out(repository, address, shown) -> None:
    """The name alone may be the token: https://TOKEN@host is a usual way to clone."""
    git(repository, "remote", "add", "origin", address)
    assert find(repository).url == shown


def test_nothing_is_pulled(repository) -> None:
    with pytest.raises(WorkspaceError, match="git pull"):
        LocalGitFolders().pull(find(repository))


def test_looking_changes_nothing(repository) -> None:
    def state() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in (repository / ".git").rglob("*")}

    before = state()
    find(repository)
    assert state() == before
