"""Promises of `core.ports.Principals`."""

from core.jobsettings.principals import Principal, PrincipalField
from tests.contract.conftest import World

UUID = "0d4c8f1e-92a7-4b63-8c15-f7a3e05b6d22"


def principals(field: PrincipalField, *names: str) -> list[Principal]:
    return [Principal(field, name) for name in names]


def test_the_caller_is_known(world: World) -> None:
    me = world.ports.principals.current()
    assert me.name == world.me
    assert me.display_name
    assert me.is_admin
    assert me.workspace_id.isdecimal()


def test_users_service_principals_and_groups_are_found(world: World) -> None:
    there = [
        *principals("user_name", "ana@dev.example", "XYZ123"),
        *principals("service_principal_name", UUID),
        *principals("group_name", "data engineers"),
    ]
    world.add_principals(there, [])
    missing = [
        *principals("user_name", UUID, "data engineers", "nobody@dev.example"),
        *principals("service_principal_name", "ana@dev.example"),
        *principals("group_name", "ana@dev.example"),
    ]
    assert world.ports.principals.find_active([*there, *missing]) == set(there)


def test_inactive_principals_are_left_out(world: World) -> None:
    active = principals("user_name", "ana@dev.example")
    inactive = [
        *principals("user_name", "ben@dev.example"),
        *principals("service_principal_name", UUID),
    ]
    world.add_principals(active, inactive)
    assert world.ports.principals.find_active([*active, *inactive]) == set(active)


def test_names_with_quotes_are_names(world: World) -> None:
    odd = principals("group_name", 'say "hi"', "back\\slash", "it's (a) group", "ü & co")
    world.add_principals(odd, [])
    trick = principals("group_name", 'x" or displayName ne "')
    assert world.ports.principals.find_active([*odd, *trick]) == set(odd)


def test_many_names_are_asked_for_at_once(world: World) -> None:
    many = principals("user_name", *(f"user{number}@dev.example" for number in range(150)))
    world.add_principals(many[:140], [])
    assert world.ports.principals.find_active(many) == set(many[:140])


def test_nobody_is_nobody(world: World) -> None:
    assert world.ports.principals.find_active([]) == set()
