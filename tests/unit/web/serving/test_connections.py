"""How long a client may take, by the clock alone."""

import socket
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from waitress.adjustments import Adjustments

from web.serving.connections import ADJUSTMENTS, Connection

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A client that was accepted just now; nobody answers it."""
    server = SimpleNamespace(active_channels={}, add_task=lambda _: None)
    ours, theirs = socket.socketpair()
    sockets: dict[int, Any] = {}
    with theirs:
        connection = Connection(server, ours, "", Adjustments(**ADJUSTMENTS), map=sockets)
        yield connection
        connection.handle_close()


def limit(connection: Connection, **idle: float) -> float:
    """Return after how many seconds it is overdue, up to 200; 0 for never."""
    now = time.time()
    steps = (step / 2 for step in range(400))
    return next((s for s in steps if connection.is_overdue(now + s, **idle)), 0)


def test_a_client_that_sends_nothing_or_half_a_head_has_ten_seconds(connection):
    assert 9 < limit(connection) < 12
    connection.received(GET[:-2])
    assert 9 < limit(connection) < 12


def test_further_drops_gain_no_time(connection):
    connection.received(GET[:-2] + b"X-Drops: ")
    connection._begun -= 9
    for _ in range(9):
        connection.received(b"x")
    assert limit(connection) < 2


def test_a_large_body_has_the_time_that_a_poor_line_takes(connection):
    connection.received(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n")
    assert 9 < limit(connection) < 12
    connection.received(b"x" * 1_600_000)
    assert 100 < limit(connection) < 120


def test_while_the_page_makes_an_answer_nobody_is_overdue(connection):
    connection.received(GET)
    assert limit(connection) == 0
    connection.total_outbufs_len = 1  # made, and not taken
    assert 14 < limit(connection) < 17


def test_between_two_requests_there_is_time_unless_others_wait(connection):
    connection.received(GET)
    connection.requests.clear()
    connection.last_activity = time.time()
    assert 74 < limit(connection) < 77
    assert 4 < limit(connection, idle_s=5) < 7
    connection.received(GET[:-2])
    assert 9 < limit(connection) < 12


def test_what_is_sent_before_the_answer_is_an_error(connection):
    connection.received(GET * 3)
    assert [bool(request.error) for request in connection.requests] == [False, True, True]


def test_a_server_that_ends_answers_who_was_accepted_before(connection):
    assert connection.is_busy  # its first request may be on its way
    connection.received(GET[:-2])
    assert connection.is_busy
    connection.received(GET[-2:])
    assert connection.is_busy
    connection.requests.clear()
    assert not connection.is_busy
