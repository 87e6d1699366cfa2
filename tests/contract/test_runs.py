"""Promises of `core.ports.Runs`."""

from core.ports import ActiveRun
from tests.builders import job
from tests.contract.conftest import World


def test_without_runs_none_is_active(world: World) -> None:
    world.ports.jobs.create_job(job("load"))
    assert list(world.ports.runs.list_active()) == []


def test_a_run_is_active_until_it_is_finished(world: World) -> None:
    ids = [world.ports.jobs.create_job(job(name)) for name in ("a", "b")]
    runs = {world.start_run(job_id): job_id for job_id in (*ids, ids[0])}
    expected = {ActiveRun(run_id, job_id) for run_id, job_id in runs.items()}
    assert set(world.ports.runs.list_active()) == expected
    ended = min(runs)
    world.finish_run(ended)
    assert set(world.ports.runs.list_active()) == expected - {ActiveRun(ended, runs[ended])}


def test_all_pages_are_read(world: World) -> None:
    job_id = world.ports.jobs.create_job(job("load"))
    started = {world.start_run(job_id) for _ in range(60)}
    assert {run.run_id for run in world.ports.runs.list_active()} == started


def test_job_ids_are_those_of_the_list_of_jobs(world: World) -> None:
    job_id = world.ports.jobs.create_job(job("load"))
    world.start_run(job_id)
    [listed] = world.ports.jobs.list_jobs()
    assert {run.job_id for run in world.ports.runs.list_active()} == {listed.job_id}
