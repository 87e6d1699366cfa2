"""The page as a browser meets it, without a browser: its routes, its wiring, its refusals."""

import csv
import io
import json
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from dash import Dash, html
from dash.development.base_component import Component

from app import create_app, create_server
from components import ids
from core.errors import SettingsError, StateError
from core.gateways.machine.local_folder import page_folder
from core.gateways.machine.operation_store import SqliteOperationStore
from core.operations.grid_row import GridRow
from core.operations.kinds import OperationKind
from core.operations.operation import PLAN, Status
from core.operations.outcome import Outcome
from core.planning.statuses import RowStatus
from core.reporting.report import Report
from core.settings import Settings
from tests.checkout import make_repository
from tests.emulated import Emulated
from web.serving.security import content_policy, signing_key
from web.settings import PageSettings

HEADER = "X-Forwarded-Email"
ANA = {HEADER: "ana@dev.example"}
VIEWER = {HEADER: "bo@dev.example"}
SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
PATHS = ["/", "/export", "/history/x", "/_dash-layout", "/_dash-dependencies", "/feed/export"]
FOLDER = "/Workspace/Shared/jobs"


def environment(tmp_path: Path, **variables: str) -> dict[str, str]:
    """A page behind a proxy, beside a workspace that does not answer."""
    return {
        "DATABRICKS_HOST": "http://127.0.0.1:9",
        "DATABRICKS_TOKEN": "x",
        "WORKSPACE_GIT_FOLDER_PATH": FOLDER,
        "RESOURCE_NAME_MAPPINGS_FILE_PATH": "/Workspace/Shared/mappings.json",
        "CACHE_FOLDER": str(tmp_path / "cache"),
        "RETRY_TIMEOUT_SECONDS": "1",
        "TRUSTED_USER_HEADER": HEADER,
        "OPERATORS": "ana@dev.example",
        "VIEWERS": "*",
        "WORKSPACE_NAME": "DEV <b>",
        **variables,
    }


