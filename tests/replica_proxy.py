"""Does what compose.yaml asks of Caddy, where there is no Caddy: page by page, and on to the next.

`python -m tests.replica_proxy PORT HOST:PORT…`
"""

import itertools
import sys
import threading
import time
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_TRY_S = 10.0
_AGAIN_S = 0.25
_OF_A_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length"}


def main(port: str, *pages: str) -> None:
    """Serve until the process ends."""
    turns, mutex = itertools.cycle(pages), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            end = time.monotonic() + _TRY_S
            while True:
                with mutex:
                    page = next(turns)
                if self._pass_on(page, body):
                    return
                if time.monotonic() > end:
                    self.send_error(502)
                    return
                time.sleep(_AGAIN_S)

        def do_POST(self) -> None:
            self.do_GET()

        def _pass_on(self, page: str, body: bytes) -> bool:
            """Return whether there was an answer; what was sent is repeated only if it reads."""
            inner = HTTPConnection(page, timeout=60)
            try:
                inner.connect()
            except OSError:
                return False
            try:
                inner.request(self.command, self.path, body, dict(self.headers))
                answer = inner.getresponse()
                content = answer.read()
            except (OSError, HTTPException):
                if self.command == "GET":
                    return False
                self.send_error(502)
                return True
            finally:
                inner.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_A_CONNECTION:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            return True

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
