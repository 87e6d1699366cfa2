"""A small reverse proxy that serves a page below a path, which it cuts off or passes on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_OF_A_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@contextmanager
def serve_below(base: str, page_url: str, *, cuts_off: bool) -> Iterator[str]:
    """Serve the page below `base`, which begins and ends with a slash; all else is not found."""
    target = urlsplit(page_url).netloc

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.startswith(base):
                self.send_error(404)
                return
            path = self.path.removeprefix(base.removesuffix("/")) if cuts_off else self.path
            self._answer(path, self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def do_POST(self) -> None:
            self.do_GET()

        def _answer(self, path: str, body: bytes) -> None:
            inner = HTTPConnection(target, timeout=60)
            inner.request(self.command, path, body, dict(self.headers))
            answer = inner.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_A_CONNECTION:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            inner.close()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()
