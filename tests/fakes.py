"""Working fakes of the ports: a whole workspace in memory, with its API's habits."""

import itertools
import json
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from core.calls import ShouldStop
from core.errors import AlreadyExistsError, NotFoundError, StoppedError, WorkspaceError
from core.gateways.machine.local_files import LocalFiles
from core.gateways.machine.local_git import LocalGitFolders
from core.gateways.opening import OpenService
from core.gateways.routing import RoutedFiles, RoutedGitFolders
from core.identity_names import fold_identity
from core.jobsettings.kinds import Kind
from core.jobsettings.permissions import CAN_MANAGE, IS_OWNER, Permission, identity_of
from core.jobsettings.principals import (
    Principal,
    PrincipalField,
    effective_run_as,
    principal_from_name,
)
from core.json_text import JobSettings, JsonDict
from core.local_paths import is_local
from core.operations import counters
from core.operations.change_request import (
    MOST_OPEN,
    ChangeRequest,
    NotOpenError,
    RequestState,
    TooManyRequestsError,
)
from core.operations.grid_row import GridRow
from core.operations.kinds import EXCLUSIVE_KINDS, READING_KINDS, REMEMBERED_KINDS, OperationKind
from core.operations.operation import (
    APPROVER,
    LogLine,
    Operation,
    OperationRunningError,
    Status,
    Waiting,
)
from core.operations.outcome import Outcome
from core.ports import (
    Access,
    ActiveRun,
    CurrentPrincipal,
    FileStatus,
    FoundPrincipal,
    GitFolder,
    LiveJob,
    Member,
    NamedResource,
    ObjectKind,
    Ports,
)
from core.service import JobSync
from core.settings import Settings
from core.state.lock import Clock, Owner

FOLDER = "/Workspace/Shared/jobs"
ME = "sync@prod.example"


