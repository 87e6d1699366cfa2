"""How long exports, imports and validations take: `python -m bench.promotion [JOBS …]`.

Two local workspaces answer each call after 50 ms. Each operation is one run of `cli.py` in a
process of its own. Beside its time is the physical limit: the time that a bare client takes, in a
process of its own as well, to send the same calls with the same number of threads to workspaces in
the same state. It waits for no answer before the next call of another thread and computes nothing.
The ratio is the limit's share of the time; both times include the start of Python. The column
`calling` is the limit's share of the time from the first call to the last: without loading the SDK.

Then a workspace that allows 20 calls a second, and answers the others with 429.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.workspaces import (
    ROOT,
    Measured,
    control,
    hand_over,
    own_latency_s,
    record,
    replay,
    run_cli,
    seeds,
)
from emulator import RunningWorkspace, start_environment

LATENCY_S = 0.05
THREADS = 4
MORE_THREADS = 10
SIZES = (200, 1000)
MORE_SIZES = (1000,)

LIMITED_THREADS = 8
LIMITED_JOBS = 200
PERMITTED = 20  # calls a second

_ROW = "{:<18} {:>6} {:>8} {:>7} {:>8} {:>8} {:>6} {:>8} {:>5}"
_LIMITED_ROW = "{:<22} {:>8} {:>9} {:>9} {:>13} {:>16}"


def main() -> int:
    """Print one table over all numbers of jobs, and one of the limited workspace."""
    sizes = [int(text) for text in sys.argv[1:]]
    start_s = _start_up_s()
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {LATENCY_S * 1000:.0f} ms a "
        f"call; starting cli.py alone takes {start_s:.1f} s.\n"
    )
    heads = ("operation", "jobs", "threads", "calls", "seconds", "limit s", "ratio", "calling")
    print(_ROW.format(*heads, "MB"))
    for size in sizes or SIZES:
        _measure(size, THREADS)
    for size in sizes or MORE_SIZES:
        _measure(size, MORE_THREADS)
    _measure_limited(start_s)
    return 0


@dataclass(frozen=True, slots=True)
class _Twins:
    """A workspace that is measured, and its twin in the same state for the bare client."""

    ours: RunningWorkspace
    bare: RunningWorkspace

    def measure(self, name: str, command: str, size: int, directory: Path, threads: int) -> None:
        """Run a command on ours, send its calls to the twin, and print one row."""
        record(self.ours)
        measured = run_cli(self.ours, command, directory, threads=threads)
        limit = replay(self.ours, self.bare, directory, threads=threads)
        calling_s = limit.calling_s + LATENCY_S  # the last call has to be answered, too
        cells = (
            name,
            size,
            threads,
            measured.calls,
            f"{measured.seconds:.1f}",
            f"{limit.seconds:.1f}",
            f"{limit.seconds / measured.seconds:.2f}",
            f"{limit.seconds / calling_s:.2f}",
            f"{measured.memory_mb:.0f}",
        )
        print(_ROW.format(*cells), measured.counts, flush=True)


def _measure(size: int, threads: int) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="job-sync-bench-") as name,
        start_environment(Path(name) / "ours", seeds=seeds(size)) as ours,
        start_environment(Path(name) / "bare", seeds=seeds(size)) as bare,
    ):
        directory = Path(name)
        dev, prod = (_Twins(ours[side], bare[side]) for side in ("DEV", "PROD"))
        _slow_down(ours["DEV"], ours["PROD"], bare["DEV"], bare["PROD"])
        for row in ("first export", "repeated export"):
            dev.measure(row, "export", size, directory, threads)
        hand_over(dev.ours, prod.ours)
        hand_over(dev.bare, prod.bare)
        prod.measure("first import", "import", size, directory, threads)
        prod.measure("repeated validate", "validate", size, directory, threads)


def _slow_down(*workspaces: RunningWorkspace) -> None:
    """Make each call last as long as meant, the local workspace's own work included."""
    delay_s = max(0.0, LATENCY_S - own_latency_s(workspaces[0]))
    for workspace in workspaces:
        fault = {"endpoint": "*", "kind": "delay", "delay_s": delay_s, "times": 0}
        control(workspace, "faults", fault)


def _measure_limited(start_s: float) -> None:
    """Export and import with and without a limit: only calls needed without one count."""
    print(f"\n{PERMITTED} calls a second allowed, {LIMITED_THREADS} threads.\n")
    print(
        _LIMITED_ROW.format("operation", "calls", "refused", "seconds", "calls/s", "of permitted")
    )
    free, limited = _promote(0), _promote(PERMITTED)
    for name, measured in limited.items():
        needed, spent = free[name].calls, measured.seconds - start_s
        cells = (
            name,
            needed,
            measured.calls - needed,
            f"{measured.seconds:.1f}",
            f"{needed / spent:.1f}",
            f"{needed / spent / PERMITTED:.2f}",
        )
        print(_LIMITED_ROW.format(*cells), measured.counts, flush=True)


def _promote(permitted: int) -> dict[str, Measured]:
    """Send jobs from DEV to PROD, and prove by a validation without limit that none was lost."""
    with (
        tempfile.TemporaryDirectory(prefix="job-sync-bench-") as directory,
        start_environment(Path(directory), seeds=seeds(LIMITED_JOBS)) as environment,
    ):
        dev, prod = environment["DEV"], environment["PROD"]
        measured = {}
        for name, workspace in (("export", dev), ("import", prod)):
            control(workspace, "options", {"requests_per_second": permitted}, "PATCH")
            measured[name] = run_cli(workspace, name, Path(directory), threads=LIMITED_THREADS)
            control(workspace, "options", {"requests_per_second": 0}, "PATCH")
            if workspace is dev:
                hand_over(dev, prod)
        proof = run_cli(prod, "validate", Path(directory), threads=LIMITED_THREADS)
    if proof.counts != {"unchanged": LIMITED_JOBS}:
        raise SystemExit(f"Jobs were lost: {proof.counts}")
    return measured


def _start_up_s() -> float:
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", "import cli"], cwd=ROOT, check=True, env=dict(os.environ))
    return time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