@pytest.fixture(autouse=True)
def no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever login this machine has, no test uses it."""
    monkeypatch.setenv("DATABRICKS_HOST", "http://127.0.0.1:9")
    monkeypatch.setenv("DATABRICKS_TOKEN", "x")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path)


@pytest.fixture
def app(env: dict[str, str]) -> Dash:
    return create_app(env)


@pytest.fixture
def client(app: Dash) -> Any:
    return app.server.test_client()


@pytest.fixture
def store(app: Dash, env: dict[str, str]) -> SqliteOperationStore:
    return SqliteOperationStore(page_folder(Settings.from_env(env), env))


def ended(store: SqliteOperationStore, kind: OperationKind, **outcome: Any) -> str:
    name = store.start(kind, {}, "ana").operation_id
    store.claim(name)
    store.finish(name, Status.SUCCEEDED, Outcome(**outcome))
    return name


def walk(node: Any) -> Iterator[Component]:
    if isinstance(node, Component):
        yield node
        yield from walk(getattr(node, "children", None))
    elif isinstance(node, list | tuple):
        for inner in node:
            yield from walk(inner)


def laid_out(app: Dash) -> list[Component]:
    with app.server.test_request_context("/", headers=ANA):
        return list(walk(app.layout()))


def wired(app: Dash) -> set[str]:
    """Every id that a callback reads or writes."""
    found: set[str] = set()
    for callback in app._callback_list:
        for place in (*callback["inputs"], *callback["state"]):
            found.add(place["id"])
        if callback["no_output"]:
            continue
        outputs = callback["output"].strip(".").split("...")
        found |= {output.rpartition(".")[0] for output in outputs}
    return found


def dispatch(
    client: Any,
    output: str,
    inputs: Mapping[str, Any],
    headers: Mapping[str, str] = ANA,
    **extra: Any,
) -> Any:
    """Post what the browser posts for a callback."""
    names = output.strip(".").split("...")
    outputs = [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names]
    body = {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": [
            {"id": name.rpartition(".")[0], "property": name.rpartition(".")[2], "value": value}
            for name, value in inputs.items()
        ],
        "state": [],
        "changedPropIds": list(inputs),
        **extra,
    }
    return client.post("/_dash-update-component", json=body, headers={**SAME_SITE, **headers})


def start_output(app: Dash) -> str:
    [output] = [c["output"] for c in app._callback_list if f"..{ids.STARTED}." in c["output"]]
    return str(output)


def start(app: Dash, client: Any, request: Any, headers: Mapping[str, str] = ANA) -> Any:
    """Return what the page answers to a click."""
    answer = dispatch(client, start_output(app), {f"{ids.START_REQUEST}.data": request}, headers)
    return answer.get_json()["response"] if answer.status_code == 200 else answer.status_code


# The layout


@pytest.mark.parametrize("mode", ["Export", "Import", "Both"])
def test_every_wired_id_is_in_the_page_once(tmp_path: Path, mode: str) -> None:
    app = create_app(environment(tmp_path, APP_MODE=mode))
    found = [node.id for node in laid_out(app) if getattr(node, "id", None)]
    assert len(found) == len(set(found))
    assert wired(app) <= set(found)
    assert not app.config.suppress_callback_exceptions


def test_every_id_of_the_list_is_used(app: Dash) -> None:
    constants = [value for name, value in vars(ids).items() if name.isupper()]
    names = [value for value in constants if isinstance(value, str)]  # the rest are tables of them
    elsewhere = {"workspace-place", "take-start"}  # listed, and only in what is fetched later
    found = {node.id for node in laid_out(app) if getattr(node, "id", None)}
    assert set(names) - found <= elsewhere
    assert len(set(names)) == len(names)


def test_nothing_in_the_page_has_a_style_of_its_own(app: Dash) -> None:
    for node in laid_out(app):
        assert getattr(node, "style", None) is None, node
    assert "style=" not in app.index_string


def test_buttons_and_fields_have_names(app: Dash) -> None:
    nodes = laid_out(app)
    labelled = {node.htmlFor for node in nodes if isinstance(node, html.Label)}
    for node in nodes:
        if isinstance(node, html.Button):
            assert node.type == "button"
            assert node.children
        if node._type in {"Input", "Select"}:
            assert node.id in labelled


@pytest.mark.parametrize(
    ("mode", "tabs"),
    [
        ("Export", "export,mappings,history,workspace"),
        ("Import", "import,mappings,history,workspace"),
        ("Both", "export,import,mappings,history,workspace"),
    ],
)
def test_the_mode_decides_which_tabs_there_are(tmp_path: Path, mode: str, tabs: str) -> None:
    nodes = laid_out(create_app(environment(tmp_path, APP_MODE=mode)))
    [config] = [node for node in nodes if getattr(node, "id", "") == ids.CONFIG]
    told = json.loads(config.to_plotly_json()["props"]["data-config"])
    assert ",".join(tab["name"] for tab in told["tabs"] if not tab["within"]) == tabs


@pytest.mark.parametrize(("headers", "operates"), [(ANA, "true"), (VIEWER, "false"), ({}, "false")])
def test_the_page_knows_who_may_operate(app: Dash, headers: dict[str, str], operates: str) -> None:
    with app.server.test_request_context("/", headers=headers):
        nodes = list(walk(app.layout()))
    [config] = [node for node in nodes if getattr(node, "id", "") == ids.CONFIG]
    assert config.to_plotly_json()["props"]["data-operates"] == operates


def test_a_page_that_asks_nobody_says_so(tmp_path: Path) -> None:
    env = environment(tmp_path, TRUSTED_USER_HEADER="", AUTH="none", OPERATORS="")
    client = create_app(env).server.test_client()
    assert client.get("/_dash-layout").status_code == 200
    assert b"AUTH=none" in client.get("/_dash-layout").data


def test_two_pages_in_one_process_have_all_of_their_wiring(tmp_path: Path) -> None:
    first = create_app(environment(tmp_path / "a"))
    second = create_app(environment(tmp_path / "b"))
    assert len(first._callback_list) == len(second._callback_list) > 7


# Who gets in


@pytest.mark.parametrize("path", PATHS)
def test_without_a_user_the_page_names_the_setting_and_no_job(client: Any, store, path) -> None:
    name = store.start(OperationKind.EXPORT, {}, "ana").operation_id
    store.progress(name, rows=[GridRow("0", "secret job")])
    for headers in ({}, {HEADER: ""}, {"X-User": "ana"}, {HEADER: "x" * 300}):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401
        assert b"TRUSTED_USER_HEADER" in answer.data
        for word in (b"secret job", b"DEV", FOLDER.encode(), b"127.0.0.1"):
            assert word not in answer.data


def test_without_a_user_nothing_is_written(app: Dash, client: Any, store) -> None:
    assert start(app, client, {"kind": "export"}, {}) == 401
    assert store.active() is None


def test_health_and_assets_are_open_to_all(client: Any) -> None:
    assert client.get("/healthz").status_code == 200
    for path in ("/assets/nobody.css", "/assets/head.js", "/assets/vendor/bootstrap.min.css"):
        with client.get(path) as answer:
            assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/../app.py", "/..%2fapp.py", "/%2e%2e/app.py", "//etc/hosts"])
def test_no_other_file_is_an_asset(client: Any, path: str) -> None:
    text = client.get(f"/assets{path}").text
    assert "import logging" not in text
    assert "ip6-loopback" not in text


@pytest.mark.parametrize("header", ["X-Forwarded-User", "Remote-User"])
def test_only_the_configured_header_counts(tmp_path: Path, header: str) -> None:
    env = environment(tmp_path, TRUSTED_USER_HEADER="X-Auth-User")
    client = create_app(env).server.test_client()
    assert client.get("/feed/export", headers={header: "ana"}).status_code == 401
    assert client.get("/feed/export", headers={"X-Auth-User": "ana"}).status_code == 200


@pytest.mark.parametrize("header", ["x-auth-user", "X-MS-CLIENT-PRINCIPAL-NAME"])
def test_a_header_has_no_case(tmp_path: Path, header: str) -> None:
    client = create_app(environment(tmp_path, TRUSTED_USER_HEADER=header)).server.test_client()
    assert client.get("/feed/export", headers={header.title(): "ana"}).status_code == 200


# Other sites


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "nonsense"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:8001"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ],
)
def test_another_site_starts_nothing(app: Dash, client: Any, store, headers) -> None:
    body = {
        "output": start_output(app),
        "inputs": [{"id": ids.START_REQUEST, "property": "data", "value": {"kind": "export"}}],
        "changedPropIds": [f"{ids.START_REQUEST}.data"],
    }
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(
            "/_dash-update-component", json=body, headers={**ANA, **headers}
        )
        assert answer.status_code == 403
    assert store.active() is None


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_form_starts_nothing(client: Any, store, kind: str) -> None:
    answer = client.post(
        "/_dash-update-component", data='{"a": 1}', content_type=kind, headers={**ANA, **SAME_SITE}
    )
    assert answer.status_code == 415
    assert store.active() is None


def test_behind_a_proxy_the_public_name_is_our_own(app: Dash, client: Any) -> None:
    headers = {**ANA, "Origin": "https://app.example", "X-Forwarded-Host": "app.example"}
    body = {"kind": "info", "number": "1"}
    assert start(app, client, body, headers) != 403


def test_a_body_that_is_too_large_is_refused(app: Dash, client: Any) -> None:
    assert start(app, client, {"kind": "info", "x": "x" * (5 * 1024 * 1024)}) == 413


# Headers


@pytest.mark.parametrize("path", ["/", "/healthz", "/feed/export", "/assets/app.css", "/none/x"])
@pytest.mark.parametrize("headers", [ANA, {}], ids=["ana", "nobody"])
def test_every_answer_has_its_headers(client: Any, path: str, headers: dict[str, str]) -> None:
    with client.get(path, headers=headers) as answer:
        assert answer.status_code
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    [scripts] = [part for part in policy.split("; ") if part.startswith("script-src")]
    assert "unsafe-inline" not in scripts
    if not path.startswith("/assets/"):
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_policy_allows_the_scripts_of_this_page_alone() -> None:
    policy = content_policy(["'sha256-x'"])
    assert "script-src 'self' 'sha256-x'" in policy
    for part in ("object-src 'none'", "base-uri 'none'", "form-action 'self'"):
        assert part in policy


def test_the_page_loads_nothing_from_another_host(client: Any) -> None:
    text = client.get("/", headers=ANA).text
    for address in re.findall(r'(?:src|href)="([^"]*)"', text):
        assert address.startswith("/"), address
        assert not address.startswith("//")


# The wiring


def test_a_click_starts_an_operation(app: Dash, client: Any, store) -> None:
    answer = start(app, client, {"kind": "export", "number": "1"})
    operation = store.get(answer[ids.STARTED]["data"])
    assert (operation.kind, operation.actor) == ("export", "ana@dev.example")
    assert ids.TOAST not in answer


def test_what_is_refused_is_said(app: Dash, client: Any, store) -> None:
    answer = start(app, client, {"kind": "export"}, VIEWER)
    assert answer[ids.TOAST]["is_open"]
    assert "Only operators" in answer[ids.TOAST]["children"]
    assert ids.STARTED not in answer
    answer = start(app, client, {"kind": "import", "plan": "forged", "names": ["x"]})
    assert "A newer validation exists" in answer[ids.TOAST]["children"]
    assert store.active() is None


@pytest.mark.parametrize("request_", [None, [], "export", 7, True])
def test_what_is_no_request_starts_nothing(app: Dash, client: Any, store, request_) -> None:
    answer = dispatch(client, start_output(app), {f"{ids.START_REQUEST}.data": request_})
    assert answer.status_code == 204
    answer = dispatch(client, f"{ids.CANCELLED}.data", {f"{ids.CANCEL_REQUEST}.data": request_})
    assert answer.status_code == 204
    assert store.active() is None


def test_the_mode_is_enforced_whatever_the_browser_sends(tmp_path: Path) -> None:
    env = environment(tmp_path, APP_MODE="Export")
    app = create_app(env)
    store = SqliteOperationStore(page_folder(Settings.from_env(env), env))
    for kind in ("pull", "validate", "import", "remove", "adopt"):
        answer = start(app, app.server.test_client(), {"kind": kind})
        assert "APP_MODE is Export" in answer[ids.TOAST]["children"]
    assert store.active() is None


def test_names_that_were_reviewed_can_be_imported(app: Dash, client: Any, store) -> None:
    plan = ended(store, OperationKind.VALIDATE)
    store.put_documents(plan, {PLAN: json.dumps({"bad \ud800": "1", "<b>": "2"}).encode()})
    request = {"kind": "import", "plan": plan, "names": ["<b>", "bad \ud800"]}
    answer = start(app, client, request)
    assert store.get(answer[ids.STARTED]["data"]).params["names"] == ["<b>", "bad \ud800"]


def test_a_running_operation_is_cancelled(app: Dash, client: Any, store) -> None:
    name = store.start(OperationKind.EXPORT, {}, "ana").operation_id
    store.claim(name)
    for headers, status in ((VIEWER, Status.RUNNING), (ANA, Status.CANCELLING)):
        answer = dispatch(
            client,
            f"{ids.CANCELLED}.data",
            {f"{ids.CANCEL_REQUEST}.data": {"operation": name, "number": 1}},
            headers,
        )
        assert answer.status_code == (403 if headers is VIEWER else 200)
        assert store.get(name).status is status


def test_a_callback_that_fails_shows_a_reference_and_nothing_else(
    app: Dash, client: Any, caplog, monkeypatch
) -> None:
    [output] = [c["output"] for c in app._callback_list if ids.HISTORY_STATUS in c["output"]]
    monkeypatch.setattr(SqliteOperationStore, "ended", None)  # a bug
    inputs = {f"{ids.HISTORY_REQUEST}.data": 1, f"{ids.HISTORY_RELOAD}.n_clicks": 1}
    answer = dispatch(client, output, inputs)
    shown = answer.get_json()["sideUpdate"][ids.TOAST]["children"]
    [reference] = re.findall(r"[0-9a-f]{8}", shown)
    assert reference in caplog.text
    assert "sqlite" not in answer.text


def read_place(client: Any) -> dict[str, Any]:
    """Ask the feed as a page does until it knows where it is, or why it does not."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer: dict[str, Any] = client.get("/feed/export?ask=1", headers=ANA).get_json()
        props: dict[str, Any] = answer["props"]
        if answer["placeIsNew"] or props.get(ids.WORKSPACE_PROBLEM, {}).get("children"):
            return props
        time.sleep(0.01)
    raise AssertionError("the header shows nothing")


