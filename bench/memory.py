"""The memory that 10,000 jobs of 6 kB take: `python -m bench.memory [JOBS] [--write]`.

The local workspaces answer at once. Peak memory is that of the process of `cli.py` alone.
"""

import sys
import tempfile
from pathlib import Path

from bench.sheet import Sheet, document_of, read_options
from bench.workspaces import control, hand_over, run_cli, seeds
from emulator import RunningWorkspace, start_environment

JOBS = 10_000
THREADS = 8


def main() -> int:
    """Print one row for each operation."""
    options = read_options(__doc__)
    [size] = options.numbers or (JOBS,)
    with (
        Sheet(
            "memory",
            ("operation", "jobs", "calls", "seconds", "peak memory"),
            packages=("databricks-sdk",),
            document=document_of(options),
        ) as sheet,
        tempfile.TemporaryDirectory(prefix="job-sync-bench-") as name,
        start_environment(Path(name), seeds=seeds(size)) as environment,
    ):
        dev, prod, directory = environment["DEV"], environment["PROD"], Path(name)
        for workspace in (dev, prod):  # a folder of the real one ends at 10,000
            control(workspace, "options", {"max_children": 2 * size}, "PATCH")

        def measure(name: str, workspace: RunningWorkspace, command: str) -> None:
            measured = run_cli(workspace, command, directory, threads=THREADS)
            took = (f"{measured.seconds:.1f}", f"{measured.memory_mb:.0f} MB")
            sheet.add(name, size, measured.calls, *took)

        measure("first export", dev, "export")
        measure("repeated export, nothing changed", dev, "export")
        hand_over(dev, prod)
        measure("first import", prod, "import")
        measure("repeated validation", prod, "validate")
    return 0


if __name__ == "__main__":
    sys.exit(main())
