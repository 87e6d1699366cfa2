"""What a report says of a conversion."""

from typing import assert_never

from core.planning.conversion import (
    AlreadyDefinition,
    ConversionRow,
    NewDefinition,
    Unconverted,
)
from core.planning.statuses import RowStatus
from core.reporting.report import ReportRow
from core.reporting.rows import with_left_out


def conversion_row(row: ConversionRow) -> ReportRow:
    """Return what is shown of a job that a file holds."""
    match row:
        case NewDefinition():
            message = with_left_out(" ".join(row.notes), row.definition)
            return ReportRow(row.job_name, row.path, RowStatus.NEW, message=message)
        case AlreadyDefinition():
            message = "Is a definition already."
            return ReportRow(row.job_name, row.path, RowStatus.UNCHANGED, message=message)
        case Unconverted():
            return ReportRow(row.job_name, row.path, RowStatus.ERROR, issues=(row.issue,))
        case _:
            assert_never(row)