def test_the_header_says_what_cannot_be_read(client: Any) -> None:
    problem = read_place(client)[ids.WORKSPACE_PROBLEM]
    assert problem["hidden"] is False
    assert problem["children"].startswith("Could not read the workspace.")


# The feed


@pytest.mark.parametrize("tab", ["export", "import", "workspace"])
def test_a_tab_is_one_document(client: Any, store, tab: str) -> None:
    name = store.start(OperationKind.EXPORT, {}, "ana").operation_id
    store.claim(name)
    rows = [GridRow(f"{n}", "</script><b>\ud800") for n in range(3)]
    store.progress(name, rows=rows, done=1, total=3)
    answer = client.get(f"/feed/{tab}?operation=&since=0", headers=VIEWER)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    document = answer.get_json()
    assert len(document["rows"]) == (3 if tab == "export" else 0)
    assert document["isActive"]
    assert f"{tab}-progress" in document["props"]
    laid = {node.id for node in laid_out_of(client) if getattr(node, "id", None)}
    assert set(document["props"]) <= laid


def test_the_page_of_restore_serves_the_entry_that_its_address_names(client: Any, store) -> None:
    entry = "20261112T140200Z-import-0123456789ab"
    name = store.start(OperationKind.PLAN_RESTORE, {"entry": entry}, "ana").operation_id
    store.claim(name)
    store.progress(name, rows=[GridRow("0", "</script><b>", doubt="<img src=x>")])
    answer = client.get(f"/feed/restore?entry={entry}", headers=VIEWER).get_json()
    assert (answer["operation"], len(answer["rows"])) == (name, 1)
    assert set(answer["props"]) <= {n.id for n in laid_out_of(client) if getattr(n, "id", None)}
    for other in ("", "..", "%2e%2e/x", f"{entry}/x", "%3Cb%3E", "x" * 4000, "%00", "20261112T1"):
        answer = client.get(f"/feed/restore?entry={other}", headers=ANA).get_json()
        assert (answer["operation"], answer["rows"]) == ("", [])
        assert answer["props"][ids.RESTORE_ENTRY]["href"] == "/history"
    assert client.get(f"/history/{entry}/restore", headers=VIEWER).status_code == 200
    assert client.get(f"/history/{entry}/restore/x", headers=VIEWER).status_code == 404


