"""The repository of a checkout on this machine. Implements `core.ports.GitFolders`."""

import logging
import re
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import NotFoundError, WorkspaceError
from core.gateways.machine.closed_tree import nearest_repository
from core.local_paths import LOCAL
from core.ports import GitFolder

if TYPE_CHECKING:
    from dulwich.config import StackedConfig

log = logging.getLogger(__name__)

_BRANCHES, _ORIGIN = b"refs/heads/", b"origin"
# With HTTP the name may be the token; with SSH it is part of the address, and no secret.
_LOGINS = (
    (re.compile(r"(?i)(https?://)(?:[^/?#]*@)?([^?#]*).*"), r"\1\2"),
    (re.compile(r"([a-z][a-z0-9+.-]*://[^/:@]*):[^/]*@(.*)"), r"\1@\2"),
    (re.compile(r"[^/\\:@]+:[^/\\]*@(.*)"), r"\1"),
)


class LocalGitFolders:
    """What Git's own folder says. Nothing in it is ever written."""

    def find(self, path: str) -> GitFolder | None:
        """Return the innermost repository; what of it cannot be read is empty."""
        plain = path.removeprefix(LOCAL)
        if not Path(plain).exists():
            raise NotFoundError(f"{plain} does not exist on this machine.")
        root = nearest_repository(plain)
        if not root:
            return None
        branch, commit, url = _describe(root)
        return GitFolder(None, LOCAL + root, branch, commit, url)

    def pull(self, folder: GitFolder) -> GitFolder:
        """Raise: whoever has a checkout has Git."""
        raise WorkspaceError(
            f"{folder.path.removeprefix(LOCAL)} is a checkout on this machine.",
            fix="Update it with Git: git pull.",
        )


def _describe(root: str) -> tuple[str, str, str]:
    """Return branch, commit and the address of the remote, each empty where it is unknown.

    They are shown and decide nothing, so a repository that dulwich cannot read is no error.
    """
    from dulwich.refs import Ref  # noqa: PLC0415 - these take long to load
    from dulwich.repo import Repo  # noqa: PLC0415

    branch, commit, url = "", "", ""
    try:
        with closing(Repo(root)) as repository:
            names, head = repository.refs.follow(Ref(b"HEAD"))
            branch = _after(_BRANCHES, names[-1])
            commit = head.decode() if head else ""
            url = _url(repository.get_config_stack(), branch)
    except Exception as error:  # a format unknown to it may raise any kind
        log.info("the repository of %s cannot be read: %s", root, error)
    return branch, commit, url


def _url(config: "StackedConfig", branch: str) -> str:
    """Return the address of the branch's remote, else of `origin`, without who logs in there."""
    for section in ((b"branch", branch.encode()), ()):
        try:
            remote = config.get(section, b"remote") if section else _ORIGIN
            return _without_login(config.get((b"remote", remote), b"url").decode(errors="replace"))
        except KeyError:
            continue
    return ""


def _without_login(address: str) -> str:
    for pattern, kept in _LOGINS:
        match = pattern.fullmatch(address)
        if match:
            return match.expand(kept)
    return address


def _after(start: bytes, name: bytes) -> str:
    return name.removeprefix(start).decode(errors="replace") if name.startswith(start) else ""
