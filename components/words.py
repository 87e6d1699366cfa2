"""The words that users read about operations and rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from core.operations.kinds import OperationKind
from core.operations.operation import Operation, Status

EXPORT_LABELS: Mapping[str, str] = {
    "new": "Created",
    "changed": "Updated",
    "renamed": "Renamed",
    "unchanged": "Unchanged",
    "deleted": "Removed",
    "unmanaged": "Not from this workspace",
    "skipped": "Skipped",
    "error": "Failed",
}
IMPORT_LABELS: Mapping[str, str] = {
    "new": "New",
    "changed": "Changed",
    "renamed": "Renamed",
    "deleted": "Deleted",
    "unchanged": "Unchanged",
    "unmanaged": "Unmanaged",
    "skipped": "Skipped",
    "error": "Error",
}
OUTCOMES: Mapping[str, str] = {
    "completed": "Completed",
    "completed_with_errors": "Completed with errors",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "interrupted": "Interrupted",
    "unreadable": "Unreadable",
}
UNMANAGED_SENTENCE = (
    "These jobs exist in this workspace and have no definition in Git. This app did not import "
    "them, so it never changes or removes them."
)
_OTHERS = frozenset({"unmanaged", "skipped"})  # rows that no definition speaks of


@dataclass(frozen=True, slots=True)
class KindWords:
    """What users read about one kind of operation.

    `next_step` is what to do when it has succeeded, empty for nothing; `labels` are the words for
    the statuses of its rows.
    """

    title: str
    next_step: str
    labels: Mapping[str, str]


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
            return f"{title} finished" + (" with errors" if _has_errors(operation) else "")
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
    outcome = operation.outcome or {}
    counts: Mapping[str, int] = outcome.get("counts", {})
    match operation.kind:
        case OperationKind.PULL:
            return _pulled(outcome.get("details", {}), counts)
        case OperationKind.VALIDATE if _is_equal(operation):
            return "Everything matches: there is nothing to import and nothing to remove."
        case OperationKind.PREVIEW if counts:
            return f"An export would give: {_counted(counts, EXPORT_LABELS)}"
        case OperationKind.IMPORT:
            return _carried_out(outcome, ("new", "changed", "renamed"), "imported")
        case OperationKind.REMOVE:
            return _carried_out(outcome, ("deleted",), "removed")
        case OperationKind.ADOPT:
            return f"{plural(counts.get('unchanged', 0), 'equal job')} are adopted."
        case _:
            return _counted(counts, WORDS[operation.kind].labels)


def _next(operation: Operation) -> str:
    counts: Mapping[str, int] = (operation.outcome or {}).get("counts", {})
    if operation.kind is OperationKind.VALIDATE and _is_equal(operation):
        return ""
    if operation.kind is OperationKind.VALIDATE and not counts.keys() - _OTHERS:
        return "No definition was found in the Git folder. Pull it, or check its path."
    if _has_errors(operation) and operation.kind is not OperationKind.PREVIEW:
        return "Solve what is listed as an error, then do it again; the rest is done."
    is_unmoved = not any(counts.get(s) for s in ("new", "changed", "renamed", "deleted"))
    if operation.kind is OperationKind.EXPORT and is_unmoved:
        return "The files already equal the jobs; there is nothing to push."
    return WORDS[operation.kind].next_step


def _counted(counts: Mapping[str, int], labels: Mapping[str, str]) -> str:
    parts = [f"{counts[s]:,} {label.lower()}" for s, label in labels.items() if counts.get(s)]
    return f"{', '.join(parts)}." if parts else "There is nothing here yet."


def _carried_out(
    outcome: Mapping[str, Mapping[str, Mapping[str, int]]], of: tuple[str, ...], verb: str
) -> str:
    states = outcome.get("states", {})
    done = sum(states.get("done", {}).get(status, 0) for status in of)
    failed = sum(states.get("failed", {}).values())
    failures = f" {plural(failed, 'job')} failed, each row says why." if failed else ""
    return f"{plural(done, 'job')} {verb}.{failures}"


def _pulled(details: Mapping[str, str], counts: Mapping[str, int]) -> str:
    old, new = details.get("old_commit", "")[:7], details.get("commit", "")[:7]
    if old == new:
        return f"Already at the newest commit, {new}."
    words = {"new": "came", "changed": "changed", "renamed": "renamed", "deleted": "went"}
    parts = [f"{counts[s]:,} {word}" for s, word in words.items() if counts.get(s)]
    what = ", ".join(parts) or "no definition differs"
    return f"{old} → {new}: {what}."


def _is_equal(operation: Operation) -> bool:
    """Whether a validation has proven that nothing is left to do."""
    outcome = operation.outcome or {}
    counts: Mapping[str, int] = outcome.get("counts", {})
    return bool(
        counts.get("unchanged")
        and not any(counts.get(s) for s in ("new", "changed", "renamed", "deleted", "error"))
        and outcome.get("details", {}).get("is_complete", True)
        and not outcome.get("issues")
    )


def _has_errors(operation: Operation) -> bool:
    return bool(((operation.outcome or {}).get("counts") or {}).get("error"))
