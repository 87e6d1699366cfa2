"""Starts the services of compose.yaml as processes of this machine, by their own commands.

There is no container engine here, so each service gets free ports in place of its own, a folder in
place of its volumes, and its name means this machine. What runs is what the file says.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import yaml

from emulator import RunningWorkspace
from examples.page_server import environment_of, free_port

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = ROOT / "compose.yaml"
START_S = 120.0
DEPLOYMENT = ("redis", "page-1", "page-2", "worker-1", "worker-2", "proxy")
PAGES = ("page-1", "page-2")
WORKERS = ("worker-1", "worker-2")
_KEPT = ("PATH", "HOME", "TMPDIR", "LANG")
_DEFAULTED = re.compile(r"\$\{(\w+):-([^}]*)\}")
_LOG_LINES = 25


class Replicas:
    """Services of compose.yaml. Each can be stopped, killed and started again at its address.

    Args:
        folder: for logs, and for what containers would keep inside of them.
        variables: added to the environment of every page and worker.
    """

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self._folder = folder
        self._variables = dict(variables)
        self._file: dict[str, Any] = yaml.safe_load(_DEFAULTED.sub(r"\2", COMPOSE.read_text()))
        self._ports = {
            (name, port): free_port(0)
            for name, service in self._file["services"].items()
            for port in _ports_of(service)
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._said: dict[str, int] = {}  # how long each log was when the service was started last

    # Where

    def port(self, service: str) -> int:
        """Return the port of this machine at which a service listens first."""
        return next(port for (name, _), port in self._ports.items() if name == service)

    def url(self, service: str = "proxy") -> str:
        return f"http://localhost:{self.port(service)}"

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.port('redis')}/0"

    def log(self, service: str) -> str:
        path = self._folder / service / "service.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # Life

    def start(self, *services: str) -> None:
        """Start services; return when those that serve something answer."""
        for service in services:
            self.launch(service)
        for service in services:
            self.wait_for(service)

    def launch(self, service: str) -> None:
        """Start a service that may have to wait for another one."""
        assert service not in self.running, service
        self._said[service] = len(self.log(service))
        self.running[service] = self._launch(service)

    def wait_for(self, service: str) -> None:
        """Wait until a service answers; a worker, until it has said that it is ready."""
        deadline = time.monotonic() + START_S
        while not self._answers(service):
            said = self.log(service).splitlines()[-_LOG_LINES:]
            assert self.running[service].poll() is None, "\n".join([f"{service} ended", *said])
            assert time.monotonic() < deadline, "\n".join([f"{service} does not answer", *said])
            time.sleep(0.1)

    def wait_until_ready(self) -> None:
        """Wait until a page says that an operation could be started."""
        page = next(name for name in PAGES if name in self.running)
        deadline = time.monotonic() + START_S
        while not _is_ok(f"{self.url(page)}/readyz"):
            assert time.monotonic() < deadline, "no worker is seen"
            time.sleep(0.1)

    def stop(self, service: str, timeout_s: float = START_S) -> float:
        """Stop a service as a container engine does; return the seconds it took."""
        process, began = self.running.pop(service), time.monotonic()
        process.terminate()
        process.wait(timeout_s)
        self._kill_group(process)
        return time.monotonic() - began

    def kill(self, service: str) -> None:
        """Kill all processes of a service, as a machine that is gone."""
        process = self.running.pop(service)
        self._kill_group(process)
        process.wait()

    def pause(self, service: str) -> None:
        """Let a service do nothing, as one that nobody reaches."""
        os.killpg(self.running[service].pid, signal.SIGSTOP)

    def resume(self, service: str) -> None:
        os.killpg(self.running[service].pid, signal.SIGCONT)

    def close(self) -> None:
        """End everything, at once."""
        for process in self.running.values():
            self._kill_group(process)
        for process in self.running.values():
            process.wait()
        self.running.clear()

    # Inside

    def _launch(self, service: str) -> "subprocess.Popen[bytes]":
        place = self._folder / service
        place.mkdir(parents=True, exist_ok=True)
        with (place / "service.log").open("ab") as log:
            return subprocess.Popen(
                self._command(service),
                cwd=ROOT,
                env=self._environment(service),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _command(self, name: str) -> list[str]:
        service = self._file["services"][name]
        entrypoint = service.get("entrypoint") or ([] if "image" in service else None)
        words = [*(entrypoint or []), *service.get("command", [])]
        if not words or (name.startswith("page") and not entrypoint):
            words = _entrypoint_of_the_image()
        words = [self._here(word, name) for word in words]
        return self._program(name, words)

    def _program(self, name: str, words: Sequence[str]) -> list[str]:
        program, *arguments = words
        if program == "python":
            return [sys.executable, *arguments]
        if program in ("gunicorn", "celery"):
            return [sys.executable, "-m", program, *arguments]
        if found := os.environ.get(program.upper()) or shutil.which(program):
            return [found, *arguments]
        assert program == "caddy", f"There is no {program} here."
        pages = [f"127.0.0.1:{self.port(page)}" for page in PAGES]
        return [sys.executable, "-m", "tests.replica_proxy", f"{self.port(name)}", *pages]

    def _environment(self, name: str) -> dict[str, str]:
        kept = {each: os.environ[each] for each in _KEPT if each in os.environ}
        given = self._file["services"][name].get("environment", {})
        here = {key: self._here(str(value), name) for key, value in given.items()}
        kept |= {"PYTHON_DOTENV_DISABLED": "1", "CACHE_FOLDER": str(self._folder / name / "cache")}
        return {**kept, **here, **(self._variables if given else {})}

    def _here(self, text: str, service: str) -> str:
        """Return a text with what it names in place of what it would name in a container."""
        for (name, port), ours in self._ports.items():
            text = re.sub(rf"\b{re.escape(name)}:{port}\b", f"127.0.0.1:{ours}", text)
            if name == service:
                text = re.sub(rf"(?<![\d.]){port}(?!\d)", f"{ours}", text)
        for used in self._file["services"][service].get("configs", []):
            if used["target"] in text:
                content = self._here(self._file["configs"][used["source"]]["content"], service)
                path = self._folder / service / used["source"]
                path.write_text(content)
                text = text.replace(used["target"], str(path))
        for volume in self._file["services"][service].get("volumes", []):
            kept, _, target = volume.partition(":")
            if text == target:
                text = str(self._folder / service / kept)
        return text.replace("0.0.0.0", "127.0.0.1")

    def _answers(self, service: str) -> bool:
        if service.startswith("worker"):
            return " ready." in self.log(service)[self._said[service] :]
        if service == "redis":
            return _redis_answers(self.redis_url)
        path = "/" if service == "workspaces" else "/healthz"
        return _is_ok(f"http://127.0.0.1:{self.port(service)}{path}")

    @staticmethod
    def _kill_group(process: "subprocess.Popen[bytes]") -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def start_replicas(
    folder: Path,
    workspace: RunningWorkspace | None,
    services: Sequence[str] = DEPLOYMENT,
    **variables: str,
) -> Iterator[Replicas]:
    """Run services while the context lasts; it begins when they answer and a worker is seen.

    Args:
        workspace: what pages and workers are for, in place of that of the file.
        variables: added to the environment of pages and workers.
    """
    given = {**(_about(workspace) if workspace else {}), **variables}
    with ExitStack() as stack:
        replicas = Replicas(folder, given)
        stack.callback(replicas.close)
        replicas.start(*services)
        if set(WORKERS) & set(services) and set(PAGES) & set(services):
            replicas.wait_until_ready()
        yield replicas


def _about(workspace: RunningWorkspace) -> dict[str, str]:
    names = ("DATABRICKS", "WORKSPACE_GIT", "RESOURCE_", "APP_MODE", "WORKSPACE_NAME")
    found = environment_of(workspace).items()
    return {name: value for name, value in found if name.startswith(names)}


def _ports_of(service: Mapping[str, Any]) -> list[int]:
    """Return the ports inside of the container."""
    inside = [*service.get("expose", []), *(p.rsplit(":", 1)[1] for p in service.get("ports", []))]
    return sorted({int(port) for port in inside})


def _entrypoint_of_the_image() -> list[str]:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    [found] = [line for line in lines if line.startswith("ENTRYPOINT")]
    return shlex.split(
        found.removeprefix("ENTRYPOINT").replace("[", "").replace("]", "").replace(",", " ")
    )


def _is_ok(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except (OSError, HTTPException):
        return False


def _redis_answers(url: str) -> bool:
    import redis

    with redis.Redis.from_url(url, socket_timeout=5) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
