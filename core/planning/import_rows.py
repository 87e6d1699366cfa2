"""The rows of an import plan: what is to be done with one job, as frozen values."""

from dataclasses import dataclass
from typing import ClassVar, cast

from core.comparing.diff import FieldChange, HiddenDifference
from core.comparing.origin import Origin, sum_up
from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.errors import Issue
from core.jobsettings.permissions import Permission, is_place
from core.json_text import JobSettings, Packed
from core.mapping.mapped_value import MappedValue
from core.planning.access_change import AccessChange
from core.planning.moves import Former, Moves
from core.planning.risks import NO_SECRETS, SecretNotes
from core.planning.statuses import RowStatus
from core.ports import LiveJob
from core.state.written import Stamp


@dataclass(frozen=True, slots=True)
class New:
    """A definition without a job. Ten thousand of them are kept small.

    `note` says what there is to know about the definition, `mapped` what the mapping file did to
    it. `former` is the job of it that was here, and was deleted or renamed by somebody else.
    `permissions` are what the job is created with; without any it belongs to our principal.
    `secrets` is what is secret in it.
    """

    status: ClassVar[RowStatus] = RowStatus.NEW
    job_name: str
    file: DefinitionFile
    packed: Packed
    note: str = ""
    mapped: tuple[MappedValue, ...] = ()
    former: Former | None = None
    permissions: tuple[Permission, ...] = ()
    secrets: SecretNotes = NO_SECRETS

    @classmethod
    def pack(
        cls,
        job_name: str,
        file: DefinitionFile,
        desired: JobSettings,
        note: str = "",
        mapped: tuple[MappedValue, ...] = (),
        former: Former | None = None,
        permissions: tuple[Permission, ...] = (),
    ) -> "New":
        """Return the row with the settings to be created kept small."""
        return cls(job_name, file, Packed(desired), note, mapped, former, permissions)

    @property
    def origin(self) -> Origin:
        """Return which side has moved since the job was written last."""
        return Origin.HERE if self.former else Origin.UNKNOWN

    @property
    def is_preselected(self) -> bool:
        """Return whether importing it loses nothing that somebody did here."""
        return self.former is None

    @property
    def desired(self) -> Packed:
        """Return the settings to be created, by the name that `Changed` has for them."""
        return self.packed

    def unpack_settings(self) -> JobSettings:
        """Return a copy of the settings to be created. It is parsed anew each time."""
        return cast(JobSettings, self.packed.unpack())


