"""What a report says of a bundle."""

from typing import assert_never

from core.bundling.plan import BundledJob, BundlePlan, BundleRow, NotBundled
from core.planning.statuses import RowStatus
from core.reporting.report import Report, ReportRow
from core.reporting.rows import with_left_out


def bundle_report(plan: BundlePlan) -> Report:
    """Return what there is to say of a bundle whose files were written."""
    return Report("bundle", tuple(map(_bundle_row, plan.rows)), plan.issues)


def _bundle_row(row: BundleRow) -> ReportRow:
    match row:
        case BundledJob():
            message = with_left_out(" ".join(row.notes), row.definition)
            return ReportRow(row.job_name, row.path, RowStatus.NEW).done(message)
        case NotBundled(issues=()):
            return ReportRow(row.job_name, row.path, RowStatus.EXCLUDED, message=row.why)
        case NotBundled():
            return ReportRow(row.job_name, row.path, RowStatus.ERROR, issues=row.issues)
        case _:
            assert_never(row)
