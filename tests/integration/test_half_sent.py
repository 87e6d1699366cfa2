"""Clients that send half a request, or do not take the answer, keep nobody from the page.

The server is the one that hosts run; no client here is signed in or sends anything it would need to
be. Bounds are generous: this is no benchmark. docs/adr/0015 has the figures.
"""

import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psutil
import pytest

from emulator import start_environment
from examples.page_server import RunningPage, start_page

pytestmark = pytest.mark.slow

SOCKETS = 20
CLOSED_S = 25.0
ANSWERED_S = 5.0
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


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPage]:
    folder = tmp_path_factory.mktemp("page")
    with (
        start_environment(folder / "workspaces", ("DEV",)) as environment,
        start_page(environment["DEV"], folder, AUTH="", TRUSTED_USER_HEADER=USER) as page,
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


def held(page: RunningPage) -> int:
    """Return how many clients the server holds."""
    processes = [psutil.Process(page.process.pid), *psutil.Process(page.process.pid).children()]
    return sum(
        bool(link.raddr) and link.laddr.port == port_of(page)
        for process in processes
        for link in process.net_connections("tcp")
    )


def seconds_for(page: RunningPage, path: str) -> float:
    begun = time.monotonic()
    request = urllib.request.Request(page.url + path, headers={USER: "ana"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200
        answer.read()
    return time.monotonic() - begun


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.2)
    return is_so()


def drip(clients: list[socket.socket], stop: threading.Event) -> None:
    while not stop.wait(0.5):
        for client in clients:
            try:
                client.send(b"x")
            except OSError:  # closed by the server, which is what is waited for
                clients.remove(client)
                break


def ask_on(clients: list[socket.socket]) -> None:
    """Ask for more than the machine keeps for a client that reads none of it."""
    for _ in range(40):
        time.sleep(0.1)
        for client in clients:
            client.send(GET + b"\r\n")


@pytest.mark.parametrize("kind", FIRST)
def test_they_hold_up_nobody_and_are_closed(page: RunningPage, kind: str) -> None:
    clients = [connect(page, FIRST[kind]) for _ in range(SOCKETS)]
    stop = threading.Event()
    dripping = threading.Thread(target=drip, args=([*clients] if "drops" in kind else [], stop))
    dripping.start()
    try:
        ask_on(clients if kind == "no reading" else [])
        assert held(page) >= SOCKETS
        for path in ("/healthz", "/", "/_dash-layout", "/healthz"):
            assert seconds_for(page, path) < ANSWERED_S, path
        assert held(page) >= SOCKETS  # while all of them were there
        assert wait_until(lambda: held(page) == 0, CLOSED_S)
    finally:
        stop.set()
        dripping.join()
        for client in clients:
            client.close()


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


def test_what_is_no_request_is_refused(page: RunningPage) -> None:
    for sent in (b"\x16\x03\x01\r\n\r\n", b"GET\r\n\r\n", POST + b"Content-Length: x\r\n\r\n"):
        with connect(page, sent) as client:
            client.setblocking(True)
            assert client.recv(100).split()[1][:1] in (b"4", b""), sent
    assert "Traceback" not in page.log.read_text()
