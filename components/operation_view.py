"""What a tab shows of its operation above the grid: progress, outcome, chips, issues."""

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from components.icons import icon
from components.mapping_link import mapping_button
from components.origins import origin_chips
from components.words import (
    WORDS,
    Tally,
    duration,
    headline,
    people,
    plural,
    tally_of,
    what_happened,
)
from core.errors import Issue
from core.mapping.unmapped import UnmappedName
from core.operations.kinds import OperationKind
from core.operations.operation import Operation, Status, Waiting
from core.operations.outcome import Outcome
from core.reporting.waiting import describe_wait
from core.state.history import entry_id

_TONES: Mapping[Status, str] = {
    Status.SUCCEEDED: "good",
    Status.FAILED: "bad",
    Status.CANCELLED: "warn",
    Status.INTERRUPTED: "warn",
}
_SHOWN_ISSUES = 50
_SHOWN_JOBS = 3


def progress_view(operation: Operation | None, now: float, *, may_cancel: bool) -> Component:
    """Show how far an operation is; nothing when none is running.

    Args:
        now: seconds since the epoch.
    """
    if operation is None or not operation.status.is_active:
        return html.Div(className="progress-none")
    is_stopping = operation.status is Status.CANCELLING
    step = "Stopping after the current call" if is_stopping else operation.step or "Starting"
    counts = _counts(operation)
    return html.Div(
        [
            html.Div(
                [
                    html.Span(className="spinner", **{"aria-hidden": "true"}),
                    html.Strong(WORDS[operation.kind].title),
                    html.Span(step, className="progress-step"),
                    html.Span(counts, className="progress-counts"),
                    html.Span(className="spacer"),
                    _waiting(operation.waiting, now),
                    html.Span(
                        duration(max(0.0, now - (operation.started or operation.created))),
                        className="progress-time",
                    ),
                    _cancel(operation, is_stopping=is_stopping) if may_cancel else None,
                ],
                className="progress-line",
            ),
            _bar(operation),
        ],
        className="progress-card",
        key=operation.operation_id,
    )


def outcome_view(operation: Operation | None) -> Component:
    """Say how the last operation ended and what to do next; nothing while one is running."""
    if operation is None or operation.status.is_active:
        return html.Div(className="outcome-none")
    took = max(0.0, operation.finished - (operation.started or operation.created))
    tone = _tone(operation)
    outcome = operation.outcome or Outcome()
    return html.Div(
        [
            html.Div(
                [
                    html.Span(
                        [icon(_SYMBOLS[tone]), headline(operation)], className="outcome-headline"
                    ),
                    _sentence(what_happened(operation)),
                    html.Span(
                        f"{people(operation.actor, operation.approver)} · {duration(took)}",
                        className="outcome-facts",
                    ),
                    _map_names(outcome.unmapped),
                    _in_history(operation),
                    html.Button(
                        [icon("log"), "Detailed log"],
                        type="button",
                        className="button button-quiet",
                        **{"data-log": operation.operation_id},
                    ),
                ],
                className=f"outcome outcome-{tone}",
                role="status",
            ),
            _issues(outcome.issues),
            _unmapped(outcome.unmapped),
        ],
        key=operation.operation_id,
    )


def _sentence(text: str) -> Component:
    """Keep the lines of a message that points at a place in a file."""
    if "\n" in text:
        return html.Pre(text, className="outcome-sentence")
    return html.Span(text, className="outcome-sentence")


def chips_view(operation: Operation | None) -> Component:
    """Show the counts of an operation: a click on one filters the grid, see `assets/chips.js`."""
    outcome = operation.outcome if operation else None
    tallies = tally_of(operation.kind, outcome) if operation and outcome else ()
    if outcome is None or not tallies:
        return html.Div(className="chips chips-none")
    return html.Div([_status_chips(tallies), origin_chips(outcome)], className="chip-groups")


def _status_chips(tallies: Sequence[Tally]) -> Component:
    return html.Div(
        [
            html.Button(
                [
                    html.Span(className=f"dot dot-{tally.status}", **{"aria-hidden": "true"}),
                    f"{tally.label} ",
                    html.Span(f"{tally.count:,}", className="chip-count"),
                ],
                type="button",
                className="chip",
                **{
                    "data-status": tally.status,
                    "data-label": tally.label,
                    "aria-pressed": "false",
                },
            )
            for tally in tallies
        ],
        className="chips",
        role="group",
        **{"aria-label": "Filter by status"},
    )


def _counts(operation: Operation) -> str:
    if operation.total:
        return f"{operation.done:,} of {operation.total:,}"
    return f"{operation.done:,}" if operation.done else ""


def _waiting(waiting: Waiting, now: float) -> Component | None:
    seconds = waiting.seconds(now)
    text = describe_wait(waiting.reason, seconds)
    if seconds < 0.5 or not text:
        return None
    return html.Span([icon("clock"), text], className="progress-waiting")


