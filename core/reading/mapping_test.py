"""Compares the plan with an unsaved mapping file with the plan as the file is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Issue
from core.mapping.mapping_file import Mappings
from core.planning.fingerprints import fingerprint_plan
from core.planning.import_plan import Plan
from core.ports import CurrentPrincipal, Ports
from core.reading.mappings import present_mappings
from core.reading.planner import Planner
from core.reading.remembered import Memory
from core.reading.survey import Survey, Surveyor
from core.reading.two_passes import ReadOnce
from core.reporting.listener import Listener
from core.reporting.mapping_details import MappingTest, TestedRow
from core.reporting.report import ReportRow
from core.reporting.rows import import_row
from core.settings import Settings
from core.state.ledger import settle_pending

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class TriedDraft:
    """The plan with an unsaved mapping file, and the one with the file as it is.

    `now` is None where that cannot be used; `problem` says why.
    """

    survey: Survey
    plan: Plan
    now: Plan | None
    problem: tuple[Issue, ...] = ()

    def issues(self) -> tuple[Issue, ...]:
        """Return what concerns no job alone."""
        return (*self.survey.notes(), *self.plan.issues, *self.problem)

    def compare(self, version: str) -> MappingTest:
        """Return what differs; `version` is that of the unsaved text."""
        return compare_plans(self.now, self.plan, version, self.issues())


def try_draft(
    ports: Ports,
    settings: Settings,
    listener: Listener,
    me: CurrentPrincipal,
    memory: Memory,
    draft: Mappings,
) -> TriedDraft:
    """Plan an import twice. Everything but names is read once.

    Raises:
        SyncError: something that concerns all jobs could not be read.
    """
    surveyor, jobs = Surveyor(ports, settings, listener), ReadOnce(ports.jobs)
    survey = surveyor.read(me, memory, mappings=draft)
    ledger = settle_pending(memory.imported, survey.live, me.name)

    def plan(of: Survey) -> Plan:
        planner = Planner(ports, settings, listener, jobs)
        return planner.plan_import(of, ledger, memory.filled_in)

    present, problem = present_mappings(ports, settings.mapping_path)
    tried = plan(survey)
    now = plan(surveyor.with_mappings(survey, present)) if present else None
    return TriedDraft(survey, tried, now, problem)


def compare_plans(
    now: Plan | None, draft: Plan, version: str, issues: tuple[Issue, ...]
) -> MappingTest:
    """Return which rows differ, by job name.

    Args:
        now: the plan with the file as it is; None where it cannot be used.
        version: of the unsaved text.
    """
    before, after = _rows(now) if now else {}, _rows(draft)
    prints_now, prints_draft = fingerprint_plan(now) if now else {}, fingerprint_plan(draft)
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


def _rows(plan: Plan) -> dict[_Key, ReportRow]:
    shown = map(import_row, plan.rows)
    return {(row.job_name, row.file_name): row for row in shown}


def _counts(rows: Mapping[_Key, ReportRow]) -> dict[str, int]:
    return dict(sorted(Counter(str(row.status) for row in rows.values()).items()))


def _said(row: ReportRow | None) -> tuple[str, ...]:
    return (row.status, row.message, *map(str, row.issues)) if row else ()


def _tested(before: ReportRow | None, after: ReportRow | None) -> TestedRow:
    name = (after or before or ReportRow("", "", "")).job_name
    message = " ".join(map(str, after.issues)) if after else ""
    return TestedRow(name, before.status if before else "", after.status if after else "", message)
