"""How long exports, imports and validations take: `python -m bench.promotion [JOBS …]`.

Two local workspaces answer each call after 50 ms. Each operation is one run of `cli.py` in a
process of its own. Beside the time is the ideal: the calls it made × latency ÷ threads. The
time that Python takes to start is shown, and left out of the ratio.

Then a workspace that allows 20 calls a second, and answers the others with 429.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.workspaces import ROOT, Measured, control, hand_over, own_latency_s, run_cli, seeds
from emulator import RunningWorkspace, start_environment

LATENCY_S = 0.05
THREADS = 4
SIZES = (200, 1000, 5000)

LIMITED_THREADS = 8
LIMITED_JOBS = 200
PERMITTED = 20  # calls a second

_ROW = "{:<22} {:>6} {:>8} {:>9} {:>9} {:>7} {:>9}"
_LIMITED_ROW = "{:<22} {:>8} {:>9} {:>9} {:>13} {:>16}"


def main() -> int:
    """Print one table over all numbers of jobs, and one of the limited workspace."""
    sizes = [int(text) for text in sys.argv[1:]] or SIZES
    start_s = _start_up_s()
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {LATENCY_S * 1000:.0f} ms a "
        f"call, NUM_THREADS {THREADS}; starting cli.py alone takes {start_s:.1f} s.\n"
    )
    print(_ROW.format("operation", "jobs", "calls", "seconds", "ideal s", "ratio", "MB"))
    for size in sizes:
        with (
            tempfile.TemporaryDirectory(prefix="job-sync-bench-") as directory,
            start_environment(Path(directory), seeds=seeds(size)) as environment,
        ):
            _measure(size, environment["DEV"], environment["PROD"], Path(directory), start_s)
    _measure_limited(start_s)
    return 0


def _measure(
    size: int, dev: RunningWorkspace, prod: RunningWorkspace, directory: Path, start_s: float
) -> None:
    _slow_down(dev, prod)
    for name in ("first export", "repeated export"):
        _show(name, size, run_cli(dev, "export", directory, threads=THREADS), start_s)
    hand_over(dev, prod)
    for name, command in (("first import", "import"), ("repeated validate", "validate")):
        _show(name, size, run_cli(prod, command, directory, threads=THREADS), start_s)


def _slow_down(dev: RunningWorkspace, prod: RunningWorkspace) -> None:
    """Make each call last as long as meant, the local workspace's own work included."""
    delay_s = max(0.0, LATENCY_S - own_latency_s(dev))
    for workspace in (dev, prod):
        fault = {"endpoint": "*", "kind": "delay", "delay_s": delay_s, "times": 0}
        control(workspace, "faults", fault)


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
