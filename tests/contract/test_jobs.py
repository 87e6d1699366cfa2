"""Promises of `core.ports.Jobs`."""

import pytest

from core.errors import NotFoundError, WorkspaceError
from core.jobsettings.permissions import Permission, read_access_list
from core.jobsettings.principals import Principal
from core.json_text import JobSettings, equal_json
from core.ports import Ports
from tests.builders import job, notebook_task
from tests.contract.conftest import World

MISSING = 123_456_789


def unknown_everywhere(name: str) -> JobSettings:
    """Return settings with fields that no version of the API knows, at every depth."""
    extra = {"brand_new": {"deep": [{"deeper": [1, 2.5, "ß", None, True]}]}}
    nested = {**notebook_task("inner", **extra), "notebook_task": {"notebook_path": "/x", **extra}}
    return job(
        name,
        tasks=[
            notebook_task("first", run_if="SOME_NEW_VALUE", **extra),
            {
                "task_key": "loop",
                "for_each_task": {"inputs": "[1]", "task": nested, **extra},
                **extra,
            },
        ],
        job_clusters=[
            {"job_cluster_key": "main", "new_cluster": {"num_workers": 1, **extra}, **extra}
        ],
        parameters=[{"name": "p", "default": "", **extra}],
        tags={},
        performance_target="SOME_NEW_VALUE",
        **extra,
    )


def holds(actual: object, expected: object) -> bool:
    """Whether everything expected is there; the workspace may add fields, and drops nulls."""
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(
            holds(actual.get(key), value) for key, value in expected.items()
        )
    if isinstance(expected, list):
        kept = [item for item in expected if item is not None]
        return (
            isinstance(actual, list)
            and len([item for item in actual if item is not None]) == len(kept)
            and all(
                holds(found, item)
                for found, item in zip(
                    [item for item in actual if item is not None], kept, strict=True
                )
            )
        )
    return equal_json(actual, expected)


def test_unknown_fields_survive_create(ports: Ports) -> None:
    settings = unknown_everywhere("load")
    job_id = ports.jobs.create_job(settings)
    assert holds(ports.jobs.get_job(job_id).unpack_settings(), settings)


def test_unknown_fields_survive_reset(ports: Ports) -> None:
    job_id = ports.jobs.create_job(job("load"))
    settings = unknown_everywhere("load")
    ports.jobs.reset_job(job_id, settings)
    assert holds(ports.jobs.get_job(job_id).unpack_settings(), settings)


def test_reset_replaces_everything(ports: Ports) -> None:
    job_id = ports.jobs.create_job(
        job(
            "old",
            description="gone",
            tags={"a": "b"},
            tasks=[notebook_task("x"), notebook_task("y")],
        )
    )
    ports.jobs.reset_job(job_id, job("new", tasks=[notebook_task("z")]))
    live = ports.jobs.get_job(job_id)
    assert live.name == "new"
    assert [task["task_key"] for task in live.unpack_settings()["tasks"]] == ["z"]
    assert not {"description", "tags"} & live.unpack_settings().keys()


def test_reset_without_an_identity_keeps_the_one_there_is(world: World) -> None:
    jobs = world.ports.jobs
    job_id = jobs.create_job(job("load", run_as={"user_name": world.me}))
    jobs.reset_job(job_id, job("load"))
    live = jobs.get_job(job_id)
    assert live.unpack_settings()["run_as"] == {"user_name": world.me}
    assert live.run_as_user_name == world.me


def test_reset_keeps_id_and_creator(world: World) -> None:
    jobs = world.ports.jobs
    job_id = jobs.create_job(job("a"))
    jobs.reset_job(job_id, job("b"))
    assert [(one.job_id, one.name, one.creator) for one in jobs.list_jobs()] == [
        (job_id, "b", world.me)
    ]


def test_a_long_job_comes_complete(ports: Ports) -> None:
    keys = [f"task {number}" for number in range(250)]
    settings = job(
        "long",
        tasks=[notebook_task(key) for key in keys],
        parameters=[{"name": f"p{number}", "default": "x"} for number in range(120)],
    )
    job_id = ports.jobs.create_job(settings)
    live = ports.jobs.get_job(job_id)
    assert live.complete
    assert [task["task_key"] for task in live.unpack_settings()["tasks"]] == keys
    assert len(live.unpack_settings()["parameters"]) == 120
    [listed] = ports.jobs.list_jobs()
    assert [task["task_key"] for task in listed.unpack_settings()["tasks"]] == keys[:100]


def test_the_list_form_lacks_the_explicit_identity(world: World) -> None:
    jobs = world.ports.jobs
    job_id = jobs.create_job(job("load", run_as={"user_name": world.me}))
    [listed] = jobs.list_jobs()
    assert listed.job_id == job_id
    assert not listed.complete
    assert listed.run_as_user_name == world.me
    assert listed.creator == world.me
    assert "run_as" not in listed.unpack_settings()
    full = jobs.get_job(job_id)
    assert full.complete
    assert full.unpack_settings()["run_as"] == {"user_name": world.me}


def test_all_jobs_are_listed(ports: Ports) -> None:
    created = {ports.jobs.create_job(job(f"job {number}")) for number in range(130)}
    listed = [one.job_id for one in ports.jobs.list_jobs()]
    assert len(listed) == 130
    assert set(listed) == created


def test_an_empty_workspace_lists_nothing(ports: Ports) -> None:
    assert list(ports.jobs.list_jobs()) == []
    assert list(ports.jobs.find_jobs("load")) == []


