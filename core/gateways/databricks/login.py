"""The login to one workspace. A token that is refused in the middle of an operation is replaced."""

import logging
import threading
import time
from typing import Any

from databricks.sdk.clock import Clock
from databricks.sdk.core import ApiClient, Config

from core.errors import UnauthenticatedError
from core.version import VERSION

log = logging.getLogger(__name__)

_METADATA_S = 10


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
        """Ask the host for its login metadata. Raises UnauthenticatedError when there is none."""
        try:
            self.config = Config(
                http_timeout_seconds=timeout_s,
                # Only the request for login metadata uses it: calls are retried by RestClient.
                retry_timeout_seconds=min(retry_s, _METADATA_S),
                product="databricks-job-sync",
                product_version=VERSION,
                clock=_HandBackClock(),
                **auth,
            )
        except ValueError as error:
            raise UnauthenticatedError(
                "Could not set up the login to the workspace.",
                fix="Set DATABRICKS_HOST, and DATABRICKS_TOKEN or DATABRICKS_CLIENT_ID with "
                "DATABRICKS_CLIENT_SECRET (any Databricks SDK login works).",
            ) from error
        self.api = ApiClient(self.config)
        self._is_renewed = is_renewed
        self._has_worked = False

    def note_success(self) -> None:
        """Record that the workspace accepted it."""
        self._has_worked = True

    @property
    def may_be_renewed(self) -> bool:
        """Whether another one may help: not where the last one was refused from the start."""
        return self._has_worked or not self._is_renewed


class Logins:
    """The login of all threads. Thread-safe."""

    def __init__(self, *, timeout_s: float, retry_s: int, **auth: Any) -> None:
        """Log in. Raises UnauthenticatedError when no login could be set up."""
        self._settings = {"timeout_s": timeout_s, "retry_s": retry_s, **auth}
        self._mutex = threading.Lock()
        self._current = Login(is_renewed=False, **self._settings)

    @property
    def current(self) -> Login:
        return self._current

    def renew(self, refused: Login) -> bool:
        """Log in anew, unless another thread has; return whether there is another login to try."""
        with self._mutex:
            if self._current is not refused:
                return True
            if not refused.may_be_renewed:
                return False
            log.warning("the workspace refused the login; logging in anew")
            try:
                self._current = Login(is_renewed=True, **self._settings)
            except UnauthenticatedError:
                return False
            return True
