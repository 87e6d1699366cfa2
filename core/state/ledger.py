"""The two ledgers: which jobs we imported here, and which files this workspace exported."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import StateError
from core.json_text import JsonDict
from core.ports import LiveJob

_VERSION = 1


@dataclass(frozen=True, slots=True)
class ImportedJob:
    """A job of this workspace that came from Git, and its id in the workspace it came from."""

    job_name: str
    source_job_id: int | None


@dataclass(frozen=True, slots=True)
class PendingCreate:
    """A create that was about to be sent, when no job had this name."""

    job_name: str
    source_job_id: int | None


@dataclass(frozen=True, slots=True)
class ImportedLedger:
    """What we imported, by target job id. Only these jobs can ever be classed as deleted."""

    jobs: Mapping[int, ImportedJob] = field(default_factory=dict)
    pending: tuple[PendingCreate, ...] = ()

    def with_job(self, job_id: int, job: ImportedJob) -> "ImportedLedger":
        """Return the ledger with one job entered or replaced."""
        return replace(self, jobs={**self.jobs, job_id: job})

    def without_jobs(self, job_ids: set[int]) -> "ImportedLedger":
        """Return the ledger without some jobs."""
        kept = {job_id: job for job_id, job in self.jobs.items() if job_id not in job_ids}
        return replace(self, jobs=kept)

    def as_json(self) -> JsonDict:
        """Return the document that the state folder holds."""
        return {
            "version": _VERSION,
            "jobs": {
                str(job_id): {"job_name": job.job_name, "source_job_id": job.source_job_id}
                for job_id, job in self.jobs.items()
            },
            "pending": [
                {
                    "job_name": pending.job_name,
                    "source_job_id": pending.source_job_id,
                }
                for pending in self.pending
            ],
        }


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A definition file that this workspace wrote, and the job it holds."""

    job_id: int
    job_name: str


@dataclass(frozen=True, slots=True)
class ExportedLedger:
    """What this workspace exported, by path below the definitions' folder."""

    files: Mapping[str, ExportedFile] = field(default_factory=dict)

    def path_of(self, job_id: int) -> str | None:
        """Return the file that a job was exported to."""
        return next((path for path, file in self.files.items() if file.job_id == job_id), None)

    def as_json(self) -> JsonDict:
        """Return the document that the state folder holds."""
        return {
            "version": _VERSION,
            "files": {
                path: {"job_id": file.job_id, "job_name": file.job_name}
                for path, file in self.files.items()
            },
        }


def settle_pending(ledger: ImportedLedger, live: Iterable[LiveJob], creator: str) -> ImportedLedger:
    """Enter the jobs whose creation was announced and not noted, as after a killed process.

    Args:
        creator: our own user name: a job of that name made by anybody else is not ours.
    """
    ours: dict[str, list[int]] = {}
    for job in live:
        if job.creator == creator and job.job_id not in ledger.jobs:
            ours.setdefault(job.name, []).append(job.job_id)
    settled = replace(ledger, pending=())
    for pending in ledger.pending:
        job_ids = ours.get(pending.job_name, [])
        if len(job_ids) == 1:
            entry = ImportedJob(pending.job_name, pending.source_job_id)
            settled = settled.with_job(job_ids[0], entry)
    return settled


def parse_imported_ledger(document: Any) -> ImportedLedger:
    """Read a ledger.

    Raises:
        StateError: the shape is wrong. An unreadable ledger is never taken for an empty one.
    """
    try:
        _check_version(document)
        return ImportedLedger(
            jobs={
                int(job_id): ImportedJob(str(job["job_name"]), _optional_id(job["source_job_id"]))
                for job_id, job in document["jobs"].items()
            },
            pending=tuple(
                PendingCreate(str(entry["job_name"]), _optional_id(entry["source_job_id"]))
                for entry in document["pending"]
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken("imported.json") from error


def parse_exported_ledger(document: Any) -> ExportedLedger:
    """Read a ledger.

    Raises:
        StateError: the shape is wrong. An unreadable ledger is never taken for an empty one.
    """
    try:
        _check_version(document)
        return ExportedLedger(
            files={
                str(path): ExportedFile(int(file["job_id"]), str(file["job_name"]))
                for path, file in document["files"].items()
            }
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken("exported.json") from error


def _check_version(document: Any) -> None:
    if document["version"] != _VERSION:
        raise ValueError(document["version"])


def _optional_id(value: Any) -> int | None:
    return None if value is None else int(value)


def _broken(name: str) -> StateError:
    return StateError(
        f"The ledger {name} in the state folder has a shape that this version cannot read.",
        fix="Restore it, or move it away: the next operation then offers to adopt the jobs.",
    )
