"""Roles over HTTP: who gets in by which group, whom every request asks, and four eyes."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from werkzeug.routing import Rule

from app import create_app
from components import ids
from core.gateways.machine.local_folder import page_folder
from core.gateways.machine.operation_store import SqliteOperationStore
from core.operations.grid_row import GridRow
from core.operations.kinds import OperationKind
from core.operations.operation import PLAN, Status
from core.operations.outcome import Outcome
from core.settings import Settings
from emulator import start_environment
from tests.emulated import Emulated
from web.people.guards import FOR_ALL, outputs_of

HEADER = "X-User"
DISPATCH = "/_dash-update-component"
USERS = "GET /api/2.0/preview/scim/v2/Users"
ANA, BO = "ana@dev.example", "bo@dev.example"
CY, DI = "cy@dev.example", "di@dev.example"
ROBOT = "0d4c8f1e-92a7-4b63-8c15-f7a3e05b6d22"
SECRET = "secret job"
OPEN_TO_ALL = {"/healthz", "/readyz", "/assets/<path:filename>"}
ARGUMENTS = {"operation_id": "f" * 32, "entry_id": "20260101T000000Z-import-" + "f" * 12}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulated]:
    with start_environment(tmp_path_factory.mktemp("roles")) as environment:
        yield Emulated(environment["DEV"])


@pytest.fixture(autouse=True)
def people(workspace: Emulated) -> None:
    """Ana is an admin, Bo one through another group, Cy looks at data, Di is anybody."""
    workspace.clear_faults()
    workspace.seed(groups=[{"displayName": "platform", "groups": ["admins"]}])
    for name, groups in ((ANA, ["admins"]), (BO, ["platform"]), (CY, ["data"]), (DI, [])):
        put(workspace, name, groups)
    robot = {"applicationId": ROBOT, "displayName": "robot", "groups": ["admins"]}
    workspace.seed(service_principals=[robot])


def put(workspace: Emulated, name: str, groups: list[str], *, is_active: bool = True) -> None:
    user = {"userName": name, "displayName": name, "active": is_active, "groups": groups}
    workspace.seed(users=[user])


@pytest.fixture
def new_app(
    workspace: Emulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Dash, SqliteOperationStore]]:
    monkeypatch.setenv("DATABRICKS_HOST", workspace.url)
    monkeypatch.setenv("DATABRICKS_TOKEN", workspace.token)

    def make(**variables: str) -> tuple[Dash, SqliteOperationStore]:
        env = {
            "DATABRICKS_HOST": workspace.url,
            "WORKSPACE_GIT_FOLDER_PATH": workspace.folder,
            "RESOURCE_NAME_MAPPINGS_FILE_PATH": "/Workspace/Shared/mappings.json",
            "CACHE_FOLDER": str(tmp_path / "cache"),
            "RETRY_TIMEOUT_SECONDS": "1",
            "TRUSTED_USER_HEADER": HEADER,
            **variables,
        }
        app = create_app(env)
        return app, SqliteOperationStore(page_folder(Settings.from_env(env), env))

    return make


@pytest.fixture
def client(new_app: Any) -> Any:
    return new_app(VIEWERS="group:DATA")[0].server.test_client()


def get(client: Any, path: str, name: str) -> Any:
    return client.get(path, headers={HEADER: name})


def role(client: Any, name: str) -> str:
    """Return what the page says somebody may do."""
    answer = get(client, "/_dash-layout", name)
    if answer.status_code != 200:
        return str(answer.status_code)
    [operates] = re.findall(r'"data-operates":\s*"(\w+)"', answer.text)
    return {"true": "changes", "false": "looks"}[operates]


def post(client: Any, output: str, inputs: list[tuple[str, str, Any]], name: str) -> Any:
    names = [one for one in output.strip(".").split("...") if "." in one]
    outputs = [dict(zip(("id", "property"), one.rsplit(".", 1), strict=True)) for one in names]
    body = {
        "output": output,
        "outputs": outputs if output.startswith("..") or not outputs else outputs[0],
        "inputs": [{"id": id_, "property": prop, "value": value} for id_, prop, value in inputs],
        "state": [],
        "changedPropIds": [f"{id_}.{prop}" for id_, prop, _ in inputs],
    }
    return client.post(DISPATCH, json=body, headers={HEADER: name})


def click(app: Dash, client: Any, name: str, request: dict[str, Any]) -> Any:
    """Post what the browser posts when a button is pressed."""
    [output] = [one for one in app.callback_map if f"{ids.STARTED}.data" in one]
    return post(client, output, [(ids.START_REQUEST, "data", request)], name)


# Who


def test_admins_change_and_members_of_a_group_look(client: Any) -> None:
    assert role(client, ANA) == "changes"
    assert role(client, ANA.upper()) == "changes"
    assert role(client, BO) == "changes"  # through a group in a group
    assert role(client, ROBOT) == "changes"
    assert role(client, CY) == "looks"
    assert role(client, DI) == "403"
    assert role(client, "nobody@dev.example") == "403"
    assert role(client, 'x" or userName eq "ana@dev.example') == "403"


def test_a_role_that_is_taken_away_is_gone_at_the_next_request(
    client: Any, workspace: Emulated
) -> None:
    for path in ("/", "/_dash-layout", "/feed/import", "/feed/import"):
        assert get(client, path, BO).status_code == 200
        put(workspace, BO, [])
        assert get(client, path, BO).status_code == 403
        put(workspace, BO, ["admins"], is_active=False)
        assert get(client, path, BO).status_code == 403
        put(workspace, BO, ["platform"])
        assert get(client, path, BO).status_code == 200
    put(workspace, CY, ["data", "admins"])
    assert role(client, CY) == "changes"
    workspace.seed(groups=[{"displayName": "platform", "groups": []}])
    assert role(client, BO) == "403"


def test_who_is_listed_by_name_needs_no_call(new_app: Any, workspace: Emulated) -> None:
    client = new_app(OPERATORS=f"group:ops,{DI.upper()}")[0].server.test_client()
    workspace.clear_calls()
    workspace.fault(USERS, status=500, times=100)
    assert role(client, DI) == "changes"
    assert USERS not in workspace.calls()


def test_one_call_is_enough_for_a_direct_member(client: Any, workspace: Emulated) -> None:
    role(client, ANA)
    workspace.clear_calls()
    assert role(client, ANA) == "changes"
    assert workspace.calls() == {USERS: 1}


@pytest.mark.slow
def test_while_the_workspace_does_not_answer_people_look_and_nobody_changes(
    new_app: Any, workspace: Emulated
) -> None:
    app, store = new_app(VIEWERS="group:data")
    client = app.server.test_client()
    assert role(client, ANA) == "changes"
    running = store.start(OperationKind.EXPORT, {}, ANA).operation_id
    store.claim(running)
    workspace.fault(USERS, status=500, times=10_000)
    assert role(client, ANA) == "looks"
    feed = get(client, "/feed/export", ANA)
    assert feed.status_code == 200
    inputs = [(ids.CANCEL_REQUEST, "data", {"operation": running, "number": 1})]
    refused = post(client, f"{ids.CANCELLED}.data", inputs, ANA)
    assert refused.status_code == 403
    assert "Your role could not be confirmed" in refused.get_json()["message"]
    assert store.get(running).status is Status.RUNNING
    unknown = get(client, "/", DI)
    assert unknown.status_code == 503
    assert "Your role could not be confirmed" in unknown.text
    assert get(client, "/feed/export", DI).get_json()["message"]
    workspace.clear_faults()
    assert role(client, ANA) == "changes"


# What is shown


@pytest.mark.parametrize("path", ["/", "/import", "/history/x"])
def test_who_has_no_role_sees_whom_to_ask(new_app: Any, path: str) -> None:
    operators = f"group:<b>ops & {{x}}</b>,<i>{ANA}</i>"
    client = new_app(OPERATORS=operators, VIEWERS="group:data")[0].server.test_client()
    answer = get(client, path, f"{DI}<script>")
    assert answer.status_code == 403
    assert answer.mimetype == "text/html"
    for text in ("&lt;b&gt;ops &amp; {x}&lt;/b&gt;", f"&lt;i&gt;{ANA}", "data", f"{DI}&lt;script"):
        assert text in answer.text
    assert "<script" not in answer.text
    assert "<i>" not in answer.text


def every_rule(app: Dash) -> list[tuple[str, Rule]]:
    """Return an address for each route, with the rule that it is of."""
    adapter = app.server.url_map.bind("localhost")
    return [
        (
            adapter.build(
                rule.endpoint,
                {name: ARGUMENTS.get(name, "1") for name in rule.arguments},
                method="GET" if "GET" in rule.methods else None,
            ),
            rule,
        )
        for rule in app.server.url_map.iter_rules()
    ]


def test_every_route_asks_for_a_role(new_app: Any) -> None:
    """A new route cannot be forgotten: they are those that the server knows."""
    app, store = new_app(VIEWERS="group:data")
    client = app.server.test_client()
    operation = store.start(OperationKind.EXPORT, {}, ANA).operation_id
    store.progress(operation, rows=[GridRow("0", SECRET)])
    rules = [(path, rule) for path, rule in every_rule(app) if rule.rule not in OPEN_TO_ALL]
    assert len(rules) > 15
    for path, rule in rules:
        for method in sorted(rule.methods - {"OPTIONS"}):
            address = path.replace("f" * 32, operation)
            answer = client.open(address, method=method, headers={HEADER: DI}, json={})
            assert answer.status_code == 403, (method, rule.rule)
            assert SECRET not in answer.text
            assert client.open(address, method=method, json={}).status_code == 401, rule.rule


def test_every_callback_asks_for_a_role_and_whatever_changes_for_that_to_change(
    new_app: Any,
) -> None:
    """A new callback needs the right to change, unless `FOR_ALL` has all that it writes."""
    app, _ = new_app(VIEWERS="group:data")
    client = app.server.test_client()
    assert app.callback_map
    for output, callback in app.callback_map.items():
        inputs = [(place["id"], place["property"], None) for place in callback["inputs"]]
        assert post(client, output, inputs, DI).status_code == 403, output
        if not outputs_of(output) <= FOR_ALL | {ids.ENDED}:
            answer = post(client, output, inputs, CY)  # 400 where the browser never asks for it
            assert answer.status_code in (400, 403), output


def test_a_viewer_starts_nothing_by_any_callback(new_app: Any) -> None:
    app, store = new_app(VIEWERS="group:data")
    client = app.server.test_client()
    for kind in OperationKind:
        if kind not in (OperationKind.INFO, OperationKind.MAPPINGS):
            answer = click(app, client, CY, {"kind": kind.value, "text": "{}", "version": ""})
            assert "read-only access" in answer.text, kind
    queued = store.start(OperationKind.EXPORT, {}, ANA).operation_id
    [ended] = [one for one in app.callback_map if one.startswith(f"{ids.ENDED}.data")]
    assert post(client, ended, [(ids.STARTED, "data", queued)], CY).status_code == 403
    cancel = [(ids.CANCEL_REQUEST, "data", {"operation": queued, "number": 1})]
    assert post(client, f"{ids.CANCELLED}.data", cancel, CY).status_code == 403
    assert store.get(queued).status is Status.QUEUED


def test_the_check_does_not_run_while_the_page_is_built(new_app: Any, workspace: Emulated) -> None:
    workspace.clear_calls()
    new_app()
    assert workspace.calls() == {}


# Four eyes


def test_what_one_requests_another_approves(new_app: Any) -> None:
    app, store = new_app(FOUR_EYES="1", VIEWERS="group:data")
    client = app.server.test_client()
    plan = store.start(OperationKind.VALIDATE, {}, ANA).operation_id
    store.claim(plan)
    store.put_documents(plan, {PLAN: json.dumps({"load": "1"}).encode()})
    store.finish(plan, Status.SUCCEEDED, Outcome())
    request = {"kind": "import", "plan": plan, "names": ["load"], "number": "1"}
    assert "Another operator must approve it" in click(app, client, ANA, request).text
    [asked] = store.change_requests()
    assert store.active() is None
    assert "load" in get(client, "/feed/import", BO).text
    assert "change-request" not in json.dumps(get(client, "/feed/import", CY).get_json()["rows"])
    assert asked.request_id not in get(client, "/feed/import", CY).text
    approval = {"decision": "approve", "request": asked.request_id, "number": "2"}
    for who in (ANA, ANA.upper(), CY):
        click(app, client, who, approval)
        assert store.active() is None
    put_away = click(app, client, DI, approval)
    assert put_away.status_code == 403
    answer = click(app, client, BO, approval).get_json()
    started = answer["response"][ids.STARTED]["data"]
    operation = store.get(started)
    assert (operation.actor, operation.approver) == (ANA, BO)
    assert "answered already" in click(app, client, BO, approval).text


def test_who_requested_must_still_be_an_operator(new_app: Any, workspace: Emulated) -> None:
    app, store = new_app(FOUR_EYES="1")
    client = app.server.test_client()
    plan = store.start(OperationKind.VALIDATE, {}, ANA).operation_id
    store.claim(plan)
    store.put_documents(plan, {PLAN: json.dumps({"load": "1"}).encode()})
    store.finish(plan, Status.SUCCEEDED, Outcome())
    click(app, client, ANA, {"kind": "import", "plan": plan, "names": ["load"], "number": "1"})
    [asked] = store.change_requests()
    put(workspace, ANA, [])
    approval = {"decision": "approve", "request": asked.request_id, "number": "2"}
    assert "may no longer change jobs" in click(app, client, BO, approval).text
    assert store.active() is None
