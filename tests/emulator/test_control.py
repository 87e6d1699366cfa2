"""Seeds, faults, options and calls: the control endpoints."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import ApiClient

from emulator import EmulatorError, RunningWorkspace

from .conftest import Http

CREATE = "POST /api/2.2/jobs/create"
LIST = "GET /api/2.2/jobs/list"
CREATE_SENT = ("/api/2.2/jobs/create", "application/json")


def fault(http: Http, **fields: Any) -> None:
    answer = http.post("/_emulator/faults", fields)
    assert answer.status_code == 200, answer.text


def job_names(http: Http) -> list[str]:
    return [job["settings"]["name"] for job in http.get("/_emulator/state").json()["jobs"]]


def test_a_status_fault_strikes_the_nth_call_as_often_as_told(http: Http) -> None:
    fault(http, endpoint=LIST, call=2, times=2, status=500, body={"message": "no"})
    codes = [http.get("/api/2.2/jobs/list").status_code for _ in range(5)]
    assert codes == [200, 500, 500, 200, 200]


def test_a_fault_may_strike_the_nth_call_of_a_method(http: Http) -> None:
    fault(http, endpoint="POST *", call=2, status=500)
    read = [http.get("/api/2.2/jobs/list").status_code for _ in range(3)]
    written = [http.post("/api/2.2/jobs/create", {"name": "a"}).status_code for _ in range(3)]
    assert (read, written) == ([200, 200, 200], [200, 500, 200])


def test_a_status_before_prevents_and_after_only_hides_the_effect(http: Http) -> None:
    fault(http, endpoint=CREATE, when="before")
    fault(http, endpoint=CREATE, call=2, when="after", headers={"Retry-After": "7"})
    assert http.post("/api/2.2/jobs/create", {"name": "lost"}).status_code == 503
    answer = http.post("/api/2.2/jobs/create", {"name": "done"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert job_names(http) == ["done"]


@pytest.mark.parametrize(("when", "names"), [("before", []), ("after", ["a"])])
def test_a_cut_drops_the_connection(http: Http, when: str, names: list[str]) -> None:
    fault(http, endpoint=CREATE, kind="cut", when=when)
    with pytest.raises(requests.ConnectionError):
        http.post("/api/2.2/jobs/create", {"name": "a"})
    assert job_names(http) == names


def test_an_answer_can_be_cut_in_its_middle(http: Http) -> None:
    fault(http, endpoint=LIST, kind="cut", when="after", cut_after_bytes=1)
    with pytest.raises(requests.RequestException):
        http.get("/api/2.2/jobs/list")


def test_the_sdk_retries_create_after_a_lost_answer_and_makes_two_jobs(
    http: Http, sdk: WorkspaceClient
) -> None:
    fault(http, endpoint=CREATE, kind="cut", when="after")
    sdk.jobs.create(name="twice")
    assert job_names(http) == ["twice", "twice"]


def test_a_delay_waits_and_then_goes_on(http: Http) -> None:
    fault(http, endpoint="*", kind="delay", delay_s=0.1)
    started = time.monotonic()
    assert http.get("/api/2.2/jobs/list").status_code == 200
    assert time.monotonic() - started >= 0.1


def test_a_fault_may_answer_html_and_strike_by_chance(http: Http) -> None:
    fault(http, endpoint=LIST, times=0, status=502, body="<html>", probability=0.5, seed=3)
    answers = [http.get("/api/2.2/jobs/list") for _ in range(20)]
    failed = [answer for answer in answers if answer.status_code == 502]
    assert 0 < len(failed) < 20
    assert failed[0].text == "<html>" and failed[0].headers["Content-Type"] == "text/html"


def test_faults_are_listed_and_cleared(http: Http) -> None:
    fault(http, endpoint=LIST)
    [listed] = http.get("/_emulator/faults").json()["faults"]
    assert (listed["endpoint"], listed["calls"]) == (LIST, 0)
    http.send("DELETE", "/_emulator/faults")
    assert http.get("/api/2.2/jobs/list").status_code == 200


@pytest.mark.parametrize(
    "fields",
    [{"kind": "flood"}, {"colour": "red"}, {"call": "1"}, {"delay_s": "x"}, {"headers": 3}],
)
def test_bad_faults_are_refused(http: Http, fields: dict[str, Any]) -> None:
    assert http.post("/_emulator/faults", fields).status_code == 400
    assert http.get("/_emulator/faults").json() == {"faults": []}


def test_calls_are_counted_by_route_template(http: Http, api: ApiClient) -> None:
    http.send("DELETE", "/_emulator/calls")
    http.get("/api/2.2/jobs/list")
    http.get("/api/2.2/jobs/list")
    http.get("/api/2.0/repos/1")
    assert http.get("/_emulator/calls").json() == {LIST: 2, "GET /api/2.0/repos/{id}": 1}


def test_requests_are_recorded_whole_when_the_option_asks_for_it(http: Http) -> None:
    http.get("/api/2.2/jobs/list")
    http.option(record_requests=True)
    http.get("/api/2.0/workspace/get-status?path=%2FShared%2Fa%20b")
    http.post("/api/2.2/jobs/create", {"name": "é"})
    read, written = http.get("/_emulator/requests").json()["requests"]
    assert (read["method"], read["body_base64"]) == ("GET", "")
    assert read["target"] == "/api/2.0/workspace/get-status?path=%2FShared%2Fa%20b"
    assert (written["target"], written["content_type"]) == CREATE_SENT
    assert read["at_s"] < written["at_s"]
    assert json.loads(base64.b64decode(written["body_base64"])) == {"name": "é"}
    http.send("DELETE", "/_emulator/requests")
    assert http.get("/_emulator/requests").json() == {"requests": []}


def test_a_rate_limit_answers_429(http: Http) -> None:
    http.option(requests_per_second=1)
    answers = [http.get("/api/2.2/jobs/list") for _ in range(5)]
    throttled = [answer for answer in answers if answer.status_code == 429]
    assert throttled and throttled[0].headers["Retry-After"] == "1"
    assert throttled[0].json()["error_code"] == "REQUEST_LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    "change",
    [{"colour": 1}, {"serverless": "no"}, {"missing_job_status": 418}, {"git_credentials": "x"}],
)
def test_bad_options_are_refused(http: Http, change: dict[str, Any]) -> None:
    assert http.send("PATCH", "/_emulator/options", json=change).status_code == 400


def test_seeded_jobs_are_stored_as_they_are(http: Http) -> None:
    settings = {"name": "old", "tasks": [{"task_key": "a", "existing_cluster_id": "deleted"}]}
    http.seed(
        jobs=[
            {"job_id": 9007199254740993, "created_time": 1700000000000, "settings": settings},
            {"settings": {"name": "without id"}},
        ]
    )
    [newer, older] = http.get("/_emulator/state").json()["jobs"]
    assert older["job_id"] == 9007199254740993 and older["settings"] == settings
    assert len(str(newer["job_id"])) >= 15
    assert "token" not in http.get("/_emulator/state").text


def test_seeds_fill_clusters_and_other_resources(http: Http) -> None:
    http.seed(
        clusters=[
            {"cluster_id": "a", "cluster_name": "same"},
            {"cluster_id": "b", "cluster_name": "same", "cluster_source": "JOB"},
        ],
        warehouses=[{"id": str(number), "name": f"w{number}"} for number in range(3)],
        pipelines=[{"pipeline_id": "p", "name": "dlt"}],
    )
    clusters = "/api/2.1/clusters"
    assert len(http.get(f"{clusters}/list").json()["clusters"]) == 2
    sources = {"filter_by.cluster_sources": ["UI", "API"]}
    [ours] = http.get(f"{clusters}/list", **sources).json()["clusters"]
    assert ours["cluster_id"] == "a"
    missing = http.get(f"{clusters}/get", cluster_id="x")
    assert (missing.status_code, missing.json()["message"]) == (400, "Cluster x does not exist")
    first = http.get("/api/2.0/sql/warehouses", page_size=2).json()
    query = {"page_size": "2", "page_token": first["next_page_token"]}
    second = http.get("/api/2.0/sql/warehouses", **query).json()
    assert [one["id"] for one in first["warehouses"] + second["warehouses"]] == ["0", "1", "2"]
    assert http.get("/api/2.0/sql/warehouses/7").status_code == 404
    assert http.get("/api/2.0/pipelines").json()["statuses"][0]["name"] == "dlt"
    assert http.get("/api/2.0/pipelines", max_results=101).status_code == 400
    assert http.get("/api/2.0/instance-pools/list").json() == {}


@pytest.mark.parametrize(
    "document", [{"job": []}, {"jobs": [{}]}, {"clusters": [{}]}, {"users": 3}]
)
def test_malformed_seeds_are_refused(
    http: Http, workspace: RunningWorkspace, document: dict[str, Any]
) -> None:
    assert http.post("/_emulator/seed", document).status_code == 400
    with pytest.raises(EmulatorError):
        workspace.seed(document)


def test_reset_empties_the_workspace_and_seeds_it_anew(
    http: Http, workspace: RunningWorkspace
) -> None:
    http.create(name="a")
    http.option(serverless=False)
    http.seed(files=[{"path": "/Shared/x/a.json", "content": "1"}])
    seed = {"git_folders": [{"path": "/Shared/other", "kind": "cli"}], "jobs": []}
    assert http.post("/_emulator/reset", seed).status_code == 200
    assert job_names(http) == []
    assert workspace.git_folder_path == "/Workspace/Shared/other"
    assert http.get("/_emulator/options").json()["serverless"] is True
    assert http.get("/api/2.0/workspace/list", path="/Shared/x").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
    ],
)
def test_other_sites_cannot_control_a_workspace(http: Http, headers: dict[str, str]) -> None:
    answer = http.send("POST", "/_emulator/reset", json={}, headers=headers)
    assert answer.status_code == 403


def test_unknown_paths_and_methods_answer_in_json(http: Http) -> None:
    for method, path in (("GET", "/api/2.2/jobs/nope"), ("GET", "/api/2.2/jobs/create")):
        answer = http.send(method, path)
        assert (answer.status_code, answer.json()) == (
            404,
            {
                "error_code": "ENDPOINT_NOT_FOUND",
                "message": f"No API found for '{method} {path}'",
            },
        )
