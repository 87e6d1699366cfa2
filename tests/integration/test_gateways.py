"""What only the real gateways do: translate errors, send again, and send only once."""

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import (
    AmbiguousAnswerError,
    BusyError,
    NotFoundError,
    PermissionDeniedError,
    SyncError,
    UnauthenticatedError,
    UnreachableError,
    WorkspaceError,
)
from core.gateways.connect import connect
from core.jobsettings.kinds import Kind
from core.jobsettings.principals import Principal
from core.ports import Ports
from tests.builders import job
from tests.emulated import CREATE, GET, IMPORT_FILE, LIST, RESET, Emulated

AT_ONCE = {"Retry-After": "0"}
SECRET = "dapi0123456789abcdef"


@pytest.fixture
def ports(dev: Emulated) -> Ports:
    return dev.connect(retry_s=2).ports


def text_of(error: BaseException) -> str:
    """Return the error and everything it may show, but not what only a log would."""
    assert isinstance(error, SyncError)
    return f"{error} {error.message} {error.fix}"


def list_all(ports: Ports) -> list[Any]:
    return list(ports.jobs.list_jobs())


def clusters(ports: Ports) -> list[Any]:
    return list(ports.resources.list_resources(Kind.CLUSTER, ()))


# Errors


def test_a_wrong_token_is_named_and_not_shown(dev: Emulated) -> None:
    ports = dev.connect(retry_s=1, token=SECRET).ports
    for call in (
        ports.principals.current,
        lambda: list_all(ports),
        lambda: ports.jobs.create_job(job("load")),
        lambda: ports.files.write("/Workspace/Shared/a.json", b""),
    ):
        with pytest.raises(UnauthenticatedError, match="refused the login") as caught:
            call()
        text = text_of(caught.value)
        assert SECRET not in text
        assert "Config:" not in text
        assert "token=" not in text
        assert "Check the app's credentials" in text


def test_a_missing_permission_is_named(dev: Emulated, ports: Ports) -> None:
    body = {"error_code": "PERMISSION_DENIED", "message": "User x does not have View permission."}
    for endpoint, call in (
        (LIST, lambda: list_all(ports)),
        (CREATE, lambda: ports.jobs.create_job(job("load"))),
    ):
        dev.fault(endpoint, status=403, body=body)
        with pytest.raises(PermissionDeniedError, match="User x does not have View") as caught:
            call()
        assert "Config:" not in text_of(caught.value)


def test_a_message_with_a_name_in_it_is_one_harmless_line(dev: Emulated, ports: Ports) -> None:
    message = "No permission on “load\x1b[2J\u202e\nERROR forged\u2028”."
    dev.fault(LIST, status=400, body={"error_code": "BAD_REQUEST", "message": message})
    with pytest.raises(WorkspaceError, match="No permission on") as caught:
        list_all(ports)
    assert str(caught.value).isprintable()


def test_an_expired_token_may_come_as_403(dev: Emulated, ports: Ports) -> None:
    body = {"error_code": "403", "message": "Invalid access token."}
    dev.fault(LIST, status=403, body=body, times=0)
    with pytest.raises(UnauthenticatedError):
        list_all(ports)


@pytest.mark.parametrize("status", [400, 404])
def test_a_missing_job_is_not_found_in_both_dialects(dev: Emulated, status: int) -> None:
    dev.option(missing_job_status=status)
    jobs = dev.connect(retry_s=1).ports.jobs
    with pytest.raises(NotFoundError, match="Job 77 does not exist"):
        jobs.get_job(77)
    with pytest.raises(NotFoundError):
        jobs.reset_job(77, job("x"))
    jobs.delete_job(77)


def test_an_unknown_endpoint_says_so(dev: Emulated, ports: Ports) -> None:
    dev.fault(LIST, status=404, body={"error_code": "ENDPOINT_NOT_FOUND", "message": "No API"})
    with pytest.raises(NotFoundError, match="No API"):
        list_all(ports)


@pytest.mark.parametrize("status", [200, 404, 500, 502])
def test_an_html_page_is_an_error(dev: Emulated, ports: Ports, status: int) -> None:
    page = f"<html><head><title>Bad {SECRET}</title></head><body>{'x' * 5000}</body></html>"
    dev.fault(LIST, status=status, body=page, times=0)
    with pytest.raises(WorkspaceError) as caught:
        list_all(ports)
    assert "<html>" not in text_of(caught.value)
    assert len(text_of(caught.value)) < 1000


