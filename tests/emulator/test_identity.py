"""Authentication and SCIM."""

from __future__ import annotations

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import Unauthenticated

from emulator import RunningWorkspace

from .conftest import ANA, Http, sdk_client

SCIM = "/api/2.0/preview/scim/v2"


def test_a_token_identifies_its_user(sdk: WorkspaceClient, workspace: RunningWorkspace) -> None:
    me = sdk.current_user.me()
    assert me.user_name == "admin@dev.example"
    assert [group.display for group in me.groups or []] == ["admins", "users"]
    assert sdk.get_workspace_id() == workspace.workspace_id


def test_oauth_identifies_the_app(workspace: RunningWorkspace) -> None:
    client = sdk_client(
        workspace, client_id=workspace.client_id, client_secret=workspace.client_secret
    )
    me = client.current_user.me()
    assert me.user_name == workspace.client_id
    assert "admins" in [group.display for group in me.groups or []]


def test_a_wrong_token_or_secret_is_refused(http: Http, workspace: RunningWorkspace) -> None:
    with pytest.raises(Unauthenticated):
        sdk_client(workspace, token="wrong").current_user.me()
    form = {"grant_type": "client_credentials", "scope": "all-apis"}
    answer = http.send("POST", "/oidc/v1/token", data=form, headers={"Authorization": "Basic eDp5"})
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "Bearer é"])
def test_other_credentials_are_refused_in_json(http: Http, header: str) -> None:
    headers = {"Authorization": header.encode()}
    answer = http.send("GET", f"{SCIM}/Me", headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (401, "UNAUTHENTICATED")


def test_a_forged_oauth_token_is_refused(http: Http, workspace: RunningWorkspace) -> None:
    form = {"grant_type": "client_credentials"}
    credentials = (workspace.client_id, workspace.client_secret)
    answer = http.send(
        "POST", "/oidc/v1/token", data=form, auth=credentials, headers={"Authorization": None}
    )
    token = answer.json()["access_token"]
    assert http.send("GET", f"{SCIM}/Me", token=token).status_code == 200
    assert http.send("GET", f"{SCIM}/Me", token=token[:-8] + "AAAAAAA=").status_code == 401


def test_an_inactive_user_cannot_sign_in(http: Http) -> None:
    http.seed(users=[{**ANA, "active": False}])
    assert http.send("GET", f"{SCIM}/Me", token="ana-token").status_code == 401


def test_hosts_may_lack_the_discovery_document(http: Http) -> None:
    assert http.get("/.well-known/databricks-config").json()["oidc_endpoint"].endswith("/oidc")
    http.option(no_databricks_config=True)
    assert http.get("/.well-known/databricks-config").status_code == 404


def test_nested_groups_make_an_admin_whom_me_may_not_show(http: Http) -> None:
    http.seed(
        groups=[{"displayName": "operators", "groups": ["admins"]}],
        users=[{**ANA, "groups": ["operators"]}],
    )

    def groups() -> list[str]:
        me = http.send("GET", f"{SCIM}/Me", token="ana-token").json()
        return [group["display"] for group in me["groups"]]

    foreign = http.create(name="foreign")
    answer = http.send("GET", f"/api/2.0/permissions/jobs/{foreign}", token="ana-token")
    assert answer.status_code == 200
    assert groups() == ["operators", "users"]
    http.option(me_lists_nested_groups=True)
    assert groups() == ["admins", "operators", "users"]


def test_the_sdk_iterates_over_all_users(http: Http, sdk: WorkspaceClient) -> None:
    http.seed(users=[{"userName": f"u{number}@x.example"} for number in range(25)])
    names = [user.user_name for user in sdk.users.list(count=10)]
    assert len(names) == len(set(names)) == 26


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('userName eq "ana@contoso-retail.example"', ["ana@contoso-retail.example"]),
        ('USERNAME EQ "ANA@contoso-retail.example"', ["ana@contoso-retail.example"]),
        ('userName sw "ana" or userName sw "bob"', ["ana@contoso-retail.example", 'bob"b']),
        ('userName co "b" and displayName eq "Bob"', ['bob"b']),
        ('userName eq "bob\\"b"', ['bob"b']),
        ("active eq false", ['bob"b']),
        ('displayName ne "Bob" and active eq true and userName co "ana"', [ANA["userName"]]),
        ('(userName eq "x" or userName sw "bob") and active eq false', ['bob"b']),
        ('userName eq "nobody"', []),
        ("userName eq 'ana@contoso-retail.example'", [ANA["userName"]]),
        ("displayName eq 'Bob' and userName sw 'BOB'", ['bob"b']),
        ("displayName eq 'O\\'Neil'", []),
        ('userName eq "it\'s"', []),
        ("userName eq 'bob\"b'", ['bob"b']),
        (
            'userName ew ".EXAMPLE" and displayName pr and not (userName sw "admin")',
            [ANA["userName"]],
        ),
        ('not (userName co "@")', ['bob"b']),
        ("nickName pr", []),
        ("display_name == 'Bob'", ['bob"b']),
        ('userName co "b" and groups.display eq "users"', ['bob"b']),
        ('groups[display eq "operators" and type eq "direct"]', [ANA["userName"]]),
        ('emails.value eq "ana@contoso-retail.example"', [ANA["userName"]]),
        ('emails[type eq "work"] and displayName eq "Ana"', [ANA["userName"]]),
    ],
)
def test_users_are_filtered(http: Http, text: str, names: list[str]) -> None:
    ana = {**ANA, "groups": ["operators"]}
    http.seed(users=[ana, {"userName": 'bob"b', "displayName": "Bob", "active": False}])
    answer = http.get(f"{SCIM}/Users", filter=text).json()
    assert [user["userName"] for user in answer["Resources"]] == names
    assert answer["totalResults"] == len(names)


@pytest.mark.parametrize(
    "text",
    [
        "userName",
        'userName gt "a"',
        'a eq "b" and',
        'a eq "b',
        "a eq b",
        "a eq 'b",
        'not a eq "b"',
        '(a eq "b"',
        'a[b eq "c"',
        "a eq",
        'a eq "b" c',
    ],
)
def test_bad_filters_get_a_scim_error(http: Http, text: str) -> None:
    answer = http.get(f"{SCIM}/Users", filter=text)
    assert answer.status_code == 400
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert answer.json()["scimType"] == "invalidFilter"


def test_attributes_select_fields(http: Http) -> None:
    [user] = http.get(f"{SCIM}/Users", attributes="userName,active").json()["Resources"]
    assert user.keys() == {"schemas", "id", "userName", "active"}
    me = http.get(f"{SCIM}/Me", excludedAttributes="entitlements,groups").json()
    assert "groups" not in me


def test_service_principals_and_groups_are_found(http: Http, workspace: RunningWorkspace) -> None:
    query = {"filter": f'applicationId eq "{workspace.client_id}"'}
    [found] = http.get(f"{SCIM}/ServicePrincipals", **query).json()["Resources"]
    assert found["displayName"] == "job-sync-app"
    [group] = http.get(f"{SCIM}/Groups", filter='displayName eq "admins"').json()["Resources"]
    assert {member["display"] for member in group["members"]} == {"DEV admin", "job-sync-app"}
    assert http.get(f"{SCIM}/Groups/{group['id']}").json() == group
    assert http.get(f"{SCIM}/Groups/1").json()["status"] == "404"


def test_non_admins_read_users_without_groups(http: Http) -> None:
    http.seed(users=[ANA])
    answer = http.send("GET", f"{SCIM}/Users", token="ana-token").json()
    assert all("groups" not in user for user in answer["Resources"])
