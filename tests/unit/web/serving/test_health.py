"""What health checks are answered."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from core.errors import StateError
from web.serving.health import health_routes


class Checked:
    """Something that works, or does not."""

    def __init__(self, problem: str = "") -> None:
        self.problem = problem

    def __call__(self) -> None:
        if self.problem:
            raise StateError(self.problem, fix="Look at its log.")


def ask(path: str, store: str = "", queue: str = "", *, is_shared: bool = False) -> TestResponse:
    server = Flask("server")
    checks = {"store": Checked(store), "queue": Checked(queue)}
    server.register_blueprint(health_routes(checks, is_shared=is_shared))
    return server.test_client().get(path)


@pytest.mark.parametrize("is_shared", [True, False])
def test_all_is_well(is_shared: bool) -> None:
    for path in ("/healthz", "/readyz"):
        assert ask(path, is_shared=is_shared).status_code == 200
    assert ask("/healthz").text == "OK"
    assert ask("/readyz").text == "store: OK\nqueue: OK\n"


def test_a_store_on_this_machine_that_cannot_be_used_is_unhealthy() -> None:
    answer = ask("/healthz", store="The disk is full.")
    assert (answer.status_code, answer.text) == (503, "The disk is full. Look at its log.\n")


def test_a_store_that_replicas_share_is_no_reason_to_start_the_page_anew() -> None:
    assert ask("/healthz", store="Redis does not answer.", is_shared=True).status_code == 200


@pytest.mark.parametrize("is_shared", [True, False])
def test_a_queue_without_workers_is_no_reason_either_but_not_ready(is_shared: bool) -> None:
    assert ask("/healthz", queue="No worker.", is_shared=is_shared).status_code == 200
    answer = ask("/readyz", queue="No worker.", is_shared=is_shared)
    assert answer.status_code == 503
    assert answer.text == "store: OK\nqueue: not ready\n"


def test_readiness_says_which_does_not_answer_and_the_log_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = ask("/readyz", store="Redis at cache:6379 does not answer.", is_shared=True)
    assert answer.status_code == 503
    assert answer.text == "store: not ready\nqueue: OK\n"
    assert "not ready, store: Redis at cache:6379 does not answer." in caplog.text


def test_no_secret_of_an_error_is_shown_to_everybody() -> None:
    secret = "dapi" + "0123456789abcdef" * 2
    for path in ("/healthz", "/readyz"):
        assert secret not in ask(path, store=f"It refused {secret}.").text