def _cancel(operation: Operation, *, is_stopping: bool) -> Component:
    """Return the button: of one that stops already it asks for nothing, and stays disabled."""
    asks = {} if is_stopping else {"data-cancel": operation.operation_id}
    return html.Button("Cancel", type="button", className="button", disabled=is_stopping, **asks)


def _bar(operation: Operation) -> Component:
    """Native, so that screen readers announce it; without a value it only shows activity."""
    values = {"value": str(operation.done), "max": str(operation.total)} if operation.total else {}
    return html.Progress(
        className="bar", **values, **{"aria-label": f"Progress of {WORDS[operation.kind].title}"}
    )


_SYMBOLS = {"good": "check", "bad": "alert", "warn": "alert"}


def _tone(operation: Operation) -> str:
    outcome = operation.outcome or Outcome()
    tone = _TONES.get(operation.status, "warn")
    return "warn" if tone == "good" and (outcome.has_errors or outcome.issues) else tone


def _issues(issues: Sequence[Issue]) -> Component | None:
    """Show what is to be known in one line that opens: the grid stays on the first screen."""
    if not issues:
        return None
    items = [
        html.Li([html.Pre(issue.message), html.Code(issue.path) if issue.path else None])
        for issue in issues[:_SHOWN_ISSUES]
    ]
    if len(issues) > _SHOWN_ISSUES:
        items.append(html.Li(f"… and {len(issues) - _SHOWN_ISSUES:,} more"))
    return html.Details(
        [
            html.Summary(
                [
                    icon("alert"),
                    plural(len(issues), "note"),
                    html.Span(_first_line(issues[0]), className="issues-first"),
                ]
            ),
            html.Ul(items, className="issue-list"),
        ],
        className="issues",
    )


def _unmapped(names: Sequence[UnmappedName]) -> Component | None:
    """Show the names that this workspace lacks in one line; it opens to what to do with each."""
    if not names:
        return None
    heads = ("Kind", "Name in Git", "Needed by", "Similar here", "Line for the mapping file")
    return html.Details(
        [
            html.Summary([icon("link"), _unmapped_summary(names)]),
            html.Div(
                html.Table(
                    [
                        html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                        html.Tbody([_unmapped_row(name) for name in names]),
                    ],
                    className="plain-table",
                ),
                className="table-scroll",
            ),
        ],
        className="issues unmapped",
    )


def _in_history(operation: Operation) -> Component | None:
    """Lead from a restore to its own entry, from where it can be undone in turn."""
    if operation.kind is not OperationKind.RESTORE:
        return None
    name = entry_id(operation.kind, operation.created, operation.operation_id)
    return html.Button(
        [icon("clock"), "In the history"],
        type="button",
        className="button button-quiet",
        **{"data-open-entry": name},
    )


def _map_names(names: Sequence[UnmappedName]) -> Component | None:
    """Lead to the first name that can be mapped; the Mappings tab has the others beside it."""
    first = next((name for name in names if name.section), None)
    if first is None:
        return None
    return mapping_button(first.section, first.name, "Map names", className="button")


def _first_line(issue: Issue) -> str:
    return str(issue).partition("\n")[0]


def _unmapped_summary(names: Sequence[UnmappedName]) -> str:
    is_one = len(names) == 1
    jobs = len({job for name in names for job in name.jobs})
    return (
        f"{plural(len(names), 'name')} {'is' if is_one else 'are'} not mapped · "
        f"{plural(jobs, 'job')} {'needs' if jobs == 1 else 'need'} {'it' if is_one else 'them'}"
    )


def _unmapped_row(name: UnmappedName) -> Component:
    jobs = name.jobs
    more = f" and {len(jobs) - _SHOWN_JOBS} more" if len(jobs) > _SHOWN_JOBS else ""
    line: Component | str = "Create the job, or import it first."
    if name.line:
        line = html.Span([html.Span(f"{name.section}: ", className="quiet"), copyable(name.line)])
    cells = (
        name.noun,
        mapping_button(name.section, name.name, name.name)
        if name.section
        else html.Strong(name.name),
        ", ".join(jobs[:_SHOWN_JOBS]) + more,
        ", ".join(name.candidates) or "—",
        line,
    )
    return html.Tr([html.Td(cell) for cell in cells])


def copyable(text: str) -> Component:
    """Return a text with a button that copies it: `assets/page.js`."""
    return html.Span(
        [
            html.Code(text),
            html.Button(
                [icon("copy"), html.Span(f"Copy {text}", className="visually-hidden")],
                type="button",
                className="button-icon",
                title="Copy",
                **{"data-copy": text},
            ),
        ],
        className="copyable",
    )
