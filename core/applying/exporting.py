"""Carries out an export plan: snapshot, files, ledger."""

from dataclasses import replace

from core.applying.work import Work
from core.definitions.definition import encode_definition, encode_over
from core.definitions.folder import DefinitionFile
from core.errors import AlreadyExistsError, SyncError
from core.jobsettings.known_ids import KnownIds
from core.json_text import JsonDict
from core.parallel import in_parallel
from core.planning.export_plan import ExportPlan
from core.planning.export_rows import ChangedFile, DeletedFile, ExportRow, NewFile, UnchangedFile
from core.planning.import_rows import Excluded
from core.ports import LiveJob, WorkspaceFiles
from core.reading.survey import Survey
from core.reporting.report import ReportRow
from core.reporting.rows import export_row
from core.state.ledger import ExportedFile, ExportedLedger

_Writable = NewFile | ChangedFile | DeletedFile
_Written = bool | SyncError
"""Whether the write was begun, or why it failed."""


def export_files(
    work: Work, survey: Survey, plan: ExportPlan, ledger: ExportedLedger
) -> tuple[ReportRow, ...]:
    """Write and remove files as planned, and note in the ledger what this workspace wrote.

    A file written without its note, as after a killed process, is noted by the next export: it
    is equal and holds the job's own id.

    Raises:
        StateError: what is about to be overwritten could not be kept; nothing was written.
    """
    session, listener = work.session, work.listener
    known = survey.book.known_ids()
    listener.on_planned(plan.rows)
    session.keep_snapshot(_kept(plan))
    todo = [row for row in plan.rows if isinstance(row, _Writable)]
    listener.on_step("Writing files")
    outcomes: dict[str, _Written] = {}

    def carry_out(row: _Writable) -> bool:
        if listener.should_stop():
            return False
        session.lease.check()
        _write(work.ports.files, survey.contents.folder, row)
        return True

    try:
        for row, result in in_parallel(carry_out, todo, threads=work.threads):
            outcomes[row.path] = result
            listener.on_row(_shown(row, result, known))
            listener.on_progress(len(outcomes), len(todo))
    finally:
        updated = _updated(ledger, plan, outcomes)
        if updated != ledger:
            session.note(session.state.save_exported, updated)
    return tuple(
        _shown(row, outcomes[row.path], known)
        if isinstance(row, _Writable)
        else export_row(row, known)
        for row in plan.rows
    )


def _shown(row: _Writable, written: _Written, known: KnownIds) -> ReportRow:
    shown = export_row(row, known)
    if isinstance(written, SyncError):
        return shown.failed(written)
    if not written:
        return shown.not_started("export")
    former = row.old_name if isinstance(row, ChangedFile) else ""
    done = shown.done(f"Previously named “{former}”." if former else "")
    return done.with_risks(shown.risks)  # they hold of the file as it is now


def _kept(plan: ExportPlan) -> list[JsonDict]:
    """Return the files that are about to change, byte for byte as they are."""
    return [
        {"path": row.file.path, "content": row.file.content.decode(errors="backslashreplace")}
        for row in plan.rows
        if isinstance(row, ChangedFile | DeletedFile)
    ]


def _write(files: WorkspaceFiles, folder: str, row: _Writable) -> None:
    match row:
        case NewFile():
            _create(files, folder, row.path, encode_definition(row.definition))
        case ChangedFile():
            content = encode_over(row.definition, row.file.content)
            files.write(f"{folder}/{row.path}", content)
        case DeletedFile():
            files.delete(f"{folder}/{row.file.path}")


def _create(files: WorkspaceFiles, folder: str, path: str, content: bytes) -> None:
    try:
        files.create(f"{folder}/{path}", content)
    except AlreadyExistsError as error:
        # After a lost answer the retried create meets our own file.
        if files.read(f"{folder}/{path}") != content:
            raise SyncError(
                f"A file {path} was created meanwhile and was not overwritten.", fix="Export again."
            ) from error


def _updated(
    ledger: ExportedLedger, plan: ExportPlan, outcomes: dict[str, _Written]
) -> ExportedLedger:
    entries = {path: file for path, file in ledger.files.items() if path not in plan.gone}
    for row in plan.rows:
        written = isinstance(row, _Writable) and outcomes.get(row.path) is True
        _enter(entries, row, written=written)
    _forget_former_paths(entries, plan)
    return ExportedLedger(entries)


def _enter(entries: dict[str, ExportedFile], row: ExportRow, *, written: bool) -> None:
    match row:
        case NewFile() | ChangedFile() if written and _is_own(row):
            entries[row.path] = _entry_of(row.job)
        case UnchangedFile() if row.file.definition.source_job_id == row.job.job_id:
            entries[row.file.path] = _entry_of(row.job)
        case Excluded(job=LiveJob() as job, file=DefinitionFile(path=path)) if (
            path in entries and entries[path].job_id == job.job_id
        ):  # who created it is asked for when the job is gone
            entries[path] = replace(entries[path], creator=job.creator)
        case DeletedFile(file=DefinitionFile(path=path)) if written and path in entries:
            entries[path] = replace(entries[path], removed=True)
        case _:
            pass


def _entry_of(job: LiveJob) -> ExportedFile:
    return ExportedFile(job.job_id, job.name, job.creator)


def _is_own(row: NewFile | ChangedFile) -> bool:
    """Whether the definition is this workspace's; one that stays another's has that one's id."""
    return row.definition.source_job_id == row.job.job_id


def _forget_former_paths(entries: dict[str, ExportedFile], plan: ExportPlan) -> None:
    """Keep one path for a job whose file was moved: nothing at its former path is its file."""
    present = {
        row.job.job_id: row.file.path
        for row in plan.rows
        if isinstance(row, UnchangedFile | ChangedFile) and row.file.path in entries
    }
    left_over = {row.path for row in plan.rows if isinstance(row, DeletedFile)}
    for path, entry in list(entries.items()):
        if present.get(entry.job_id, path) != path and path not in left_over:
            del entries[path]
