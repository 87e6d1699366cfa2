"""What goes into the ledger of imported jobs about the rows of a plan."""

from collections.abc import Iterable
from dataclasses import replace

from core.planning.import_identity import pair_definitions
from core.planning.import_rows import Importable, Unchanged
from core.reading.survey import Survey
from core.state.ledger import ImportedJob, ImportedLedger


def make_entry(row: Importable | Unchanged) -> ImportedJob:
    """Return what the ledger keeps of a job that has been imported or adopted."""
    return ImportedJob(row.job_name, row.file.definition.source_job_id, row.file.path)


def enter_equal(ledger: ImportedLedger, rows: Iterable[Unchanged]) -> ImportedLedger:
    """Return the ledger with the jobs of these rows in it."""
    entered = {row.job.job_id: make_entry(row) for row in rows}
    return replace(ledger, jobs={**ledger.jobs, **entered})


def note_paths(ledger: ImportedLedger, survey: Survey) -> ImportedLedger:
    """Note where the definitions of imported jobs are now, whatever else becomes of them."""
    pairing = pair_definitions(
        survey.contents.files, survey.live, ledger, survey.unproven, survey.exported
    )
    entries = dict(ledger.jobs)
    for path, job in pairing.jobs.items():
        if job.job_id in entries:
            entries[job.job_id] = replace(entries[job.job_id], file_path=path)
    return replace(ledger, jobs=entries)
