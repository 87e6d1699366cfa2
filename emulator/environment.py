"""Starts and stops local workspaces that share one remote Git repository."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from emulator.application import create_app
from emulator.errors import EmulatorError
from emulator.git.folders import GitFolderKind
from emulator.git.remote import GitRemote, open_remote
from emulator.options import WorkspaceOptions
from emulator.population import DEFAULT_GIT_FOLDER, populate, seed
from emulator.seeds import SeedDocument
from emulator.server import WorkspaceServer
from emulator.workspace import Workspace, WorkspaceSpec

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


class RunningWorkspace:
    """A workspace with its HTTP server."""

    def __init__(self, workspace: Workspace, *, host: str, port: int) -> None:
        self._workspace = workspace
        self._host = host
        self._server = WorkspaceServer(host, port, create_app(workspace))
        self._server.start()
        self._running = True

    @property
    def name(self) -> str:
        return self._workspace.name

    @property
    def url(self) -> str:
        everywhere = self._host in ("", "0.0.0.0")  # noqa: S104 - compared, not bound
        return f"http://{'127.0.0.1' if everywhere else self._host}:{self._server.port}"

    @property
    def admin_token(self) -> str:
        return self._workspace.admin.token

    @property
    def workspace_id(self) -> int:
        return self._workspace.workspace_id

    @property
    def git_folder_path(self) -> str:
        """The first Git folder, with the `/Workspace` prefix."""
        folders = self._workspace.git_folders.all()
        return f"/Workspace{folders[0].path if folders else DEFAULT_GIT_FOLDER}"

    @property
    def client_id(self) -> str:
        return self._workspace.app.name

    @property
    def client_secret(self) -> str:
        return self._workspace.app.secret

    def seed(self, document: SeedDocument) -> None:
        """Add what a seed document lists.

        Raises:
            EmulatorError: the document is malformed.
        """
        seed(self._workspace, document)

    def stop(self) -> None:
        """Stop the server and write the state; a second call does nothing."""
        if self._running:
            self._running = False
            self._server.stop()
            self._workspace.close()


class Environment:
    """Running workspaces by name. Leaving the context stops them."""

    def __init__(self, workspaces: Mapping[str, RunningWorkspace]) -> None:
        self._workspaces = dict(workspaces)

    def __getitem__(self, name: str) -> RunningWorkspace:
        return self._workspaces[name]

    def __enter__(self) -> Environment:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def workspaces(self) -> tuple[RunningWorkspace, ...]:
        return tuple(self._workspaces.values())

    def stop(self) -> None:
        for workspace in self._workspaces.values():
            workspace.stop()


def start_environment(
    directory: Path,
    names: Sequence[str] = ("DEV", "PROD"),
    *,
    ports: Mapping[str, int] | None = None,
    seeds: Mapping[str, SeedDocument] | None = None,
    options: WorkspaceOptions | Mapping[str, WorkspaceOptions] | None = None,
    git_folder_kind: GitFolderKind = "standard",
    host: str = "127.0.0.1",
) -> Environment:
    """Start one server per workspace, each with a Git folder of the common remote.

    Args:
        directory: keeps the state; a workspace found there continues, and its seed is not
            applied again.
        ports: by workspace; workspaces without one get a free port.
        seeds: by workspace, applied when it is new.
        options: of all workspaces, or by workspace.

    Raises:
        EmulatorError: a name or seed is invalid, a port is in use, or `git` is not installed.
    """
    directory = directory.resolve()
    remote = open_remote(directory / "remote.git")
    running: dict[str, RunningWorkspace] = {}
    try:
        for name in names:
            document = (seeds or {}).get(name, {})
            chosen = options.get(name) if isinstance(options, Mapping) else options
            workspace = _open_workspace(
                _spec(directory, name, remote), chosen, document, git_folder_kind
            )
            running[name] = _serve(workspace, host, (ports or {}).get(name, 0))
    except BaseException:
        Environment(running).stop()
        raise
    return Environment(running)


def _spec(directory: Path, name: str, remote: GitRemote) -> WorkspaceSpec:
    if not _NAME.fullmatch(name):
        raise EmulatorError(f"A workspace cannot be called {name!r}; use letters and digits.")
    return WorkspaceSpec(name, directory / name, remote)


def _open_workspace(
    spec: WorkspaceSpec,
    options: WorkspaceOptions | None,
    document: Mapping[str, Any],
    git_folder_kind: GitFolderKind,
) -> Workspace:
    workspace = Workspace(spec, options or WorkspaceOptions())
    try:
        if not workspace.is_populated:
            workspace.clear()  # a kill during the first start may have left objects and files
            populate(workspace, document, git_folder_kind=git_folder_kind)
            workspace.mark_populated()
            workspace.storage.flush()
    except BaseException:
        workspace.close()
        raise
    return workspace


def _serve(workspace: Workspace, host: str, port: int) -> RunningWorkspace:
    try:
        return RunningWorkspace(workspace, host=host, port=port)
    except BaseException:
        workspace.close()
        raise
