"""What the scripts of the Mappings tab fetch: the file, what is to be mapped, who uses an entry."""

import json
from dataclasses import dataclass
from typing import Any

from dash import html
from flask import Blueprint, Response, abort
from plotly.utils import PlotlyJSONEncoder

from components.words import plural
from core.json_text import JsonDict
from core.operations.kinds import OperationKind
from core.operations.operation import OperationStore
from core.operations.outcome import Outcome
from core.reporting.mapping_details import MappingsInformation

_MOST_JOBS = 200  # of a name or an entry; the number itself is always told


@dataclass(frozen=True, slots=True)
class MappingFiles:
    """Answers the page's scripts. Made once per server."""

    store: OperationStore

    def routes(self) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("mapping_files", __name__, url_prefix="/feed/mappings")
        routes.add_url_rule("/file/<operation_id>", view_func=self._file_route, endpoint="file")
        routes.add_url_rule(
            "/unmapped/<operation_id>", view_func=self._unmapped_route, endpoint="unmapped"
        )
        routes.add_url_rule(
            "/jobs/<operation_id>/<int:number>", view_func=self._jobs_route, endpoint="jobs"
        )
        return routes

    def file(self, operation_id: str) -> JsonDict | None:
        """Return what a reading found, without the names of jobs; None when it has expired.

        Secrets are in it: for who may change the file, after a note of it.
        """
        outcome = self._outcome(operation_id, OperationKind.MAPPINGS)
        if outcome is None:
            return None
        return {**_without_jobs(outcome.mappings), "is_masked": False}

    def masked_file(self, operation_id: str) -> JsonDict | None:
        """Return the same without secrets; `is_masked` says whether there are any."""
        outcome = self._outcome(operation_id, OperationKind.MAPPINGS)
        if outcome is None:
            return None
        shown = outcome.mappings.masked()
        return {**_without_jobs(shown), "is_masked": shown != outcome.mappings}

    def unmapped(self, operation_id: str) -> list[JsonDict] | None:
        """Return the names that a validation could not map; None when it has expired."""
        outcome = self._outcome(operation_id, OperationKind.VALIDATE)
        if outcome is None:
            return None
        names = [name.as_json() for name in outcome.unmapped]
        return [{**name, "jobs": name["jobs"][:_MOST_JOBS]} for name in names]

    def jobs(self, operation_id: str, number: int) -> JsonDict | None:
        """Return the side panel with the jobs that use one entry of a reading."""
        outcome = self._outcome(operation_id, OperationKind.MAPPINGS)
        if outcome is None or number >= len(outcome.mappings.entries):
            return None
        entry = outcome.mappings.entries[number]
        shown = entry.job_names[:_MOST_JOBS]
        more = entry.jobs - len(shown)
        items = [html.Li(name) for name in shown]
        rest = html.P(f"… and {plural(more, 'other job')}.", className="quiet") if more else None
        return {"body": html.Div([html.Ul(items, className="job-list"), rest])}

    # Inside

    def _outcome(self, operation_id: str, kind: OperationKind) -> Outcome | None:
        operation = self.store.get(operation_id)
        return operation.outcome if operation and operation.kind is kind else None

    def _file_route(self, operation_id: str) -> Response:
        return _answer(self.masked_file(operation_id))

    def _unmapped_route(self, operation_id: str) -> Response:
        return _answer(self.unmapped(operation_id))

    def _jobs_route(self, operation_id: str, number: int) -> Response:
        return _answer(self.jobs(operation_id, number))


def _without_jobs(information: MappingsInformation) -> JsonDict:
    found = information.as_json()
    for entry in found["entries"]:
        del entry["job_names"]
    return found


def _answer(found: Any) -> Response:
    if found is None:
        abort(404)
    return Response(json.dumps(found, cls=PlotlyJSONEncoder), mimetype="application/json")
