"""`/metrics`, for Prometheus: the same totals whichever process or replica answers."""

import hmac
from collections.abc import Mapping

from flask import Blueprint, Response

from core.operations.operation import OperationStore
from web.header_text import Headers

PATH = "/metrics"
_BEARER = "bearer"


def metrics_route(store: OperationStore, versions: Mapping[str, str]) -> Blueprint:
    """Return the route; a store that cannot be read is an error, which Prometheus shows as down.

    Args:
        versions: of this app and what it runs on, by name.
    """
    routes = Blueprint("metrics", __name__)

    @routes.get(PATH)
    def metrics() -> Response:
        # A scraper alone needs what this loads.
        from web.serving.exposition import CONTENT_TYPE, measure, metrics_text  # noqa: PLC0415

        return Response(metrics_text(measure(store, versions)), content_type=CONTENT_TYPE)

    return routes


def is_scraper(path: str, headers: Headers, token: str) -> bool:
    """Whether a request is one for `/metrics` with the configured token, which nobody else has.

    Args:
        token: METRICS_TOKEN, empty when not set.
    """
    kind, _, sent = (headers.get("Authorization", "") or "").partition(" ")
    if path != PATH or not token or kind.lower() != _BEARER:
        return False
    return hmac.compare_digest(_bytes(sent.strip()), _bytes(token))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
