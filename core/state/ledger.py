"""The two ledgers: which jobs we imported here, and which files this workspace exported."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import InvalidJsonError, StateError
from core.identity_names import is_same_identity
from core.json_fields import Fields, read_id
from core.json_text import JsonDict
from core.ports import LiveJob
from core.state.seals import NO_SEALS, Proof, Seals

_VERSION = 1
_JOB, _PENDING = "imported job", "pending create"  # what the seals of entries are for


@dataclass(frozen=True, slots=True)
class ImportedJob:
    """A job of this workspace that came from Git, and its id in the workspace it came from.

    `file_path` is where its definition was last, below the definitions' folder; empty when the
    ledger was written by a version that did not note it. `at` is when the entry was made, in
    seconds since the epoch, 0 if unknown. `proof` says whether this app made the entry: PROVEN ones
    are sealed when they are written. `seal` is as it was read: whoever lacks the key leaves it.
    """

    job_name: str
    source_job_id: int | None
    file_path: str = ""
    at: int = 0
    proof: Proof = Proof.UNPROVEN
    seal: str = field(default="", compare=False)

    def moved_to(self, path: str) -> "ImportedJob":
        """Return the entry with another path of its definition; its seal was for the one before."""
        return self if path == self.file_path else replace(self, file_path=path, seal="")


@dataclass(frozen=True, slots=True)
class PendingCreate:
    """A create that was about to be sent, when no job had this name. `proof` is as above."""

    job_name: str
    source_job_id: int | None
    file_path: str = ""
    proof: Proof = Proof.UNPROVEN


@dataclass(frozen=True, slots=True)
class ImportedLedger:
    """What we imported, by target job id. Only these jobs can ever be classed as deleted.

    `forged` are entries with a seal that none of our keys made: they count for nothing, and are
    kept for whoever looks into it. `needs_proof` says that a key is configured: an entry without a
    seal may be anybody's then.
    """

    jobs: Mapping[int, ImportedJob] = field(default_factory=dict)
    pending: tuple[PendingCreate, ...] = ()
    forged: Mapping[int, ImportedJob] = field(default_factory=dict)
    needs_proof: bool = False

    def with_job(self, job_id: int, job: ImportedJob) -> "ImportedLedger":
        """Return the ledger with one job entered or replaced."""
        return self.with_jobs({job_id: job})

    def with_jobs(self, jobs: Mapping[int, ImportedJob]) -> "ImportedLedger":
        """Return the ledger with jobs entered or replaced."""
        forged = {job_id: job for job_id, job in self.forged.items() if job_id not in jobs}
        return replace(self, jobs={**self.jobs, **jobs}, forged=forged)

    def without_jobs(self, job_ids: set[int]) -> "ImportedLedger":
        """Return the ledger without some jobs."""
        kept = {job_id: job for job_id, job in self.jobs.items() if job_id not in job_ids}
        return replace(self, jobs=kept)

    def vouches_for(self, job_id: int) -> bool:
        """Whether a job is entered, and its entry is as good as one can be here."""
        entry = self.jobs.get(job_id)
        return entry is not None and (not self.needs_proof or entry.proof is Proof.PROVEN)

    def as_json(self, seals: Seals = NO_SEALS, workspace_id: str = "") -> JsonDict:
        """Return the document that the state folder holds, its entries sealed."""

        def write(job_id: int, job: ImportedJob) -> JsonDict:
            entry = _job_as_json(job)
            is_ours = seals.has_key and job.proof is Proof.PROVEN
            seal = seals.seal(_JOB, _sealed(entry, workspace_id, job_id)) if is_ours else job.seal
            return {**entry, **({"seal": seal} if seal else {})}

        def announce(pending: PendingCreate) -> JsonDict:
            entry = _entry_as_json(pending)
            seal = seals.seal(_PENDING, _sealed(entry, workspace_id))
            return {**entry, **({"seal": seal} if seal else {})}

        jobs = {**self.forged, **self.jobs}
        return {
            "version": _VERSION,
            "jobs": {str(job_id): write(job_id, job) for job_id, job in jobs.items()},
            "pending": [announce(pending) for pending in self.pending],
        }


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A definition file that this workspace wrote, and the job it holds.

    `creator` is the job's, empty when the ledger was written by a version that did not note it.
    `removed` says that an export has removed the file. The entry stays until an export finds none:
    whoever discards the removal, or has it reviewed first, has the file again.
    """

    job_id: int
    job_name: str
    creator: str = ""
    removed: bool = False


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
                    **({"removed": True} if file.removed else {}),
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
        if is_same_identity(job.creator, creator) and job.job_id not in ledger.jobs:
            ours.setdefault(job.name, []).append(job.job_id)
    settled = replace(ledger, pending=())
    for pending in ledger.pending:
        job_ids = ours.get(pending.job_name, [])
        if len(job_ids) == 1:
            entry = ImportedJob(
                pending.job_name, pending.source_job_id, pending.file_path, proof=pending.proof
            )
            settled = settled.with_job(job_ids[0], entry)
    return settled


