"""One workspace: everything that its HTTP server reads and changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from emulator.access.grants import GrantStore
from emulator.calls import CallLog, RequestLog
from emulator.faults import FaultInjector
from emulator.files.object_ids import ObjectIds
from emulator.files.paths import WorkspacePath
from emulator.files.tree import Entry, FileTree
from emulator.files.writing import FileWriter
from emulator.git.folders import GitFolders
from emulator.git.remote import GitRemote
from emulator.identifiers import number_for, uuid_for
from emulator.jobs.runs import RunStore
from emulator.jobs.store import JobStore
from emulator.json_values import JsonDict
from emulator.object_info import ObjectInfoView
from emulator.options import WorkspaceOptions
from emulator.principals import Principal, PrincipalDirectory
from emulator.resources import Resources
from emulator.storage import Storage, Table

STANDARD_FOLDERS = ("Shared", "Users", "Repos")


@dataclass(frozen=True, slots=True)
class WorkspaceSpec:
    """What identifies a workspace; `directory` keeps its state."""

    name: str
    directory: Path
    remote: GitRemote

    @property
    def admin_name(self) -> str:
        return f"admin@{self.name.lower()}.example"

    @property
    def app_client_id(self) -> str:
        return uuid_for(self.name, "app")


class Workspace:
    """The state of one workspace. Parts guard themselves against concurrent requests."""

    def __init__(self, spec: WorkspaceSpec, options: WorkspaceOptions) -> None:
        spec.directory.mkdir(parents=True, exist_ok=True)
        self.spec = spec
        self.name = spec.name
        self.options = options
        self._options_at_start = options
        self.storage = Storage(spec.directory / "state.db")
        self._facts: Table[JsonDict] = Table(self.storage, "fact", to_json=dict, from_json=dict)
        self.people = PrincipalDirectory(self.storage, lambda: self.options)
        self.resources = Resources(self.storage)
        self.jobs = JobStore(self.storage, number_for(spec.name))
        self.runs = RunStore(self.storage, number_for(spec.name))
        self.tree = FileTree(spec.directory / "files", self.storage)
        self.ids = ObjectIds(self.storage, number_for(spec.name))
        self.grants = GrantStore(self.storage, self.ids)
        self.writer = FileWriter(self.tree, self.ids, spec.directory / "scratch")
        self.git_folders = GitFolders(self.tree, self.ids, spec.remote, self.storage)
        self.calls = CallLog()
        self.requests = RequestLog()
        self.faults = FaultInjector()

    @property
    def workspace_id(self) -> int:
        fact = self._facts.get("workspace_id")
        return int(fact["value"]) if fact else number_for(self.name)

    @property
    def is_populated(self) -> bool:
        """Whether the workspace was filled to the end, so that its seed is not applied again."""
        return self._facts.get("populated") is not None

    def mark_populated(self) -> None:
        self._facts.put("populated", {"value": True})

    @property
    def admin(self) -> Principal:
        """The administrator that every workspace has."""
        admin = self.people.get("user", self.spec.admin_name)
        return admin or self.people.users()[0]

    @property
    def app(self) -> Principal:
        """The service principal of the app, an administrator with an OAuth secret."""
        app = self.people.get("service_principal", self.spec.app_client_id)
        return app or self.people.service_principals()[0]

    @property
    def object_view(self) -> ObjectInfoView:
        return ObjectInfoView(self.ids, self.git_folders, self.options)

    def find_object(self, object_id: int) -> Entry | None:
        """Return the object of the tree that has an id."""
        path = self.ids.path_of(object_id)
        if path is None:  # from before the last start: ids follow from paths, so look at all
            self._see_all(WorkspacePath(()))
            path = self.ids.path_of(object_id)
        return self.tree.look_up(path) if path is not None else None

    def change_id(self, workspace_id: int) -> None:
        self._facts.put("workspace_id", {"value": workspace_id})

    def make_standard_folders(self) -> None:
        for name in STANDARD_FOLDERS:
            (self.spec.directory / "files" / name).mkdir(parents=True, exist_ok=True)

    def clear(self) -> None:
        """Empty the workspace as at its first start, with the options of this start.

        The remote repository keeps its commits.
        """
        self.options = self._options_at_start
        self.calls.clear()
        self.requests.clear()
        self.jobs.clear()
        self.runs.clear()
        self.resources.clear()
        self.people.clear()
        self.git_folders.clear()
        self.grants.clear()
        self.faults.clear()
        with self.tree.lock:
            self.tree.clear()
        self.make_standard_folders()

    def _see_all(self, path: WorkspacePath) -> None:
        self.ids.of(path)
        entry = self.tree.look_up(path)
        if entry is not None and entry.is_directory:
            for child in self.tree.children(entry):
                self._see_all(child.path)

    def close(self) -> None:
        self.storage.close()