def laid_out_of(client: Any) -> list[Component]:
    """Rebuild the layout from what the browser gets, as far as ids go."""
    document = client.get("/_dash-layout", headers=ANA).get_json()
    found: list[Component] = []

    def visit(node: Any) -> None:
        if isinstance(node, dict) and "props" in node:
            if node["props"].get("id"):
                found.append(html.Div(id=node["props"]["id"]))
            visit(node["props"].get("children"))
        elif isinstance(node, list):
            for inner in node:
                visit(inner)

    visit(document)
    return found


@pytest.mark.parametrize(
    "path",
    ["/feed/nothing", "/feed/row/x/0", "/feed/row/../x", "/feed/csv/x", "/feed/history/..%2fx/0"],
)
def test_what_does_not_exist_is_not_found(client: Any, path: str) -> None:
    assert client.get(path, headers=ANA).status_code == 404


@pytest.mark.parametrize("since", ["x", "1.5", "-3", "٣", "%00", "1&since=x"])
def test_a_number_that_is_none_is_refused(client: Any, store, since: str) -> None:
    ended(store, OperationKind.EXPORT)
    expected = 200 if since.startswith("1&") else 400  # the first counts
    assert client.get(f"/feed/export?since={since}", headers=ANA).status_code == expected
    assert client.get("/feed/export?since=", headers=ANA).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_feed_only_reads(client: Any, method: str) -> None:
    answer = getattr(client, method)("/feed/export", json={}, headers={**ANA, **SAME_SITE})
    assert answer.status_code == 405


