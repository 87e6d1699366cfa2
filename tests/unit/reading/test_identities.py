"""Looking up who jobs run as."""

import json

import pytest

from core.errors import BusyError, PermissionDeniedError, UnreachableError, WorkspaceError
from core.jobsettings.principals import Principal, PrincipalField
from core.ports import FoundPrincipal
from core.reading.identities import look_up_identities
from core.reporting.audience import describe_audience
from tests.builders import definition_text, job
from tests.fakes import FOLDER, FakePrincipals, FakeWorkspace

MAPPINGS = "/Workspace/Shared/mappings.json"
UUID = "0d4c8f1e-92a7-4b63-8c15-f7a3e05b6d22"
ETL = Principal("service_principal_name", "etl-prod")
ROBOT = FoundPrincipal(Principal("service_principal_name", UUID), "etl-prod")

SEEN_BY = describe_audience(())


def users(*names: str) -> list[Principal]:
    return [Principal("user_name", name) for name in names]


def problems(found) -> dict[str, str]:
    return {principal.name: identity.problem for principal, identity in found.items()}


def test_everybody_who_is_there_takes_one_call_for_each_kind():
    principals = FakePrincipals()
    wanted = [*users("ana", "ben"), ETL, Principal("group_name", "jobs")]
    found = look_up_identities(principals, wanted, wanted)
    assert [identity.principal for identity in found.values()] == [*wanted]
    assert not any(problems(found).values())
    assert principals.calls == 3
    assert look_up_identities(principals, [], []) == {}
    assert principals.calls == 3


def test_a_display_name_in_the_mapping_file_becomes_an_application_id():
    principals = FakePrincipals(active=set(), described=[ROBOT])
    found = look_up_identities(principals, [ETL], [ETL])
    assert found[ETL].principal == ROBOT.principal
    assert found[ETL].note == f"“etl-prod” is the service principal {UUID}."
    assert principals.calls == 2


def test_a_display_name_in_a_definition_stays_what_it_is():
    found = look_up_identities(FakePrincipals(active=set(), described=[ROBOT]), [ETL], [])
    assert "does not exist" in found[ETL].problem
    assert UUID not in found[ETL].problem


def test_an_id_comes_before_a_display_name():
    found = look_up_identities(FakePrincipals(described=[ROBOT]), [ETL], [ETL])
    assert found[ETL].principal == ETL


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("user_name", "etl-prod"),
        ("user_name", "ETL prod"),
        ("group_name", "etl_prod"),
        ("service_principal_name", "etl-prd"),
    ],
)
def test_who_may_be_meant_is_named(field: PrincipalField, name: str):
    wanted = Principal(field, name)
    found = look_up_identities(FakePrincipals(active=set(), described=[ROBOT]), [wanted], [wanted])
    assert f"Perhaps this is meant: the service principal “etl-prod” ({UUID})." in (
        found[wanted].problem
    )
    assert found[wanted].is_missing


def test_an_address_of_another_domain_may_be_meant():
    ana = FoundPrincipal(Principal("user_name", "ana.bell@prod.example.com"), "Ana Bell")
    [wanted] = users("ana.bell@prod.example")
    found = look_up_identities(FakePrincipals(active=set(), described=[ana]), [wanted], [wanted])
    assert "the user “ana.bell@prod.example.com” (Ana Bell)" in found[wanted].problem


def test_a_name_without_words_is_looked_for_as_it_is():
    [wanted] = users("x@dev.example")
    similar = FoundPrincipal(Principal("user_name", "x@dev.example.com"))
    found = look_up_identities(
        FakePrincipals(active=set(), described=[similar]), [wanted], [wanted]
    )
    assert "the user “x@dev.example.com”" in found[wanted].problem


def test_a_hint_that_cannot_be_read_is_left_out():
    principals = FakePrincipals(
        active=set(),
        described=[ROBOT],
        fail={"group_name": PermissionDeniedError("No permission.")},
    )
    wanted = Principal("user_name", "etl-prod")
    found = look_up_identities(principals, [wanted], [wanted])
    assert f"the service principal “etl-prod” ({UUID})" in found[wanted].problem
    assert "No permission" not in found[wanted].problem


def test_a_display_name_that_cannot_be_looked_up_is_an_error_of_its_own():
    principals = FakePrincipals(active=set(), described=[ROBOT])
    ask = principals.find_active

    def find_active(wanted):
        found = ask(wanted)
        principals.fail = {"service_principal_name": PermissionDeniedError("No permission.")}
        return found

    principals.find_active = find_active
    found = look_up_identities(principals, [ETL], [ETL])
    assert found[ETL].problem == (
        "The service principal “etl-prod” could not be looked up. No permission."
    )
    assert not found[ETL].is_missing


def test_one_name_that_is_refused_is_no_error_of_the_others():
    wanted = users(*(f"user{number}" for number in range(40)))
    principals = FakePrincipals(fail_names={"user17": WorkspaceError("Bad filter.")})
    found = look_up_identities(principals, wanted, [])
    assert {name: text for name, text in problems(found).items() if text} == {
        "user17": "The user “user17” could not be looked up. Bad filter."
    }