class FakeJobs:
    """Jobs by id; `fail` maps a method name to the error that its next calls raise."""

    def __init__(self) -> None:
        self.jobs: dict[int, LiveJob] = {}
        self.grants: dict[int, tuple[Permission, ...]] = {}
        self.permissions: dict[int, JsonDict] = {}  # answers in place of those made of `grants`
        self.create_ignores_permissions = False
        self.fail: dict[str, WorkspaceError] = {}
        self.fail_names: dict[str, WorkspaceError] = {}
        self.lost_answers: set[str] = set()
        self.log: list[tuple[str, str]] = []
        self._ids = itertools.count(9_007_199_254_740_993)

    def add(
        self,
        settings: JobSettings,
        *,
        creator: str = ME,
        job_id: int | None = None,
        created: int = 1_690_000_000_000,
    ) -> int:
        job_id = next(self._ids) if job_id is None else job_id
        principal = effective_run_as(settings, creator)
        run_as = principal.name if principal else creator
        self.jobs[job_id] = LiveJob.pack(
            job_id, deepcopy(settings), creator, run_as, complete=True, created=created
        )
        owner = Permission(principal_from_name(creator), IS_OWNER)
        self.grants.setdefault(job_id, (owner,))
        return job_id

    def entries(self, name: str) -> list[str]:
        """Return the direct entries of the one job of this name as words, sorted."""
        found = self.grants[self.named(name).job_id]
        return sorted(f"{entry.principal.name} {entry.level}" for entry in found)

    def named(self, name: str) -> LiveJob:
        (job,) = [job for job in self.jobs.values() if job.name == name]
        return job

    def list_jobs(self) -> Iterator[LiveJob]:
        self._maybe_fail("list_jobs")
        return iter([_list_form(job) for job in self.jobs.values()])

    def find_jobs(self, name: str) -> Sequence[LiveJob]:
        self._maybe_fail("find_jobs")
        return [_list_form(job) for job in self.jobs.values() if job.name == name]

    def get_job(self, job_id: int) -> LiveJob:
        self._maybe_fail("get_job")
        job = self._existing(job_id)
        self._maybe_fail_name(f"get {job.name}")
        return deepcopy(job)

    def get_permissions(self, job_id: int) -> JsonDict:
        self._maybe_fail("get_permissions")
        self._maybe_fail_name(f"permissions of {self._existing(job_id).name}")
        self.log.append(("permissions", self._existing(job_id).name))
        if job_id in self.permissions:
            return self.permissions[job_id]
        direct = [
            {**one.principal.as_json(), "all_permissions": [_level(one.level, is_inherited=False)]}
            for one in self.grants.get(job_id, ())
        ]
        admins = {"group_name": "admins", "all_permissions": [_level(CAN_MANAGE)]}
        return {"access_control_list": [*direct, admins]}

    def set_permissions(self, job_id: int, entries: Sequence[Permission]) -> None:
        self._maybe_fail("set_permissions")
        self._grant("set", job_id, entries)

    def add_permissions(self, job_id: int, entries: Sequence[Permission]) -> None:
        self._maybe_fail("add_permissions")
        self._existing(job_id)
        self._grant("add", job_id, _merged(self.grants[job_id], entries))

    def _grant(self, word: str, job_id: int, entries: Sequence[Permission]) -> None:
        name = self._existing(job_id).name
        self._maybe_fail_name(f"{word} permissions of {name}")
        self.grants[job_id] = _with_one_owner(entries)
        self.log.append((f"{word} permissions", name))

    def create_job(self, settings: JobSettings, permissions: Sequence[Permission] = ()) -> int:
        self._maybe_fail("create_job")
        name = str(settings.get("name", ""))
        self._maybe_fail_name(f"create {name}")
        job_id = self.add(settings)
        if permissions and not self.create_ignores_permissions:
            self.grants[job_id] = _with_one_owner(_merged(self.grants[job_id], permissions))
        self.log.append(("create", name))
        if name in self.lost_answers:
            from core.errors import AmbiguousAnswerError

            raise AmbiguousAnswerError("The workspace did not confirm the request.")
        return job_id

    def reset_job(self, job_id: int, settings: JobSettings) -> None:
        self._maybe_fail("reset_job")
        before = self._existing(job_id)
        name = str(settings.get("name", ""))
        self._maybe_fail_name(f"reset {name}")
        if "run_as" in before.unpack_settings():  # once set, it stays until it is replaced
            settings = {"run_as": before.unpack_settings()["run_as"], **settings}
        self.add(settings, creator=before.creator, job_id=job_id, created=before.created)
        self.log.append(("reset", name))

    def delete_job(self, job_id: int) -> None:
        self._maybe_fail("delete_job")
        if job_id in self.jobs:
            self._maybe_fail_name(f"delete {self.jobs[job_id].name}")
        job = self.jobs.pop(job_id, None)
        if job:
            self.log.append(("delete", job.name))

    def _existing(self, job_id: int) -> LiveJob:
        if job_id not in self.jobs:
            raise NotFoundError(f"Job {job_id} does not exist.")
        return self.jobs[job_id]

    def _maybe_fail(self, method: str) -> None:
        if method in self.fail:
            raise self.fail[method]

    def _maybe_fail_name(self, key: str) -> None:
        if key in self.fail_names:
            raise self.fail_names[key]


def _level(level: str, *, is_inherited: bool = True) -> JsonDict:
    return {"permission_level": level, "inherited": is_inherited}


def _merged(old: Sequence[Permission], new: Sequence[Permission]) -> tuple[Permission, ...]:
    """Lay new entries over old ones; a new owner takes over ownership."""
    named = {identity_of(entry.principal) for entry in new}
    moves = any(entry.is_owner for entry in new)
    kept = [
        entry
        for entry in old
        if identity_of(entry.principal) not in named and not (moves and entry.is_owner)
    ]
    return (*kept, *new)


def _with_one_owner(entries: Sequence[Permission]) -> tuple[Permission, ...]:
    last = {identity_of(entry.principal): entry for entry in entries}  # the last level wins
    if [entry.principal.field != "group_name" for entry in last.values() if entry.is_owner] != [
        True
    ]:
        raise WorkspaceError("The job must have exactly one owner.")
    return tuple(last.values())