def parse_imported_ledger(
    document: Any, seals: Seals = NO_SEALS, workspace_id: str = ""
) -> ImportedLedger:
    """Read a ledger, and check the seals of its entries.

    Raises:
        StateError: the shape is wrong. An unreadable ledger is never taken for an empty one.
    """
    try:
        ledger = Fields(document, "a ledger")
        ledger.require_version(_VERSION)
        ledger.require("pending")
        read = {
            job_id: _proven(job, job_id, seals, workspace_id)
            for job_id, job in ledger.by_id("jobs", _job_from_json).items()
        }
        announced = ledger.values("pending", lambda one: _pending_from(one, seals, workspace_id))
    except InvalidJsonError as error:
        raise _broken("imported.json", error) from error
    forged = {job_id: job for job_id, job in read.items() if job.proof is Proof.FORGED}
    return ImportedLedger(
        {job_id: job for job_id, job in read.items() if job_id not in forged},
        tuple(pending for pending in announced if pending.proof is not Proof.FORGED),
        forged,
        needs_proof=seals.has_key,
    )


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


def _job_as_json(job: ImportedJob) -> JsonDict:
    return {**_entry_as_json(job), **({"at": job.at} if job.at else {})}


def _entry_from_json(entry: Fields) -> tuple[str, int | None, str]:
    entry.require("job_name")
    path = entry.text("file_path")  # added later: old ledgers lack it
    return entry.text("job_name"), _source_id(entry), path


def _job_from_json(document: Any) -> ImportedJob:
    entry = Fields(document, "an entry")
    at = entry.whole("at")  # `at` and `seal` were added later, as well
    return ImportedJob(*_entry_from_json(entry), at=at, seal=entry.text("seal"))


def _proven(job: ImportedJob, job_id: int, seals: Seals, workspace_id: str) -> ImportedJob:
    sealed = _sealed(_job_as_json(job), workspace_id, job_id)
    return replace(job, proof=seals.check(_JOB, sealed, job.seal))


def _pending_from(document: Any, seals: Seals, workspace_id: str) -> PendingCreate:
    entry = Fields(document, "an entry")
    pending = PendingCreate(*_entry_from_json(entry))
    sealed = _sealed(_entry_as_json(pending), workspace_id)
    return replace(pending, proof=seals.check(_PENDING, sealed, entry.text("seal")))


def _sealed(entry: JsonDict, workspace_id: str, job_id: int = 0) -> JsonDict:
    """Return what a seal covers: an entry copied to another job or workspace proves nothing."""
    return {**entry, "job_id": job_id, "workspace_id": workspace_id}


def _source_id(entry: Fields) -> int | None:
    """Earlier versions took any whole number of a file for an id, 0 and negative ones as well."""
    entry.require("source_job_id")
    is_null = entry.value("source_job_id") is None
    return None if is_null else read_id(entry.whole("source_job_id"))


def _file_from_json(document: Any) -> ExportedFile:
    file = Fields(document, "a file")
    file.require("job_name")
    return ExportedFile(
        file.id("job_id"), file.text("job_name"), file.text("creator"), file.flag("removed")
    )


def _broken(name: str, error: InvalidJsonError) -> StateError:
    return StateError(
        f"The ledger {name} in the state folder has a shape that this version cannot read. "
        f"{error.message}",
        fix="Restore it, or move it away: the next operation then offers to adopt the jobs.",
    )
