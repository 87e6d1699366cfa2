"""The same promises for two worlds: the fakes in memory, and the gateways over HTTP."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from core.jobsettings.kinds import Kind
from core.jobsettings.principals import Principal, PrincipalField
from core.ports import FoundPrincipal, Member, NamedResource, Ports
from emulator import start_environment
from tests.emulated import Emulated
from tests.fakes import FOLDER, ME, FakeWorkspace

ROBOT = "0d4c8f1e-92a7-4b63-8c15-f7a3e05b6d22"


class World(Protocol):
    """One workspace, and what a test arranges in it beside the ports."""

    @property
    def ports(self) -> Ports: ...
    @property
    def git_root(self) -> str: ...
    @property
    def me(self) -> str: ...

    def add_clusters(self, clusters: Sequence[NamedResource]) -> None: ...
    def add_clusters_of_runs(self, clusters: Sequence[NamedResource]) -> None: ...
    def add_warehouses(self, warehouses: Sequence[NamedResource]) -> None: ...
    def add_principals(self, active: Sequence[Principal], inactive: Sequence[Principal]) -> None:
        """Add principals to those that the workspace has."""

    def describe_principals(self, described: Sequence[FoundPrincipal]) -> None:
        """Add principals with their display names."""

    def add_members(
        self, members: Mapping[str, Member], above: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Add users, by application id service principals, and the groups that contain groups."""

    def push_elsewhere(self) -> None:
        """Put a new commit into the remote repository."""

    def start_run(self, job_id: int) -> int: ...
    def finish_run(self, run_id: int) -> None: ...


class FakeWorld:
    def __init__(self) -> None:
        self._workspace = FakeWorkspace()
        self.ports = self._workspace.ports()
        self.git_root = FOLDER
        self.me = ME

    def add_clusters(self, clusters: Sequence[NamedResource]) -> None:
        for cluster in clusters:
            self._workspace.add_resource(Kind.CLUSTER, cluster.resource_id, cluster.name)

    def add_clusters_of_runs(self, clusters: Sequence[NamedResource]) -> None:
        for cluster in clusters:
            self._workspace.resources.unlisted[Kind.CLUSTER, cluster.resource_id] = cluster

    def add_warehouses(self, warehouses: Sequence[NamedResource]) -> None:
        for warehouse in warehouses:
            self._workspace.add_resource(Kind.WAREHOUSE, warehouse.resource_id, warehouse.name)

    def add_principals(self, active: Sequence[Principal], inactive: Sequence[Principal]) -> None:
        self._workspace.principals.active = set(active)

    def describe_principals(self, described: Sequence[FoundPrincipal]) -> None:
        self._workspace.principals.described = list(described)

    def add_members(
        self, members: Mapping[str, Member], above: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._workspace.principals.members = dict(members)
        groups = {name: frozenset(others) for name, others in (above or {}).items()}
        self._workspace.principals.groups_above = groups

    def push_elsewhere(self) -> None:
        self._workspace.git.remote_commit = "3" * 40

    def start_run(self, job_id: int) -> int:
        return self._workspace.runs.start(job_id)

    def finish_run(self, run_id: int) -> None:
        self._workspace.runs.finish(run_id)


class HttpWorld:
    def __init__(self, workspace: Emulated, other: Emulated) -> None:
        self._workspace = workspace
        self._other = other
        self.ports = workspace.connect().ports
        self.git_root = workspace.folder
        [user] = [u for u in workspace.control("GET", "state")["users"] if "admins" in u["groups"]]
        self.me = str(user["name"])

    def add_clusters(self, clusters: Sequence[NamedResource]) -> None:
        self._add_clusters(clusters, "UI")

    def add_clusters_of_runs(self, clusters: Sequence[NamedResource]) -> None:
        self._add_clusters(clusters, "JOB")

    def add_warehouses(self, warehouses: Sequence[NamedResource]) -> None:
        seeds = [{"id": one.resource_id, "name": one.name} for one in warehouses]
        self._workspace.seed(warehouses=seeds)

    def add_principals(self, active: Sequence[Principal], inactive: Sequence[Principal]) -> None:
        seeds = [(one, True) for one in active] + [(one, False) for one in inactive]
        self._workspace.seed(
            users=[
                {"userName": one.name, "active": is_active}
                for one, is_active in seeds
                if one.field == "user_name"
            ],
            service_principals=[
                {"applicationId": one.name, "active": is_active}
                for one, is_active in seeds
                if one.field == "service_principal_name"
            ],
            groups=[{"displayName": one.name} for one, _ in seeds if one.field == "group_name"],
        )

    def describe_principals(self, described: Sequence[FoundPrincipal]) -> None:
        def seeds(field: PrincipalField, key: str) -> list[dict[str, object]]:
            return [
                {key: one.principal.name, "displayName": one.display_name, "active": one.is_active}
                for one in described
                if one.principal.field == field
            ]

        groups = [one.principal for one in described if one.principal.field == "group_name"]
        self._workspace.seed(
            users=seeds("user_name", "userName"),
            service_principals=seeds("service_principal_name", "applicationId"),
            groups=[{"displayName": one.name} for one in groups],
        )

    def add_members(
        self, members: Mapping[str, Member], above: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        def seeds(key: str, *, robots: bool) -> list[dict[str, object]]:
            return [
                {key: name, "active": one.is_active, "groups": sorted(one.groups)}
                for name, one in members.items()
                if (name == ROBOT) is robots
            ]

        self._workspace.seed(
            users=seeds("userName", robots=False),
            service_principals=seeds("applicationId", robots=True),
            groups=[
                {"displayName": name, "groups": list(others)}
                for name, others in (above or {}).items()
            ],
        )

    def push_elsewhere(self) -> None:
        self._other.put("pushed.txt", b"by somebody else")
        assert self._other.commit("Elsewhere")

    def start_run(self, job_id: int) -> int:
        return self._workspace.start_run(job_id)

    def finish_run(self, run_id: int) -> None:
        self._workspace.control("POST", "runs/finish", {"run_id": run_id})

    def _add_clusters(self, clusters: Sequence[NamedResource], source: str) -> None:
        seeds = [
            {"cluster_id": one.resource_id, "cluster_name": one.name, "cluster_source": source}
            for one in clusters
        ]
        self._workspace.seed(clusters=seeds)


@pytest.fixture(params=["fake", "standard", "cli"])
def git_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A workspace with a Git folder of each kind."""
    yield from make_world(request.param, tmp_path)


@pytest.fixture(params=["fake", "http"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    yield from make_world(request.param, tmp_path)


@pytest.fixture
def ports(world: World) -> Ports:
    return world.ports


def make_world(kind: str, directory: Path) -> Iterator[World]:
    """Yield one world of a kind: fake, http, standard or cli."""
    if kind == "fake":
        yield FakeWorld()
        return
    git_folder_kind = "cli" if kind == "cli" else "standard"
    with start_environment(directory, git_folder_kind=git_folder_kind) as environment:
        yield HttpWorld(Emulated(environment["DEV"]), Emulated(environment["PROD"]))
