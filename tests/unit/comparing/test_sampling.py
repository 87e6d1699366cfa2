"""The list form is trusted while a sample of it agrees."""

from core.comparing.sampling import SAMPLE_SIZE, agrees, draw_sample
from core.ports import LiveJob
from tests.builders import definition_text, job
from tests.fakes import FakeWorkspace


def test_the_sample_is_small_and_always_the_same() -> None:
    ids = list(range(1000))
    assert draw_sample(ids) == draw_sample(reversed(ids))
    assert len(draw_sample(ids)) == SAMPLE_SIZE
    assert draw_sample(ids) != ids[:SAMPLE_SIZE]
    assert draw_sample([]) == []


def test_only_the_identity_may_differ() -> None:
    listed = LiveJob.pack(1, job("a"), "me", "me", complete=False)
    full = LiveJob.pack(1, job("a", run_as={"user_name": "x"}), "me", "x", complete=True)
    assert agrees(listed, full)
    assert not agrees(
        listed, LiveJob.pack(1, job("a", description="new"), "me", "me", complete=True)
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
