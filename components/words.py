"""The words that users read about operations and rows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.operations.grid_row import RowState
from core.operations.kinds import KINDS, OperationKind, kinds_of_tab
from core.operations.operation import Operation, Status
from core.operations.outcome import Outcome
from core.planning.statuses import RESULTS, WRITTEN, RowResult, RowStatus
from core.reporting.details import PullFacts
from core.reporting.mapping_details import MappingTest
from core.settings import AppMode
from core.state.history import REVEAL, Ending

READ_ONLY = "You have read-only access. Only operators can start operations."
PLAN_LABELS: Mapping[RowStatus, str] = {
    RowStatus.NEW: "New",
    RowStatus.CHANGED: "Changed",
    RowStatus.RENAMED: "Renamed",
    RowStatus.DELETED: "Deleted",
    RowStatus.UNCHANGED: "Unchanged",
    RowStatus.UNMANAGED: "Unmanaged",
    RowStatus.SKIPPED: "Skipped",
    RowStatus.EXCLUDED: "Excluded",
    RowStatus.ERROR: "Error",
}
EXPORT_LABELS = {**PLAN_LABELS, RowStatus.UNMANAGED: "Not from this workspace"}
PULL_LABELS = {**PLAN_LABELS, RowStatus.NEW: "Added", RowStatus.DELETED: "Removed"}
MAPPING_LABELS = PULL_LABELS
RESTORE_LABELS = {
    **PLAN_LABELS,
    RowStatus.NEW: "To create again",
    RowStatus.CHANGED: "To set back",
    RowStatus.RENAMED: "To rename back",
    RowStatus.DELETED: "To remove",
    RowStatus.UNCHANGED: "As before",
}
RESULT_LABELS: Mapping[RowResult, str] = {
    RowResult.CREATED: "Created",
    RowResult.UPDATED: "Updated",
    RowResult.RENAMED: "Renamed",
    RowResult.REMOVED: "Removed",
    RowResult.ADOPTED: "Adopted",
    RowResult.FAILED: "Failed",
    RowResult.NOT_STARTED: "Not started",
}
_PLANS_ONLY = (OperationKind.PREVIEW, OperationKind.TAKE)
_TAKEN = "Taken into Git"
_EXPORTS = kinds_of_tab("export")
_RESTORES = kinds_of_tab("restore")
_ENDED = (RowState.DONE, RowState.FAILED)
# Rows of one group have the same words.
_TALLIED = ((RowState.DONE,), (RowState.FAILED,), (RowState.PLANNED, RowState.NOTHING_TO_DO))
OUTCOMES: Mapping[Ending, str] = {
    Ending.COMPLETED: "Completed",
    Ending.COMPLETED_WITH_ERRORS: "Completed with errors",
    Ending.FAILED: "Failed",
    Ending.CANCELLED: "Cancelled",
    Ending.INTERRUPTED: "Interrupted",
    Ending.UNREADABLE: "Unreadable",
}
TONES: Mapping[Ending, str] = {
    Ending.COMPLETED: "good",
    Ending.COMPLETED_WITH_ERRORS: "warn",
    Ending.FAILED: "bad",
    Ending.CANCELLED: "warn",
    Ending.INTERRUPTED: "warn",
    Ending.UNREADABLE: "bad",
}
UNMANAGED_SENTENCE = (
    "These jobs exist in this workspace and have no definition in Git. This app did not import "
    "them, so it never changes or removes them."
)
_OTHERS = frozenset({RowStatus.UNMANAGED, RowStatus.SKIPPED, RowStatus.EXCLUDED})
"""What a validation has nothing to do with."""
_IMPORTED = (RowStatus.NEW, RowStatus.CHANGED, RowStatus.RENAMED)


@dataclass(frozen=True, slots=True)
class KindWords:
    """What users read about one kind of operation.

    `next_step` is what to do when it has succeeded, empty for nothing; `labels` are the words for
    the statuses of its rows as long as nothing was done with them, `results` for what was done.
    """

    title: str
    next_step: str
    labels: Mapping[RowStatus, str] = field(default_factory=lambda: PLAN_LABELS)
    results: Mapping[RowResult, str] = field(default_factory=lambda: RESULT_LABELS)


WORDS: Mapping[str, KindWords] = {
    OperationKind.PREVIEW: KindWords(
        "Preview", "Nothing was written. Export to write the files.", EXPORT_LABELS
    ),
    OperationKind.EXPORT: KindWords("Export", "Next: push to the Git repository.", EXPORT_LABELS),
    OperationKind.PULL: KindWords("Pull", "Next: validate the definitions.", PULL_LABELS),
    OperationKind.VALIDATE: KindWords("Validation", "Review the differences, then import."),
    OperationKind.IMPORT: KindWords("Import", "Validate again to see what is left."),
    OperationKind.REMOVE: KindWords("Removal", "A snapshot of each job is in the state folder."),
    OperationKind.ADOPT: KindWords("Adoption", "Now managed by this app."),
    OperationKind.PLAN_RESTORE: KindWords(
        "Restore preview", "Review the differences, then restore.", RESTORE_LABELS
    ),
    OperationKind.RESTORE: KindWords(
        "Restore", "A snapshot of what it replaced is in the state folder.", RESTORE_LABELS
    ),
    OperationKind.TAKE: KindWords(
        "Taking into Git",
        "Next: commit and push the Git folder, then validate again.",
        results={**RESULT_LABELS, RowResult.UPDATED: _TAKEN, RowResult.RENAMED: _TAKEN},
    ),
    OperationKind.INFO: KindWords("Reading the workspace", ""),
    OperationKind.MAPPINGS: KindWords("Reading the mapping file", ""),
    OperationKind.TEST_MAPPINGS: KindWords(
        "Test of the mappings", "Save the mappings to use them."
    ),
    OperationKind.SAVE_MAPPINGS: KindWords(
        "Save of the mappings", "Next: validate with the saved mappings.", MAPPING_LABELS
    ),
}
"""By kind of operation. The history may hold kinds of another version, which have no words here."""


def label_of(kind: str, status: RowStatus | str, state: RowState) -> str:
    """Return the word for a row: what was done with it, or what the plan found about it.

    A status of another version is its own word.
    """
    if status not in set(RowStatus):
        return status
    known = RowStatus(status)
    if state is RowState.NOT_STARTED:
        return RESULT_LABELS[RowResult.NOT_STARTED]
    if state in _ENDED and known in RESULTS:
        return (WORDS[kind].results if kind in WORDS else RESULT_LABELS)[RESULTS[known]]
    return (WORDS[kind].labels if kind in WORDS else PLAN_LABELS)[known]


def heads_of(kind: str, state: RowState) -> tuple[str, str]:
    """Return what to call the two sides of a row's changes."""
    if state in _ENDED:
        return "Before", "After"
    return "Current", f"After {_what_follows(kind)}"


