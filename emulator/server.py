"""The HTTP server: threads, keep-alive connections, and connections cut on purpose."""

from __future__ import annotations

import contextlib
import io
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from emulator.errors import EmulatorError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024 * 1024
POLL_S = 0.02  # how soon a server that should stop notices it
# Set by the application: send only this many bytes of the answer, then drop the connection.
CUT_AFTER_BYTES = "emulator.cut_after_bytes"


class RequestHandler(WSGIRequestHandler):
    """Serves many requests per connection.

    Werkzeug's own handler closes the connection after each answer because it may leave
    body bytes unread; here the body is read first, so the next request line is in step.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def run_wsgi(self) -> None:
        self.environ = environ = self.make_environ()
        body = self._read_body()
        if body is None:
            self.close_connection = True
            self._send("413 Request Entity Too Large", [("Content-Length", "0")], b"", None)
            return
        environ["wsgi.input"] = io.BytesIO(body)
        environ["wsgi.input_terminated"] = True
        status, headers, content = _call(self.server.app, environ)
        self._send(status, headers, content, environ.get(CUT_AFTER_BYTES))

    def handle_expect_100(self) -> bool:
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: ARG002 - inherited
        log.debug(message, *args)

    def _read_body(self) -> bytes | None:
        """Return the request's body, or None when it cannot be read whole."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            content = self.environ["wsgi.input"].read(MAX_BODY_BYTES + 1)
            return content if len(content) <= MAX_BODY_BYTES else None
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            return None
        return self.rfile.read(int(length))

    def _send(
        self, status: str, headers: list[tuple[str, str]], content: bytes, cut: int | None
    ) -> None:
        if cut == 0:
            self._cut()
            return
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content if cut is None else content[:cut])
        self.wfile.flush()
        if cut is not None:
            self._cut()

    def _cut(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


class WorkspaceServer(ThreadedWSGIServer):
    """A server whose `stop` also ends the idle connections that clients keep open."""

    def __init__(self, host: str, port: int, app: WSGIApplication) -> None:
        self._connections: set[Any] = set()
        self._lock = threading.Lock()
        try:
            super().__init__(host, port, app, RequestHandler)
        except SystemExit as error:  # Werkzeug leaves the process when it cannot bind
            raise EmulatorError(f"Cannot listen on {host}:{port}; is the port in use?") from error
        self._thread = threading.Thread(
            target=self.serve_forever, args=(POLL_S,), name=f"http-{self.port}", daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and close all connections."""
        self.shutdown()
        self._thread.join()
        with self._lock:
            open_connections = list(self._connections)
        for connection in open_connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - inherited
        log.debug("connection from %s failed", client_address, exc_info=True)


def _refuse_write(_content: bytes) -> None:
    raise NotImplementedError("the application returns its answer, it does not write it")


def _call(
    app: WSGIApplication, environ: WSGIEnvironment
) -> tuple[str, list[tuple[str, str]], bytes]:
    """Run the application and collect its answer."""
    answer: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _error: object = None
    ) -> Callable[[bytes], object]:
        answer.append((status, headers))
        return _refuse_write

    chunks: Iterable[bytes] = app(environ, start_response)
    try:
        content = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = answer[-1]
    return status, headers, content
