"""Builds the ports of one workspace, and says which process this is."""

import os
import secrets
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.gateways.databricks.files import RestWorkspaceFiles
from core.gateways.databricks.git import RestGitFolders
from core.gateways.databricks.jobs import RestJobs
from core.gateways.databricks.pacing import OnWait
from core.gateways.databricks.principals import RestPrincipals
from core.gateways.databricks.resources import RestResources
from core.gateways.databricks.rest import RestClient
from core.gateways.databricks.runs import RestRuns
from core.gateways.machine.disk_cache import open_cache
from core.gateways.machine.local_files import LocalFiles
from core.gateways.machine.local_git import LocalGitFolders
from core.gateways.machine.processes import machine, process_start
from core.gateways.routing import RoutedFiles, RoutedGitFolders
from core.ports import Ports
from core.state.lock import Clock, Owner


@dataclass(frozen=True, slots=True)
class Connection:
    """The ports of one workspace, and the client below them, which counts the calls."""

    rest: RestClient
    ports: Ports


def connect(
    *,
    retry_s: int,
    on_wait: OnWait = lambda _wait: None,
    cache_folder: Path | None = None,
    threads: int = 16,
    folder: str = "",
    mapping_path: str = "",
    **auth: Any,
) -> Connection:
    """Connect to the workspace that the SDK's configuration names.

    Args:
        threads: how many calls may be under way at the same time.
        cache_folder: where file contents are kept between operations; None keeps nothing.
        folder: the definitions' folder; read from this machine where it begins with `file:`.
        mapping_path: the mapping file, in the same way.
        retry_s: how long one call may be repeated when the workspace does not answer.
        auth: `timeout_s`, `should_stop` and `meter` of RestClient, and arguments of the SDK's
            Config, in place of its environment variables.

    Raises:
        WorkspaceError: no login could be set up.
    """
    rest = RestClient(retry_s=retry_s, on_wait=on_wait, max_in_flight=threads, **auth)
    return Connection(
        rest,
        Ports(
            jobs=RestJobs(rest),
            files=RoutedFiles(RestWorkspaceFiles(rest), LocalFiles(folder, mapping_path)),
            git=RoutedGitFolders(RestGitFolders(rest), LocalGitFolders()),
            resources=RestResources(rest),
            principals=RestPrincipals(rest),
            runs=RestRuns(rest),
            calls=rest,
            cache=open_cache(cache_folder, rest.host) if cache_folder else None,
        ),
    )


def system_clock() -> Clock:
    """Return the clock of this machine."""
    return Clock(now=time.time, monotonic=time.monotonic, is_dead=_is_dead)


def this_process(principal: str, operation: str) -> Owner:
    """Return this process as the owner of a lock."""
    now = time.time()
    return Owner(
        token=secrets.token_hex(16),
        host=socket.gethostname(),
        pid=os.getpid(),
        principal=principal,
        operation=operation,
        since=now,
        renewed=now,
        machine=machine(),
        born=process_start(os.getpid()) or "",
    )


def _is_dead(owner: Owner) -> bool:
    """Whether the owner ran on this machine and its process is gone; hosts may share a name."""
    if owner.machine != machine():
        return False
    return process_start(owner.pid) != owner.born
