"""Replaces the mapping file by what a user wrote, if it is still the file that the user saw."""

import logging
from dataclasses import replace
from datetime import UTC, datetime

from core.applying.work import Work
from core.comparing.diff import FieldChange
from core.errors import (
    AlreadyExistsError,
    MappingFileError,
    NotFoundError,
    PermissionDeniedError,
    WorkspaceError,
)
from core.jobsettings.secrets import MASK, MASK_OF_OTHER, mask_entry, mask_text
from core.local_paths import is_local
from core.mapping.entry_changes import ABSENT, EntryChange, find_entry_changes, is_readable
from core.mapping.mapping_file import parse_mappings
from core.mapping.text.file_form import keep_form
from core.mapping.text.file_version import MOST_TEXT_BYTES, file_version
from core.planning.statuses import RowStatus
from core.reading.mappings import MappingFile, find_folder_id, read_mapping_file
from core.reporting.mapping_details import SavedMappings
from core.reporting.report import ReportRow

log = logging.getLogger(__name__)

_NOTHING = "Nothing was saved."
_SENTENCES = {
    RowStatus.NEW: "Added to the mapping file.",
    RowStatus.CHANGED: "Changed in the mapping file.",
    RowStatus.DELETED: "Removed from the mapping file.",
}


def check_text(text: str, path: str) -> None:
    """Refuse a text that is not a mapping file.

    Raises:
        MappingFileError: with line and column where they are known.
    """
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise MappingFileError(
            f"Character {error.start + 1} cannot be saved as UTF-8. {_NOTHING}", fix="Remove it."
        ) from error
    if MASK in text or MASK_OF_OTHER in text:
        raise MappingFileError(
            f"The text has “{MASK}” in place of a secret. {_NOTHING}",
            fix="Reload the page, show the hidden values and edit the file again.",
        )
    if len(content) > MOST_TEXT_BYTES:
        raise MappingFileError(
            f"The mapping file may have at most {MOST_TEXT_BYTES // 10**6} MB. {_NOTHING}"
        )
    try:
        parse_mappings(content, path)
    except MappingFileError as error:
        raise MappingFileError(
            f"{_NOTHING} {error.message}", fix=error.fix, line=error.line, column=error.column
        ) from error


def save_mapping_file(
    work: Work, path: str, text: str, version: str
) -> tuple[tuple[ReportRow, ...], SavedMappings]:
    """Write the text in place of the file, and return a row for each entry that differs.

    The API has no way to compare and write in one step: who writes the file elsewhere between our
    last look and our write, some tens of milliseconds later, is overwritten. What they wrote is in
    neither place then; the workspace keeps no versions of files.

    Args:
        version: of the file that the text was made from, empty for no file.

    Raises:
        MappingFileError: the file is another one by now, or cannot be written.
        StateError: the text before could not be kept; nothing was saved.
    """
    with work.stoppable():
        file = read_mapping_file(work.ports, path)
    if file.version != version:
        raise _changed_meanwhile(work, file)
    content = keep_form(file.content, text)
    workspace_id = work.session.me.workspace_id
    saved = SavedMappings(
        path, file_version(content), "", find_folder_id(work.ports, path), workspace_id
    )
    if content == file.content:
        return (), saved
    kept = _keep(work, file)
    work.session.lease.check()
    _write(work, file, content)
    log.info("saved %s", path)
    return _rows(file, content.decode("utf-8-sig")), replace(saved, kept=kept)


def _changed_meanwhile(work: Work, file: MappingFile) -> MappingFileError:
    if file.content is None:
        return MappingFileError(
            f"{file.path} is gone: it was deleted or moved since you opened it. {_NOTHING}",
            fix="Reload the mappings, then save again.",
        )
    return MappingFileError(
        f"{file.path} has changed since you opened it{_when(work, file.path)}: saved by somebody "
        f"else on this page, edited in the workspace, or replaced by a pull. {_NOTHING}",
        fix="Reload the mappings, look at the difference, and save again.",
    )


def _when(work: Work, path: str) -> str:
    """Return when the file was written last, if the workspace says."""
    try:
        modified_ms = work.ports.files.status(path).modified_at
    except WorkspaceError:
        return ""
    if not modified_ms:
        return ""
    return f" (at {datetime.fromtimestamp(modified_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC)"


def _keep(work: Work, file: MappingFile) -> str:
    if file.content is None:
        return ""
    started = datetime.fromtimestamp(work.session.owner.since, UTC)
    name = f"{started:%Y%m%dT%H%M%SZ}-{work.session.owner.token[:8]}.json"
    return work.session.state.keep_mappings(name, file.content)


def _write(work: Work, file: MappingFile, content: bytes) -> None:
    """Write and read back. Raises MappingFileError when the file is not what was to be written."""
    files, path = work.ports.files, file.path
    try:
        if file.content is None:
            files.make_folder(path.rpartition("/")[0])
            files.create(path, content)
        else:
            files.write(path, content)
    except WorkspaceError as error:
        if isinstance(error, PermissionDeniedError) or not _is_written(work, path, content):
            raise _not_written(path, error) from error
    else:
        if not _is_written(work, path, content):
            raise MappingFileError(
                f"{path} was written, but it is not what was saved: somebody else wrote it at the "
                "same time.",
                fix="Reload the mappings and look at them.",
            )


def _is_written(work: Work, path: str, content: bytes) -> bool:
    """Whether the file is there; a call whose answer was lost may have taken effect."""
    try:
        return work.ports.files.read(path) == content
    except WorkspaceError:
        return False


def _not_written(path: str, error: WorkspaceError) -> MappingFileError:
    match error:
        case _ if is_local(path):
            fix = error.fix
        case PermissionDeniedError():
            fix = "Grant the app's principal CAN EDIT on the file, or CAN MANAGE on its folder."
        case AlreadyExistsError():
            fix = "Somebody else created it just now. Reload the mappings."
        case NotFoundError():
            fix = "Create its folder."
        case _:
            fix = error.fix
    return MappingFileError(f"{path} cannot be written. {error.message} {_NOTHING}", fix=fix)


def _rows(file: MappingFile, new: str) -> tuple[ReportRow, ...]:
    rows = tuple(_row(file.path, change) for change in find_entry_changes(file.text, new))
    if file.content is None or is_readable(file.text):
        return rows
    message = "The file could not be read before; all its entries count as added."
    return (ReportRow("", file.path, RowStatus.CHANGED, message=message), *rows)


def _row(path: str, change: EntryChange) -> ReportRow:
    place = f"{change.section}.{change.name}" if change.name else change.section
    label = f"{mask_text(change.name)} ({change.section})" if change.name else change.section
    status = (
        RowStatus.NEW
        if change.before is ABSENT
        else RowStatus.DELETED
        if change.after is ABSENT
        else RowStatus.CHANGED
    )
    before, after = (
        None if side is ABSENT else mask_entry(change.section, change.name, side)
        for side in (change.before, change.after)
    )
    if before == after == MASK:  # a change is seen, whatever it is
        after = MASK_OF_OTHER
    change_shown = FieldChange(place, before, after)
    return ReportRow(
        label,
        path,
        status,
        changes=(change_shown,),
        message=_SENTENCES[status],
    )