def test_the_log_is_plain_text(client: Any, store) -> None:
    from core.operations.operation import LogLine

    name = store.start(OperationKind.EXPORT, {}, "ana").operation_id
    store.progress(name, log=[LogLine(0.0, "INFO", "<b>load</b>: done")])
    answer = client.get(f"/feed/log/{name}", headers=VIEWER)
    assert answer.mimetype == "text/plain"
    assert answer.text == "1970-01-01 00:00:00 UTC INFO    <b>load</b>: done\n"


def test_a_line_of_the_log_stays_one_line_when_an_earlier_version_wrote_it(
    client: Any, store
) -> None:
    from core.operations.operation import LogLine

    name = store.start(OperationKind.EXPORT, {}, "ana").operation_id
    text = "load\n1970-01-01 00:00:00 UTC ERROR   forged\u2028\x1b[2J\u202e: done"
    store.progress(name, log=[LogLine(0.0, "INFO", text), LogLine(0.0, "INFO", "end")])
    answer = client.get(f"/feed/log/{name}", headers=VIEWER)
    lines = answer.text.splitlines()
    assert [line.split()[3] for line in lines] == ["INFO", "INFO"]
    assert all(line.isprintable() for line in lines)


def test_the_log_of_an_operation_that_is_gone_is_not_found(client: Any) -> None:
    assert client.get(f"/feed/log/{'0' * 32}", headers=VIEWER).status_code == 404


