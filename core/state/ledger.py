"""The two ledgers: which jobs we imported here, and which files this workspace exported."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import InvalidJsonError, StateError
from core.json_fields import Fields, read_id
from core.json_text import JsonDict
from core.ports import LiveJob

_VERSION = 1


@dataclass(frozen=True, slots=True)
class ImportedJob:
    """A job of this workspace that came from Git, and its id in the workspace it came from.

    `file_path` is where its definition was last, below the definitions' folder; empty when the
    ledger was written by a version that did not note it.
    """

    job_name: str
    source_job_id: int | None
    file_path: str = ""


@dataclass(frozen=True, slots=True)
class PendingCreate:
    """A create that was about to be sent, when no job had this name."""

    job_name: str
    source_job_id: int | None
    file_path: str = ""


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
            "jobs": {str(job_id): _entry_as_json(job) for job_id, job in self.jobs.items()},
            "pending": [_entry_as_json(pending) for pending in self.pending],
        }


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A definition file that this workspace wrote, and the job it holds.

    `creator` is the job's, empty when the ledger was written by a version that did not note it.
    """

    job_id: int
    job_name: str
    creator: str = ""


@dataclass(frozen=True, slots=True)
class ExportedLedger:
    """What this workspace exported, by path below the definitions' folder."""

    files: Mapping[str, ExportedFile] = field(default_factory=dict)

    def as_json(self) -> JsonDict:
        """Return the document that the state folder holds."""
        return {
            "version": _VERSION,
            "files": {
                path: {
                    "job_id": file.job_id,
                    "job_name": file.job_name,
                    **({"creator": file.creator} if file.creator else {}),
                }
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
            entry = ImportedJob(pending.job_name, pending.source_job_id, pending.file_path)
            settled = settled.with_job(job_ids[0], entry)
    return settled


def parse_imported_ledger(document: Any) -> ImportedLedger:
    """Read a ledger.

    Raises:
        StateError: the shape is wrong. An unreadable ledger is never taken for an empty one.
    """
    try:
        ledger = Fields(document, "a ledger")
        ledger.require_version(_VERSION)
        ledger.require("pending")
        jobs = ledger.by_id("jobs", lambda entry: ImportedJob(*_entry_from_json(entry)))
        pending = ledger.values("pending", lambda entry: PendingCreate(*_entry_from_json(entry)))
        return ImportedLedger(jobs, pending)
    except InvalidJsonError as error:
        raise _broken("imported.json", error) from error


def parse_exported_ledger(document: Any) -> ExportedLedger:
    """Read a ledger.

    Raises:
        StateError: the shape is wrong. An unreadable ledger is never taken for an empty one.
    """
    try:
        ledger = Fields(document, "a ledger")
        ledger.require_version(_VERSION)
        return ExportedLedger(ledger.entries("files", _file_from_json))
    except InvalidJsonError as error:
        raise _broken("exported.json", error) from error


def _entry_as_json(entry: ImportedJob | PendingCreate) -> JsonDict:
    return {
        "job_name": entry.job_name,
        "source_job_id": entry.source_job_id,
        "file_path": entry.file_path,
    }


def _entry_from_json(document: Any) -> tuple[str, int | None, str]:
    entry = Fields(document, "an entry")
    entry.require("job_name")
    path = entry.text("file_path")  # added later: old ledgers lack it
    return entry.text("job_name"), _source_id(entry), path


def _source_id(entry: Fields) -> int | None:
    """Earlier versions took any whole number of a file for an id, 0 and negative ones as well."""
    entry.require("source_job_id")
    is_null = entry.value("source_job_id") is None
    return None if is_null else read_id(entry.whole("source_job_id"))


def _file_from_json(document: Any) -> ExportedFile:
    file = Fields(document, "a file")
    file.require("job_name")
    return ExportedFile(file.id("job_id"), file.text("job_name"), file.text("creator"))


def _broken(name: str, error: InvalidJsonError) -> StateError:
    return StateError(
        f"The ledger {name} in the state folder has a shape that this version cannot read. "
        f"{error.message}",
        fix="Restore it, or move it away: the next operation then offers to adopt the jobs.",
    )
