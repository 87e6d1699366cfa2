"""A token that is refused in the middle of an operation: there is one new login."""

import time
from typing import Any

import pytest

from core.errors import (
    BusyError,
    PermissionDeniedError,
    StoppedError,
    UnauthenticatedError,
    UnreachableError,
    WorkspaceError,
)
from core.gateways.connect import Connection, connect
from core.parallel import in_parallel
from tests.builders import job
from tests.emulated import CREATE, GET, IMPORT_FILE, LIST, RESET, Emulated

TOKEN = "POST /oidc/v1/token"
REVOKED: dict[str, Any] = {
    "status": 401,
    "body": {"error_code": "UNAUTHENTICATED", "message": "Token was revoked."},
}
INVALID: dict[str, Any] = {
    "status": 403,
    "body": {"error_code": "403", "message": "Invalid access token."},
}
BOTH = pytest.mark.parametrize("refusal", [REVOKED, INVALID], ids=["401", "403"])


@pytest.fixture
def robot(dev: Emulated) -> Connection:
    """A service principal that gets its tokens from the workspace."""
    running = dev.running
    return dev.connect(client_id=running.client_id, client_secret=running.client_secret)


def work(dev: Emulated, ports: Any) -> None:
    """Do each kind of call: read, page, write, write once."""
    job_id = ports.jobs.create_job(job("load"))
    ports.jobs.reset_job(job_id, job("other"))
    ports.files.write("/Workspace/Shared/a.json", b"{}")
    assert ports.jobs.get_job(job_id).name == "other"
    assert dev.names() == ["other"]


@BOTH
@pytest.mark.parametrize("endpoint", [CREATE, RESET, IMPORT_FILE, GET])
def test_a_call_whose_token_is_refused_once_is_made_again(
    dev: Emulated, robot: Connection, endpoint: str, refusal: dict[str, Any]
) -> None:
    robot.ports.principals.current()
    dev.clear_calls()
    dev.fault(endpoint, **refusal)
    work(dev, robot.ports)
    assert dev.calls()[endpoint] == 2
    assert dev.calls()[TOKEN] == 1


def test_a_service_principal_whose_token_is_revoked_gets_another_one(
    dev: Emulated, robot: Connection
) -> None:
    for _ in range(3):
        robot.ports.principals.current()
        dev.revoke_tokens()
        dev.clear_calls()
        robot.ports.principals.current()
        assert dev.calls()[TOKEN] == 1


def test_many_threads_log_in_anew_once(dev: Emulated, robot: Connection) -> None:
    ids = [dev.create_job(job(f"job {number}")) for number in range(40)]
    robot.ports.principals.current()
    dev.revoke_tokens()
    dev.clear_calls()
    results = list(in_parallel(robot.ports.jobs.get_job, ids, threads=16))
    assert sorted(result.job_id for _, result in results) == sorted(ids)
    assert dev.calls()[TOKEN] == 1


@BOTH
@pytest.mark.parametrize("endpoint", [CREATE, LIST])
def test_a_second_refusal_is_the_error(
    dev: Emulated, robot: Connection, endpoint: str, refusal: dict[str, Any]
) -> None:
    jobs = robot.ports.jobs
    dev.fault(endpoint, **refusal, times=0)
    for expected in (2, 1, 1):
        dev.clear_calls()
        with pytest.raises(UnauthenticatedError, match="refused the login"):
            jobs.create_job(job("load")) if endpoint == CREATE else list(jobs.list_jobs())
        assert dev.calls()[endpoint] == expected, "a new login that never worked is not replaced"
    dev.clear_faults()
    work(dev, robot.ports)


@pytest.mark.parametrize("endpoint", [CREATE, LIST])
def test_a_fixed_token_is_tried_once_more(dev: Emulated, endpoint: str) -> None:
    connection = dev.connect()
    dev.fault(endpoint, **REVOKED)
    work(dev, connection.ports)
    assert [one.name for one in connection.ports.jobs.list_jobs()] == ["other"]
    assert dev.calls()[endpoint] <= 3


def test_a_secret_that_is_refused_is_an_error_of_the_login(
    dev: Emulated, robot: Connection
) -> None:
    robot.ports.principals.current()
    dev.revoke_tokens()
    body = {"error": "invalid_client", "error_description": "Client authentication failed"}
    dev.fault(TOKEN, status=401, body=body, times=0)
    for call in (robot.ports.principals.current, lambda: robot.ports.jobs.create_job(job("load"))):
        with pytest.raises(UnauthenticatedError):
            call()
    assert dev.names() == []


def test_where_no_new_login_can_be_set_up_the_first_refusal_is_the_error(
    dev: Emulated, robot: Connection
) -> None:
    robot.ports.principals.current()
    robot.rest._logins._settings["auth_type"] = "none of these"
    dev.fault(LIST, **REVOKED)
    with pytest.raises(UnauthenticatedError, match="Token was revoked"):
        list(robot.ports.jobs.list_jobs())


