"""Tables as CSV files."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from flask import Blueprint, Response, abort

from components.columns import JOB_COLUMNS
from components.words import label_of
from core.operations.grid_row import GridRow
from core.operations.operation import OperationStore
from core.reporting.csv_text import table_bytes

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def csv_routes(store: OperationStore, workspace: str) -> Blueprint:
    """Return the route of the files. `workspace` is its name for people."""
    routes = Blueprint("csv", __name__, url_prefix="/feed/csv")

    @routes.get("/<operation_id>")
    def file(operation_id: str) -> Response:
        operation = store.get(operation_id)
        if operation is None:
            abort(404)
        name = csv_name(workspace, operation.kind, operation.created)
        return Response(
            csv_of_rows(store.row_values(operation_id), operation.kind),
            mimetype="text/csv",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return routes


def csv_of_rows(rows: Iterable[GridRow], kind: str) -> bytes:
    """Return the rows of an operation as the file that is downloaded.

    Args:
        kind: of the operation, in whose words the status is shown.
    """
    titles = [column.title for column in JOB_COLUMNS]
    return table_bytes(titles, (_cells(row, kind) for row in rows))


def _cells(row: GridRow, kind: str) -> list[str | int]:
    worded = replace(row, status=label_of(kind, row.status, row.state))
    return [column.value(worded) for column in JOB_COLUMNS]


def csv_name(workspace: str, operation: str, at: float) -> str:
    """Return a file name that says which workspace, what and when."""
    place = _UNSAFE.sub("-", workspace).strip("-") or "workspace"
    return f"{place}-{operation}-{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}.csv"
