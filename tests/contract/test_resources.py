"""Promises of `core.ports.Resources`."""

from core.jobsettings.kinds import Kind
from core.ports import NamedResource
from tests.contract.conftest import World


def named(count: int, word: str) -> list[NamedResource]:
    return [NamedResource(f"{word}-{number}", f"{word} {number}") for number in range(count)]


def listed(world: World, kind: Kind) -> list[NamedResource]:
    return list(world.ports.resources.list_resources(kind, ()))


def test_all_pages_of_clusters_are_listed(world: World) -> None:
    clusters = named(230, "cluster")
    world.add_clusters(clusters)
    assert sorted(map(str, listed(world, Kind.CLUSTER))) == sorted(map(str, clusters))


def test_all_pages_of_warehouses_are_listed(world: World) -> None:
    warehouses = named(230, "warehouse")
    world.add_warehouses(warehouses)
    assert set(listed(world, Kind.WAREHOUSE)) == set(warehouses)


def test_a_workspace_without_any_lists_nothing(world: World) -> None:
    for kind in (Kind.CLUSTER, Kind.WAREHOUSE):
        assert listed(world, kind) == []


def test_clusters_of_one_name_are_all_listed(world: World) -> None:
    twins = [NamedResource("c-1", "twin"), NamedResource("c-2", "twin")]
    world.add_clusters(twins)
    assert set(listed(world, Kind.CLUSTER)) == set(twins)


def test_clusters_of_runs_are_not_listed_but_found(world: World) -> None:
    run = NamedResource("run-1", "job-1-run-1")
    world.add_clusters_of_runs([run])
    assert listed(world, Kind.CLUSTER) == []
    assert world.ports.resources.find_resource(Kind.CLUSTER, "run-1") == run


def test_listed_objects_are_found_by_id(world: World) -> None:
    cluster, warehouse = NamedResource("c-1 %ü", "etl ü"), NamedResource("w-1", "bi")
    world.add_clusters([cluster])
    world.add_warehouses([warehouse])
    assert world.ports.resources.find_resource(Kind.CLUSTER, "c-1 %ü") == cluster
    assert world.ports.resources.find_resource(Kind.WAREHOUSE, "w-1") == warehouse


def test_unknown_objects_do_not_exist(world: World) -> None:
    for kind in (Kind.CLUSTER, Kind.WAREHOUSE):
        assert world.ports.resources.find_resource(kind, "nothing") is None
