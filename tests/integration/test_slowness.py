"""A workspace that answers each call after twenty seconds, and two hundred slow clients."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.browsers import looking
from bench.holdings import Held, hold
from tests.emulated import CREATE, Emulated
from tests.integration.test_machine import ANSWERED_S, EVERY, Machine, begin_import

pytestmark = pytest.mark.reliability
CALL_S = 20.0
FEW = 2
OPERATION_S = 1800.0
NO_MAPPINGS = {"RESOURCE_NAME_MAPPINGS_FILE_PATH": ""}
BROWSERS = 10
CLIENTS = 100  # of each kind
PIECE, PAUSE_S = 32_000, 0.4


@pytest.fixture
def machine(prod: Emulated, tmp_path: Path) -> Iterator[Machine]:
    with ExitStack() as stack:
        yield Machine(prod, tmp_path, stack)


def test_a_validation_ends_well_where_each_call_takes_twenty_seconds(machine: Machine) -> None:
    """It takes seven minutes: some twenty calls, one after the other."""
    machine.define(FEW)
    browser = machine.start(WEB_CONCURRENCY="2", NUM_THREADS="8", **NO_MAPPINGS)
    machine.prod.fault(EVERY, kind="delay", delay_s=CALL_S, times=0)
    with looking(BROWSERS, (machine.page.url,)) as seen:
        said = browser.wait(browser.start("validate"), OPERATION_S)
    assert said.startswith(f"Validation finished. {FEW} new.")
    assert seen.failures == []
    assert max(seen.polls) < ANSWERED_S


def test_an_import_ends_well_where_each_write_takes_twenty_seconds(machine: Machine) -> None:
    """It takes seven minutes. Where reading took as long, it would take twenty."""
    names = machine.define(FEW)
    browser = machine.start(WEB_CONCURRENCY="2", NUM_THREADS="8", **NO_MAPPINGS)
    validated = browser.start("validate")
    browser.wait(validated)
    machine.prod.fault("POST *", kind="delay", delay_s=CALL_S, times=0)
    with looking(BROWSERS, (machine.page.url,)) as seen:
        operation = browser.start("import", plan=validated, names=names)
        said = browser.wait(operation, OPERATION_S)
    assert said.startswith(f"Import finished. {FEW} jobs imported.")
    assert sorted(machine.prod.names()) == names
    assert machine.prod.calls()[CREATE] == FEW
    assert seen.failures == []
    assert max(seen.polls) < ANSWERED_S


class SlowClients:
    """Clients that take a large answer, or send a large request, a piece at a time.

    `ended` are the statuses of the answers that came whole.
    """

    def __init__(self, url: str) -> None:
        self._port = urlsplit(url).port
        self.ended: list[int] = []

    def run(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        takers = (self._take() for _ in range(CLIENTS))
        await asyncio.gather(*takers, *(self._send() for _ in range(CLIENTS)))

    async def _take(self) -> None:
        """Take all rows, about as fast as a phone does, after a moment."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=PIECE)
        writer.write(b"GET /feed/import?since=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        left = _length(head)
        while left:
            await asyncio.sleep(PAUSE_S)
            left -= len(await reader.readexactly(min(PIECE, left)))
        self._note(head, writer)

    async def _send(self) -> None:
        """Send what the page refuses once all of it is there."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        body = b" " * (20 * PIECE)
        writer.write(
            b"POST /_dash-update-component HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        for at in range(0, len(body), PIECE):
            await asyncio.sleep(PAUSE_S)
            writer.write(body[at : at + PIECE])
            await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        self._note(head, writer)

    def _note(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        self.ended.append(int(head.split()[1]))
        writer.close()


def hold_now(machine: Machine) -> Held:
    return hold([machine.page.process.pid], machine.cache)


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length: ")[2].split()[0])


def test_two_hundred_slow_clients_are_served_and_hold_up_nobody(machine: Machine) -> None:
    names = machine.define(200)
    browser = machine.start(WEB_CONCURRENCY="2")
    machine.prod.fault(CREATE, kind="delay", delay_s=1.0, times=0)
    operation = begin_import(browser, names)
    held = []
    with looking(BROWSERS, (machine.page.url,)) as seen:
        for _ in range(2):
            slow = SlowClients(machine.page.url)
            slow.run()
            assert sorted(slow.ended) == [200] * CLIENTS + [400] * CLIENTS
            held.append(hold_now(machine))
        assert browser.wait(operation).startswith(f"Import finished. {len(names)} jobs imported.")
    assert seen.failures == []
    assert max(seen.polls) < ANSWERED_S
    assert max(browser.polls) < ANSWERED_S
    assert held[1].memory < held[0].memory + 50  # the second two hundred found room
    assert held[1].descriptors < held[0].descriptors + 20
