"""Which role somebody has."""

from dataclasses import dataclass, field

import pytest

from core.ports import Member
from web.people.access import Access
from web.people.identity import User
from web.people.members import Answer, Freshness
from web.roles import Role
from web.settings import PageSettings

ANA = "ana@dev.example"
HEADER = "X-User"


@dataclass
class Directory:
    """What the workspace says; `asked` are the names that it was asked for."""

    answer: Answer
    asked: list[str] = field(default_factory=list)

    def look(self, name: str, freshness: Freshness = Freshness.NOW) -> Answer:
        self.asked.append(name)
        return self.answer


def known(*groups: str, is_active: bool = True, problem: str = "") -> Answer:
    return Answer(Member(is_active, frozenset(groups)), is_known=True, problem=problem)


def user(answer: Answer, **env: str) -> tuple[User, list[str]]:
    directory = Directory(answer)
    page = PageSettings.from_env({"TRUSTED_USER_HEADER": HEADER, **env})
    found = Access(page, directory).user_of({HEADER: ANA})
    assert found is not None
    return found, directory.asked


@pytest.mark.parametrize(
    ("env", "answer", "role"),
    [
        ({}, known("Admins"), Role.OPERATOR),
        ({}, known("users", "data"), Role.NONE),
        ({}, known("admins", is_active=False), Role.NONE),
        ({}, Answer(is_known=True), Role.NONE),
        ({"VIEWERS": "group:data"}, known("data"), Role.VIEWER),
        ({"VIEWERS": "group:data"}, known("data", is_active=False), Role.NONE),
        ({"VIEWERS": "group:data"}, known("data", "admins"), Role.OPERATOR),
        ({"VIEWERS": "*"}, known("data"), Role.VIEWER),
        ({"VIEWERS": "*"}, Answer(is_known=True), Role.VIEWER),
        ({"VIEWERS": "*"}, known(is_active=False), Role.NONE),
        ({"VIEWERS": ANA.upper()}, known(), Role.VIEWER),
        ({"VIEWERS": ANA}, known(is_active=False), Role.VIEWER),
        ({"VIEWERS": ANA}, known("admins"), Role.OPERATOR),
        ({"OPERATORS": "group:ops"}, known("admins"), Role.NONE),
        ({"OPERATORS": "group:ops,bo"}, known("ops"), Role.OPERATOR),
        ({"OPERATORS": "bo", "VIEWERS": "group:data"}, known("data"), Role.VIEWER),
    ],
)
def test_a_role_comes_from_the_groups_of_the_workspace(env, answer, role):
    assert user(answer, **env) == (User(ANA, role), [ANA])


@pytest.mark.parametrize(
    ("env", "role"),
    [
        ({"OPERATORS": f"bo, {ANA.upper()}"}, Role.OPERATOR),
        ({"OPERATORS": f"group:ops,{ANA}", "VIEWERS": "*"}, Role.OPERATOR),
        ({"OPERATORS": "bo"}, Role.NONE),
        ({"OPERATORS": "bo", "VIEWERS": "*"}, Role.VIEWER),
        ({"OPERATORS": "bo", "VIEWERS": f"group:data,{ANA}"}, Role.VIEWER),
    ],
)
def test_who_is_listed_by_name_needs_no_call(env, role):
    assert user(Answer(problem="No answer."), **env) == (User(ANA, role), [])


@pytest.mark.parametrize(
    ("env", "answer", "role"),
    [
        ({}, Answer(problem="No answer."), Role.NONE),
        ({}, known("admins", problem="No answer."), Role.OPERATOR),
        ({"VIEWERS": "*"}, Answer(problem="No answer."), Role.VIEWER),
        ({"VIEWERS": ANA}, Answer(problem="No answer."), Role.VIEWER),
        ({"VIEWERS": "group:data"}, known("data", problem="No answer."), Role.VIEWER),
    ],
)
def test_a_role_that_cannot_be_confirmed_is_good_for_looking_only(env, answer, role):
    found, _ = user(answer, **env)
    assert found.role is role
    assert not found.may_change
    assert found.may_look is (role is not Role.NONE)
    assert found.refusal.endswith("No answer.")


def test_nobody_is_asked_about_who_is_not_signed_in():
    directory = Directory(known("admins"))
    page = PageSettings.from_env({"TRUSTED_USER_HEADER": HEADER})
    assert Access(page, directory).user_of({}) is None
    assert directory.asked == []
