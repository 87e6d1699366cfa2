"""Planned rows and reports as the page's grid and its side panel get them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.jobsettings.facts import JobFacts, job_facts
from core.jobsettings.links import JobLinks, job_links
from core.jobsettings.secrets import mask_text
from core.operations.grid_row import GridRow, Pick, RowState
from core.operations.sides import OpenSides, Sides
from core.planning.export_rows import ExportRow
from core.planning.import_rows import Changed, Deleted, New, Row
from core.planning.restore_rows import RestoreRow
from core.planning.statuses import WRITTEN, RowStatus
from core.reporting.report import ReportRow, RowDetails
from core.reporting.restore_rows import restore_row
from core.reporting.rows import export_row, import_row, row_risks

Planned = Row | ExportRow | RestoreRow
_SIDES = ("current", "desired")


def describe(planned: Planned) -> ReportRow:
    """Return what is shown of a planned row before anything is done."""
    if isinstance(planned, RestoreRow):
        return restore_row(planned)
    if isinstance(planned, Row):
        return import_row(planned)
    return export_row(planned)


def job_names(rows: Iterable[tuple[Planned, Sides]]) -> dict[str, str]:
    """Return how a plan calls the jobs of this workspace, by their ids as texts."""
    return {
        str(sides.job_id): planned.job_name for planned, sides in rows if sides.job_id is not None
    }


def first_row(
    key: str,
    planned: Planned,
    sides: Sides,
    opened: OpenSides,
    names: Mapping[str, str],
    now: datetime | None = None,
) -> GridRow:
    """Return the grid's row before anything is done.

    Args:
        opened: the sides unpacked.
        names: of the jobs of this workspace, by their ids as texts.
        now: the next runs are those after it.
    """
    shown = describe(planned)
    settings = opened.last
    links = job_links(settings, names) if settings is not None else JobLinks()
    row = GridRow(
        key,
        facts=job_facts(settings, sides.run_as, now=now) if settings is not None else JobFacts(),
        job_id=str(sides.job_id) if sides.job_id is not None else "",
        pick=_pick(planned),
        preselected=_is_preselected(planned),
        needs=_needs(planned, links),
        runs=links.runs,
        triggered_by=links.triggered_by,
    )
    return apply_report(
        row, shown, RowState.PLANNED if shown.status in WRITTEN else RowState.NOTHING_TO_DO
    )


def name_run_as(
    rows: Sequence[GridRow], read: Callable[[Iterable[str]], Mapping[str, str]]
) -> list[GridRow]:
    """Return the rows with names for people of who their jobs run as, as far as there are any."""
    names = read([row.facts.run_as for row in rows])
    return [
        replace(row, facts=row.facts.with_run_as_name(names.get(row.facts.run_as, "")))
        for row in rows
    ]


def apply_report(row: GridRow, shown: ReportRow, state: RowState) -> GridRow:
    """Return the grid's row with what the report says of it now; its facts and risks stay."""
    is_error = shown.status == RowStatus.ERROR
    pick = row.pick if state is RowState.PLANNED and not is_error else Pick.NOTHING
    sentences = [*map(str, shown.issues), shown.message_with_risks]
    return replace(
        row,
        job=shown.job_name,
        file=shown.file_name,
        status=shown.status,
        state=RowState.FAILED if is_error and state else state,
        changes=len(shown.changes),
        mapped=shown.mapped_places or row.mapped,
        message=mask_text(" ".join(filter(None, sentences))),
        risks=tuple(risk.code for risk in shown.risks) or row.risks,
        origin=shown.origin or row.origin,
        doubt=mask_text(shown.doubt),
        pick=pick,
        preselected=row.preselected and pick in _PRESELECTED and not shown.doubt,
    )


def detailed_report(shown: ReportRow, planned: Planned | None) -> ReportRow:
    """Return all that the side panel shows of a row besides its two sides."""
    risks = shown.risks or (row_risks(planned) if isinstance(planned, Row) else ())
    return replace(shown, details=shown.details or RowDetails(), risks=risks)


def side_documents(key: str, sides: Sides) -> Mapping[str, bytes]:
    """Return both sides as they are kept, by the name of the document."""
    packed = zip(_SIDES, (sides.current, sides.desired), strict=True)
    return {f"{side}/{key}": content.content for side, content in packed if content is not None}


_PRESELECTED = (Pick.IMPORT, Pick.RESTORE)


def _is_preselected(planned: Planned) -> bool:
    if isinstance(planned, RestoreRow):
        return planned.status in WRITTEN and not planned.doubt
    return isinstance(planned, New | Changed) and planned.is_preselected


def _pick(planned: Planned) -> Pick:
    if isinstance(planned, RestoreRow):
        return Pick.RESTORE if planned.status in WRITTEN else Pick.NOTHING
    if isinstance(planned, New | Changed):
        return Pick.IMPORT
    return Pick.REMOVE if isinstance(planned, Deleted) else Pick.NOTHING


def _needs(planned: Planned, links: JobLinks) -> tuple[str, ...]:
    planned = planned.row if isinstance(planned, RestoreRow) else planned
    if not isinstance(planned, New | Changed):
        return ()
    return tuple(sorted({*links.runs, *links.triggered_by}))