def _list_form(job: LiveJob) -> LiveJob:
    settings = {key: value for key, value in job.unpack_settings().items() if key != "run_as"}
    truncated = False
    for key in ("tasks", "job_clusters", "environments", "parameters"):
        if len(settings.get(key) or ()) > 100:
            settings[key] = settings[key][:100]
            truncated = True
    return LiveJob.pack(
        job.job_id,
        settings,
        job.creator,
        job.run_as_user_name,
        complete=False,
        truncated=truncated,
        created=job.created,
    )


@dataclass
class FakeRuns:
    """The active runs; they come twice, as from a list that moves while it is read."""

    active: list[ActiveRun] = field(default_factory=list)
    fail: WorkspaceError | None = None
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(5_000))

    def start(self, job_id: int) -> int:
        run = ActiveRun(next(self._ids), job_id)
        self.active.append(run)
        return run.run_id

    def finish(self, run_id: int) -> None:
        self.active = [run for run in self.active if run.run_id != run_id]

    def list_active(self) -> Iterator[ActiveRun]:
        yield from self.active
        if self.fail:
            raise self.fail
        yield from self.active


@dataclass
class FakeFiles:
    """Files and folders by path; `unreadable` paths raise, `read_only` refuses every write.

    `modified_at` is the workspace's time in ms, 0 when it gives files no times; `clock`, in
    seconds, moves it.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    folders: set[str] = field(default_factory=lambda: {"/Workspace", "/Workspace/Shared", FOLDER})
    unreadable: dict[str, WorkspaceError] = field(default_factory=dict)
    read_only: WorkspaceError | None = None
    gives_folders: bool = True
    before_write: Callable[[str], None] = lambda _path: None
    modified_at: int = 1_700_000_000_000
    clock: Callable[[], float] | None = None
    times: dict[str, int] = field(default_factory=dict)
    grants: dict[tuple[ObjectKind, int], list[Access]] = field(default_factory=dict)
    no_access: WorkspaceError | None = None

    def access(self, kind: ObjectKind, object_id: int) -> Sequence[Access]:
        if self.no_access:
            raise self.no_access
        of_git = object_id == 7 and kind is ObjectKind.GIT_FOLDER
        paths = [path for path in (*self.files, *self.folders) if sum(path.encode()) == object_id]
        if not paths and not of_git:
            raise NotFoundError(f"Object {object_id} does not exist.")
        admins = Access(Principal("group_name", "admins"), frozenset({"CAN_MANAGE"}))
        if of_git or any(path.startswith("/Workspace/Shared") for path in paths):
            users = Access(Principal("group_name", "users"), frozenset({"CAN_MANAGE"}))
            return [*self.grants.get((kind, object_id), ()), users, admins]
        return [*self.grants.get((kind, object_id), ()), admins]

    def status(self, path: str) -> FileStatus:
        if path in self.unreadable:
            raise self.unreadable[path]
        return self._status(path)

    def list_folder(self, path: str) -> Sequence[FileStatus]:
        if path in self.unreadable:
            raise self.unreadable[path]
        if path not in self.folders:
            raise NotFoundError(f"Path ({path}) doesn't exist.")
        inside = [
            entry
            for entry in itertools.chain(self.files, self.folders)
            if entry.rpartition("/")[0] == path
        ]
        return [self._status(entry) for entry in inside]

    def read(self, path: str) -> bytes:
        if path in self.unreadable:
            raise self.unreadable[path]
        if path not in self.files:
            raise NotFoundError(f"Path ({path}) doesn't exist.")
        return self.files[path]

    def read_folder(self, path: str) -> Mapping[str, bytes] | None:
        if not self.gives_folders:
            return None
        inside = {name: text for name, text in self.files.items() if name.startswith(f"{path}/")}
        return {name: text for name, text in inside.items() if name not in self.unreadable}

    def create(self, path: str, content: bytes) -> None:
        self._check_write(path)
        if path in self.files:
            raise AlreadyExistsError(f"{path} already exists.")
        self._put(path, content)

    def write(self, path: str, content: bytes) -> None:
        self._check_write(path)
        self._put(path, content)

    def make_folder(self, path: str) -> None:
        self._check_write(path)
        parts = path.split("/")
        self.folders |= {"/".join(parts[:end]) for end in range(2, len(parts) + 1)}

    def delete(self, path: str) -> None:
        self._check_write(path)
        if path in self.folders and self.list_folder(path):
            raise WorkspaceError(f"Folder ({path}) is not empty.")
        self.folders.discard(path)
        self.files.pop(path, None)
        self.times.pop(path, None)

    def _check_write(self, path: str) -> None:
        self.before_write(path)
        if self.read_only:
            raise self.read_only

    def _put(self, path: str, content: bytes) -> None:
        parent = path.rpartition("/")[0]
        if parent not in self.folders:
            raise NotFoundError(f"The parent folder ({parent}) does not exist.")
        self.files[path] = content
        self.times[path] = max(self._now_ms(), self.times.get(path, 0) + 1)

    def _now_ms(self) -> int:
        return int(self.clock() * 1000) if self.clock and self.modified_at else self.modified_at

    def _status(self, path: str) -> FileStatus:
        if path not in self.files and path not in self.folders:
            raise NotFoundError(f"Path ({path}) doesn't exist.")
        is_file = path in self.files
        object_id = sum(path.encode())
        now_ms = self._now_ms()
        modified_at = self.times.get(path, now_ms) if now_ms else 0
        return FileStatus(path, object_id, is_file, not is_file, modified_at)


@dataclass
class FakeGit:
    """One Git folder; a pull moves it to `remote_commit`."""

    root: str = FOLDER
    commit: str = "1" * 40
    remote_commit: str = "2" * 40
    fail: WorkspaceError | None = None

    def find(self, path: str) -> GitFolder | None:
        if path != self.root and not path.startswith(f"{self.root}/"):
            return None
        return GitFolder(7, self.root, "main", self.commit, "https://git.example/jobs.git")

    def pull(self, folder: GitFolder) -> GitFolder:
        if self.fail:
            raise self.fail
        self.commit = self.remote_commit
        return replace(folder, commit=self.commit)


@dataclass
class FakeResources:
    """Named objects per kind; `unlisted` ones are only found by id."""

    listed: dict[Kind, list[NamedResource]] = field(default_factory=dict)
    unlisted: dict[tuple[Kind, str], NamedResource] = field(default_factory=dict)
    fail: WorkspaceError | None = None
    fail_find: WorkspaceError | None = None

    def list_resources(self, kind: Kind, names: Collection[str]) -> Iterable[NamedResource]:
        if self.fail:
            raise self.fail
        return list(self.listed.get(kind, []))

    def find_resource(self, kind: Kind, resource_id: str) -> NamedResource | None:
        if self.fail_find:
            raise self.fail_find
        listed = {one.resource_id: one for one in self.listed.get(kind, [])}
        return listed.get(resource_id) or self.unlisted.get((kind, resource_id))


@dataclass
class FakePrincipals:
    """Who we are, and who is active."""

    me: CurrentPrincipal = field(
        default_factory=lambda: CurrentPrincipal(ME, "Job Sync", is_admin=True, workspace_id="42")
    )
    active: set[Principal] | None = None
    described: list[FoundPrincipal] = field(default_factory=list)
    fail: dict[PrincipalField, WorkspaceError] = field(default_factory=dict)
    fail_names: dict[str, WorkspaceError] = field(default_factory=dict)
    calls: int = 0
    members: dict[str, Member] = field(default_factory=dict)
    groups_above: dict[str, frozenset[str]] = field(default_factory=dict)
    looks: list[list[str]] = field(default_factory=list)

    def current(self) -> CurrentPrincipal:
        return self.me

    def find_active(self, principals: Iterable[Principal]) -> set[Principal]:
        wanted = set(principals)
        self._maybe_fail({one.field for one in wanted}, {one.name for one in wanted})
        return wanted if self.active is None else wanted & self.active

    def find_service_principals(self, display_names: Collection[str]) -> Sequence[FoundPrincipal]:
        self._maybe_fail({"service_principal_name"}, display_names)
        wanted = {name.casefold() for name in display_names}
        return [
            one
            for one in self.described
            if one.principal.field == "service_principal_name"
            and one.display_name.casefold() in wanted
        ]

    def display_names(self, principals: Collection[Principal]) -> Mapping[Principal, str]:
        self._maybe_fail({one.field for one in principals}, {one.name for one in principals})
        by_id = {
            (one.principal.field, fold_identity(one.principal.name)): one for one in self.described
        }
        found = {one: by_id.get((one.field, fold_identity(one.name))) for one in principals}
        return {
            one: known.display_name
            for one, known in found.items()
            if known and known.display_name and one.field != "group_name"
        }

    def find_similar(
        self, field: PrincipalField, words: Collection[str]
    ) -> Sequence[FoundPrincipal]:
        self._maybe_fail({field}, words)
        return [
            one
            for one in self.described
            if one.principal.field == field and any(_has_word(one, word) for word in words)
        ]

    def list_principals(self, field: PrincipalField, most: int) -> Sequence[FoundPrincipal]:
        self._maybe_fail({field}, ())
        known = {one.principal for one in self.described}
        others = [FoundPrincipal(one) for one in sorted(self.active or ()) if one not in known]
        found = [*self.described, *others]
        return [one for one in found if one.principal.field == field and one.is_active][:most]

    def find_members(self, names: Collection[str], enough: Collection[str]) -> Mapping[str, Member]:
        self._maybe_fail({"user_name"}, names)
        self.looks.append(sorted(names))
        by_name = {fold_identity(name): member for name, member in self.members.items()}
        found = {name: by_name.get(fold_identity(name)) for name in names}
        return {
            name: replace(member, groups=self._with_above(member.groups))
            if member.is_active and not _folded(member.groups) & _folded(enough)
            else member
            for name, member in found.items()
            if member
        }

    def _with_above(self, groups: frozenset[str]) -> frozenset[str]:
        above = frozenset().union(*(self.groups_above.get(group, ()) for group in groups))
        return groups if above <= groups else self._with_above(groups | above)

    def _maybe_fail(self, fields: Collection[PrincipalField], names: Collection[str]) -> None:
        self.calls += 1
        for one in sorted(fields & self.fail.keys()):
            raise self.fail[one]
        for name in sorted(self.fail_names.keys() & set(names)):
            raise self.fail_names[name]


def _folded(names: Iterable[str]) -> set[str]:
    return set(map(fold_identity, names))


def _has_word(one: FoundPrincipal, word: str) -> bool:
    id_ = "" if one.principal.field == "service_principal_name" else one.principal.name
    return word.casefold() in id_.casefold() or word.casefold() in one.display_name.casefold()


@dataclass
class FakeTime:
    """A machine's clocks, which move only when told to: `seconds` is the wall clock."""

    seconds: float = 1_700_000_000.0
    dead: set[str] = field(default_factory=set)
    machine: str = "machine-a"
    _stood_still_s: float = 0.0

    def wait(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        self.seconds += seconds

    def jump(self, seconds: float) -> None:
        """Move the wall clock alone, as setting it does, and as a sleep of the machine looks."""
        self.seconds += seconds
        self._stood_still_s += seconds

    def clock(self) -> Clock:
        return Clock(
            now=lambda: self.seconds,
            monotonic=lambda: self.seconds - self._stood_still_s,
            is_dead=lambda owner: owner.token in self.dead,
        )

    def owner(self, principal: str = ME, operation: str = "import", token: str = "t1") -> Owner:
        now = self.seconds
        return Owner(
            token, "host-a", 100, principal, operation, now, renewed=now, machine=self.machine
        )


class FakeCalls:
    """Asks before each call of the ports, as the client of a workspace does. Thread-safe."""

    def __init__(self) -> None:
        self._should_stop: ShouldStop | None = None

    @contextmanager
    def stoppable(self, should_stop: ShouldStop) -> Iterator[None]:
        self._should_stop = should_stop
        try:
            yield
        finally:
            self._should_stop = None

    def asking(self, port: Any) -> Any:
        """Return the port, asking before each of its methods."""
        return _Asking(port, self._stop_if_asked)

    def _stop_if_asked(self) -> None:
        if self._should_stop and self._should_stop():
            raise StoppedError


class _Asking:
    def __init__(self, port: Any, ask: Callable[[], None]) -> None:
        self._port = port
        self._ask = ask

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*args: Any, **named: Any) -> Any:
            self._ask()
            return found(*args, **named)

        return call


