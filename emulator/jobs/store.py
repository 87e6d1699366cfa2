"""The jobs of a workspace, newest first, and the order in which their lists come back."""

from __future__ import annotations

import random
import threading
from typing import Any

from emulator.identifiers import number_for
from emulator.jobs.model import Job, job_from_json
from emulator.json_values import JsonDict
from emulator.storage import Storage, Table


class JobStore:
    """Holds the jobs. `lock` guards a read that is followed by a write."""

    def __init__(self, storage: Storage, workspace_id: int) -> None:
        self.lock = threading.RLock()
        self._workspace_id = workspace_id
        self._jobs = Table(storage, "job", to_json=Job.as_json, from_json=job_from_json)
        self._numbers: Table[JsonDict] = Table(storage, "job_number", to_json=dict, from_json=dict)
        self._newest_first: tuple[Job, ...] | None = None
        self._last_created_ms = 0
        self._random = random.Random(workspace_id)  # noqa: S311 - repeatable, not secret

    def __len__(self) -> int:
        return len(self._jobs)

    def get(self, job_id: int) -> Job | None:
        return self._jobs.get(str(job_id))

    def put(self, job: Job) -> None:
        with self.lock:
            self._jobs.put(str(job.job_id), job)
            self._newest_first = None

    def remove(self, job_id: int) -> None:
        with self.lock:
            self._jobs.remove(str(job_id))
            self._newest_first = None

    def clear(self) -> None:
        with self.lock:
            self._jobs.clear()
            self._newest_first = None

    def newest_first(self) -> tuple[Job, ...]:
        """Return all jobs, most recently created first. Source: databricks-sdk `jobs.list`."""
        with self.lock:
            if self._newest_first is None:
                jobs = sorted(self._jobs.values(), key=position, reverse=True)
                self._newest_first = tuple(jobs)
            return self._newest_first

    def next_id(self) -> int:
        """Return an id that this workspace has never used."""
        with self.lock:
            last = self._numbers.get("last") or {"value": 0}
            number = last["value"] + 1
            while number_for(self._workspace_id, "job", number) in self:
                number += 1
            self._numbers.put("last", {"value": number})
            return number_for(self._workspace_id, "job", number)

    def next_created_time(self, now_ms: int) -> int:
        """Return a time after the last one: jobs made in one millisecond have an order."""
        with self.lock:
            self._last_created_ms = max(now_ms, self._last_created_ms + 1)
            return self._last_created_ms

    def __contains__(self, job_id: int) -> bool:
        return str(job_id) in self._jobs

    def arbitrary_order(self, items: list[Any]) -> list[Any]:
        """Return the items in an order that differs from call to call."""
        return self._random.sample(items, len(items)) if len(items) > 1 else items


def position(job: Job) -> tuple[int, int]:
    """Return what orders jobs: creation time, then id."""
    return job.created_time, job.job_id