def test_the_csv_has_exactly_the_rows_of_the_grid(client: Any, store) -> None:
    name = store.start(OperationKind.EXPORT, {}, "ana").operation_id
    rows = [
        GridRow("0", "=1+1", status=RowStatus.NEW, job_id="9223372036854775807"),
        GridRow("1", "größe, \ud800", status=RowStatus.ERROR, job_id="9007199254740993"),
    ]
    store.progress(name, rows=rows)
    answer = client.get(f"/feed/csv/{name}", headers=VIEWER)
    assert answer.mimetype == "text/csv"
    disposition = answer.headers["Content-Disposition"]
    assert re.fullmatch(r'attachment; filename="DEV-b-export-\d{8}T\d{6}Z\.csv"', disposition)
    assert answer.data.startswith(b"\xef\xbb\xbf")
    text = io.StringIO(answer.data.decode("utf-8-sig"), newline="")
    table = list(csv.DictReader(text))
    assert [(row["Job"], row["Status"], row["Job id"]) for row in table] == [
        ("'=1+1", "New", "9223372036854775807\t"),
        ("größe, \\ud800", "Error", "9007199254740993\t"),
    ]


def test_a_row_is_a_document_for_the_side_panel(client: Any, store) -> None:
    name = store.start(OperationKind.EXPORT, {}, "ana").operation_id
    row = GridRow("0", "<b>load</b>", status=RowStatus.ERROR, message="No.")
    store.progress(name, rows=[row])
    answer = client.get(f"/feed/row/{name}/0", headers=VIEWER)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    document = answer.get_json()
    assert document["title"] == "<b>load</b>"
    assert document["body"]["namespace"] == "dash_html_components"
    for path in (f"/feed/row/{name}/1", f"/feed/history/{'x' * 50}/0"):
        assert client.get(path, headers=VIEWER).status_code == 404


# Configuration


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WORKSPACE_GIT_FOLDER_PATH", ""),
        ("APP_MODE", "Both!"),
        ("AUTH", "off"),
        ("ENVIRONMENT_COLOR", "pink"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, variable: str, value: str) -> None:
    env = environment(tmp_path, TRUSTED_USER_HEADER="", **{"AUTH": "none", variable: value})
    with pytest.raises(SettingsError, match=variable):
        create_app(env)


def test_a_server_with_a_wrong_setting_ends_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHON_DOTENV_DISABLED", "1")
    monkeypatch.setenv("WORKSPACE_GIT_FOLDER_PATH", FOLDER)
    monkeypatch.setenv("APP_MODE", "nonsense")
    with pytest.raises(SystemExit):
        create_server()
    assert capsys.readouterr().err == "APP_MODE is “nonsense”. Set it to Export, Import or Both.\n"


def test_a_cache_that_is_open_to_others_is_refused(tmp_path: Path, env: dict[str, str]) -> None:
    folder = page_folder(Settings.from_env(env), env)
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    with pytest.raises(StateError, match="CACHE_FOLDER"):
        create_app(env)


def test_all_workers_sign_with_one_key(tmp_path: Path) -> None:
    assert signing_key(PageSettings(secret_key="mine"), tmp_path) == "mine"
    made = signing_key(PageSettings(), tmp_path)
    assert signing_key(PageSettings(), tmp_path) == made
    assert len(made) == 64
    assert (tmp_path / "signing.key").stat().st_mode & 0o777 == 0o600


