"""What names to map cost a validation: `python -m bench.missing_names [JOBS]`.

A local workspace that answers at once exports its jobs and validates them: once as they are, once
after every fifth definition runs a job that the workspace does not have.
"""

import json
import os
import platform
import sys
import tempfile
from pathlib import Path

from bench.workspaces import Measured, control, run_cli, running_missing_job, seeds
from core.gateways.connect import connect
from emulator import RunningWorkspace, start_environment

JOBS = 10_000
LACKING = 5  # every fifth job runs one that is missing
THREADS = 4
_ROW = "{:<24} {:>8} {:>9} {:>9}"


def main() -> int:
    """Print one row for each validation, and the ratio of their times."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else JOBS
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, NUM_THREADS {THREADS}.\n")
    print(_ROW.format(f"{size:,} jobs", "calls", "seconds", "MB"))
    with (
        tempfile.TemporaryDirectory(prefix="job-sync-bench-") as name,
        start_environment(Path(name), ("DEV",), seeds=seeds(size)) as environment,
    ):
        dev, directory = environment["DEV"], Path(name)
        control(dev, "options", {"max_children": 2 * size}, "PATCH")
        run_cli(dev, "export", directory, threads=THREADS)
        _commit(dev)
        run_cli(dev, "validate", directory, threads=THREADS)  # fills the cache
        without = _show("no name missing", run_cli(dev, "validate", directory, threads=THREADS))
        lacking = _run_missing_jobs(dev)
        for _ in range(2):
            found = run_cli(dev, "validate", directory, threads=THREADS, expects_errors=True)
        ratio = _show(f"{lacking:,} missing", found) / without
        print(f"\nThe second takes {ratio:.2f} × as long as the first.")
    return 0


def _show(name: str, measured: Measured) -> float:
    cells = (measured.calls, f"{measured.seconds:.1f}", f"{measured.memory_mb:.0f}")
    print(_ROW.format(name, *cells), measured.counts, flush=True)
    return measured.seconds


def _run_missing_jobs(dev: RunningWorkspace) -> int:
    """Let every fifth definition run a job that is not there; return how many do."""
    files = connect(retry_s=1, host=dev.url, token=dev.admin_token).ports.files
    paths = sorted(
        entry.path
        for entry in files.list_folder(dev.git_folder_path)
        if entry.is_file and entry.path.endswith(".json")
    )[::LACKING]
    for path in paths:
        definition = json.loads(files.read(path))
        definition["settings"] = running_missing_job(definition["settings"])
        files.write(path, json.dumps(definition).encode())
    _commit(dev)
    return len(paths)


def _commit(dev: RunningWorkspace) -> None:
    control(dev, "git/commit", {"path": dev.git_folder_path, "message": "Definitions"})


if __name__ == "__main__":
    sys.exit(main())
