"""Compares the plan with an unsaved mapping file with the plan as the file is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Issue
from core.mapping.mapping_file import Mappings
from core.mapping.suggestions import gather_unmapped
from core.mapping.unmapped import UnmappedName
from core.planning.export_plan import ExportPlan
from core.planning.fingerprints import fingerprint_plan
from core.planning.import_plan import Plan
from core.planning.statuses import RowStatus
from core.ports import CurrentPrincipal, Ports
from core.reading.mappings import present_mappings
from core.reading.planner import Planner
from core.reading.remembered import read_memory_for_export, read_memory_for_import
from core.reading.survey import Survey, Surveyor
from core.reading.two_passes import ReadOnce
from core.reporting.listener import Listener
from core.reporting.mapping_details import MappingTest, TestedRow
from core.reporting.report import ReportRow
from core.reporting.rows import export_row, import_row
from core.settings import AppMode, Settings
from core.state.folder import StateFolder
from core.state.ledger import settle_pending

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class TriedDraft:
    """The plan with an unsaved mapping file, and the one with the file as it is.

    `now` is None where that cannot be used; `problem` says why.
    """

    survey: Survey
    plan: Plan | ExportPlan
    now: Plan | ExportPlan | None
    problem: tuple[Issue, ...] = ()

    def issues(self) -> tuple[Issue, ...]:
        """Return what concerns no job alone."""
        return (*self.survey.notes(), *self.plan.issues, *self.problem)

    def unmapped(self) -> tuple[UnmappedName, ...]:
        """Return the names that are still to be mapped."""
        missing = self.plan.missing if isinstance(self.plan, Plan) else ()
        return gather_unmapped(missing, self.survey.book.names)

    def compare(self, version: str) -> MappingTest:
        """Return what differs; `version` is that of the unsaved text."""
        return compare_plans(self.now, self.plan, version, self.issues())


def try_draft(
    ports: Ports,
    settings: Settings,
    listener: Listener,
    me: CurrentPrincipal,
    state: StateFolder,
    draft: Mappings,
) -> TriedDraft:
    """Plan an import twice, or an export where that is all there is. Only names are read twice.

    Raises:
        SyncError: something that concerns all jobs could not be read.
    """
    surveyor, jobs = Surveyor(ports, settings, listener), ReadOnce(ports.jobs)
    is_export = not settings.mode.allows(AppMode.IMPORT)
    memory = read_memory_for_export(state) if is_export else read_memory_for_import(state)

    def plan(of: Survey) -> Plan | ExportPlan:
        planner = Planner(ports, settings, listener, jobs)
        if is_export:
            return planner.plan_export(of, memory)
        ledger = settle_pending(memory.imported, of.live, me.name)
        return planner.plan_import(of, ledger, memory)

    def used(mappings: Mappings) -> Mappings:
        return mappings if settings.reads_mappings else mappings.only_selection()

    survey = surveyor.read(me, memory, with_ignore_rules=is_export, mappings=used(draft))
    present, problem = present_mappings(ports, settings.mapping_path)
    tried = plan(survey)
    now = plan(surveyor.with_mappings(survey, used(present))) if present else None
    return TriedDraft(survey, tried, now, problem)


def compare_plans(
    now: Plan | ExportPlan | None,
    draft: Plan | ExportPlan,
    version: str,
    issues: tuple[Issue, ...],
) -> MappingTest:
    """Return which rows differ, by job name.

    Args:
        now: the plan with the file as it is; None where it cannot be used.
        version: of the unsaved text.
    """
    before, after = _rows(now) if now else {}, _rows(draft)
    prints_now, prints_draft = _prints(now), _prints(draft)
    keys = sorted(before.keys() | after.keys())
    return MappingTest(
        version=version,
        now=_counts(before),
        draft=_counts(after),
        changes=tuple(
            _tested(before.get(key), after.get(key))
            for key in keys
            if _said(before.get(key)) != _said(after.get(key))
            or prints_now.get(key[0]) != prints_draft.get(key[0])
        ),
        issues=issues,
    )


def _prints(plan: Plan | ExportPlan | None) -> dict[str, str]:
    return fingerprint_plan(plan) if isinstance(plan, Plan) else {}


def _rows(plan: Plan | ExportPlan) -> dict[_Key, ReportRow]:
    if isinstance(plan, Plan):
        shown = [import_row(row) for row in plan.rows]
    else:
        shown = [export_row(row) for row in plan.rows]
    rows: dict[_Key, ReportRow] = {}
    for row in shown:  # a row that is excluded may lack the file that it has otherwise
        is_first = row.job_name and (row.job_name, "") not in rows
        rows[row.job_name, "" if is_first else row.file_name] = row
    return rows


def _counts(rows: Mapping[_Key, ReportRow]) -> dict[str, int]:
    return dict(sorted(Counter(str(row.status) for row in rows.values()).items()))


def _said(row: ReportRow | None) -> tuple[str, ...]:
    if row is None:
        return ()
    # Why a job is excluded includes the line of the rule, which every edit above it moves.
    message = "" if row.status is RowStatus.EXCLUDED else row.message
    return (row.status, message, *map(str, row.issues))


def _tested(before: ReportRow | None, after: ReportRow | None) -> TestedRow:
    name = (after or before or ReportRow("", "", "")).job_name
    message = " ".join(map(str, after.issues)) if after else ""
    return TestedRow(name, before.status if before else "", after.status if after else "", message)
