"""A plan is made on the list, and once more with what had to be read in full."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import UnreachableError
from core.ports import LiveJob
from core.reading.two_passes import FullReader, Inventory, plan_in_two_passes
from core.reporting.listener import Listener
from tests.builders import job
from tests.fakes import FakeJobs


@dataclass(frozen=True)
class Row:
    job: LiveJob


@dataclass(frozen=True)
class Pass:
    """One pass as it was asked for; it settles every job whose name does not start with “new”."""

    known: "Inventory[Pass]"

    def settled(self) -> Sequence[Row]:
        return [Row(job) for job in self.known.live if not job.name.startswith("new")]

    def jobs_to_doubt(self) -> list[int]:
        return []

    def jobs_to_read(self) -> list[int]:
        return [
            job.job_id for job in self.known.live if job.name.startswith("new") and not job.complete
        ]


class Passes:
    """Plans over jobs in memory, and remembers each pass."""

    def __init__(self, *names: str) -> None:
        self.jobs = FakeJobs()
        for number, name in enumerate(names, start=1):
            self.jobs.add(job(name), job_id=number)
        self.listed = tuple(self.jobs.list_jobs())
        self.made: list[Inventory[Pass]] = []

    def plan(self, known: Inventory[Pass]) -> Pass:
        self.made.append(known)
        return Pass(known)

    def run(self, *, trusts_list: bool = True) -> Pass:
        reader = FullReader(self.jobs, 2, Listener())
        return plan_in_two_passes(self.plan, self.listed, reader, trusts_list=trusts_list, salt="1")


def test_one_pass_is_enough_when_there_is_nothing_to_read() -> None:
    passes = Passes()
    assert passes.run().known is passes.made[0]
    assert len(passes.made) == 1


def test_the_second_pass_knows_the_full_form_and_that_the_rest_is_settled() -> None:
    passes = Passes("new", *(f"job {number}" for number in range(20)))
    known = passes.run().known
    assert passes.made[0].fresh == passes.listed
    assert known.first is not None
    assert known.first.known is passes.made[0]
    read = {job.job_id for job in known.live if job.complete}
    assert read == {job.job_id for job in known.fresh}
    assert 1 in read
    assert len(read) < len(passes.listed)


def test_nothing_is_settled_once_the_sample_disagrees() -> None:
    passes = Passes(*(f"job {number}" for number in range(20)))
    for number in range(20):
        passes.jobs.add(job(f"job {number}", description="later"), job_id=number + 1)
    known = passes.run().known
    assert known.first is None
    assert all(job.complete for job in known.live)


def test_a_sample_that_cannot_be_read_proves_nothing() -> None:
    passes = Passes("job")
    passes.jobs.fail["get_job"] = UnreachableError("No answer.")
    known = passes.run().known
    assert known.first is None
    assert list(known.unread) == [1]
    assert known.live == passes.listed


def test_a_list_that_is_not_trusted_settles_nothing() -> None:
    passes = Passes("new", "job")
    known = passes.run(trusts_list=False).known
    assert known.first is None
    assert all(job.complete for job in known.live)


def test_any_job_that_disagrees_with_its_list_form_makes_all_be_read() -> None:
    passes = Passes("new", *(f"job {number}" for number in range(20)))
    passes.jobs.add(job("new", parameters=[{"name": "p", "default": "1"}]), job_id=1)
    known = passes.run().known
    assert known.first is None
    assert all(job.complete for job in known.live)


def test_a_job_that_no_list_shows_is_not_held_against_the_list() -> None:
    passes = Passes("job")
    passes.listed = (passes.jobs.get_job(1),)
    assert passes.run().known is passes.made[0]
