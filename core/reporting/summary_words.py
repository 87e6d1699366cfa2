"""The words of a summary for a pull request: one sentence for all, one line for each count."""

from collections import Counter
from collections.abc import Mapping, Sequence

from core.comparing.origin import Origin
from core.planning.statuses import RowResult, RowStatus
from core.reporting.pending import is_pending
from core.reporting.report import Report, ReportRow

TITLES: Mapping[str, tuple[str, str]] = {
    "validate": ("validation", "in"),
    "drift": ("check for drift", "in"),
    "import": ("import", "into"),
    "remove": ("removal", "in"),
    "export": ("export", "from"),
}
"""By operation what to call it, and how the workspace's name follows."""

FIELD_HEADS: Mapping[str, str] = {
    "validate": "Fields (workspace → after an import)",
    "import": "Fields (before → after)",
    "drift": "Fields (workspace → Git)",
    "export": "Fields (Git → workspace)",
}
"""What the two sides of a field are, by operation."""

DONE = (
    *(RowResult.CREATED, RowResult.UPDATED, RowResult.RENAMED, RowResult.REMOVED),
    RowResult.ADOPTED,
)
_IMPORTED = (RowStatus.NEW, RowStatus.RENAMED, RowStatus.CHANGED)
_GONE = "Deleted in Git"
_LABELS: Mapping[str, Mapping[str, str]] = {
    "export": {RowStatus.UNMANAGED: "Not from this workspace"},
    "validate": {RowStatus.DELETED: _GONE},
    "import": {RowStatus.DELETED: _GONE},
    "remove": {RowStatus.DELETED: _GONE, **dict.fromkeys(_IMPORTED, "Not imported")},
}
_HERE: Mapping[Origin, str] = {
    Origin.HERE: "Changed in the workspace",
    Origin.BOTH: "Changed in both",
}
_DONE_WORDS: Mapping[str, tuple[str, str]] = {
    "import": ("job", "imported"),
    "remove": ("job", "removed"),
    "export": ("file", "exported"),
}
_LEFT = "Changed in the workspace, deleted in Git"
_GONE_HERE, _UNKNOWN = "Deleted or renamed in the workspace", "Unknown"
_NOT_SELECTED = ", not selected"
_ALONE: Mapping[str, str] = {
    "Error": "left alone until it is fixed, see below",
    "Failed": "see below",
    "Not started": "the operation was stopped before",
    "Unchanged": "nothing to do",
    "Skipped": "left alone: managed by an Asset Bundle or by Databricks",
    "Excluded": "left alone: excluded by the mapping file",
}
_COMPARED: Mapping[str, str] = {
    **_ALONE,
    _GONE: "only a removal deletes it in the workspace",
    "Unmanaged": "left alone: no definition in Git",
}
_BY_NAME = "left alone by an import that does not name it with `--only`"
_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "validate": {
        **_COMPARED,
        "New": "created by an import",
        "Renamed": "renamed by an import",
        "Changed": "changed by an import",
        **{word + _NOT_SELECTED: _BY_NAME for word in ("New", "Renamed", "Changed")},
    },
    "import": {
        **_COMPARED,
        **{word + _NOT_SELECTED: "left alone, see below" for word in ("New", "Renamed", "Changed")},
    },
    "remove": {
        **_COMPARED,
        _GONE: "not selected: left alone",
        "Not imported": "new or changed in Git: left alone by a removal",
    },
    "drift": {
        **_ALONE,
        "Changed in the workspace": "an import of it undoes what was changed in the workspace",
        "Changed in both": "an import of it undoes what was changed in the workspace",
        _LEFT: "only a removal deletes it in the workspace",
        _GONE_HERE: "an import of it creates it again",
        _UNKNOWN: "whether it was changed in the workspace is unknown",
    },
    "export": {
        **_ALONE,
        "New": "its file is written by an export",
        "Renamed": "its file is written by an export",
        "Changed": "its file is written by an export",
        "Deleted": "its file is removed by an export",
        "Not from this workspace": "left alone: not exported by this workspace",
        "Excluded": "not exported: excluded by the mapping file",
    },
}
_ORDER = (
    *("Failed", "Error", "Created", "New", "Renamed", "Updated", "Changed"),
    *(*_HERE.values(), _LEFT, _GONE_HERE, _UNKNOWN, "Removed", _GONE, "Deleted", "Adopted"),
    *(word + _NOT_SELECTED for word in ("New", "Renamed", "Changed")),
    *("Not started", "Unchanged", "Not imported", "Unmanaged", "Not from this workspace"),
    *("Skipped", "Excluded"),
)


def label_of(operation: str, row: ReportRow) -> str:
    """Return in a word or two what was done with a row, or else what was found about it."""
    if operation == "drift" and row.status != RowStatus.ERROR:
        return _drift_of(row)
    known = "" if row.result else _LABELS.get(operation, {}).get(row.status, "")
    label = known or (row.result or row.status).replace("_", " ").capitalize()
    is_left = operation == "import" or (operation == "validate" and row.by_choice)
    return label + _NOT_SELECTED if is_left and _is_planned(row) else label