class FakeWorkspace:
    """All the ports of one workspace, and a service over them."""

    def __init__(self) -> None:
        self.jobs = FakeJobs()
        self.time = FakeTime()
        self.files = FakeFiles(clock=lambda: self.time.seconds)
        self.git = FakeGit()
        self.resources = FakeResources()
        self.principals = FakePrincipals()
        self.runs = FakeRuns()
        self.calls = FakeCalls()
        self._tokens = itertools.count(1)

    def ports(self) -> Ports:
        jobs, files, git, resources, principals, runs = map(
            self.calls.asking,
            (self.jobs, self.files, self.git, self.resources, self.principals, self.runs),
        )
        return Ports(jobs, files, git, resources, principals, runs, self.calls)

    def ports_with(self, folder: str, mapping_path: str = "") -> Ports:
        """Return the ports with definitions, and perhaps the mapping file, on this machine."""
        ports = self.ports()
        return replace(
            ports,
            files=RoutedFiles(ports.files, LocalFiles(folder, mapping_path)),
            git=RoutedGitFolders(ports.git, LocalGitFolders()),
        )

    def service(self, **settings: Any) -> JobSync:
        def new_owner(principal: str, operation: str) -> Owner:
            return self.time.owner(principal, operation, f"token-{next(self._tokens)}")

        chosen = Settings(**{"folder": FOLDER, "threads": 2, **settings})
        has_local = is_local(chosen.folder) or is_local(chosen.mapping_path)
        return JobSync(
            self.ports_with(chosen.folder, chosen.mapping_path) if has_local else self.ports(),
            chosen,
            self.time.clock(),
            new_owner,
        )

    def opened(self) -> OpenService:
        return OpenService(self.service(), "https://dev.example", dict)

    def add_resource(self, kind: Kind, resource_id: str, name: str) -> None:
        self.resources.listed.setdefault(kind, []).append(NamedResource(resource_id, name))

    def put_file(self, path: str, content: bytes) -> None:
        """Put a file below the definitions' folder, with its parent folders."""
        full = f"{FOLDER}/{path}"
        self.files.make_folder(full.rpartition("/")[0])
        self.files.files[full] = content

    def definition_files(self) -> dict[str, bytes]:
        """Return the files of the definitions' folder by relative path."""
        start = f"{FOLDER}/"
        return {
            path.removeprefix(start): content
            for path, content in self.files.files.items()
            if path.startswith(start)
        }

    def copy_definitions_to(self, other: "FakeWorkspace") -> None:
        """Stand in for commit, push and pull."""
        for path in list(other.definition_files()):
            del other.files.files[f"{FOLDER}/{path}"]
        for path, content in self.definition_files().items():
            other.put_file(path, content)


