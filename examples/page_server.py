"""Serves the page beside a local workspace: gunicorn in a process of its own, as in production.

`make demo` and the end-to-end tests use it.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from emulator import RunningWorkspace
from emulator.samples import MAPPING_FILE_PATH

_HOST = "127.0.0.1"
_PROJECT = Path(__file__).resolve().parent.parent
_KEPT = ("PATH", "HOME", "TMPDIR", "LANG")  # of the environment
_START_S = 60.0
_STOP_S = 9.0  # gunicorn.conf.py gives operations eight seconds to stop between two writes
_LOG_LINES = 15


class PageError(Exception):
    """A page could not be started, or stopped unexpectedly."""


class PortError(PageError):
    """Another program is using the port."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be started.

    `folder` keeps its log and what it caches. Port 0 means any free one. `variables` are added
    to those of `environment_of`.
    """

    workspace: RunningWorkspace
    folder: Path
    port: int = 0
    variables: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class RunningPage:
    """A running page, and its gunicorn."""

    name: str
    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def require_alive(self) -> None:
        """Make sure that the process has not ended.

        Raises:
            PageError: it has; the message holds the end of its log.
        """
        if self.process.poll() is not None:
            raise self.failure("stopped unexpectedly")

    def failure(self, what: str) -> PageError:
        """Return an error that shows the end of the page's log."""
        lines = self.log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        return PageError("\n".join((f"The {self.name} page {what}. Its log ends with:", *lines)))

    def is_healthy(self) -> bool:
        """Whether it answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:  # noqa: S310 - always loopback
                return bool(answer.status == 200)
        except (OSError, HTTPException):
            return False


@contextmanager
def start_page(
    workspace: RunningWorkspace, folder: Path, *, port: int = 0, **variables: str
) -> Iterator[RunningPage]:
    """Serve one page while the context lasts; see `start_pages`."""
    with start_pages([Page(workspace, folder, port, variables)]) as [page]:
        yield page


@contextmanager
def start_pages(pages: Sequence[Page]) -> Iterator[tuple[RunningPage, ...]]:
    """Serve pages until the context ends; it begins when all of them answer, and ends within 10 s.

    Raises:
        PortError: a port is in use.
        PageError: a page ended instead of answering.
    """
    running: list[RunningPage] = []
    try:
        for page in pages:
            running.append(_launch(page))
        deadline = time.monotonic() + _START_S
        for started in running:
            _wait_until_healthy(started, deadline)
        yield tuple(running)
    finally:
        _stop([page.process for page in running])


def environment_of(workspace: RunningWorkspace) -> dict[str, str]:
    """Return the configuration of the page beside a workspace: DEV exports, the others import."""
    is_dev = workspace.name == "DEV"
    return {
        "DATABRICKS_HOST": workspace.url,
        "DATABRICKS_CLIENT_ID": workspace.client_id,
        "DATABRICKS_CLIENT_SECRET": workspace.client_secret,
        "WORKSPACE_GIT_FOLDER_PATH": workspace.git_folder_path,
        "RESOURCE_NAME_MAPPINGS_FILE_PATH": "" if is_dev else MAPPING_FILE_PATH,
        "APP_MODE": "Export" if is_dev else "Import",
        "WORKSPACE_NAME": workspace.name,
        "ENVIRONMENT_COLOR": "blue" if is_dev else "red",
        "AUTH": "none",
        "NUM_THREADS": "4",
        "WEB_CONCURRENCY": "1",
    }


def free_port(port: int) -> int:
    """Return the port, or a free one for 0. Another program may take it before it is used.

    Raises:
        PortError: the port is in use.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            raise PortError(f"Port {port} cannot be used: {error.strerror}.") from error
        free: int = probe.getsockname()[1]
    return free


def _launch(page: Page) -> RunningPage:
    port = free_port(page.port)
    page.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = page.folder / "page.log"
    # A .env file beside the app is meant for real workspaces.
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"PYTHON_DOTENV_DISABLED": "1", "CACHE_FOLDER": str(page.folder / "cache")}
    environment |= {**environment_of(page.workspace), **(page.variables or {})}
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--bind", f"{_HOST}:{port}", "app:create_server()"],
            cwd=_PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl+C reaches us alone, and gunicorn is stopped in order
        )
    return RunningPage(page.workspace.name, f"http://localhost:{port}", log, process)


def _wait_until_healthy(page: RunningPage, deadline: float) -> None:
    while not page.is_healthy():
        page.require_alive()
        if time.monotonic() > deadline:
            raise page.failure(f"did not answer within {_START_S:.0f} s")
        time.sleep(0.1)


def _stop(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Ask all to stop at the same time, and kill what is left after `_STOP_S`."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + _STOP_S
    try:
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # its workers and operations as well
            process.wait()
