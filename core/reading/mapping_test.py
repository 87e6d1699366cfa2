"""Compares the plan with an unsaved mapping file with the plan as the file is."""

from collections import Counter
from collections.abc import Mapping

from core.errors import Issue
from core.planning.fingerprints import fingerprint_plan
from core.planning.import_plan import Plan
from core.reporting.mapping_details import MappingTest, TestedRow
from core.reporting.report import ReportRow
from core.reporting.rows import import_row

_Key = tuple[str, str]


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
