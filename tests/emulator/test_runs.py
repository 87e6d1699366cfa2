"""runs/list, and the control endpoints that start and finish runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient

from emulator import start_environment

from .conftest import ANA, Http

LIST = "/api/2.2/jobs/runs/list"


def start(http: Http, job_id: int, **fields: object) -> int:
    answer = http.post("/_emulator/runs/start", {"job_id": job_id, **fields})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["run_id"])


def finish(http: Http, run_id: int, **fields: object) -> None:
    answer = http.post("/_emulator/runs/finish", {"run_id": run_id, **fields})
    assert answer.status_code == 200, answer.text


def listed(http: Http, **query: object) -> list[int]:
    return [run["run_id"] for run in http.get(LIST, **query).json().get("runs", [])]


def test_without_runs_the_list_has_none(http: Http) -> None:
    http.create(name="load")
    assert http.get(LIST, active_only="true").json() == {"has_more": False}


def test_a_run_is_active_until_it_is_finished(http: Http) -> None:
    job_id = http.create(name="load")
    run_id = start(http, job_id)
    [run] = http.get(LIST, active_only="true").json()["runs"]
    assert (run["job_id"], run["run_id"], run["run_name"]) == (job_id, run_id, "load")
    assert run["state"]["life_cycle_state"] == "RUNNING" and run["end_time"] == 0
    assert listed(http, completed_only="true") == []
    finish(http, run_id, result_state="FAILED")
    assert listed(http, active_only="true") == []
    [run] = http.get(LIST).json()["runs"]
    assert run["state"] == {
        "life_cycle_state": "TERMINATED",
        "state_message": "",
        "result_state": "FAILED",
    }
    assert run["end_time"] > 0
    assert listed(http, completed_only="true") == [run_id]


@pytest.mark.parametrize("state", ["QUEUED", "PENDING", "RUNNING", "TERMINATING"])
def test_every_state_before_the_end_is_active(http: Http, state: str) -> None:
    run_id = start(http, http.create(name="load"), state=state)
    assert listed(http, active_only="true") == [run_id]


def test_runs_of_one_job_can_be_asked_for(http: Http) -> None:
    first, second = http.create(name="a"), http.create(name="b")
    start(http, first)
    wanted = start(http, second)
    assert listed(http, job_id=second) == [wanted]


def test_the_list_pages_newest_first_and_back(http: Http) -> None:
    job_id = http.create(name="load")
    ids = [start(http, job_id) for _ in range(5)]
    first = http.get(LIST, limit=2, active_only="true").json()
    assert [run["run_id"] for run in first["runs"]] == [ids[4], ids[3]] and first["has_more"]
    finish(http, ids[4])  # shifts nothing
    token = first["next_page_token"]
    second = http.get(LIST, limit=2, active_only="true", page_token=token).json()
    assert [run["run_id"] for run in second["runs"]] == [ids[2], ids[1]]
    token = second["next_page_token"]
    last = http.get(LIST, limit=2, active_only="true", page_token=token).json()
    assert [run["run_id"] for run in last["runs"]] == [ids[0]]
    assert last["has_more"] is False and "next_page_token" not in last
    assert listed(http, limit=2, active_only="true", page_token=last["prev_page_token"]) == [
        ids[2],
        ids[1],
    ]


def test_limits_are_those_of_the_service(http: Http) -> None:
    job_id = http.create(name="load")
    for _ in range(30):
        start(http, job_id)
    assert len(listed(http)) == 20
    assert len(listed(http, limit=0)) == len(listed(http, limit=26)) == 26
    answer = http.get(LIST, limit=27)
    assert answer.status_code == 400
    assert answer.json()["message"] == "Invalid limit 27 - it has to be no more than 26."
    assert http.get(LIST, page_token="bad").status_code == 400
    assert http.get(LIST, active_only="true", completed_only="true").status_code == 400


def test_the_sdk_reads_all_pages(http: Http, sdk: WorkspaceClient) -> None:
    job_id = http.create(name="load")
    ids = {start(http, job_id) for _ in range(45)}
    finished = ids.pop()
    finish(http, finished)
    assert {run.run_id for run in sdk.jobs.list_runs(active_only=True)} == ids


def test_runs_are_seen_by_those_who_see_the_job(http: Http) -> None:
    http.seed(users=[ANA])
    http.option(visibility_by_acl=True)
    start(http, http.create(name="hidden"))
    seen = start(http, http.create(name="hers", token="ana-token"))
    runs = http.send("GET", LIST, token="ana-token").json()["runs"]
    assert [run["run_id"] for run in runs] == [seen]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("start", {"job_id": 1}, 404),
        ("start", {}, 400),
        ("finish", {"run_id": 1}, 404),
        ("finish", {"run_id": "x"}, 400),
    ],
)
def test_bad_control_requests_are_refused(http: Http, path, body, status) -> None:
    assert http.post(f"/_emulator/runs/{path}", body).status_code == status


def test_a_run_starts_in_an_active_state(http: Http) -> None:
    body = {"job_id": http.create(name="load"), "state": "TERMINATED"}
    assert http.post("/_emulator/runs/start", body).status_code == 400
    assert listed(http) == []


def test_runs_outlive_a_restart_and_not_a_reset(tmp_path: Path) -> None:
    with start_environment(tmp_path, ["DEV"]) as environment:
        http = Http(environment["DEV"])
        run_id = start(http, http.create(name="load"))
    with start_environment(tmp_path, ["DEV"]) as environment:
        http = Http(environment["DEV"])
        assert listed(http, active_only="true") == [run_id]
        [stored] = http.get("/_emulator/state").json()["runs"]
        assert stored["run_id"] == run_id
        http.post("/_emulator/reset", {})
        assert listed(http) == []
