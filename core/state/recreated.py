"""Which jobs were created again, and under which id: Databricks never gives an id twice."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import InvalidJsonError, StateError
from core.json_fields import Fields
from core.json_text import JsonDict

_VERSION = 1
_MOST = 100_000  # some 4 MB


@dataclass(frozen=True, slots=True)
class PendingRecreate:
    """A job about to be created again. `others` had its name when that was announced."""

    former_id: int
    job_name: str
    others: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Recreated:
    """New ids by former ids, and what was about to be created when this was written."""

    jobs: Mapping[int, int] = field(default_factory=dict)
    pending: tuple[PendingRecreate, ...] = ()

    def latest(self, job_id: int) -> int:
        """Return the id that a job has now, as far as we created it again."""
        seen = {job_id}
        while (found := self.jobs.get(job_id)) is not None and found not in seen:
            seen.add(found)
            job_id = found
        return job_id

    def with_job(self, former_id: int, job_id: int) -> "Recreated":
        """Return it with one job entered, under the last id that it had.

        Snapshots of before and after know it by different ids: all of them lead here then.
        """
        last = self.latest(former_id)
        return self if last == job_id else replace(self, jobs={**self.jobs, last: job_id})

    def without(self, job_ids: set[int]) -> "Recreated":
        """Return it without new jobs that are gone again."""
        kept = {former: job_id for former, job_id in self.jobs.items() if job_id not in job_ids}
        return replace(self, jobs=kept)

    def as_json(self) -> JsonDict:
        """Return the document that the state folder holds."""
        newest = sorted(self.jobs.items(), key=lambda pair: pair[1])[-_MOST:]
        return {
            "version": _VERSION,
            "jobs": {str(former): str(job_id) for former, job_id in newest},
            "pending": [
                {
                    "former_id": one.former_id,
                    "job_name": one.job_name,
                    "others": sorted(one.others),
                }
                for one in self.pending
            ],
        }


def parse_recreated(document: Any) -> Recreated:
    """Read the document.

    Raises:
        StateError: the shape is wrong.
    """
    try:
        kept = Fields(document, "the jobs created again")
        kept.require_version(_VERSION)
        jobs = kept.by_id("jobs", lambda job_id: Fields({"id": job_id}, "a job").id("id"))
        return Recreated(jobs, kept.values("pending", _pending))
    except InvalidJsonError as error:
        raise StateError(
            f"recreated.json in the state folder cannot be used. {error.message}",
            fix="Move it away: jobs that were created again then count as other jobs.",
        ) from error


def _pending(document: Any) -> PendingRecreate:
    fields = Fields(document, "a job to be created again")
    others = fields.values("others", lambda job_id: Fields({"id": job_id}, "a job").id("id"))
    return PendingRecreate(fields.id("former_id"), fields.text("job_name"), frozenset(others))