@dataclass(frozen=True, slots=True)
class Changed:
    """A job that differs from its definition; `old_name` is set when its name differs, too.

    Both sides are kept small: ten thousand of them as objects slow down whatever comes after.
    `note`, `mapped` and `secrets` are as in `New`. `since` is when the job was written last, None
    if unknown. `access` is what sets its permissions, None where they stay as they are; its changes
    are among `changes`. `permissions` are its direct entries, None where they were not read.
    `doubt` says why the job may be another than the definition's, empty for no doubt.
    """

    job_name: str
    file: DefinitionFile
    job: LiveJob
    desired: Packed
    current: Packed
    changes: tuple[FieldChange, ...]
    old_name: str = ""
    hidden: tuple[HiddenDifference, ...] = ()
    note: str = ""
    mapped: tuple[MappedValue, ...] = ()
    since: Stamp | None = None
    access: AccessChange | None = None
    secrets: SecretNotes = NO_SECRETS
    permissions: tuple[Permission, ...] | None = None
    doubt: str = ""

    @classmethod
    def pack(
        cls,
        job_name: str,
        file: DefinitionFile,
        job: LiveJob,
        desired: JobSettings,
        current: JobSettings,
        changes: tuple[FieldChange, ...],
        old_name: str = "",
        hidden: tuple[HiddenDifference, ...] = (),
        note: str = "",
        mapped: tuple[MappedValue, ...] = (),
        since: Stamp | None = None,
        access: AccessChange | None = None,
    ) -> "Changed":
        """Return the row with both sides kept small."""
        return cls(
            job_name,
            file,
            job,
            Packed(desired),
            Packed(current),
            changes,
            old_name,
            hidden,
            note=note,
            mapped=mapped,
            since=since,
            access=access,
        )

    @property
    def writes_settings(self) -> bool:
        """Whether more than the permissions of the job change.

        A job without an explicit identity runs as its owner: one that changes hands is given it.
        Source: databricks-sdk jobs.py, `Job.run_as_user_name`.
        """
        if any(not is_place(change.path) for change in self.changes):
            return True
        moves = self.access is not None and self.access.moves_owner
        return moves and self.job.unpack_settings().get("run_as") is None

    @property
    def origin(self) -> Origin:
        """Return which side has moved since the job was written last."""
        return sum_up(change.origin for change in self.changes)

    @property
    def is_preselected(self) -> bool:
        """Return whether Git has moved, and at no field that somebody changed here as well."""
        both_at_one_field = any(change.origin is Origin.BOTH for change in self.changes)
        return self.origin is not Origin.HERE and not both_at_one_field and not self.doubt

    @property
    def status(self) -> RowStatus:
        """Return the word for users."""
        return RowStatus.RENAMED if self.old_name else RowStatus.CHANGED

    def unpack_settings(self) -> JobSettings:
        """Return a copy of the settings to be written, as `New` does."""
        return cast(JobSettings, self.desired.unpack())

    def unpack_current(self) -> JobSettings:
        """Return a copy of the settings that will be replaced."""
        return cast(JobSettings, self.current.unpack())


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A job equal to its definition. `is_adopted` is False when the ledger does not know it.

    `note`, `mapped` and `secrets` are as in `New`. `desired` is what it should be, kept only where
    that is to be noted as what was written, see `Situation.keeps_bases`. `permissions` are the
    job's direct entries, None where they were not read.
    """

    status: ClassVar[RowStatus] = RowStatus.UNCHANGED
    job_name: str
    file: DefinitionFile
    job: LiveJob
    is_adopted: bool
    hidden: tuple[HiddenDifference, ...] = ()
    note: str = ""
    mapped: tuple[MappedValue, ...] = ()
    desired: Packed | None = None
    secrets: SecretNotes = NO_SECRETS
    permissions: tuple[Permission, ...] | None = None


@dataclass(frozen=True, slots=True)
class Deleted:
    """A job that we imported and whose definition is gone. `needed_by` still run it.

    `job_name` has the job's id added when another row of the plan has the name as well, and so have
    the names in `needed_by`. `doubt` says why nothing proves that it is ours, empty for no doubt.
    `moves` are what was changed here since it was written, None if
    nobody knows.
    """

    status: ClassVar[RowStatus] = RowStatus.DELETED
    job_name: str
    job: LiveJob
    needed_by: tuple[str, ...]
    doubt: str = ""
    moves: Moves | None = None

    @property
    def origin(self) -> Origin:
        """Return which side has moved since the job was written last: Git has."""
        if self.moves is None:
            return Origin.UNKNOWN
        return Origin.BOTH if self.moves.changes else Origin.GIT


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """A job without a definition that we did not import, or cannot prove to be deleted."""

    status: ClassVar[RowStatus] = RowStatus.UNMANAGED
    job_name: str
    job: LiveJob
    note: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A job that a bundle or Databricks itself manages."""

    status: ClassVar[RowStatus] = RowStatus.SKIPPED
    job_name: str
    job: LiveJob
    reason: str
    file: DefinitionFile | None
    secrets: SecretNotes = NO_SECRETS


@dataclass(frozen=True, slots=True)
class Excluded:
    """A job, a definition, or both, that do not belong here: of either plan. Never written.

    `reason` says by which rule of the mapping file, and where it is.
    """

    status: ClassVar[RowStatus] = RowStatus.EXCLUDED
    job_name: str
    job: LiveJob | None
    file: DefinitionFile | None
    reason: str
    secrets: SecretNotes = NO_SECRETS


@dataclass(frozen=True, slots=True)
class Blocked:
    """A job or file that nothing can be done with until its issues are solved.

    `definition` and `job` are what is known of it all the same; `mapped` and `secrets` are as in
    `New`, `moves` as in `Deleted`.
    """

    status: ClassVar[RowStatus] = RowStatus.ERROR
    job_name: str
    file_name: str
    issues: tuple[Issue, ...]
    definition: Definition | None = None
    job: LiveJob | None = None
    mapped: tuple[MappedValue, ...] = ()
    moves: Moves | None = None
    secrets: SecretNotes = NO_SECRETS

    @property
    def origin(self) -> Origin:
        """Return whether the job was changed here; what it should be is unknown."""
        return Origin.HERE if self.moves and self.moves.changes else Origin.UNKNOWN


Row = New | Changed | Unchanged | Deleted | Unmanaged | Skipped | Excluded | Blocked
Importable = New | Changed
