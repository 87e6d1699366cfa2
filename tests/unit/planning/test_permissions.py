"""What becomes of a job's permissions: pure planning of entries."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.comparing.diff import FieldChange
from core.jobsettings.permissions import (
    LEVELS,
    AccessList,
    Permission,
    identity_of,
    is_at_least,
    is_place,
    place_of,
)
from core.jobsettings.principals import Principal
from core.mapping.mapping_file import Mappings
from core.mapping.permission_policy import FromGit
from core.planning.access_change import AccessChange
from core.planning.identities import Identity, make_absent
from core.planning.permissions import make_new_entries, plan_access
from core.planning.wanted_permissions import MapPrincipal, Wanted, make_wanted
from core.ports import CurrentPrincipal

ROBOT = "5f1d0c9e-2b7a-4d55-9a3e-6c1f0b8d2e47"
APP = Principal("service_principal_name", ROBOT)
ADMIN = CurrentPrincipal(ROBOT, "job-sync", is_admin=True, workspace_id="1")
NO_ADMIN = CurrentPrincipal(ROBOT, "job-sync", is_admin=False, workspace_id="1")
ADD, EXACT = FromGit.ADD, FromGit.EXACT


def user(name: str, level: str = "CAN_VIEW") -> Permission:
    return Permission(Principal("user_name", name), level)


def group(name: str, level: str = "CAN_VIEW") -> Permission:
    return Permission(Principal("group_name", name), level)


def app(level: str) -> Permission:
    return Permission(APP, level)


def wanted(*entries: Permission, **run_as: Principal) -> Wanted:
    mapper = MapPrincipal(Mappings(run_as=run_as))
    return make_wanted(entries, mapper, Identity, APP, are_from_git=True)


def plan(
    mode: FromGit,
    asked: Wanted,
    *present: Permission,
    me: CurrentPrincipal = ADMIN,
) -> AccessChange | None:
    return plan_access(asked, AccessList(present), me, mode)


def words(entries: Sequence[Permission]) -> set[str]:
    return {f"{entry.principal.name} {entry.level}" for entry in entries}


def sent(change: AccessChange | None) -> set[str]:
    assert change
    return words(change.entries)


def test_an_entry_that_is_missing_or_differs_is_added() -> None:
    asked = wanted(user("ana", "CAN_MANAGE"), group("eng"), group("ops"))
    change = plan(ADD, asked, app("IS_OWNER"), user("ana"), group("ops"), group("others"))
    assert change
    assert sent(change) == {"ana CAN_MANAGE", "eng CAN_VIEW"}
    assert not change.replaces
    assert change.changes == (
        FieldChange("permissions[group_name=eng]", None, "CAN_VIEW"),
        FieldChange("permissions[user_name=ana]", "CAN_VIEW", "CAN_MANAGE"),
    )
    assert words(change.after) == {
        "ana CAN_MANAGE",
        "eng CAN_VIEW",
        "ops CAN_VIEW",
        "others CAN_VIEW",
        f"{ROBOT} IS_OWNER",
    }


def test_an_owner_is_neither_lowered_nor_replaced_by_adding() -> None:
    asked = wanted(user("ana"), user("bob", "IS_OWNER"), bob=Principal("user_name", "bob"))
    assert sent(plan(ADD, asked, user("ana", "IS_OWNER"))) == {"bob CAN_MANAGE"}
    assert plan(ADD, asked, user("ana", "IS_OWNER"), user("bob", "CAN_MANAGE")) is None


def test_exactly_the_entries_of_git_and_the_owner_are_left() -> None:
    change = plan(EXACT, wanted(group("eng")), user("ana", "IS_OWNER"), group("others"))
    assert change
    assert sent(change) == {"ana IS_OWNER", "eng CAN_VIEW"}
    assert change.replaces
    assert [one.path for one in change.changes] == [
        "permissions[group_name=eng]",
        "permissions[group_name=others]",
    ]
    assert plan(EXACT, wanted(group("eng")), user("ana", "IS_OWNER"), group("eng")) is None


def test_a_mapped_owner_takes_over_and_the_app_keeps_managing() -> None:
    asked = wanted(user("dev", "IS_OWNER"), dev=Principal("user_name", "prod"))
    assert sent(plan(EXACT, asked, app("IS_OWNER"))) == {
        "prod IS_OWNER",
        f"{ROBOT} CAN_MANAGE",
    }
    done = (user("prod", "IS_OWNER"), app("CAN_MANAGE"))
    assert plan(EXACT, asked, *done) is None


def test_an_owner_of_elsewhere_owns_nothing_here() -> None:
    assert wanted(user("dev", "IS_OWNER"), group("eng")) == Wanted((group("eng"),))


def test_an_owner_that_becomes_a_group_manages() -> None:
    asked = wanted(user("dev", "IS_OWNER"), dev=Principal("group_name", "eng"))
    assert (asked.owner, asked.entries) == (None, (group("eng", "CAN_MANAGE"),))
    assert "cannot own a job" in asked.note
    change = plan(EXACT, asked, app("IS_OWNER"))
    assert sent(change) == {"eng CAN_MANAGE", f"{ROBOT} IS_OWNER"}


def test_a_job_without_an_owner_gets_one() -> None:
    change = plan(EXACT, wanted(group("eng")), group("others"))
    assert change
    assert sent(change) == {"eng CAN_VIEW", f"{ROBOT} IS_OWNER"}
    assert "no owner" in change.note


def test_our_own_right_is_never_removed() -> None:
    owner, asked = user("ana", "IS_OWNER"), wanted(group("eng"))
    change = plan(EXACT, asked, owner, app("CAN_MANAGE"))
    assert sent(change) == {"ana IS_OWNER", "eng CAN_VIEW", f"{ROBOT} CAN_MANAGE"}
    # Not an admin, and perhaps in the group that loses its right:
    change = plan(EXACT, asked, owner, group("deployers", "CAN_MANAGE"), me=NO_ADMIN)
    assert sent(change) == {"ana IS_OWNER", "eng CAN_VIEW", f"{ROBOT} CAN_MANAGE"}
    change = plan(EXACT, asked, owner, group("deployers", "CAN_MANAGE"))
    assert sent(change) == {"ana IS_OWNER", "eng CAN_VIEW"}


def test_our_own_entry_and_that_of_admins_are_not_git_s_to_decide() -> None:
    asked = wanted(app("CAN_VIEW"), group("admins", "CAN_MANAGE"), group("eng"))
    assert asked == Wanted((group("eng"),))
    assert plan(EXACT, asked, app("IS_OWNER"), group("admins", "CAN_MANAGE"), group("eng")) is None
    as_user = Permission(Principal("user_name", ROBOT), "IS_OWNER")
    assert plan(EXACT, asked, as_user, group("eng")) is None


def test_case_does_not_make_another_principal() -> None:
    assert plan(EXACT, wanted(user("ANA@x", "CAN_VIEW")), app("IS_OWNER"), user("ana@x")) is None
    change = plan(EXACT, wanted(user("ANA@x", "CAN_MANAGE")), app("IS_OWNER"), user("ana@x"))
    assert sent(change) == {"ana@x CAN_MANAGE", f"{ROBOT} IS_OWNER"}


def test_a_level_that_is_not_known_is_kept_as_it_is() -> None:
    asked = wanted(group("eng", "CAN_RETHINK"))
    assert plan(EXACT, asked, app("IS_OWNER"), group("eng", "CAN_RETHINK")) is None
    assert sent(plan(ADD, asked, app("IS_OWNER"), group("eng"))) == {"eng CAN_RETHINK"}


def test_principals_are_mapped_as_run_as_ones_are_without_the_default() -> None:
    asked = wanted(
        user("Dev@x", "CAN_MANAGE"),
        user("also", "CAN_VIEW"),
        user("default"),
        **{"dev@x": Principal("group_name", "eng"), "also": Principal("group_name", "eng")},
        default=Principal("user_name", "somebody"),
    )
    assert asked.entries == (group("eng", "CAN_MANAGE"), user("default"))
    assert [(one.path, one.name) for one in asked.mapped] == [
        ("permissions[group_name=eng]", "dev@x"),
        ("permissions[group_name=eng]", "also"),
    ]


def test_a_principal_that_is_not_here_is_named() -> None:
    mapper = MapPrincipal(Mappings())
    asked = make_wanted(
        [group("gone"), user("ana")],
        mapper,
        lambda one: make_absent(one) if one.name == "gone" else Identity(one),
        APP,
        are_from_git=True,
    )
    [issue] = asked.issues
    assert issue.path == "permissions[group_name=gone]"
    assert "group “gone” does not exist" in issue.message
    assert "Map “gone” in run_as_mappings" in issue.message
    assert "must be assigned to this workspace" in issue.message
    assert [one.name for one in asked.missing] == ["gone"]


def test_a_new_job_gets_the_entries_and_its_mapped_owner() -> None:
    assert make_new_entries(wanted(group("eng")), APP) == (group("eng"),)
    asked = wanted(user("ana", "IS_OWNER"), ana=Principal("user_name", "ana"))
    assert words(make_new_entries(asked, APP)) == {"ana IS_OWNER", f"{ROBOT} CAN_MANAGE"}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("ana@x.example", "permissions[user_name=ana@x.example]"),
        ("a]b", 'permissions["user_name=a]b"]'),
        ("ü ñ", "permissions[user_name=ü ñ]"),
    ],
)
def test_an_entry_has_a_place(name: str, path: str) -> None:
    assert place_of(Principal("user_name", name)) == path
    assert is_place(path)
    assert not is_place("permission")


people = st.sampled_from(
    [APP, *(Principal(kind, name) for kind in ("user_name", "group_name") for name in "abc")]  # type: ignore[arg-type]
)
some = st.dictionaries(people, st.sampled_from([*LEVELS[:-1], "CAN_RETHINK"]), max_size=5)
owners = st.sampled_from([APP, Principal("user_name", "a"), Principal("user_name", "b")])


def live(levels: dict[Principal, str], owner: Principal) -> AccessList:
    return AccessList(tuple(Permission(*one) for one in {**levels, owner: "IS_OWNER"}.items()))


def by_identity(entries: Sequence[Permission]) -> dict[Principal, str]:
    return {identity_of(entry.principal): entry.level for entry in entries}


@given(asked=some, owner=st.none() | owners, has=some, owns=owners, is_admin=st.booleans())
def test_adding_removes_nobody_and_exact_leaves_no_more_than_git_the_owner_and_us(
    asked: dict[Principal, str],
    owner: Principal | None,
    has: dict[Principal, str],
    owns: Principal,
    is_admin: bool,
) -> None:
    asked.pop(APP, None)
    owner = None if owner == APP else owner
    want = Wanted(tuple(Permission(*one) for one in asked.items() if one[0] != owner), owner)
    me = ADMIN if is_admin else NO_ADMIN
    present = live(has, owns)
    before = by_identity(present.direct)
    for mode in FromGit:
        change = plan_access(want, present, me, mode)
        after = by_identity(change.after) if change else before
        assert list(after.values()).count("IS_OWNER") == 1
        if is_at_least(before.get(APP, ""), "CAN_MANAGE"):
            assert is_at_least(after[APP], "CAN_MANAGE")
        if mode is ADD:
            assert before.keys() <= after.keys()
            assert {key for key in before if before[key] != after[key]} <= asked.keys() | {owner}
            assert after[owns] == "IS_OWNER"
        else:
            final = owner or owns
            assert after[final] == "IS_OWNER"
            assert after.keys() - {APP} == (asked.keys() | {final}) - {APP}
            assert all(after[key] == asked[key] for key in asked.keys() - {final})
        if change:  # what is done needs not be done again
            again = plan_access(want, AccessList(change.after), me, mode)
            assert again is None
