"""The words that users read about operations and rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from core.operations.kinds import OperationKind
from core.operations.operation import Operation, Status
from core.operations.outcome import Outcome
from core.planning.statuses import WRITTEN, RowStatus
from core.reporting.details import PullFacts
from core.state.history import Ending

EXPORT_LABELS: Mapping[RowStatus, str] = {
    RowStatus.NEW: "Created",
    RowStatus.CHANGED: "Updated",
    RowStatus.RENAMED: "Renamed",
    RowStatus.UNCHANGED: "Unchanged",
    RowStatus.DELETED: "Removed",
    RowStatus.UNMANAGED: "Not from this workspace",
    RowStatus.SKIPPED: "Skipped",
    RowStatus.ERROR: "Failed",
}
IMPORT_LABELS: Mapping[RowStatus, str] = {
    RowStatus.NEW: "New",
    RowStatus.CHANGED: "Changed",
    RowStatus.RENAMED: "Renamed",
    RowStatus.DELETED: "Deleted",
    RowStatus.UNCHANGED: "Unchanged",
    RowStatus.UNMANAGED: "Unmanaged",
    RowStatus.SKIPPED: "Skipped",
    RowStatus.ERROR: "Error",
}
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
_OTHERS = frozenset({RowStatus.UNMANAGED, RowStatus.SKIPPED})  # no definition speaks of these
_IMPORTED = (RowStatus.NEW, RowStatus.CHANGED, RowStatus.RENAMED)


@dataclass(frozen=True, slots=True)
class KindWords:
    """What users read about one kind of operation.

    `next_step` is what to do when it has succeeded, empty for nothing; `labels` are the words for
    the statuses of its rows.
    """

    title: str
    next_step: str
    labels: Mapping[RowStatus, str]


WORDS: Mapping[str, KindWords] = {
    OperationKind.PREVIEW: KindWords(
        "Preview", "Nothing was written. Export to write the files.", EXPORT_LABELS
    ),
    OperationKind.EXPORT: KindWords("Export", "Next: push to the Git repository.", EXPORT_LABELS),
    OperationKind.PULL: KindWords("Pull", "Next: validate the definitions.", IMPORT_LABELS),
    OperationKind.VALIDATE: KindWords(
        "Validation", "Look at what differs, then import.", IMPORT_LABELS
    ),
    OperationKind.IMPORT: KindWords("Import", "Validate again to see what is left.", IMPORT_LABELS),
    OperationKind.REMOVE: KindWords(
        "Removal", "A snapshot of each is in the state folder.", IMPORT_LABELS
    ),
    OperationKind.ADOPT: KindWords(
        "Adoption", "From now on they count as imported.", IMPORT_LABELS
    ),
    OperationKind.INFO: KindWords("Reading the workspace", "", IMPORT_LABELS),
}
"""By kind of operation. The history may hold kinds of another version, which have no words here."""


def labels_for(kind: str) -> Mapping[RowStatus, str]:
    """Return the words for the statuses of an operation's rows, whatever wrote its kind."""
    return WORDS[kind].labels if kind in WORDS else IMPORT_LABELS


def label_of(kind: str, status: RowStatus | str) -> str:
    """Return the word for a row's status; another version's status is its own word."""
    return labels_for(kind)[RowStatus(status)] if status in set(RowStatus) else status


def title_of(kind: str) -> str:
    """Return the word for a kind of operation, whatever wrote it."""
    return WORDS[kind].title if kind in WORDS else kind


def ending_of(outcome: Ending | str) -> str:
    """Return the word for how an operation of the history ended."""
    return OUTCOMES[Ending(outcome)] if outcome in set(Ending) else outcome


def tone_of(outcome: Ending | str) -> str:
    """Return how that is coloured."""
    return TONES[Ending(outcome)] if outcome in set(Ending) else "warn"


def counts_text(kind: str, counts: Mapping[str, int]) -> str:
    """Return counts in the words of the kind of operation."""
    return ", ".join(
        f"{counts[status]:,} {label.lower()}"
        for status, label in labels_for(kind).items()
        if counts.get(status)
    )


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
            return "Everything matches: there is nothing to import and nothing to remove."
        case OperationKind.PREVIEW if outcome.counts:
            return f"An export would give: {_counted(operation.kind, outcome)}"
        case OperationKind.IMPORT:
            return _carried_out(outcome, _IMPORTED, "imported")
        case OperationKind.REMOVE:
            return _carried_out(outcome, (RowStatus.DELETED,), "removed")
        case OperationKind.ADOPT:
            return f"{plural(outcome.count(RowStatus.UNCHANGED), 'equal job')} are adopted."
        case _:
            return _counted(operation.kind, outcome)


def _next(operation: Operation) -> str:
    outcome = operation.outcome or Outcome()
    if operation.kind is OperationKind.VALIDATE and _is_equal(outcome):
        return ""
    if operation.kind is OperationKind.VALIDATE and not outcome.counts.keys() - _OTHERS:
        return "No definition was found in the Git folder. Pull it, or check its path."
    if outcome.has_errors and operation.kind is not OperationKind.PREVIEW:
        return "Solve what is listed as an error, then do it again; the rest is done."
    if operation.kind is OperationKind.EXPORT and not outcome.count(*WRITTEN):
        return "The files already equal the jobs; there is nothing to push."
    return WORDS[operation.kind].next_step


def _counted(kind: OperationKind, outcome: Outcome) -> str:
    text = counts_text(kind, outcome.counts)
    return f"{text}." if text else "There is nothing here yet."


def _carried_out(outcome: Outcome, of: tuple[RowStatus, ...], verb: str) -> str:
    failed = outcome.count_failed()
    failures = f" {plural(failed, 'job')} failed, each row says why." if failed else ""
    return f"{plural(outcome.count_done(*of), 'job')} {verb}.{failures}"


def _pulled(facts: PullFacts, outcome: Outcome) -> str:
    old, new = facts.old_commit[:7], facts.git.commit[:7]
    if old == new:
        return f"Already at the newest commit, {new}."
    words = {
        RowStatus.NEW: "came",
        RowStatus.CHANGED: "changed",
        RowStatus.RENAMED: "renamed",
        RowStatus.DELETED: "went",
    }
    parts = [f"{outcome.count(s):,} {word}" for s, word in words.items() if outcome.count(s)]
    what = ", ".join(parts) or "no definition differs"
    return f"{old} → {new}: {what}."


def _is_equal(outcome: Outcome) -> bool:
    """Whether a validation has proven that nothing is left to do."""
    return bool(
        outcome.count(RowStatus.UNCHANGED)
        and not outcome.count(*WRITTEN, RowStatus.ERROR)
        and outcome.plan.is_complete
        and not outcome.issues
    )
