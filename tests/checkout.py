"""A clone on this machine, as a pipeline or a person has one."""

import os
import subprocess
from pathlib import Path

import pytest

_PLAIN_GIT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Ana",
    "GIT_AUTHOR_EMAIL": "ana@dev.example",
    "GIT_COMMITTER_NAME": "Ana",
    "GIT_COMMITTER_EMAIL": "ana@dev.example",
    "GIT_TERMINAL_PROMPT": "0",
}


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, with the configuration of nobody, and return what it printed."""
    done = subprocess.run(
        ["git", "-c", "protocol.file.allow=always", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **_PLAIN_GIT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def undecodable(folder: Path) -> Path:
    """Return a path in a folder whose name is not UTF-8; skips the test on a disk that has none."""
    path = Path(os.fsdecode(os.fsencode(folder) + b"/l\xf6ad.json"))
    try:
        path.touch()
    except OSError:
        pytest.skip("this disk takes no name that is not UTF-8")
    path.unlink()
    return path


def commit_all(folder: Path, message: str = "Export") -> str:
    """Commit everything below a folder, and return the commit."""
    git(folder, "add", "--all", ".")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def clone(remote: Path | str, folder: Path, *options: str) -> Path:
    """Clone a repository into a new folder."""
    folder.mkdir(parents=True)
    git(folder, "clone", "--quiet", *options, str(remote), ".")
    return folder


def make_repository(folder: Path) -> Path:
    """Make a repository with one commit."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "README.md").write_text("Jobs\n")
    commit_all(folder, "First")
    return folder
