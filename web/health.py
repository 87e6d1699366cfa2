"""What says whether the page can work. It asks nothing outside of this process and its files."""

from flask import Blueprint, Response

from core.errors import StateError
from core.operations.operation import OperationStore


def health_route(store: OperationStore) -> Blueprint:
    """Return the route for health checks: 200 when the store of operations can be read.

    A store that was lost is made anew by looking at it. The workspace is not asked: it being away
    is no reason to end the operations that wait for it.
    """
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> Response:
        try:
            store.check()
        except StateError as error:
            return Response(f"{error}\n", 503, mimetype="text/plain")
        return Response("OK", mimetype="text/plain")

    return routes
