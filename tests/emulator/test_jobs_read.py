"""jobs/list and jobs/get: pages, defaults and order."""

from __future__ import annotations

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import ApiClient

from .conftest import ANA, Http, task, tasks

LIST = "/api/2.2/jobs/list"
GET = "/api/2.2/jobs/get"


def test_an_empty_workspace_lists_nothing(api: ApiClient) -> None:
    assert api.do("GET", LIST) == {}


def test_list_pages_newest_first_and_back(http: Http) -> None:
    ids = [http.create(name=f"job {number}") for number in range(5)]
    first = http.get(LIST, limit=2).json()
    second = http.get(LIST, limit=2, page_token=first["next_page_token"]).json()
    third = http.get(LIST, limit=2, page_token=second["next_page_token"]).json()
    listed = [job["job_id"] for page in (first, second, third) for job in page["jobs"]]
    assert listed == ids[::-1]
    assert [page["has_more"] for page in (first, second, third)] == [True, True, False]
    assert "next_page_token" not in third
    back = http.get(LIST, limit=2, page_token=second["prev_page_token"]).json()
    assert back["jobs"] == first["jobs"]


def test_a_job_deleted_between_two_pages_shifts_nothing(http: Http) -> None:
    ids = [http.create(name=f"job {number}") for number in range(4)]
    first = http.get(LIST, limit=2).json()
    http.post("/api/2.2/jobs/delete", {"job_id": ids[3]})
    http.post("/api/2.2/jobs/delete", {"job_id": ids[1]})
    second = http.get(LIST, limit=2, page_token=first["next_page_token"]).json()
    assert [job["job_id"] for job in second["jobs"]] == [ids[0]]


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"page_token": "bad"}]
)
def test_a_bad_limit_or_token_is_refused(http: Http, query: dict[str, object]) -> None:
    http.create(name="a")
    answer = http.get(LIST, **query)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_list_filters_by_exact_name_in_any_case(http: Http) -> None:
    wanted = http.create(name="Load Sales")
    http.create(name="Load Sales 2")
    assert [job["job_id"] for job in http.get(LIST, name="load sales").json()["jobs"]] == [wanted]


def test_list_shows_tasks_only_when_asked_and_never_run_as(http: Http) -> None:
    http.create(name="a", tasks=tasks(2), run_as={"user_name": "admin@dev.example"})
    plain = http.get(LIST).json()["jobs"][0]
    expanded = http.get(LIST, expand_tasks="true").json()["jobs"][0]
    assert "tasks" not in plain["settings"]
    assert len(expanded["settings"]["tasks"]) == 2
    assert "run_as" not in plain["settings"] and "run_as" not in expanded["settings"]
    assert plain["run_as_user_name"] == "admin@dev.example"


def test_list_cuts_arrays_at_a_hundred_and_says_so(http: Http) -> None:
    http.create(name="long", tasks=tasks(101))
    http.create(name="short", tasks=tasks(100))
    short, long = http.get(LIST, expand_tasks="true").json()["jobs"]
    assert long["has_more"] is True and len(long["settings"]["tasks"]) == 100
    assert "has_more" not in short


def test_the_sdk_reads_all_tasks_of_a_long_job(sdk: WorkspaceClient, http: Http) -> None:
    job_id = http.create(name="long", tasks=tasks(250), parameters=[{"name": "p", "default": "1"}])
    job = sdk.jobs.get(job_id)
    assert job.settings and len(job.settings.tasks or []) == 250
    assert len(job.settings.parameters or []) == 1
    [listed] = list(sdk.jobs.list(expand_tasks=True))
    assert listed.settings and len(listed.settings.tasks or []) == 250


def test_later_pages_hold_empty_arrays(http: Http) -> None:
    job_id = http.create(name="long", tasks=tasks(250), parameters=[{"name": "p", "default": "1"}])
    token, sizes = "", []
    while True:
        page = http.get(GET, job_id=job_id, page_token=token).json()
        sizes.append((len(page["settings"]["tasks"]), len(page["settings"]["parameters"])))
        token = page.get("next_page_token", "")
        if not token:
            break
    assert sizes == [(100, 1), (100, 0), (50, 0)]


def test_api_2_1_has_no_tasks_of_a_long_job(http: Http) -> None:
    job_id = http.create(name="long", tasks=tasks(101))
    assert "tasks" not in http.get("/api/2.1/jobs/get", job_id=job_id).json()["settings"]
    listed = http.get("/api/2.1/jobs/list", expand_tasks="true").json()["jobs"][0]
    assert "tasks" not in listed["settings"] and "has_more" not in listed