def test_jobs_are_found_by_their_exact_name(ports: Ports) -> None:
    wanted = {ports.jobs.create_job(job("Load %20 / “äß”")) for _ in range(2)}
    for other in ("load %20 / “äß”", "Load", "Load   / “äß”"):
        ports.jobs.create_job(job(other))
    found = ports.jobs.find_jobs("Load %20 / “äß”")
    assert {one.job_id for one in found} == wanted
    assert not any(one.complete for one in found)


def test_a_missing_job_is_not_found(ports: Ports) -> None:
    with pytest.raises(NotFoundError, match=str(MISSING)):
        ports.jobs.get_job(MISSING)
    with pytest.raises(NotFoundError):
        ports.jobs.reset_job(MISSING, job("load"))
    with pytest.raises(NotFoundError):
        ports.jobs.get_permissions(MISSING)


def test_a_deleted_job_is_gone_and_may_be_deleted_again(ports: Ports) -> None:
    job_id = ports.jobs.create_job(job("load"))
    ports.jobs.delete_job(job_id)
    ports.jobs.delete_job(job_id)
    assert list(ports.jobs.list_jobs()) == []
    with pytest.raises(NotFoundError):
        ports.jobs.get_job(job_id)


def test_ids_are_whole_numbers_beyond_what_a_float_holds(ports: Ports) -> None:
    ids = [ports.jobs.create_job(job("load")) for _ in range(2)]
    for job_id in ids:
        ports.jobs.reset_job(job_id, job(f"job {job_id}"))
    assert {one.name for one in map(ports.jobs.get_job, ids)} == {f"job {one}" for one in ids}


def test_a_job_without_a_name_can_be_created(ports: Ports) -> None:
    assert ports.jobs.get_job(ports.jobs.create_job({"tasks": []})).name in {"", "Untitled"}


def test_permissions_name_an_access_control_list(ports: Ports) -> None:
    job_id = ports.jobs.create_job(job("load"))
    assert isinstance(ports.jobs.get_permissions(job_id)["access_control_list"], list)


def group(level: str, name: str = "engineers") -> Permission:
    return Permission(Principal("group_name", name), level)


def owner(world: World) -> Permission:
    return Permission(Principal("user_name", world.me), "IS_OWNER")


def direct(world: World, job_id: int) -> set[Permission]:
    return set(read_access_list(world.ports.jobs.get_permissions(job_id)).direct)


def add_groups(world: World) -> None:
    world.add_principals([group("").principal, group("", "analysts").principal], [])


def test_a_new_job_belongs_to_whoever_creates_it(world: World) -> None:
    job_id = world.ports.jobs.create_job(job("load"))
    found = read_access_list(world.ports.jobs.get_permissions(job_id))
    assert found.direct == (owner(world),)
    assert found.inherited == (group("CAN_MANAGE", "admins"),)


def test_a_job_can_be_created_with_permissions(world: World) -> None:
    add_groups(world)
    job_id = world.ports.jobs.create_job(job("load"), [group("CAN_VIEW")])
    assert direct(world, job_id) == {owner(world), group("CAN_VIEW")}
    assert "access_control_list" not in world.ports.jobs.get_job(job_id).unpack_settings()


def test_added_permissions_leave_the_others(world: World) -> None:
    add_groups(world)
    jobs = world.ports.jobs
    job_id = jobs.create_job(job("load"), [group("CAN_VIEW"), group("CAN_VIEW", "analysts")])
    jobs.add_permissions(job_id, [group("CAN_MANAGE_RUN")])
    assert direct(world, job_id) == {
        owner(world),
        group("CAN_MANAGE_RUN"),
        group("CAN_VIEW", "analysts"),
    }


def test_an_added_owner_takes_the_place_of_the_owner(world: World) -> None:
    ana = Permission(Principal("user_name", "ana@example.org"), "IS_OWNER")
    world.add_principals([ana.principal], [])
    job_id = world.ports.jobs.create_job(job("load"))
    world.ports.jobs.add_permissions(job_id, [ana])
    assert direct(world, job_id) == {ana}


def test_set_permissions_replace_all_direct_ones(world: World) -> None:
    add_groups(world)
    jobs = world.ports.jobs
    job_id = jobs.create_job(job("load"), [group("CAN_VIEW")])
    jobs.set_permissions(job_id, [owner(world), group("CAN_MANAGE", "analysts")])
    assert direct(world, job_id) == {owner(world), group("CAN_MANAGE", "analysts")}


def test_a_job_without_an_owner_is_refused(world: World) -> None:
    add_groups(world)
    job_id = world.ports.jobs.create_job(job("load"))
    for entries in ([], [group("CAN_VIEW")], [group("IS_OWNER")]):
        with pytest.raises(WorkspaceError):
            world.ports.jobs.set_permissions(job_id, entries)
    assert direct(world, job_id) == {owner(world)}


def test_permissions_of_a_missing_job_are_not_found(world: World) -> None:
    for call in (world.ports.jobs.set_permissions, world.ports.jobs.add_permissions):
        with pytest.raises(NotFoundError):
            call(MISSING, [owner(world)])


def test_what_a_caller_does_to_an_answer_stays_with_the_caller(ports: Ports) -> None:
    job_id = ports.jobs.create_job(job("load"))
    ports.jobs.get_job(job_id).unpack_settings()["tasks"].clear()
    next(iter(ports.jobs.list_jobs())).unpack_settings()["tasks"].clear()
    assert len(ports.jobs.get_job(job_id).unpack_settings()["tasks"]) == 1
