"""What the engine needs from the outside, as Protocols, and the values that cross the border.

Every method may raise `WorkspaceError` or one of its subclasses, and nothing else but the
StoppedError of `Calls.stoppable`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, cast

from core.calls import Calls
from core.jobsettings.kinds import Kind
from core.jobsettings.permissions import Permission
from core.jobsettings.principals import Principal, PrincipalField
from core.json_text import JobSettings, JsonDict, Packed

_MARKS = ("deployment", "edit_mode")


@dataclass(frozen=True, slots=True)
class LiveJob:
    """One job as the workspace holds it.

    `complete` is True when all pages were read by `get_job`; the list form lacks the explicit
    run-as, so it may only prove that a job is equal. A `truncated` one lacks elements of long
    arrays as well, and proves nothing. `marks` are the settings that say who manages the job.
    `created` is when it was created, in ms since the epoch, 0 if unknown.
    """

    job_id: int
    name: str
    creator: str
    run_as_user_name: str
    complete: bool
    truncated: bool
    marks: JobSettings
    packed: Packed
    created: int = 0

    @classmethod
    def pack(
        cls,
        job_id: int,
        settings: JobSettings,
        creator: str,
        run_as_user_name: str,
        complete: bool,
        truncated: bool = False,
        created: int = 0,
    ) -> "LiveJob":
        """Return the job with its settings kept small."""
        return cls(
            job_id=job_id,
            name=str(settings.get("name", "")),
            creator=creator,
            run_as_user_name=run_as_user_name,
            complete=complete,
            truncated=truncated,
            marks={key: settings[key] for key in _MARKS if key in settings},
            packed=Packed(settings),
            created=created,
        )

    def unpack_settings(self) -> JobSettings:
        """Return a copy of the raw settings. It is parsed anew each time."""
        return cast(JobSettings, self.packed.unpack())


class Jobs(Protocol):
    """The jobs of one workspace."""

    def list_jobs(self) -> Iterator[LiveJob]:
        """Yield the list form of all jobs that the principal may see."""
        ...

    def find_jobs(self, name: str) -> Sequence[LiveJob]:
        """Return the list form of the jobs with exactly this name, case included."""
        ...

    def get_job(self, job_id: int) -> LiveJob:
        """Return one job with all its pages."""
        ...

    def get_permissions(self, job_id: int) -> JsonDict:
        """Return the job's access control list, as the permissions API gives it."""
        ...

    def set_permissions(self, job_id: int, entries: Sequence[Permission]) -> None:
        """Replace all direct entries of the job's access control list: one must be an owner's."""
        ...

    def add_permissions(self, job_id: int, entries: Sequence[Permission]) -> None:
        """Set the entries of these principals; those of others stay.

        An owner among them takes the place of the job's owner.
        """
        ...

    def create_job(self, settings: JobSettings, permissions: Sequence[Permission] = ()) -> int:
        """Send one request, never a second, and return the new job's id.

        Args:
            permissions: direct entries of the new job. Without an owner among them, our principal
                owns it, and no one but workspace admins has access beside those named.

        Raises:
            AmbiguousAnswerError: the request may have taken effect.
        """
        ...

    def reset_job(self, job_id: int, settings: JobSettings) -> None:
        """Replace all settings of a job."""
        ...

    def delete_job(self, job_id: int) -> None:
        """Delete a job; one that is already gone is not an error."""
        ...


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """One execution of a job that has not ended: it waits, starts, runs or ends."""

    run_id: int
    job_id: int


class Runs(Protocol):
    """The executions of jobs."""

    def list_active(self) -> Iterator[ActiveRun]:
        """Yield the active runs of all jobs that the principal may see, possibly some twice."""
        ...


@dataclass(frozen=True, slots=True)
class FileStatus:
    """One object of the workspace tree. `modified_at` is ms since the epoch, 0 if unknown."""

    path: str
    object_id: int
    is_file: bool
    is_folder: bool
    modified_at: int = 0


class ObjectKind(StrEnum):
    """A kind of object of the workspace tree, by the word of the permissions API."""

    FILE = "files"
    FOLDER = "directories"
    NOTEBOOK = "notebooks"
    GIT_FOLDER = "repos"


@dataclass(frozen=True, slots=True)
class Access:
    """What one principal may do with an object, of its own or by a folder above.

    `levels` are words of the workspace, such as CAN_EDIT. `display_name` is empty where there is
    none.
    """

    principal: Principal
    levels: frozenset[str]
    display_name: str = ""


