"""What somebody may try who can reach the page; docs/security.md lists each with its test."""

import json
import multiprocessing
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any
from urllib.parse import quote

import pytest
from dash import Dash
from plotly.utils import PlotlyJSONEncoder
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app import create_app
from components import ids
from components.workspace_tab import workspace_view
from core.gateways.machine.local_folder import page_folder
from core.gateways.machine.operation_store import SqliteOperationStore
from core.operations.grid_row import GridRow
from core.operations.kinds import KINDS, OperationKind
from core.operations.operation import PLAN, Status
from core.operations.outcome import Outcome
from core.reporting.details import GitPlace, Whereabouts, WorkspaceInformation
from core.reporting.report import ReportRow
from core.settings import Settings

HEADER = "X-Forwarded-Email"
OPERATOR, VIEWER = {HEADER: "ana@dev.example"}, {HEADER: "bo@dev.example"}
SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
DISPATCH = "/_dash-update-component"
MARKUP = '<img src=x onerror="alert(1)">javascript:alert(1)</script>'
UNKNOWN = "0123456789abcdef0123456789abcdef"
ESCAPES = (
    *("..", "../..", "../../../../../../etc/passwd", "/etc/passwd", "....//....//etc/passwd"),
    *("..\\..\\etc\\passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%252f..%252fetc%252fpasswd"),
    *("\0", "a\0b", "~root", "file:///etc/passwd", "x" * 5000, "'; drop table rows; --", "*", "\n"),
    *(MARKUP, "=1+1", "{{7*7}}", "${7*7}", "\ud7ff", "\u202egnp.exe", "con", "0", "-1", "NaN"),
)


@pytest.fixture(autouse=True)
def no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever login this machine has, no test uses it."""
    monkeypatch.setenv("DATABRICKS_HOST", "http://127.0.0.1:9")
    monkeypatch.setenv("DATABRICKS_TOKEN", "x")


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A page beside a workspace that does not answer."""
    return {
        "DATABRICKS_HOST": "http://127.0.0.1:9",
        "DATABRICKS_TOKEN": "x",
        "WORKSPACE_GIT_FOLDER_PATH": "/Workspace/job-sync/jobs",
        "RESOURCE_NAME_MAPPINGS_FILE_PATH": "/Workspace/job-sync/map.json",
        "CACHE_FOLDER": str(tmp_path_factory.mktemp("page") / "cache"),
        "RETRY_TIMEOUT_SECONDS": "1",
        "TRUSTED_USER_HEADER": HEADER,
        "OPERATORS": "ana@dev.example",
        "VIEWERS": "bo@dev.example",
    }


@pytest.fixture(scope="module")
def app(env: dict[str, str]) -> Dash:
    return create_app(env)


@pytest.fixture
def client(app: Dash) -> Any:
    return app.server.test_client()


@pytest.fixture(scope="module")
def store(app: Dash, env: dict[str, str]) -> SqliteOperationStore:
    return SqliteOperationStore(page_folder(Settings.from_env(env), env))


@pytest.fixture(scope="module")
def plan(store: SqliteOperationStore) -> str:
    """A validation that could be carried out, with one row of hostile texts."""
    name = store.start(OperationKind.VALIDATE, {}, "ana@dev.example").operation_id
    store.claim(name)
    report = hostile(ReportRow("load", "load.json", "new"))
    store.progress(name, rows=[hostile(GridRow("0", status="new"))])
    store.put_documents(
        name,
        {
            PLAN: json.dumps({"load": "0" * 32}).encode(),
            "row/0": json.dumps(report.as_json()).encode(),
        },
    )
    store.finish(name, Status.SUCCEEDED, Outcome(message=MARKUP))
    return name


def hostile(row: Any) -> Any:
    """Put markup into every field of a row that holds a plain text."""
    texts = {one.name: MARKUP for one in fields(row) if one.type is str and one.name != "key"}
    return replace(row, **texts)


def posted(client: Any, callback: Any, value: Any, headers: dict[str, str]) -> Any:
    """Post a callback with one value for everything that it takes."""
    names = callback["output"].strip(".").split("...")
    outputs = [
        dict(zip(("id", "property"), name.split("@")[0].rsplit(".", 1), strict=True))
        for name in names
    ]
    body = {
        "output": callback["output"],
        "outputs": outputs if callback["output"].startswith("..") else outputs[0],
        "inputs": [{**place, "value": value} for place in callback["inputs"]],
        "state": [{**place, "value": value} for place in callback["state"]],
        "changedPropIds": [f"{place['id']}.{place['property']}" for place in callback["inputs"]],
    }
    return client.post(DISPATCH, json=body, headers={**SAME_SITE, **headers})