def test_a_kind_that_cannot_be_read_takes_few_calls_and_leaves_the_others_alone():
    wanted = users(*(f"user{number}" for number in range(500)))
    principals = FakePrincipals(fail={"user_name": PermissionDeniedError("No permission.")})
    found = look_up_identities(principals, [*wanted, ETL], [])
    assert all("could not be looked up" in found[one].problem for one in wanted)
    assert not found[ETL].problem
    assert principals.calls == 16 + 1


@pytest.mark.parametrize("error", [BusyError("Slow."), UnreachableError("No answer.")])
def test_what_took_long_is_not_tried_again_by_name(error):
    principals = FakePrincipals(fail={"user_name": error})
    found = look_up_identities(principals, users("ana", "ben"), [])
    assert all(problems(found).values())
    assert principals.calls == 1


def workspace(mappings: dict[str, object], **jobs: str) -> FakeWorkspace:
    """A workspace with a mapping file, and definitions with who they run as."""
    target = FakeWorkspace()
    target.files.files[MAPPINGS] = json.dumps({"run_as_mappings": mappings}).encode()
    for number, (name, run_as) in enumerate(jobs.items(), start=1):
        target.put_file(f"{name}.json", definition_text(job(name), job_id=number, run_as=run_as))
    return target


def rows(target: FakeWorkspace) -> dict[str, tuple[str, str]]:
    _, report = target.service(mapping_path=MAPPINGS).validate()
    return {
        row.job_name: (row.status, row.message + " ".join(one.message for one in row.issues))
        for row in report.rows
    }


@pytest.mark.parametrize("entry", ["ana", "default"])
def test_a_job_runs_as_the_service_principal_whose_display_name_was_mapped(entry):
    prod = workspace({entry: ETL.as_json()}, load="ana")
    prod.principals.active, prod.principals.described = set(), [ROBOT]
    note = f"“etl-prod” is the service principal {UUID}."
    assert rows(prod)["load"] == ("new", f"Will be created. {note} {SEEN_BY}")
    prod.service(mapping_path=MAPPINGS).import_jobs()
    assert prod.jobs.named("load").unpack_settings()["run_as"] == {"service_principal_name": UUID}
    assert rows(prod)["load"] == ("unchanged", f"{note}")
    prod.put_file("load.json", definition_text(job("load", timeout_seconds=9), run_as="ana"))
    assert rows(prod)["load"] == ("changed", f"{note}")


def test_a_display_name_that_moved_to_another_principal_is_a_row_that_moved():
    prod = workspace({"default": ETL.as_json()}, load="ana")
    prod.principals.active, prod.principals.described = set(), [ROBOT]
    rows(prod)
    prod.service(mapping_path=MAPPINGS).import_jobs()
    prod.principals.described = [
        FoundPrincipal(Principal("service_principal_name", "2"), "etl-prod")
    ]
    assert rows(prod)["load"][0] == "changed"


def test_a_display_name_of_two_is_an_error_with_both_ids():
    twin = FoundPrincipal(Principal("service_principal_name", "1234"), "etl-prod")
    prod = workspace({"ana": ETL.as_json()}, load="ana", other="ben")
    prod.principals.active, prod.principals.described = set(users("ben")), [ROBOT, twin]
    found = rows(prod)
    assert found["other"][0] == "new"
    status, text = found["load"]
    assert status == "error"
    assert f"{UUID}, 1234" in text
    assert "Map “ana” in run_as_mappings" in text


def test_an_export_replaces_no_file_because_a_look_up_failed():
    prod = workspace({"ana": ETL.as_json()}, load="ana")
    prod.principals.active, prod.principals.described = set(), [ROBOT]
    service = prod.service(mapping_path=MAPPINGS)
    service.import_jobs()
    before = prod.definition_files()
    assert service.export().counts() == {"unchanged": 1}
    prod.principals.fail = {"service_principal_name": PermissionDeniedError("No permission.")}
    report = service.export()
    assert [(row.job_name, row.status) for row in report.rows] == [("load", "error")]
    assert "could not be looked up" in report.rows[0].issues[0].message
    assert prod.definition_files() == before


def test_a_look_up_that_fails_is_an_error_of_the_jobs_that_need_it():
    prod = workspace({"ana": {"group_name": "jobs"}}, load="ana", other="ben")
    prod.principals.fail = {"group_name": PermissionDeniedError("No permission.")}
    found = rows(prod)
    assert found["load"] == (
        "error",
        "The group “jobs” could not be looked up. No permission.",
    )
    assert found["other"][0] == "new"
    report = prod.service(mapping_path=MAPPINGS).import_jobs()
    assert report.status == "completed_with_errors"
    assert [one.name for one in prod.jobs.jobs.values()] == ["other"]
    assert f"{FOLDER}/load.json" in prod.files.files
