"""Requests as proxies, odd clients and hostile ones send them: answered, and never by a failure."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from app import create_app
from components import ids
from core.errors import SettingsError
from web.base_path import base_path

HEADER = "X-Forwarded-Email"
ANA = {HEADER: "ana@dev.example"}
SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
DISPATCH = "/_dash-update-component"
CANCEL = f"{ids.CANCELLED}.data"
EVERY_ROUTE = [
    *("/", "/export", "/history/x", "/nothing", "/healthz", "/_favicon.ico"),
    *("/readyz", "/metrics"),
    *("/_dash-layout", "/_dash-dependencies", DISPATCH, "/_reload-hash"),
    *("/assets/app.css", "/assets/nothing.css", "/_dash-component-suites/dash/x.js"),
    *("/feed/export", "/feed/nothing", "/feed/csv/x", "/feed/log/x", "/feed/row/x/0"),
    "/feed/history/x/0",
]


def environment(tmp_path: Path, **variables: str) -> dict[str, str]:
    """A page behind a proxy, beside a workspace that does not answer."""
    return {
        "DATABRICKS_HOST": "http://127.0.0.1:9",
        "DATABRICKS_TOKEN": "x",
        "WORKSPACE_GIT_FOLDER_PATH": "/Workspace/Shared/jobs",
        "CACHE_FOLDER": str(tmp_path / "cache"),
        "RETRY_TIMEOUT_SECONDS": "1",
        "TRUSTED_USER_HEADER": HEADER,
        "OPERATORS": "ana@dev.example",
        "VIEWERS": "*",
        **variables,
    }


@pytest.fixture(autouse=True)
def no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever login this machine has, no test uses it."""
    monkeypatch.setenv("DATABRICKS_HOST", "http://127.0.0.1:9")
    monkeypatch.setenv("DATABRICKS_TOKEN", "x")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Dash:
    return create_app(environment(tmp_path_factory.mktemp("page")))


@pytest.fixture(scope="module")
def client(app: Dash) -> Any:
    return app.server.test_client()


def below(tmp_path: Path, base: str, **variables: str) -> Any:
    return create_app(environment(tmp_path, BASE_PATH=base, **variables)).server.test_client()


# Who


def as_wsgi(name: str, encoding: str) -> str:
    return name.encode(encoding).decode("latin-1")


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("Łukasz Żak", "utf-8"), ("José", "utf-8"), ("José", "latin-1"), ("李雷", "utf-8")],
)
def test_a_name_is_read_as_it_is_written(client: Any, name: str, encoding: str) -> None:
    answer = client.get("/_dash-layout", headers={HEADER: as_wsgi(name, encoding)})
    assert name in json.dumps(answer.get_json(), ensure_ascii=False)


@pytest.mark.parametrize("configured", ["josé@dev.example", "JOSE\u0301@dev.example"])
@pytest.mark.parametrize("sent", ["josé@dev.example", "jose\u0301@dev.example"])
def test_an_operator_is_known_in_every_form_of_a_letter(tmp_path, configured, sent) -> None:
    client = create_app(environment(tmp_path, OPERATORS=configured)).server.test_client()
    text = client.get("/_dash-layout", headers={HEADER: as_wsgi(sent, "utf-8")}).text
    assert '"data-operates":"true"' in text.replace(" ", "")


# Which host


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "app.example:443"},
        {"Host": "APP.example"},
        {"X-Forwarded-Host": "app.example:443"},
        {"X-Forwarded-Host": "APP.EXAMPLE"},
        {"X-Forwarded-Host": "app.example, inner:8000"},
        {"X-Forwarded-Host": "inner:8000, app.example"},
    ],
)
def test_a_click_is_our_own_however_the_proxy_writes_the_host(app: Dash, headers) -> None:
    sent = {**ANA, "Origin": "https://app.example", "Sec-Fetch-Site": "same-origin", **headers}
    answer = app.server.test_client().post(DISPATCH, json=cancelling(), headers=sent)
    assert answer.status_code == 200


