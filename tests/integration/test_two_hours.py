"""An import of two hours by the clocks of machine and workspace, which jump while it runs.

Tokens are valid for an hour, the lock is renewed each minute and lost after fifteen.
"""

import json
import time

import pytest

from core.errors import LockedError
from core.reporting.listener import Listener
from core.service import JobSync
from core.settings import Settings
from tests.builders import definition_text, job, notebook_task, run_job_task
from tests.emulated import CREATE, Emulated
from tests.integration.test_lock_clocks import ADMIN, STATE, Machine

TOKEN = "POST /oidc/v1/token"
JOBS = 24
STEP_S = 300  # so long takes each job
HOUR_S = 3600
NAMES = [f"job {number:02}" for number in range(JOBS)]
pytestmark = pytest.mark.slow


@pytest.fixture
def workspace(prod: Emulated) -> Emulated:
    """A workspace that lacks jobs each of which runs the one before, so that they come in turn."""
    main = notebook_task("main")
    for number, name in enumerate(NAMES):
        needed = [run_job_task("run", f"__JOB__{NAMES[number - 1]}__")] if number else []
        text = definition_text(job(name, tasks=[main, *needed]), run_as=ADMIN)
        prod.put(f"{name}.json", text)
    return prod


def robot(workspace: Emulated, machine: Machine) -> JobSync:
    """Return the engine as a service principal's, which gets its tokens from the workspace."""
    running = workspace.running
    client = {"client_id": running.client_id, "client_secret": running.client_secret}
    settings = Settings(folder=workspace.folder, state_path=STATE, threads=4)
    ports = workspace.connect(**client).ports
    return JobSync(ports, settings, machine.clock(), machine.owner)


def test_an_import_of_two_hours_keeps_its_lock_and_renews_its_login(
    workspace: Emulated, caplog: pytest.LogCaptureFixture
) -> None:
    """The workspace refuses the first token after an hour: by the SDK's clock it is still valid."""
    owner, contender = Machine("a"), Machine("b")
    passed, refused = [0], []

    def pass_five_minutes() -> None:
        passed[0] += STEP_S
        owner.wait(STEP_S)
        contender.wait(STEP_S)
        workspace.option(clock_ahead_s=passed[0])
        if passed[0] % (4 * STEP_S) == 0:  # longer than a lock lives that is not renewed
            with pytest.raises(LockedError):
                robot(workspace, contender).import_jobs()
            refused.append(passed[0])

    workspace.clear_calls()
    listener = Listener(on_row=lambda _row: pass_five_minutes())
    report = robot(workspace, owner).import_jobs(listener=listener)
    assert report.status == "completed"
    assert report.counts() == {"new": JOBS}
    assert workspace.names() == NAMES
    assert workspace.calls()[CREATE] == JOBS
    assert caplog.text.count("logging in anew") == 2  # once for each token that had expired
    assert passed[0] == 2 * HOUR_S
    assert len(refused) == JOBS // 4
    locks = [name for name in workspace.files(STATE) if name.startswith("lock-")]
    assert locks == ["lock-00000001.json"]
    lock = json.loads(workspace.files(STATE)[locks[0]])
    assert lock["released"]
    assert lock["renewed"] - lock["since"] > 2 * HOUR_S - 2 * STEP_S


def test_tokens_that_expire_are_replaced_before_the_workspace_refuses_them(
    workspace: Emulated,
) -> None:
    """The SDK takes one for expired forty seconds before: here it lives for a second or two."""
    workspace.option(access_token_s=42)
    workspace.fault(CREATE, kind="delay", delay_s=0.4, times=0)
    workspace.clear_calls()
    begun = time.monotonic()
    report = robot(workspace, Machine("a")).import_jobs()
    assert report.counts() == {"new": JOBS}
    calls = workspace.calls()
    assert calls[CREATE] == JOBS
    assert 3 <= calls[TOKEN] <= time.monotonic() - begun + 2