@pytest.mark.parametrize("body", ["upstream failure", "[1]"])
def test_an_error_that_the_sdk_cannot_parse_shows_no_request(
    dev: Emulated, ports: Ports, body: str
) -> None:
    """The SDK appends a log of the request to it: settings, and in old versions the token."""
    job_id = dev.create_job(job("load"))
    dev.fault(RESET, status=400, body=body)
    with pytest.raises(WorkspaceError, match="The workspace answered") as caught:
        ports.jobs.reset_job(job_id, job("load", tags={"password": SECRET}))
    for private in (SECRET, dev.token, "Request log", "password"):
        assert private not in text_of(caught.value)


@pytest.mark.parametrize(
    "body",
    ["", "<html><title>404 Not Found</title></html>", "<html><pre>Not Found</pre></html>", "no"],
)
def test_a_404_that_the_workspace_did_not_write_proves_nothing_gone(
    dev: Emulated, ports: Ports, body: str
) -> None:
    """A proxy's page must not make a mapping file, a ledger or a warehouse disappear."""
    for endpoint, call in (
        ("GET /api/2.0/workspace/export", lambda: ports.files.read("/Workspace/Shared/a.json")),
        (
            "GET /api/2.0/sql/warehouses/{id}",
            lambda: ports.resources.find_resource(Kind.WAREHOUSE, "w"),
        ),
    ):
        dev.fault(endpoint, status=404, body=body)
        with pytest.raises(WorkspaceError) as caught:
            call()
        assert not isinstance(caught.value, NotFoundError)


STATUS = "GET /api/2.0/workspace/get-status"
MISSING = "/Workspace/Shared/it's (not)  here.json"


def test_a_404_that_names_the_path_asked_for_is_the_workspace_s_own(
    dev: Emulated, ports: Ports
) -> None:
    """So the fake workspace of the vendor's own command line answers."""
    body = {"message": f"Path ({MISSING}) doesn't exist."}
    for endpoint, call in (
        (STATUS, lambda: ports.files.status(MISSING)),
        (STATUS, lambda: ports.git.find(MISSING)),
        ("GET /api/2.0/workspace/list", lambda: ports.files.list_folder(MISSING)),
        ("GET /api/2.0/workspace/export", lambda: ports.files.read(MISSING)),
    ):
        dev.fault(endpoint, status=404, body=body)
        with pytest.raises(NotFoundError, match="doesn't exist"):
            call()
    dev.fault("POST /api/2.0/workspace/delete", status=404, body=body)
    ports.files.delete(MISSING)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "Path (/Workspace/Shared/other.json) doesn't exist."),
        (404, f"Path ({MISSING}/) doesn't exist."),
        (404, f"Path ({MISSING.upper()}) doesn't exist."),
        (404, f"Path ({MISSING.removeprefix('/Workspace')}) doesn't exist."),
        (404, f"Path ({MISSING}) doesn't exist. Sign in first."),
        (404, f"No route. Path ({MISSING}) doesn't exist."),
        (404, f"path ({MISSING}) doesn't exist."),
        (404, f"Path {MISSING} doesn't exist."),
        (404, "Path () doesn't exist."),
        (404, "Workspace path not found"),
        (404, f"The parent folder ({MISSING}) does not exist."),
        (404, "Job 77 does not exist."),
        (400, f"Path ({MISSING}) doesn't exist."),
        (502, f"Path ({MISSING}) doesn't exist."),
    ],
)
def test_any_other_404_without_a_code_proves_nothing_gone(
    dev: Emulated, ports: Ports, status: int, message: str
) -> None:
    dev.fault(STATUS, status=status, body={"message": message}, times=0)
    with pytest.raises(WorkspaceError) as caught:
        ports.files.status(MISSING)
    assert not isinstance(caught.value, NotFoundError)


@pytest.mark.parametrize("job", ["77", "ElasticJobId(77)"])
def test_a_missing_job_needs_no_code(dev: Emulated, ports: Ports, job: str) -> None:
    dev.fault(GET, status=404, body={"message": f"Job {job} does not exist."})
    with pytest.raises(NotFoundError):
        ports.jobs.get_job(77)


@pytest.mark.parametrize("status", [400, 404])
def test_a_job_that_the_settings_run_is_not_the_job_itself(
    dev: Emulated, ports: Ports, status: int
) -> None:
    job_id = dev.create_job(job("load"))
    for endpoint, call in (
        (RESET, lambda: ports.jobs.reset_job(job_id, job("load"))),
        (GET, lambda: ports.jobs.get_job(job_id)),
        (LIST, lambda: list_all(ports)),
    ):
        dev.fault(endpoint, status=status, body={"message": f"Job {job_id}1 does not exist."})
        with pytest.raises(WorkspaceError) as caught:
            call()
        assert not isinstance(caught.value, NotFoundError)


