"""One way to call the workspace: the SDK's login and transport, raw JSON, counted calls."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

import requests
from databricks.sdk.errors import (
    DeadlineExceeded,
    InternalError,
    TemporarilyUnavailable,
    TooManyRequests,
)
from databricks.sdk.errors.base import DatabricksError
from requests.adapters import HTTPAdapter

from core.calls import CallMeter, ShouldStop, WaitReason
from core.errors import AmbiguousAnswerError, UnauthenticatedError, WorkspaceError
from core.gateways.databricks.call import Call, Unmeasured
from core.gateways.databricks.callers import GivenUpError, give_up_late
from core.gateways.databricks.errors import is_token_withheld, readable, refused, translate
from core.gateways.databricks.login import Login, Logins, WantsRetryError
from core.gateways.databricks.pacing import OnWait, PaceClock, Pacer, backoff_s
from core.json_text import JsonDict

Result = TypeVar("Result")

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
_MAX_FORGIVEN = 2
_WHOLE = 2  # times the timeout for one byte, which a whole call may take
_NO_WORKSPACE_S = (None, "", "BAD_GATEWAY")  # codes of a 502, for which the SDK has no class
_LENGTH = "Content-Length"


def _go_on() -> bool:
    return False


class RestClient:
    """Calls one workspace. Every method raises `WorkspaceError` and nothing else.

    Building one asks the host for its login metadata and waits at most ten seconds for it, or until
    `should_stop`: StoppedError then.
    No more than `max_in_flight` calls are under way at the same time. A call has `timeout_s` for
    each byte of its answer, and twice that for all of it.
    """

    def __init__(
        self,
        *,
        retry_s: int,
        timeout_s: float = 60.0,
        on_wait: OnWait = lambda _wait: None,
        clock: PaceClock | None = None,
        max_in_flight: int = 16,
        should_stop: ShouldStop = _go_on,
        meter: CallMeter | None = None,
        **auth: Any,
    ) -> None:
        self._meter = meter or Unmeasured()
        self._pacer = Pacer(on_wait, clock or PaceClock(), self._meter.note_wait)
        self._in_flight = threading.BoundedSemaphore(max_in_flight)
        self._timeout_s = timeout_s
        self._most_s = _WHOLE * timeout_s
        self._retry_s = retry_s
        self._calls: Counter[str] = Counter()
        self._under_way: dict[int, float] = {}  # when each call was sent, by a number of our own
        self._numbers = itertools.count()
        self._mutex = threading.Lock()
        with self._pacer.stoppable(should_stop):
            self._logins = Logins(
                timeout_s=timeout_s,
                retry_s=retry_s,
                stop_if_asked=self._pacer.stop_if_asked,
                **auth,
            )
        # For `post_once`: no retries, and a new connection only where the kept one was closed.
        self._once = requests.Session()
        for scheme in ("https://", "http://"):
            self._once.mount(scheme, HTTPAdapter(pool_maxsize=max_in_flight, max_retries=0))

    @property
    def host(self) -> str:
        """Return the workspace's URL."""
        return str(self._logins.current.config.host)

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

    def put(self, path: str, body: JsonDict, **parts: str) -> JsonDict:
        """Send a PUT, which is safe to repeat."""
        return self._send("PUT", path, parts, body=body)

    def get_with_header(self, path: str, header: str) -> tuple[JsonDict, str]:
        """Send a GET and return one header of the answer beside the body."""
        body = self._send("GET", path, {}, response_headers=[header])
        return body, str(body.pop(header, None) or "")

    def post_once(self, path: str, body: JsonDict) -> JsonDict:
        """Send a POST that must not take effect twice: one request, whatever happens.

        It is sent again only after a 429 or a refused login, which say that nothing was done.

        Raises:
            AmbiguousAnswerError: no usable answer came; the request may have taken effect.
        """
        return self._logged_in(lambda login: self._post_until_answered(login, path, body))

    def _logged_in(self, call: Callable[[Login], JsonDict]) -> JsonDict:
        """Make a call. If its login is refused, nothing was done: make it once more with a new one.

        A token may be revoked, or a secret exchanged, in the middle of an operation.
        """
        login = self._logins.current
        try:
            answer = call(login)
        except UnauthenticatedError:
            if not self._logins.renew(login):
                raise
            login = self._logins.current
            answer = call(login)
        login.note_success()
        return answer

    def _post_until_answered(self, login: Login, path: str, body: JsonDict) -> JsonDict:
        started = self._pacer.now()
        for attempt in itertools.count(1):
            with self._turn("POST", path) as call:
                headers = self._headers(login, body)
                answer = self._post(path, body, headers, call)
            if answer.status_code != requests.codes.too_many_requests:
                self._pacer.note_success()
                return _answer_of(answer)
            asked = _retry_after(answer)
            if self._pacer.idle_s(started) + (asked or 0) > self._retry_s:
                break
            self._pacer.note_refusal(asked, attempt)
        raise WorkspaceError("The workspace is rate-limiting requests.", fix="Try again later.")

    def _headers(self, login: Login, body: JsonDict) -> dict[str, str]:
        """Return the login's headers; nothing was sent yet."""
        try:
            return {
                **self._made(login, login.config.authenticate, is_read=True),
                "User-Agent": login.config.user_agent,
            }
        except _TRANSPORT_ERRORS as error:
            raise translate(error, self.host, body) from error

    def _post(
        self, path: str, body: JsonDict, headers: Mapping[str, str], call: Call
    ) -> requests.Response:
        def post() -> requests.Response:
            return self._once.post(
                f"{self.host}{path}",
                json=body,
                headers=headers,
                auth=_as_it_is,
                hooks={"response": call.see},
                timeout=self._timeout_s,
                allow_redirects=False,
            )

        try:
            return give_up_late(post, most_s=self._most_s, stop_if_asked=_never)
        except requests.RequestException as error:
            raise AmbiguousAnswerError(
                "The workspace did not confirm the request; it may have taken effect."
            ) from error

    def _made(self, login: Login, call: Callable[[], Result], *, is_read: bool) -> Result:
        """Make a call that is safe to give up once it takes too long.

        One that only reads is given up when the work is stopped, too. One that writes is awaited:
        the renewal of a lock must not arrive after the lock was given back.

        The SDK holds its login's lock while it asks for a token, so another login replaces it then.
        """
        try:
            stop_if_asked = self._pacer.stop_if_asked if is_read else _never
            return give_up_late(call, most_s=self._most_s, stop_if_asked=stop_if_asked)
        except GivenUpError:
            self._logins.leave(login)
            raise

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
        filled = path.format(**{name: quote(part, safe="") for name, part in parts.items()})
        arguments = {
            "query": query,
            "body": body,
            "response_headers": [*response_headers, _LENGTH],
        }

        def send(login: Login) -> JsonDict:
            return self._send_until_answered(login, method, path, filled, arguments)

        return self._logged_in(send)

    def _send_until_answered(
        self, login: Login, method: str, path: str, filled: str, arguments: JsonDict
    ) -> JsonDict:
        asked = arguments["query"] or arguments["body"] or {}
        started = self._pacer.now()

        def send(call: Call) -> tuple[Any, BaseException | None]:
            try:
                return login.api.do(method, filled, auth=call.signed_by(login), **arguments), None
            except (WantsRetryError, *_TRANSPORT_ERRORS) as raised:
                return None, raised  # not raised again, which would hide its cause

        for attempt in itertools.count(1):
            try:
                with self._turn(method, path) as call:
                    answer, raised = self._made(login, partial(send, call), is_read=method == "GET")
            except GivenUpError as given_up:
                answer, raised = None, given_up
            if raised is not None:
                error = _cause(raised)
                wanted = isinstance(raised, WantsRetryError) or _is_passing(error, attempt)
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
    def _turn(self, method: str, path: str) -> Iterator[Call]:
        """Hold one of the calls that may be under way, once its turn has come."""
        self._pacer.wait_for_turn()
        with self._in_flight:
            self._pacer.stop_if_asked()
            number, call, endpoint = next(self._numbers), Call(), f"{method} {path}"
            with self._mutex:
                self._calls[endpoint] += 1
                self._under_way[number] = self._pacer.now()
            try:
                yield call
            finally:
                with self._mutex:
                    del self._under_way[number]
                self._meter.note_call(endpoint, call.status)


def _never() -> None:
    """Let what is being written end."""


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep the SDK's login: without an `auth`, requests puts one from ~/.netrc in its place."""
    return request


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
    if isinstance(raised, WantsRetryError) and raised.__context__ is not None:
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
    return isinstance(error, passing) or is_token_withheld(error)
