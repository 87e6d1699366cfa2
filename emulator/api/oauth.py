"""OAuth for machines and for people.

Sources: databricks-sdk config.py and oauth.py (`oauth-m2m`, `external-browser`); databricks/cli
cmd/auth/README.md (`auth login`, `auth token`); RFC 6749 and 7636.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, request

from emulator.api.exchange import json_response, text_argument
from emulator.authorization_codes import AuthorizationCodes, Consent
from emulator.errors import endpoint_not_found
from emulator.json_values import JsonDict
from emulator.principals import Principal
from emulator.same_origin import is_local_caller
from emulator.workspace import Workspace

LOOPBACK = ("localhost", "127.0.0.1", "::1")
OFFLINE = "offline_access"
ALL_APIS = "all-apis"


class OAuthApi:
    """Discovery documents, consent and the token endpoint."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._codes = AuthorizationCodes()

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("oauth", __name__)
        for path, view in (
            ("/.well-known/databricks-config", self.get_config),
            ("/oidc/.well-known/oauth-authorization-server", self.get_server),
            ("/oidc/v1/authorize", self.authorize),
        ):
            blueprint.add_url_rule(path, view_func=view)
        blueprint.add_url_rule("/oidc/v1/token", view_func=self.make_token, methods=["POST"])
        return blueprint

    def get_config(self) -> Response:
        options = self._workspace.options
        if options.no_databricks_config:
            raise endpoint_not_found(request.method, request.path)
        return json_response(
            {
                "oidc_endpoint": f"{_origin()}/oidc",
                "workspace_id": str(self._workspace.workspace_id),
                "cloud": options.cloud.upper(),
            }
        )

    def get_server(self) -> Response:
        return json_response(
            {
                "issuer": f"{_origin()}/oidc",
                "authorization_endpoint": f"{_origin()}/oidc/v1/authorize",
                "token_endpoint": f"{_origin()}/oidc/v1/token",
                "response_types_supported": ["code"],
                "grant_types_supported": list(self._grants()),
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": [ALL_APIS, OFFLINE],
            }
        )

    def authorize(self) -> Response:
        """Grant what is asked for to the administrator, whose machine this is.

        The answer goes to a program on this machine only, and needs its proof of key (PKCE).
        """
        target = text_argument("redirect_uri")
        if not is_local_caller() or not _is_loopback(target):
            return _oauth_error(400, "invalid_request", "redirect_uri must be on this machine")
        problem = _consent_problem()
        if problem is not None:
            return _redirected(target, {"error": problem[0], "error_description": problem[1]})
        consent = Consent(
            principal=self._workspace.admin.name,
            client_id=text_argument("client_id"),
            redirect_uri=target,
            challenge=text_argument("code_challenge"),
            scope=text_argument("scope", ALL_APIS),
        )
        return _redirected(target, {"code": self._codes.issue(consent)})

    def make_token(self) -> Response:
        grant = self._grants().get(request.form.get("grant_type", ""))
        if grant is None:
            known = ", ".join(self._grants())
            return _oauth_error(400, "unsupported_grant_type", f"Use one of: {known}.")
        return grant()

    def _grants(self) -> Mapping[str, Callable[[], Response]]:
        return {
            "client_credentials": self._for_client,
            "authorization_code": self._for_code,
            "refresh_token": self._for_refresh_token,
        }

    def _for_client(self) -> Response:
        client_id, secret = _client()
        token = self._workspace.people.issue_access_token(client_id, secret)
        if token is None:
            return _oauth_error(401, "invalid_client", "Client authentication failed")
        return self._token_answer(token, request.form.get("scope", ALL_APIS))

    def _for_code(self) -> Response:
        client_id, _ = _client()
        consent = self._codes.redeem(request.form.get("code", ""))
        redirect_uri = request.form.get("redirect_uri", "")
        verifier = request.form.get("code_verifier", "")
        if consent is None or not consent.is_for(client_id, redirect_uri, verifier):
            return _oauth_error(400, "invalid_grant", "The authorization code is not valid")
        owner = self._workspace.people.named(consent.principal)
        if owner is None or not owner.active:
            return _oauth_error(400, "invalid_grant", "The user is not active")
        return self._answer_for(owner, consent.scope)

    def _for_refresh_token(self) -> Response:
        owner = self._workspace.people.by_refresh_token(request.form.get("refresh_token", ""))
        if owner is None:
            return _oauth_error(400, "invalid_grant", "The refresh token is not valid")
        return self._answer_for(owner, request.form.get("scope", f"{ALL_APIS} {OFFLINE}"))

    def _answer_for(self, owner: Principal, scope: str) -> Response:
        issue = self._workspace.people.issue_token
        refresh = issue("refresh", owner) if OFFLINE in scope.split() else None
        return self._token_answer(issue("access", owner), scope, refresh)

    def _token_answer(self, token: str, scope: str, refresh_token: str | None = None) -> Response:
        answer: JsonDict = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self._workspace.options.access_token_s,
            "scope": scope,
        }
        if refresh_token is not None:
            answer["refresh_token"] = refresh_token
        return json_response(answer)


def _consent_problem() -> tuple[str, str] | None:
    if text_argument("response_type") != "code":
        return "unsupported_response_type", "response_type must be code"
    if not text_argument("client_id"):
        return "invalid_request", "client_id is missing"
    if not text_argument("code_challenge") or text_argument("code_challenge_method") != "S256":
        return "invalid_request", "a code_challenge with the method S256 is needed"
    return None


def _redirected(target: str, fields: dict[str, str]) -> Response:
    if state := text_argument("state"):
        fields["state"] = state
    separator = "&" if urlsplit(target).query else "?"
    location = f"{target}{separator}{urlencode(fields)}"
    return Response(status=302, headers={"Location": location})


def _is_loopback(target: str) -> bool:
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in LOOPBACK and not parts.fragment


def _client() -> tuple[str, str]:
    """Return the client's id and secret from basic authentication, else from the form."""
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        return basic.username or "", basic.password or ""
    return request.form.get("client_id", ""), request.form.get("client_secret", "")


def _origin() -> str:
    return request.host_url.rstrip("/")


def _oauth_error(status: int, error: str, description: str) -> Response:
    """RFC 6749 section 5.2 gives these errors their own shape."""
    return json_response({"error": error, "error_description": description}, status)
