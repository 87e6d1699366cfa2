"""jobs/run-now and what can be asked about the runs it starts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import OperationFailed, ResourceDoesNotExist
from databricks.sdk.service.jobs import RunLifeCycleState, RunResultState

from .conftest import ANA, Http, task, tasks

RUN_NOW = "/api/2.2/jobs/run-now"
RUNS = "/api/2.2/jobs/runs"
TWO = [task("first"), task("second", depends_on=[{"task_key": "first"}])]


def run_now(http: Http, job_id: int, *, token: str | None = None, **fields: Any) -> int:
    answer = http.post(RUN_NOW, {"job_id": job_id, **fields}, token=token)
    assert answer.status_code == 200, answer.text
    assert answer.json()["number_in_job"] == answer.json()["run_id"]
    return int(answer.json()["run_id"])


def get(http: Http, run_id: int, **query: Any) -> dict[str, Any]:
    answer = http.get(f"{RUNS}/get", run_id=run_id, **query)
    assert answer.status_code == 200, answer.text
    run: dict[str, Any] = answer.json()
    return run


def states(run: dict[str, Any]) -> tuple[str, str]:
    return run["state"]["life_cycle_state"], run["status"]["state"]


def test_the_sdk_runs_a_job_to_its_end(http: Http, sdk: WorkspaceClient) -> None:
    http.option(run_seconds=0.2)
    job_id = http.create(name="load", tasks=TWO)
    run = sdk.jobs.run_now(job_id, job_parameters={"day": "2026-01-01"}).result(
        timeout=timedelta(seconds=30)
    )
    assert run.state and run.state.life_cycle_state == RunLifeCycleState.TERMINATED
    assert run.state.result_state == RunResultState.SUCCESS
    assert [one.task_key for one in run.tasks or []] == ["first", "second"]
    assert run.run_page_url and f"#job/{job_id}/run/{run.run_id}" in run.run_page_url
    for one in run.tasks or []:
        output = sdk.jobs.get_run_output(one.run_id or 0)
        assert output.notebook_output and output.metadata and not output.error
        assert output.metadata.job_run_id == run.run_id


def test_a_run_goes_through_its_states(http: Http) -> None:
    http.option(run_seconds=1000)
    run_id = run_now(http, http.create(name="load", tasks=TWO))
    run = get(http, run_id)
    assert states(run) == ("PENDING", "PENDING") and run["end_time"] == 0
    assert [states(one) for one in run["tasks"]] == [("PENDING", "PENDING")] * 2
    assert "result_state" not in run["state"]
    http.option(run_seconds=0)
    ended = get(http, run_now(http, http.create(name="quick", tasks=TWO)))
    assert states(ended) == ("TERMINATED", "TERMINATED")
    assert ended["status"]["termination_details"]["code"] == "SUCCESS"
    assert ended["state"]["result_state"] == "SUCCESS" and ended["end_time"] >= ended["start_time"]


def test_a_run_may_stay_until_it_is_finished(http: Http) -> None:
    http.option(run_seconds=-1)
    run_id = run_now(http, http.create(name="load", tasks=TWO))
    assert states(get(http, run_id)) == ("PENDING", "PENDING")
    http.post("/_emulator/runs/finish", {"run_id": run_id, "result_state": "FAILED"})
    run = get(http, run_id)
    assert run["state"]["state_message"].startswith("Task first failed with message: Workload")
    assert run["status"]["termination_details"]["code"] == "RUN_EXECUTION_ERROR"
    assert [one["state"]["result_state"] for one in run["tasks"]] == ["FAILED", "UPSTREAM_FAILED"]
    output = http.get(f"{RUNS}/get-output", run_id=run["tasks"][0]["run_id"]).json()
    assert output["error"] and output["metadata"]["task_key"] == "first"


def test_a_failure_may_be_an_internal_error(http: Http, sdk: WorkspaceClient) -> None:
    http.option(run_seconds=0, runs_end_as="FAILED", failed_life_cycle="INTERNAL_ERROR")
    job_id = http.create(name="load", tasks=TWO)
    with pytest.raises(OperationFailed, match="INTERNAL_ERROR"):
        sdk.jobs.run_now(job_id).result(timeout=timedelta(seconds=10))
    run = get(http, run_now(http, job_id))
    assert states(run) == ("INTERNAL_ERROR", "TERMINATED")
    assert states(run["tasks"][0]) == ("TERMINATED", "TERMINATED")


def test_a_token_starts_one_run(http: Http) -> None:
    job_id = http.create(name="load")
    first = run_now(http, job_id, idempotency_token="once")
    assert run_now(http, job_id, idempotency_token="once") == first
    assert run_now(http, job_id, idempotency_token="twice") != first
    body = {"job_id": job_id, "idempotency_token": "x" * 65}
    assert http.post(RUN_NOW, body).status_code == 400


def test_parameters_of_the_run_lie_over_those_of_the_job(http: Http) -> None:
    parameters = [{"name": "b", "default": "1"}, {"name": "a", "default": "2"}]
    job_id = http.create(name="load", parameters=parameters)
    run = get(http, run_now(http, job_id, job_parameters={"b": "3", "c": "4"}))
    assert run["job_parameters"] == [
        {"name": "a", "default": "2", "value": "2"},
        {"name": "b", "default": "1", "value": "3"},
        {"name": "c", "value": "4"},
    ]
    run = get(http, run_now(http, http.create(name="old"), notebook_params={"x": "1"}))
    assert run["overriding_parameters"] == {"notebook_params": {"x": "1"}}
    assert http.post(RUN_NOW, {"job_id": job_id, "job_parameters": {"b": 3}}).status_code == 400
    assert http.post(RUN_NOW, {"job_id": job_id, "job_parameters": ["b"]}).status_code == 400


@pytest.mark.parametrize(
    ("only", "keys"),
    [
        (["b"], ["b"]),
        (["a", "c"], ["a", "c"]),
        (["+c"], ["a", "b", "c"]),
        (["b+"], ["b", "c"]),
        (["+b+"], ["a", "b", "c"]),
        (["none"], []),
    ],
)
def test_only_some_tasks_can_run(http: Http, only: list[str], keys: list[str]) -> None:
    chain = [
        task("a"),
        task("b", depends_on=[{"task_key": "a"}]),
        task("c", depends_on=[{"task_key": "b"}]),
    ]
    run = get(http, run_now(http, http.create(name="load", tasks=chain), only=only))
    assert [one["task_key"] for one in run.get("tasks", [])] == keys


def test_a_run_waits_for_a_free_slot(http: Http) -> None:
    http.option(run_seconds=1000)
    job_id = http.create(name="load", tasks=TWO)
    first, second = run_now(http, job_id), run_now(http, job_id)
    queued = get(http, second)
    assert states(queued) == ("QUEUED", "QUEUED")
    assert queued["status"]["queue_details"]["code"] == "MAX_CONCURRENT_RUNS_REACHED"
    http.post("/_emulator/runs/finish", {"run_id": first})
    assert states(get(http, second)) == ("PENDING", "PENDING")


def test_without_a_queue_a_run_is_skipped(http: Http) -> None:
    http.option(run_seconds=1000)
    job_id = http.create(name="load", queue={"enabled": False}, max_concurrent_runs=1)
    run_now(http, job_id)
    skipped = get(http, run_now(http, job_id))
    assert states(skipped) == ("SKIPPED", "TERMINATED")
    assert skipped["state"]["result_state"] == "MAXIMUM_CONCURRENT_RUNS_REACHED"
    assert states(get(http, run_now(http, job_id, queue={"enabled": True})))[0] == "QUEUED"


def test_runs_are_cancelled(http: Http, sdk: WorkspaceClient) -> None:
    http.option(run_seconds=1000)
    job_id = http.create(name="load", tasks=TWO)
    first, second, third = (run_now(http, job_id) for _ in range(3))
    cancelled = sdk.jobs.cancel_run(first).result(timeout=timedelta(seconds=10))
    assert cancelled.state and cancelled.state.result_state == RunResultState.CANCELED
    assert get(http, first)["status"]["termination_details"]["code"] == "USER_CANCELED"
    assert states(get(http, second))[0] == "PENDING" and states(get(http, third))[0] == "QUEUED"
    http.post(f"{RUNS}/cancel-all", {"job_id": job_id, "all_queued_runs": True})
    assert states(get(http, second))[0] == "PENDING"
    sdk.jobs.cancel_all_runs(job_id=job_id)
    assert [states(get(http, one))[0] for one in (second, third)] == ["TERMINATED"] * 2
    ended = get(http, first)
    http.post(f"{RUNS}/cancel", {"run_id": first})
    assert get(http, first) == ended


def test_without_a_job_the_queued_runs_of_all_jobs_are_cancelled(http: Http) -> None:
    """Source: databricks-sdk jobs.py, `cancel_all_runs`, parameter all_queued_runs."""
    http.option(run_seconds=1000)
    http.seed(users=[ANA])
    hers = http.create(name="hers", token="ana-token")
    other = http.create(name="other")
    running, queued = run_now(http, hers), run_now(http, hers)
    run_now(http, other)
    not_hers = run_now(http, other)
    body = {"all_queued_runs": True}
    assert http.post(f"{RUNS}/cancel-all", body, token="ana-token").status_code == 200
    found = [states(get(http, run_id))[0] for run_id in (running, queued, not_hers)]
    assert found == ["PENDING", "TERMINATED", "QUEUED"]
    assert http.post(f"{RUNS}/cancel-all", body).status_code == 200
    assert states(get(http, not_hers))[0] == "TERMINATED"


def test_runs_are_deleted_after_their_end(http: Http, sdk: WorkspaceClient) -> None:
    http.option(run_seconds=1000)
    run_id = run_now(http, http.create(name="load"))
    assert http.post(f"{RUNS}/delete", {"run_id": run_id}).status_code == 400
    http.post("/_emulator/runs/finish", {"run_id": run_id})
    sdk.jobs.delete_run(run_id)
    with pytest.raises(ResourceDoesNotExist, match=f"Run {run_id} does not exist"):
        sdk.jobs.get_run(run_id)


def test_long_runs_come_in_pages(http: Http, sdk: WorkspaceClient) -> None:
    run_id = run_now(http, http.create(name="long", tasks=tasks(250)))
    page = get(http, run_id)
    assert len(page["tasks"]) == 100 and page["next_page_token"]
    assert len(get(http, run_id, page_token=page["next_page_token"])["tasks"]) == 100
    assert len(sdk.jobs.get_run(run_id).tasks or []) == 250


def test_a_task_is_found_by_its_own_run_id(http: Http) -> None:
    run = get(http, run_now(http, http.create(name="load", tasks=TWO)))
    one = get(http, run["tasks"][1]["run_id"])
    assert (one["task_key"], one["job_run_id"]) == ("second", run["run_id"])
    answer = http.get(f"{RUNS}/get-output", run_id=run["run_id"])
    assert answer.status_code == 400 and "multiple tasks" in answer.json()["message"]
    single = get(http, run_now(http, http.create(name="one", tasks=[task("t")])))
    output = http.get(f"{RUNS}/get-output", run_id=single["run_id"]).json()
    assert output["metadata"]["task_key"] == "t"
    bare = run_now(http, http.create(name="bare"))
    assert http.get(f"{RUNS}/get-output", run_id=bare).json()["metadata"]["run_id"] == bare


def test_lists_show_runs_and_their_tasks_on_request(http: Http) -> None:
    http.option(run_seconds=1000)
    run_id = run_now(http, http.create(name="load", tasks=TWO))
    [plain] = http.get(f"{RUNS}/list", active_only="true").json()["runs"]
    assert plain["run_id"] == run_id and "tasks" not in plain
    [expanded] = http.get(f"{RUNS}/list", expand_tasks="true").json()["runs"]
    assert len(expanded["tasks"]) == 2


def test_rights_are_those_on_the_job(http: Http) -> None:
    http.seed(users=[ANA])
    http.option(visibility_by_acl=True, run_seconds=1000)
    job_id = http.create(name="load")
    run_id = run_now(http, job_id)
    assert http.post(RUN_NOW, {"job_id": job_id}, token="ana-token").status_code == 403
    assert http.send("GET", f"{RUNS}/get?run_id={run_id}", token="ana-token").status_code == 403
    view = {"user_name": ANA["userName"], "permission_level": "CAN_VIEW"}
    path = f"/api/2.0/permissions/jobs/{job_id}"
    http.send("PATCH", path, json={"access_control_list": [view]})
    assert http.send("GET", f"{RUNS}/get?run_id={run_id}", token="ana-token").status_code == 200
    assert http.post(f"{RUNS}/cancel", {"run_id": run_id}, token="ana-token").status_code == 403
    run = {"user_name": ANA["userName"], "permission_level": "CAN_MANAGE_RUN"}
    http.send("PATCH", path, json={"access_control_list": [run]})
    assert (
        get(http, run_now(http, job_id, token="ana-token"))["creator_user_name"]
        == (ANA["userName"])
    )
    assert http.post(f"{RUNS}/cancel", {"run_id": run_id}, token="ana-token").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("POST", "run-now", "Job 7 does not exist."),
        ("GET", "runs/get", "Run 7 does not exist."),
        ("GET", "runs/get-output", "Run 7 does not exist."),
        ("POST", "runs/cancel", "Run 7 does not exist."),
        ("POST", "runs/delete", "Run 7 does not exist."),
    ],
)
def test_what_is_missing_is_named(http: Http, method: str, path: str, message: str) -> None:
    fields = {"job_id": 7, "run_id": 7}
    answer = http.send(method, f"/api/2.2/jobs/{path}", params=fields, json=fields)
    assert (answer.status_code, answer.json()["message"]) == (400, message)
