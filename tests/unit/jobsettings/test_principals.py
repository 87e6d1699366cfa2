"""Who a job runs as."""

import pytest

from core.errors import InvalidDefinitionError
from core.jobsettings.principals import (
    Principal,
    effective_run_as,
    principal_from_json,
    principal_from_name,
)

UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize("field", ["user_name", "service_principal_name", "group_name"])
def test_an_identity_is_read_and_written_back(field):
    assert principal_from_json({field: "x"}) == Principal(field, "x")
    assert Principal(field, "x").as_json() == {field: "x"}


def test_a_null_beside_the_identity_is_an_absent_field():
    value = {"user_name": "ana", "service_principal_name": None, "brand_new": None}
    assert principal_from_json(value) == Principal("user_name", "ana")


@pytest.mark.parametrize(
    "value",
    [
        None,
        "ana",
        [],
        {},
        {"user_name": ""},
        {"user_name": None},
        {"user_name": 5},
        {"name": "ana"},
        {"user_name": "ana", "group_name": "jobs"},
        {"user_name": "ana", "brand_new": 1},
    ],
)
def test_anything_else_is_no_identity(value):
    with pytest.raises(InvalidDefinitionError, match="exactly one of user_name"):
        principal_from_json(value)


@pytest.mark.parametrize("name", [UUID, UUID.upper()])
def test_an_application_id_is_a_service_principal(name):
    assert principal_from_name(name) == Principal("service_principal_name", name)


@pytest.mark.parametrize("name", ["ana@dev.example", "XYZ123", f"{UUID}0", f"{UUID}@x", "12345"])
def test_every_other_name_is_a_user(name):
    assert principal_from_name(name) == Principal("user_name", name)


def test_the_explicit_identity_comes_before_the_name():
    assert effective_run_as({"run_as": {"group_name": "jobs"}}, "ana") == Principal(
        "group_name", "jobs"
    )
    assert effective_run_as({"run_as": None}, "ana") == Principal("user_name", "ana")
    assert effective_run_as({}, "ana") == Principal("user_name", "ana")


def test_nobody_is_named():
    assert effective_run_as({}, "") is None


def test_an_explicit_identity_of_a_wrong_shape_is_no_fallback():
    with pytest.raises(InvalidDefinitionError):
        effective_run_as({"run_as": {}}, "ana")


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (Principal("user_name", "ana"), "user “ana”"),
        (Principal("service_principal_name", UUID), f"service principal “{UUID}”"),
        (Principal("group_name", "jobs"), "group “jobs”"),
    ],
)
def test_an_identity_reads_well(principal, expected):
    assert str(principal) == expected
