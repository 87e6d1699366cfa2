"""The list form may prove a job equal only as long as it agrees with the full form."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from core.comparing.diff import diff_settings
from core.json_text import JobSettings
from core.ports import LiveJob

SAMPLE_SIZE = 8  # at least
LARGEST_SAMPLE = 24


def draw_sample(jobs: Iterable[LiveJob], salt: str) -> list[int]:
    """Return the ids of a few jobs that show every field which any of the jobs has.

    Fields of the job come first, then those of the objects in its lists, as far as the largest
    sample allows. Jobs without a field of their own to show fill up a small sample.

    Args:
        salt: chooses among jobs that show the same; another one each time rotates the sample.
    """
    in_turn = sorted(jobs, key=lambda job: hashlib.sha256(f"{salt}:{job.job_id}".encode()).digest())
    settings = [job.unpack_settings() for job in in_turn]
    chosen: list[int] = []
    for shown in ([set(one) for one in settings], [set(_inner_fields(one)) for one in settings]):
        chosen += _cover(shown, chosen)
    rest = [number for number in range(len(in_turn)) if number not in set(chosen)]
    chosen = [*chosen, *rest[: max(0, SAMPLE_SIZE - len(chosen))]]
    return [in_turn[number].job_id for number in chosen]


def agrees(listed: LiveJob, full: LiveJob) -> bool:
    """Whether `jobs/list` agrees with `jobs/get`, except for the run-as, which it never returns.

    A list form that says itself that arrays are cut off is not held to what it lacks.
    """
    if listed.truncated:
        return True
    left, right = ({**job.unpack_settings(), "run_as": None} for job in (listed, full))
    return left == right or not diff_settings(left, right)


def _inner_fields(settings: JobSettings) -> Iterator[str]:
    """Yield the fields of the objects in a job's lists: `tasks.health`, `parameters.default`."""
    for name, value in settings.items():
        if isinstance(value, list):
            for element in value:
                if isinstance(element, dict):
                    yield from (f"{name}.{field}" for field in element)


def _cover(shown: Sequence[set[str]], chosen: Sequence[int]) -> list[int]:
    """Return which sets to add, the largest gain first, so that every member is in one of them."""
    missing = set().union(*shown).difference(*(shown[number] for number in chosen))
    added: list[int] = []
    while missing and len(chosen) + len(added) < LARGEST_SAMPLE:
        best = max(range(len(shown)), key=lambda number: len(shown[number] & missing))
        added.append(best)
        missing -= shown[best]
    return added
