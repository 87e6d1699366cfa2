"""Commands of the vendor's client for jobs, permissions and logins, request by request."""

from __future__ import annotations

import pytest

from emulator import RunningWorkspace

from .conftest import Http, task
from .vendor_cli import STATUS, Conversation, Step, me, replay

JOB = {"name": "load", "tasks": [task("main")]}
ANA = {"userName": "ana@contoso-retail.example"}
RUNS = "/api/2.2/jobs/runs/list"
FAR_FUTURE_MS = 4_000_000_000_000
POOLS = "/api/2.0/instance-pools"
POOL = {"instance_pool_id": "i", "instance_pool_name": "small"}

CONVERSATIONS = [
    Conversation("current-user me", "cmd/workspace/current-user/current-user.go", [me()]),
    Conversation(
        "jobs create, get, list, reset, update, delete",
        "cmd/workspace/jobs/jobs.go",
        [
            Step("POST", "/api/2.2/jobs/create", json=JOB, keep={"job": "job_id"}),
            Step(
                "GET",
                "/api/2.2/jobs/get",
                {"job_id": "{job}"},
                answer={"job_id": "{job}", "settings": {"name": "load", "tasks": list}},
            ),
            Step(
                "GET",
                "/api/2.2/jobs/list",
                {"limit": "100"},
                answer={"jobs": [{"job_id": "{job}", "creator_user_name": str}]},
            ),
            Step(
                "POST",
                "/api/2.2/jobs/update",
                json={"job_id": "{job}", "new_settings": {"name": "renamed"}},
            ),
            Step("POST", "/api/2.2/jobs/reset", json={"job_id": "{job}", "new_settings": JOB}),
            Step("POST", "/api/2.2/jobs/delete", json={"job_id": "{job}"}),
            Step(
                "GET",
                "/api/2.2/jobs/get",
                {"job_id": "{job}"},
                status=400,
                answer={"message": "Job {job} does not exist."},
            ),
        ],
    ),
    Conversation(
        "jobs run-now, get-run, list-runs, get-run-output, cancel-run",
        "cmd/workspace/jobs/jobs.go",
        [
            Step("POST", "/api/2.2/jobs/create", json=JOB, keep={"job": "job_id"}),
            Step("POST", "/api/2.2/jobs/run-now", json={"job_id": "{job}"}, keep={"run": "run_id"}),
            Step(
                "GET",
                "/api/2.2/jobs/runs/get",
                {"run_id": "{run}"},
                answer={"state": {"life_cycle_state": str}, "run_page_url": str, "tasks": list},
                keep={"task": "tasks.0.run_id"},
            ),
            Step(
                "GET",
                "/api/2.2/jobs/runs/list",
                {"active_only": "true", "job_id": "{job}"},
                answer={"runs": [{"run_id": "{run}"}]},
            ),
            Step("POST", "/api/2.2/jobs/runs/cancel", json={"run_id": "{run}"}, answer={}),
            Step(
                "GET",
                "/api/2.2/jobs/runs/get",
                {"run_id": "{run}"},
                answer={"state": {"life_cycle_state": "TERMINATED", "result_state": "CANCELED"}},
            ),
            Step(
                "GET",
                "/api/2.2/jobs/runs/get-output",
                {"run_id": "{task}"},
                answer={"metadata": {"run_id": "{task}"}},
            ),
        ],
    ),
    Conversation(
        "jobs list-runs with filters, cancel-all-runs of all jobs",
        "databricks-sdk-go service/jobs/model.go, ListRunsRequest and CancelAllRuns",
        [
            Step("POST", "/api/2.2/jobs/create", json=JOB, keep={"job": "job_id"}),
            Step("POST", "/api/2.2/jobs/run-now", json={"job_id": "{job}"}, keep={"run": "run_id"}),
            *(
                Step("GET", RUNS, {"job_id": "{job}", **query}, answer={"runs": [{"run_id": int}]})
                for query in (
                    {"run_type": "JOB_RUN"},
                    {"start_time_from": "1"},
                    {"start_time_to": str(FAR_FUTURE_MS)},
                )
            ),
            *(
                Step("GET", RUNS, {"job_id": "{job}", **query}, answer={"has_more": False})
                for query in (
                    {"run_type": "SUBMIT_RUN"},
                    {"start_time_from": str(FAR_FUTURE_MS)},
                    {"start_time_to": "1"},
                )
            ),
            Step("GET", RUNS, {"run_type": "WALK"}, status=400, answer={"message": str}),
            Step("POST", "/api/2.2/jobs/runs/cancel-all", json={"all_queued_runs": True}),
            Step("POST", "/api/2.2/jobs/runs/cancel-all", json={}, status=400),
        ],
    ),
    Conversation(
        "instance-pools list, get",
        "cmd/workspace/instance-pools/instance-pools.go",
        [
            Step("GET", "/api/2.0/instance-pools/list", answer={"instance_pools": [POOL]}),
            Step("GET", f"{POOLS}/get", {"instance_pool_id": "i"}, answer=POOL),
            Step(
                "GET",
                f"{POOLS}/get",
                {"instance_pool_id": "none"},
                status=404,
                answer={"error_code": "RESOURCE_DOES_NOT_EXIST"},
            ),
        ],
        {"instance_pools": [POOL]},
    ),
    Conversation(
        "permissions get-permission-levels, get, set, update",
        "cmd/workspace/permissions/permissions.go",
        [
            Step("POST", "/api/2.2/jobs/create", json=JOB, keep={"job": "job_id"}),
            Step(
                "GET",
                "/api/2.0/permissions/jobs/{job}/permissionLevels",
                answer={"permission_levels": [{"permission_level": str, "description": str}] * 4},
            ),
            Step(
                "GET",
                "/api/2.0/permissions/jobs/{job}",
                answer={"object_id": "/jobs/{job}", "object_type": "job"},
            ),
            Step(
                "PUT",
                "/api/2.0/permissions/jobs/{job}",
                json={
                    "access_control_list": [
                        {"user_name": "admin@dev.example", "permission_level": "IS_OWNER"},
                        {"user_name": ANA["userName"], "permission_level": "CAN_VIEW"},
                    ]
                },
                answer={"access_control_list": list},
            ),
            Step(
                "PATCH",
                "/api/2.0/permissions/jobs/{job}",
                json={
                    "access_control_list": [{"group_name": "users", "permission_level": "CAN_VIEW"}]
                },
            ),
        ],
        {"users": [ANA]},
    ),
    Conversation(
        "repos get, update and delete by path",
        "acceptance/workspace/repos/git_cli_folder/output.txt",
        [
            Step("GET", STATUS, {"path": "/Workspace/Shared/jobs"}, keep={"repo": "object_id"}),
            Step("GET", "/api/2.0/repos/{repo}", answer={"id": "{repo}", "branch": "main"}),
            Step("PATCH", "/api/2.0/repos/{repo}", json={"branch": "main"}, answer={}),
            Step("DELETE", "/api/2.0/repos/{repo}", answer={}),
            Step("GET", STATUS, {"path": "/Workspace/Shared/jobs"}, status=404),
        ],
    ),
    Conversation(
        "api get",
        "cmd/api/api.go",
        [
            Step("GET", "/api/2.1/clusters/list", answer={}),
            Step(
                "GET", "/api/2.0/unknown", status=404, answer={"error_code": "ENDPOINT_NOT_FOUND"}
            ),
        ],
    ),
    Conversation(
        "any command, at its end",
        "libs/telemetry/logger.go, upload.go",
        [
            Step(
                "POST",
                "/telemetry-ext",
                json={"uploadTime": 1, "items": [], "protoLogs": ["{}", "{}"]},
                answer={"errors": [], "numProtoSuccess": 2},
            )
        ],
    ),
    Conversation(
        "any command, with a service principal",
        "acceptance/auth/credentials/oauth/out.requests.txt",
        [
            Step("GET", "/.well-known/databricks-config", answer={"oidc_endpoint": str}),
            Step(
                "GET",
                "/oidc/.well-known/oauth-authorization-server",
                answer={"token_endpoint": str, "authorization_endpoint": str},
            ),
            Step(
                "POST",
                "/oidc/v1/token",
                data={
                    "grant_type": "client_credentials",
                    "scope": "all-apis",
                    "client_id": "{client_id}",
                    "client_secret": "{client_secret}",
                },
                answer={"access_token": str, "token_type": "Bearer", "expires_in": int},
            ),
        ],
    ),
]


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda one: one.command)
def test_a_command_gets_the_answers_it_needs(
    http: Http, workspace: RunningWorkspace, conversation: Conversation
) -> None:
    http.option(run_seconds=1000)
    http.seed(**conversation.prepare)
    client = {"client_id": workspace.client_id, "client_secret": workspace.client_secret}
    replay(http, conversation.steps, **client)
