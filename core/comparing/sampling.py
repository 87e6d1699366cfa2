"""The list form may prove a job equal only as long as it agrees with the full form."""

import hashlib
from collections.abc import Iterable

from core.comparing.diff import diff_settings
from core.ports import LiveJob

SAMPLE_SIZE = 8


def draw_sample(job_ids: Iterable[int]) -> list[int]:
    """Return a few jobs, chosen by hash: the same ones each time, regardless of age and name."""
    return sorted(job_ids, key=lambda job_id: hashlib.sha256(str(job_id).encode()).digest())[
        :SAMPLE_SIZE
    ]


def agrees(listed: LiveJob, full: LiveJob) -> bool:
    """Whether `jobs/list` agrees with `jobs/get`, except for the run-as, which it never returns."""
    left, right = ({**job.unpack_settings(), "run_as": None} for job in (listed, full))
    return not diff_settings(left, right)
