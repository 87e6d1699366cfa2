"""The ids of the source workspace that definitions and ledger know: they mean nothing here."""

from core.jobsettings.kinds import Kind
from core.jobsettings.known_ids import KnownId, KnownIds
from core.reading.survey import Survey
from core.state.ledger import ImportedLedger


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
