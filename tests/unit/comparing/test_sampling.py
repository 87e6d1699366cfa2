"""The list form is trusted while a sample of it agrees."""

from typing import Any

import pytest

from core.comparing.sampling import LARGEST_SAMPLE, SAMPLE_SIZE, agrees, draw_sample
from core.ports import LiveJob
from tests.builders import definition_text, job, notebook_task
from tests.fakes import FakeWorkspace


def listed(job_id: int, **settings: Any) -> LiveJob:
    return LiveJob.pack(job_id, job(f"job {job_id}", **settings), "me", "me", complete=False)


def test_the_sample_is_small_and_moves_on() -> None:
    jobs = [listed(number) for number in range(1000)]
    assert sorted(draw_sample(jobs, "1")) == sorted(draw_sample(reversed(jobs), "1"))
    assert len(draw_sample(jobs, "1")) == SAMPLE_SIZE
    assert draw_sample(jobs, "1") != draw_sample(jobs, "2")
    assert draw_sample([], "1") == []
    drawn = {job_id for salt in range(50) for job_id in draw_sample(jobs[:20], f"{salt}")}
    assert drawn == set(range(20))


RARE: list[dict[str, Any]] = [
    {"parameters": [{"name": "p", "default": "1"}]},
    {"description": "rare"},
    {"tasks": [notebook_task("main", health={"rules": []})]},
]


@pytest.mark.parametrize("rare", RARE, ids=str)
def test_the_sample_shows_every_field_that_a_job_has(rare: dict[str, Any]) -> None:
    jobs = [listed(number) for number in range(1000)]
    jobs[500] = listed(500, **rare)
    assert 500 in draw_sample(jobs, "1")


def test_the_sample_has_an_end_whatever_the_fields_are_called() -> None:
    jobs = [listed(number, **{f"field_{number}": 1}) for number in range(1000)]
    assert len(draw_sample(jobs, "1")) == LARGEST_SAMPLE


def test_only_the_identity_may_differ() -> None:
    in_list = LiveJob.pack(1, job("a"), "me", "me", complete=False)
    full = LiveJob.pack(1, job("a", run_as={"user_name": "x"}), "me", "x", complete=True)
    assert agrees(in_list, full)
    assert not agrees(
        in_list, LiveJob.pack(1, job("a", description="new"), "me", "me", complete=True)
    )


def test_a_list_that_disagrees_makes_every_job_be_read() -> None:
    workspace = FakeWorkspace()
    for number in range(20):
        workspace.jobs.add(job(f"job {number}"), job_id=number + 1)
    workspace.service().export()
    before = list(workspace.jobs.list_jobs())
    for number in range(20):
        workspace.jobs.add(job(f"job {number}", description="later"), job_id=number + 1)
    workspace.jobs.list_jobs = lambda: iter(before)  # type: ignore[method-assign]
    assert workspace.service().validate()[1].counts() == {"changed": 20}


def test_a_full_read_trusts_no_list() -> None:
    workspace = FakeWorkspace()
    workspace.put_file("a.json", definition_text(job("a"), run_as="sync@prod.example"))
    workspace.jobs.add(job("a"), job_id=1)
    before = list(workspace.jobs.list_jobs())
    workspace.jobs.add(job("a", description="later"), job_id=1)
    workspace.jobs.list_jobs = lambda: iter(before)  # type: ignore[method-assign]
    assert workspace.service(full_read=True).validate()[1].counts() == {"changed": 1}
