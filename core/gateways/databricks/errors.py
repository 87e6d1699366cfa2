"""SDK and HTTP errors → errors that a user can read. They stop here."""

import re
from collections.abc import Mapping
from typing import Any

import requests
from databricks.sdk import errors as sdk
from databricks.sdk.errors.base import DatabricksError

from core.errors import (
    AlreadyExistsError,
    BusyError,
    NotFoundError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnreachableError,
    WorkspaceError,
)
from core.one_line import one_line

_MAX_MESSAGE = 600
# Source: databricks-sdk core.py: 401 and 403 get the configuration appended to their message;
# errors/parser.py: what cannot be parsed gets a log of the request, body and all.
_DEBUG_SUFFIX = re.compile(
    r"\.? ?(Config: |Env: |This is likely a bug in the Databricks SDK).*", re.DOTALL
)
# Source: databricks-sdk errors/deserializer.py: an HTML page is an error whose code is the reason
# of its status and whose message is its title. The API's own 404 says what is missing.
_TITLE_OF_A_PAGE = re.compile(r"[^a-z]*(http|error|page)?[^a-z]*not found[^a-z]*", re.IGNORECASE)
# Source: Jobs API: a missing job is 400 INVALID_PARAMETER_VALUE or 404, recognized by its text. It
# may be another job than the one asked for: one that the settings run.
_MISSING_JOB = re.compile(r"Job (\S+) does not exist")
_NOT_A_DIGIT = re.compile(r"\D")
_BUSY = (
    sdk.TooManyRequests,
    sdk.InternalError,
    sdk.TemporarilyUnavailable,
    sdk.DeadlineExceeded,
)
_NO_ANSWER = (requests.ConnectionError, requests.Timeout, TimeoutError)

_NO_CODE = "unknown: unknown"
_REFUSED_LOGIN = "invalid access token"  # it comes with status 403 as well
_LOGIN_FIX = "Check the app's credentials: a token may have expired."
_RIGHTS_FIX = "Grant this permission to the app's principal, or ask a workspace admin to."


def translate(error: BaseException, host: str, asked: Mapping[str, Any]) -> WorkspaceError:
    """Turn an error of the SDK or of HTTP into one that users can read.

    No configuration, token or body goes into the message.

    Args:
        asked: the query or the body of the request: what it was about.
    """
    if isinstance(error, TimeoutError) and isinstance(error.__cause__, DatabricksError):
        error = error.__cause__  # the SDK's retries ran out; its cause is what the workspace said
    if isinstance(error, _NO_ANSWER):
        return unreachable(host)
    text = readable(str(error))
    match error:
        case sdk.Unauthenticated():
            return UnauthenticatedError(f"The workspace refused the login: {text}", fix=_LOGIN_FIX)
        case sdk.PermissionDenied() if _REFUSED_LOGIN in text.casefold():
            return UnauthenticatedError(f"The workspace refused the login: {text}", fix=_LOGIN_FIX)
        case sdk.PermissionDenied():
            return PermissionDeniedError(f"No permission: {text}", fix=_RIGHTS_FIX)
        case sdk.AlreadyExists() | sdk.ResourceAlreadyExists() | sdk.ResourceConflict():
            return AlreadyExistsError(text)
        case DatabricksError() if _is_about_what_is_missing(error, text, asked):
            return NotFoundError(text)
        case _ if isinstance(error, _BUSY):
            return _busy(error, text)
        case DatabricksError():
            return WorkspaceError(f"The workspace answered: {text}")
        case _ if is_token_withheld(error):
            return BusyError(f"The workspace {host} gave no token.", fix="Try again later.")
        case _ if _is_failed_login(error):
            reason = f" ({text})" if isinstance(next(iter(error.args), None), str) else ""
            return UnauthenticatedError(f"The login to {host} failed{reason}.", fix=_LOGIN_FIX)
        case _:
            return WorkspaceError(
                f"The workspace {host} sent a response that cannot be read.", fix="Try again."
            )


def unreachable(host: str) -> UnreachableError:
    """Return that a workspace does not answer."""
    who = f"The workspace {host}" if host else "The workspace"
    fix = "Check DATABRICKS_HOST and the network, then try again."
    return UnreachableError(f"{who} does not answer.", fix=fix)


def _busy(error: BaseException, text: str) -> BusyError:
    if isinstance(error, sdk.TooManyRequests):
        return BusyError(f"The workspace is rate-limiting requests: {text}", fix="Try again later.")
    return BusyError(f"The workspace answered: {text}")


def _is_about_what_is_missing(error: DatabricksError, text: str, asked: Mapping[str, Any]) -> bool:
    """Whether the workspace says that what was asked for does not exist."""
    if isinstance(error, sdk.NotFound) and _says_what_is_missing(error, text):
        return True
    is_missing_path = isinstance(error, sdk.NotFound) and _misses_the_path(error, asked)
    return is_missing_path or _misses_the_job(text, asked)


def _says_what_is_missing(error: DatabricksError, text: str) -> bool:
    """Whether the workspace itself wrote this 404, and not a proxy, which knows of no object."""
    code = error.error_code or ""
    return code != "" and not (code == "NOT_FOUND" and _TITLE_OF_A_PAGE.fullmatch(text))


def _misses_the_path(error: DatabricksError, asked: Mapping[str, Any]) -> bool:
    """Whether a 404 without a code names the very path that was asked for, as no proxy does.

    Source: databricks/cli libs/testserver fake_workspace.go, WorkspaceGetStatus.
    """
    path = asked.get("path")
    is_uncoded = not error.error_code and isinstance(path, str)
    return is_uncoded and str(error).strip() == f"Path ({path}) doesn't exist."


def _misses_the_job(text: str, asked: Mapping[str, Any]) -> bool:
    found = _MISSING_JOB.search(text)
    return bool(found and _NOT_A_DIGIT.sub("", found[1]) == str(asked.get("job_id")))


def is_token_withheld(error: BaseException) -> bool:
    """Whether no token came for another reason than the credentials: a refusal has a code.

    Source: databricks-sdk oauth.py, retrieve_token; RFC 6749, section 5.2.
    """
    what = next(iter(error.args), None)
    return type(error) is ValueError and (what == _NO_CODE or isinstance(what, bytes))


def _is_failed_login(error: BaseException) -> bool:
    """Whether no token could be obtained. Source: databricks-sdk oauth.py, retrieve_token.

    Responses that cannot be parsed are a ValueError too, bad login addresses a RequestException.
    """
    if isinstance(error, requests.RequestException):
        return isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema)
    return isinstance(error, ValueError | NotImplementedError)


def refused(body: Any, status: int) -> WorkspaceError:
    """Return the error for a refused request, given the JSON body of the response."""
    message = body.get("message") if isinstance(body, dict) else None
    text = readable(str(message or f"HTTP status {status}"))
    is_bad_token = status == requests.codes.forbidden and _REFUSED_LOGIN in text.casefold()
    if status == requests.codes.unauthorized or is_bad_token:
        return UnauthenticatedError(f"The workspace refused the login: {text}", fix=_LOGIN_FIX)
    if status == requests.codes.forbidden:
        return PermissionDeniedError(f"No permission: {text}", fix=_RIGHTS_FIX)
    return WorkspaceError(f"The workspace answered: {text}")


def readable(message: str) -> str:
    """Return a message of the API as one bounded line, without what the SDK appended.

    It may hold the names of jobs and files, which people give.
    """
    text = one_line(" ".join(_DEBUG_SUFFIX.sub(".", message).split()))
    return text if len(text) <= _MAX_MESSAGE else text[:_MAX_MESSAGE] + "…"
