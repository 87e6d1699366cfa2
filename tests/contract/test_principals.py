"""Promises of `core.ports.Principals`."""

from collections.abc import Iterable

from core.jobsettings.principals import Principal, PrincipalField
from core.ports import FoundPrincipal, Member
from tests.contract.conftest import ROBOT, World

UUID = ROBOT


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


def robot(id_: str, display_name: str, *, is_active: bool = True) -> FoundPrincipal:
    return FoundPrincipal(Principal("service_principal_name", id_), display_name, is_active)


def found(principals: Iterable[FoundPrincipal]) -> list[FoundPrincipal]:
    return sorted(principals, key=lambda one: one.principal)


def test_service_principals_are_found_by_their_display_names_all_of_them(world: World) -> None:
    twins = [robot("1", "etl-prod"), robot("2", "ETL-prod", is_active=False)]
    others = [robot("3", "etl-prod-2"), robot("4", 'say "hi" \\ x')]
    user = FoundPrincipal(Principal("user_name", "ana"), "etl-prod")
    world.describe_principals([*twins, *others, user])
    search = world.ports.principals.find_service_principals
    assert found(search(["etl-prod", "nobody"])) == twins
    assert search(['say "hi" \\ x']) == [others[1]]
    assert search(['x" or displayName ne "']) == []
    assert search(["1"]) == []
    assert search([]) == []


def test_many_service_principals_of_one_name_are_all_found(world: World) -> None:
    many = [robot(f"{number:03}", "etl") for number in range(130)]
    world.describe_principals(many)
    assert found(world.ports.principals.find_service_principals(["etl"])) == many


def test_users_and_service_principals_have_names_for_people(world: World) -> None:
    ana = FoundPrincipal(Principal("user_name", "ana@dev.example"), "Ana Bell")
    gone = robot(UUID, "etl-prod", is_active=False)
    many = [robot(f"{number:03}", f"robot {number}") for number in range(45)]
    world.describe_principals([ana, gone, *many])
    shouted = Principal("user_name", "ANA@dev.example")
    nobody = principals("user_name", "nobody@dev.example", 'x" or displayName ne "')
    group = principals("group_name", "etl-prod")
    asked = [shouted, gone.principal, *(one.principal for one in many), *nobody, *group]
    assert world.ports.principals.display_names(asked) == {
        shouted: "Ana Bell",
        gone.principal: "etl-prod",
        **{one.principal: one.display_name for one in many},
    }
    assert world.ports.principals.display_names([]) == {}


def test_principals_of_each_kind_are_found_by_a_word(world: World) -> None:
    ana = FoundPrincipal(Principal("user_name", "ana@dev.example"), "Ana Bell")
    ben = FoundPrincipal(Principal("user_name", "ben@dev.example"), "Banana", is_active=False)
    robots = [robot("1", "etl-prod"), robot("2", "Prod reports", is_active=False)]
    group = FoundPrincipal(Principal("group_name", "prod owners"), "prod owners")
    world.describe_principals([ana, ben, *robots, group])
    search = world.ports.principals.find_similar
    assert found(search("user_name", ["ANA"])) == [ana, ben]
    assert found(search("user_name", ["bell", "ben@"])) == [ana, ben]
    assert found(search("service_principal_name", ["prod"])) == robots
    assert search("group_name", ["owner"]) == [group]
    assert search("group_name", ["nobody"]) == []
    assert search("group_name", []) == []


def test_active_principals_are_listed_up_to_a_number(world: World) -> None:
    robots = [robot(f"{number:03}", f"etl {number}") for number in range(130)]
    world.describe_principals([*robots, robot("999", "gone", is_active=False)])
    listed = world.ports.principals.list_principals
    everybody = listed("service_principal_name", 1000)
    assert [one for one in found(everybody) if one.display_name.startswith("etl")] == robots
    assert all(one.is_active for one in everybody)
    assert len(listed("service_principal_name", 105)) == 105
    groups = principals("group_name", "owners", "readers")
    world.add_principals(groups, [])
    assert {one.principal for one in listed("group_name", 50)} >= set(groups)


def member(*groups: str, is_active: bool = True) -> Member:
    return Member(is_active, frozenset(groups))


def of_test(found: Member) -> Member:
    """Leave out the group that everybody is in."""
    return Member(found.is_active, found.groups - {"users"})


def test_members_have_their_groups(world: World) -> None:
    there = {
        "ana@dev.example": member("ops", "data engineers"),
        "ben@dev.example": member("ops", is_active=False),
        "cy@dev.example": member(),
        ROBOT: member("ops"),
    }
    world.add_members(there)
    asked = ["ANA@dev.example", *list(there)[1:], "nobody@dev.example", 'x" or userName ne "']
    found = world.ports.principals.find_members(asked, ["ops"])
    assert {name: of_test(one) for name, one in found.items()} == {
        "ANA@dev.example": there["ana@dev.example"],
        **{name: one for name, one in there.items() if not name.startswith("ana")},
    }
    assert world.ports.principals.find_members([], ["ops"]) == {}


def test_groups_in_groups_count_round_in_a_circle_too(world: World) -> None:
    above = {"team": ["unit"], "unit": ["division", "team"], "division": ["admins"], "admins": []}
    world.add_members({"ana@dev.example": member("team")}, above)
    found = world.ports.principals.find_members(["ana@dev.example"], ["admins"])
    assert of_test(found["ana@dev.example"]).groups == above.keys()


def test_groups_above_are_left_alone_where_the_direct_ones_are_enough(world: World) -> None:
    world.add_members({"ana@dev.example": member("team")}, {"team": ["unit"], "unit": []})
    found = world.ports.principals.find_members(["ana@dev.example"], ["TEAM"])
    assert of_test(found["ana@dev.example"]) == member("team")
    inactive = {"ana@dev.example": member("team", is_active=False)}
    world.add_members(inactive, {"team": ["unit"], "unit": []})
    found = world.ports.principals.find_members(["ana@dev.example"], ["unit"])
    assert of_test(found["ana@dev.example"]) == inactive["ana@dev.example"]
