"""The WSGI application of one workspace: routes, authentication, faults and error bodies."""

from __future__ import annotations

import logging
import re
import time

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from emulator.api.catalog import CatalogApi
from emulator.api.compute import ComputeApi
from emulator.api.control import ControlApi
from emulator.api.exchange import error_response, json_response
from emulator.api.jobs import JobsApi
from emulator.api.oauth import OAuthApi
from emulator.api.permissions import PermissionsApi
from emulator.api.raw_files import RawFilesApi
from emulator.api.repos import ReposApi
from emulator.api.runs import RunsApi
from emulator.api.scim import ScimApi
from emulator.api.telemetry import TelemetryApi
from emulator.api.workspace_files import WorkspaceFilesApi
from emulator.calls import RecordedRequest
from emulator.errors import ApiError, endpoint_not_found, unauthenticated
from emulator.faults import Fault
from emulator.rate_limit import RateLimit
from emulator.server import CUT_AFTER_BYTES
from emulator.web.pages import Pages
from emulator.workspace import Workspace

log = logging.getLogger(__name__)

_VARIABLE = re.compile(r"<([a-z_]+)>")
SIGNED_IN_PREFIXES = ("/api/", "/telemetry-ext")
EMULATED_PREFIXES = (*SIGNED_IN_PREFIXES, "/oidc/", "/.well-known/")


def create_app(workspace: Workspace) -> Flask:
    """Return the application that serves a workspace."""
    app = Flask("emulator", static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    for part in (
        JobsApi(workspace, "2.2"),
        JobsApi(workspace, "2.1"),
        RunsApi(workspace, "2.2"),
        RunsApi(workspace, "2.1"),
        PermissionsApi(workspace),
        ComputeApi(workspace),
        CatalogApi(),
        WorkspaceFilesApi(workspace),
        RawFilesApi(workspace),
        ReposApi(workspace),
        ScimApi(workspace),
        OAuthApi(workspace),
        TelemetryApi(),
        ControlApi(workspace),
        Pages(workspace),
    ):
        app.register_blueprint(part.blueprint())
    gate = Gate(workspace)
    app.before_request(gate.enter)
    app.after_request(gate.leave)
    app.register_error_handler(ApiError, error_response)
    app.register_error_handler(Exception, answer_to_exception)
    return app


class Gate:
    """What happens to every request of the emulated API before and after its handler."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._rate_limit = RateLimit()

    def enter(self) -> Response | None:
        """Count the request, apply faults and limits, and find out who calls."""
        g.fault = None
        if not request.path.startswith(EMULATED_PREFIXES):
            return None
        endpoint = _endpoint()
        self._workspace.calls.add(endpoint)
        if self._workspace.options.record_requests:
            self._workspace.requests.add(_recorded())
        fault = self._workspace.faults.strike(endpoint)
        if fault is not None and fault.when == "before":
            answer = _suffer(fault)
            if answer is not None:
                return answer
        else:
            g.fault = fault
        if not self._rate_limit.allows(self._workspace.options.requests_per_second):
            return _too_many_requests()
        if request.path.startswith(SIGNED_IN_PREFIXES):
            g.caller = self._authenticated()
        return None

    def leave(self, response: Response) -> Response:
        """Apply a fault that strikes after the request took effect."""
        if g.get("fault") is None:
            return response
        answer = _suffer(g.fault)
        cut = g.fault.kind == "cut"
        return response if answer is None or cut else answer

    def _authenticated(self) -> object:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise unauthenticated("Credential was not sent or was of an unsupported type.")
        principal = self._workspace.people.authenticate(token.strip())
        if principal is None:
            raise unauthenticated("Invalid access token.")
        return principal


def answer_to_exception(error: Exception) -> Response:
    """Answer in JSON, whatever happened; only unexpected errors are logged."""
    if isinstance(error, HTTPException):
        if error.code in (404, 405):
            return error_response(endpoint_not_found(request.method, request.path))
        status = error.code or 500
        return error_response(ApiError(status, "BAD_REQUEST", error.description or ""))
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return error_response(ApiError(500, "INTERNAL_ERROR", "An unexpected error happened."))


def _recorded() -> RecordedRequest:
    target = request.environ["REQUEST_URI"]
    content_type = request.content_type or ""
    return RecordedRequest(
        time.monotonic(), request.method, target, content_type, request.get_data()
    )


def _endpoint() -> str:
    """Return method and route template, such as `GET /api/2.0/repos/{id}`."""
    rule = request.url_rule.rule if request.url_rule else request.path
    template = _VARIABLE.sub(r"{\1}", rule)
    return f"{request.method} {template}"


def _suffer(fault: Fault) -> Response | None:
    """Carry out a fault; the answer to give instead, or None for the usual one."""
    if fault.delay_s:
        time.sleep(fault.delay_s)
    match fault.kind:
        case "delay":
            return None
        case "cut":
            request.environ[CUT_AFTER_BYTES] = fault.cut_after_bytes
            return Response()
        case "status":
            return _faulty_answer(fault)


def _faulty_answer(fault: Fault) -> Response:
    if isinstance(fault.body, str):
        answer = Response(fault.body, fault.status, content_type=fault.content_type)
    else:
        default = {"error_code": "TEMPORARILY_UNAVAILABLE", "message": "A scripted fault."}
        answer = json_response(fault.body if fault.body is not None else default, fault.status)
    answer.headers.update(dict(fault.headers))
    return answer


def _too_many_requests() -> Response:
    """Source of the message: databricks-sdk-py#274."""
    message = "The request was throttled: RPC token bucket limit has been exceeded."
    answer = error_response(ApiError(429, "REQUEST_LIMIT_EXCEEDED", message))
    answer.headers["Retry-After"] = "1"
    return answer