@pytest.mark.parametrize("origin", ["http://[::1", "http://a:port", "null", "http://\x7f", "//"])
def test_an_origin_that_is_none_is_refused(client: Any, origin: str) -> None:
    for path in EVERY_ROUTE:
        answer = client.post(path, json=cancelling(), headers={**ANA, "Origin": origin})
        assert answer.status_code == 403, path


@pytest.mark.parametrize("host", ["[::1", "a:port", "a:99999", "a b", "..", "a/b", "\xff\xfe:x"])
@pytest.mark.parametrize("is_open", [False, True])
def test_a_host_that_is_none_is_refused_everywhere(tmp_path, host: str, is_open: bool) -> None:
    variables = {"TRUSTED_USER_HEADER": "", "AUTH": "none"} if is_open else {}
    client = create_app(environment(tmp_path, **variables)).server.test_client()
    for path in EVERY_ROUTE:
        for method in ("GET", "POST"):
            answer = client.open(path, method=method, headers={**ANA, "Host": host})
            assert answer.status_code == 400, path


@pytest.mark.parametrize("host", ["LOCALHOST:8000", "localhost.", "127.0.0.1", "[0:0::1]:80"])
def test_an_open_page_knows_every_spelling_of_this_machine(tmp_path, host: str) -> None:
    env = environment(tmp_path, TRUSTED_USER_HEADER="", AUTH="none", OPERATORS="")
    client = create_app(env).server.test_client()
    assert client.get("/feed/export", headers={"Host": host}).status_code == 200


# Which address


@pytest.mark.parametrize(
    "path", ["/", "/export", "/import/", "/history", "/history/", "/history/x", "/workspace"]
)
def test_the_page_is_at_its_addresses(client: Any, path: str) -> None:
    answer = client.get(path, headers=ANA)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert client.head(path, headers=ANA).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/nothing",
            "/exports",
            "/export/x",
            "/history/x/y",
            "/favicon.ico",
            "/.env",
            "/wp-admin/",
        ),
        *("/feed", "/feed/", "/feed/nothing", "/feed/csv/x", "/feed/row/x/0", "/feed/row/x"),
        *("/assets/nothing.css", "/assets/", "/assets/%00", "/healthz/", "/x%00", "/%ff"),
        *("/_dash-component-suites/os/path.py", "/_dash-component-suites/dash/x.js", "/_dash-x"),
        *("/_dash-component-suites/dash/../app.py", "/jobs/", "/export%2f..%2f..%2fapp.py"),
    ],
)
def test_elsewhere_is_nothing(client: Any, path: str) -> None:
    answer = client.get(path, headers=ANA)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "FOO"])
def test_no_other_method_does_anything(client: Any, method: str) -> None:
    for path in EVERY_ROUTE:
        answer = client.open(path, method=method, json={}, headers={**ANA, **SAME_SITE})
        expected = (200, 404) if method == "OPTIONS" else (400, 404, 405)
        answer.close()
        assert answer.status_code in expected, (path, answer.status_code)
        assert "Access-Control-Allow-Origin" not in answer.headers


# Below a path


@pytest.mark.parametrize("path", ["/jobs/", "/jobs", "/", "/jobs/export", "/export"])
def test_below_a_path_every_address_begins_with_it(tmp_path: Path, path: str) -> None:
    answer = below(tmp_path, "/jobs/").get(path, headers=ANA)
    assert answer.status_code == 200
    parts = answer.text.replace("'", '"').split('"')
    found = [part for part in parts if part.startswith("/")]
    assert len(found) > 10
    assert all(address.startswith("/jobs/") for address in found)


def test_no_base_path_can_be_taken_for_an_address_of_the_page(tmp_path: Path) -> None:
    rules = below(tmp_path, "/").application.url_map.iter_rules()
    firsts = {rule.rule.split("/")[1] for rule in rules}
    names = {name for name in firsts if re.fullmatch(r"[a-z]+", name)} - {"static"}  # has no files
    assert {"healthz", "readyz", "metrics", "feed"} <= names
    for name in names:
        with pytest.raises(SettingsError, match="BASE_PATH"):
            base_path(f"/{name}/")


