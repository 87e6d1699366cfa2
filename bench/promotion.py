"""How long exports, imports and validations take: `python -m bench.promotion [JOBS …]`.

Two local workspaces answer each call after 50 ms. Each operation is one run of `cli.py` in a
process of its own. Beside the time stands the ideal: the calls it made × latency ÷ threads.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator import RunningWorkspace, start_environment

LATENCY_S = 0.05
THREADS = 4
CHAIN = 10  # jobs in a row of which each runs the one before: nine deep
ADMIN = "admin@dev.example"

_ROOT = Path(__file__).parent.parent
_ROW = "{:<22} {:>6} {:>8} {:>9} {:>9} {:>7} {:>9}"


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation. `seconds` are wall time of the process, `memory_mb` its peak."""

    calls: int
    seconds: float
    memory_mb: float
    counts: dict[str, int]


def main() -> int:
    """Print one table for each number of jobs."""
    sizes = [int(text) for text in sys.argv[1:]] or [200, 1000]
    start_s = _start_up_s()
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {LATENCY_S * 1000:.0f} ms a "
        f"call, NUM_THREADS {THREADS}; starting cli.py alone takes {start_s:.1f} s.\n"
    )
    print(_ROW.format("operation", "jobs", "calls", "seconds", "ideal s", "ratio", "MB"))
    for size in sizes:
        with (
            tempfile.TemporaryDirectory(prefix="job-sync-bench-") as directory,
            start_environment(Path(directory), seeds=_seeds(size)) as environment,
        ):
            _measure(size, environment["DEV"], environment["PROD"], Path(directory), start_s)
    return 0


def _measure(
    size: int, dev: RunningWorkspace, prod: RunningWorkspace, directory: Path, start_s: float
) -> None:
    for workspace in (dev, prod):
        delay = {"endpoint": "*", "kind": "delay", "delay_s": LATENCY_S, "times": 0}
        _control(workspace, "faults", delay)
    steps = [("first export", dev, "export"), ("repeated export", dev, "export")]
    for name, workspace, command in steps:
        _show(name, size, _run(workspace, command, directory), start_s)
    _control(dev, "git/commit", {"path": dev.git_folder_path, "message": "Export"})
    _control(prod, "git/pull", {"path": prod.git_folder_path})
    for name, command in (("first import", "import"), ("repeated validate", "validate")):
        _show(name, size, _run(prod, command, directory), start_s)


def _show(name: str, size: int, measured: Measured, start_s: float) -> None:
    ideal = measured.calls * LATENCY_S / THREADS
    spent = measured.seconds - start_s
    cells = (
        name,
        size,
        measured.calls,
        f"{measured.seconds:.1f}",
        f"{ideal:.1f}",
        f"{ideal / spent:.2f}",
        f"{measured.memory_mb:.0f}",
    )
    print(_ROW.format(*cells), measured.counts, flush=True)


def _run(workspace: RunningWorkspace, command: str, directory: Path) -> Measured:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("DATABRICKS_")
    } | {
        "DATABRICKS_HOST": workspace.url,
        "DATABRICKS_TOKEN": workspace.admin_token,
        "WORKSPACE_GIT_FOLDER_PATH": workspace.git_folder_path,
        "CACHE_FOLDER": str(directory / "cache"),
        "NUM_THREADS": str(THREADS),
    }
    output = directory / "report.json"
    started = time.monotonic()
    with output.open("wb") as target:
        process = subprocess.Popen(
            [sys.executable, str(_ROOT / "cli.py"), command, "--json"],
            env=environment,
            stdout=target,
            stderr=subprocess.DEVNULL,
        )
        _, _, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    report = json.loads(output.read_text())
    unit = 1024 if sys.platform == "linux" else 1024 * 1024  # kB on Linux, bytes on macOS
    return Measured(
        sum(report["api_calls"].values()), seconds, usage.ru_maxrss / unit, report["counts"]
    )


def _start_up_s() -> float:
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-c", "import cli"], cwd=_ROOT, check=True, env=dict(os.environ)
    )
    return time.monotonic() - started


def _seeds(size: int) -> dict[str, Any]:
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
        {"job_id": 10**15 + number, "creator_user_name": ADMIN, "settings": _settings(number)}
        for number in range(size)
    ]


def _settings(number: int) -> dict[str, Any]:
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
        before = {"task_key": "before", "run_job_task": {"job_id": 10**15 + number - 1}}
        tasks.append(before)
    return {
        "name": f"Measured job {number:05}",
        "tasks": tasks,
        "tags": {"team": "measuring", "number": str(number)},
        "queue": {"enabled": True},
    }


def _control(workspace: RunningWorkspace, path: str, body: Any) -> None:
    request = urllib.request.Request(
        f"{workspace.url}/_emulator/{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request) as answer:
        answer.read()


if __name__ == "__main__":
    sys.exit(main())