@dataclass
class _Kept:
    """All that the store keeps of one operation."""

    operation: Operation
    rows: dict[str, tuple[int, str]] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    log: list[LogLine] = field(default_factory=list)


class FakeChangeRequests:
    """Requests in memory; the operation is started by who inherits."""

    _now: Callable[[], float]

    def __init__(self) -> None:
        self._requests: dict[str, ChangeRequest] = {}

    def start(self, kind: OperationKind, params: JsonDict, actor: str) -> Operation:
        raise NotImplementedError

    def request_change(
        self, kind: OperationKind, params: JsonDict, requester: str
    ) -> ChangeRequest:
        open_ones = [one for one in self.change_requests() if one.state is RequestState.OPEN]
        for one in open_ones:
            if (one.kind, one.params, one.requester) == (kind, params, requester):
                return one
        if len(open_ones) >= MOST_OPEN:
            raise TooManyRequestsError
        name = f"{len(self._requests) + 1:032x}"
        self._requests[name] = ChangeRequest(
            name, kind, _plain(params), requester, float(self._now())
        )
        return self._requests[name]

    def change_requests(self) -> Sequence[ChangeRequest]:
        now = float(self._now())
        return [one for one in reversed(self._requests.values()) if not one.is_expired(now)]

    def decide(self, request_id: str, state: RequestState, by: str) -> None:
        self._answer(self._open(request_id), state, by)

    def approve(self, request_id: str, approver: str) -> Operation:
        asked = self._open(request_id)
        params = {**asked.params, APPROVER: approver}
        operation = self.start(asked.kind, params, asked.requester)
        self._answer(asked, RequestState.APPROVED, approver, operation.operation_id)
        return operation

    def _open(self, request_id: str) -> ChangeRequest:
        for one in self.change_requests():
            if one.request_id == request_id and one.state is RequestState.OPEN:
                return one
        raise NotOpenError

    def _answer(
        self, asked: ChangeRequest, state: RequestState, by: str, operation_id: str = ""
    ) -> None:
        self._requests[asked.request_id] = replace(
            asked,
            state=state,
            decided_by=by,
            decided=float(self._now()),
            operation_id=operation_id,
        )