@pytest.mark.parametrize(
    "body", ['{"jobs": [{"job_id": 1, "sett', "[1, 2]", '"text"', "17", '{"jobs": [{"job_id": 1}]}']
)
def test_json_that_is_cut_or_of_another_shape_is_an_error(
    dev: Emulated, ports: Ports, body: str
) -> None:
    dev.create_job(job("load"))
    dev.fault(LIST, status=200, body=body, content_type="application/json")
    with pytest.raises(WorkspaceError):
        list_all(ports)


def test_an_answer_without_a_body_is_no_empty_list(dev: Emulated, ports: Ports) -> None:
    for endpoint, call in (
        (LIST, lambda: list_all(ports)),
        ("GET /api/2.0/workspace/list", lambda: ports.files.list_folder(dev.folder)),
        ("GET /api/2.1/clusters/list", lambda: clusters(ports)),
    ):
        dev.fault(endpoint, status=200, body="")
        with pytest.raises(WorkspaceError, match="empty response"):
            call()


@pytest.mark.parametrize("entry", [17, {}, {"id": 1}])
def test_entries_of_another_shape_are_errors(dev: Emulated, ports: Ports, entry: object) -> None:
    for endpoint, key, call in (
        (LIST, "jobs", lambda: list_all(ports)),
        ("GET /api/2.0/workspace/list", "objects", lambda: ports.files.list_folder(dev.folder)),
        ("GET /api/2.1/clusters/list", "clusters", lambda: clusters(ports)),
    ):
        dev.fault(endpoint, status=200, body={key: [entry]})
        with pytest.raises(WorkspaceError, match=r"unexpected response|without settings"):
            call()


@pytest.mark.parametrize("number", [True, 1.0, 1.5, "x", None, 0, -1, 2**63, [1]])
def test_what_is_no_id_is_not_taken_for_one(dev: Emulated, ports: Ports, number: object) -> None:
    job = {"job_id": number, "settings": {"name": "load"}}
    dev.fault(LIST, status=200, body={"jobs": [job]})
    with pytest.raises(WorkspaceError, match="unexpected response"):
        list_all(ports)
    dev.fault("GET /api/2.2/jobs/runs/list", status=200, body={"runs": [{**job, "run_id": 1}]})
    with pytest.raises(WorkspaceError, match="unexpected response"):
        list(ports.runs.list_active())


@pytest.mark.parametrize("number", [True, 1.5, "1764241687000"])
def test_what_is_no_time_is_not_taken_for_one(dev: Emulated, ports: Ports, number: object) -> None:
    path = f"{dev.folder}/a.json"
    entry = {"path": path, "object_type": "FILE", "modified_at": number}
    dev.fault("GET /api/2.0/workspace/get-status", status=200, body=entry)
    with pytest.raises(WorkspaceError, match="unexpected response"):
        ports.files.status(path)


@pytest.mark.parametrize("total", [True, "many", 2.5])
def test_what_is_no_total_is_an_error(dev: Emulated, ports: Ports, total: object) -> None:
    users = "GET /api/2.0/preview/scim/v2/Users"
    body = {"totalResults": total, "Resources": [{"userName": "ana", "active": True}]}
    dev.fault(users, status=200, body=body)
    with pytest.raises(WorkspaceError, match="unexpected response"):
        ports.principals.find_active([Principal("user_name", "ana")])


def test_an_error_may_come_with_status_200(dev: Emulated, ports: Ports) -> None:
    dev.fault(LIST, status=200, body={"error_code": "SOME_ERROR", "message": "it went wrong"})
    with pytest.raises(WorkspaceError, match="SOME_ERROR: it went wrong"):
        list_all(ports)


@pytest.mark.parametrize("content", ["not base64!", 7])
def test_a_file_in_an_unreadable_form_is_an_error(
    dev: Emulated, ports: Ports, content: object
) -> None:
    dev.put("a.json", b"{}")
    dev.fault("GET /api/2.0/workspace/export", status=200, body={"content": content})
    with pytest.raises(WorkspaceError):
        ports.files.read(f"{dev.folder}/a.json")


def test_an_export_that_fails_with_status_200_is_an_error(dev: Emulated, ports: Ports) -> None:
    dev.put("a.json", b"{}")
    body = {"error_code": "MAX_NOTEBOOK_SIZE_EXCEEDED", "message": "too large"}
    dev.fault("GET /api/2.0/workspace/export", status=200, body=body)
    with pytest.raises(WorkspaceError, match="MAX_NOTEBOOK_SIZE_EXCEEDED"):
        ports.files.read(f"{dev.folder}/a.json")


