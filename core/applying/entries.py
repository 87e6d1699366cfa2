"""What goes into the ledger of imported jobs about the rows of a plan."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from core.planning.import_plan import find_renames
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
    named = Counter(job.name for job in survey.live)
    jobs = {job.name: job for job in survey.live if named[job.name] == 1}
    jobs |= find_renames(survey.contents, survey.live, ledger)
    defined = Counter(file.definition.job_name for file in survey.contents.files)
    entries = dict(ledger.jobs)
    for file in survey.contents.files:
        job = jobs.get(file.definition.job_name)
        if job and job.job_id in entries and defined[file.definition.job_name] == 1:
            entries[job.job_id] = replace(entries[job.job_id], file_path=file.path)
    return replace(ledger, jobs=entries)
