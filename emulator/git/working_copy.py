"""One working copy: its status, and committing, pushing and pulling."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from emulator.errors import ApiError, invalid_parameter
from emulator.git.command import Git, GitError

_CONFLICT_SIGNS = ("would be overwritten", "commit your changes or stash them")


@dataclass(frozen=True, slots=True)
class Head:
    """What is checked out; `branch` is empty for a detached HEAD."""

    branch: str
    commit: str


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit held; `commit` is None when there was nothing to commit."""

    commit: str | None
    branch: str
    files: tuple[str, ...]


class PushRefusedError(Exception):
    """The remote branch holds commits that the working copy lacks."""


class UncommittedChangesError(Exception):
    """A pull stopped because it would overwrite uncommitted changes."""


class WorkingCopy:
    """A clone on disk. The caller holds the lock of the tree while it changes."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._git = Git(directory)

    @staticmethod
    def clone(remote: Path, directory: Path, branch: str) -> WorkingCopy:
        """Clone a branch.

        Symbolic links become plain files, since they could lead out of the tree. The remote
        has a relative path, so that the directory of the state can be moved.
        """
        settings = ("--config", "core.symlinks=false")
        Git(directory.parent).run(
            "clone", "--quiet", *settings, f"--branch={branch}", str(remote), directory.name
        )
        url = os.path.relpath(remote, directory)
        Git(directory).run("remote", "set-url", "origin", url)
        return WorkingCopy(directory)

    def head(self) -> Head:
        lines = self._git.run("rev-parse", "HEAD", "--abbrev-ref", "HEAD").split()
        return Head(branch="" if lines[1] == "HEAD" else lines[1], commit=lines[0])

    def status(self) -> str:
        """Return the changed files, one a line, as `git status --short` shows them."""
        return self._git.run("status", "--short", "--untracked-files=all")

    def diff(self) -> str:
        """Return the difference to the last commit, new files included; writes nothing."""
        with tempfile.TemporaryDirectory() as scratch:
            index = Path(scratch) / "index"
            shutil.copyfile(self._directory / ".git" / "index", index)
            self._git.run("add", "--intent-to-add", "--all", index=index)
            return self._git.run("diff", "HEAD", "--no-color", "--no-ext-diff", index=index)

    def commit_and_push(self, message: str) -> Committed:
        """Commit everything and push the branch: both or neither.

        Raises:
            PushRefusedError: the remote branch has moved on; the changes stay uncommitted.
            GitError: HEAD is detached, or the message is not text.
        """
        branch = _attached(self.head())
        self._git.run("add", "--all")
        staged = self._git.run("diff", "--cached", "--name-only", "-z").split("\0")
        files = tuple(name for name in staged if name)
        if files:
            self._git.run("commit", "--quiet", "--message", message)
            self._push(branch)
        return Committed(self.head().commit if files else None, branch, files)

    def switch(self, branch: str, *, refuse_any_change: bool) -> None:
        """Check out a branch and fast-forward it to the remote.

        Raises:
            ApiError: the remote has no such branch, or the branches have diverged.
            UncommittedChangesError: uncommitted changes are in the way.
        """
        self._git.run("fetch", "--quiet", "--prune", "--tags", "origin")
        self._require(f"refs/remotes/origin/{branch}", f"Branch {branch} was not found.")
        self._refuse_changes(refuse_any_change)
        try:
            if self.head().branch != branch:
                self._check_out(branch)
            self._git.run("merge", "--quiet", "--ff-only", f"refs/remotes/origin/{branch}")
        except GitError as error:
            raise _explained(error, branch) from error

    def check_out_tag(self, tag: str, *, refuse_any_change: bool) -> None:
        """Check out a tag with a detached HEAD; errors are those of `switch`."""
        self._git.run("fetch", "--quiet", "--tags", "origin")
        self._require(f"refs/tags/{tag}", f"Tag {tag} was not found.")
        self._refuse_changes(refuse_any_change)
        try:
            self._git.run("checkout", "--quiet", "--detach", f"refs/tags/{tag}")
        except GitError as error:
            raise _explained(error, tag) from error

    def _push(self, branch: str) -> None:
        """Push the commit just made, or undo it so that a pull can come first."""
        try:
            self._git.run("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        except GitError as error:
            self._git.run("reset", "--quiet", "HEAD~1")
            raise PushRefusedError(str(error)) from error

    def _check_out(self, branch: str) -> None:
        try:
            self._git.run("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
        except GitError:
            self._git.run("checkout", "--quiet", "-b", branch, f"refs/remotes/origin/{branch}")
        else:
            self._git.run("checkout", "--quiet", branch)

    def _require(self, reference: str, message: str) -> None:
        if "/-" in reference:  # would be read as an option where git takes a bare name
            raise invalid_parameter(message)
        try:
            self._git.run("check-ref-format", reference)
            self._git.run("rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")
        except GitError as error:
            raise invalid_parameter(message) from error

    def _refuse_changes(self, refuse_any_change: bool) -> None:
        if refuse_any_change and (changes := self.status()):
            raise UncommittedChangesError(changes.strip())


def _attached(head: Head) -> str:
    if not head.branch:
        raise GitError("The folder is not on a branch; check out a branch first.")
    return head.branch


def _explained(error: GitError, reference: str) -> Exception:
    """Distinguish uncommitted changes in the way from branches that have diverged."""
    text = str(error)
    if any(sign in text for sign in _CONFLICT_SIGNS):
        files = [line.strip() for line in text.splitlines() if line.startswith("\t")]
        return UncommittedChangesError(", ".join(files))
    return ApiError(
        400, "GIT_CONFLICT", f"Cannot bring the folder to {reference}: the branches diverged."
    )
