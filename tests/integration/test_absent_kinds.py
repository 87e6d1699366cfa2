"""A kind of object that a workspace cannot list is an error of the jobs that need it, over HTTP."""

from typing import Any

import pytest

from core.errors import WorkspaceError
from core.jobsettings.kinds import Kind
from tests.builders import definition_text, job
from tests.emulated import Emulated, row_of, statuses
from tests.integration.conftest import Pair
from tests.kinds import SEEDED, name_in_git, seed_entry, settings_with

NO_API = {"error_code": "ENDPOINT_NOT_FOUND", "message": "No API found for 'GET /x'"}
DENIED = {"error_code": "PERMISSION_DENIED", "message": "not for you"}
BUSY = {"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "too many"}
REFUSALS: dict[str, dict[str, Any]] = {
    "no such API": {"status": 404, "body": NO_API},
    "no permission": {"status": 403, "body": DENIED},
    "too many requests": {"status": 429, "body": BUSY},
    "no JSON": {"status": 200, "body": "<html>sorry</html>"},
    "another shape": {"status": 200, "body": {"results": 7, "clusters": 7, "warehouses": 7}},
}


def cannot_list(workspace: Emulated, kind: Kind, refusal: str) -> None:
    workspace.fault(f"GET {SEEDED[kind].list_path}", times=0, **REFUSALS[refusal])


def definition_of(kind: Kind, name: str) -> bytes:
    placeholder = f"__{kind.value}__{name_in_git(kind, 'thing')}__"
    return definition_text({"name": name, **settings_with(kind, {"t": placeholder})}, run_as="")


@pytest.fixture
def admins(pair: Pair) -> Pair:
    for workspace in pair:
        workspace.seed(
            **{
                row.seed_key: [seed_entry(kind, f"id-{kind}", "thing")]
                for kind, row in SEEDED.items()
            }
        )
    return pair


@pytest.mark.parametrize("kind", SEEDED)
def test_an_import_goes_on_without_a_kind(prod: Emulated, admins: Pair, kind: Kind) -> None:
    me = prod.api("GET", "2.0/preview/scim/v2/Me").json()["userName"]
    prod.put("needs.json", definition_of(kind, "needs").replace(b'""', f'"{me}"'.encode()))
    prod.put("fine.json", definition_text(job("fine"), run_as=me))
    cannot_list(prod, kind, "no such API")
    validated = prod.service(retry_s=1).validate()[1]
    assert statuses(validated) == {"fine": "new", "needs": "error"}
    assert kind.plural.casefold() in str(row_of(validated, "needs").issues[0]).casefold()
    assert "cannot be listed here" in str(row_of(validated, "needs").issues[0])
    assert validated.unmapped == ()
    assert statuses(prod.service(retry_s=1).import_jobs()) == {"fine": "new", "needs": "error"}
    assert prod.names() == ["fine"]


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("kind", [Kind.QUERY, Kind.CLUSTER, Kind.WAREHOUSE])
def test_an_export_goes_on_without_a_kind(
    dev: Emulated, admins: Pair, kind: Kind, refusal: str
) -> None:
    identifier = f"id-{kind}"
    dev.create_job({"name": "needs", **settings_with(kind, {"t": identifier})})
    dev.create_job(job("fine"))
    cannot_list(dev, kind, refusal)
    report = dev.service(retry_s=1).export()
    assert statuses(report) == {"fine": "new", "needs": "error"}
    assert "cannot be listed here" in str(row_of(report, "needs").issues[0])
    assert [path for path in dev.files() if path.endswith(".json")] == ["fine.json"]


def test_a_file_stays_when_its_job_cannot_be_named(dev: Emulated, admins: Pair) -> None:
    dev.create_job({"name": "needs", **settings_with(Kind.QUERY, {"t": f"id-{Kind.QUERY}"})})
    service = dev.service(retry_s=1)
    service.export()
    before = dev.files()
    cannot_list(dev, Kind.QUERY, "no such API")
    assert statuses(service.export()) == {"needs": "error"}
    assert dev.files() == before


@pytest.mark.parametrize("jobs", [7, {"a": 1}, "x"])
def test_a_list_of_jobs_in_another_shape_is_an_error_and_no_empty_list(
    dev: Emulated, jobs: Any
) -> None:
    dev.fault("GET /api/2.2/jobs/list", times=0, status=200, body={"jobs": jobs})
    with pytest.raises(WorkspaceError, match="unexpected response"):
        dev.service(retry_s=1).export()
