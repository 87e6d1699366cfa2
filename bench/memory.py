"""The memory that 10,000 jobs of 6 kB take: `python -m bench.memory [JOBS]`.

The local workspaces answer at once. Peak memory is that of the process of `cli.py` alone.
"""

import sys
import tempfile
from pathlib import Path

from bench.workspaces import Measured, control, hand_over, run_cli, seeds
from emulator import start_environment

JOBS = 10_000
THREADS = 8
_ROW = "{:<22} {:>8} {:>9} {:>9}"


def main() -> int:
    """Print one row for each operation."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else JOBS
    print(_ROW.format(f"{size:,} jobs", "calls", "seconds", "peak MB"))
    with (
        tempfile.TemporaryDirectory(prefix="job-sync-bench-") as name,
        start_environment(Path(name), seeds=seeds(size)) as environment,
    ):
        dev, prod, directory = environment["DEV"], environment["PROD"], Path(name)
        for workspace in (dev, prod):  # a folder of the real one ends at 10,000
            control(workspace, "options", {"max_children": 2 * size}, "PATCH")
        _show("first export", run_cli(dev, "export", directory, threads=THREADS))
        _show("repeated export", run_cli(dev, "export", directory, threads=THREADS))
        hand_over(dev, prod)
        _show("first import", run_cli(prod, "import", directory, threads=THREADS))
        _show("repeated validate", run_cli(prod, "validate", directory, threads=THREADS))
    return 0


def _show(name: str, measured: Measured) -> None:
    cells = (measured.calls, f"{measured.seconds:.1f}", f"{measured.memory_mb:.0f}")
    print(_ROW.format(name, *cells), measured.counts, flush=True)


if __name__ == "__main__":
    sys.exit(main())
