"""How many calls it takes to know who is in which group."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from core.gateways.databricks.members import read_members
from core.ports import Member

ANA = "ana@dev.example"


class Scim:
    """Answers by name; `asked` are the calls."""

    def __init__(
        self, users: Mapping[str, Sequence[str]], groups: Mapping[str, Sequence[str]]
    ) -> None:
        self._users, self._groups = users, groups
        self.asked: list[tuple[str, list[str]]] = []

    def __call__(self, field: str, names: Sequence[str]) -> list[dict[str, Any]]:
        self.asked.append((field, list(names)))
        if field == "user_name":
            return [
                {"userName": name, "groups": _displays(self._users[name])}
                for name in names
                if name in self._users
            ]
        return [
            {"displayName": name, "groups": _displays(self._groups[name])}
            for name in names
            if name in self._groups
        ]


def _displays(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"display": name, "value": "1"} for name in names]


def test_a_direct_member_takes_one_call_however_many_ask():
    scim = Scim({f"user{n}": ["admins"] for n in range(20)}, {})
    found = read_members(scim, [f"user{n}" for n in range(20)], ["Admins"])
    assert len(found) == 20
    assert len(scim.asked) == 1


def test_nobody_takes_no_call():
    scim = Scim({}, {})
    assert read_members(scim, [], ["admins"]) == {}
    assert scim.asked == []


def test_groups_of_all_who_ask_are_followed_together():
    scim = Scim({"a": ["x"], "b": ["y"], "c": ["admins"]}, {"x": ["z"], "y": ["z"], "z": []})
    found = read_members(scim, ["a", "b", "c"], ["admins"])
    assert found["a"].groups == {"x", "z"}
    assert found["c"].groups == {"admins"}
    assert scim.asked == [
        ("user_name", ["a", "b", "c"]),
        ("group_name", ["x", "y"]),
        ("group_name", ["z"]),
        ("group_name", ["admins"]),
    ]


@pytest.mark.parametrize(("levels", "is_in"), [(9, True), (10, True), (12, False)])
def test_groups_are_followed_for_ten_levels(levels, is_in):
    chain = {f"g{n}": [f"g{n + 1}"] for n in range(levels)}
    scim = Scim({ANA: ["g0"]}, {**chain, f"g{levels}": []})
    found = read_members(scim, [ANA], ["other"])
    assert (f"g{levels}" in found[ANA].groups) is is_in
    assert len(scim.asked) <= 12


def test_hundreds_of_groups_are_not_all_followed():
    scim = Scim({ANA: [f"g{n:03}" for n in range(300)]}, {"g000": ["x"]})
    found = read_members(scim, [ANA], ["other"])
    assert "x" in found[ANA].groups
    assert len(scim.asked) == 12


def test_an_answer_without_groups_is_one_of_somebody_without_groups():
    found = read_members(lambda _field, _names: [{"userName": ANA}], [ANA], ["admins"])
    assert found == {ANA: Member(is_active=True)}


@pytest.mark.parametrize(
    ("listed", "groups"),
    [("7", {"team", "admins"}), ("70", {"team", "admins"}), ("8", {"team"}), (None, {"team"})],
)
def test_whom_a_group_lists_is_in_it_where_people_do_not_list_their_groups(listed, groups):
    """The user is 7, in the group 70."""

    def ask(field: str, names: Sequence[str]) -> list[dict[str, Any]]:
        if field == "user_name":
            team = [{"display": "team", "value": "70"}]
            return [{"id": "7", "userName": ANA, "active": True, "groups": team}]
        members = [{"value": listed}, {"display": "x"}, "damaged"]
        return [{"displayName": name, "members": members} for name in names if name == "admins"]

    assert read_members(ask, [ANA], ["admins"])[ANA].groups == groups


def test_no_group_lists_who_is_inactive():
    def ask(field: str, names: Sequence[str]) -> list[dict[str, Any]]:
        if field == "user_name":
            return [{"id": "7", "userName": ANA, "active": False}]
        return [{"displayName": name, "members": [{"value": "7"}]} for name in names]

    assert read_members(ask, [ANA], ["admins"])[ANA] == Member(is_active=False)