def on_server(app: Dash) -> list[Any]:
    return [one for one in app._callback_list if not one.get("clientside_function")]


def background(app: Dash) -> list[Any]:
    return [one for one in on_server(app) if app.callback_map[one["output"]].get("background")]


def number_of_operations(store: SqliteOperationStore) -> int:
    newest = store.latest(tuple(OperationKind))
    return newest.number if newest else 0


# Callbacks


def test_a_viewer_starts_and_cancels_nothing_by_a_post_to_any_callback(
    app: Dash, client: Any, store: SqliteOperationStore, plan: str
) -> None:
    running = store.start(OperationKind.EXPORT, {}, "ana@dev.example").operation_id
    store.claim(running)
    before = number_of_operations(store)
    changing = [kind for kind in OperationKind if KINDS[kind].is_exclusive]
    asked = {"plan": plan, "names": ["load"], "ticked": ["load"], "typed": "1", "text": "{}"}
    requests = [{**asked, "kind": kind, "version": "", "operation": running} for kind in changing]
    assert len(on_server(app)) > 2
    assert posted(client, background(app)[0], running, VIEWER).status_code in (204, 403)
    for callback in on_server(app):
        takes = {place["id"] for place in callback["inputs"]}
        sent = requests if ids.START_REQUEST in takes else [{"operation": running}]
        for value in sent:
            answer = posted(client, callback, value, VIEWER)
            assert answer.status_code in (200, 204, 403), callback["output"]
    assert number_of_operations(store) == before
    operation = store.get(running)
    assert operation is not None
    assert operation.status is Status.RUNNING
    assert not store.should_stop(running)
    store.finish(running, Status.SUCCEEDED, Outcome())


@pytest.mark.parametrize("headers", [OPERATOR, VIEWER], ids=["operator", "viewer"])
def test_no_post_costs_a_process_but_that_of_a_queued_operation(
    app: Dash, client: Any, plan: str, headers: dict[str, str]
) -> None:
    [callback] = background(app)
    before = multiprocessing.active_children()
    for value in (*ESCAPES, plan, UNKNOWN, 7, True, [], {}, [plan], {"a": plan}, 1e300):
        assert posted(client, callback, value, headers).status_code in (204, 403), value
    assert multiprocessing.active_children() == before


def test_a_forged_operation_id_shows_nothing(client: Any, plan: str) -> None:
    for forged in (UNKNOWN, plan[:-1], plan.upper(), f"{plan} ", f"{plan}/../{plan}", "%00"):
        for path in (f"/feed/log/{forged}", f"/feed/csv/{forged}", f"/feed/row/{forged}/0"):
            answer = client.get(path, headers=OPERATOR)
            assert answer.status_code == 404, path


# Addresses


def addresses(app: Dash) -> Iterator[str]:
    """Yield every address of the server that takes arguments, with each escape in each of them."""
    for rule in app.server.url_map.iter_rules():
        if not rule.arguments or "GET" not in (rule.methods or ()):
            continue
        parts = [part.partition(">") for part in str(rule.rule).split("<")]
        for escape in ESCAPES:
            for safe in ("", "/"):
                filled = [parts[0][0]]
                filled += [quote(escape.encode(), safe=safe) + rest for _, _, rest in parts[1:]]
                yield "".join(filled)


def test_no_argument_of_an_address_leads_anywhere(app: Dash, client: Any, caplog: Any) -> None:
    asked = 0
    for address in addresses(app):
        with client.get(address, headers=OPERATOR) as answer:
            text = answer.text
            assert answer.status_code in (400, 404, 405), address
            assert "root:" not in text
            assert "Traceback" not in text
            assert answer.mimetype != "text/html" or MARKUP not in text
        asked += 1
    assert asked > 300
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("number", ["since", "place"])
def test_no_number_of_an_address_is_anything_else(client: Any, number: str) -> None:
    for escape in ESCAPES:
        answer = client.get("/feed/import", query_string={number: escape}, headers=OPERATOR)
        assert answer.status_code == (200 if escape == "0" else 400), escape


