"""What the Mappings tab shows of a test or a save of the mapping file."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from dash import html
from dash.development.base_component import Component

from components.icons import icon
from components.operation_view import outcome_view
from components.words import PLAN_LABELS, plural
from core.operations.kinds import OperationKind
from core.operations.operation import Operation, Status
from core.operations.outcome import Outcome
from core.planning.statuses import RowStatus
from core.reporting.mapping_details import MappingTest, TestedRow
from core.settings import AppMode

_SHOWN_ROWS = 100
_NOWHERE = "Not in the plan"


def mapping_outcome(operation: Operation | None) -> Component:
    """Show how a test or a save ended: a test with its changes, a refusal with the way out."""
    if operation is None or operation.status.is_active:
        return outcome_view(None)
    outcome = operation.outcome or Outcome()
    is_test = operation.kind is OperationKind.TEST_MAPPINGS
    is_shown = is_test and operation.status is Status.SUCCEEDED
    is_refused = operation.kind is OperationKind.SAVE_MAPPINGS and operation.status is Status.FAILED
    is_saved = operation.kind is OperationKind.SAVE_MAPPINGS and not is_refused
    return html.Div(
        [
            outcome_view(operation),
            mapping_test(outcome.mapping_test) if is_shown else None,
            _way_out() if is_refused else None,
            _to_import() if is_saved and _validates(outcome) else None,
        ],
        className="mapping-outcome",
        key=operation.operation_id,
    )


def mapping_test(test: MappingTest) -> Component:
    """Show how many rows change how, and which."""
    if not test.changes:
        return html.Div("No job changes by the unsaved mappings.", className="card quiet")
    rows = sorted(test.changes, key=lambda row: (row.before, row.after, row.job_name))
    groups = [(pair, list(of)) for pair, of in groupby(rows, lambda row: (row.before, row.after))]
    groups.sort(key=lambda group: -len(group[1]))
    return html.Div(
        [
            html.Div(_counts(test), className="test-counts"),
            *(_group(before, after, of) for (before, after), of in groups),
        ],
        className="card mapping-test",
    )


def _counts(test: MappingTest) -> list[Component]:
    """Compare the rows by status: as the file is, and as it would be."""
    statuses = [status for status in RowStatus if test.now.get(status) or test.draft.get(status)]
    return [
        html.Span(
            [
                html.Span(className=f"dot dot-{status}", **{"aria-hidden": "true"}),
                f"{_label(status)} ",
                html.Span(_moved(status, test.now, test.draft), className="chip-count"),
            ],
            className="chip",
        )
        for status in statuses
    ]


def _moved(status: RowStatus, now: Mapping[str, int], draft: Mapping[str, int]) -> str:
    before, after = now.get(status, 0), draft.get(status, 0)
    return f"{after:,}" if before == after else f"{before:,} → {after:,}"


def _group(before: str, after: str, rows: Sequence[TestedRow]) -> Component:
    what = (
        f"{_label(after)}, with other content"
        if before == after
        else f"{_label(before)} → {_label(after)}"
    )
    items = [
        html.Li(
            [
                row.job_name,
                html.Span(f" {row.message}", className="quiet") if row.message else None,
            ]
        )
        for row in rows[:_SHOWN_ROWS]
    ]
    if len(rows) > _SHOWN_ROWS:
        items.append(html.Li(f"… and {len(rows) - _SHOWN_ROWS:,} more", className="quiet"))
    return html.Details(
        [
            html.Summary([html.Strong(plural(len(rows), "job")), f": {what}"]),
            html.Ul(items, className="job-list"),
        ],
        open=len(rows) <= 5,
        className="test-group",
    )


def _label(status: str) -> str:
    if not status:
        return _NOWHERE
    return PLAN_LABELS[RowStatus(status)] if status in set(RowStatus) else status


def _validates(outcome: Outcome) -> bool:
    """Whether the deployment that saved the file also validates."""
    return outcome.mode in set(AppMode) and AppMode(outcome.mode).allows(AppMode.IMPORT)


def _to_import() -> Component:
    return html.Button(
        "Go to Import", type="button", className="button", **{"data-go-tab": "import"}
    )


def _way_out() -> Component:
    return html.Div(
        [
            html.Span(
                "Your changes are still here. Reload reads the file again and applies them to its "
                "text as it is now; then look at the difference and save again.",
                className="mapping-notice-text",
            ),
            html.Button(
                [icon("reload"), "Reload"],
                type="button",
                className="button",
                **{"data-mapping-reload": "true"},
            ),
        ],
        className="mapping-notice mapping-notice-warn",
    )
