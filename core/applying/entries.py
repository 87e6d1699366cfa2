"""What goes into the ledger of imported jobs about the rows of a plan."""

from collections.abc import Iterable
from dataclasses import replace

from core.planning.import_identity import pair_definitions
from core.planning.import_rows import Importable, Unchanged
from core.reading.survey import Survey
from core.state.ledger import ImportedJob, ImportedLedger
from core.state.seals import Proof


def make_entry(row: Importable | Unchanged, at: float) -> ImportedJob:
    """Return what the ledger keeps of a job that has been imported or adopted.

    Args:
        at: when the operation began, in seconds since the epoch.
    """
    source = row.file.definition.source_job_id
    return ImportedJob(row.job_name, source, row.file.path, int(at), Proof.PROVEN)


def enter_equal(ledger: ImportedLedger, rows: Iterable[Unchanged], at: float) -> ImportedLedger:
    """Return the ledger with the jobs of these rows in it; entries that are as good stay.

    Args:
        at: as in `make_entry`.
    """
    entries = {row.job.job_id: make_entry(row, at) for row in rows}
    return ledger.with_jobs(
        {job_id: entry for job_id, entry in entries.items() if not _has(ledger, job_id, entry)}
    )


def _has(ledger: ImportedLedger, job_id: int, entry: ImportedJob) -> bool:
    known = ledger.jobs.get(job_id)
    return (
        known is not None
        and ledger.vouches_for(job_id)
        and replace(known, at=entry.at, proof=entry.proof) == entry
    )


def note_paths(ledger: ImportedLedger, survey: Survey) -> ImportedLedger:
    """Note where the definitions of imported jobs are now, whatever else becomes of them."""
    pairing = pair_definitions(
        survey.contents.files, survey.live, ledger, survey.unproven, survey.exported
    )
    entries = dict(ledger.jobs)
    for path, job in pairing.jobs.items():
        if job.job_id in entries:
            entries[job.job_id] = entries[job.job_id].moved_to(path)
    return replace(ledger, jobs=entries)
