"""What the ledgers remember of the definitions, held against what the folder holds now."""

from dataclasses import replace

from core.definitions.folder import RememberedFile, with_remembered
from core.reading.survey import Survey
from core.state.ledger import ExportedLedger, ImportedJob, ImportedLedger, PendingCreate


def recall_files(imported: ImportedLedger, exported: ExportedLedger) -> tuple[RememberedFile, ...]:
    """Return the definitions that the ledgers know, those of announced jobs included."""
    return (
        *(_recall(job) for job in imported.jobs.values()),
        *(_recall(job) for job in imported.pending),
        *(RememberedFile(one.job_name, one.job_id, path) for path, one in exported.files.items()),
    )


def with_ledgers(survey: Survey, imported: ImportedLedger, exported: ExportedLedger) -> Survey:
    """Class as unread the files that the ledgers know as definitions and that no longer are."""
    contents = with_remembered(survey.contents, recall_files(imported, exported))
    return replace(survey, contents=contents)


def _recall(entry: ImportedJob | PendingCreate) -> RememberedFile:
    return RememberedFile(entry.job_name, entry.source_job_id, entry.file_path)