def _what_follows(kind: str) -> str:
    if kind in _EXPORTS:
        return "export"
    return "restore" if kind in _RESTORES else "import"


def title_of(kind: str) -> str:
    """Return the word for a kind of operation, whatever wrote it."""
    if kind == REVEAL:
        return "Show hidden values"
    return WORDS[kind].title if kind in WORDS else kind


def ending_of(outcome: Ending | str) -> str:
    """Return the word for how an operation of the history ended."""
    return OUTCOMES[Ending(outcome)] if outcome in set(Ending) else outcome


def tone_of(outcome: Ending | str) -> str:
    """Return how that is coloured."""
    return TONES[Ending(outcome)] if outcome in set(Ending) else "warn"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of an operation have one label."""

    label: str
    status: RowStatus
    count: int


def tally_of(kind: str, outcome: Outcome) -> tuple[Tally, ...]:
    """Count the rows of an operation by label, what was done before what was left."""
    tallies = tuple(
        Tally(label_of(kind, status, states[0]), status, number)
        for states in _TALLIED
        for status in RowStatus
        if (number := sum(outcome.states.get(state, {}).get(status, 0) for state in states))
    )
    left = outcome.count_not_started()
    label = RESULT_LABELS[RowResult.NOT_STARTED]
    return (*tallies, Tally(label, RowStatus.SKIPPED, left)) if left else tallies


def counts_text(kind: str, counts: Mapping[str, int]) -> str:
    """Return the counts of an entry of the history, in the words of its kind of operation."""
    done = [
        _count(counts[status], label_of(kind, status, _counted_state(kind, status)))
        for status in RowStatus
        if counts.get(status)
    ]
    left = counts.get(RowState.NOT_STARTED)
    label = RESULT_LABELS[RowResult.NOT_STARTED].lower()
    return ", ".join([*done, f"{left:,} {label}"] if left else done)


def _count(count: int, label: str) -> str:
    """Return a count with its label; the one label that is a noun agrees with the number."""
    is_noun = label == PLAN_LABELS[RowStatus.ERROR]
    return plural(count, label.lower()) if is_noun else f"{count:,} {label.lower()}"


def _counted_state(kind: str, status: RowStatus) -> RowState:
    """Return in which state the history counted the rows of a status: see `Traits.counted`."""
    counted = KINDS[OperationKind(kind)].counted if kind in set(OperationKind) else ()
    is_done = status in (*WRITTEN, RowStatus.ERROR) or RowState.NOTHING_TO_DO not in counted
    return RowState.DONE if counted and is_done else RowState.NOTHING_TO_DO


def people(actor: str, approver: str) -> str:
    """Say who asked for an operation, and who approved it where somebody had to."""
    return f"{actor}, approved by {approver}" if approver else actor


def plural(count: int, noun: str) -> str:
    """Return “1 job” or “3 jobs”."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def duration(seconds: float) -> str:
    """Return a duration as people say it."""
    whole = int(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def clock_time(at: float) -> str:
    """Return a moment, in UTC: the page and the server may be in different zones."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"


def headline(operation: Operation) -> str:
    """Say in one sentence how an operation ended."""
    title = WORDS[operation.kind].title
    match operation.status:
        case Status.FAILED:
            return f"{title} failed"
        case Status.CANCELLED:
            return f"{title} cancelled"
        case Status.INTERRUPTED:
            return f"{title} interrupted"
        case Status.SUCCEEDED:
            outcome = operation.outcome or Outcome()
            return f"{title} finished" + (" with errors" if outcome.has_errors else "")
        case _:
            return f"{title} is running"


def what_happened(operation: Operation) -> str:
    """Say what an operation did, and what to do next."""
    if operation.status is Status.FAILED or operation.outcome is None:
        return operation.error
    done = _done(operation)
    if operation.status is not Status.SUCCEEDED:
        return f"{operation.error} {done}".strip()
    return f"{done} {_next(operation)}".strip()


def _done(operation: Operation) -> str:
    outcome = operation.outcome or Outcome()
    match operation.kind:
        case OperationKind.PULL:
            return _pulled(outcome.pull, outcome)
        case OperationKind.VALIDATE if _is_equal(outcome):
            what = "that belongs here " if outcome.count(RowStatus.EXCLUDED) else ""
            return f"Everything {what}matches: there is nothing to import and nothing to remove."
        case OperationKind.PREVIEW if outcome.counts:
            return f"An export would produce: {_counted(operation.kind, outcome)}"
        case OperationKind.IMPORT:
            return _carried_out(outcome, _IMPORTED, "imported")
        case OperationKind.PLAN_RESTORE if not outcome.count(*WRITTEN, RowStatus.ERROR):
            return "Every job is as it was before this operation: there is nothing to restore."
        case OperationKind.RESTORE:
            return _carried_out(outcome, WRITTEN, "restored")
        case OperationKind.TAKE:
            return _taken(outcome)
        case OperationKind.REMOVE:
            return _carried_out(outcome, (RowStatus.DELETED,), "removed")
        case OperationKind.TEST_MAPPINGS:
            return _tested(outcome.mapping_test)
        case OperationKind.SAVE_MAPPINGS if not outcome.counts:
            return "No entry changed."
        case OperationKind.ADOPT:
            return _adopted(outcome.count_done(RowStatus.UNCHANGED))
        case _:
            return _counted(operation.kind, outcome)


def _next(operation: Operation) -> str:
    outcome = operation.outcome or Outcome()
    if operation.kind is OperationKind.VALIDATE and _is_equal(outcome):
        return ""
    if operation.kind is OperationKind.VALIDATE and not outcome.counts.keys() - _OTHERS:
        if outcome.count(RowStatus.EXCLUDED):
            return "No definition belongs here: see “jobs” in the mapping file."
        return "No definitions found in the Git folder. Pull, or check its path."
    if outcome.has_errors and operation.kind is OperationKind.VALIDATE:
        return _errors_left(outcome)
    if outcome.has_errors and operation.kind is OperationKind.PLAN_RESTORE:
        return "Rows with errors cannot be restored; see each row for the reason."
    if outcome.count_failed() and operation.kind is OperationKind.TAKE:
        return ""
    if outcome.has_errors and operation.kind not in _PLANS_ONLY:
        return "Fix the errors listed and run it again; everything else is done."
    if operation.kind is OperationKind.EXPORT and not outcome.count(*WRITTEN):
        return "The files already match the jobs; there is nothing to push."
    if operation.kind is OperationKind.SAVE_MAPPINGS and outcome.mode == AppMode.EXPORT:
        return "The next export uses them."
    if operation.kind is OperationKind.PLAN_RESTORE and not outcome.count(*WRITTEN):
        return ""
    if operation.kind is OperationKind.ADOPT and not outcome.count_done(RowStatus.UNCHANGED):
        return ""
    return WORDS[operation.kind].next_step


def _errors_left(outcome: Outcome) -> str:
    """Say what a validation with errors leaves to do."""
    names = plural(len(outcome.unmapped), "missing name")
    first = f"Map the {names}" if outcome.unmapped else "Fix the errors"
    ready = "; what is new or changed can be imported now" if outcome.count(*_IMPORTED) else ""
    return f"{first}, then validate again{ready}."


def _counted(kind: OperationKind, outcome: Outcome) -> str:
    parts = [_count(tally.count, tally.label) for tally in tally_of(kind, outcome)]
    return f"{', '.join(parts)}." if parts else "Nothing here yet."


def _tested(test: MappingTest) -> str:
    """Say how many jobs would be treated otherwise, and how: “2 errors → new”."""
    if not test.changes:
        return "No job would be treated differently."
    moves = Counter((row.before, row.after) for row in test.changes)
    words = [
        f"{_count(count, _status_label(before))} → {_status_label(after).lower()}"
        if before != after
        else f"{_count(count, _status_label(after))} with other values"
        for (before, after), count in sorted(moves.items())
    ]
    return f"{plural(len(test.changes), 'job')} would be treated differently: {', '.join(words)}."


def _status_label(status: RowStatus | str) -> str:
    return PLAN_LABELS[RowStatus(status)] if status in set(RowStatus) else status or "none"


def _adopted(count: int) -> str:
    return (
        f"{plural(count, 'matching job')} adopted."
        if count
        else "No matching jobs were left to adopt."
    )


def _taken(outcome: Outcome) -> str:
    if outcome.count_done(RowStatus.CHANGED, RowStatus.RENAMED):
        return "The definition has the chosen fields of the job; see its row."
    return "Nothing was taken into Git; see the row for the reason."


def _carried_out(outcome: Outcome, of: tuple[RowStatus, ...], verb: str) -> str:
    failed = outcome.count_failed()
    failures = f" {plural(failed, 'job')} failed; see each row for the reason." if failed else ""
    left = outcome.count_not_started()
    rest = f" {plural(left, 'job')} not started." if left else ""
    return f"{plural(outcome.count_done(*of), 'job')} {verb}.{failures}{rest}"


def _pulled(facts: PullFacts, outcome: Outcome) -> str:
    old, new = facts.old_commit[:7], facts.git.commit[:7]
    if old == new:
        return f"Already at the newest commit, {new}."
    parts = [
        f"{outcome.count(status):,} {PULL_LABELS[status].lower()}"
        for status in WRITTEN
        if outcome.count(status)
    ]
    if outcome.has_errors:
        parts.append(f"{outcome.count(RowStatus.ERROR):,} unreadable")
    what = ", ".join(parts) or "no definition changed"
    return f"{old} → {new}: {what}."


def _is_equal(outcome: Outcome) -> bool:
    """Whether a validation has proven that nothing is left to do."""
    return bool(
        outcome.count(RowStatus.UNCHANGED)
        and not outcome.count(*WRITTEN, RowStatus.ERROR)
        and outcome.plan.is_complete
        and not outcome.issues
    )