class WorkspaceFiles(Protocol):
    """The files of the workspace tree. Paths are absolute and start with /Workspace.

    The definitions and the mapping file may be on this machine: paths that start with `file:`.
    """

    def status(self, path: str) -> FileStatus: ...

    def access(self, kind: ObjectKind, object_id: int) -> Sequence[Access]:
        """Return who may do what with an object, inherited rights included."""
        ...

    def list_folder(self, path: str) -> Sequence[FileStatus]:
        """Return the children of a folder, in no promised order."""
        ...

    def read(self, path: str) -> bytes: ...

    def read_folder(self, path: str) -> Mapping[str, bytes] | None:
        """Return all files below a folder by absolute path, in one call.

        None when the workspace does not export folders as a whole. Some files may be missing.
        """
        ...

    def create(self, path: str, content: bytes) -> None:
        """Write a new file. Raises AlreadyExistsError when there is one; only one caller wins."""
        ...

    def write(self, path: str, content: bytes) -> None:
        """Write a file, replacing the one that may be there."""
        ...

    def make_folder(self, path: str) -> None:
        """Create a folder and its parents; existing ones are not an error."""
        ...

    def delete(self, path: str) -> None:
        """Delete a file or an empty folder; one that is already gone is not an error."""
        ...


class ContentCache(Protocol):
    """Keeps contents on this machine between operations. Losing it costs time, nothing else."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, content: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class GitFolder:
    """A Git folder as the workspace describes it, or a checkout on this machine.

    `path` is its root. `folder_id` is None for a checkout, whose `branch`, `commit` and `url` are
    empty where they are unknown.
    """

    folder_id: int | None
    path: str
    branch: str
    commit: str
    url: str


class GitFolders(Protocol):
    """The Git folders of one workspace."""

    def find(self, path: str) -> GitFolder | None:
        """Return the Git folder that holds `path`, None when there is none."""
        ...

    def pull(self, folder: GitFolder) -> GitFolder:
        """Bring the folder to the newest commit of its branch and return its new state."""
        ...


@dataclass(frozen=True, slots=True)
class NamedResource:
    """An object that jobs refer to by id and people by name.

    `policy` is the JSON text of a cluster policy's rules, empty for everything else.
    """

    resource_id: str
    name: str
    policy: str = ""


class Resources(Protocol):
    """The objects that jobs refer to."""

    def list_resources(self, kind: Kind, names: Collection[str]) -> Iterable[NamedResource]:
        """Return the objects of a kind that the list API shows, at least those of these names."""
        ...

    def find_resource(self, kind: Kind, resource_id: str) -> NamedResource | None:
        """Look up one object; None only when the workspace says that it does not exist."""
        ...


@dataclass(frozen=True, slots=True)
class CurrentPrincipal:
    """Who we are in the workspace. `is_admin` is False when it is not confirmed."""

    name: str
    display_name: str
    is_admin: bool
    workspace_id: str


@dataclass(frozen=True, slots=True)
class FoundPrincipal:
    """A principal with the name that people see. `display_name` is empty where there is none."""

    principal: Principal
    display_name: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Member:
    """A user or service principal, and the names of the groups that it belongs to."""

    is_active: bool
    groups: frozenset[str] = frozenset()


class Principals(Protocol):
    """Users, service principals and groups."""

    def current(self) -> CurrentPrincipal: ...

    def find_active(self, principals: Iterable[Principal]) -> set[Principal]:
        """Return those that exist and are active."""
        ...

    def find_service_principals(self, display_names: Collection[str]) -> Sequence[FoundPrincipal]:
        """Return all that have one of these display names, also in another case or inactive."""
        ...

    def display_names(self, principals: Collection[Principal]) -> Mapping[Principal, str]:
        """Return the names for people of those users and service principals that have one."""
        ...

    def find_similar(
        self, field: PrincipalField, words: Collection[str]
    ) -> Sequence[FoundPrincipal]:
        """Return principals of a kind whose name or display name contains one of the words.

        Case does not matter. When there are hundreds, some are missing.
        """
        ...

    def list_principals(self, field: PrincipalField, most: int) -> Sequence[FoundPrincipal]:
        """Return active principals of a kind, no more than `most`: as many as there are or that."""
        ...

    def find_members(self, names: Collection[str], enough: Collection[str]) -> Mapping[str, Member]:
        """Return the users, and by application id the service principals, of these names.

        One who does not exist is missing. The groups are those that the workspace shows; those
        that contain them are followed only for who is in none of `enough`, and only so far.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything outside the engine that one workspace needs."""

    jobs: Jobs
    files: WorkspaceFiles
    git: GitFolders
    resources: Resources
    principals: Principals
    runs: Runs
    calls: Calls
    cache: ContentCache | None = None