def test_a_missing_permission_is_not_a_refused_login(dev: Emulated, robot: Connection) -> None:
    robot.ports.principals.current()
    dev.clear_calls()
    body = {"error_code": "PERMISSION_DENIED", "message": "No View permission."}
    for endpoint in (CREATE, LIST):
        dev.fault(endpoint, status=403, body=body)
    with pytest.raises(PermissionDeniedError):
        robot.ports.jobs.create_job(job("load"))
    with pytest.raises(PermissionDeniedError):
        list(robot.ports.jobs.list_jobs())
    assert (dev.calls()[CREATE], dev.calls()[LIST], dev.calls().get(TOKEN)) == (1, 1, None)


def test_an_operation_survives_a_token_that_is_revoked_in_its_middle(dev: Emulated) -> None:
    for number in range(5):
        dev.create_job(job(f"job {number}"))
    service = dev.service()
    dev.fault(GET, **REVOKED)
    report = service.export()
    assert report.counts() == {"new": 5}


def test_a_page_of_html_with_401_is_a_refused_login_too(dev: Emulated, robot: Connection) -> None:
    robot.ports.principals.current()
    dev.fault(LIST, status=401, body="<html><title>Sign in</title></html>", times=2)
    with pytest.raises(WorkspaceError):
        list(robot.ports.jobs.list_jobs())


# A workspace that does not answer is not a missing login


def test_a_workspace_that_cannot_answer_is_no_missing_login(dev: Emulated) -> None:
    running = dev.running
    dev.fault("*", status=503, body={"error_code": "X", "message": "Later."}, times=0)
    with pytest.raises(BusyError, match="503"):
        dev.connect(
            client_id=running.client_id,
            client_secret=running.client_secret,
            retry_s=1,
            timeout_s=1,
        )


def test_a_host_that_does_not_answer_is_no_missing_login() -> None:
    with pytest.raises(UnreachableError, match="does not answer"):
        connect(retry_s=1, timeout_s=1, host="http://127.0.0.1:1", client_id="a", client_secret="b")


@pytest.mark.parametrize("body", [{"error_code": "X", "message": "Later."}, "<html>Later.</html>"])
def test_a_token_that_is_not_given_says_nothing_of_the_credentials(
    dev: Emulated, robot: Connection, body: object
) -> None:
    dev.fault(TOKEN, status=503, body=body, times=0)
    for call in (robot.ports.principals.current, lambda: robot.ports.jobs.create_job(job("load"))):
        with pytest.raises(BusyError, match="gave no token"):
            call()
    dev.clear_faults()
    assert robot.ports.principals.current().name


def test_a_token_that_never_comes_is_given_up_and_asked_for_anew(
    dev: Emulated, robot: Connection
) -> None:
    robot.rest._most_s = 0.5
    dev.fault(TOKEN, kind="delay", delay_s=4)
    begun = time.monotonic()
    with pytest.raises(UnreachableError, match="does not answer"):
        robot.ports.principals.current()
    assert robot.ports.principals.current().name
    assert time.monotonic() - begun < 4


def test_a_reading_is_stopped_while_a_call_is_under_way(dev: Emulated, robot: Connection) -> None:
    robot.ports.principals.current()
    dev.fault(LIST, kind="delay", delay_s=4)
    begun = time.monotonic()
    stopping = robot.rest.stoppable(lambda: time.monotonic() - begun > 0.5)
    with stopping, pytest.raises(StoppedError):
        list(robot.ports.jobs.list_jobs())
    assert time.monotonic() - begun < 3


def test_what_is_being_written_is_awaited(dev: Emulated, robot: Connection) -> None:
    robot.ports.principals.current()
    dev.fault("POST *", kind="delay", delay_s=1.5)
    begun = time.monotonic()
    stopping = robot.rest.stoppable(lambda: time.monotonic() - begun > 0.5)
    with stopping:
        robot.ports.files.write("/Workspace/Shared/lock.json", b"renewed")
    assert time.monotonic() - begun >= 1.5
    assert dev.read("/Workspace/Shared/lock.json") == b"renewed"


def test_a_login_that_is_no_longer_wanted_is_given_up(dev: Emulated) -> None:
    dev.fault("*", kind="delay", delay_s=4)
    begun = time.monotonic()
    running = dev.running
    with pytest.raises(StoppedError):
        connect(
            retry_s=5,
            host=dev.url,
            client_id=running.client_id,
            client_secret=running.client_secret,
            should_stop=lambda: time.monotonic() - begun > 0.5,
        )
    assert time.monotonic() - begun < 3
