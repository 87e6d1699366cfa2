"""`cli.py export --folder` is killed in the middle of its files; then it runs again.

`make test` kills it twice, `make reliability` all the way through.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.definitions.definition import Definition, parse_definition
from tests.builders import job
from tests.checkout import commit_all, git, make_repository
from tests.emulated import Emulated

ROOT = Path(__file__).parents[2]
JOBS = 60
TIMEOUT_S = 90
STATE = "/Workspace/job-sync/state"


class Runner:
    """A clone, and processes that export into it."""

    def __init__(self, dev: Emulated, folder: Path) -> None:
        self._dev = dev
        self.folder = make_repository(folder)

    def start(self) -> "subprocess.Popen[bytes]":
        own = {
            "DATABRICKS_HOST": self._dev.url,
            "DATABRICKS_TOKEN": self._dev.token,
            "STATE_FOLDER_PATH": STATE,
            "CACHE_FOLDER": str(self.folder.parent / "cache"),
            "NUM_THREADS": "4",
        }
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), "export", "--folder", ".", "--json"],
            cwd=self.folder,
            env={**kept, **own, "HOME": str(self.folder.parent)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def export(self) -> dict[str, int]:
        out, _ = self.start().communicate(timeout=TIMEOUT_S)
        document = json.loads(out)
        assert document["status"] == "completed", document["issues"]
        counts: dict[str, int] = document["counts"]
        return counts

    def kill_at(self, written: int) -> None:
        """Kill an export once it has put so many files in place, or has ended."""
        process = self.start()
        deadline = time.monotonic() + TIMEOUT_S
        while len(self.files()) < written and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate()

    def files(self) -> list[Path]:
        return [one for one in self.folder.iterdir() if one.suffix == ".json"]

    def holds_whole_definitions(self) -> bool:
        return all(
            isinstance(parse_definition(one.read_bytes()), Definition) for one in self.files()
        )


@pytest.fixture
def runner(dev: Emulated, tmp_path: Path) -> Runner:
    for number in range(JOBS):
        dev.create_job(job(f"load {number:03}", description="x" * 5000))
    return Runner(dev, tmp_path / "runner")


def leaves_nothing_half(runner: Runner, written: int) -> None:
    runner.kill_at(written)
    assert runner.holds_whole_definitions()
    counts = runner.export()
    assert counts.keys() <= {"new", "changed", "unchanged"}
    assert sum(counts.values()) == JOBS
    assert len(runner.files()) == JOBS
    assert runner.holds_whole_definitions()
    names = git(runner.folder, "status", "--porcelain", "--untracked-files=all").splitlines()
    assert all(name.rstrip('"').endswith(".json") for name in names), names


def test_an_export_that_is_killed_leaves_whole_files_and_the_next_one_completes_it(
    runner, dev
) -> None:
    leaves_nothing_half(runner, written=JOBS // 3)
    commit_all(runner.folder)
    assert runner.export() == {"unchanged": JOBS}
    for number in range(3):
        dev.delete_job(dev.job_id(f"load {number:03}"))
    assert runner.export() == {"unchanged": JOBS - 3, "deleted": 3}


@pytest.mark.reliability
def test_an_export_may_be_killed_anywhere(runner) -> None:
    for written in range(0, JOBS, 7):
        for path in runner.files():
            path.unlink()
        leaves_nothing_half(runner, written)
