"""Entries of access control lists: as the API answers, and as files hold them."""

from typing import Any

import pytest

from core.errors import InvalidDefinitionError, WorkspaceError
from core.jobsettings.permissions import (
    Permission,
    identity_of,
    parse_permissions,
    permissions_as_json,
    read_access_list,
    sort_permissions,
)
from core.jobsettings.principals import Principal

ROBOT = "5f1d0c9e-2b7a-4d55-9a3e-6c1f0b8d2e47"


def user(name: str, level: str = "CAN_VIEW") -> Permission:
    return Permission(Principal("user_name", name), level)


def group(name: str, level: str = "CAN_VIEW") -> Permission:
    return Permission(Principal("group_name", name), level)


def level(word: str, *, inherited: bool = False) -> dict[str, Any]:
    return {"permission_level": word, "inherited": inherited}


def test_an_answer_divides_direct_from_inherited() -> None:
    found = read_access_list(
        {
            "object_id": "/jobs/1",
            "access_control_list": [
                {"group_name": "admins", "all_permissions": [level("CAN_MANAGE", inherited=True)]},
                {
                    "user_name": "ana",
                    "display_name": "Ana",
                    "all_permissions": [level("IS_OWNER"), level("CAN_VIEW", inherited=True)],
                },
                {"service_principal_name": ROBOT, "all_permissions": [level("CAN_RETHINK")]},
            ],
        }
    )
    robot = Permission(Principal("service_principal_name", ROBOT), "CAN_RETHINK")
    assert set(found.direct) == {robot, user("ana", "IS_OWNER")}
    assert set(found.inherited) == {group("admins", "CAN_MANAGE"), user("ana")}
    assert found.owner == Principal("user_name", "ana")


def test_the_highest_of_several_levels_holds() -> None:
    entries = [user("ana"), user("ANA", "CAN_MANAGE"), user("ana", "CAN_MANAGE_RUN")]
    assert sort_permissions(entries) == (user("ANA", "CAN_MANAGE"),)
    assert sort_permissions([user("ana", "CAN_RETHINK"), user("ana")]) == (user("ana"),)


def test_an_application_id_is_a_service_principal_in_either_field() -> None:
    as_itself = Principal("service_principal_name", ROBOT)
    assert identity_of(Principal("user_name", ROBOT.upper())) == identity_of(as_itself)
    assert identity_of(Principal("user_name", "a")) != identity_of(Principal("group_name", "a"))


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {"access_control_list": {}},
        {"access_control_list": ["ana"]},
        {"access_control_list": [{"user_name": "ana", "all_permissions": {}}]},
        {"access_control_list": [{"user_name": "ana", "all_permissions": [{"inherited": True}]}]},
    ],
)
def test_an_answer_of_another_form_is_an_error(answer: Any) -> None:
    with pytest.raises(WorkspaceError):
        read_access_list(answer)


def test_entries_of_a_file_are_read_and_written_alike() -> None:
    document = [
        {"group_name": "engineers", "permission_level": "CAN_MANAGE_RUN"},
        {"user_name": "Ana@example.org", "permission_level": "IS_OWNER"},
    ]
    assert permissions_as_json(parse_permissions(document)) == document
    shown = {**document[0], "display_name": "Engineers", "user_name": None}
    assert parse_permissions([shown]) == (group("engineers", "CAN_MANAGE_RUN"),)
    as_in_a_bundle = {"group_name": "engineers", "level": "CAN_MANAGE_RUN"}
    assert parse_permissions([as_in_a_bundle]) == (group("engineers", "CAN_MANAGE_RUN"),)
    assert parse_permissions([]) == ()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"user_name": "ana"}, "a list of entries"),
        (["ana"], "entry 1 should be an object"),
        ([{"permission_level": "CAN_VIEW"}], "entry 1 should have exactly one of user_name"),
        ([{"user_name": "a", "group_name": "b", "permission_level": "CAN_VIEW"}], "exactly one of"),
        ([{"user_name": " ", "permission_level": "CAN_VIEW"}], "exactly one of"),
        ([{"user_name": 7, "permission_level": "CAN_VIEW"}], "exactly one of"),
        ([{"user_name": "a"}], "entry 1 lacks its permission_level"),
        ([{"user_name": "a", "permission_level": 1}], "entry 1 lacks its permission_level"),
        ([{"user_name": "a", "permission_level": "CAN_VIEW", "x": 1}], "“x” of entry 1"),
        ([user("a").as_json(), user("A", "CAN_MANAGE").as_json()], "“A” has more than one entry"),
        ([user(one, "IS_OWNER").as_json() for one in "ab"], "more than one entry is IS_OWNER"),
        ([group("a", "IS_OWNER").as_json()], "a group cannot own a job"),
    ],
)
def test_entries_that_cannot_be_used_are_refused(value: Any, words: str) -> None:
    with pytest.raises(InvalidDefinitionError, match=words) as caught:
        parse_permissions(value)
    assert "Correct “permissions” in the file" in caught.value.fix