def test_nothing_leads_to_another_host(app: Dash, client: Any) -> None:
    """An address that a user trusts must not send the browser elsewhere."""
    evil = ("/%2f%2fevil.example", "/\\evil.example", "/https:/evil.example", "/x//evil.example")
    queries = ("", "?next=//evil.example", "?url=https://evil.example", "?operation=//evil.example")
    rules = {str(rule.rule) for rule in app.server.url_map.iter_rules() if not rule.arguments}
    for path in (*evil, *rules, "/export/", "/history//evil.example"):
        for query in queries:
            sent = {**OPERATOR, "X-Forwarded-Host": "evil.example"}
            with client.get(f"{path}{query}", headers=sent) as answer:
                assert not 300 <= answer.status_code < 400, path
                assert "Location" not in answer.headers
                assert "Refresh" not in answer.headers
    for path in ("//evil.example", "///evil.example/x"):  # the client would take it for a host
        sent = {**EnvironBuilder(headers=OPERATOR).get_environ(), "PATH_INFO": path}
        _, status, headers = run_wsgi_app(app.server.wsgi_app, sent)
        assert (status[:3], headers.get("Location")) == ("404", None)


# Cookies and frames


def test_no_answer_sets_a_cookie_and_no_cookie_makes_anybody_somebody(
    app: Dash, client: Any, plan: str
) -> None:
    for path in ("/", "/_dash-layout", "/feed/import", f"/feed/csv/{plan}", "/healthz", "/none"):
        with client.get(path, headers=OPERATOR) as answer:
            assert "Set-Cookie" not in answer.headers, path
    for callback in on_server(app):
        if ids.HISTORY_REQUEST not in {place["id"] for place in callback["inputs"]}:
            assert "Set-Cookie" not in posted(client, callback, {}, OPERATOR).headers
    client.set_cookie("session", "ana@dev.example")
    client.set_cookie(HEADER, "ana@dev.example")
    assert client.get("/feed/import").status_code == 401


def test_no_page_may_frame_ours(client: Any) -> None:
    for path in ("/", "/healthz", "/feed/import", "/none"):
        with client.get(path, headers=OPERATOR) as answer:
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


# Texts


LINKS = {"href", "src", "srcDoc", "action", "style", "formAction", "target", "rel", "id"}
TEXTS = {"children", "title", "alt", "value", "placeholder", "label"}


def where(node: Any, name: str = "") -> Iterator[str]:
    """Yield the names of the properties that hold the hostile text."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from where(value, str(key))
    elif isinstance(node, list):
        for value in node:
            yield from where(value, name)
    elif isinstance(node, str) and MARKUP in node:
        yield name


def components(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        if "namespace" in node:
            yield node["namespace"], node["type"]
        for value in node.values():
            yield from components(value)
    elif isinstance(node, list):
        for value in node:
            yield from components(value)


def test_hostile_texts_of_a_row_are_texts_in_the_panel(client: Any, plan: str) -> None:
    panel = client.get(f"/feed/row/{plan}/0", headers=OPERATOR)
    assert panel.mimetype == "application/json"
    found = set(where(panel.get_json()["body"]))
    assert found & TEXTS
    assert not found & LINKS
    assert {space for space, _ in components(panel.get_json())} == {"dash_html_components"}
    unsafe = {"Iframe", "Script", "ObjectEl", "Embed", "Meta", "Base", "Form", "Link"}
    assert not {kind for _, kind in components(panel.get_json())} & unsafe


def test_hostile_texts_of_the_workspace_are_texts_on_its_tab(store: SqliteOperationStore) -> None:
    git = GitPlace(MARKUP, 1, MARKUP, MARKUP, MARKUP)
    place = Whereabouts(MARKUP, MARKUP, True, MARKUP, MARKUP, git, MARKUP)
    found = WorkspaceInformation(where=place, mapping_file=MARKUP, state_folder=MARKUP)
    name = store.start(OperationKind.INFO, {}, MARKUP).operation_id
    store.claim(name)
    store.finish(name, Status.SUCCEEDED, Outcome(details=found))
    operation = store.get(name)
    shown = json.loads(json.dumps(workspace_view(operation, MARKUP, "", {}), cls=PlotlyJSONEncoder))
    names = set(where(shown))
    assert names & TEXTS
    assert not names & LINKS


def test_the_page_itself_takes_no_text_as_markup(client: Any, plan: str) -> None:
    """The document holds no text of users, and the tabs come as JSON that is no document."""
    assert MARKUP not in client.get("/", headers={HEADER: "ana <b>"}).text
    assert "ana <b>" not in client.get("/", headers={HEADER: "ana <b>"}).text
    tab = client.get("/feed/import", headers=OPERATOR)
    assert MARKUP in json.dumps(tab.get_json()).replace('\\"', '"')
    assert tab.headers["X-Content-Type-Options"] == "nosniff"
    assert tab.mimetype == "application/json"
