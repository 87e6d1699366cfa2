"""How many calls an operation makes when nothing has changed."""

from pathlib import Path

import pytest

from core.gateways.connect import connect, system_clock, this_process
from core.service import JobSync
from core.settings import Settings
from tests.builders import job, notebook_task
from tests.emulated import Emulated

JOBS = 1000
FEW = 60


class Counted:
    """A service, and the calls of each operation by itself."""

    def __init__(self, workspace: Emulated, cache: Path) -> None:
        self._workspace, self._cache = workspace, cache

    def run(self, operation: str) -> int:
        connection = connect(
            retry_s=5,
            host=self._workspace.url,
            token=self._workspace.token,
            cache_folder=self._cache,
        )
        settings = Settings(folder=self._workspace.folder, threads=4)
        service = JobSync(connection.ports, settings, system_clock(), this_process)
        result = getattr(service, operation)()
        report = result[1] if isinstance(result, tuple) else result
        assert report.counts() in ({"unchanged": JOBS}, {"new": JOBS})
        return sum(connection.rest.calls().values())


@pytest.fixture
def full(dev: Emulated) -> Emulated:
    """A workspace of many jobs, each with a reference."""
    dev.seed(clusters=[{"cluster_id": "c-1", "cluster_name": "etl", "cluster_source": "UI"}])
    task = notebook_task("main", existing_cluster_id="c-1")
    admin = "admin@dev.example"
    dev.seed(
        jobs=[
            {"creator_user_name": admin, "settings": job(f"job {number}", tasks=[task])}
            for number in range(JOBS)
        ]
    )
    return dev


@pytest.mark.slow
def test_a_thousand_unchanged_jobs_need_few_calls(full: Emulated, tmp_path: Path) -> None:
    counted = Counted(full, tmp_path / "cache")
    assert counted.run("export") >= 2 * JOBS  # one read and one write for each
    assert counted.run("export") <= FEW
    assert counted.run("validate") <= FEW


@pytest.mark.slow
def test_without_a_zip_each_file_is_read_once(full: Emulated, tmp_path: Path) -> None:
    full.option(folder_zip=False)
    counted = Counted(full, tmp_path / "cache")
    counted.run("export")
    first = counted.run("validate")
    assert JOBS <= first <= JOBS + FEW
    assert counted.run("validate") <= FEW
    assert counted.run("export") <= FEW
