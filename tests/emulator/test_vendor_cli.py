"""Commands of the vendor's client outside bundles, request by request."""

from __future__ import annotations

import re

import pytest

from emulator import RunningWorkspace

from .conftest import Http, task
from .vendor_cli import (
    EXPORT,
    IMPORT,
    STATUS,
    Conversation,
    Step,
    delete,
    download,
    encoded,
    import_file,
    me,
    missing,
    mkdirs,
    replay,
    stat,
    upload,
)

HOME = "/Workspace/Users/admin@dev.example"
NOTEBOOK = "# Databricks notebook source\nprint(1)\n"
LIST = "/api/2.0/workspace/list"
JOB = {"name": "load", "tasks": [task("main")]}
ANA = {"userName": "ana@contoso-retail.example"}
FILES = {
    "files": [
        {"path": f"{HOME}/project/a.json", "content": "{}"},
        {"path": f"{HOME}/project/sub/nb.py", "content": NOTEBOOK},
    ]
}

CONVERSATIONS = [
    Conversation("current-user me", "cmd/workspace/current-user/current-user.go", [me()]),
    Conversation(
        "workspace list, get-status, mkdirs, delete",
        "cmd/workspace/workspace/workspace.go",
        [
            mkdirs(f"{HOME}/new/deep"),
            Step("GET", STATUS, {"path": f"{HOME}/new"}, answer={"object_type": "DIRECTORY"}),
            Step(
                "GET",
                LIST,
                {"path": f"{HOME}/new"},
                answer={"objects": [{"path": f"{HOME}/new/deep", "object_id": int}]},
            ),
            Step("GET", LIST, {"path": f"{HOME}/new/deep"}, answer={}),
            Step("GET", LIST, {"path": f"{HOME}/none"}, status=404, answer={"message": str}),
            delete(f"{HOME}/new", status=400, answer={"error_code": "DIRECTORY_NOT_EMPTY"}),
            delete(f"{HOME}/new", recursive=True),
            missing(f"{HOME}/new"),
        ],
    ),
    Conversation(
        "workspace import --language PYTHON --format SOURCE",
        "cmd/workspace/workspace/overrides.go",
        [
            Step(
                "POST",
                IMPORT,
                json={
                    "path": f"{HOME}/nb",
                    "content": encoded("print(1)\n"),
                    "format": "SOURCE",
                    "language": "PYTHON",
                },
            ),
            stat(f"{HOME}/nb", "NOTEBOOK", language="PYTHON", repos_export_format="SOURCE"),
            Step(
                "GET",
                EXPORT,
                {"path": f"{HOME}/nb", "format": "SOURCE"},
                answer={"content": encoded(NOTEBOOK), "file_type": "py"},
            ),
            Step("GET", EXPORT, {"path": f"{HOME}/nb", "format": ""}, answer={"content": str}),
            Step(
                "GET", EXPORT, {"path": f"{HOME}/nb", "format": "JUPYTER"}, answer={"content": str}
            ),
        ],
    ),
    Conversation(
        "workspace import-dir",
        "cmd/workspace/workspace/import_dir.go",
        [
            mkdirs(f"{HOME}/imported"),
            upload(f"{HOME}/imported/a b.txt", "1", overwrite=False),
            upload(f"{HOME}/imported/nb.py", NOTEBOOK, overwrite=False),
            upload(f"{HOME}/imported/sub/c.txt", "2", overwrite=False, status=404),
            mkdirs(f"{HOME}/imported/sub"),
            upload(f"{HOME}/imported/sub/c.txt", "2", overwrite=False),
            stat(f"{HOME}/imported/nb", "NOTEBOOK"),
            # Once more: what exists is skipped, which each of these forms says.
            upload(
                f"{HOME}/imported/a b.txt",
                "3",
                overwrite=False,
                status=400,
                answer={"error_code": "RESOURCE_ALREADY_EXISTS"},
            ),
            upload(
                f"{HOME}/imported/nb.py",
                NOTEBOOK,
                overwrite=False,
                status=400,
                answer={"message": re.compile(r"Path \((.*)\) already exists\.")},
            ),
            download(f"{HOME}/imported/a b.txt", b"1"),
        ],
    ),
    Conversation(
        "workspace import-dir of an older client",
        "cmd/workspace/workspace/import_dir.go",
        [
            import_file(f"{HOME}/older/a b#1.txt", "1", overwrite=False, status=404),
            mkdirs(f"{HOME}/older"),
            import_file(f"{HOME}/older/a b#1.txt", "1", overwrite=False),
            import_file(f"{HOME}/older/nb.py", NOTEBOOK, overwrite=False),
            import_file(f"{HOME}/older/a b#1.txt", "2", overwrite=False, status=409),
            import_file(
                f"{HOME}/older/nb.py",
                NOTEBOOK,
                overwrite=False,
                status=400,
                answer={"message": re.compile(r"Path \((.*)\) already exists\.")},
            ),
            import_file(f"{HOME}/older/nb.py", NOTEBOOK, overwrite=True),
            download(f"{HOME}/older/a b#1.txt", b"1"),
        ],
    ),
    Conversation(
        "workspace export-dir",
        "cmd/workspace/workspace/export_dir.go",
        [
            Step(
                "GET",
                LIST,
                {"path": f"{HOME}/project"},
                answer={
                    "objects": [
                        {"path": f"{HOME}/project/a.json", "object_type": "FILE"},
                        {"path": f"{HOME}/project/sub", "object_type": "DIRECTORY"},
                    ]
                },
            ),
            stat(f"{HOME}/project/a.json"),
            download(f"{HOME}/project/a.json", b"{}"),
            Step(
                "GET",
                LIST,
                {"path": f"{HOME}/project/sub"},
                answer={"objects": [{"object_type": "NOTEBOOK", "language": "PYTHON"}]},
            ),
            stat(f"{HOME}/project/sub/nb", "NOTEBOOK", repos_export_format="SOURCE"),
            download(f"{HOME}/project/sub/nb", NOTEBOOK.encode()),
        ],
        FILES,
    ),
    Conversation(
        "sync --full",
        "libs/sync/path.go, sync.go, watchdog.go",
        [
            me(),
            Step("GET", STATUS, {"path": f"{HOME}/synced"}, status=404),
            mkdirs(f"{HOME}/synced"),
            Step("GET", STATUS, {"path": f"{HOME}/synced"}, answer={"object_type": "DIRECTORY"}),
            mkdirs(f"{HOME}/synced/sub"),
            upload(f"{HOME}/synced/a.txt", "1"),
            upload(f"{HOME}/synced/sub/nb.py", NOTEBOOK),
            # The second run has a snapshot: it deletes, creates and writes what differs.
            me(),
            Step("GET", STATUS, {"path": f"{HOME}/synced"}, answer={"object_type": "DIRECTORY"}),
            delete(f"{HOME}/synced/sub/nb"),
            delete(f"{HOME}/synced/sub"),
            delete(f"{HOME}/synced/gone.txt", status=404),
            mkdirs(f"{HOME}/synced/new"),
            upload(f"{HOME}/synced/a.txt", "2"),
            download(f"{HOME}/synced/a.txt", b"2"),
        ],
    ),
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
