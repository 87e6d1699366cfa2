"""Clients that send half a request, or do not take the answer, keep nobody from the page.

The server is the one that hosts run; no client here is signed in or sends anything it would need to
be. Bounds are generous: this is no benchmark. docs/adr/0015 has the figures.
"""

import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psutil
import pytest

from emulator import start_environment
from examples.page_server import RunningPage, start_page

pytestmark = pytest.mark.slow

SOCKETS = 20
CLOSED_S = 30.0
ANSWERED_S = 5.0
EARLY_S = 8.0
USER = "X-User"
POST = (
    b"POST /_dash-update-component HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/json\r\n"
)
GET = b"GET /assets/vendor/bootstrap.min.css HTTP/1.1\r\nHost: localhost\r\n"
FIRST = {
    "nothing": b"",
    "half a head": GET,
    "drops of a head": GET + b"X-Drops: ",
    "half a body": POST + b"Content-Length: 1000\r\n\r\n{",
    "half a chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n{",
    "no reading": GET + b"\r\n",
}
Clients = dict[str, list[socket.socket]]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPage]:
    folder = tmp_path_factory.mktemp("page")
    with (
        start_environment(folder / "workspaces", ("DEV",)) as environment,
        start_page(
            environment["DEV"], folder, AUTH="", TRUSTED_USER_HEADER=USER, VIEWERS="*"
        ) as page,
    ):
        yield page


def port_of(page: RunningPage) -> int:
    port = urlsplit(page.url).port
    assert port
    return port


def connect(page: RunningPage, first: bytes, *, receive_bytes: int = 4096) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    client.connect(("127.0.0.1", port_of(page)))
    client.sendall(first)
    client.setblocking(False)
    return client


def held(page: RunningPage, clients: list[socket.socket]) -> int:
    """Return how many of these clients the server holds."""
    processes = [psutil.Process(page.process.pid), *psutil.Process(page.process.pid).children()]
    links = [link for process in processes for link in process.net_connections("tcp")]
    ports = {link.raddr.port for link in links if link.raddr}
    return len(ports & {client.getsockname()[1] for client in clients})