def test_get_fills_in_defaults(http: Http) -> None:
    cluster = {"spark_version": "15.4.x-scala2.12", "node_type_id": "m5.large", "num_workers": 2}
    settings = http.settings(
        http.create(name="a", tasks=[task("t", new_cluster=cluster)], max_concurrent_runs=3)
    )
    assert settings["format"] == "MULTI_TASK"
    assert settings["email_notifications"] == settings["webhook_notifications"] == {}
    assert settings["queue"] == {"enabled": True}
    [read] = settings["tasks"]
    assert (read["run_if"], read["timeout_seconds"]) == ("ALL_SUCCESS", 0)
    assert read["notebook_task"]["source"] == "WORKSPACE"
    assert read["new_cluster"]["data_security_mode"] == "SINGLE_USER"


def test_get_hides_policy_defaults_and_adds_the_pools_node_type(http: Http) -> None:
    cluster = {
        "spark_version": "15.4.x-scala2.12",
        "instance_pool_id": "pool",
        "num_workers": 1,
        "apply_policy_default_values": True,
    }
    inner = {"inputs": "[1]", "task": task("inner", new_cluster=cluster)}
    settings = http.settings(
        http.create(
            name="a",
            job_clusters=[{"job_cluster_key": "c", "new_cluster": cluster}],
            tasks=[task("t", job_cluster_key="c"), {"task_key": "each", "for_each_task": inner}],
        )
    )
    for read in (settings["job_clusters"][0], settings["tasks"][1]["for_each_task"]["task"]):
        assert "apply_policy_default_values" not in read["new_cluster"]
        assert "node_type_id" in read["new_cluster"]
        assert read["new_cluster"]["driver_instance_pool_id"] == "pool"


def test_dependencies_and_webhooks_come_back_in_changing_order(http: Http) -> None:
    http.seed(notification_destinations=[{"id": f"d{n}", "display_name": "d"} for n in range(3)])
    keys = ["a", "b", "c", "d"]
    last = task("last", depends_on=[{"task_key": key} for key in keys])
    job_id = http.create(
        name="j",
        tasks=[*map(task, keys), last],
        webhook_notifications={"on_failure": [{"id": f"d{n}"} for n in range(3)]},
    )
    seen, hooks = set(), set()
    for _ in range(20):
        settings = http.settings(job_id)
        seen.add(tuple(one["task_key"] for one in settings["tasks"][-1]["depends_on"]))
        hooks.add(tuple(one["id"] for one in settings["webhook_notifications"]["on_failure"]))
    assert len(seen) > 1 and len(hooks) > 1
    assert {frozenset(order) for order in seen} == {frozenset(keys)}


def test_old_jobs_have_no_queue_unless_the_workspace_shows_one(http: Http) -> None:
    answer = http.post("/api/2.1/jobs/create", {"name": "old"})
    job_id = answer.json()["job_id"]
    assert "queue" not in http.settings(job_id)
    http.option(queue_on_get_for_old_jobs="false")
    assert http.settings(job_id)["queue"] == {"enabled": False}


def test_a_non_admin_sees_only_permitted_jobs(http: Http) -> None:
    http.seed(users=[ANA])
    foreign = http.create(name="foreign")
    shared = http.create(
        name="shared",
        access_control_list=[{"user_name": ANA["userName"], "permission_level": "CAN_VIEW"}],
    )
    own = http.create(name="own", token="ana-token")
    listed = http.send("GET", LIST, token="ana-token").json()["jobs"]
    assert [job["job_id"] for job in listed] == [own, shared]
    for job_id in (foreign, 42):  # permission is checked before existence
        answer = http.send("GET", GET, token="ana-token", params={"job_id": job_id})
        assert answer.status_code == 403
        assert answer.json()["message"] == (
            f"User {ANA['userName']} does not have View or Admin or Manage Run or Owner"
            f" permissions on job {job_id}"
        )


def test_a_missing_job_has_two_documented_answers(http: Http) -> None:
    answer = http.get(GET, job_id=42)
    assert (answer.status_code, answer.json()) == (
        400,
        {"error_code": "INVALID_PARAMETER_VALUE", "message": "Job 42 does not exist."},
    )
    http.option(missing_job_status=404)
    answer = http.get(GET, job_id=42)
    assert (answer.status_code, answer.json()) == (404, {"message": "Job 42 does not exist."})


def test_run_as_is_read_as_the_options_say(http: Http) -> None:
    job_id = http.create(name="a", run_as={"group_name": "admins"})
    assert http.settings(job_id)["run_as"] == {"group_name": "admins"}
    http.option(get_returns_group_run_as=False)
    assert "run_as" not in http.settings(job_id)
