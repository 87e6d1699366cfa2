"""One job as a snapshot keeps it: enough to set it back, or to create it again."""

from dataclasses import dataclass
from typing import Any, cast

from core.errors import InvalidDefinitionError, InvalidJsonError, WorkspaceError
from core.jobsettings.permissions import Permission, parse_permissions, read_access_list
from core.json_fields import Fields, read_id
from core.json_text import JobSettings, JsonDict, Packed, is_deeper_than
from core.ports import LiveJob
from core.state.ledger import ImportedJob
from core.state.seals import Proof

_MOST_LEVELS = 100  # as of a definition


@dataclass(frozen=True, slots=True)
class PlannedCreate:
    """A job that an operation was about to create. `former_id` is that of a job created again."""

    job_name: str
    source_job_id: int | None = None
    file_path: str = ""
    former_id: int | None = None

    def as_json(self) -> JsonDict:
        """Return what the head of a snapshot holds."""
        document: JsonDict = {
            "job_name": self.job_name,
            "source_job_id": self.source_job_id,
            "file_path": self.file_path,
        }
        return document if self.former_id is None else {**document, "former_id": self.former_id}

    @classmethod
    def from_json(cls, document: Any) -> "PlannedCreate":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "a job to be created")
        fields.require("job_name")
        return cls(
            fields.text("job_name"),
            read_id(fields.value("source_job_id")),
            fields.text("file_path"),
            read_id(fields.value("former_id")),
        )


@dataclass(frozen=True, slots=True)
class KeptJob:
    """A job as it was. `created` in ms since the epoch, 0 if unknown.

    `permissions` are its direct entries, None when they were not read. `entry` is what the ledger
    held of it, None for nothing; `knows_entry` is False in snapshots of a version that did not
    keep it.
    """

    job_id: int
    creator: str
    run_as_user_name: str
    packed: Packed
    created: int = 0
    permissions: tuple[Permission, ...] | None = None
    entry: ImportedJob | None = None
    knows_entry: bool = True

    def as_live_job(self) -> LiveJob:
        """Return the job as `jobs/get` gave it then."""
        settings = cast(JobSettings, self.packed.unpack())
        return LiveJob.pack(
            self.job_id,
            settings,
            self.creator,
            self.run_as_user_name,
            complete=True,
            created=self.created,
        )

    @classmethod
    def from_json(cls, item: Any, *, knows_entries: bool) -> "KeptJob":
        """Read what `make_snapshot_item` made. Raises InvalidJsonError."""
        fields = Fields(item, "a job of a snapshot")
        settings = fields.value("settings")
        if not isinstance(settings, dict) or is_deeper_than(settings, _MOST_LEVELS):
            raise InvalidJsonError("The settings of a job of a snapshot cannot be used.")
        if not isinstance(settings.get("name", ""), str):
            raise InvalidJsonError("A job of a snapshot has no name that can be used.")
        return cls(
            fields.id("job_id"),
            fields.text("creator_user_name"),
            fields.text("run_as_user_name"),
            Packed(settings),
            fields.whole("created"),
            _permissions(fields.value("permissions")),
            _entry(fields.value("entry")),
            knows_entries and fields.has("entry"),
        )


def make_snapshot_item(
    job: LiveJob, entry: ImportedJob | None = None, permissions: Any = None
) -> JsonDict:
    """Return what a snapshot keeps of a job: enough to create it again.

    Args:
        entry: the ledger's, None when it has none.
        permissions: the answer of the permissions API, None when it was not asked.
    """
    item: JsonDict = {
        "job_id": job.job_id,
        "creator_user_name": job.creator,
        "created": job.created,
        "run_as_user_name": job.run_as_user_name,
        "settings": job.unpack_settings(),
        "entry": _entry_as_json(entry) if entry else None,
    }
    return item if permissions is None else {**item, "permissions": permissions}


def _permissions(value: Any) -> tuple[Permission, ...] | None:
    """Return direct entries. An answer that nobody could read was kept as it was: it says nothing.

    It must not keep the other jobs of the snapshot, or this one, from coming back.
    """
    if value is None:
        return None
    try:
        return (
            parse_permissions(value) if isinstance(value, list) else read_access_list(value).direct
        )
    except (InvalidDefinitionError, WorkspaceError):
        return None


def _entry_as_json(entry: ImportedJob) -> JsonDict:
    return {
        "job_name": entry.job_name,
        "source_job_id": entry.source_job_id,
        "file_path": entry.file_path,
        "at": entry.at,
        "proven": entry.proof is Proof.PROVEN,
    }


def _entry(document: Any) -> ImportedJob | None:
    if document is None:
        return None
    fields = Fields(document, "an entry of a snapshot")
    fields.require("job_name")
    source = read_id(fields.value("source_job_id"))
    proof = Proof.PROVEN if fields.flag("proven") else Proof.UNPROVEN
    return ImportedJob(
        fields.text("job_name"), source, fields.text("file_path"), fields.whole("at"), proof
    )
