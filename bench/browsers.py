"""Many browsers that look at a page: `python -m bench.browsers COUNT URL [URL …]`.

Each polls the feed as assets/feed.js does, on a connection that it keeps, and spreads its polls as
browsers do that were opened at different moments. They share one thread of a process of its own,
as they must leave the cores to the page. The process prints one JSON document when its stdin ends:
`{"polls": [seconds, …], "failures": [text, …], "longest_gap_s": seconds}`.
"""

import asyncio
import gzip
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

TAB = "import"
# As assets/logic/pacing.js and assets/feed.js have them.
FAST_S, IDLE_S, SLOWEST_S, PATIENCE_S = 0.6, 4.0, 8.0, 15.0
_ROOT = Path(__file__).parent.parent
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_ROWS = b', "rows": ['
_OK = b"HTTP/1.1 200 "
_STOP_S = 60.0


@dataclass
class Seen:
    """What all browsers saw. `polls` are the seconds of each poll that was answered."""

    polls: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    longest_gap_s: float = 0.0

    def p99_s(self) -> float:
        """Return the seconds that 99 of 100 polls did not exceed."""
        return sorted(self.polls)[len(self.polls) * 99 // 100]

    def median_s(self) -> float:
        return sorted(self.polls)[len(self.polls) // 2]


@contextmanager
def looking(count: int, urls: Sequence[str], headers: str = "") -> Iterator[Seen]:
    """Let browsers look while the context lasts; what they saw is complete after it.

    Args:
        headers: further lines of each request, each with its line break.
    """
    command = [sys.executable, "-m", "bench.browsers", str(count), *urls]
    process = subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout
    seen = Seen()
    try:
        process.stdin.write(f"{json.dumps(headers)}\n")
        process.stdin.flush()
        yield seen
        out, _ = process.communicate(timeout=_STOP_S)
        found = json.loads(out)
        seen.polls, seen.failures = found["polls"], found["failures"]
        seen.longest_gap_s = found["longest_gap_s"]
    finally:
        process.kill()
        process.wait()


class _Browser:
    """One of them. Asks for all rows at first, then for those that moved."""

    def __init__(self, url: str, headers: str, seen: Seen) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._headers = headers
        self._seen = seen
        self._operation, self._since, self._place, self._is_new = "", 0, 0, False
        self._finished: str | None = None
        self._failed = 0
        self._stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def look(self, stop: asyncio.Event) -> None:
        """Poll until asked to stop."""
        answered = time.monotonic()
        wait = random.uniform(0, FAST_S)  # noqa: S311 - spreads the browsers
        while not await _is_set(stop, wait):
            begun = time.monotonic()
            try:
                answer = await asyncio.wait_for(self._ask(), PATIENCE_S)
            except (OSError, ValueError, EOFError, TimeoutError) as error:
                self._seen.failures.append(f"{type(error).__name__}: {error}")
                self._hang_up()
                self._failed += 1
                wait = min(SLOWEST_S, 0.5 * 2**self._failed)
                continue
            now = time.monotonic()
            self._seen.polls.append(now - begun)
            self._seen.longest_gap_s = max(self._seen.longest_gap_s, now - answered)
            answered, self._failed = now, 0
            wait = FAST_S if answer["isActive"] or answer["isReading"] else IDLE_S
        self._hang_up()

    async def _ask(self) -> dict[str, Any]:
        if self._stream is None:
            self._stream = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._stream
        known = f"operation={self._operation}&since={self._since}&place={self._place}"
        asks = "" if self._is_new else "&ask=1"
        writer.write(
            f"GET /feed/{TAB}?{known}{asks} HTTP/1.1\r\nHost: localhost:{self._port}\r\n"
            f"Accept: application/json\r\nAccept-Encoding: gzip\r\n{self._headers}\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not head.startswith(_OK) or length is None:
            raise ValueError(head.partition(b"\r\n")[0].decode(errors="replace"))
        body = await reader.readexactly(int(length[1]))
        if b"gzip" in head:
            body = gzip.decompress(body)
        head, has_rows, rows = body.partition(_ROWS)
        if not has_rows or not rows.endswith(b"]}"):
            raise ValueError("The answer is not complete.")
        answer: dict[str, Any] = json.loads(head + b"}")  # reading the rows is not our task
        self._note(answer)
        return answer

    def _note(self, answer: dict[str, Any]) -> None:
        self._operation, self._since = answer["operation"], answer["seq"]
        self._is_new = answer["placeIsNew"]
        ended = answer["finished"]
        if self._finished not in (None, ended["operation"]) and ended["operation"]:
            self._place, self._is_new = ended["number"], False
        if ended["operation"] or self._finished is None:
            self._finished = ended["operation"]

    def _hang_up(self) -> None:
        if self._stream:
            self._stream[1].close()
        self._stream = None


async def _is_set(stop: asyncio.Event, within_s: float) -> bool:
    try:
        await asyncio.wait_for(stop.wait(), within_s)
    except TimeoutError:
        return False
    return True


async def _look(count: int, urls: Sequence[str], headers: str) -> Seen:
    seen, stop = Seen(), asyncio.Event()
    browsers = [_Browser(urls[number % len(urls)], headers, seen) for number in range(count)]
    looks = [asyncio.create_task(browser.look(stop)) for browser in browsers]
    await asyncio.to_thread(sys.stdin.read)
    stop.set()
    await asyncio.gather(*looks)
    return seen


def main() -> int:
    """Look until stdin ends, then print what was seen."""
    count, *urls = sys.argv[1:]
    seen = asyncio.run(_look(int(count), urls, json.loads(sys.stdin.readline())))
    print(json.dumps(seen.__dict__))
    return 0


if __name__ == "__main__":
    sys.exit(main())