def rank_of(label: str) -> int:
    """Return where rows of a label come, the most important first."""
    return _ORDER.index(label) if label in _ORDER else len(_ORDER)


def list_counts(report: Report) -> list[tuple[str, int, str]]:
    """Return how many rows have each label, and what that means, the most important first."""
    counts = Counter(label_of(report.operation, row) for row in report.rows)
    meanings = _MEANINGS.get(report.operation, _ALONE)
    return [
        (label, counts[label], meanings.get(label, "")) for label in sorted(counts, key=rank_of)
    ]


def verdict(report: Report) -> str:
    """Return in one line what the report comes to."""
    title, _ = TITLES.get(report.operation, (report.operation, ""))
    if report.has_failed:
        begun = any(row.result in DONE for row in report.rows)
        extent = "Part of it was done, see below." if begun else "Nothing was changed."
        return f"❌ **The {title} failed.** {extent}"
    errors = sum(row.status == RowStatus.ERROR for row in report.rows)
    rows = [row for row in report.rows if row.status != RowStatus.ERROR]
    sign, *sentences = _sentences(report.operation, rows, has_errors=errors > 0)
    if errors:
        sign = "❌"
        sentences.insert(0, f"{_count(errors, 'error')}, see below.")
    return " ".join([sign, f"**{sentences[0]}**", *sentences[1:]])


def _sentences(operation: str, rows: Sequence[ReportRow], *, has_errors: bool) -> Sequence[str]:
    """Return a sign and what there is to say about the rows without an error."""
    left = [row for row in rows if is_pending(operation, row)]
    if operation == "drift":
        return _on_drift(left, has_errors=has_errors)
    done = sum(row.result in DONE for row in rows)
    if not left and not done:
        is_known = not has_errors or any(row.status == RowStatus.UNCHANGED for row in rows)
        return "✅", *((_all_equal(operation, has_errors=has_errors),) if is_known else ())
    if operation == "validate":
        return _on_plan(left)
    if operation == "export" and not any(row.result for row in rows):
        return "📝", f"An export would change {_count(len(left), 'file')}."
    return _on_done(operation, done, left)


def _all_equal(operation: str, *, has_errors: bool) -> str:
    if operation == "remove":
        return "There was nothing to remove."
    other = "other " if has_errors else ""
    if operation == "export":
        return f"The {other}files match the workspace."
    return "The other jobs match Git." if has_errors else "The workspace matches Git."


def _on_drift(moved: Sequence[ReportRow], *, has_errors: bool) -> Sequence[str]:
    known = sum(label_of("drift", row) != _UNKNOWN for row in moved)
    unknown = len(moved) - known
    where = "changed in the workspace"
    doubt = f"Whether {_count(unknown, 'job')} {_was(unknown)} {where} is unknown."
    if not moved:
        other = "other " if has_errors else ""
        return "✅", f"No {other}job was {where} since the last import."
    if not known:
        return "⚠️", doubt
    first = f"{_count(known, 'job')} {_was(known)} {where} since the last import."
    return "⚠️", first, *((doubt,) if unknown else ())


def _on_plan(left: Sequence[ReportRow]) -> Sequence[str]:
    deleted = _count_deleted(left)
    alone = sum(row.by_choice for row in left)
    planned = len(left) - deleted - alone
    changed = _count(planned, "job") if planned else "nothing"
    sentences = [f"An import would change {changed}."]
    if alone:
        sentences.append(f"It would leave {_count(alone, 'job')} alone, see below.")
    return "📝" if planned else "⚠️", *sentences, *_on_deleted(deleted)


def _on_done(operation: str, done: int, left: Sequence[ReportRow]) -> Sequence[str]:
    noun, verb = _DONE_WORDS[operation]
    deleted = _count_deleted(left) if operation == "import" else 0
    alone = len(left) - deleted
    sentences = [f"{_count(done, noun)} {verb}." if done else f"Nothing was {verb}."]
    if alone:
        sentences.append(f"{_count(alone, noun)} {_was(alone)} left alone, see below.")
    return "⚠️" if alone else "✅", *sentences, *_on_deleted(deleted)


def _on_deleted(count: int) -> Sequence[str]:
    return (f"{_count(count, 'job')} {_is(count)} no longer in Git.",) if count else ()


def _count_deleted(rows: Sequence[ReportRow]) -> int:
    return sum(row.status == RowStatus.DELETED for row in rows)


def _drift_of(row: ReportRow) -> str:
    if row.status == RowStatus.NEW:
        return _GONE_HERE
    if row.status == RowStatus.DELETED and row.origin is Origin.BOTH:
        return _LEFT
    return _HERE.get(row.origin, _UNKNOWN)


def _is_planned(row: ReportRow) -> bool:
    return row.status in _IMPORTED and row.result is RowResult.NOTHING


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