@pytest.mark.parametrize("cut", ["", "/jobs"])
def test_below_a_path_everything_is_found_cut_off_or_not(tmp_path: Path, cut: str) -> None:
    client = below(tmp_path, "jobs", OPERATORS="ana@dev.example")
    for path in (
        "/healthz",
        "/readyz",
        "/metrics",
        "/assets/app.css",
        "/feed/export",
        "/history/x",
    ):
        with client.get(f"{cut}{path}", headers=ANA) as answer:
            assert answer.status_code == 200, path
    posted = client.post(f"{cut}{DISPATCH}", json=cancelling(), headers={**ANA, **SAME_SITE})
    assert posted.status_code == 200
    for path in ("/nothing", "/feed/nothing"):
        assert client.get(f"{cut}{path}", headers=ANA).status_code == 404
    assert client.get(f"{cut}/feed/export").status_code == 401
    with client.get(f"{cut}/assets/app.css") as answer:
        assert not answer.cache_control.no_store


@pytest.mark.parametrize("path", ["/jobsx/export", "/other/", "/jobs/jobs/export"])
def test_below_a_path_another_path_is_none_of_the_page(tmp_path: Path, path: str) -> None:
    assert below(tmp_path, "/jobs/").get(path, headers=ANA).status_code == 404


def test_below_a_path_links_and_scripts_know_it(tmp_path: Path) -> None:
    text = below(tmp_path, "/a/b").get("/_dash-layout", headers=ANA).text
    layout = json.dumps(json.loads(text))
    assert '"href": "/a/b/export"' in layout
    assert '"href": "/a/b/history"' in layout
    assert '\\"base\\": \\"/a/b/\\"' in layout


def test_below_a_path_who_is_not_signed_in_sees_a_page_with_its_style(tmp_path: Path) -> None:
    answer = below(tmp_path, "/jobs/").get("/", headers={})
    assert answer.status_code == 401
    assert 'href="/jobs/assets/nobody.css"' in answer.text


@pytest.mark.parametrize("prefix", ["/jobs", "/jobs/", "jobs"])
def test_a_path_that_was_not_configured_is_named_where_people_see_it(client: Any, prefix) -> None:
    answer = client.get("/", headers={**ANA, "X-Forwarded-Prefix": prefix})
    assert answer.status_code == 404
    assert "BASE_PATH" in answer.text
    assert "BASE_PATH" in client.get("/jobs/", headers=ANA).text
    for nothing in ("", "/"):
        sent = {**ANA, "X-Forwarded-Prefix": nothing}
        assert client.get("/", headers=sent).status_code == 200


def test_files_that_cannot_be_loaded_leave_a_sentence_on_the_page(client: Any) -> None:
    text = client.get("/", headers=ANA).text
    assert '<p class="no-assets">' in text
    with client.get("/assets/app.css") as answer:
        assert ".no-assets { display: none; }" in answer.text


@pytest.mark.parametrize(
    "path", ["a b", "/..", "/a/../b", "/a//b", "/export", "/feed/x", "/ä", "/_x"]
)
def test_a_path_that_cannot_be_used_is_refused_at_the_start(tmp_path: Path, path: str) -> None:
    with pytest.raises(SettingsError, match="BASE_PATH"):
        below(tmp_path, path)


# What a callback is sent


def cancelling(**changes: Any) -> dict[str, Any]:
    """What the browser posts to cancel an operation."""
    place = {"id": ids.CANCEL_REQUEST, "property": "data"}
    return {
        "output": CANCEL,
        "outputs": {"id": ids.CANCELLED, "property": "data"},
        "inputs": [{**place, "value": {"operation": "x", "number": 1}}],
        "state": [],
        "changedPropIds": [f"{ids.CANCEL_REQUEST}.data"],
        **changes,
    }


