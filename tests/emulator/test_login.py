"""Logging in through a browser, as `databricks auth login` does, and keeping the token fresh."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.oauth import OAuthClient, get_workspace_endpoints

from emulator import RunningWorkspace

from .conftest import Http

REDIRECT = "http://localhost:8020"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
ASKED = {
    "client_id": "databricks-cli",
    "redirect_uri": REDIRECT,
    "response_type": "code",
    "scope": "all-apis offline_access",
    "state": "abc",
    "code_challenge": CHALLENGE.decode(),
    "code_challenge_method": "S256",
}


def consent(workspace: RunningWorkspace, **changes: str) -> requests.Response:
    query = {name: value for name, value in {**ASKED, **changes}.items() if value}
    url = f"{workspace.url}/oidc/v1/authorize"
    return requests.get(url, params=query, timeout=5, allow_redirects=False)


def answer_of(response: requests.Response) -> dict[str, str]:
    """Return what the redirect says to the waiting program."""
    assert response.status_code == 302, response.text
    location = response.headers["Location"]
    assert location.startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def exchange(workspace: RunningWorkspace, **fields: str) -> requests.Response:
    body = {"client_id": "databricks-cli", **fields}
    return requests.post(f"{workspace.url}/oidc/v1/token", data=body, timeout=5)


def redeem(workspace: RunningWorkspace, code: str, **changes: str) -> requests.Response:
    fields = {"code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER, **changes}
    return exchange(workspace, grant_type="authorization_code", **fields)


def user_of(http: Http, token: str) -> Any:
    return http.send("GET", "/api/2.0/preview/scim/v2/Me", token=token).json().get("userName")


def test_a_login_in_the_browser_is_the_administrators(workspace: RunningWorkspace) -> None:
    http = Http(workspace)
    said = answer_of(consent(workspace))
    assert said["state"] == "abc"
    token = redeem(workspace, said["code"]).json()
    assert (token["token_type"], token["scope"]) == ("Bearer", "all-apis offline_access")
    assert user_of(http, token["access_token"]) == "admin@dev.example"
    refreshed = exchange(
        workspace, grant_type="refresh_token", refresh_token=token["refresh_token"]
    ).json()
    assert user_of(http, refreshed["access_token"]) == "admin@dev.example"
    assert user_of(http, token["refresh_token"]) is None


def test_a_code_is_good_once_and_for_who_asked(workspace: RunningWorkspace) -> None:
    code = answer_of(consent(workspace))["code"]
    assert redeem(workspace, code).status_code == 200
    assert redeem(workspace, code).json()["error"] == "invalid_grant"
    for changes in (
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"redirect_uri": "http://localhost:1"},
        {"client_id": "another"},
        {"code": "guessed"},
    ):
        code = answer_of(consent(workspace))["code"]
        answer = redeem(workspace, **{"code": code, **changes})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), changes


@pytest.mark.parametrize(
    "target",
    [
        "",
        "https://attacker.example",
        "http://attacker.example/localhost",
        "http://[",
        "ftp://localhost",
    ],
)
def test_codes_stay_on_this_machine(workspace: RunningWorkspace, target: str) -> None:
    answer = consent(workspace, redirect_uri=target)
    assert answer.status_code == 400 and "Location" not in answer.headers


def test_another_name_for_this_machine_is_refused(workspace: RunningWorkspace) -> None:
    url = f"{workspace.url}/oidc/v1/authorize"
    rebound = {"Host": "attacker.example"}
    answer = requests.get(url, params=ASKED, headers=rebound, timeout=5, allow_redirects=False)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"client_id": ""}, "invalid_request"),
    ],
)
def test_a_bad_request_goes_back_to_the_program(
    workspace: RunningWorkspace, changes: dict[str, str], error: str
) -> None:
    said = answer_of(consent(workspace, **changes))
    assert (said["error"], said["state"]) == (error, "abc") and "code" not in said


def test_a_refresh_token_comes_only_with_offline_access(workspace: RunningWorkspace) -> None:
    code = answer_of(consent(workspace, scope="all-apis"))["code"]
    assert "refresh_token" not in redeem(workspace, code).json()
    answer = exchange(workspace, grant_type="refresh_token", refresh_token="guessed")
    assert answer.json()["error"] == "invalid_grant"
    assert exchange(workspace, grant_type="password").json()["error"] == "unsupported_grant_type"


def test_the_server_advertises_what_it_has(workspace: RunningWorkspace) -> None:
    server = Http(workspace).get("/oidc/.well-known/oauth-authorization-server").json()
    assert server["authorization_endpoint"] == f"{workspace.url}/oidc/v1/authorize"
    assert requests.get(server["authorization_endpoint"], timeout=5).status_code == 400
    assert server["code_challenge_methods_supported"] == ["S256"]


def test_the_sdk_logs_in(workspace: RunningWorkspace) -> None:
    client = OAuthClient(get_workspace_endpoints(workspace.url), REDIRECT, "databricks-cli")
    asked = client.initiate_consent()
    response = requests.get(asked.authorization_url, timeout=5, allow_redirects=False)
    credentials = asked.exchange_callback_parameters(answer_of(response))
    token = credentials.token().access_token
    me = WorkspaceClient(host=workspace.url, token=token).current_user.me()
    assert me.user_name == "admin@dev.example"


def test_telemetry_counts_what_it_was_sent(http: Http) -> None:
    body = {"uploadTime": 1, "items": [], "protoLogs": ["{}", "{}"]}
    answer = http.post("/telemetry-ext", body).json()
    assert answer == {"errors": [], "numSuccess": 0, "numProtoSuccess": 2}
    assert http.post("/telemetry-ext", {}).json()["numProtoSuccess"] == 0
    assert http.post("/telemetry-ext", body, token="wrong").status_code == 401
