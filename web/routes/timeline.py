"""What the page's timeline shows: which jobs start by themselves in the next 24 hours."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, abort

from core.errors import InvalidJsonError
from core.json_text import JsonDict
from core.operations.day_ahead import day_ahead
from core.operations.operation import OperationStore
from core.operations.row_starts import STARTS, read_starts

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Timelines:
    """Answers the page's scripts. Made once per server."""

    store: OperationStore
    now: Callable[[], datetime] = _now

    def routes(self) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("timelines", __name__, url_prefix="/feed/timeline")
        routes.add_url_rule("/<operation_id>", view_func=self._route, endpoint="timeline")
        return routes

    def timeline(self, operation_id: str) -> JsonDict | None:
        """Return the starts of an operation's jobs, see `day_ahead`; None when it has expired."""
        if self.store.get(operation_id) is None:
            return None
        try:
            rows = read_starts(self.store.document(operation_id, STARTS))
        except InvalidJsonError:
            log.warning("what was kept of when jobs start is damaged")
            return None
        return day_ahead(rows, self.now())

    def _route(self, operation_id: str) -> Response:
        found = self.timeline(operation_id)
        if found is None:
            abort(404)
        return Response(json.dumps(found), mimetype="application/json")
