"""A Redis that fails at random while an import is running: the jobs and the page's view of it."""

import itertools
import random
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from core.errors import StateError
from core.operations.grid_row import RowState
from core.operations.kinds import OperationKind
from core.operations.operation import Status
from tests.builders import definition_text, job
from tests.fakes import ME, FakeWorkspace
from tests.redis_server import RedisServer, serving
from tests.redis_stores import ANA, LATE_S, Replicas, eventually, got, has_ended, work

_JOBS = 300
_FAULTS_S = 10.0
_OUTCOMES = (Status.SUCCEEDED, Status.RUNNING, Status.QUEUED, Status.INTERRUPTED)


def fail_at_random(server: RedisServer, replicas: Replicas, chance: random.Random) -> None:
    """Let Redis fail for a while, in a way of its own each time; it is there at the end."""
    end = time.monotonic() + _FAULTS_S
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.05, 0.8))
        match chance.randrange(5):
            case 0:
                server.kill()
                time.sleep(chance.uniform(0, 1.5))
                server.start()
            case 1:
                server.pause()
                time.sleep(chance.uniform(0, 3.5))
                server.resume()
            case 2:
                replicas.raw.flushall()
            case 3:
                replicas.raw.save()
            case _:
                keys = replicas.raw.keys("*")
                if keys:
                    replicas.raw.delete(chance.choice(keys))


@pytest.mark.reliability
@pytest.mark.parametrize("seed", range(3))
def test_an_import_is_whole_and_shown_whole_however_redis_fails(tmp_path: Path, seed: int) -> None:
    workspace = FakeWorkspace()
    for number in range(_JOBS):
        text = definition_text(job(f"job {number}"), run_as=ME)
        workspace.put_file(f"{number}.json", text)
    create = workspace.jobs.create_job

    is_well, created = threading.Event(), itertools.count(1)

    def create_slowly(*arguments: Any) -> int:
        time.sleep(_FAULTS_S / _JOBS)
        if next(created) == _JOBS:  # it does not end while Redis still fails
            assert is_well.wait(LATE_S)
        return create(*arguments)

    workspace.jobs.create_job = create_slowly  # type: ignore[method-assign]
    with serving(tmp_path) as server:
        replicas = Replicas(server)
        worker, page = replicas.store(), replicas.store()
        plan = page.start(OperationKind.VALIDATE, {}, ANA).operation_id
        work(worker, workspace, plan)
        names = [row.job for row in page.row_values(plan)]
        name = page.start(OperationKind.IMPORT, {"plan": plan, "names": names}, ANA).operation_id
        importing = threading.Thread(target=work, args=(worker, workspace, name))
        importing.start()
        eventually(lambda: workspace.jobs.jobs)
        seen: set[Status] = set()
        watching = threading.Event()
        reader = threading.Thread(target=watch, args=(page, name, seen, watching))
        reader.start()
        fail_at_random(server, replicas, random.Random(seed))
        is_well.set()
        importing.join(LATE_S)
        eventually(lambda: has_ended(page, name))
        watching.set()
        reader.join(LATE_S)
        assert got(page, name).status is Status.SUCCEEDED
        assert {row.state for row in page.row_values(name)} == {RowState.DONE}
        assert len(page.row_values(name)) == _JOBS
        assert all(page.document(name, f"row/{number}") for number in range(_JOBS))
        assert len(workspace.jobs.jobs) == _JOBS
        [entry] = [one for one in workspace.service().history().entries() if one.kind == "import"]
        assert entry.counts == {"new": _JOBS}
        assert seen <= {*_OUTCOMES, Status.CANCELLING}
        replicas.close()


def watch(page: Any, name: str, seen: set[Status], is_over: threading.Event) -> None:
    """Look at the operation all the while, as a browser does."""
    while not is_over.wait(0.05):
        try:
            operation = page.get(name)
            page.notice()
        except StateError:
            continue
        if operation is not None:
            seen.add(operation.status)
