"""How many requests a second the local workspace serves.

Run `python -m bench.emulator [SECONDS] [--write]`.

The workspace runs in a process of its own, as `make workspaces` starts it; eight threads of this
process call it, each on a connection that it keeps open.
"""

import http.client
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import requests

from bench.sheet import Sheet, document_of, read_options

THREADS = 8
SECONDS = 3
TIMEOUT_S = 10
CALLS = {
    "jobs/get": "/api/2.2/jobs/get?job_id={job_id}",
    "jobs/list": "/api/2.2/jobs/list",
    "workspace/get-status": "/api/2.0/workspace/get-status?path=/Shared",
    "scim Me": "/api/2.0/preview/scim/v2/Me",
}

Send = Callable[[str], int]
"""Send a GET for a path and return the status of its answer."""


def main() -> int:
    """Print one row for each call."""
    options = read_options(__doc__)
    [seconds] = options.numbers or (SECONDS,)
    with (
        Sheet(
            "emulator",
            ("requests a second", "bare connections", "through `requests`"),
            note=f"{THREADS} threads.",
            packages=("requests",),
            document=document_of(options),
        ) as sheet,
        tempfile.TemporaryDirectory(prefix="job-sync-bench-") as directory,
    ):
        server = _start(directory)
        try:
            url, token = _address(server)
            _measure_all(sheet, url, token, seconds)
        finally:
            server.terminate()
            server.wait(TIMEOUT_S)
    return 0


def _measure_all(sheet: Sheet, url: str, token: str, seconds: float) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{url}/api/2.2/jobs/list", headers=headers, timeout=TIMEOUT_S)
    job_id = answer.json()["jobs"][0]["job_id"]
    for name, template in CALLS.items():
        path = template.format(job_id=job_id)
        rates = [
            _rate(lambda: _by_http_client(url, headers), path, seconds),
            _rate(lambda: _by_requests(url, headers), path, seconds),
        ]
        sheet.add(f"`{name}`", *map(round, rates))


def _rate(connect: Callable[[], Send], path: str, seconds: float) -> float:
    """Return the answers a second that all threads got together."""
    counts: queue.Queue[int] = queue.Queue()
    until = time.monotonic() + seconds

    def call() -> None:
        send, done = connect(), 0
        while time.monotonic() < until and send(path) == requests.codes.ok:
            done += 1
        counts.put(done)

    started = time.monotonic()
    threads = [threading.Thread(target=call) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts.get_nowait() for _ in threads) / (time.monotonic() - started)


def _by_http_client(url: str, headers: dict[str, str]) -> Send:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)

    def send(path: str) -> int:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    return send


def _by_requests(url: str, headers: dict[str, str]) -> Send:
    session = requests.Session()
    session.headers.update(headers)

    def send(path: str) -> int:
        return session.get(f"{url}{path}", timeout=TIMEOUT_S).status_code

    return send


def _start(directory: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "emulator", "--workspace", "DEV:0", "--state", directory]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _address(server: "subprocess.Popen[str]") -> tuple[str, str]:
    """Read the URL and the administrator's token, which the server prints when it is ready."""
    found: dict[str, str] = {}
    for line in server.stdout or ():
        match = re.match(r"\s+(URL|Token)\s+(\S+)", line)
        if match:
            found[match[1]] = match[2]
        if len(found) == 2:
            return found["URL"], found["Token"]
    raise RuntimeError("The local workspace did not start.")


if __name__ == "__main__":
    sys.exit(main())