class FakeOperationStore(FakeChangeRequests):
    """Operations in memory, at a time that only moves when told to.

    It keeps everything; no process ever dies here, so that nothing is interrupted by itself.
    """

    def __init__(self, now: Callable[[], float] | None = None) -> None:
        super().__init__()
        self._now = now or itertools.count(1_700_000_000).__next__
        self._kept: dict[str, _Kept] = {}
        self._numbers = itertools.count(1)
        self._mutex = threading.RLock()
        self._counted: dict[counters.Counter, float] = {}

    # Life cycle

    def start(self, kind: OperationKind, params: JsonDict, actor: str) -> Operation:
        with self._mutex:
            now = float(self._now())
            reading = self.latest((kind,))
            if kind in READING_KINDS and reading and reading.status.is_active:
                return reading
            held = self.active()
            if held and kind in EXCLUSIVE_KINDS:
                raise OperationRunningError(held, now)
            name = f"{len(self._kept) + 1:032x}"
            number = next(self._numbers)
            operation = Operation(
                name, kind, Status.QUEUED, actor, _plain(params), now, number=number
            )
            self._kept[name] = _Kept(operation)
            return operation

    def claim(self, operation_id: str) -> bool:
        with self._mutex:
            if self._status(operation_id) is not Status.QUEUED:
                return False
            self._change(operation_id, status=Status.RUNNING, started=float(self._now()))
            return True

    def finish(
        self, operation_id: str, status: Status, outcome: Outcome | None, error: str = ""
    ) -> None:
        with self._mutex:
            if self._is_active(operation_id):
                now, begun = float(self._now()), self._kept[operation_id].operation
                self._change(
                    operation_id,
                    status=status,
                    outcome=self._kept_outcome(operation_id, outcome),
                    error=error,
                    finished=now,
                    waiting=Waiting(),
                )
                seconds = now - begun.started if begun.started else None
                self.count(counters.count_end(begun.kind, status, seconds))

    def request_cancel(self, operation_id: str, reason: str) -> None:
        with self._mutex:
            if self._status(operation_id) is Status.RUNNING:
                self._change(operation_id, status=Status.CANCELLING, cancel_reason=reason)
            elif self._status(operation_id) is Status.QUEUED:
                self.finish(operation_id, Status.CANCELLED, None)
                self._change(operation_id, cancel_reason=reason)

    def should_stop(self, operation_id: str) -> bool:
        return self._status(operation_id) not in (None, Status.RUNNING, Status.QUEUED)

    def beat(self, operation: Operation) -> bool:
        """Nobody looks at the pulse here; what was lost is put back."""
        with self._mutex:
            is_there = operation.operation_id in self._kept
            if not is_there:
                number = next(self._numbers)
                self._kept[operation.operation_id] = _Kept(replace(operation, number=number))
            return is_there

    def note_launch(self, operation_id: str, pid: int | None, problem: str = "") -> None:
        if problem:
            self.finish(operation_id, Status.FAILED, None, f"{problem} Nothing was changed.")

    def count(self, additions: counters.Additions, batch: str = "") -> bool:
        with self._mutex:
            for counter, amount in additions.items():
                self._counted[counter] = self._counted.get(counter, 0.0) + amount
        return True

    def counted(self) -> dict[counters.Counter, float]:
        with self._mutex:
            return dict(self._counted)

    def check(self) -> None:
        """Memory can always be read."""

    def notice(self) -> str:
        return ""

    # What it tells

    def progress(
        self,
        operation_id: str,
        *,
        rows: Sequence[GridRow] = (),
        step: str | None = None,
        done: int | None = None,
        total: int | None = None,
        waiting: Waiting | None = None,
        log: Sequence[LogLine] = (),
    ) -> bool:
        with self._mutex:
            kept = self._kept.get(operation_id)
            if kept is None:
                return False
            before = kept.operation.seq
            for number, row in enumerate(rows, start=before + 1):
                kept.rows[row.key] = (number, json.dumps(row.as_json()))
            kept.log.extend(log)
            moved = {"step": step, "done": done, "total": total, "waiting": waiting}
            told = {name: value for name, value in moved.items() if value is not None}
            self._change(operation_id, seq=before + len(rows), **told)
            return True

    def put_documents(self, operation_id: str, documents: Mapping[str, bytes]) -> bool:
        with self._mutex:
            kept = self._kept.get(operation_id)
            if kept is not None:
                kept.documents.update(documents)
            return kept is not None

    def document(self, operation_id: str, name: str) -> bytes | None:
        kept = self._kept.get(operation_id)
        return kept.documents.get(name) if kept else None

    def get(self, operation_id: str) -> Operation | None:
        kept = self._kept.get(operation_id)
        return kept.operation if kept else None

    def active(self) -> Operation | None:
        found = [
            one for one in self._newest() if one.status.is_active and one.kind in EXCLUSIVE_KINDS
        ]
        return found[0] if found else None

    def latest(self, kinds: Iterable[OperationKind], *, ended: bool = False) -> Operation | None:
        wanted = set(kinds)
        for operation in self._newest():
            if operation.kind in wanted and (not ended or operation.status is Status.SUCCEEDED):
                return operation
        return None

    def rows_since(self, operation_id: str, seq: int) -> tuple[int, list[str]]:
        with self._mutex:
            kept = self._kept.get(operation_id)
            if kept is None:
                return 0, []
            rows = [row for row in kept.rows.values() if row[0] > seq]
            if seq:
                rows.sort(key=lambda row: row[0])
            return kept.operation.seq, [text for _, text in rows]

    def row(self, operation_id: str, key: str) -> GridRow | None:
        kept = self._kept.get(operation_id)
        if kept is None or key not in kept.rows:
            return None
        return GridRow.from_json(json.loads(kept.rows[key][1]))

    def row_values(self, operation_id: str) -> list[GridRow]:
        _, texts = self.rows_since(operation_id, 0)
        return [GridRow.from_json(json.loads(text)) for text in texts]

    def ended(self) -> list[Operation]:
        newest = self._newest()
        return [one for one in newest if not one.status.is_active and one.kind in REMEMBERED_KINDS]

    def log_lines(self, operation_id: str, limit: int) -> list[LogLine]:
        kept = self._kept.get(operation_id)
        return kept.log[-limit:] if kept else []

    # Inside

    def _newest(self) -> list[Operation]:
        with self._mutex:
            return [kept.operation for kept in self._kept.values()][::-1]

    def _status(self, operation_id: str) -> Status | None:
        operation = self.get(operation_id)
        return operation.status if operation else None

    def _kept_outcome(self, operation_id: str, outcome: Outcome | None) -> Outcome | None:
        kind = self._kept[operation_id].operation.kind
        return Outcome.from_json(_plain(outcome.as_json()), kind) if outcome else None

    def _is_active(self, operation_id: str) -> bool:
        status = self._status(operation_id)
        return status is not None and status.is_active

    def _change(self, operation_id: str, **changes: Any) -> None:
        kept = self._kept[operation_id]
        kept.operation = replace(kept.operation, **changes)


def _plain(value: Any) -> Any:
    """Return what another process would read."""
    return json.loads(json.dumps(value))