@pytest.mark.slow
def test_a_closed_port_is_unreachable_within_the_budget() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = time.monotonic()
    with pytest.raises(UnreachableError, match=f"127.0.0.1:{port} does not answer") as caught:
        connect(retry_s=1, host=f"http://127.0.0.1:{port}", token=SECRET).ports.principals.current()
    assert time.monotonic() - started < 8
    assert SECRET not in text_of(caught.value)
    assert "DATABRICKS_HOST" in text_of(caught.value)


def test_a_login_that_cannot_be_set_up_says_what_to_set() -> None:
    with pytest.raises(UnauthenticatedError, match="DATABRICKS_HOST") as caught:
        connect(
            retry_s=1, host="http://127.0.0.1:1", token=SECRET, client_id="a", client_secret="b"
        )
    assert SECRET not in text_of(caught.value)


# Sent once


@pytest.mark.parametrize(
    ("fault", "made"),
    [
        ({"kind": "cut", "when": "after"}, 1),
        ({"kind": "cut", "when": "after", "cut_after_bytes": 5}, 1),
        ({"kind": "cut", "when": "before"}, 0),
        ({"status": 500, "when": "before"}, 0),
        ({"status": 500, "when": "after"}, 1),
        ({"status": 503, "when": "before", "headers": AT_ONCE}, 0),
        ({"status": 504, "when": "after", "body": "<html>Gateway Timeout</html>"}, 1),
        ({"status": 200, "when": "after", "body": "<html>Welcome</html>"}, 1),
        ({"status": 200, "when": "after", "body": {"no": "id"}}, 1),
        ({"status": 200, "when": "after", "body": {"job_id": True}}, 1),
        ({"status": 302, "when": "before", "headers": {"Location": "/login"}}, 0),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else str(value),
)
def test_a_create_without_a_clear_answer_is_sent_once(
    dev: Emulated, fault: dict[str, Any], made: int
) -> None:
    ports = dev.connect(retry_s=10).ports
    dev.fault(CREATE, **fault)
    with pytest.raises(AmbiguousAnswerError, match=r"may have taken effect|did not say which"):
        ports.jobs.create_job(job("load"))
    assert dev.calls()[CREATE] == 1
    assert dev.names() == ["load"] * made


def test_a_create_that_takes_too_long_is_sent_once(dev: Emulated) -> None:
    connection = dev.connect(retry_s=10)
    connection.rest._timeout_s = 0.1
    dev.fault(CREATE, kind="delay", delay_s=0.2)
    with pytest.raises(AmbiguousAnswerError):
        connection.ports.jobs.create_job(job("load"))
    assert dev.calls()[CREATE] == 1


def test_a_refused_create_is_no_riddle(dev: Emulated, ports: Ports) -> None:
    with pytest.raises(WorkspaceError, match="Missing required field") as caught:
        ports.jobs.create_job({"name": "load", "tasks": [{"notebook_task": {}}]})
    assert not isinstance(caught.value, AmbiguousAnswerError)


def test_a_login_in_netrc_does_not_replace_the_configured_one(
    dev: Emulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert dev.connect(retry_s=1).ports.jobs.create_job(job("load"))


def test_a_throttled_create_is_sent_again(dev: Emulated) -> None:
    rest = dev.connect(retry_s=5)
    dev.fault(CREATE, status=429, times=2, headers=AT_ONCE)
    job_id = rest.ports.jobs.create_job(job("load"))
    assert [one["job_id"] for one in dev.stored_jobs()] == [job_id]
    assert dev.calls()[CREATE] == 3


def test_a_throttled_create_gives_up_when_the_wait_is_too_long(dev: Emulated) -> None:
    ports = dev.connect(retry_s=2).ports
    dev.fault(CREATE, status=429, times=0, headers={"Retry-After": "60"})
    with pytest.raises(WorkspaceError, match="rate-limiting requests"):
        ports.jobs.create_job(job("load"))
    assert dev.calls()[CREATE] == 1


# Sent again


@pytest.mark.parametrize("status", [429, 503])
def test_what_may_be_repeated_is_sent_again(dev: Emulated, status: int) -> None:
    rest = dev.connect(retry_s=10)
    job_id = rest.ports.jobs.create_job(job("load"))
    calls: list[tuple[str, Callable[[], object]]] = [
        (LIST, lambda: list_all(rest.ports)),
        (GET, lambda: rest.ports.jobs.get_job(job_id)),
        (RESET, lambda: rest.ports.jobs.reset_job(job_id, job("other"))),
        (IMPORT_FILE, lambda: rest.ports.files.write("/Workspace/Shared/a.json", b"{}")),
    ]
    for endpoint, call in calls:
        dev.fault(endpoint, status=status, headers=AT_ONCE)
        call()
        assert dev.calls()[endpoint] == 2
    assert dev.names() == ["other"]


@pytest.mark.parametrize("body", ["", "busy", "<html>busy</html>", "{", {"message": "busy"}])
@pytest.mark.parametrize("status", [429, 502, 503])
def test_what_a_proxy_wrote_is_no_reason_to_give_up(
    dev: Emulated, status: int, body: object
) -> None:
    ports = dev.connect(retry_s=10).ports
    dev.create_job(job("load"))
    dev.fault(LIST, status=status, body=body, times=2)
    assert [one.name for one in list_all(ports)] == ["load"]
    assert dev.calls()[LIST] == 3


@pytest.mark.slow
@pytest.mark.parametrize("cut_after_bytes", [0, 40])
def test_a_read_that_is_cut_is_sent_again(dev: Emulated, cut_after_bytes: int) -> None:
    ports = dev.connect(retry_s=10).ports
    dev.create_job(job("load"))
    dev.fault(LIST, kind="cut", when="after", cut_after_bytes=cut_after_bytes)
    assert [one.name for one in list_all(ports)] == ["load"]
    assert dev.calls()[LIST] == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "words"), [(429, "rate-limiting requests"), (503, "scripted fault")]
)
def test_what_never_gets_better_says_what_the_workspace_said(
    dev: Emulated, status: int, words: str
) -> None:
    ports = dev.connect(retry_s=1).ports
    dev.fault(LIST, status=status, times=0)
    with pytest.raises(WorkspaceError, match=words):
        list_all(ports)


