"""State survives a stop and a kill; the command starts and stops cleanly."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from databricks.sdk import WorkspaceClient

from emulator import EmulatorError, SeedDocument, start_environment
from emulator.option_texts import options_by_workspace

from .conftest import ANA, Http, sdk_client, task

TIMEOUT_S = 15


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    seeds: dict[str, SeedDocument] = {
        "DEV": {"jobs": [{"job_id": 7, "settings": {"name": "seeded"}}]}
    }
    with start_environment(tmp_path, ["DEV"], seeds=seeds, git_folder_kind="cli") as environment:
        http = Http(environment["DEV"])
        http.seed(users=[ANA], clusters=[{"cluster_id": "c", "cluster_name": "n"}])
        made = http.create(name="made", tasks=[task("a")])
        http.create(name="mine", token="ana-token")
        http.post("/api/2.2/jobs/delete", {"job_id": made})
        before = http.get("/_emulator/state").json()
        token = environment["DEV"].admin_token
    with start_environment(tmp_path, ["DEV"], seeds=seeds) as environment:
        http = Http(environment["DEV"])
        assert http.get("/_emulator/state").json() == before
        assert [job["settings"]["name"] for job in before["jobs"]] == ["mine", "seeded"]
        assert environment["DEV"].admin_token == token
        assert http.create(name="new") not in {made, *(job["job_id"] for job in before["jobs"])}


def test_object_ids_and_access_tokens_outlive_a_restart(tmp_path: Path) -> None:
    status = "/api/2.0/workspace/get-status"
    with start_environment(tmp_path, ["DEV"]) as environment:
        running = environment["DEV"]
        client = sdk_client(
            running, client_id=running.client_id, client_secret=running.client_secret
        )
        token = client.config.oauth_token().access_token
        before = Http(running).get(status, path="/Shared/jobs/README.md").json()
    with start_environment(tmp_path, ["DEV"]) as environment:
        http = Http(environment["DEV"])
        answer = http.send("GET", status, token=token, params={"path": "/Shared/jobs/README.md"})
        assert answer.json() == before


def test_workspaces_differ_in_their_ids(tmp_path: Path) -> None:
    with start_environment(tmp_path) as environment:
        dev, prod = environment["DEV"], environment["PROD"]
        assert dev.workspace_id != prod.workspace_id
        assert dev.admin_token != prod.admin_token
        dev_ids = {Http(dev).create(name="a") for _ in range(20)}
        prod_ids = {Http(prod).create(name="a") for _ in range(20)}
        assert not dev_ids & prod_ids
        assert {len(str(job_id)) for job_id in dev_ids | prod_ids} <= {15, 16}


def test_a_stopped_workspace_closes_kept_connections(tmp_path: Path) -> None:
    with requests.Session() as session:
        with start_environment(tmp_path, ["DEV"]) as environment:
            url = f"{environment['DEV'].url}/.well-known/databricks-config"
            assert session.get(url, timeout=5).status_code == 200
        with pytest.raises(requests.ConnectionError):
            session.get(url, timeout=5)


def test_a_port_in_use_and_a_bad_name_are_explained(tmp_path: Path) -> None:
    with start_environment(tmp_path / "a", ["DEV"]) as environment:
        port = int(environment["DEV"].url.rsplit(":", 1)[1])
        with pytest.raises(EmulatorError, match="port"):
            start_environment(tmp_path / "b", ["DEV"], ports={"DEV": port})
    with pytest.raises(EmulatorError, match="cannot be called"):
        start_environment(tmp_path, ["../DEV"])


def start_command(state: Path, *more: str) -> tuple[subprocess.Popen[str], str, str]:
    """Start the command; return it with the URL and the token that it printed."""
    process, text = printed_by_command(state, *more)
    url, token = (re.search(rf"{name} +(\S+)", text) for name in ("URL", "Token"))
    assert url and token and "Git folder     /Workspace/Shared/jobs" in text
    return process, url[1], token[1]


def printed_by_command(state: Path, *more: str) -> tuple[subprocess.Popen[str], str]:
    arguments = ["--workspace", "DEV", "--empty", "--state", str(state), *more]
    process = subprocess.Popen(
        [sys.executable, "-m", "emulator", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    text = ""
    while "Press Ctrl+C" not in text:
        line = process.stdout.readline()
        assert line, text
        text += line
    return process, text


def environment_of(text: str, line: int) -> dict[str, str]:
    """Return what one of the printed `export` lines sets."""
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith("export ")]
    return dict(part.split("=", 1) for part in lines[line].removeprefix("export ").split())


def test_the_command_prints_what_clients_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, text = printed_by_command(tmp_path)
    try:
        for line, user in ((0, "admin@dev.example"), (1, None)):
            with monkeypatch.context() as environment:
                for name, value in environment_of(text, line).items():
                    environment.setenv(name, value)
                me = WorkspaceClient().current_user.me()
            assert user in (None, me.user_name)
        assert f"Client ID      {me.user_name}" in text
    finally:
        process.terminate()
        process.communicate(timeout=TIMEOUT_S)


def test_options_are_set_on_the_command_line(tmp_path: Path) -> None:
    texts = ("cloud=azure", "DEV:list_skips=a,b", "max_jobs=3", 'git_credentials=["x"]')
    process, url, _ = start_command(tmp_path, *(f"--option={text}" for text in texts))
    try:
        options = requests.get(f"{url}/_emulator/options", timeout=5).json()
    finally:
        process.terminate()
        process.communicate(timeout=TIMEOUT_S)
    assert options["cloud"] == "azure" and options["list_skips"] == ["a", "b"]
    assert options["max_jobs"] == 3 and options["git_credentials"] == ["x"]


@pytest.mark.parametrize(
    "text",
    ["cloud", "cloud=mars", "nothing=1", "TEST:cloud=aws", "max_jobs=many", "absent_kinds=cars"],
)
def test_a_wrong_option_is_named(text: str) -> None:
    with pytest.raises(EmulatorError, match=re.escape(repr(text))):
        options_by_workspace([text], ["DEV"])


def create(url: str, token: str, name: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.post(
        f"{url}/api/2.2/jobs/create", json={"name": name}, headers=headers, timeout=5
    )
    assert answer.status_code == 200


def test_a_kill_loses_a_moment_at_most(tmp_path: Path) -> None:
    process, url, token = start_command(tmp_path)
    for number in range(50):
        create(url, token, f"job {number}")
    time.sleep(0.5)  # longer than the delay with which changes are written
    process.kill()
    process.communicate(timeout=TIMEOUT_S)
    with start_environment(tmp_path, ["DEV"]) as environment:
        assert len(Http(environment["DEV"]).get("/_emulator/state").json()["jobs"]) == 50


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_stops_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    process, url, token = start_command(tmp_path)
    create(url, token, "last")
    process.send_signal(number)
    process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0
    with start_environment(tmp_path, ["DEV"]) as environment:
        assert len(Http(environment["DEV"]).get("/_emulator/state").json()["jobs"]) == 1
