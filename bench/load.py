"""Fifty browsers look at a page while it imports 1,000 jobs.

Run `python -m bench.load [BROWSERS [JOBS]] [--write]`: about four minutes.

The import runs twice, against local workspaces in the same state that answer each call after 50 ms:
once with one browser that looks at it, and once with all. The page, the import, the workspace and
the browsers share the cores of one machine.
"""

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.browsers import Seen, looking
from bench.serving import THREADS, WAYS, Serve
from bench.sheet import Sheet, document_of, read_options
from bench.workspaces import hand_over, job_settings, run_cli, seeds, slow_down
from emulator import start_environment
from tests.browserless import Browserless

BROWSERS, JOBS = 50, 1000
LATENCY_S = 0.05
_WAIT_S = 600.0


@dataclass(frozen=True, slots=True)
class Imported:
    """One import, and what the browsers saw of it; `cpu_s` is what all processes computed."""

    seconds: float
    seen: Seen
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Load:
    """The same import with one browser and with many."""

    alone: Imported
    crowded: Imported

    @property
    def slower(self) -> float:
        """How much longer the import took with many: 0.1 is a tenth."""
        return self.crowded.seconds / self.alone.seconds - 1


def measure_load(serve: Serve, browsers: int = BROWSERS, jobs: int = JOBS) -> Load:
    """Import twice, with one browser and with many."""
    return Load(*(_import(serve, count, jobs) for count in (1, browsers)))


def main() -> int:
    """Make the table."""
    options = read_options(__doc__)
    given = dict(zip(("browsers", "jobs"), options.numbers, strict=False))
    browsers, jobs = given.get("browsers", BROWSERS), given.get("jobs", JOBS)
    with Sheet(
        "load",
        (
            "page",
            "browsers",
            "polls",
            "failed",
            "median",
            "99 of 100 within",
            "longest",
            "import",
            "longer by",
            "CPU in all",
        ),
        note=f"{jobs:,} jobs, {THREADS} threads, {LATENCY_S * 1000:.0f} ms a call.",
        packages=("dash", "gunicorn"),
        document=document_of(options),
    ) as sheet:
        for name, serve in WAYS.items():
            load = measure_load(serve, browsers, jobs)
            _add(sheet, name, 1, load.alone, "–")
            _add(sheet, name, browsers, load.crowded, f"{load.slower:.1%}")
    return 0


def _add(sheet: Sheet, name: str, count: int, found: Imported, longer: str) -> None:
    seen = found.seen
    sheet.add(
        name,
        count,
        len(seen.polls),
        len(seen.failures),
        f"{seen.median_s() * 1000:.0f} ms",
        f"{seen.p99_s() * 1000:.0f} ms",
        f"{max(seen.polls) * 1000:.0f} ms",
        f"{found.seconds:.1f} s",
        longer,
        f"{found.cpu_s:.1f} s",
    )
    for failure in sorted(set(seen.failures)):
        print(f"  {seen.failures.count(failure)} × {failure}", file=sys.stderr)


def _import(serve: Serve, browsers: int, jobs: int) -> Imported:
    with (
        tempfile.TemporaryDirectory(prefix="job-sync-bench-") as name,
        start_environment(Path(name), seeds=seeds(jobs)) as environment,
    ):
        dev, prod = environment["DEV"], environment["PROD"]
        run_cli(dev, "export", Path(name), threads=THREADS)
        hand_over(dev, prod)
        slow_down(LATENCY_S, prod)
        with serve(prod, Path(name) / "page") as serving:
            page = Browserless(serving.urls[0], "history")  # whose feed has no rows
            validated = page.start("validate")
            page.wait(validated, _WAIT_S)
            with looking(browsers, serving.urls) as seen:
                time.sleep(2)  # until all have come
                computed, begun = _cpu_s(), time.monotonic()
                names = [job_settings(number)["name"] for number in range(jobs)]
                said = page.wait(page.start("import", plan=validated, names=names), _WAIT_S)
                seconds = time.monotonic() - begun
                computed = _cpu_s() - computed
            if f"{jobs:,} jobs imported" not in said:
                raise SystemExit(f"The import failed: {said}")
            return Imported(seconds, seen, computed)


def _cpu_s() -> float:
    """Return the seconds that all processes of this machine have computed so far."""
    times = psutil.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    sys.exit(main())
