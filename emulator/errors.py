"""Errors that the workspace answers with, in the shapes of the Databricks REST API."""

from __future__ import annotations

from collections.abc import Sequence

from emulator.json_values import JsonDict

SCIM_ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"


class EmulatorError(Exception):
    """The emulator was used wrongly: a bad seed document, a port in use, no `git` binary."""


class ApiError(Exception):
    """A request failed: carries the HTTP status and the JSON body to answer with."""

    def __init__(
        self, status: int, error_code: str, message: str, details: Sequence[JsonDict] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error_code = error_code
        self.message = message
        self.details = tuple(details)

    def body(self) -> JsonDict:
        """Return the body `{"error_code"?, "message", "details"?}`."""
        code = {"error_code": self.error_code} if self.error_code else {}
        details = {"details": list(self.details)} if self.details else {}
        return {**code, "message": self.message, **details}


class ScimError(ApiError):
    """A SCIM request failed; RFC 7644 section 3.12 gives the body its own shape."""

    def __init__(self, status: int, message: str, scim_type: str | None = None) -> None:
        super().__init__(status, f"SCIM_{status}", message)
        self.scim_type = scim_type

    def body(self) -> JsonDict:
        body: JsonDict = {
            "schemas": [SCIM_ERROR_SCHEMA],
            "detail": self.message,
            "status": str(self.status),
        }
        return {**body, "scimType": self.scim_type} if self.scim_type else body


def invalid_parameter(message: str, details: Sequence[JsonDict] = ()) -> ApiError:
    return ApiError(400, "INVALID_PARAMETER_VALUE", message, details)


def malformed_request(message: str) -> ApiError:
    return ApiError(400, "MALFORMED_REQUEST", message)


def permission_denied(message: str) -> ApiError:
    return ApiError(403, "PERMISSION_DENIED", message)


def not_found(message: str) -> ApiError:
    return ApiError(404, "RESOURCE_DOES_NOT_EXIST", message)


def already_exists(message: str) -> ApiError:
    return ApiError(400, "RESOURCE_ALREADY_EXISTS", message)


def unauthenticated(message: str) -> ApiError:
    return ApiError(401, "UNAUTHENTICATED", message)


def endpoint_not_found(method: str, path: str) -> ApiError:
    return ApiError(404, "ENDPOINT_NOT_FOUND", f"No API found for '{method} {path}'")


def error_info(reason: str, **metadata: str) -> JsonDict:
    """Return a `google.rpc.ErrorInfo` for `details`."""
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "workspace.databricks.com",
        "metadata": metadata,
    }
