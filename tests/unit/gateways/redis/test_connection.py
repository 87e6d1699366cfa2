"""How calls to Redis fail. That they succeed is shown beside a real one."""

from collections.abc import Callable

import pytest
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)
from redis.exceptions import ConnectionError as NoConnectionError
from redis.exceptions import TimeoutError as NoAnswerError

from core.errors import StateError
from core.gateways.redis.connection import Circuit, RedisConnection

AWAY = StateError("Redis is away.", fix="Wait.")


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuit(clock: Clock) -> Circuit:
    return Circuit(clock)


def is_let_through(circuit: Circuit) -> bool:
    try:
        circuit.enter()
    except StateError as error:
        assert (error.message, error.fix) == (AWAY.message, AWAY.fix)
        return False
    return True


def test_calls_are_made_while_they_are_answered(circuit: Circuit) -> None:
    assert [is_let_through(circuit) for _ in range(3)] == [True] * 3


def test_after_a_failure_others_fail_for_a_second(circuit: Circuit, clock: Clock) -> None:
    circuit.open(AWAY)
    assert not is_let_through(circuit)
    clock.seconds += 0.9
    assert not is_let_through(circuit)
    clock.seconds += 0.2
    assert is_let_through(circuit)


def test_one_call_at_a_time_finds_out_whether_it_is_over(circuit: Circuit, clock: Clock) -> None:
    circuit.open(AWAY)
    clock.seconds += 1.1
    assert [is_let_through(circuit) for _ in range(3)] == [True, False, False]
    circuit.close()
    assert is_let_through(circuit)


def test_who_never_came_back_keeps_nobody_away(circuit: Circuit, clock: Clock) -> None:
    circuit.open(AWAY)
    clock.seconds += 1.1
    assert is_let_through(circuit)
    clock.seconds += 3.1
    assert is_let_through(circuit)


@pytest.mark.parametrize(
    "url",
    [
        "http://ana:secret@redis:6379",
        "redis://ana:sec/ret@redis:6379",
        "redis://ana:secret@redis:port/0",
        "redis://ana:secret@redis:6379/0?socket_timeout=secret",
        "redis://ana:secret@[redis:6379/0",
        "redis://ana:secret@redis:6379/0?unknown=secret",
    ],
)
def test_an_address_that_cannot_be_used_is_not_repeated(url: str) -> None:
    with pytest.raises(StateError, match="REDIS_URL is not the address") as refused:
        RedisConnection(url, "x:").run("return 1")
    assert "sec" not in str(refused.value).replace("second", "")
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("redis://ana:secret@redis.example:6380/1", "redis.example:6380"),
        ("rediss://:secret@redis.example", "redis.example:6379"),
        ("redis://", "localhost:6379"),
        ("unix:///run/redis.sock?db=1", "/run/redis.sock"),
        ("redis://redis.example?socket_timeout=99&socket_connect_timeout=99", "redis.example:6379"),
    ],
)
def test_the_place_of_redis_is_shown_without_the_login(url: str, place: str) -> None:
    connection = RedisConnection(url, "x:")
    assert connection.place == place


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (NoAnswerError("Timeout reading from socket"), "does not answer"),
        (NoConnectionError("Error 111 connecting to redis.example:6379."), "cannot be reached"),
        (BusyLoadingError("Redis is loading the dataset in memory"), "is loading its data"),
        (AuthenticationError("invalid username-password pair"), "refuses the login"),
        (NoPermissionError("User ana has no permissions"), "may not do enough"),
        (ResponseError("NOPERM this user has no permissions"), "may not do enough"),
        (OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), "is full"),
        (ResponseError("Error running script: -OOM command not allowed when used"), "is full"),
        (ReadOnlyError("You can't write against a read only replica."), "is a replica"),
        (ResponseError("Error running script: -READONLY You can't write"), "is a replica"),
        (ResponseError("MISCONF Redis is configured to save RDB snapshots"), "save to its disk"),
        (ResponseError("WRONGTYPE Operation against a key"), r"refused a command \(WRONGTYPE\)"),
        (OSError(9, "Bad file descriptor"), "cannot be reached"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(error: Exception, message: str) -> None:
    connection = RedisConnection("redis://ana:secret@redis.example", "x:")

    def fail(_: object) -> None:
        raise error

    with pytest.raises(StateError, match=message) as raised:
        connection.call(fail)
    assert raised.value.fix
    assert "secret" not in str(raised.value)


def test_only_a_redis_that_is_away_is_left_alone_for_a_moment() -> None:
    connection = RedisConnection("redis://redis.example", "x:")

    def fail_by(error: Exception) -> Callable[[object], None]:
        def fail(_: object) -> None:
            raise error

        return fail

    with pytest.raises(StateError):
        connection.call(fail_by(ResponseError("WRONGTYPE")))
    assert connection.call(lambda _: "answer") == "answer"
    with pytest.raises(StateError):
        connection.call(fail_by(NoAnswerError("Timeout")))
    with pytest.raises(StateError, match="does not answer"):
        connection.call(lambda _: "answer")


def test_a_broken_connection_is_tried_again_where_a_call_may_be_made_twice() -> None:
    connection = RedisConnection("redis://redis.example", "x:")
    errors = [NoConnectionError("closed")]

    def break_once(_: object) -> str:
        if errors:
            raise errors.pop()
        return "answer"

    assert connection.call(break_once, again=True) == "answer"
    errors.append(NoConnectionError("closed"))
    with pytest.raises(StateError):
        connection.call(break_once)


def test_no_address_makes_a_call_take_longer() -> None:
    connection = RedisConnection("redis://redis.example?socket_timeout=99&retry_on_timeout=1", "x:")
    pool = connection._client.connection_pool.make_connection()
    assert (pool.socket_timeout, pool.socket_connect_timeout) == (2.0, 2.0)
    assert pool.retry_on_timeout is False
