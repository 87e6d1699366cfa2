"""A real Redis for the tests. `python -m tests.redis_server` installs one where there is none."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

_ADVICE = (
    "Install redis-server or valkey-server (Debian: apt-get install redis-server; macOS: "
    "brew install redis), and try again."
)
_PROGRAMS = ("redis-server", "valkey-server")
_START_S = 60.0


class RedisServer:
    """One Redis on a free port of this machine, the same one after each start.

    Args:
        folder: for its data and its log.
        persistent: it keeps what was written over a restart; else a restart loses all.
    """

    def __init__(self, folder: Path, *, persistent: bool = False) -> None:
        self._folder = folder
        self._persistent = persistent
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def client(self) -> redis.Redis:
        """Return a client of the test's own."""
        return redis.Redis.from_url(self.url, socket_timeout=30)

    def start(self, *options: str) -> None:
        """Start it and wait until it answers; after `stop` or `kill`, with what it has kept."""
        assert self._process is None
        program = _program()
        assert program, f"There is no Redis. {_ADVICE}"
        self._folder.mkdir(parents=True, exist_ok=True)
        keeps = ("--appendonly", "yes", "--appendfsync", "always")
        self._process = subprocess.Popen(
            [
                *(program, "--bind", "127.0.0.1", "--port", f"{self.port}"),
                *("--dir", str(self._folder), "--save", "", "--logfile", "redis.log"),
                *(keeps if self._persistent else ("--appendonly", "no")),
                *options,
            ],
            stdout=subprocess.DEVNULL,
        )
        end = time.monotonic() + _START_S
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "redis.log").read_text()
            assert time.monotonic() < end, "Redis did not start."
            time.sleep(0.01)

    def stop(self) -> None:
        """End it in its own way."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a machine that is gone does."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it accept connections and answer nothing."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it answer again."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """Kill it, if it is running."""
        if self._process is not None:
            self.kill()

    def _answers(self) -> bool:
        client = self.client()
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _end(self, number: int) -> None:
        assert self._process is not None
        self._signal(number)
        self._signal(signal.SIGCONT)  # one that is paused would not hear of it
        self._process.wait(_START_S)
        self._process = None


@contextmanager
def serving(folder: Path, *, persistent: bool = False) -> Iterator[RedisServer]:
    """Serve a Redis meanwhile."""
    server = RedisServer(folder, persistent=persistent)
    try:
        server.start()
        yield server
    finally:
        server.close()


def main() -> int:
    """Make sure that there is a Redis. Returns 1 when there is none."""
    if not _program() and shutil.which("apt-get") and os.geteuid() == 0:
        _run("apt-get", "update", "-q")
        _run("apt-get", "install", "-qy", "--no-install-recommends", "redis-server")
    if _program():
        return 0
    print(f"There is no Redis. {_ADVICE}", file=sys.stderr)
    return 1


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _program() -> str | None:
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)


def _run(*command: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, env=environment, check=False)


if __name__ == "__main__":
    sys.exit(main())
