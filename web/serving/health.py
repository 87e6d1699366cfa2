"""What says whether the page can work. It asks no workspace: one that is away is no reason to end
the operations that wait for it."""

import logging
from collections.abc import Callable, Mapping

from flask import Blueprint, Response

from core.errors import StateError
from core.jobsettings.secrets import mask_text

log = logging.getLogger(__name__)

Check = Callable[[], None]
"""Raises StateError when something does not work."""


def health_routes(checks: Mapping[str, Check], *, is_shared: bool) -> Blueprint:
    """Return the routes for health checks, which are open to everybody.

    `/healthz`: 200 while this process should be left running. A store on this machine is healed by
    looking at it, so that 503 means its files cannot be used. One that replicas share is not asked:
    starting the page anew would not bring it back.
    `/readyz`: 200 when an operation could be started now, otherwise 503, and which part is to
    blame. Why is in the log: it may say where the store is, which is nobody's business.

    Args:
        checks: by the name of what they check; the first is the store.
        is_shared: whether the store is one that replicas share.
    """
    routes = Blueprint("health", __name__)
    check_store = next(iter(checks.values()))

    @routes.get("/healthz")
    def healthz() -> Response:
        problem = "" if is_shared else _problem_of(check_store)
        return _answer(f"{problem}\n", 503) if problem else _answer("OK", 200)

    @routes.get("/readyz")
    def readyz() -> Response:
        problems = {name: _problem_of(check) for name, check in checks.items()}
        for name, problem in problems.items():
            if problem:
                log.warning("not ready, %s: %s", name, problem)
        lines = [
            f"{name}: {'not ready' if problem else 'OK'}\n" for name, problem in problems.items()
        ]
        return _answer("".join(lines), 503 if any(problems.values()) else 200)

    return routes


def _problem_of(check: Check) -> str:
    try:
        check()
    except StateError as error:
        return mask_text(str(error))
    return ""


def _answer(text: str, status: int) -> Response:
    return Response(text, status, mimetype="text/plain")
