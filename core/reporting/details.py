"""Facts that one kind of operation reports besides its rows."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.definitions.definition import Definition, definition_as_json
from core.jobsettings.secrets import mask, mask_text
from core.json_fields import Fields
from core.json_text import JsonDict
from core.mapping.use import MappingEntry
from core.reporting.mapping_details import (
    MappingsInformation,
    MappingsReview,
    MappingTest,
    SavedMappings,
)
from core.reporting.write_access import PlaceAccess
from core.state.history import HistoryEntry


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A validation: whether everything could be read, and how many equal jobs may be adopted.

    `sees_all_jobs` is False when the principal is not known to be a workspace admin; such a plan
    is not complete either.
    """

    is_complete: bool = True
    adoptable: int = 0
    sees_all_jobs: bool = True

    def as_json(self) -> JsonDict:
        """Return the facts as the page keeps them."""
        return {
            "is_complete": self.is_complete,
            "adoptable": self.adoptable,
            "sees_all_jobs": self.sees_all_jobs,
        }

    @classmethod
    def from_json(cls, document: Any) -> "PlanFacts":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "the facts of a validation")
        return cls(
            fields.flag("is_complete", default=True),
            fields.whole("adoptable"),
            fields.flag("sees_all_jobs", default=True),
        )


@dataclass(frozen=True, slots=True)
class GitPlace:
    """Where the definitions lie in Git.

    `folder_id` is None when they lie in no Git folder, or in a checkout on this machine.
    """

    folder: str = ""
    folder_id: int | None = None
    url: str = ""
    branch: str = ""
    commit: str = ""

    def as_json(self) -> JsonDict:
        """Return the place for `--json` and the page."""
        if self.folder_id is None and not (self.url or self.branch or self.commit):
            return {"git_folder": self.folder}
        identity = {} if self.folder_id is None else {"git_folder_id": self.folder_id}
        return {
            "git_folder": self.folder,
            **identity,
            "git_url": mask_text(self.url),
            "branch": self.branch,
            "commit": self.commit,
        }

    @classmethod
    def from_json(cls, document: Any) -> "GitPlace":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "the Git folder")
        return cls(
            fields.text("git_folder"),
            fields.whole("git_folder_id") if fields.has("git_folder_id") else None,
            fields.text("git_url"),
            fields.text("branch"),
            fields.text("commit"),
        )


