"""What names to map cost a validation: `python -m bench.missing_names [JOBS] [--write]`.

A local workspace that answers at once exports its jobs and validates them: once as they are, once
after every fifth definition runs a job that the workspace does not have.
"""

import json
import sys
import tempfile
from pathlib import Path

from bench.sheet import Sheet, document_of, read_options
from bench.workspaces import Measured, control, run_cli, running_missing_job, seeds
from core.gateways.connect import connect
from emulator import RunningWorkspace, start_environment

JOBS = 10_000
LACKING = 5  # every fifth job runs one that is missing
THREADS = 4


def main() -> int:
    """Print one row for each validation, and the ratio of their times."""
    options = read_options(__doc__)
    [size] = options.numbers or (JOBS,)
    with (
        Sheet(
            "missing-names",
            ("validation", "jobs", "calls", "seconds", "peak memory"),
            packages=("databricks-sdk",),
            document=document_of(options),
        ) as sheet,
        tempfile.TemporaryDirectory(prefix="job-sync-bench-") as name,
        start_environment(Path(name), ("DEV",), seeds=seeds(size)) as environment,
    ):
        dev, directory = environment["DEV"], Path(name)
        control(dev, "options", {"max_children": 2 * size}, "PATCH")
        run_cli(dev, "export", directory, threads=THREADS)
        _commit(dev)
        run_cli(dev, "validate", directory, threads=THREADS)  # fills the cache
        without = run_cli(dev, "validate", directory, threads=THREADS)
        _add(sheet, "no name missing", size, without)
        lacking = _run_missing_jobs(dev)
        for _ in range(2):
            found = run_cli(dev, "validate", directory, threads=THREADS, expects_errors=True)
        _add(sheet, f"{lacking:,} jobs run one that is missing", size, found)
        ratio = found.seconds / without.seconds
        sheet.note = f"The second takes {ratio:.2f} times as long as the first."
    return 0


def _add(sheet: Sheet, name: str, size: int, measured: Measured) -> None:
    took = (f"{measured.seconds:.1f}", f"{measured.memory_mb:.0f} MB")
    sheet.add(name, size, measured.calls, *took)


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
