"""Store and queue over TLS, with a certificate authority of one's own."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu.exceptions import KombuError

from core.errors import StateError
from core.gateways.redis.operation_store import RedisOperationStore
from core.operations.kinds import OperationKind
from tests.redis_server import RedisServer
from web.background.queue import TASK, open_queue

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="There is no openssl here.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_certificate(folder: Path) -> tuple[str, str]:
    """Return the paths of a certificate for this machine that signs itself, and of its key."""
    certificate, key = str(folder / "redis.pem"), str(folder / "redis.key")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-keyout", key, "-out", certificate),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


@pytest.fixture
def addresses(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address of a Redis that takes TLS, with and without who signed its certificate."""
    certificate, key = make_certificate(tmp_path)
    server, port = RedisServer(tmp_path / "redis"), free_port()
    options = ("--tls-port", f"{port}", "--tls-cert-file", certificate, "--tls-key-file", key)
    try:
        server.start(*options, "--tls-ca-cert-file", certificate, "--tls-auth-clients", "no")
        url = f"rediss://127.0.0.1:{port}/0"
        yield f"{url}?ssl_ca_certs={certificate}", url
    finally:
        server.close()


def test_store_and_queue_trust_the_authority_that_the_address_names(
    addresses: tuple[str, str],
) -> None:
    trusted, _ = addresses
    store, queue = RedisOperationStore(trusted, "tls"), open_queue(trusted, "jobsync:tls:queue:")
    operation = store.start(OperationKind.EXPORT, {}, "ana@dev.example").operation_id
    queue.send_task(TASK, [operation], retry=False, ignore_result=True)
    with queue.connection_for_read() as connection:
        message = connection.SimpleQueue("operations").get(timeout=30)
        assert message.payload[0] == [operation]
        message.ack()


def test_a_redis_that_cannot_prove_who_it_is_gets_nothing(addresses: tuple[str, str]) -> None:
    _, untrusted = addresses
    with pytest.raises(StateError):
        RedisOperationStore(untrusted, "tls").start(OperationKind.EXPORT, {}, "ana@dev.example")
    with pytest.raises(KombuError):
        open_queue(untrusted, "x:").send_task(TASK, ["x"], retry=False, ignore_result=True)
