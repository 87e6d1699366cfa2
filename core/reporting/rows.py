"""Rows of plans as rows of reports: the words that users read."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import assert_never

from core.definitions.definition import Definition
from core.errors import Issue
from core.jobsettings.known_ids import NO_IDS, KnownIds
from core.jobsettings.verbatim import Verbatim
from core.json_text import Packed
from core.mapping.copied import find_copied
from core.mapping.mapped_value import MappedValue
from core.planning.drift import Drift, list_changes
from core.planning.export_rows import (
    ChangedFile,
    DeletedFile,
    ExportRow,
    ForeignFile,
    NewFile,
    SkippedJob,
    UnchangedFile,
)
from core.planning.import_rows import (
    Blocked,
    Changed,
    Deleted,
    Excluded,
    New,
    Row,
    Skipped,
    Unchanged,
    Unmanaged,
)
from core.planning.risks import (
    Risk,
    id_risks,
    risks_of,
    risks_of_ambiguous,
    risks_of_ignored,
    risks_of_not_exported,
    risks_of_policies,
    risks_of_secrets,
    risks_of_undone,
)
from core.reporting.audience import describe_audience
from core.reporting.origins import describe_former, describe_loss, describe_moves
from core.reporting.report import ReportRow, RowDetails

_MANY_LEFT_OUT = "are not part of a definition: they were"


def detailed_row(row: Row, known: KnownIds = NO_IDS, *, not_mapped: bool = True) -> ReportRow:
    """Return what validation shows of a job, with everything there is to know about it.

    Args:
        known: objects of the source workspace, whose ids are recognised.
        not_mapped: gather all values that travel as they stand, which takes long; otherwise only
            those that hold such an id.
    """
    match row:
        case New() | Changed() | Unchanged():
            definition = row.file.definition
            details = RowDetails(
                not_mapped=find_copied(definition.unpack_settings(), row.mapped, known)
                if not_mapped
                else _holders_of_ids(definition.packed, known, row.mapped),
                hidden=() if isinstance(row, New) else row.hidden,
            )
            return replace(import_row(row, known), details=details)
        case Deleted():
            return replace(import_row(row), details=RowDetails())
        case _:
            return import_row(row)


def import_row(row: Row, known: KnownIds = NO_IDS) -> ReportRow:
    """Return what validation shows of a job.

    Args:
        known: objects of the source workspace, whose ids are recognised.
    """
    match row:
        case New():
            notes = describe_former(row.former), row.note, describe_audience(row.permissions)
            message = _joined("Will be created.", *notes)
            risks = row_risks(row, known)
            return ReportRow(
                row.job_name,
                row.file.path,
                row.status,
                message=with_left_out(message, row.file.definition),
                risks=risks,
                mapped=row.mapped,
                origin=row.origin,
                by_choice=not row.is_preselected,
            )
        case Changed():
            return ReportRow(
                row.job_name,
                row.file.path,
                row.status,
                changes=row.changes,
                message=with_left_out(
                    _joined(
                        f"Currently named “{row.old_name}”." if row.old_name else "",
                        row.doubt,
                        describe_loss(row),
                        row.note,
                    ),
                    row.file.definition,
                ),
                risks=row_risks(row, known),
                mapped=row.mapped,
                origin=row.origin,
                by_choice=not row.is_preselected,
            )
        case Unchanged():
            message = "" if row.is_adopted else "Matches its definition, not yet adopted."
            message = with_left_out(_joined(message, row.note), row.file.definition)
            return ReportRow(
                row.job_name,
                row.file.path,
                row.status,
                message=message,
                risks=risks_of_secrets(row.secrets),
                mapped=row.mapped,
            )
        case Deleted():
            message = _joined(_deleted_message(row), describe_moves(row.moves), row.doubt)
            return ReportRow(
                row.job_name,
                "",
                row.status,
                message=message,
                origin=row.origin,
                doubt=row.doubt,
            )
        case Unmanaged():
            return ReportRow(row.job_name, "", row.status, message=row.note)
        case Skipped():
            path = row.file.path if row.file else ""
            shown = ReportRow(row.job_name, path, row.status, message=row.reason)
            return shown.with_risks(risks_of_secrets(row.secrets))
        case Excluded():
            return excluded_row(row)
        case Blocked():
            return blocked_row(row)
        case _:
            assert_never(row)


def drift_row(row: Row, drift: Drift) -> ReportRow:
    """Return what a check for drift shows of a job."""
    shown = replace(import_row(row), changes=list_changes(row), risks=())
    if drift is not Drift.UNKNOWN:
        return shown
    unknown = "Whether it was changed here is unknown."
    return replace(shown, message=_joined(shown.message, unknown))


def export_row(row: ExportRow, known: KnownIds = NO_IDS) -> ReportRow:
    """Return what an export preview shows of a file.

    Args:
        known: objects of this workspace, whose ids are recognised: elsewhere they mean nothing.
    """
    match row:
        case NewFile():
            shown = ReportRow(row.job_name, row.path, row.status)
            return _with_notes(shown, row.definition.packed, known, row)
        case ChangedFile():
            message = f"The file still uses the name “{row.old_name}”." if row.old_name else ""
            message = with_left_out(message, row.file.definition)
            shown = ReportRow(
                row.job_name, row.path, row.status, changes=row.changes, message=message
            )
            return _with_notes(shown, row.definition.packed, known, row)
        case UnchangedFile():
            message = with_left_out("", row.file.definition)
            shown = ReportRow(row.job_name, row.file.path, row.status, message=message)
            return _with_notes(shown, row.file.definition.packed, known, row)
        case DeletedFile():
            return ReportRow(row.job_name, row.file.path, row.status, message=row.reason)
        case ForeignFile():
            return ReportRow(row.job_name, row.file.path, row.status, message=row.note)
        case SkippedJob():
            return ReportRow(row.job_name, "", row.status, message=row.reason)
        case Excluded():
            return excluded_row(row)
        case Blocked():
            return blocked_row(row)
        case _:
            assert_never(row)


def with_left_out(message: str, definition: Definition) -> str:
    """Add to a message which fields of the file travel nowhere, because no definition has them."""
    fields = definition.left_out
    if not fields:
        return message
    words = "is not part of a definition: it was" if len(fields) == 1 else _MANY_LEFT_OUT
    return _joined(message, f"{', '.join(fields)} {words} left out.")


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def row_risks(row: Row, known: KnownIds = NO_IDS) -> tuple[Risk, ...]:
    """Return what to look at before a row is imported, judging by its diff and its file."""
    match row:
        case New():
            risks = risks_of(None, row.unpack_settings(), ())
        case Changed():
            risks = risks_of(row.unpack_current(), row.unpack_settings(), row.changes)
        case _:
            return ()
    holders = _holders_of_ids(row.file.definition.packed, known, row.mapped)
    ids = id_risks(holders, "Holds ids of the source workspace")
    return (*risks, *risks_of_secrets(row.secrets), *ids)


def _with_notes(
    shown: ReportRow, settings: Packed, known: KnownIds, row: NewFile | ChangedFile | UnchangedFile
) -> ReportRow:
    """Note on a row what Git ignores, what policies decide, and ids that mean nothing elsewhere."""
    holders = _holders_of_ids(settings, known)
    risks = (
        *risks_of_ignored(row.notes.ignored_by),
        *risks_of_policies(row.notes.left_to_policies),
        *risks_of_ambiguous(row.notes.ambiguous),
        *risks_of_not_exported(row.notes.not_exported),
        *risks_of_undone(row.notes.undone),
        *risks_of_secrets(row.notes.secrets),
        *id_risks(holders, "Holds ids that only this workspace knows"),
    )
    details = RowDetails(not_mapped=holders) if holders else shown.details
    return replace(shown, risks=risks, details=details)


def _holders_of_ids(
    settings: Packed, known: KnownIds, mapped: tuple[MappedValue, ...] = ()
) -> tuple[Verbatim, ...]:
    """Return the values that are copied unchanged and hold an id of a known object."""
    if not known.may_be_in(settings):
        return ()
    return tuple(item for item in find_copied(settings.unpack(), mapped, known) if item.ids)


def blocked_row(row: Blocked) -> ReportRow:
    """Return the row of something that has to be solved first."""
    shown = ReportRow(
        row.job_name,
        row.file_name,
        row.status,
        issues=row.issues,
        message=describe_moves(row.moves),
        mapped=row.mapped,
        origin=row.origin,
    )
    return shown.with_risks(risks_of_secrets(row.secrets))


def excluded_row(row: Excluded) -> ReportRow:
    """Return the row of something that does not belong here, with the rule that says so."""
    path = row.file.path if row.file else ""
    shown = ReportRow(row.job_name, path, row.status, message=row.reason)
    return shown.with_risks(risks_of_secrets(row.secrets))


def refuse_outside(
    rows: Sequence[Row], chosen: Collection[str] | None, done: str
) -> dict[int, ReportRow]:
    """Return the rows, by their number, that were chosen and do not belong here, or no longer.

    Args:
        done: what was not done with them.
    """
    return {
        number: excluded_row(row).in_error(
            Issue(f"Not {done}: this job does not belong here. {row.reason}")
        )
        for number, row in enumerate(rows)
        if isinstance(row, Excluded) and row.job_name in (chosen or ())
    }


def moved_row(row: Row) -> ReportRow:
    """Return the row of a job that is no longer what the user reviewed."""
    path = row.file.path if isinstance(row, New | Changed) else ""
    issue = Issue("The job, its file or the mapping file changed after validation. Validate again.")
    return ReportRow(row.job_name, path, Blocked.status, issues=(issue,))


def _deleted_message(row: Deleted) -> str:
    if not row.needed_by:
        return "Its definition is no longer in Git."
    users = ", ".join(f"“{name}”" for name in row.needed_by[:3])
    verb = "runs" if len(row.needed_by) == 1 else "run"
    return f"Its definition is no longer in Git, but {users} still {verb} it."
