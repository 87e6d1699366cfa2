"""`cli.py import` is killed before or after each of its writes in turn; then it runs again.

`make test` kills it at a handful of writes, `make reliability` at all of them.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.state.ledger import ImportedJob, ImportedLedger
from tests.builders import definition_text, job, notebook_task, run_job_task
from tests.emulated import Emulated, without_times

Document = dict[str, Any]

ROOT = Path(__file__).parents[2]
ADMIN = "admin@prod.example"
STATE = "/Workspace/Shared/state"
TIMEOUT_S = 60
HELD_S = 5  # longer than it takes to kill a process
NOTEBOOK = notebook_task(
    "main", notebook_task={"notebook_path": "/Shared/main", "source": "WORKSPACE"}
)
# A request that is held and then refused never takes effect; one that is answered late has done so.
HOLD: dict[str, Document] = {
    "before": {"kind": "status", "when": "before", "delay_s": HELD_S},
    "after": {"kind": "delay", "when": "after", "delay_s": HELD_S},
}
FIRST_STUB = 7  # after folder and lock, three calls for the snapshot, and the announcement
LEDGER = 15
WRITES = 21  # the last three are the history's
QUICK = [(2, "after"), (FIRST_STUB, "after"), (11, "before"), (LEDGER, "before")]


def plain(name: str, **settings: Any) -> Document:
    return job(name, tasks=[NOTEBOOK], **settings)


def definitions() -> list[Document]:
    """Two new jobs in a row, a new circle of two, a changed job and an equal one."""
    return [
        plain("first"),
        job("second", tasks=[run_job_task("run", "__JOB__first__")]),
        job("left", tasks=[run_job_task("run", "__JOB__right__")]),
        job("right", tasks=[run_job_task("run", "__JOB__left__")]),
        plain("changed", description="new"),
        plain("equal"),
    ]


# In PROD beforehand: imported earlier, imported and gone from Git since, made by hand.
LIVE = {
    1: plain("changed", description="old"),
    2: plain("equal"),
    3: plain("gone from Git"),
    4: plain("by hand"),
}
RUNS = {"second": "first", "left": "right", "right": "left"}
IMPORTED = {1: ImportedJob("changed", 14), 3: ImportedJob("gone from Git", 99)}


@dataclass
class Killed:
    """A process that was killed at a write, and whether it held the lock then."""

    pid: int
    number: int
    holds_lock: bool


class Scene:
    """PROD, set to the same state before each kill, and processes that import there."""

    def __init__(self, prod: Emulated, folder: Path) -> None:
        self.prod = prod
        self._folder = folder

    def set_up(self) -> None:
        ledger = json.dumps(ImportedLedger(IMPORTED).as_json())
        jobs = [
            {"job_id": job_id, "creator_user_name": ADMIN, "settings": self._with_identity(one)}
            for job_id, one in LIVE.items()
        ]
        files = [{"path": f"{STATE}/imported.json", "content": ledger}]
        for number, one in enumerate(definitions(), start=10):
            path = f"{self.prod.folder}/{one['name']}.json"
            content = definition_text(one, job_id=number, run_as=ADMIN).decode()
            files.append({"path": path, "content": content})
        self.prod.control("POST", "reset", {"jobs": jobs})
        self.prod.seed(files=files)

    @staticmethod
    def _with_identity(settings: Document) -> Document:
        return {**settings, "run_as": {"user_name": ADMIN}}

    def start(self, command: str) -> "subprocess.Popen[bytes]":
        own = {
            "DATABRICKS_HOST": self.prod.url,
            "DATABRICKS_TOKEN": self.prod.token,
            "WORKSPACE_GIT_FOLDER_PATH": self.prod.folder,
            "STATE_FOLDER_PATH": STATE,
            "CACHE_FOLDER": str(self._folder / "cache"),
        }
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), command, "--json"],
            cwd=self._folder,
            env={**kept, **own, "HOME": str(self._folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def run(self, command: str) -> tuple[int, Document]:
        """Run to the end; return the process's id and its report."""
        process = self.start(command)
        out, _ = process.communicate(timeout=TIMEOUT_S)
        document: Document = json.loads(out)
        assert process.returncode == 0, document
        return process.pid, document

    def kill_at(self, write: int, moment: str) -> Killed:
        """Start an import and kill it while its n-th write is held."""
        self.prod.fault("POST *", call=write, **HOLD[moment])
        process = self.start("import")
        try:
            self._wait_for_the_write(process)
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=TIMEOUT_S)
        assert process.returncode == -signal.SIGKILL
        self.prod.clear_faults()
        number, owner = self.lock()
        holds = bool(owner) and not owner["released"]
        assert not holds or owner["pid"] == process.pid
        return Killed(process.pid, number, holds)

    def _wait_for_the_write(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + TIMEOUT_S
        while not self.prod.control("GET", "faults")["faults"][0]["done"]:
            assert process.poll() is None, "the process ended before it was killed"
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def lock(self) -> tuple[int, Document]:
        """Return the number of the newest lock and who holds it; 0 when there is none."""
        found = self.prod.api("GET", f"2.0/workspace/list?path={STATE}").json()["objects"]
        locks = sorted(one["path"] for one in found if "/lock-" in one["path"])
        if not locks:
            return 0, {}
        return int(locks[-1][-13:-5]), json.loads(self.prod.read(locks[-1]))

    def writes(self) -> int:
        return sum(n for name, n in self.prod.calls().items() if name.startswith("POST "))


@pytest.fixture
def scene(prod: Emulated, tmp_path: Path) -> Scene:
    return Scene(prod, tmp_path)


def kill_and_run_again(scene: Scene, write: int, moment: str) -> Killed:
    scene.set_up()
    killed = scene.kill_at(write, moment)
    pid, report = scene.run("import")
    assert report["status"] == "completed"
    check_jobs(scene.prod)
    check_way_back(scene.prod)
    number, owner = scene.lock()
    assert (number, owner["pid"], owner["released"]) == (killed.number + 1, pid, True)
    left = {"unchanged": 6, "deleted": 1, "unmanaged": 1}
    assert scene.prod.service(state_path=STATE).validate()[1].counts() == left
    return killed


def check_jobs(prod: Emulated) -> None:
    """Every job is there once and as Git says, or as it was; the ledger says which are ours."""
    stored = {one["job_id"]: one["settings"] for one in prod.stored_jobs()}
    wanted = [one["name"] for one in definitions()]
    names = Counter(settings["name"] for settings in stored.values())
    assert names == Counter([*wanted, "gone from Git", "by hand"])
    ids = {settings["name"]: job_id for job_id, settings in stored.items()}
    for job_id, settings in LIVE.items():
        assert ids[settings["name"]] == job_id
    for settings in [*definitions(), LIVE[3], LIVE[4]]:
        name = settings["name"]
        needed = RUNS.get(name)
        task = run_job_task("run", ids[needed]) if needed else NOTEBOOK
        [found] = stored[ids[name]]["tasks"]
        assert {key: found[key] for key in task} == task
        assert stored[ids[name]].get("description") == settings.get("description")
        assert not {"schedule", "trigger", "continuous"} & stored[ids[name]].keys()
    ledger = json.loads(prod.read(f"{STATE}/imported.json"))
    sources = {name: number for number, name in enumerate(wanted, start=10)}
    sources["gone from Git"] = 99
    assert ledger["pending"] == []
    assert without_times(ledger["jobs"]) == {
        str(ids[name]): {
            "job_name": name,
            "source_job_id": source,
            "file_path": f"{name}.json" if name in wanted else "",
        }
        for name, source in sources.items()
    }


def check_way_back(prod: Emulated) -> None:
    """The changed job is kept as it was before anybody wrote it."""
    files = prod.files(f"{STATE}/snapshots").items()
    kept = [json.loads(content) for path, content in files if "/part-" in path]
    assert any(
        item["settings"].get("description") == "old" for one in kept for item in one["items"]
    )


@pytest.mark.reliability
def test_there_are_no_more_writes_than_those(scene: Scene) -> None:
    scene.set_up()
    scene.prod.clear_calls()
    scene.run("import")
    assert scene.writes() == WRITES
    check_jobs(scene.prod)


@pytest.mark.slow
@pytest.mark.parametrize(("write", "moment"), QUICK)
def test_a_killed_import_is_completed_by_the_next(scene: Scene, write: int, moment: str) -> None:
    killed = kill_and_run_again(scene, write, moment)
    assert killed.holds_lock


@pytest.mark.reliability
@pytest.mark.parametrize("moment", HOLD)
def test_an_import_killed_at_any_write_is_completed_by_the_next(
    scene: Scene, moment: str, record_property
) -> None:
    killed = [kill_and_run_again(scene, write, moment) for write in range(1, WRITES + 1)]
    figures = {"kills": len(killed), "locks taken over": sum(one.holds_lock for one in killed)}
    record_property("figures", {"case": f"import killed {moment} a write", **figures})
