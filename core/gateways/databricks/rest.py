"""One way to call the workspace: the SDK's login and transport, raw JSON, counted calls."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar
from urllib.parse import quote

import requests
from databricks.sdk.clock import Clock
from databricks.sdk.core import ApiClient, Config
from databricks.sdk.errors import (
    DeadlineExceeded,
    InternalError,
    TemporarilyUnavailable,
    TooManyRequests,
)
from databricks.sdk.errors.base import DatabricksError
from requests.adapters import HTTPAdapter

from core.errors import AmbiguousAnswerError, UnauthenticatedError, WorkspaceError
from core.gateways.databricks.errors import readable, refused, translate
from core.gateways.databricks.pacing import OnWait, PaceClock, Pacer, backoff_s
from core.json_fields import is_whole, read_id
from core.json_text import JsonDict
from core.ports import ShouldStop, WaitReason
from core.version import VERSION

# What the SDK raises: ValueError and NotImplementedError mean that the login failed, TypeError
# that the JSON is not an object.
_TRANSPORT_ERRORS = (
    DatabricksError,
    requests.RequestException,
    TimeoutError,
    ValueError,
    NotImplementedError,
    TypeError,
)
Read = TypeVar("Read")
_MAX_FORGIVEN = 2
_METADATA_S = 10
_NO_WORKSPACE_S = (None, "", "BAD_GATEWAY")  # codes of a 502, for which the SDK has no class
_LENGTH = "Content-Length"


class _WantsRetryError(Exception):
    """The SDK would send the call again. `__context__` is the error that it would forgive."""


class _HandBackClock(Clock):
    """The SDK asks its clock to sleep before each retry; this one hands that decision back."""

    def time(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:  # noqa: ARG002 - the SDK's own wait is not used
        raise _WantsRetryError


class RestClient:
    """Calls one workspace. Every method raises `WorkspaceError` and nothing else.

    Building one asks the host for its login metadata and waits at most ten seconds for it.
    No more than `max_in_flight` calls are under way at the same time.
    """

    def __init__(
        self,
        *,
        retry_s: int,
        timeout_s: float = 60.0,
        on_wait: OnWait = lambda _wait: None,
        clock: PaceClock | None = None,
        max_in_flight: int = 16,
        **auth: Any,
    ) -> None:
        self._pacer = Pacer(on_wait, clock or PaceClock())
        self._in_flight = threading.BoundedSemaphore(max_in_flight)
        self._timeout_s = timeout_s
        self._retry_s = retry_s
        self._calls: Counter[str] = Counter()
        self._under_way: dict[int, float] = {}  # when each call was sent, by a number of our own
        self._numbers = itertools.count()
        self._mutex = threading.Lock()
        try:
            self._config = Config(
                http_timeout_seconds=timeout_s,
                # Only the request for login metadata uses it: calls are retried here.
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
        self._api = ApiClient(self._config)
        # For `post_once`: no retries, and a new connection only where the kept one was closed.
        self._once = requests.Session()
        for scheme in ("https://", "http://"):
            self._once.mount(scheme, HTTPAdapter(pool_maxsize=max_in_flight, max_retries=0))

    @property
    def host(self) -> str:
        """Return the workspace's URL."""
        return str(self._config.host)

    def calls(self) -> Mapping[str, int]:
        """Return how many requests were made, by method and path template."""
        with self._mutex:
            return dict(self._calls)

    def stoppable(self, should_stop: ShouldStop) -> AbstractContextManager[None]:
        """Ask before each call, as `core.ports.Calls` says."""
        return self._pacer.stoppable(should_stop)

    def unanswered_s(self) -> float:
        """Return for how many seconds the oldest call under way has had no answer, 0 for none."""
        with self._mutex:
            oldest = min(self._under_way.values(), default=None)
        return self._pacer.now() - oldest if oldest is not None else 0.0

    def get(self, path: str, query: JsonDict | None = None, **parts: str) -> JsonDict:
        """Send a GET. `parts` fill the `{…}` of the path."""
        return self._send("GET", path, parts, query=query)

    def post(self, path: str, body: JsonDict) -> JsonDict:
        """Send a POST that is safe to repeat."""
        return self._send("POST", path, {}, body=body)

    def patch(self, path: str, body: JsonDict, **parts: str) -> JsonDict:
        """Send a PATCH that is safe to repeat."""
        return self._send("PATCH", path, parts, body=body)

    def get_with_header(self, path: str, header: str) -> tuple[JsonDict, str]:
        """Send a GET and return one header of the answer beside the body."""
        body = self._send("GET", path, {}, response_headers=[header])
        return body, str(body.pop(header, None) or "")

    def post_once(self, path: str, body: JsonDict) -> JsonDict:
        """Send a POST that must not take effect twice: one request, whatever happens.

        It is sent again only after a 429, which says that nothing was done.

        Raises:
            AmbiguousAnswerError: no usable answer came; the request may have taken effect.
        """
        started = self._pacer.now()
        for attempt in itertools.count(1):
            with self._turn("POST", path):
                answer = self._post_once(path, body)
            if answer.status_code != requests.codes.too_many_requests:
                self._pacer.note_success()
                return _answer_of(answer)
            asked = _retry_after(answer)
            if self._pacer.idle_s(started) + (asked or 0) > self._retry_s:
                break
            self._pacer.note_refusal(asked, attempt)
        raise WorkspaceError("The workspace is rate-limiting requests.", fix="Try again later.")

    def _post_once(self, path: str, body: JsonDict) -> requests.Response:
        try:
            headers = {**self._config.authenticate(), "User-Agent": self._config.user_agent}
        except _TRANSPORT_ERRORS as error:  # nothing was sent yet
            raise translate(error, self.host, body) from error
        try:
            return self._once.post(
                f"{self.host}{path}",
                json=body,
                headers=headers,
                auth=_as_it_is,
                timeout=self._timeout_s,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise AmbiguousAnswerError(
                "The workspace did not confirm the request; it may have taken effect."
            ) from error

    def _send(
        self,
        method: str,
        path: str,
        parts: Mapping[str, str],
        *,
        query: JsonDict | None = None,
        body: JsonDict | None = None,
        response_headers: Sequence[str] = (),
    ) -> JsonDict:
        asked = query or body or {}
        filled = path.format(**{name: quote(part, safe="") for name, part in parts.items()})
        started = self._pacer.now()
        for attempt in itertools.count(1):
            try:
                with self._turn(method, path):
                    answer = self._api.do(
                        method,
                        filled,
                        query=query,
                        body=body,
                        response_headers=[*response_headers, _LENGTH],
                    )
            except (_WantsRetryError, *_TRANSPORT_ERRORS) as raised:
                error = _cause(raised)
                wanted = isinstance(raised, _WantsRetryError) or _is_passing(error, attempt)
                if not wanted or self._pacer.idle_s(started) > self._retry_s:
                    raise translate(error, self.host, asked) from error
                self._wait(error, attempt)
            else:
                self._pacer.note_success()
                return self._checked(method, answer)
        raise AssertionError  # pragma: no cover - count() never ends

    def _checked(self, method: str, answer: Any) -> JsonDict:
        if not isinstance(answer, dict):
            raise WorkspaceError(f"The workspace {self.host} sent an unexpected response.")
        if answer.pop(_LENGTH) == "0" and method == "GET":
            # The API writes `{}` for "nothing"; no body at all would be taken for an empty list.
            raise WorkspaceError(f"The workspace {self.host} sent an empty response.")
        if answer.get("error_code"):  # source: databricks/cli#3691: also with status 200
            message = readable(f"{answer['error_code']}: {answer.get('message', '')}")
            raise WorkspaceError(f"The workspace answered: {message}")
        return answer

    def _wait(self, error: BaseException, attempt: int) -> None:
        """Wait before the next attempt: all threads after a 429, this one alone otherwise.

        Raises:
            WorkspaceError: the workspace asks for a longer wait than the time allowed.
        """
        asked = error.retry_after_secs if isinstance(error, DatabricksError) else None
        if asked is not None and asked > self._retry_s:
            raise translate(error, self.host, {}) from error
        if isinstance(error, TooManyRequests):
            self._pacer.note_refusal(asked, attempt)
        else:
            pause = backoff_s(attempt) if asked is None else float(asked)
            self._pacer.wait(pause, _reason(error))

    @contextmanager
    def _turn(self, method: str, path: str) -> Iterator[None]:
        """Hold one of the calls that may be under way, once its turn has come."""
        self._pacer.wait_for_turn()
        with self._in_flight:
            self._pacer.stop_if_asked()
            number = next(self._numbers)
            with self._mutex:
                self._calls[f"{method} {path}"] += 1
                self._under_way[number] = self._pacer.now()
            try:
                yield
            finally:
                with self._mutex:
                    del self._under_way[number]


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep the SDK's login: without an `auth`, requests puts one from ~/.netrc in its place."""
    return request


def list_in(page: JsonDict, key: str) -> list[Any]:
    """Return a list of an answer; one that is missing or null is empty.

    Raises:
        WorkspaceError: something else is there.
    """
    found = page.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise WorkspaceError("The workspace sent an unexpected response.")
    return found


def id_in(document: JsonDict, key: str) -> int:
    """Return an id of an answer, for `read_answer`. Raises ValueError when it is not one."""
    found = read_id(document.get(key))
    if found is None:
        raise ValueError(key)
    return found


def whole_in(document: JsonDict, key: str) -> int:
    """Return a whole number of an answer, 0 when it is missing. Raises ValueError as `id_in`."""
    found = document.get(key) or 0
    if not is_whole(found):
        raise ValueError(key)
    return int(found)


def read_answer(read: Callable[[JsonDict], Read], answer: Any) -> Read:
    """Read an answer, or a part of it.

    Raises:
        WorkspaceError: it lacks what the API promises, or has it in another shape.
    """
    try:
        return read(answer)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WorkspaceError("The workspace sent an unexpected response.") from error


def _answer_of(answer: requests.Response) -> JsonDict:
    """Return the body of a success, raise for a refusal; everything else is ambiguous."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    if answer.ok and isinstance(body, dict):
        return body
    if requests.codes.bad_request <= answer.status_code < requests.codes.server_error:
        raise refused(body, answer.status_code)
    raise AmbiguousAnswerError(
        f"The workspace answered with HTTP status {answer.status_code} and did not confirm the "
        "request; it may have taken effect."
    )


def _retry_after(answer: requests.Response) -> float | None:
    """Return the seconds that the workspace asks to wait, None when it does not say."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdecimal() else None


def _cause(raised: BaseException) -> BaseException:
    """Return what went wrong with the call itself."""
    if isinstance(raised, _WantsRetryError) and raised.__context__ is not None:
        return raised.__context__
    return raised


def _reason(error: BaseException) -> WaitReason:
    """Return why a call is sent again, other than after a 429."""
    if isinstance(error, requests.RequestException | TimeoutError):
        return WaitReason.NO_ANSWER
    return WaitReason.FAILED


def _is_passing(error: BaseException, attempt: int) -> bool:
    """Whether an error that the SDK does not forgive is worth another attempt.

    A 429 or 503 always is; the SDK knows them by their body alone, and proxies write their own. A
    few times truncated responses are, and a 500, 502 or 504, which may come from a proxy too: the
    calls made here are safe to repeat.
    """
    if isinstance(error, TooManyRequests | TemporarilyUnavailable):
        return True
    if attempt > _MAX_FORGIVEN:
        return False
    if type(error) is DatabricksError and error.error_code in _NO_WORKSPACE_S:
        return True
    passing = (requests.exceptions.ChunkedEncodingError, InternalError, DeadlineExceeded)
    return isinstance(error, passing)
