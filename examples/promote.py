"""The whole journey on two local workspaces: export in DEV, git, then import in PROD.

Every step is a command of `cli.py`, as an admin would type it. `python -m examples.promote`.
"""

import io
import json
import os
import shutil
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from cli import main as run_cli
from emulator import RunningWorkspace, start_environment
from emulator.samples import MAPPING_FILE_PATH, sample_seeds

_KEPT = ("PATH", "HOME", "TMPDIR", "LANG")  # of the environment
_PENDING = ("new", "changed", "renamed", "deleted", "error")

Json = dict[str, Any]


class JourneyError(Exception):
    """A step did not end as expected."""


def main() -> int:
    """Run the journey. Returns 0 when nothing is left to change at its end."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="job-sync-") as directory:
        say("Starting two local workspaces with the jobs of a fictional grocer.")
        workspaces = start_environment(Path(directory), seeds=sample_seeds())
        # Elsewhere than here: a .env file of this folder is meant for real workspaces.
        with chdir(directory), workspaces as environment:
            try:
                travel(environment["DEV"], environment["PROD"])
            except JourneyError as error:
                print(f"\n{error}", file=sys.stderr)
                return 1
    say(f"Done in {time.monotonic() - started:.0f} s. Both workspaces stopped.")
    return 0


def travel(dev: RunningWorkspace, prod: RunningWorkspace) -> None:
    """Promote everything, then a change, a rename and a removal."""
    cli(dev, "info")
    cli(dev, "export")
    commit(dev, "Export all jobs")
    cli(prod, "pull")
    cli(prod, "validate")
    cli(prod, "import")
    require_nothing_pending(prod)

    say("In DEV, somebody changes a job, renames another and deletes a third.")
    change_job(dev, "Ingest · web orders", lambda settings: settings.update(max_concurrent_runs=4))
    change_job(
        dev, "Reporting · daily sales mail", lambda s: s.update(name="Reporting · morning mail")
    )
    delete_job(dev, "Migrate · old loyalty points")
    cli(dev, "export")
    commit(dev, "Change, rename and delete")
    cli(prod, "pull")
    cli(prod, "validate", "--diff")
    cli(prod, "import")
    cli(prod, "remove", "--yes")
    require_nothing_pending(prod)


def cli(workspace: RunningWorkspace, *arguments: str) -> str:
    """Run one command of `cli.py` against a workspace and show what it prints."""
    say(f"{workspace.name} $ python cli.py {' '.join(arguments)}")
    output = io.StringIO()
    with configured(workspace), redirect_stdout(output):
        code = run_cli(arguments)
    if "--json" not in arguments:
        print(output.getvalue(), end="", flush=True)
    if code != 0:
        raise JourneyError(f"{' '.join(arguments)} ended with exit code {code}.")
    return output.getvalue()


@contextmanager
def configured(workspace: RunningWorkspace) -> Iterator[None]:
    """Set the environment of the app beside a workspace; nothing of the caller's leaks in."""
    before = dict(os.environ)
    kept: dict[str, str] = {name: before[name] for name in _KEPT if name in before}
    os.environ.clear()
    os.environ.update({**kept, **environment_of(workspace)})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def environment_of(workspace: RunningWorkspace) -> dict[str, str]:
    """Return the configuration of the app beside a workspace."""
    is_dev = workspace.name == "DEV"
    return {
        "COLUMNS": str(max(120, shutil.get_terminal_size().columns)),
        "DATABRICKS_HOST": workspace.url,
        "DATABRICKS_TOKEN": workspace.admin_token,
        "WORKSPACE_GIT_FOLDER_PATH": workspace.git_folder_path,
        "RESOURCE_NAME_MAPPINGS_FILE_PATH": "" if is_dev else MAPPING_FILE_PATH,
        "APP_MODE": "Export" if is_dev else "Import",
        "NUM_THREADS": "4",
    }


def commit(workspace: RunningWorkspace, message: str) -> None:
    """Commit and push, as a person does in the Git folder's dialog."""
    say(f"{workspace.name}   a person commits and pushes: “{message}”")
    body = {"path": workspace.git_folder_path, "message": message}
    answer = call(workspace, "POST", "/_emulator/git/commit", body)
    print(f"commit {answer['commit']} on {answer['branch']}, {len(answer['files'])} files")


def change_job(workspace: RunningWorkspace, name: str, change: Callable[[Json], None]) -> None:
    """Change a job's settings through the Jobs API."""
    job = find_job(workspace, name)
    change(job["settings"])
    body = {"job_id": job["job_id"], "new_settings": job["settings"]}
    call(workspace, "POST", "/api/2.2/jobs/reset", body)


def delete_job(workspace: RunningWorkspace, name: str) -> None:
    """Delete a job through the Jobs API."""
    call(workspace, "POST", "/api/2.2/jobs/delete", {"job_id": find_job(workspace, name)["job_id"]})


def find_job(workspace: RunningWorkspace, name: str) -> Json:
    """Return a job by name, in full."""
    jobs = call(workspace, "GET", "/_emulator/state", None)["jobs"]
    job_id = next(job["job_id"] for job in jobs if job["settings"]["name"] == name)
    return call(workspace, "GET", f"/api/2.2/jobs/get?job_id={job_id}", None)


def call(workspace: RunningWorkspace, method: str, path: str, body: Json | None) -> Json:
    """Send one request to a local workspace."""
    request = urllib.request.Request(  # noqa: S310 - always the loopback URL of the emulator
        workspace.url + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {workspace.admin_token}",
        },
    )
    with urllib.request.urlopen(request) as response:  # noqa: S310 - see above
        answer: Json = json.load(response)
    return answer


def require_nothing_pending(workspace: RunningWorkspace) -> None:
    """Validate once more and make sure that the workspace equals Git."""
    report = json.loads(cli(workspace, "validate", "--json"))
    counts = report["counts"]
    print(", ".join(f"{count} {status}" for status, count in counts.items()))
    pending = [f"{counts[status]} {status}" for status in _PENDING if counts.get(status)]
    if pending:
        raise JourneyError(f"Still pending after the import: {', '.join(pending)}.")
    print("Nothing left to change.")


def say(text: str) -> None:
    """Print a line between the steps."""
    print(f"\n── {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
