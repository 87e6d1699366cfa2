"""The words of a summary for a pull request: one sentence for all, one line for each count."""

from collections import Counter
from collections.abc import Mapping

from core.planning.statuses import WRITTEN, RowResult, RowStatus
from core.reporting.pending import is_pending
from core.reporting.report import Report, ReportRow

TITLES: Mapping[str, str] = {
    "validate": "validation",
    "drift": "check for drift",
    "import": "import",
    "remove": "removal",
    "export": "export",
}
HEADS: Mapping[str, str] = {
    "validate": "Fields: here → in Git",
    "import": "Fields: before → after",
    "drift": "Fields: here → in Git",
    "export": "Fields: in Git → here",
}
"""What the sides of a field are, by operation."""

BY_CHOICE = "by choice"
_OTHERS: Mapping[str, str] = {
    RowStatus.UNMANAGED: "no definition in Git, and not imported by this app: left alone",
    RowStatus.SKIPPED: "managed by an Asset Bundle or by Databricks: left alone",
    RowStatus.EXCLUDED: "excluded by the mapping file: left alone",
    RowStatus.UNCHANGED: "nothing to do",
    RowResult.NOT_STARTED: "the operation was stopped before their turn",
    RowResult.FAILED: "see the errors below",
    RowStatus.ERROR: "must be fixed first, see below",
}
_PROMOTION: Mapping[str, str] = {
    **_OTHERS,
    RowStatus.NEW: "an import creates them",
    RowStatus.RENAMED: "an import renames them",
    RowStatus.CHANGED: "an import changes them",
    RowStatus.DELETED: "no longer in Git; only a removal deletes them",
    BY_CHOICE: "changed here or in doubt; an import leaves them alone unless `--only` names them",
}
_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "validate": _PROMOTION,
    "import": _PROMOTION,
    "remove": {**_PROMOTION, RowStatus.DELETED: "not removed: see the notes"},
    "drift": {
        **_PROMOTION,
        RowStatus.NEW: "deleted or renamed here",
        RowStatus.RENAMED: "renamed here, or whether they were is unknown",
        RowStatus.CHANGED: "changed here, or whether they were is unknown",
        RowStatus.DELETED: "changed here, and no longer in Git",
        RowStatus.UNMANAGED: "imported by this app; whether they were changed here is unknown",
        BY_CHOICE: "changed here; an import leaves them alone unless `--only` names them",
    },
    "export": {
        **_OTHERS,
        RowStatus.NEW: "an export writes their files",
        RowStatus.RENAMED: "an export writes their files",
        RowStatus.CHANGED: "an export writes their files",
        RowStatus.DELETED: "an export removes their files",
        RowStatus.UNMANAGED: "not from this workspace: left alone",
        RowStatus.EXCLUDED: "excluded by the mapping file: not exported",
    },
}
_ORDER = (
    *(RowResult.FAILED, RowStatus.ERROR, RowResult.CREATED, RowResult.RENAMED),
    *(RowResult.UPDATED, RowResult.REMOVED, RowResult.ADOPTED, RowStatus.NEW, RowStatus.CHANGED),
    *(BY_CHOICE, RowStatus.DELETED, RowResult.NOT_STARTED, RowStatus.UNCHANGED),
    *(RowStatus.UNMANAGED, RowStatus.SKIPPED, RowStatus.EXCLUDED),
)
_DONE = {
    *(RowResult.CREATED, RowResult.UPDATED, RowResult.RENAMED, RowResult.REMOVED),
    RowResult.ADOPTED,
}


def word_of(row: ReportRow) -> str:
    """Return the word for what was done with a row, or else for what was found about it."""
    return (row.result or row.status).replace("_", " ").capitalize()


def list_counts(report: Report) -> list[tuple[str, int, str]]:
    """Return how many rows have each word, and what that means, the most important first."""
    kinds = Counter(_kind_of(report.operation, row) for row in report.rows)
    meanings = _MEANINGS.get(report.operation, _OTHERS)
    return [
        (_label_of(report.operation, kind), kinds[kind], meanings.get(kind, ""))
        for kind in dict.fromkeys((*_ORDER, *kinds))
        if kinds[kind]
    ]


def verdict(report: Report) -> str:
    """Return in one line what the report comes to."""
    title = TITLES.get(report.operation, report.operation)
    if report.has_failed:
        begun = any(row.result in _DONE for row in report.rows)
        rest = "Part of it was done." if begun else "Nothing was changed."
        return f"❌ **The {title} failed.** {rest}"
    errors = sum(row.status == RowStatus.ERROR for row in report.rows)
    found = _found(report)
    if not errors:
        return found
    have = "1 job or file has an error" if errors == 1 else f"{errors:,} jobs or files have errors"
    return f"❌ **{have}.** {found.partition(' ')[2]}"


def _found(report: Report) -> str:
    """Return what a report says of the rows without an error."""
    operation = report.operation
    rows = [row for row in report.rows if row.status != RowStatus.ERROR]
    done = sum(row.result in _DONE for row in rows)
    left = [row for row in rows if is_pending(operation, row)]
    if operation == "drift":
        if not left:
            return "✅ **No job was changed here since the last import.**"
        return f"⚠️ **{_jobs(len(left))} changed here since the last import, or may have.**"
    if operation in ("validate", "export") and not done:
        return _planned(operation, left)
    sentences = [f"✅ **{_jobs(done)} {_PAST.get(operation, 'done')}.**"]
    if left:
        sentences = [f"⚠️ **{_jobs(done)} {_PAST.get(operation, 'done')}.**"]
        sentences.append(f"{len(left):,} of the plan {_are(len(left))} left.")
    return " ".join(sentences)


_PAST = {"import": "imported", "remove": "removed", "export": "exported"}


def _planned(operation: str, left: list[ReportRow]) -> str:
    if not left:
        if operation == "export":
            return "✅ **The files match the workspace:** nothing to export."
        return "✅ **The workspace matches Git:** nothing to import."
    if operation == "export":
        return f"📝 **An export would change {_files(len(left))}.**"
    alone = [row for row in left if row.by_choice and row.status != RowStatus.DELETED]
    deleted = [row for row in left if row.status == RowStatus.DELETED]
    imported = len(left) - len(alone) - len(deleted)
    sentences = [f"📝 **An import would change {_jobs(imported)}.**"]
    if alone:
        sentences.append(f"{_jobs(len(alone))} changed here {_are(len(alone))} left alone.")
    if deleted:
        sentences.append(f"{_jobs(len(deleted))} {_are(len(deleted))} no longer in Git.")
    return " ".join(sentences)


def _kind_of(operation: str, row: ReportRow) -> str:
    if row.result:
        return row.result
    if row.by_choice and operation != "drift" and row.status in WRITTEN:
        return BY_CHOICE
    return row.status


def _label_of(operation: str, kind: str) -> str:
    if kind == BY_CHOICE:
        return "Only by choice"
    if operation == "export" and kind == RowStatus.UNMANAGED:
        return "Not from this workspace"
    return kind.replace("_", " ").capitalize()


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
