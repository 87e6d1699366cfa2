"""What is left to do, as an exit code."""

import pytest

from core.errors import Issue, StateError
from core.planning.statuses import RowResult, RowStatus
from core.reporting.pending import detailed_exit_code
from core.reporting.report import Report, ReportRow, report_failure

WRITTEN = ("new", "changed", "renamed", "deleted")
OTHERS = ("unchanged", "unmanaged", "skipped", "excluded")


def code(operation: str, status: str, result: RowResult = RowResult.NOTHING) -> int:
    row = ReportRow("a", "a.json", RowStatus(status), result=result)
    return detailed_exit_code(Report(operation, (row,), (Issue("A note."),)))


@pytest.mark.parametrize("operation", ["validate", "import", "export"])
def test_what_was_not_carried_out_is_left(operation: str):
    assert detailed_exit_code(Report(operation)) == 0
    assert [code(operation, status) for status in WRITTEN] == [2] * 4
    assert [code(operation, status) for status in OTHERS] == [0] * 4
    assert code(operation, "new", RowResult.NOT_STARTED) == 2
    assert code(operation, "new", RowResult.CREATED) == 0
    assert code(operation, "unchanged", RowResult.ADOPTED) == 0


def test_a_removal_leaves_only_what_is_deleted():
    assert [code("remove", status) for status in (*WRITTEN, *OTHERS)] == [0, 0, 0, 2, 0, 0, 0, 0]
    assert code("remove", "deleted", RowResult.REMOVED) == 0


def test_every_row_of_a_check_for_drift_is_left():
    assert [code("drift", status) for status in (*WRITTEN, *OTHERS)] == [2] * 8
    assert detailed_exit_code(Report("drift")) == 0


def test_one_error_is_an_error_whatever_else_there_is():
    rows = ReportRow("a", "", "new"), ReportRow("b", "", "error")
    for operation in ("validate", "drift", "import"):
        assert detailed_exit_code(Report(operation, rows)) == 1
    assert detailed_exit_code(report_failure("validate", StateError("No."))) == 1
    assert detailed_exit_code(Report("import", has_failed=True)) == 1
