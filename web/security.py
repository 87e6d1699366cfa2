"""What every request and answer has to obey: identity, origin, headers."""

import logging
import os
import secrets
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from dash import Dash, set_props
from flask import Flask, Response, abort, has_request_context, request

from components import ids
from web.identity import User, user_of
from web.settings import PageSettings

log = logging.getLogger(__name__)

_MOST_BYTES = 4 * 1024 * 1024
_WRITING = ("POST", "PUT", "PATCH", "DELETE")
_ASSETS = "_dash_assets.static"  # the name that Dash gives its route
_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]", "::1")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NOBODY = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Job Sync</title><link rel="stylesheet" href="/assets/nobody.css"></head><body><main>
<h1>Nobody is signed in</h1>
<p>This page shows jobs only to people it knows, and nothing in this request says who you are.</p>
<p>For its operator: behind a proxy that signs users in, set <code>TRUSTED_USER_HEADER</code> to the
header that names the user. On your own machine, set <code>AUTH=none</code>. In a Databricks App the
platform does it.</p></main></body></html>
"""


def current_user(page: PageSettings) -> User | None:
    """Return who sent the request at hand; nobody when there is none, as while starting."""
    if not has_request_context():
        return None
    return user_of(request.headers, page)


def signing_key(page: PageSettings, directory: Path) -> str:
    """Return the key that all workers sign with: the configured one, or one made once."""
    if page.secret_key:
        return page.secret_key
    path, draft = directory / "signing.key", directory / f"signing.{secrets.token_hex(8)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
    with suppress(FileExistsError):  # another worker made it
        path.hardlink_to(draft)
    draft.unlink()
    return path.read_text()


def tell_reference(error: Exception) -> None:
    """Show that a callback failed, with a reference; the log has the rest."""
    reference = uuid.uuid4().hex[:8]
    log.error("callback failed, reference %s", reference, exc_info=error)
    message = f"Something went wrong (reference {reference}). See the app log."
    set_props(ids.TOAST, {"children": message, "header": "Error", "is_open": True})


def protect(app: Dash, page: PageSettings) -> None:
    """Install the rules. To be called when all callbacks are registered."""
    server: Flask = app.server
    server.config["MAX_CONTENT_LENGTH"] = _MOST_BYTES
    policy = content_policy(app.csp_hashes())

    @server.before_request
    def check() -> Response | None:
        refuse_other_sites()
        if request.path == "/healthz" or request.endpoint == _ASSETS:
            return None
        if page.is_open:
            refuse_other_names()
        if current_user(page):
            return None
        return Response(_NOBODY, status=401, mimetype="text/html")

    @server.after_request
    def add_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy)
        if not request.path.startswith(("/assets/", "/_dash-component-suites/")):
            response.headers["Cache-Control"] = "no-store"
        return response


def content_policy(hashes: Sequence[str]) -> str:
    """Return the policy: own scripts and styles only. The grid writes its styles by itself."""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {' '.join(hashes)}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


def refuse_other_names() -> None:
    """Refuse a name of another host that leads here: its pages would count as our own site."""
    if urlsplit(f"//{request.host}").hostname not in _LOCAL_NAMES:
        abort(403, "With AUTH=none the page serves this machine only: open it at localhost.")


def refuse_other_sites() -> None:
    """Refuse a writing request that another site's page may have sent."""
    if request.method not in _WRITING:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    origin = request.headers.get("Origin")
    hosts = {request.host, request.headers.get("X-Forwarded-Host", request.host)}
    if origin and urlsplit(origin).netloc not in hosts:
        abort(403)
    if not request.is_json:
        abort(415)
