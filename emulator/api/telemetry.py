"""`/telemetry-ext`: where the vendor's client reports its own use. Nothing is kept.

Source: databricks/cli libs/telemetry/upload.go, which asks again until all logs are counted.
"""

from __future__ import annotations

from flask import Blueprint, Response

from emulator.api.exchange import json_body, json_response
from emulator.json_values import JsonDict


class TelemetryApi:
    """Counts what it was sent."""

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("telemetry", __name__)
        blueprint.add_url_rule("/telemetry-ext", view_func=self.accept, methods=["POST"])
        return blueprint

    def accept(self) -> Response:
        body = json_body()
        return json_response(
            {
                "errors": [],
                "numSuccess": _count(body, "items"),
                "numProtoSuccess": _count(body, "protoLogs"),
            }
        )


def _count(body: JsonDict, name: str) -> int:
    entries = body.get(name)
    return len(entries) if isinstance(entries, list) else 0
