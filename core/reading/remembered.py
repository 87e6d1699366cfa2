"""What the ledgers remember of the definitions, held against what the folder holds now."""

from dataclasses import replace

from core.definitions.folder import RememberedFile, with_remembered
from core.jobsettings.kinds import Kind
from core.jobsettings.known_ids import KnownId, KnownIds
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


def source_ids(survey: Survey, ledger: ImportedLedger) -> KnownIds:
    """Return the jobs of the source workspace whose ids the definitions and the ledger know.

    A job of this workspace is none of them, as where it imports what it exported itself.
    """
    here = {(job.job_id, job.name) for job in survey.live}
    known = {
        **{entry.source_job_id: entry.job_name for entry in ledger.jobs.values()},
        **{
            file.definition.source_job_id: file.definition.job_name
            for file in survey.contents.files
        },
    }
    return KnownIds(
        KnownId(Kind.JOB, str(job_id), name)
        for job_id, name in known.items()
        if job_id is not None and (job_id, name) not in here
    )


def _recall(entry: ImportedJob | PendingCreate) -> RememberedFile:
    return RememberedFile(entry.job_name, entry.source_job_id, entry.file_path)
