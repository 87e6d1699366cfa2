"""The rows of an export plan: what is to be done with one file, as frozen values."""

from dataclasses import dataclass
from typing import ClassVar

from core.comparing.diff import FieldChange
from core.definitions.definition import Definition
from core.definitions.folder import DefinitionFile
from core.definitions.ignore_rules import IgnoreRule
from core.errors import Issue
from core.planning.import_rows import Blocked, Excluded
from core.planning.risks import NO_SECRETS, SecretNotes
from core.planning.statuses import RowStatus
from core.ports import LiveJob


@dataclass(frozen=True, slots=True)
class FileNotes:
    """What to know about a definition beyond its content.

    `ignored_by` is the rule that keeps the file out of Git. `left_to_policies` are the paths that
    cluster policies fix, and `ambiguous` the names that several objects of the workspace have.
    `not_exported` are the jobs that it runs and that do not belong here, each with its rule.
    `undone` are the places that the next import would map to another value. `secrets` are those
    of the definition that do not keep it from being written.
    """

    ignored_by: IgnoreRule | None = None
    left_to_policies: tuple[str, ...] = ()
    ambiguous: tuple[Issue, ...] = ()
    not_exported: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    secrets: SecretNotes = NO_SECRETS


@dataclass(frozen=True, slots=True)
class NewFile:
    """A job without a file. `path` is relative to the definitions' folder."""

    status: ClassVar[RowStatus] = RowStatus.NEW
    job_name: str
    path: str
    job: LiveJob
    definition: Definition
    notes: FileNotes = FileNotes()


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A job that differs from its file; `old_name` is set when the file has another name in it."""

    job_name: str
    file: DefinitionFile
    job: LiveJob
    definition: Definition
    changes: tuple[FieldChange, ...]
    old_name: str = ""
    notes: FileNotes = FileNotes()

    @property
    def status(self) -> RowStatus:
        """Return the word for users."""
        return RowStatus.RENAMED if self.old_name else RowStatus.CHANGED

    @property
    def path(self) -> str:
        """Return where the job's file is; it stays there whatever the job is called."""
        return self.file.path


@dataclass(frozen=True, slots=True)
class UnchangedFile:
    """A file equal to its job."""

    status: ClassVar[RowStatus] = RowStatus.UNCHANGED
    job_name: str
    file: DefinitionFile
    job: LiveJob
    notes: FileNotes = FileNotes()


@dataclass(frozen=True, slots=True)
class DeletedFile:
    """A file that this workspace exported, and whose job is gone or defined elsewhere."""

    status: ClassVar[RowStatus] = RowStatus.DELETED
    job_name: str
    file: DefinitionFile
    reason: str = "Its job no longer exists in this workspace."

    @property
    def path(self) -> str:
        """Return where the file is."""
        return self.file.path


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A file without a job here which this workspace did not export, or cannot prove to be dead."""

    status: ClassVar[RowStatus] = RowStatus.UNMANAGED
    job_name: str
    file: DefinitionFile
    note: str


@dataclass(frozen=True, slots=True)
class SkippedJob:
    """A job that a bundle or Databricks itself manages."""

    status: ClassVar[RowStatus] = RowStatus.SKIPPED
    job_name: str
    reason: str
    job: LiveJob | None = None


ExportRow = (
    NewFile
    | ChangedFile
    | UnchangedFile
    | DeletedFile
    | ForeignFile
    | SkippedJob
    | Excluded
    | Blocked
)
