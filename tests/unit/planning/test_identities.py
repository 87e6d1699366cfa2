"""Who a principal of the mapping file is here."""

import pytest

from core.errors import WorkspaceError
from core.jobsettings.principals import Principal, PrincipalField
from core.planning.identities import (
    Identity,
    choose_by_display_name,
    make_absent,
    make_unread,
)
from core.ports import FoundPrincipal

ETL = Principal("service_principal_name", "etl-prod")
ABSENT = "The service principal “etl-prod” does not exist in this workspace or is not active."


def robot(id_: str, display_name: str = "etl-prod", *, is_active: bool = True) -> FoundPrincipal:
    return FoundPrincipal(Principal("service_principal_name", id_), display_name, is_active)


def other(field: PrincipalField, name: str, display_name: str = "") -> FoundPrincipal:
    return FoundPrincipal(Principal(field, name), display_name)


def test_one_active_service_principal_of_the_name_is_taken_and_said():
    found = [robot("1", is_active=False), robot("2"), robot("3", "ETL-PROD")]
    assert choose_by_display_name(ETL, found) == Identity(
        Principal("service_principal_name", "2"),
        note="“etl-prod” is the service principal 2.",
    )


def test_of_several_none_is_taken_and_all_are_listed():
    identity = choose_by_display_name(ETL, [robot("2"), robot("1")])
    assert identity == Identity(
        ETL,
        "“etl-prod” is the display name of 2 service principals: 1, 2. Write the application id of "
        "the one that is meant.",
        is_missing=True,
    )


@pytest.mark.parametrize("found", [[], [robot("1", is_active=False)], [robot("1", "etl-prod-2")]])
def test_none_is_taken_when_none_is_active(found):
    assert choose_by_display_name(ETL, found) is None


@pytest.mark.parametrize(
    ("similar", "hint"),
    [
        ([], ""),
        ([robot("1", "something else")], ""),
        ([robot("1", "etl prod")], "the service principal “etl prod” (1)."),
        ([robot("1", is_active=False)], "the service principal “etl-prod” (1, not active)."),
        ([robot("etl-prod", is_active=False)], "the service principal “etl-prod” (not active)."),
        ([other("user_name", "ana@x", "etl-prod")], "the user “ana@x” (etl-prod)."),
        ([other("user_name", "etl-prod")], "the user “etl-prod”."),
        (
            [other("group_name", "etl-prods"), other("group_name", "ETL-prod")],
            "the group “ETL-prod”.",
        ),
        (
            [robot("2", "etl-pro"), robot("1", "etl-prod2"), robot("3", "etl-pro")],
            "the service principal “etl-prod2” (1) or the service principal “etl-pro” (2) or the "
            "service principal “etl-pro” (3).",
        ),
        (
            [robot(str(number), "etl prod") for number in range(9)],
            "the service principal “etl prod” (0) or the service principal “etl prod” (1) or the "
            "service principal “etl prod” (2).",
        ),
    ],
)
def test_who_is_absent_may_be_another(similar, hint):
    expected = f"{ABSENT} Perhaps this is meant: {hint}" if hint else ABSENT
    assert make_absent(ETL, similar) == Identity(ETL, expected, is_missing=True)


def test_who_could_not_be_looked_up_is_not_absent():
    assert make_unread(ETL, WorkspaceError("No answer.")) == Identity(
        ETL, "The service principal “etl-prod” could not be looked up. No answer."
    )
