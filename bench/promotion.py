"""How long exports, imports and validations take: `python -m bench.promotion [JOBS …] [--write]`.

Two local workspaces answer each call after 50 ms. Each operation is one run of `cli.py` in a
process of its own. Beside its time is the physical limit: the time that a bare client takes, in a
process of its own as well, to send the same calls with the same number of threads to workspaces in
the same state. It waits for no answer before the next call of another thread and computes nothing.
The ratio is the limit's share of the time; both times include the start of Python. The column
`calling` is the limit's share of the time from the first call to the last: without loading the SDK.

Then a workspace that allows 20 calls a second, and answers the others with 429.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.sheet import Sheet, document_of, read_options
from bench.workspaces import (
    ROOT,
    Measured,
    control,
    hand_over,
    record,
    replay,
    run_cli,
    seeds,
    slow_down,
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

_PACKAGES = ("databricks-sdk",)
_HEADS = "operation jobs threads calls seconds limit ratio calling"
_LIMITED_HEADS = ("operation", "calls", "refused", "seconds", "calls a second", "of the permitted")


def main() -> int:
    """Make one table over all numbers of jobs, and one of the limited workspace."""
    options = read_options(__doc__)
    document, start_s = document_of(options), _start_up_s()
    with Sheet(
        "promotion",
        (*_HEADS.split(), "peak memory"),
        note=f"{LATENCY_S * 1000:.0f} ms a call. Starting `cli.py` alone takes {start_s:.1f} s.",
        packages=_PACKAGES,
        document=document,
    ) as sheet:
        for size in options.numbers or SIZES:
            _measure(sheet, size, THREADS)
        for size in options.numbers or MORE_SIZES:
            _measure(sheet, size, MORE_THREADS)
    with Sheet(
        "rate-limit",
        _LIMITED_HEADS,
        note=f"{PERMITTED} calls a second permitted, {LIMITED_THREADS} threads, "
        f"{LIMITED_JOBS} jobs.",
        packages=_PACKAGES,
        document=document,
    ) as sheet:
        _measure_limited(sheet, start_s)
    return 0


@dataclass(frozen=True, slots=True)
class _Twins:
    """A workspace that is measured, and its twin in the same state for the bare client."""

    ours: RunningWorkspace
    bare: RunningWorkspace
    sheet: Sheet

    def measure(self, name: str, command: str, size: int, directory: Path, threads: int) -> None:
        """Run a command on ours, send its calls to the twin, and print one row."""
        record(self.ours)
        measured = run_cli(self.ours, command, directory, threads=threads)
        limit = replay(self.ours, self.bare, directory, threads=threads)
        calling_s = limit.calling_s + LATENCY_S  # the last call has to be answered, too
        self.sheet.add(
            name,
            size,
            threads,
            measured.calls,
            f"{measured.seconds:.1f}",
            f"{limit.seconds:.1f}",
            f"{limit.seconds / measured.seconds:.2f}",
            f"{limit.seconds / calling_s:.2f}",
            f"{measured.memory_mb:.0f} MB",
        )


def _measure(sheet: Sheet, size: int, threads: int) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="job-sync-bench-") as name,
        start_environment(Path(name) / "ours", seeds=seeds(size)) as ours,
        start_environment(Path(name) / "bare", seeds=seeds(size)) as bare,
    ):
        directory = Path(name)
        dev, prod = (_Twins(ours[side], bare[side], sheet) for side in ("DEV", "PROD"))
        slow_down(LATENCY_S, ours["DEV"], ours["PROD"], bare["DEV"], bare["PROD"])
        for row in ("first export", "repeated export, nothing changed"):
            dev.measure(row, "export", size, directory, threads)
        hand_over(dev.ours, prod.ours)
        hand_over(dev.bare, prod.bare)
        prod.measure("first import", "import", size, directory, threads)
        prod.measure("repeated validation", "validate", size, directory, threads)


def _measure_limited(sheet: Sheet, start_s: float) -> None:
    """Export and import with and without a limit: only calls needed without one count."""
    free, limited = _promote(0), _promote(PERMITTED)
    for name, measured in limited.items():
        needed, spent = free[name].calls, measured.seconds - start_s
        sheet.add(
            name,
            needed,
            measured.calls - needed,
            f"{measured.seconds:.1f}",
            f"{needed / spent:.1f}",
            f"{needed / spent / PERMITTED:.2f}",
        )


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