@dataclass(frozen=True, slots=True)
class PullFacts:
    """A pull: where the Git folder is now, and at which commit it was."""

    git: GitPlace = field(default_factory=GitPlace)
    old_commit: str = ""

    def as_json(self) -> JsonDict:
        """Return the facts for `--json` and the page."""
        return {**self.git.as_json(), "old_commit": self.old_commit}

    @classmethod
    def from_json(cls, document: Any) -> "PullFacts":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "the facts of a pull")
        return cls(GitPlace.from_json(document), fields.text("old_commit"))


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Which workspace, principal and Git folder a deployment uses.

    `principal_name` is the principal's name for people.
    """

    workspace_id: str = ""
    principal: str = ""
    is_admin: bool = False
    app_mode: str = ""
    definitions_folder: str = ""
    git: GitPlace = field(default_factory=GitPlace)
    principal_name: str = ""

    def as_json(self) -> JsonDict:
        """Return the whereabouts for `--json` and the page."""
        return {
            "workspace_id": self.workspace_id,
            "principal": self.principal,
            "principal_name": self.principal_name,
            "is_admin": self.is_admin,
            "app_mode": self.app_mode,
            "definitions_folder": self.definitions_folder,
            **self.git.as_json(),
        }

    @classmethod
    def from_json(cls, document: Any) -> "Whereabouts":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "the whereabouts")
        return cls(
            fields.text("workspace_id"),
            fields.text("principal"),
            fields.flag("is_admin"),
            fields.text("app_mode"),
            fields.text("definitions_folder"),
            GitPlace.from_json(document),
            fields.text("principal_name"),
        )


@dataclass(frozen=True, slots=True)
class FolderContents:
    """What the definitions' folder holds.

    `last_change_ms` is when something in it changed last, in ms since the epoch, 0 if unknown.
    """

    definitions: int = 0
    unreadable_files: int = 0
    other_json_files: int = 0
    last_change_ms: int = 0

    def as_json(self) -> JsonDict:
        """Return the contents for `--json` and the page."""
        return {
            "definitions": self.definitions,
            "unreadable_files": self.unreadable_files,
            "other_json_files": self.other_json_files,
            "last_change_ms": self.last_change_ms,
        }

    @classmethod
    def from_json(cls, document: Any) -> "FolderContents":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "the folder's contents")
        return cls(
            fields.whole("definitions"),
            fields.whole("unreadable_files"),
            fields.whole("other_json_files"),
            fields.whole("last_change_ms"),
        )


@dataclass(frozen=True, slots=True)
class MappingFacts:
    """The mapping file: its text, None when there is none to show, and its entries with their use,
    None when they could not be read. `pause_status` is its policy for schedules and triggers,
    `permissions` that for permissions."""

    text: str | None = None
    entries: tuple[MappingEntry, ...] | None = None
    pause_status: str = ""
    permissions: str = ""

    def as_json(self) -> JsonDict:
        """Return the facts for `--json` and the page."""
        document: JsonDict = {}
        if self.text is not None:
            document["mapping_text"] = self.text
        if self.entries is not None:
            document["mapping_entries"] = [entry.as_json() for entry in self.entries]
            document["pause_status"] = self.pause_status
            document["permissions"] = self.permissions
        return document

    @classmethod
    def from_json(cls, document: Any) -> "MappingFacts":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "the mapping file")
        has_entries = fields.has("mapping_entries")
        return cls(
            fields.text("mapping_text") if fields.has("mapping_text") else None,
            fields.values("mapping_entries", MappingEntry.from_json) if has_entries else None,
            fields.text("pause_status"),
            fields.text("permissions"),
        )


@dataclass(frozen=True, slots=True)
class WorkspaceInformation:
    """What Workspace Information and Resource Mappings show.

    `access` is who may write what; `is_sealed` whether a key proves what the app wrote.
    """

    where: Whereabouts = field(default_factory=Whereabouts)
    contents: FolderContents = field(default_factory=FolderContents)
    jobs: int = 0
    mapping_file: str = ""
    mapping: MappingFacts = field(default_factory=MappingFacts)
    state_folder: str = ""
    access: tuple[PlaceAccess, ...] = ()
    is_sealed: bool = False

    def as_json(self) -> JsonDict:
        """Return the information for `--json` and the page."""
        return {
            **self.where.as_json(),
            **self.contents.as_json(),
            "jobs": self.jobs,
            "mapping_file": self.mapping_file,
            **self.mapping.as_json(),
            "state_folder": self.state_folder,
            "access": [place.as_json() for place in self.access],
            "is_sealed": self.is_sealed,
        }

    @classmethod
    def from_json(cls, document: Any) -> "WorkspaceInformation":
        """Read what `as_json` gave. Raises InvalidJsonError."""
        fields = Fields(document, "Workspace Information")
        return cls(
            Whereabouts.from_json(document),
            FolderContents.from_json(document),
            fields.whole("jobs"),
            fields.text("mapping_file"),
            MappingFacts.from_json(document),
            fields.text("state_folder"),
            fields.values("access", PlaceAccess.from_json),
            fields.flag("is_sealed"),
        )


@dataclass(frozen=True, slots=True)
class NewDefinitions:
    """A conversion that writes nothing: the definitions that it would write, by path."""

    definitions: tuple[tuple[str, Definition], ...] = ()

    def as_json(self) -> JsonDict:
        """Return the files' content for `--json`; secrets are masked."""
        return {"files": {path: _shown(one) for path, one in self.definitions}}


def _shown(definition: Definition) -> JsonDict:
    document = definition_as_json(definition)
    return {**document, "settings": mask("", document["settings"])}


@dataclass(frozen=True, slots=True)
class HistoryListing:
    """The operations of the history, newest first."""

    RESTORABLE: ClassVar[tuple[str, ...]] = ("import", "remove", "restore")
    entries: tuple[HistoryEntry, ...] = ()

    def as_json(self) -> JsonDict:
        """Return the entries for `--json`."""
        return {"entries": [entry.as_json() for entry in self.entries]}


Details = (
    HistoryListing
    | PlanFacts
    | PullFacts
    | WorkspaceInformation
    | NewDefinitions
    | MappingsInformation
    | MappingsReview
    | MappingTest
    | SavedMappings
)
