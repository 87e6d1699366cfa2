"""Running workspaces, and clients that talk to them over HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import ApiClient, Config

from emulator import Environment, RunningWorkspace, start_environment

ANA = {"userName": "ana@contoso-retail.example", "displayName": "Ana", "token": "ana-token"}


class Http:
    """Plain HTTP to one workspace, as the administrator unless a token is given."""

    def __init__(self, workspace: RunningWorkspace) -> None:
        self._workspace = workspace

    def send(
        self, method: str, path: str, *, token: str | None = None, **arguments: Any
    ) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {token or self._workspace.admin_token}",
            **arguments.pop("headers", {}),
        }
        url = self._workspace.url + path
        return requests.request(
            method, url, headers=headers, timeout=10, allow_redirects=False, **arguments
        )

    def get(self, path: str, /, **params: Any) -> requests.Response:
        return self.send("GET", path, params=params)

    def post(self, path: str, body: object = None, *, token: str | None = None) -> Any:
        return self.send("POST", path, json=body, token=token)

    def create(self, *, token: str | None = None, **settings: Any) -> int:
        """Create a job and return its id."""
        answer = self.post("/api/2.2/jobs/create", settings, token=token)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["job_id"])

    def settings(self, job_id: int) -> dict[str, Any]:
        settings: dict[str, Any] = self.get("/api/2.2/jobs/get", job_id=job_id).json()["settings"]
        return settings

    def option(self, **options: Any) -> None:
        assert self.send("PATCH", "/_emulator/options", json=options).status_code == 200

    def seed(self, **document: Any) -> None:
        answer = self.post("/_emulator/seed", document)
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="session")
def new_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a new environment. Copying it is faster than making it with git."""
    directory = tmp_path_factory.mktemp("state")
    start_environment(directory).stop()
    return directory


@pytest.fixture
def environment(tmp_path: Path, new_state: Path) -> Iterator[Environment]:
    """DEV and PROD with a common remote."""
    shutil.copytree(new_state, tmp_path, dirs_exist_ok=True)
    with start_environment(tmp_path) as running:
        yield running


@pytest.fixture
def workspace(tmp_path: Path, new_state: Path) -> Iterator[RunningWorkspace]:
    """DEV alone."""
    shutil.copytree(new_state, tmp_path, dirs_exist_ok=True)
    with start_environment(tmp_path, ["DEV"]) as running:
        yield running["DEV"]


@pytest.fixture
def http(workspace: RunningWorkspace) -> Http:
    return Http(workspace)


@pytest.fixture
def sdk(workspace: RunningWorkspace) -> WorkspaceClient:
    return sdk_client(workspace)


@pytest.fixture
def api(sdk: WorkspaceClient) -> ApiClient:
    return sdk.api_client


def sdk_client(workspace: RunningWorkspace, **credentials: Any) -> WorkspaceClient:
    """Return a client of the unmodified SDK that gives up soon."""
    credentials = credentials or {"token": workspace.admin_token}
    options: dict[str, Any] = {"retry_timeout_seconds": 2, "http_timeout_seconds": 5}
    return WorkspaceClient(config=Config(host=workspace.url, **options, **credentials))


def task(key: str, **fields: Any) -> dict[str, Any]:
    return {"task_key": key, "notebook_task": {"notebook_path": f"/{key}"}, **fields}


def tasks(count: int) -> list[dict[str, Any]]:
    return [task(f"t{number}") for number in range(count)]
