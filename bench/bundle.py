"""The same new jobs created by `cli.py import`, a bare client, and the vendor's bundles.

Run `python -m bench.bundle [JOBS] [--write]`: about a minute without the vendor's client.

`databricks bundle deploy` is measured with its direct engine, where the program is on PATH. It
needs nothing from the network but the local workspace.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.sheet import Sheet, document_of, read_options
from bench.workspaces import FIRST_ID, control, hand_over, job_settings, record, replay, run_cli
from bench.workspaces import seeds as seeds_of
from core.one_line import one_line
from emulator import RunningWorkspace, start_environment

JOBS = 1000
THREADS = 10
_CLIENT = "databricks"
_DEPLOY_S = 1800
_SHOWN = 200  # characters of what the client says when it fails


def main() -> int:
    """Make the table."""
    options = read_options(__doc__)
    [size] = options.numbers or (JOBS,)
    with (
        Sheet(
            "bundle",
            ("what creates them", "jobs", "calls", "seconds"),
            note=f"{THREADS} threads where that can be said.",
            packages=("databricks-sdk",),
            document=document_of(options),
        ) as sheet,
        tempfile.TemporaryDirectory(prefix="job-sync-bench-") as name,
        start_environment(Path(name) / "ours", seeds=seeds_of(size)) as ours,
        start_environment(Path(name) / "bare", seeds=seeds_of(size)) as bare,
    ):
        directory = Path(name)
        for environment in (ours, bare):
            run_cli(environment["DEV"], "export", directory, threads=THREADS)
            hand_over(environment["DEV"], environment["PROD"])
        record(ours["PROD"])
        measured = run_cli(ours["PROD"], "import", directory, threads=THREADS)
        limit = replay(ours["PROD"], bare["PROD"], directory, threads=THREADS)
        sheet.add("`cli.py import`", size, measured.calls, f"{measured.seconds:.1f}")
        sheet.add("bare client, the same calls", size, measured.calls, f"{limit.seconds:.1f}")
        sheet.add("`databricks bundle deploy`", size, *_deploy_alone(directory, size))
    return 0


def _deploy_alone(directory: Path, size: int) -> tuple[int | str, str]:
    """Deploy to a workspace of its own; return the calls and the seconds, or why not."""
    client = shutil.which(_CLIENT)
    if client is None:
        return "–", f"not measured: no `{_CLIENT}` on PATH"
    with start_environment(directory / "vendor", ("PROD",), seeds=seeds_of(size)) as environment:
        return _deploy(client, environment["PROD"], directory / "bundle", size)


def _deploy(client: str, prod: RunningWorkspace, folder: Path, size: int) -> tuple[int | str, str]:
    folder.mkdir()
    (folder / "databricks.yml").write_text(json.dumps(_bundle(size)))  # JSON is YAML
    control(prod, "calls", {}, "DELETE")
    kept = {name: text for name, text in os.environ.items() if not name.startswith("DATABRICKS_")}
    begun = time.monotonic()
    done = subprocess.run(
        [client, "bundle", "deploy"],
        cwd=folder,
        env=kept
        | {
            "DATABRICKS_HOST": prod.url,
            "DATABRICKS_TOKEN": prod.admin_token,
            "DATABRICKS_BUNDLE_ENGINE": "direct",
        },
        capture_output=True,
        text=True,
        timeout=_DEPLOY_S,
        check=False,
    )
    seconds = time.monotonic() - begun
    calls: dict[str, int] = json.loads(control(prod, "calls", {}, "GET"))
    created = len(json.loads(control(prod, "state", {}, "GET"))["jobs"])
    if done.returncode or created != size:
        said = one_line(done.stderr)[-_SHOWN:]
        return sum(calls.values()), f"failed after {seconds:.1f} with {created:,} jobs: {said}"
    return sum(calls.values()), f"{seconds:.1f}"


def _bundle(size: int) -> dict[str, Any]:
    jobs = {f"job_{number}": _resource(number) for number in range(size)}
    return {"bundle": {"name": "measured"}, "resources": {"jobs": jobs}}


def _resource(number: int) -> dict[str, Any]:
    settings = job_settings(number)
    for task in settings["tasks"]:
        if "run_job_task" in task:
            before = task["run_job_task"]["job_id"] - FIRST_ID
            task["run_job_task"] = {"job_id": f"${{resources.jobs.job_{before}.id}}"}
        else:
            task["existing_cluster_id"] = task["existing_cluster_id"].replace("d-", "p-")
    return settings


if __name__ == "__main__":
    sys.exit(main())
