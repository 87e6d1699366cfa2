"""The login to one workspace. A token that is refused in the middle of an operation is replaced."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import requests
from databricks.sdk.clock import Clock
from databricks.sdk.core import ApiClient, Config

from core.errors import BusyError, UnauthenticatedError, WorkspaceError
from core.gateways.databricks.callers import GivenUpError, give_up_late
from core.gateways.databricks.errors import unreachable
from core.version import VERSION

log = logging.getLogger(__name__)

_METADATA, _METADATA_S = "/.well-known/databricks-config", 10
_NO_ANSWER = (requests.ConnectionError, requests.Timeout)


class WantsRetryError(Exception):
    """The SDK would send the call again. `__context__` is the error that it would forgive."""


class _HandBackClock(Clock):
    """The SDK asks its clock to sleep before each retry; this one hands that decision back."""

    def time(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:  # noqa: ARG002 - the SDK's own wait is not used
        raise WantsRetryError


class Login:
    """One configuration of the SDK with the token that it got.

    The SDK keeps a token until it expires, and cannot be asked for another one before. A new
    configuration reads the environment and the configuration file again, and gets a new token.
    Source: databricks-sdk oauth.py, `Refreshable`; config.py, `init_auth`.
    """

    def __init__(self, *, timeout_s: float, retry_s: int, is_renewed: bool, **auth: Any) -> None:
        """Ask the host for its login metadata.

        Raises:
            UnauthenticatedError: no login is configured.
            WorkspaceError: the host does not answer as a workspace.
        """
        self.config = Config.__new__(Config)
        try:
            Config.__init__(
                self.config,
                http_timeout_seconds=timeout_s,
                # Only the request for login metadata uses it: calls are retried by RestClient.
                retry_timeout_seconds=min(retry_s, _METADATA_S),
                product="databricks-job-sync",
                product_version=VERSION,
                clock=_HandBackClock(),
                **auth,
            )
        except ValueError as error:
            if _lacks_metadata(error):
                _require_answer(str(self.config.host or ""), timeout_s)
            raise UnauthenticatedError(
                "Could not set up the login to the workspace.",
                fix="Set DATABRICKS_HOST, and DATABRICKS_TOKEN or DATABRICKS_CLIENT_ID with "
                "DATABRICKS_CLIENT_SECRET (any Databricks SDK login works).",
            ) from error
        except _NO_ANSWER as error:
            raise unreachable(str(self.config.host or "")) from error
        self.api = ApiClient(self.config)
        self.is_renewed = is_renewed
        self._has_worked = False

    def note_success(self) -> None:
        """Record that the workspace accepted it."""
        self._has_worked = True

    @property
    def may_be_renewed(self) -> bool:
        """Whether another one may help: not where the last one was refused from the start."""
        return self._has_worked or not self.is_renewed


def _lacks_metadata(error: BaseException | None) -> bool:
    """Whether the SDK knows no address to get a token from: it asks for one at “None” then.

    Source: databricks-sdk config.py, `databricks_oidc_endpoints`.
    """
    return error is not None and (
        isinstance(error, requests.exceptions.MissingSchema) or _lacks_metadata(error.__cause__)
    )


def _require_answer(host: str, timeout_s: float) -> None:
    """Make sure that a host answers. The SDK takes one that does not for a missing login.

    Raises:
        UnreachableError: it does not.
        BusyError: it answers that it cannot.
    """
    if not host:
        return
    try:
        answer = requests.get(
            f"{host}{_METADATA}", timeout=min(timeout_s, _METADATA_S), allow_redirects=False
        )
    except _NO_ANSWER as error:
        raise unreachable(host) from error
    except requests.RequestException:  # no address: the login says so
        return
    if answer.status_code == requests.codes.too_many_requests:
        raise BusyError("The workspace is rate-limiting requests.", fix="Try again later.")
    if answer.status_code >= requests.codes.server_error:
        status = f"HTTP status {answer.status_code}"
        raise BusyError(f"The workspace answered with {status}.", fix="Try again later.")


class Logins:
    """The login of all threads. Thread-safe."""

    def __init__(
        self, *, timeout_s: float, retry_s: int, stop_if_asked: Callable[[], None], **auth: Any
    ) -> None:
        """Log in. Raises WorkspaceError when no login could be set up."""
        self._most_s = timeout_s + 2 * _METADATA_S
        self._stop_if_asked = stop_if_asked
        self._settings = {"timeout_s": timeout_s, "retry_s": retry_s, **auth}
        self._mutex = threading.Lock()
        self._current = self._log_in(is_renewed=False)

    @property
    def current(self) -> Login:
        return self._current

    def leave(self, stuck: Login) -> None:
        """Replace a login that waits for a token without end, unless another thread has."""
        with self._mutex:
            if self._current is stuck:
                with suppress(WorkspaceError):
                    self._current = self._log_in(is_renewed=stuck.is_renewed)

    def renew(self, refused: Login) -> bool:
        """Log in anew, unless another thread has; return whether there is another login to try."""
        with self._mutex:
            if self._current is not refused:
                return True
            if not refused.may_be_renewed:
                return False
            log.warning("the workspace refused the login; logging in anew")
            try:
                self._current = self._log_in(is_renewed=True)
            except WorkspaceError:
                return False
            return True

    def _log_in(self, *, is_renewed: bool) -> Login:
        login = Login.__new__(Login)  # its host is known before it is done

        def log_in() -> Login:
            login.__init__(is_renewed=is_renewed, **self._settings)  # type: ignore[misc]
            return login

        try:
            return give_up_late(log_in, most_s=self._most_s, stop_if_asked=self._stop_if_asked)
        except GivenUpError as error:
            config = getattr(login, "config", None)
            host = str(getattr(config, "host", None) or "")
            _require_answer(host, _METADATA_S)  # older SDKs ask again for minutes, whatever it says
            raise unreachable(host) from error
