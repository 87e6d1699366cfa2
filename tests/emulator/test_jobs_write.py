"""jobs/create, reset, update, delete and permissions: what they store and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import ANA, Http, task, tasks

CREATE = "/api/2.2/jobs/create"
RESET = "/api/2.2/jobs/reset"
ADMIN = "admin@dev.example"
POOLED = {"spark_version": "15", "instance_pool_id": "p", "node_type_id": "m5", "num_workers": 1}


def test_unknown_fields_survive_at_any_depth(http: Http) -> None:
    settings: dict[str, Any] = {
        "name": "a",
        "brand_new": {"deep": [{"x": 1.5, "big": 9007199254740993}], "empty": {}},
        "tasks": [task("t", invented={"y": []}, run_if="SOMETHING_NEW")],
    }
    read = http.settings(http.create(**settings))
    assert read["brand_new"] == settings["brand_new"]
    assert read["tasks"][0]["invented"] == {"y": []}
    assert read["tasks"][0]["run_if"] == "SOMETHING_NEW"


def test_nulls_are_absent_fields(http: Http) -> None:
    read = http.settings(http.create(name="a", description=None, tags={"a": None, "b": "1"}))
    assert "description" not in read
    assert read["tags"] == {"b": "1"}


def test_names_need_not_be_unique(http: Http) -> None:
    assert http.create(name="same") != http.create(name="same")


def test_a_job_without_a_name_is_untitled(http: Http) -> None:
    assert http.settings(http.create())["name"] == "Untitled"


def test_reset_replaces_everything_but_run_as_and_permissions(http: Http) -> None:
    http.seed(users=[ANA])
    grant = {"user_name": ANA["userName"], "permission_level": "CAN_MANAGE"}
    job_id = http.create(
        name="a",
        description="old",
        run_as={"user_name": ANA["userName"]},
        access_control_list=[grant],
    )
    body = {"job_id": job_id, "new_settings": {"name": "b"}}
    assert http.post(RESET, body).json() == {}
    job = http.get("/api/2.2/jobs/get", job_id=job_id).json()
    assert job["settings"]["name"] == "b" and "description" not in job["settings"]
    assert job["settings"]["run_as"] == {"user_name": ANA["userName"]}
    assert job["run_as_user_name"] == ANA["userName"]
    acl = http.get(f"/api/2.0/permissions/jobs/{job_id}").json()["access_control_list"]
    assert [entry.get("user_name") for entry in acl] == [ANA["userName"], ADMIN, None]


def test_update_merges_by_key_and_removes_fields(http: Http) -> None:
    job_id = http.create(name="a", description="old", tasks=[task("x"), task("y")])
    changed = task("x", timeout_seconds=5)
    http.post(
        "/api/2.2/jobs/update",
        {
            "job_id": job_id,
            "new_settings": {"tasks": [changed, task("z")]},
            "fields_to_remove": ["description", "tasks/y"],
        },
    )
    read = http.settings(job_id)
    assert [one["task_key"] for one in read["tasks"]] == ["x", "z"]
    assert read["tasks"][0]["timeout_seconds"] == 5
    assert "description" not in read


def test_delete_removes_the_job_and_then_says_that_it_is_missing(http: Http) -> None:
    job_id = http.create(name="a")
    body = {"job_id": job_id}
    assert http.post("/api/2.2/jobs/delete", body).json() == {}
    answer = http.post("/api/2.2/jobs/delete", body)
    assert answer.json()["message"] == f"Job {job_id} does not exist."


@pytest.mark.parametrize(
    ("settings", "status", "message"),
    [
        ({"job_clusters": [{"job_cluster_key": "c"}]}, 400, "Shared job cluster feature is only"),
        (
            {"tasks": [{"notebook_task": {}}]},
            400,
            "Missing required field: settings.tasks.task_key",
        ),
        ({"tasks": [task("a"), task("a")]}, 400, "Duplicate task key: a"),
        ({"tasks": [task("a", depends_on=[{"task_key": "b"}])]}, 400, "depends on unknown task b"),
        ({"tasks": [task("a", depends_on=[{}])]}, 400, "settings.tasks.depends_on.task_key"),
        ({"tasks": [task("a", job_cluster_key="c")]}, 400, "Job cluster c of task a"),
        ({"tasks": [task("a", new_cluster=POOLED)]}, 400, "'node_type_id' cannot be supplied"),
        ({"tasks": [{"task_key": "a", "spark_jar_task": {}}]}, 400, "One of job_cluster_key"),
        ({"tasks": [task("a", new_cluster={})]}, 400, "settings.cluster_spec.new_cluster.size"),
        ({"tasks": [task("a", new_cluster={"num_workers": 0})]}, 400, "NumWorkers could be 0 only"),
        ({"tasks": [task("a", existing_cluster_id="x")]}, 400, "Cluster x does not exist"),
        ({"tasks": [task("a", existing_cluster_id="job")]}, 400, "only supports all-purpose"),
        (
            {"tasks": [{"task_key": "a", "run_job_task": {"job_id": 7}}]},
            400,
            "Job 7 does not exist.",
        ),
        (
            {"tasks": [{"task_key": "a", "sql_task": {"warehouse_id": "w"}}]},
            404,
            "Warehouse w does",
        ),
        ({"tasks": tasks(1001)}, 400, "1001 tasks"),
        ({"name": "ü" * 2049}, 400, "4096 bytes"),
        ({"tags": {str(number): "" for number in range(26)}}, 400, "26 tags"),
        ({"git_source": {"git_url": "u", "git_provider": "svn"}}, 400, "must be one of: github,"),
        ({"run_as": {"user_name": "x"}}, 404, "Principal: UserName(x) does not exist"),
        ({"run_as": {}}, 400, "Exactly one of user_name"),
        ({"run_as": {"user_name": "gone@x.example"}}, 400, "is not active"),
        (
            {"webhook_notifications": {"on_failure": [{"id": ""}]}},
            400,
            "notifications.on_failure.id",
        ),
        ({"webhook_notifications": {"on_start": [{"id": "x"}]}}, 400, "Webhook with id 'x'"),
        ({"tasks": "x"}, 400, "Could not parse request object"),
        ({"access_control_list": [{"permission_level": "CAN_VIEW"}]}, 400, "Principal name not"),
    ],
)
def test_create_refuses(http: Http, settings: dict[str, Any], status: int, message: str) -> None:
    http.seed(
        clusters=[{"cluster_id": "job", "cluster_name": "c", "cluster_source": "JOB"}],
        users=[{"userName": "gone@x.example", "active": False}],
    )
    answer = http.post(CREATE, settings)
    assert answer.status_code == status, answer.text
    assert message in answer.json()["message"]
    assert http.get("/api/2.2/jobs/list").json() == {}


def test_messages_of_reset_call_the_settings_new_settings(http: Http) -> None:
    job_id = http.create(name="a")
    answer = http.post(RESET, {"job_id": job_id, "new_settings": {"tasks": [{}]}})
    assert answer.json()["message"] == "Missing required field: new_settings.tasks.task_key."


def test_a_git_provider_matches_in_any_case(http: Http) -> None:
    http.create(name="a", git_source={"git_url": "u", "git_provider": "GITHUB"})


def test_a_single_node_cluster_keeps_its_zero_workers(http: Http) -> None:
    cluster = {
        "num_workers": 0,
        "custom_tags": {"ResourceClass": "SingleNode"},
        "spark_conf": {"spark.databricks.cluster.profile": "singleNode"},
    }
    read = http.settings(http.create(name="a", tasks=[task("t", new_cluster=cluster)]))
    assert read["tasks"][0]["new_cluster"]["num_workers"] == 0


def test_without_serverless_a_notebook_needs_a_cluster(http: Http) -> None:
    http.option(serverless=False)
    answer = http.post(CREATE, {"name": "a", "tasks": [task("t")]})
    assert "Serverless compute for workflows is not enabled" in answer.json()["message"]


def test_a_job_may_run_itself_once_it_exists(http: Http) -> None:
    job_id = http.create(name="a")
    again = {"task_key": "again", "run_job_task": {"job_id": job_id}}
    body = {"job_id": job_id, "new_settings": {"name": "a", "tasks": [again]}}
    assert http.post(RESET, body).status_code == 200


@pytest.mark.parametrize("content", [b"{", b"[1]", b'"x"', b'{"a": NaN}', b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_object_is_malformed(http: Http, content: bytes) -> None:
    answer = http.send("POST", CREATE, data=content)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "MALFORMED_REQUEST")


def test_non_admins_run_jobs_as_themselves_only(http: Http) -> None:
    http.seed(users=[ANA])
    http.create(name="a", run_as={"user_name": ANA["userName"].upper()}, token="ana-token")
    refused = http.post(CREATE, {"run_as": {"user_name": ADMIN}}, token="ana-token")
    assert (refused.status_code, refused.json()["error_code"]) == (403, "PERMISSION_DENIED")


def test_admins_need_the_user_role_on_some_service_principals(http: Http) -> None:
    http.seed(service_principals=[{"applicationId": "app-1", "displayName": "etl"}])
    http.create(name="a", run_as={"service_principal_name": "app-1"})
    http.option(service_principals_without_user_role=["app-1"])
    answer = http.post(CREATE, {"run_as": {"service_principal_name": "app-1"}})
    assert answer.status_code == 403


def test_a_writer_without_rights_is_refused(http: Http) -> None:
    http.seed(users=[ANA])
    job_id = http.create(name="a")
    for path in ("reset", "update", "delete"):
        body = {"job_id": job_id, "new_settings": {}}
        answer = http.post(f"/api/2.2/jobs/{path}", body, token="ana-token")
        assert answer.status_code == 403
    answer = http.send("GET", f"/api/2.0/permissions/jobs/{job_id}", token="ana-token")
    assert f"ElasticJobId({job_id})" in answer.json()["message"]


def test_the_quota_of_jobs_is_enforced(http: Http) -> None:
    http.option(max_jobs=1)
    http.create(name="a")
    assert http.post(CREATE, {"name": "b"}).json()["error_code"] == "QUOTA_EXCEEDED"


def test_permissions_name_the_owner_and_the_inherited_admins(http: Http) -> None:
    answer = http.get(f"/api/2.0/permissions/jobs/{(job_id := http.create(name='a'))}").json()
    owner, admins = answer["access_control_list"]
    assert answer["object_id"] == f"/jobs/{job_id}" and answer["object_type"] == "job"
    assert owner["user_name"] == ADMIN
    assert owner["all_permissions"] == [{"permission_level": "IS_OWNER", "inherited": False}]
    assert admins["group_name"] == "admins"
    assert admins["all_permissions"][0]["inherited"] is True


def test_permissions_need_exactly_one_owner_and_the_last_level_wins(http: Http) -> None:
    http.seed(users=[ANA])
    path = f"/api/2.0/permissions/jobs/{http.create(name='a')}"
    ana = ANA["userName"]
    viewer = {"user_name": ana, "permission_level": "CAN_VIEW"}
    answer = http.send("PUT", path, json={"access_control_list": [viewer]})
    assert answer.json()["message"] == "The job must have exactly one owner."
    entries = [viewer, {"user_name": ana, "permission_level": "IS_OWNER"}]
    answer = http.send("PATCH", path, json={"access_control_list": entries})
    owner, _admins = answer.json()["access_control_list"]
    assert owner["user_name"] == ana
    demoted = [{"user_name": ana, "permission_level": "CAN_MANAGE"}]
    answer = http.send("PATCH", path, json={"access_control_list": demoted})
    assert answer.status_code == 400
