"""One request to the workspace, and what is measured of it."""

from collections.abc import Callable
from typing import Any

import requests

from core.calls import Wait
from core.gateways.databricks.login import Login


class Call:
    """One request. `status` is that of its answer, None as long as none came."""

    def __init__(self) -> None:
        self.status: int | None = None

    def signed_by(self, login: Login) -> Callable[[requests.PreparedRequest], Any]:
        """Return what adds a login to the request, as the SDK does, and sees the answer's status.

        The SDK's errors do not have it. Source: databricks-sdk _base_client.py, `_authenticate`.
        """

        def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
            request.headers.update(login.config.authenticate())
            request.register_hook("response", self.see)  # type: ignore[no-untyped-call]
            return request

        return sign

    def see(self, answer: requests.Response, **_: Any) -> None:
        """Keep the status of an answer, whose body may still be cut. A hook of requests."""
        self.status = answer.status_code


class Unmeasured:
    """A `CallMeter` that measures nothing."""

    def note_call(self, endpoint: str, status: int | None) -> None:
        """Forget it."""

    def note_wait(self, wait: Wait) -> None:
        """Forget it."""
