"""Tables as CSV files. pandas is imported when the first one is asked for."""

import csv
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from flask import Blueprint, Response, abort

from components.columns import JOB_COLUMNS
from components.words import label_of
from core.operations.grid_row import GridRow
from core.operations.operation import OperationStore
from core.reporting.csv_text import cell_text

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
    import pandas as pd  # noqa: PLC0415 - half a second and 20 MB, for those who ask

    titles = [column.title for column in JOB_COLUMNS]
    table = [_cells(row, kind) for row in rows]
    frame = pd.DataFrame(table, columns=titles, dtype="string")
    text = frame.to_csv(index=False, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    return text.encode("utf-8-sig", "backslashreplace")


def _cells(row: GridRow, kind: str) -> list[str]:
    worded = replace(row, status=label_of(kind, row.status, row.state))
    return [cell_text(column.value(worded)) for column in JOB_COLUMNS]


def csv_name(workspace: str, operation: str, at: float) -> str:
    """Return a file name that says which workspace, what and when."""
    place = _UNSAFE.sub("-", workspace).strip("-") or "workspace"
    return f"{place}-{operation}-{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}.csv"
