"""OAuth for machines. Source: databricks-sdk config.py and oauth.py, `oauth-m2m`."""

from __future__ import annotations

from flask import Blueprint, Response, request

from emulator.api.exchange import json_response
from emulator.errors import endpoint_not_found
from emulator.principals import TOKEN_LIFETIME_S
from emulator.workspace import Workspace


class OAuthApi:
    """Discovery documents and the token endpoint."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("oauth", __name__)
        blueprint.add_url_rule("/.well-known/databricks-config", view_func=self.get_config)
        blueprint.add_url_rule(
            "/oidc/.well-known/oauth-authorization-server", view_func=self.get_server
        )
        blueprint.add_url_rule("/oidc/v1/token", view_func=self.make_token, methods=["POST"])
        return blueprint

    def get_config(self) -> Response:
        if self._workspace.options.no_databricks_config:
            raise endpoint_not_found(request.method, request.path)
        return json_response(
            {
                "oidc_endpoint": f"{_origin()}/oidc",
                "workspace_id": str(self._workspace.workspace_id),
                "cloud": "AWS",
            }
        )

    def get_server(self) -> Response:
        return json_response(
            {
                "issuer": f"{_origin()}/oidc",
                "authorization_endpoint": f"{_origin()}/oidc/v1/authorize",
                "token_endpoint": f"{_origin()}/oidc/v1/token",
            }
        )

    def make_token(self) -> Response:
        if request.form.get("grant_type") != "client_credentials":
            return _oauth_error(400, "unsupported_grant_type", "Use client_credentials.")
        client_id, secret = _client()
        token = self._workspace.people.issue_access_token(client_id, secret)
        if token is None:
            return _oauth_error(401, "invalid_client", "Client authentication failed")
        return json_response(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": TOKEN_LIFETIME_S,
                "scope": request.form.get("scope", "all-apis"),
            }
        )


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
