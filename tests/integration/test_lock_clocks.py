"""Machines whose clocks differ, and one that sleeps, at work on one workspace over HTTP."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from core.errors import LockedError
from core.gateways.connect import this_process
from core.reporting.listener import Listener
from core.reporting.report import Report, ReportRow
from core.service import JobSync
from core.settings import Settings
from core.state.lock import LEASE_S, Clock, Owner, acquire
from tests.builders import definition_text, job, notebook_task, run_job_task
from tests.emulated import Emulated

ADMIN = "admin@prod.example"
STATE = "/Workspace/Shared/state"
MINUTES_20 = 1200
JOBS = 6
NAMES = [f"job {number}" for number in range(JOBS)]


@dataclass
class Machine:
    """A machine with clocks of its own, of whose processes no other machine knows anything."""

    name: str
    wall_ahead_s: float = 0
    monotonic_ahead_s: float = 0

    def sleep(self, seconds: float) -> None:
        self.wall_ahead_s += seconds

    def wait(self, seconds: float) -> None:
        self.wall_ahead_s += seconds
        self.monotonic_ahead_s += seconds

    def clock(self) -> Clock:
        return Clock(
            now=lambda: time.time() + self.wall_ahead_s,
            monotonic=lambda: time.monotonic() + self.monotonic_ahead_s,
            is_dead=lambda _owner: False,
        )

    def owner(self, principal: str, operation: str) -> Owner:
        now = time.time() + self.wall_ahead_s
        owner = this_process(principal, operation)
        return replace(owner, machine=self.name, since=now, renewed=now)

    def service(self, workspace: Emulated) -> JobSync:
        settings = Settings(folder=workspace.folder, state_path=STATE, threads=4)
        ports = workspace.connect(token=workspace.token).ports
        return JobSync(ports, settings, self.clock(), self.owner)

    def die_with_the_lock(self, workspace: Emulated) -> None:
        files = workspace.connect(token=workspace.token).ports.files
        files.make_folder(STATE)
        acquire(files, STATE, self.owner("ana", "import"), self.clock())


@pytest.fixture
def workspace(prod: Emulated) -> Emulated:
    """A workspace that lacks jobs each of which runs the one before, so that they come in turn."""
    main = notebook_task("main")
    for number, name in enumerate(NAMES):
        needed = [run_job_task("run", f"__JOB__{NAMES[number - 1]}__")] if number else []
        text = definition_text(job(name, tasks=[main, *needed]), run_as=ADMIN)
        prod.put(f"{name}.json", text)
    return prod


def once(act: Callable[[], object]) -> Listener:
    """Return a listener that acts after the first job."""
    rows: list[ReportRow] = []

    def on_row(row: ReportRow) -> None:
        rows.append(row)
        if len(rows) == 1:
            act()

    return Listener(on_row=on_row)


def locks_of(workspace: Emulated) -> list[str]:
    return sorted(name for name in workspace.files(STATE) if name.startswith("lock-"))


def messages_of(report: Report) -> str:
    return " ".join(issue.message for row in report.rows for issue in row.issues)


@pytest.mark.parametrize("has_times", [True, False])
@pytest.mark.parametrize(
    ("owner_s", "contender_s"), [(-MINUTES_20, 0), (MINUTES_20, 0), (0, MINUTES_20)]
)
def test_a_running_import_is_not_interrupted_by_a_machine_of_another_time(
    workspace: Emulated, owner_s: float, contender_s: float, has_times: bool
) -> None:
    workspace.option(timestamps_on_files=has_times)
    owner, contender = Machine("a", owner_s), Machine("b", contender_s)
    refused: list[str] = []

    def contend() -> None:
        with pytest.raises(LockedError) as error:
            contender.service(workspace).import_jobs()
        refused.append(str(error.value))

    report = owner.service(workspace).import_jobs(listener=once(contend))
    assert report.status == "completed"
    assert len(refused) == 1 and f"{STATE}/lock-00000001.json" in refused[0]
    assert workspace.names() == NAMES
    assert contender.service(workspace).import_jobs().counts() == {"unchanged": JOBS}
    assert locks_of(workspace) == ["lock-00000002.json"]


@pytest.mark.parametrize("offset_s", [-MINUTES_20, 0, MINUTES_20])
def test_an_owner_that_slept_leaves_the_jobs_to_whoever_took_over(
    workspace: Emulated, offset_s: float
) -> None:
    owner, contender = Machine("a", offset_s), Machine("b")
    others: list[Report] = []

    def sleep() -> None:
        owner.sleep(MINUTES_20)
        contender.wait(MINUTES_20)
        workspace.option(clock_ahead_s=MINUTES_20)
        others.append(contender.service(workspace).import_jobs())

    report = owner.service(workspace).import_jobs(listener=once(sleep))
    assert [other.status for other in others] == ["completed"]
    assert workspace.names() == NAMES
    assert report.counts() == {"error": JOBS - 1, "new": 1}
    assert "not renewed its lock" in messages_of(report)
    assert workspace.service(state_path=STATE).validate()[1].counts() == {"unchanged": JOBS}


@pytest.mark.parametrize("owner_s", [-MINUTES_20, MINUTES_20])
@pytest.mark.parametrize("contender_s", [-MINUTES_20, MINUTES_20])
def test_a_dead_owner_is_replaced_after_the_lease_by_the_time_of_the_workspace(
    workspace: Emulated, owner_s: float, contender_s: float
) -> None:
    Machine("a", owner_s).die_with_the_lock(workspace)
    service = Machine("b", contender_s).service(workspace)
    workspace.option(clock_ahead_s=LEASE_S - 60)
    with pytest.raises(LockedError):
        service.import_jobs()
    workspace.option(clock_ahead_s=LEASE_S + 1)
    assert service.import_jobs().status == "completed"
    assert locks_of(workspace) == ["lock-00000002.json"]


def test_a_dead_owner_is_replaced_where_files_have_no_times(workspace: Emulated) -> None:
    workspace.option(timestamps_on_files=False)
    Machine("a", -MINUTES_20).die_with_the_lock(workspace)
    contender = Machine("b", MINUTES_20)
    for waited_s in (LEASE_S - 60, 61):
        with pytest.raises(LockedError):
            contender.service(workspace).import_jobs()
        contender.wait(waited_s)
    assert contender.service(workspace).import_jobs().status == "completed"
    assert locks_of(workspace) == ["lock-00000002.json"]


def test_a_lock_file_from_the_future_blocks_no_longer_than_the_lease(workspace: Emulated) -> None:
    workspace.option(clock_ahead_s=365 * 86_400)
    Machine("a", 365 * 86_400).die_with_the_lock(workspace)
    workspace.option(clock_ahead_s=0)
    contender = Machine("b")
    with pytest.raises(LockedError):
        contender.service(workspace).import_jobs()
    contender.wait(LEASE_S + 1)
    assert contender.service(workspace).import_jobs().status == "completed"
