"""Local workspaces full of jobs to measure with, and `cli.py` run against them."""

import http.client
import json
import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from emulator import RunningWorkspace

CHAIN = 10  # jobs in a row of which each runs the one before: nine deep
ADMIN = "admin@dev.example"
ROOT = Path(__file__).parent.parent

FIRST_ID = 10**15
_SAMPLE = 100  # calls that show how long one takes


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation. `seconds` are wall time of the process, `memory_mb` its peak."""

    calls: int
    seconds: float
    memory_mb: float
    counts: dict[str, int]


def run_cli(
    workspace: RunningWorkspace,
    command: str,
    directory: Path,
    *,
    threads: int,
    expects_errors: bool = False,
) -> Measured:
    """Run one command of `cli.py` in a process of its own; `directory` keeps its cache.

    Rows in error end the measurement, unless they are expected.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("DATABRICKS_")
    } | {
        "DATABRICKS_HOST": workspace.url,
        "DATABRICKS_TOKEN": workspace.admin_token,
        "WORKSPACE_GIT_FOLDER_PATH": workspace.git_folder_path,
        "CACHE_FOLDER": str(directory / "cache"),
        "NUM_THREADS": str(threads),
    }
    cli = [sys.executable, str(ROOT / "cli.py"), command, "--json"]
    output, took = _run_alone(cli, directory, environment, worst_code=int(expects_errors))
    report = json.loads(output)
    return Measured(calls=sum(report["api_calls"].values()), counts=report["counts"], **took)


def record(workspace: RunningWorkspace) -> None:
    """Let the workspace record the requests that it gets from now on."""
    control(workspace, "options", {"record_requests": True}, "PATCH")
    control(workspace, "requests", {}, "DELETE")


@dataclass(frozen=True, slots=True)
class Limit:
    """What the recorded calls take at least.

    `seconds` are those of a bare client that sends the same calls, `calling_s` those that passed
    between the first and the last of the recorded calls.
    """

    seconds: float
    calling_s: float


def replay(
    recorded: RunningWorkspace, twin: RunningWorkspace, directory: Path, *, threads: int
) -> Limit:
    """Send the recorded requests to a workspace in the same state."""
    recording = directory / "requests.json"
    recording.write_bytes(control(recorded, "requests", {}, "GET"))
    times = [request["at_s"] for request in json.loads(recording.read_bytes())["requests"]]
    host = urlsplit(twin.url).netloc
    bare = [sys.executable, str(ROOT / "bench/bare.py"), str(recording), host, twin.admin_token]
    _, took = _run_alone([*bare, str(threads)], directory, dict(os.environ))
    return Limit(took["seconds"], max(times) - min(times))


def _run_alone(
    command: list[str], directory: Path, environment: dict[str, str], *, worst_code: int = 0
) -> tuple[str, dict[str, float]]:
    """Run a command in a process of its own; return its output, and what it took."""
    output, took = directory / "output", directory / "took.json"
    with output.open("wb") as target:
        done = subprocess.run(
            [sys.executable, str(ROOT / "bench/alone.py"), str(took), *command],
            env=environment,
            stdout=target,
            check=False,
        )
    if done.returncode > worst_code:
        done.check_returncode()
    return output.read_text(), json.loads(took.read_text())


def hand_over(dev: RunningWorkspace, prod: RunningWorkspace) -> None:
    """Commit and push what DEV exported, and pull it beside PROD."""
    control(dev, "git/commit", {"path": dev.git_folder_path, "message": "Export"})
    control(prod, "git/pull", {"path": prod.git_folder_path})


def own_latency_s(workspace: RunningWorkspace) -> float:
    """Return the seconds that a bare client waits for one `jobs/get`, on a connection it keeps."""
    connection = http.client.HTTPConnection(urlsplit(workspace.url).netloc)
    headers = {"Authorization": f"Bearer {workspace.admin_token}"}
    started = time.monotonic()
    for number in range(_SAMPLE):
        connection.request("GET", f"/api/2.2/jobs/get?job_id={FIRST_ID + number}", headers=headers)
        connection.getresponse().read()
    connection.close()
    return (time.monotonic() - started) / _SAMPLE


def slow_down(latency_s: float, *workspaces: RunningWorkspace) -> None:
    """Make each call last as long as meant, the local workspace's own work included."""
    delay_s = max(0.0, latency_s - own_latency_s(workspaces[0]))
    for workspace in workspaces:
        fault = {"endpoint": "*", "kind": "delay", "delay_s": delay_s, "times": 0}
        control(workspace, "faults", fault)


def seeds(size: int) -> dict[str, Any]:
    """Return the seeds of DEV, which holds the jobs, and of PROD, which will."""
    people = {"users": [{"userName": ADMIN, "active": True, "groups": ["admins"]}]}
    return {
        "DEV": {**people, "jobs": _jobs(size), **_compute("d")},
        "PROD": {**people, **_compute("p")},
    }


def _compute(prefix: str) -> dict[str, Any]:
    clusters = [
        {
            "cluster_id": f"{prefix}-{number}",
            "cluster_name": f"etl-{number}",
            "cluster_source": "UI",
        }
        for number in range(5)
    ]
    return {"clusters": clusters}


def _jobs(size: int) -> list[dict[str, Any]]:
    """Jobs of about 6 kB, in rows of ten that run each other."""
    return [
        {"job_id": FIRST_ID + number, "creator_user_name": ADMIN, "settings": job_settings(number)}
        for number in range(size)
    ]


def job_settings(number: int) -> dict[str, Any]:
    """Return the settings of one job of about 6 kB, with a dozen tasks."""
    tasks: list[dict[str, Any]] = [
        {
            "task_key": f"step_{step}",
            "existing_cluster_id": f"d-{step % 5}",
            "description": f"Step {step} of a job that is here to be measured. " * 4,
            "depends_on": [{"task_key": f"step_{step - 1}"}] if step else [],
            "notebook_task": {
                "notebook_path": f"/Workspace/Shared/notebooks/area {number % 7}/step {step}",
                "base_parameters": {"day": "{{job.start_time.iso_date}}", "mode": "daily"},
            },
            "max_retries": 2,
            "timeout_seconds": 3600,
        }
        for step in range(11)
    ]
    if number % CHAIN:
        before = {"task_key": "before", "run_job_task": {"job_id": FIRST_ID + number - 1}}
        tasks.append(before)
    return {
        "name": f"Measured job {number:05}",
        "tasks": tasks,
        "tags": {"team": "measuring", "number": str(number)},
        "queue": {"enabled": True},
    }


def running_missing_job(settings: dict[str, Any]) -> dict[str, Any]:
    """Return a definition's settings with one more task, which runs a job that nobody has."""
    job = {"job_id": f"__JOB__{settings['name']} of last year__"}
    return {**settings, "tasks": [*settings["tasks"], {"task_key": "lost", "run_job_task": job}]}


def control(workspace: RunningWorkspace, path: str, body: Any, method: str = "POST") -> bytes:
    """Control the local workspace itself, for example to delay its responses."""
    request = urllib.request.Request(
        f"{workspace.url}/_emulator/{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request) as answer:
        return bytes(answer.read())
