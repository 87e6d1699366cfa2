"""Connections with a deadline for whatever their client has to do, kept by waitress.

No thread waits for a client: a request reaches one when all of it is here, and its answer is kept
until it is taken. docs/adr/0015 says what was measured.
"""

import socket
import struct
import time
from collections.abc import Mapping
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.utilities import BadRequest

from web.serving.security import MOST_BYTES

MOST_HEADER_BYTES = 256 * 1024  # all headers of a request together
_RECEIVE_S = 10.0  # for a request, and the time that its bytes take at `_LEAST_RATE`
_LEAST_RATE = 16 * 1024  # bytes a second: a large body over a slow line is in time, drops are not
IDLE_S = 75.0  # between two requests; longer than proxies keep a connection
_CROWD, _CROWDED_IDLE_S = 250, 5.0  # from so many clients on, the silent ones make room
_TAKE_S = 15.0  # without any byte of an answer being taken

ADJUSTMENTS: Mapping[str, Any] = {
    "max_request_header_size": MOST_HEADER_BYTES,
    "max_request_body_size": MOST_BYTES + 1,
    "connection_limit": 500,  # of each process
    "asyncore_use_poll": True,  # select() knows no socket above number 1023
    "clear_untrusted_proxy_headers": False,  # origins.py says which are believed
    "log_socket_errors": False,  # a client that went away is no news
    "ident": None,
}


class Head(HTTPRequestParser):  # type: ignore[misc] # waitress has no types
    """The head of a request; refuses what waitress fails on or reads in its own way."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read it.

        Raises:
            ParsingError: it is answered with 400.
        """
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # an address such as http://[::1, a length of 5,000 digits
            raise ParsingError("Invalid request") from error
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("A body has one length")  # a proxy may have believed the other


class Connection(HTTPChannel):  # type: ignore[misc]
    """One client. Is overdue when a request does not come, or an answer is not taken, in time."""

    parser_class = Head

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._begun = time.time()  # of the request that is awaited or has come in part
        self._bytes = 0
        self._is_new = True
        super().__init__(*arguments, **named)

    def received(self, data: bytes) -> bool:
        """Take bytes; requests sent before the one ahead was answered are refused.

        Nobody but a flood sends them, and their answers would fill the disk of who must keep them.
        """
        if self.request is None and not self.requests:
            self._begun, self._bytes = time.time(), 0
        self._is_new = False
        self._bytes += len(data)
        taken: bool = super().received(data)
        with self.requests_lock:
            for early in self.requests[1:]:
                early.error = BadRequest("Wait for the answer before sending the next request.")
        return taken

    def is_overdue(self, now: float, idle_s: float = IDLE_S) -> bool:
        """Whether its client has had its time.

        Args:
            idle_s: how long it may be silent between two requests.
        """
        if self.total_outbufs_len:
            return bool(now > self.last_activity + _TAKE_S)
        if self.requests:
            return False
        if self.request is not None or self._is_new:
            return now > self._begun + _RECEIVE_S + self._bytes / _LEAST_RATE
        return bool(now > self.last_activity + idle_s)

    def give_up(self) -> None:
        """Close; an answer that was not taken is dropped, by the kernel too."""
        if self.total_outbufs_len:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.handle_close()

    def handle_close(self) -> None:
        """Drop what came of a request too: a large body is a file."""
        if self.request is not None:
            self.request.close()
        super().handle_close()

    @property
    def is_busy(self) -> bool:
        """Whether a request is on its way or being answered, or its answer is being taken."""
        is_coming = self._is_new or self.request is not None
        return bool(is_coming or self.requests or self.total_outbufs_len)


class Listener(TcpWSGIServer):  # type: ignore[misc]
    """Accepts clients on a socket that is bound already."""

    channel_class = Connection

    def maintenance(self, now: float) -> None:
        """Do nothing: waitress would close only a socket that can still be written to."""

    def close_overdue(self) -> None:
        """Close clients that are overdue. Not to be called while waitress looks at its sockets."""
        now, connections = time.time(), tuple(self.active_channels.values())
        idle_s = _CROWDED_IDLE_S if len(connections) > _CROWD else IDLE_S
        for connection in connections:
            if connection.is_overdue(now, idle_s):
                connection.give_up()

    def stop_accepting(self) -> None:
        """Leave the clients that are here alone and take no other."""
        self.del_channel()
        self.socket.close()