def test_pages_that_never_end_are_an_error(dev: Emulated, ports: Ports) -> None:
    body = {"jobs": [], "next_page_token": "again"}
    dev.fault(LIST, status=200, times=0, body=body)
    with pytest.raises(WorkspaceError, match="returned too many pages"):
        list_all(ports)


def test_a_page_that_fails_fails_the_whole_list(dev: Emulated, ports: Ports) -> None:
    for number in range(101):
        dev.create_job(job(f"job {number}"))
    dev.fault(LIST, call=2, times=0, status=500, body={"message": "no"})
    with pytest.raises(WorkspaceError):
        list_all(ports)


# Login


def test_a_service_principal_logs_in_with_its_secret(dev: Emulated) -> None:
    running = dev.running
    ports = dev.connect(
        client_id=running.client_id, client_secret=running.client_secret, retry_s=2
    ).ports
    assert ports.principals.current().name == running.client_id
    job_id = ports.jobs.create_job(job("load"))
    live = ports.jobs.get_job(job_id)
    assert live.creator == running.client_id
    assert live.run_as_user_name == running.client_id


def test_a_wrong_secret_is_named_and_not_shown(dev: Emulated) -> None:
    ports = dev.connect(client_id=dev.running.client_id, client_secret=SECRET, retry_s=1).ports
    for call in (ports.principals.current, lambda: ports.jobs.create_job(job("load"))):
        with pytest.raises(WorkspaceError) as caught:
            call()
        assert SECRET not in text_of(caught.value)
        assert "credentials" in text_of(caught.value)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status": 200, "body": "<html>Sign in</html>"}, UnauthenticatedError),
        ({"status": 500, "body": "<html>no</html>"}, BusyError),
    ],
)
def test_a_page_in_place_of_a_token_is_an_error(
    dev: Emulated, answer: dict[str, Any], kind: type[WorkspaceError]
) -> None:
    dev.fault("POST /oidc/v1/token", times=0, **answer)
    ports = dev.connect(client_id="me", client_secret=SECRET, retry_s=1).ports
    for call in (ports.principals.current, lambda: ports.jobs.create_job(job("load"))):
        with pytest.raises(kind) as caught:
            call()
        assert SECRET not in text_of(caught.value)
    assert dev.calls().get(CREATE, 0) == 0


def test_every_call_is_counted_by_its_template(dev: Emulated) -> None:
    connection = dev.connect()
    job_id = connection.ports.jobs.create_job(job("load"))
    connection.ports.jobs.get_permissions(job_id)
    assert connection.rest.calls() == {CREATE: 1, "GET /api/2.0/permissions/jobs/{id}": 1}
