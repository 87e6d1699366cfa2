"""Tables as CSV files. pandas is imported when the first one is asked for."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from core.reporting.csv_text import disarm

COLUMNS: Mapping[str, str] = {
    "job": "Job",
    "status": "Status",
    "changes": "Changes",
    "message": "Message",
    "tasks": "Tasks",
    "types": "Task types",
    "starts": "Schedule or trigger",
    "pause": "State",
    "run_as": "Run as",
    "file": "File",
    "job_id": "Job id",
}
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def csv_of_rows(rows: Iterable[Mapping[str, Any]], labels: Mapping[str, str]) -> bytes:
    """Return rows as UTF-8 with BOM. All cells are text, so that 64-bit ids stay whole."""
    import pandas as pd  # noqa: PLC0415 - half a second and 20 MB, for those who ask

    table = [
        [
            disarm(str(labels.get(row["status"], "") if field == "status" else row.get(field, "")))
            for field in COLUMNS
        ]
        for row in rows
    ]
    frame = pd.DataFrame(table, columns=list(COLUMNS.values()), dtype="string")
    text = frame.to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig", "backslashreplace")


def csv_name(workspace: str, operation: str, at: float) -> str:
    """Return a file name that says which workspace, what and when."""
    place = _UNSAFE.sub("-", workspace).strip("-") or "workspace"
    return f"{place}-{operation}-{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}.csv"
