"""Who jobs run as, asked of a workspace that answers, does not, or knows only a display name."""

import json
from typing import Any

import pytest

from core.errors import SyncError
from core.reporting.audience import describe_audience
from core.reporting.report import Report
from tests.builders import definition_text, job
from tests.emulated import Emulated, issues_of, row_of, statuses

UUID = "0d4c8f1e-92a7-4b63-8c15-f7a3e05b6d22"
OTHER = "1f3b5d79-0000-4b63-8c15-f7a3e05b6d22"
MAPPINGS = "/Workspace/Shared/mappings.json"
SCIM = "/api/2.0/preview/scim/v2"
RUN_AS = {
    "user": {"user_name": "ana@prod.example"},
    "robot": {"service_principal_name": UUID},
    "group": {"group_name": "owners"},
}
NOUNS = {"user": "user", "robot": "service principal", "group": "group"}
PLACES = {"user": "Users", "robot": "ServicePrincipals", "group": "Groups"}
FAULTS: dict[str, dict[str, Any]] = {
    "403": {"status": 403, "body": {"message": "scripted"}},
    "404": {"status": 404, "body": {"message": "scripted"}},
    "429": {"status": 429, "headers": {"Retry-After": "9"}},
    "500": {"status": 500, "body": {"message": "scripted"}},
    "page of HTML": {"status": 200, "when": "after", "body": "<html>Sign in</html>"},
}


@pytest.fixture
def prod(pair: tuple[Emulated, Emulated]) -> Emulated:
    """A job of each kind of identity in Git, and all three identities in the workspace."""
    _, target = pair
    target.seed(
        users=[{"userName": "ana@prod.example", "displayName": "Ana Bell"}],
        service_principals=[{"applicationId": UUID, "displayName": "etl-prod"}],
        groups=[{"displayName": "owners"}],
    )
    for number, name in enumerate(RUN_AS, start=1):
        put_definition(target, name, number)
    map_identities(target, RUN_AS)
    return target


def put_definition(target: Emulated, name: str, number: int) -> None:
    target.put(f"{name}.json", definition_text(job(name), job_id=number, run_as=name))


def map_identities(target: Emulated, mappings: dict[str, Any]) -> None:
    target.put(MAPPINGS, json.dumps({"run_as_mappings": mappings}).encode())


def validate(target: Emulated) -> Report:
    return target.service(mapping_path=MAPPINGS, retry_s=1).validate()[1]


def test_all_three_are_found(prod: Emulated) -> None:
    assert statuses(validate(prod)) == dict.fromkeys(RUN_AS, "new")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", RUN_AS)
def test_a_kind_that_cannot_be_asked_for_is_an_error_of_its_jobs_alone(
    prod: Emulated, kind: str, fault: str
) -> None:
    prod.fault(f"GET {SCIM}/{PLACES[kind]}", times=1000, **FAULTS[fault])
    report = prod.service(mapping_path=MAPPINGS, retry_s=1).import_jobs()
    assert statuses(report) == {**dict.fromkeys(RUN_AS, "new"), kind: "error"}
    (issue,) = row_of(report, kind).issues
    (name,) = RUN_AS[kind].values()
    assert issue.path == "run_as"
    assert issue.message.startswith(f"The {NOUNS[kind]} “{name}” could not be looked up.")
    assert prod.names() == sorted(RUN_AS.keys() - {kind})


def test_who_we_are_is_needed_by_all(prod: Emulated) -> None:
    prod.fault(f"GET {SCIM}/Me", times=1000, **FAULTS["403"])
    with pytest.raises(SyncError):
        validate(prod)


def test_a_name_that_the_workspace_refuses_is_an_error_of_its_job_alone(prod: Emulated) -> None:
    put_definition(prod, "odd", 9)
    map_identities(prod, {**RUN_AS, "odd": {"user_name": "two\nlines"}})
    report = validate(prod)
    assert statuses(report) == {**dict.fromkeys(RUN_AS, "new"), "odd": "error"}
    assert "could not be looked up" in issues_of(report)


def test_a_display_name_is_enough_for_the_whole_way(prod: Emulated) -> None:
    map_identities(prod, {"default": {"service_principal_name": "etl-prod"}})
    prod.clear_calls()
    report = validate(prod)
    assert {row.message for row in report.rows} == {
        f"Will be created. “etl-prod” is the service principal {UUID}. {describe_audience(())}"
    }
    calls = {call: count for call, count in prod.calls().items() if "/scim/v2/Serv" in call}
    assert list(calls.values()) == [2]
    assert prod.service(mapping_path=MAPPINGS).import_jobs().counts() == {"new": 3}
    assert prod.settings_of("user")["run_as"] == {"service_principal_name": UUID}
    assert validate(prod).counts() == {"unchanged": 3}


def test_a_display_name_of_several_lists_their_ids(prod: Emulated) -> None:
    prod.seed(service_principals=[{"applicationId": OTHER, "displayName": "etl-prod"}])
    map_identities(prod, {**RUN_AS, "robot": {"service_principal_name": "etl-prod"}})
    report = validate(prod)
    assert statuses(report)["robot"] == "error"
    assert f"2 service principals: {UUID}, {OTHER}." in issues_of(report)


@pytest.mark.parametrize(
    ("entry", "meant"),
    [
        ({"user_name": "etl-prod"}, f"the service principal “etl-prod” ({UUID})"),
        ({"service_principal_name": "etl prod"}, f"the service principal “etl-prod” ({UUID})"),
        ({"user_name": "Ana Bell"}, "the user “ana@prod.example” (Ana Bell)"),
        ({"service_principal_name": "ana@prod.example"}, "the user “ana@prod.example” (Ana Bell)"),
        ({"group_name": "Owner"}, "the group “owners”"),
        ({"user_name": "ana@dev.example"}, "the user “ana@prod.example” (Ana Bell)"),
    ],
)
def test_who_is_meant_is_named(prod: Emulated, entry: dict[str, str], meant: str) -> None:
    map_identities(prod, {**RUN_AS, "robot": entry})
    report = validate(prod)
    assert statuses(report)["robot"] == "error"
    assert f"Perhaps this is meant: {meant}." in issues_of(report)
