"""Hidden values, shown to who may change something: asked for by a click that the history notes."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort
from plotly.utils import PlotlyJSONEncoder

from core.errors import SyncError
from core.jobsettings.secrets import mask_text
from core.settings import AppMode
from core.state.history import REVEAL, Ending, HistoryEntry, entry_id
from web.people.identity import User
from web.people.notices import refused
from web.routes.mapping_files import MappingFiles
from web.routes.panels import Panels
from web.routes.reader import WorkspaceReader

_NOT_NOTED = "Nothing is shown, because the history could not note it."


@dataclass(frozen=True, slots=True)
class Reveals:
    """Answers the page's scripts. Made once per server.

    `user` returns who sent the request at hand. Nothing is shown that could not be noted.
    """

    panels: Panels
    mappings: MappingFiles
    reader: WorkspaceReader
    user: Callable[[], User | None]
    mode: AppMode

    def routes(self) -> Blueprint:
        """Return the routes; both write, so that no link and no other site can follow them."""
        routes = Blueprint("reveals", __name__, url_prefix="/feed/reveal")
        routes.add_url_rule(
            "/row/<operation_id>/<key>", view_func=self._row, methods=["POST"], endpoint="row"
        )
        routes.add_url_rule(
            "/mappings/<operation_id>", view_func=self._file, methods=["POST"], endpoint="file"
        )
        return routes

    def _row(self, operation_id: str, key: str) -> Response:
        user = self._checked_user()
        panel = self.panels.revealed_row(operation_id, key)
        if panel is None:
            abort(404)
        name = panel["title"]
        return self._noted(user, f"Showed the hidden values of “{name}”.", panel)

    def _file(self, operation_id: str) -> Response:
        user = self._checked_user()
        found = self.mappings.file(operation_id)
        if found is None:
            abort(404)
        return self._noted(user, "Showed the hidden values of the mapping file.", found)

    def _checked_user(self) -> User:
        user = self.user()
        if user is None:
            abort(401)
        if not user.may_change:
            abort(refused(user.refusal))
        return user

    def _noted(self, user: User, message: str, found: Any) -> Response:
        try:
            self.reader.record(self._entry(user, message))
        except SyncError as error:
            text = f"{_NOT_NOTED} {mask_text(str(error))}"
            return Response(text, 503, mimetype="text/plain")
        return Response(json.dumps(found, cls=PlotlyJSONEncoder), mimetype="application/json")

    def _entry(self, user: User, message: str) -> HistoryEntry:
        now = time.time()
        return HistoryEntry(
            entry_id(REVEAL, now, secrets.token_hex(6)),
            kind=REVEAL,
            actor=user.name,
            mode=self.mode.value,
            started=now,
            seconds=0.0,
            outcome=Ending.COMPLETED,
            message=mask_text(message),
        )