DEEP = "[" * 100_000 + "]" * 100_000
BODIES = [
    *("", "null", "7", '"x"', "[]", "[[]]", "{", "{}", DEEP, '{"output": ' + DEEP + "}"),
    *('{"output": NaN}', '{"output": 1e999}', f'{{"output": {"9" * 5000}}}', "\x00", "﻿{}"),
]
VALUE = {"id": ids.CANCEL_REQUEST, "property": "data", "value": None}
CHANGES: list[dict[str, Any]] = [
    *({"output": wrong} for wrong in (None, 7, [], {}, "", "..", "nothing.data", CANCEL + "x")),
    *({"inputs": wrong} for wrong in (None, {}, [], [None], [7], [[]], [{}], [VALUE] * 2, "x")),
    *({"inputs": [{**VALUE, "id": wrong}]} for wrong in (None, {"a": 1}, [], "other")),
    *({"inputs": [{**VALUE, "property": wrong}]} for wrong in (None, {"a": 1}, [], "other")),
    *({"state": wrong} for wrong in (None, {}, [VALUE], [None], 7)),
    *({"outputs": wrong} for wrong in (None, [], {}, 7, "x", [VALUE], VALUE)),
    *({"changedPropIds": wrong} for wrong in (None, {}, [None], [{}], 7, "x", ["x"] * 1000)),
]


@pytest.mark.parametrize("body", [*BODIES, *map(json.dumps, CHANGES)], ids=lambda body: body[:40])
def test_a_malformed_call_is_refused_in_a_sentence(client: Any, caplog, body: str) -> None:
    caplog.set_level(logging.INFO)
    headers = {**ANA, **SAME_SITE, "Content-Type": "application/json"}
    answer = client.post(DISPATCH, data=body.encode(), headers=headers)
    assert answer.status_code == 400
    assert len(answer.text) < 300
    assert caplog.text == ""


@pytest.mark.parametrize("body", [b"\xff\xfe{}", '{"output": "é"}'.encode("latin-1"), b"\x1f\x8b"])
def test_a_body_that_is_not_utf8_is_refused(client: Any, body: bytes) -> None:
    headers = {**ANA, **SAME_SITE, "Content-Type": "application/json"}
    assert client.post(DISPATCH, data=body, headers=headers).status_code == 400


@pytest.mark.parametrize(
    "value", [7, "x", [], [[]], {}, {"kind": []}, {"kind": {}}, {"number": {}}, -1e308]
)
def test_no_value_makes_a_callback_fail(app: Dash, client: Any, caplog, value: Any) -> None:
    """The values themselves are checked where they are used."""
    for callback in app._callback_list:
        if callback.get("clientside_function") or "callback" not in wiring(app, callback):
            continue
        answer = client.post(DISPATCH, json=calling(callback, value), headers={**ANA, **SAME_SITE})
        assert answer.status_code in (200, 204), (callback["output"], answer.status_code)
        assert "reference" not in answer.text, callback["output"]
    assert "Traceback" not in caplog.text


def test_what_the_scripts_carry_out_cannot_be_called(app: Dash, client: Any, caplog) -> None:
    listed = [one for one in app._callback_list if one.get("clientside_function")]
    ours = [one for one in listed if not one["no_output"]]
    assert ours
    for callback in ours:
        answer = client.post(DISPATCH, json=calling(callback, None), headers={**ANA, **SAME_SITE})
        assert answer.status_code == 400, callback["output"]
    assert "Traceback" not in caplog.text


def wiring(app: Dash, callback: Any) -> dict[str, Any]:
    """Return how Dash calls it; nothing for one that would start a process."""
    found: dict[str, Any] = app.callback_map[callback["output"]]
    return {} if found.get("background") else found


def calling(callback: Any, value: Any) -> dict[str, Any]:
    names = callback["output"].strip(".").split("...")
    outputs = [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names]
    return {
        "output": callback["output"],
        "outputs": outputs if callback["output"].startswith("..") else outputs[0],
        "inputs": [{**place, "value": value} for place in callback["inputs"]],
        "state": [{**place, "value": value} for place in callback["state"]],
        "changedPropIds": [f"{place['id']}.{place['property']}" for place in callback["inputs"]],
    }
