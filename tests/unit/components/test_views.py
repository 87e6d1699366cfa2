"""The views of a tab's rows, and what leads to them."""

from components.row_panel import row_panel
from components.views import MARKS, view_buttons
from core.operations.grid_row import GridRow
from core.planning.statuses import RowStatus
from core.reporting.report import ReportRow

ROW = GridRow("7", "load", "load.json", "changed", runs=("a", "b"), triggered_by=("c",))
REPORT = ReportRow("load", "load.json", "changed")


def test_every_status_has_a_mark_of_its_own_in_the_graph():
    assert set(MARKS) == set(RowStatus)
    assert len(set(MARKS.values())) == len(MARKS)


def test_the_table_is_shown_first():
    pressed = [button.children for button in view_buttons().children if "true" in str(button)]
    assert pressed == ["Table"]


def test_the_panel_says_what_a_job_runs_and_leads_to_the_graph():
    text = str(row_panel(ROW, REPORT, "validate", has_sides=True, has_graph=True))
    assert "a, b" in text
    assert "What this needs" in text
    assert "data-key='7'" in text


def test_a_panel_of_the_history_leads_to_no_graph():
    assert "What this needs" not in str(row_panel(ROW, REPORT, "validate", has_sides=False))
