"""Rows of an operation as the page's grid and its side panel get them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from core.jobsettings.facts import JobFacts, job_facts
from core.json_text import JsonDict
from core.mapping.names import find_needed_jobs
from core.operations.sides import Sides
from core.planning.export_plan import ExportRow
from core.planning.import_plan import Changed, Deleted, New, Row
from core.planning.risks import Risk
from core.reporting.report import ERROR, ReportRow, RowDetails
from core.reporting.rows import export_row, import_row, row_risks

State = Literal["planned", "done", "failed", ""]
"""`planned` is still to be carried out; an empty state has nothing to carry out."""

Planned = Row | ExportRow
_WRITTEN = ("new", "changed", "renamed", "deleted")
_SIDES = ("current", "desired")


def describe(planned: Planned) -> ReportRow:
    """Return what is told of a planned row before anything is done."""
    if isinstance(planned, Row):
        return import_row(planned)
    return export_row(planned)


def first_body(key: str, planned: Planned, sides: Sides) -> JsonDict:
    """Return the grid's row before anything is done."""
    shown = describe(planned)
    facts = _facts(sides)
    body: JsonDict = {
        "key": key,
        "tasks": facts.tasks,
        "types": ", ".join(facts.task_types),
        "starts": "; ".join(facts.starts),
        "pause": facts.pause,
        "run_as": facts.run_as,
        "job_id": str(sides.job_id) if sides.job_id is not None else "",
        "pick": "",
        "needs": [],
    }
    if isinstance(planned, New | Changed):
        body["pick"] = "import"
        body["needs"] = sorted(find_needed_jobs(planned.unpack_settings()))
    elif isinstance(planned, Deleted):
        body["pick"] = "remove"
    state: State = "planned" if shown.status in _WRITTEN else ""
    return told(body, shown, state, [risk.code for risk in _risks(planned)])


def told(
    body: JsonDict, shown: ReportRow, state: State, risks: list[str] | None = None
) -> JsonDict:
    """Return the grid's row with what the report tells of it now."""
    issues = [str(issue) for issue in shown.issues]
    message = " ".join([*issues, *([shown.message] if shown.message else [])])
    return {
        **body,
        "job": shown.job_name,
        "file": shown.file_name,
        "status": shown.status,
        "state": "failed" if shown.status == ERROR and state else state,
        "changes": len(shown.changes),
        "message": message,
        "risks": body.get("risks", []) if risks is None else risks,
        "pick": body["pick"] if state == "planned" and shown.status != ERROR else "",
    }


def row_document(shown: ReportRow, planned: Planned | None) -> JsonDict:
    """Return all that the side panel tells of a row besides its two sides; secrets are masked."""
    details = shown.details or RowDetails(risks=_risks(planned))
    return replace(shown, details=details).as_json()


def side_documents(key: str, sides: Sides) -> Mapping[str, bytes]:
    """Return both sides as they are kept, by the name of the document."""
    packed = zip(_SIDES, (sides.current, sides.desired), strict=True)
    return {f"{side}/{key}": content.content for side, content in packed if content is not None}


def _facts(sides: Sides) -> JobFacts:
    packed = sides.desired or sides.current
    return job_facts(packed.unpack(), sides.run_as) if packed is not None else JobFacts()


def _risks(planned: Planned | None) -> tuple[Risk, ...]:
    return row_risks(planned) if isinstance(planned, Row) else ()
