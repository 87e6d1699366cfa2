"""What every request and answer has to obey: identity, origin, headers."""

import logging
import os
import secrets
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from dash import Dash, set_props
from dash.exceptions import DependencyException
from flask import Flask, Response, abort, current_app, g, has_request_context, request

from components import ids
from components.tabs import has_page
from core.errors import SyncError
from core.jobsettings.secrets import mask_text
from web.header_text import text_of
from web.people.access import Access
from web.people.guards import Guards
from web.people.identity import User
from web.people.members import Freshness
from web.people.notices import below_a_path, nobody, nowhere, refused, stranger, stranger_sentence
from web.serving.dispatch import MalformedError, check_dispatch
from web.serving.metrics import is_scraper
from web.serving.operation_at_hand import note_operation_of, note_operations
from web.serving.origins import comes_from_us, host_of
from web.settings import PageSettings

log = logging.getLogger(__name__)

MOST_BYTES = 4 * 1024 * 1024
WARM_UP = "job_sync.warm_up"
"""In the environment of a request that this app sends to itself. No header gets there."""
_ACCESS = "job_sync.access"
_FEED = "feed.tab"
_LIBRARIES = "/_dash-component-suites/"
_OPEN = ("/healthz", "/readyz")
_WRITING = ("POST", "PUT", "PATCH", "DELETE")
# The names that Dash gives its routes.
_ASSETS = "_dash_assets.static"
_DISPATCH = "/_dash-update-component"
_DOCUMENTS = ("/", "/<path:path>")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def current_user(page: PageSettings) -> User | None:
    """Return who sent the request at hand; nobody when there is none, as while starting.

    The role is asked for once for each request.
    """
    if not has_request_context():
        return None
    if "user" not in g:
        access: Access = current_app.extensions.get(_ACCESS) or Access(page)
        g.user = None if WARM_UP in request.environ else access.user_of(request.headers, _wanted())
    found: User | None = g.user
    return found


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
    """Show that a callback failed: why, or a reference where only the log has the rest."""
    if isinstance(error, SyncError):
        set_props(
            ids.TOAST, {"children": mask_text(str(error)), "header": "Error", "is_open": True}
        )
        return
    reference = uuid.uuid4().hex[:8]
    log.error("callback failed, reference %s", reference, exc_info=error)
    message = f"Something went wrong (reference {reference}). See the app log."
    set_props(ids.TOAST, {"children": message, "header": "Error", "is_open": True})


def protect(app: Dash, page: PageSettings, access: Access, guards: Guards) -> None:
    """Install the rules. To be called when all callbacks are registered."""
    server: Flask = app.server
    server.extensions[_ACCESS] = access
    server.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    policy = content_policy(app.csp_hashes())
    note_operations(server)

    @server.before_request
    def check() -> Response | None:
        refuse_what_is_no_name()
        refuse_other_sites()
        is_open = request.path in _OPEN or request.endpoint == _ASSETS
        if is_open or WARM_UP in request.environ:
            return None
        if is_scraper(request.path, request.headers, page.metrics_token):
            return None
        if page.is_open:
            refuse_other_names()
        user = current_user(page)
        if user is None:
            return nobody(page.base)
        if not user.may_look:
            return _refused_stranger(user, page)
        if request.endpoint == _DISPATCH and request.method == "POST":
            document = refuse_malformed(app)
            note_operation_of(document)
            if refusal := guards.refusal(user, document):
                return refused(refusal)
        return _refused_address(page)

    @server.errorhandler(DependencyException)
    def no_such_script(error: Exception) -> Response:  # noqa: ARG001 - Flask's signature
        return nowhere(page.base)

    @server.errorhandler(SyncError)
    def not_usable(error: Exception) -> Response:
        """Say what keeps the page from working, such as a full disk."""
        return Response(mask_text(str(error)), 503, mimetype="text/plain")

    @server.after_request
    def add_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy)
        if not request.path.startswith(("/assets/", "/_dash-component-suites/")):
            response.headers["Cache-Control"] = "no-store"
        return response


def _wanted() -> Freshness:
    """Return how new a role must be: polls and libraries are many, and change nothing."""
    is_poll = request.endpoint == _FEED or request.path.startswith(_LIBRARIES)
    return Freshness.POLL if is_poll else Freshness.NOW


def _refused_stranger(user: User, page: PageSettings) -> Response:
    """Return a page where a page was asked for, and a sentence anywhere else."""
    if request.endpoint in _DOCUMENTS and request.method == "GET":
        return stranger(user, page)
    return refused(stranger_sentence(user, page), 503 if user.problem else 403)


def _refused_address(page: PageSettings) -> Response | None:
    """Return what is shown in place of the page, where Dash would show it at any address."""
    if request.endpoint not in _DOCUMENTS:
        return None
    if page.base == "/" and request.headers.get("X-Forwarded-Prefix", "").strip(" /"):
        return below_a_path(page.base)
    return None if has_page(request.path) else nowhere(page.base)


def refuse_malformed(app: Dash) -> Mapping[str, Any]:
    """Refuse a body on which Dash would fail; return what any other holds."""
    try:
        return check_dispatch(request.get_data(), app.callback_map)
    except MalformedError as error:
        abort(400, str(error))


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
            "frame-src 'none'",
            "frame-ancestors 'none'",
        )
    )


def refuse_what_is_no_name() -> None:
    """Refuse a Host that names none; HTTP/1.0 has none at all."""
    asked = request.headers.get("Host")
    if asked and host_of(text_of(asked)) is None:
        abort(400, "The Host header of this request is not the name of a host.")


def refuse_other_names() -> None:
    """Refuse a name of another host that leads here: its pages would count as our own site."""
    host = host_of(request.headers.get("Host", ""))
    if host is None or not host.is_local:
        abort(403, "With AUTH=none the page serves this machine only: open it at localhost.")


def refuse_other_sites() -> None:
    """Refuse a writing request that another site's page may have sent."""
    if request.method not in _WRITING:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    if not comes_from_us(request.headers):
        abort(403)
    if not request.is_json:
        abort(415)
