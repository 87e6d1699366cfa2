"""Calls to Redis that never take long: who waits for them serves a page, or imports jobs."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
)
from redis.exceptions import ConnectionError as NoConnectionError
from redis.exceptions import TimeoutError as NoAnswerError
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry

from core.errors import StateError

_ANSWER_S = 2.0
_QUIET_S = 1.0  # after a failed call, others fail without being made
_OPTIONS: dict[str, Any] = {
    "protocol": 2,
    "socket_connect_timeout": _ANSWER_S,
    "socket_timeout": _ANSWER_S,
    "encoding": "utf-8",
    "encoding_errors": "backslashreplace",  # UTF-8 cannot hold a lone surrogate
    "decode_responses": False,
    "retry": Retry(NoBackoff(), 0),
    "retry_on_timeout": False,
    "health_check_interval": 0,
}
_AWAY = (NoConnectionError, NoAnswerError, OSError)
_AWAY_FIX = (
    "Nothing can be started until it answers; what is running continues. Check that Redis is "
    "running and that REDIS_URL is right."
)
_FULL_FIX = (
    "Raise Redis' maxmemory, or give this app a Redis of its own. Jobs and files are not affected."
)
_RIGHTS_FIX = "docs/redis.md says what that user needs."
_DISK_FIX = "Free some space there. Jobs and files are not affected."
_REFUSED_FIX = "Check the user, the password and the database in REDIS_URL."
_UNUSABLE_FIX = "See the log of Redis. Jobs and files are not affected."
_URL_FIX = "Write it as redis://user:password@host:6379/0, rediss://… or unix:///path?db=0."

Call = Callable[["redis.Redis"], Any]


class Circuit:
    """Remembers a failure for a moment, and lets one call at a time find out whether it is over.

    Args:
        now: seconds that only grow.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._mutex = threading.Lock()
        self._error: StateError | None = None
        self._until = 0.0

    def enter(self) -> None:
        """Raise what the last call raised, unless this call is to find out how things are now."""
        with self._mutex:
            if self._error is None:
                return
            if self._now() < self._until:
                raise StateError(self._error.message, fix=self._error.fix)
            self._until = self._now() + _ANSWER_S + _QUIET_S  # others need not wait as well

    def close(self) -> None:
        """Note that a call was answered."""
        if self._error is not None:
            with self._mutex:
                self._error = None

    def open(self, error: StateError) -> None:
        """Note that a call was not answered."""
        with self._mutex:
            self._error, self._until = error, self._now() + _QUIET_S


class RedisConnection:
    """One deployment's part of a Redis. For all threads of a process, and for those forked of it.

    `prefix` begins every key.
    """

    def __init__(self, url: str, prefix: str) -> None:
        """Take note of where Redis is; it need not be there yet.

        Raises:
            StateError: nothing can be reached by this address. It may hold a password, and is not
                repeated.
        """
        self.prefix = prefix
        try:
            quiet = MaintNotificationsConfig(enabled=False)  # else it waits longer by itself
            pool: Any = redis.ConnectionPool.from_url(
                url, maint_notifications_config=quiet, **_OPTIONS
            )
            pool.connection_kwargs.update(_OPTIONS)  # whatever the address asks for
            pool.connection_class(**pool.connection_kwargs)
            self._client: Any = redis.Redis(connection_pool=pool)
            self.place = _place(url)
        except (ValueError, TypeError, RedisError):  # their words may repeat a part of the address
            raise StateError("REDIS_URL is not the address of a Redis.", fix=_URL_FIX) from None
        self._circuit = Circuit()
        self._scripts: dict[str, Any] = {}

    def run(self, script: str, *arguments: Any, again: bool = False) -> Any:
        """Run a script, with nothing else in between.

        Args:
            again: it may be run twice, so that a broken connection is no failure yet.

        Raises:
            StateError: it cannot be known whether it ran.
        """
        known = self._scripts.get(script)
        if known is None:
            known = self._scripts[script] = self._client.register_script(script)
        return self.call(lambda _: known(keys=[self.prefix], args=arguments), again=again)

    def call(self, work: Call, *, again: bool = False) -> Any:
        """Make some calls. Raises StateError as `run` does."""
        self._circuit.enter()
        try:
            answer = self._try(work, again=again)
        except (RedisError, OSError) as error:
            explained = self._explain(error)
            if isinstance(error, _AWAY):
                self._circuit.open(explained)
            else:
                self._circuit.close()
            raise explained from error
        self._circuit.close()
        return answer

    def close(self) -> None:
        """Close what is open; it opens again when it is used."""
        with suppress(RedisError, OSError):
            self._client.close()

    def _try(self, work: Call, *, again: bool) -> Any:
        try:
            return work(self._client)
        except BusyLoadingError:  # a ConnectionError, but it has answered
            raise
        except NoAnswerError:
            raise  # it had its time
        except (NoConnectionError, OSError):
            if not again:
                raise
        return work(self._client)

    def _explain(self, error: Exception) -> StateError:
        """Say what is wrong; the words of Redis itself hold neither the password nor a value."""
        where = f"Redis at {self.place}"
        match error:
            case AuthenticationError() | AuthorizationError():
                return StateError(f"{where} refuses the login.", fix=_REFUSED_FIX)
            case BusyLoadingError():
                return StateError(f"{where} is loading its data.", fix="Wait a moment.")
            case NoAnswerError():
                return StateError(f"{where} does not answer.", fix=_AWAY_FIX)
            case NoConnectionError() | OSError():
                return StateError(f"{where} cannot be reached.", fix=_AWAY_FIX)
        text = str(error)  # Redis 6 wraps the error of a command into that of its script
        if isinstance(error, OutOfMemoryError) or "OOM command not allowed" in text:
            return StateError(f"The memory of {where} is full.", fix=_FULL_FIX)
        if isinstance(error, ReadOnlyError) or "READONLY" in text:
            return StateError(f"{where} is a replica and cannot be written.", fix=_AWAY_FIX)
        if isinstance(error, NoPermissionError) or "NOPERM" in text:
            return StateError(f"The user of {where} may not do enough.", fix=_RIGHTS_FIX)
        if "MISCONF" in text:
            return StateError(
                f"{where} cannot save to its disk, so it takes nothing.", fix=_DISK_FIX
            )
        word = text.partition(" ")[0][:30]
        return StateError(f"{where} refused a command ({word}).", fix=_UNUSABLE_FIX)


def _place(url: str) -> str:
    """Return where an address leads to, without who logs in there."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return parts.path
    host = parts.hostname or "localhost"
    return f"{host}:{parts.port or 6379}"
