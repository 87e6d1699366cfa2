"""What is measured of the calls to a workspace: the status of each answer, by endpoint."""

import collections
from typing import Any

import pytest

from core.calls import Wait, WaitReason
from core.errors import WorkspaceError
from core.gateways.connect import Connection
from core.gateways.databricks.resources import ENDPOINTS
from core.operations.counters import API_CALLS, OTHER, Counter, count_call
from core.ports import ObjectKind, Ports
from tests.builders import job
from tests.emulated import CREATE, GET, LIST, RESET, Emulated

HOSTILE = 'a/../9007199254740993 \n"}{job_sync{x="y"} 1\ud800\''
FILE = "/Workspace/Shared/9007199254740993.json"


class Meter:
    """Remembers what it is given."""

    def __init__(self) -> None:
        self.calls: collections.Counter[tuple[str, int | None]] = collections.Counter()
        self.waits: list[Wait] = []

    def note_call(self, endpoint: str, status: int | None) -> None:
        self.calls[endpoint, status] += 1

    def note_wait(self, wait: Wait) -> None:
        self.waits.append(wait)


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def connection(dev: Emulated, meter: Meter) -> Connection:
    return dev.connect(retry_s=5, token=dev.token, meter=meter)


@pytest.fixture
def ports(connection: Connection) -> Ports:
    return connection.ports


def test_each_call_has_the_status_of_its_answer(
    dev: Emulated, ports: Ports, meter: Meter, connection: Connection
) -> None:
    job_id = ports.jobs.create_job(job("load"))
    ports.jobs.get_job(job_id)
    with pytest.raises(WorkspaceError):
        ports.jobs.get_job(1)
    with pytest.raises(WorkspaceError, match="required field"):
        ports.jobs.create_job({"name": "x", "tasks": [{"notebook_task": {}}]})
    dev.fault(RESET, status=403, body={"error_code": "PERMISSION_DENIED", "message": "no"})
    with pytest.raises(WorkspaceError):
        ports.jobs.reset_job(job_id, job("other"))
    assert meter.calls == {
        (CREATE, 200): 1,
        (CREATE, 400): 1,
        (GET, 200): 1,
        (GET, 400): 1,
        (RESET, 403): 1,
    }
    assert sum(meter.calls.values()) == sum(connection.rest.calls().values())


@pytest.mark.parametrize("status", [429, 503, 500, 502])
def test_an_answer_that_is_asked_for_again_counts_each_time(
    dev: Emulated, ports: Ports, meter: Meter, status: int
) -> None:
    dev.fault(LIST, status=status, body="<html>", headers={"Retry-After": "1"})
    list(ports.jobs.list_jobs())
    assert meter.calls == {(LIST, status): 1, (LIST, 200): 1}
    assert sum(wait.seconds for wait in meter.waits) >= 0.25
    expected = WaitReason.RATE_LIMIT if status == 429 else WaitReason.FAILED
    assert {wait.reason for wait in meter.waits} == {expected}


def test_a_create_counts_each_time_as_well(dev: Emulated, ports: Ports, meter: Meter) -> None:
    dev.fault(CREATE, status=429, times=2, headers={"Retry-After": "1"})
    ports.jobs.create_job(job("load"))
    assert meter.calls == {(CREATE, 429): 2, (CREATE, 200): 1}


def test_a_call_without_an_answer_has_no_status(dev: Emulated, meter: Meter) -> None:
    ports = dev.connect(retry_s=5, token=dev.token, meter=meter, timeout_s=0.3).ports
    dev.fault(LIST, kind="delay", delay_s=1.0)
    list(ports.jobs.list_jobs())
    dev.fault(CREATE, kind="delay", delay_s=1.0)
    with pytest.raises(WorkspaceError):
        ports.jobs.create_job(job("load"))
    assert meter.calls[LIST, None] >= 1  # a slow machine may miss the next as well
    assert (meter.calls[LIST, 200], meter.calls[CREATE, None]) == (1, 1)


def test_an_answer_that_is_cut_counts_with_its_status(
    dev: Emulated, ports: Ports, meter: Meter
) -> None:
    dev.fault(LIST, kind="cut", when="after", cut_after_bytes=1)
    list(ports.jobs.list_jobs())
    dev.fault(CREATE, kind="cut", when="after", cut_after_bytes=1)
    with pytest.raises(WorkspaceError):
        ports.jobs.create_job(job("load"))
    assert meter.calls == {(LIST, 200): 2, (CREATE, 200): 1}


def test_a_login_that_is_refused_counts_with_its_status(
    dev: Emulated, ports: Ports, meter: Meter
) -> None:
    list(ports.jobs.list_jobs())
    dev.fault(LIST, status=401, body={"error_code": "UNAUTHENTICATED", "message": "no"})
    list(ports.jobs.list_jobs())
    assert meter.calls == {(LIST, 200): 2, (LIST, 401): 1}


def test_where_a_redirect_leads_to_is_what_counts(
    dev: Emulated, ports: Ports, meter: Meter
) -> None:
    target = f"{dev.url}/api/2.2/jobs/list"
    dev.fault(LIST, status=302, headers={"Location": target})
    list(ports.jobs.list_jobs())
    assert meter.calls == {(LIST, 200): 1}


def test_no_id_path_or_name_gets_into_a_label(ports: Ports, meter: Meter) -> None:
    """All that the ports do, with names and ids that are hard to bear."""
    job_id = ports.jobs.create_job(job(HOSTILE.replace("\ud800", "")))

    def tries(*calls: Any) -> None:
        for call in calls:
            try:
                found = call()
                if hasattr(found, "__next__"):
                    list(found)
            except WorkspaceError:
                pass

    tries(
        ports.jobs.list_jobs,
        lambda: ports.jobs.find_jobs("a'b"),
        lambda: ports.jobs.get_permissions(job_id),
        lambda: ports.files.write(FILE, b"{}"),
        lambda: ports.files.read(FILE),
        lambda: ports.files.status("/Workspace/Shared/9007199254740993.json"),
        lambda: ports.files.access(ObjectKind.NOTEBOOK, 9_007_199_254_740_993),
        lambda: ports.files.list_folder("/Workspace/a/../b"),
        lambda: ports.files.delete(FILE),
        lambda: ports.git.find("/Workspace/Shared/x"),
        ports.principals.current,
        lambda: ports.principals.find_members(["ana@dev.example"], ["admins"]),
        ports.runs.list_active,
        *(
            lambda kind=kind: ports.resources.find_resource(kind, "../9007199254740993?x=y")
            for kind in ENDPOINTS
        ),
        *(
            lambda kind=kind: list(ports.resources.list_resources(kind, ["a"]))
            for kind in ENDPOINTS
        ),
    )
    assert len(meter.calls) > 20
    for endpoint, status in meter.calls:
        [counter] = count_call(endpoint, status)
        assert counter == Counter.of(
            API_CALLS, endpoint=endpoint, status=dict(counter.labels)["status"]
        )
        assert "9007199254740993" not in endpoint
        assert endpoint != OTHER