def seconds_for(page: RunningPage, path: str) -> float:
    begun = time.monotonic()
    request = urllib.request.Request(page.url + path, headers={USER: "ana"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200
        answer.read()
    return time.monotonic() - begun


def send_on(clients: Clients, stop: threading.Event) -> None:
    """Send a drop now and then; ask for more than the machine keeps for who reads none of it."""
    while not stop.wait(0.1):
        for kind, more in (("drops of a head", b"x"), ("no reading", FIRST["no reading"])):
            for client in clients[kind]:
                with suppress(OSError):  # the server closed it, or takes no more
                    client.send(more)


@pytest.fixture
def clients(page: RunningPage) -> Iterator[Clients]:
    """Twenty of each kind, all at once."""
    stop, begun = threading.Event(), time.monotonic()
    with ExitStack() as stack:
        clients = {
            kind: [stack.enter_context(connect(page, first)) for _ in range(SOCKETS)]
            for kind, first in FIRST.items()
        }
        sending = threading.Thread(target=send_on, args=(clients, stop))
        sending.start()
        stack.callback(sending.join)
        stack.callback(stop.set)
        time.sleep(2)  # until the machine keeps no more of what is not read
        before = {kind: held(page, some) for kind, some in clients.items()}
        is_early = time.monotonic() < begun + EARLY_S  # not so where the machine is busy
        assert not is_early or before == dict.fromkeys(clients, SOCKETS)
        yield clients


def test_they_hold_up_nobody_and_are_closed(page: RunningPage, clients: Clients) -> None:
    for path in ("/healthz", "/", "/_dash-layout", "/healthz"):
        assert seconds_for(page, path) < ANSWERED_S, path
    deadline = time.monotonic() + CLOSED_S
    for kind, some in clients.items():
        while held(page, some) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert held(page, some) == 0, kind


def test_a_client_that_is_slow_and_honest_is_served(page: RunningPage) -> None:
    """A large body that takes longer than a small one may, at a rate that a poor line has."""
    body = b" " * 600_000 + b"{}"
    head = b"X-User: ana\r\nContent-Length: %d\r\n\r\n" % len(body)
    with connect(page, POST + head, receive_bytes=65536) as client:
        client.setblocking(True)
        for at in range(0, len(body), 50_000):
            client.sendall(body[at : at + 50_000])
            time.sleep(1)
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_body_of_four_megabytes_is_read_and_a_larger_one_refused(page: RunningPage) -> None:
    for size, status in ((4 * 1024 * 1024, b"400"), (4 * 1024 * 1024 + 1, b"413")):
        head = b"X-User: ana\r\nContent-Length: %d\r\n\r\n" % size
        with connect(page, POST + head, receive_bytes=65536) as client:
            client.setblocking(True)
            if status == b"400":
                client.sendall(b" " * size)
            assert client.recv(100).split()[1] == status


@pytest.mark.parametrize(
    "names", [["X-Forwarded-Access-Token"], ["X-Ms-Client-Principal", "Cookie"]]
)
@pytest.mark.parametrize("kilobytes", [8, 16, 40])
def test_tokens_that_proxies_pass_on_are_no_obstacle(page, names, kilobytes: int) -> None:
    headers = {USER: "ana", **dict.fromkeys(names, "x" * kilobytes * 1024)}
    headers["X-Ms-Token-Aad-Access-Token"] = headers["X-Ms-Token-Aad-Id-Token"] = "y" * 40 * 1024
    request = urllib.request.Request(f"{page.url}/feed/export", headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200


def test_headers_without_end_are_refused(page: RunningPage) -> None:
    with connect(page, GET + b"X-Long: " + b"x" * 300_000, receive_bytes=65536) as client:
        client.setblocking(True)
        assert client.recv(100).split()[1] == b"431"


def test_a_kept_connection_answers_again(page: RunningPage) -> None:
    client = HTTPConnection("127.0.0.1", port_of(page), timeout=20)
    sockets = set()
    for _ in range(3):
        client.request("GET", "/healthz")
        sockets.add(client.sock)
        assert client.getresponse().read() == b"OK"
    client.close()
    assert len(sockets) == 1


def test_requests_sent_before_the_answer_are_refused_and_not_kept(page: RunningPage) -> None:
    with connect(page, (GET + b"\r\n") * 90, receive_bytes=65536) as client:
        client.setblocking(True)
        answers = b"".join(iter(lambda: client.recv(65536), b""))
    assert answers.count(b"HTTP/1.1 200 ") < 5
    assert answers.count(b"HTTP/1.1 400 ") == 1


@pytest.mark.parametrize(
    "sent",
    [
        *(
            b"\x16\x03\x01\r\n\r\n",
            b"GET\r\n\r\n",
            b"get / HTTP/1.1\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\n",
        ),
        *(
            b"GET http://[::1 HTTP/1.1\r\n\r\n",
            b"GET /\xff HTTP/1.1\r\n\r\n",
            b"GET x HTTP/1.1\r\n\r\n",
        ),
        *(GET + b"Host: localhost\r\n\r\n", GET + b"A : b\r\n\r\n", GET + b"A: \x00\r\n\r\n"),
        b"GET /healthz HTTP/1.1\r\nHost: [::1\r\n\r\n",
        *(POST + b"Content-Length: %s\r\n\r\n" % length for length in (b"x", b"-1", b"9" * 5000)),
        POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        *(POST + b"Transfer-Encoding: chunked\r\n\r\n%s\r\n" % size for size in (b"zz", b"-1")),
        b"GET /feed/export HTTP/1.1\r\nHost: localhost\r\nX_User: eve\r\n\r\n",
    ],
    ids=lambda sent: repr(sent[:60]),
)
def test_what_is_no_request_is_refused(page: RunningPage, sent: bytes) -> None:
    with connect(page, sent) as client:
        client.setblocking(True)
        assert client.recv(100).split()[1][:1] == b"4"
    log = page.log.read_text()
    assert "ERROR" not in log
    assert "Traceback" not in log