# Beside a workspace


def test_the_page_shows_the_branch_of_a_checkout_and_no_link(
    dev: Emulated, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("DATABRICKS_HOST", dev.url)
    monkeypatch.setenv("DATABRICKS_TOKEN", dev.token)
    folder = make_repository(tmp_path / "checkout")
    env = environment(
        tmp_path,
        DATABRICKS_HOST=dev.url,
        WORKSPACE_GIT_FOLDER_PATH=f"file:{folder}",
        STATE_FOLDER_PATH="/Workspace/job-sync/state",
    )
    props = read_place(create_app(env).server.test_client())
    assert props[ids.WORKSPACE_PROBLEM]["hidden"] is True
    assert "main · " in json.dumps(props[ids.GIT_PLACE], ensure_ascii=False)
    assert props[ids.EXPORT_PUSH] == {"href": "", "hidden": True}


def test_the_page_reads_its_workspace_and_history(
    dev: Emulated, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("DATABRICKS_HOST", dev.url)
    monkeypatch.setenv("DATABRICKS_TOKEN", dev.token)
    env = environment(tmp_path, DATABRICKS_HOST=dev.url, WORKSPACE_GIT_FOLDER_PATH=dev.folder)
    app = create_app(env)
    client = app.server.test_client()
    props = read_place(client)
    assert props[ids.WORKSPACE_PROBLEM]["hidden"] is True
    assert props[ids.EXPORT_PUSH]["href"].startswith(dev.url)
    [entries] = [c["output"] for c in app._callback_list if ids.HISTORY_STATUS in c["output"]]
    inputs = {f"{ids.HISTORY_REQUEST}.data": 1, f"{ids.HISTORY_RELOAD}.n_clicks": None}
    answer = dispatch(client, entries, inputs).get_json()["response"]
    assert answer[ids.HISTORY_STATUS]["children"] == "0 operations."
    [rows] = [c["output"] for c in app._callback_list if ids.HISTORY_ENTRY_HEAD in c["output"]]
    again = {f"{ids.HISTORY_ENTRY_REQUEST}.data": None}
    hostile = dispatch(
        client, rows, {f"{ids.URL}.pathname": "/history/../../x", **again}
    ).get_json()
    head = hostile["response"][ids.HISTORY_ENTRY_HEAD]["children"]
    assert head == "This operation cannot be shown. It is not in the history."
    assert dispatch(client, rows, {f"{ids.URL}.pathname": "/export", **again}).status_code == 204


def test_a_report_without_rows_is_a_page_without_rows(client: Any, store) -> None:
    name = ended(store, OperationKind.VALIDATE, details=Report("validate").details)
    document = client.get("/feed/import", headers=ANA).get_json()
    assert (document["operation"], document["plan"], document["rows"]) == (name, name, [])


@pytest.mark.parametrize("host", ["evil.example:8000", "localhost.evil.example", "10.0.0.1"])
def test_an_open_page_answers_to_no_other_name(tmp_path: Path, host: str) -> None:
    env = environment(tmp_path, TRUSTED_USER_HEADER="", AUTH="none", OPERATORS="")
    client = create_app(env).server.test_client()
    assert client.get("/feed/export", headers={"Host": host}).status_code == 403
    assert client.get("/feed/export", headers={"Host": "localhost:8000"}).status_code == 200


@pytest.mark.parametrize("path", ["/healthzfoo", "/assets//x"])
def test_only_health_and_assets_are_open(client: Any, path: str) -> None:
    assert client.get(path).status_code in (401, 404)


def test_a_number_beyond_64_bits_asks_for_all_rows(client: Any, store) -> None:
    name = ended(store, OperationKind.EXPORT)
    url = f"/feed/export?operation={name}&since=99999999999999999999"
    assert client.get(url, headers=ANA).status_code == 200


def test_cancelling_what_cannot_be_an_operation_does_nothing(client: Any) -> None:
    request = {f"{ids.CANCEL_REQUEST}.data": {"operation": "\ud800"}}
    answer = dispatch(client, f"{ids.CANCELLED}.data", request)
    assert "reference" not in answer.text
