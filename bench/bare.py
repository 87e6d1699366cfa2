"""Sends recorded calls as fast as a client can: `python bench/bare.py FILE HOST TOKEN THREADS`.

It is the physical limit for the same calls and threads. Each thread keeps one connection, and
takes the next call as soon as the last is answered, whatever the answer says. It imports nothing
of the product, so that it starts at once, and prints how many calls were answered by status.
"""

import base64
import http.client
import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Call = dict[str, Any]


def main() -> int:
    """Send all calls of the file."""
    statuses: Counter[int] = Counter()
    recording, host, token, threads = sys.argv[1:]
    calls = iter(json.loads(Path(recording).read_bytes())["requests"])
    mutex = threading.Lock()
    workers = [
        threading.Thread(target=_send_all, args=(calls, mutex, host, token, statuses))
        for _ in range(int(threads))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(json.dumps(statuses))
    return 0


def _send_all(
    calls: Iterator[Call], mutex: threading.Lock, host: str, token: str, statuses: Counter[int]
) -> None:
    connection = http.client.HTTPConnection(host)
    while True:
        with mutex:
            call = next(calls, None)
        if call is None:
            return
        headers = {"Authorization": f"Bearer {token}"}
        if call["content_type"]:
            headers["Content-Type"] = call["content_type"]
        body = base64.b64decode(call["body_base64"])
        connection.request(call["method"], call["target"], body or None, headers)
        answer = connection.getresponse()
        answer.read()
        with mutex:
            statuses[answer.status] += 1


if __name__ == "__main__":
    sys.exit(main())
