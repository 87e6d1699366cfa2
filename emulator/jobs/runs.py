"""Runs of jobs. Nothing is executed: a run is there from its start until it is finished."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, replace
from typing import Literal

from emulator.identifiers import number_for
from emulator.json_values import JsonDict
from emulator.storage import Storage, Table

# Source: databricks-sdk jobs.py, `list_runs`, parameter active_only.
ACTIVE_STATES = ("QUEUED", "PENDING", "RUNNING", "TERMINATING")
FINISHED = "TERMINATED"

Activity = Literal["any", "active", "completed"]


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a job. Times are in ms since the epoch; `end_time` is 0 before the end."""

    run_id: int
    job_id: int
    run_name: str
    creator_user_name: str
    start_time: int
    state: str
    end_time: int = 0
    result: str = ""

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_STATES

    def as_answer(self) -> JsonDict:
        """Return the run as runs/list shows it. Source: databricks-sdk jobs.py, `BaseRun`."""
        state: JsonDict = {"life_cycle_state": self.state, "state_message": ""}
        if self.result:
            state["result_state"] = self.result
        return {
            "job_id": self.job_id,
            "run_id": self.run_id,
            "number_in_job": self.run_id,
            "creator_user_name": self.creator_user_name,
            "run_name": self.run_name,
            "run_type": "JOB_RUN",
            "format": "MULTI_TASK",
            "start_time": self.start_time,
            "end_time": self.end_time,
            "state": state,
            "status": {"state": self.state},
        }


class RunStore:
    """Holds the runs; those of deleted jobs stay."""

    def __init__(self, storage: Storage, workspace_id: int) -> None:
        self._lock = threading.Lock()
        self._workspace_id = workspace_id
        self._runs = Table(storage, "run", to_json=asdict, from_json=_run_from_json)

    def start(self, job_id: int, name: str, creator: str, state: str, now_ms: int) -> Run:
        """Add a run that starts after all others, so that runs have an order."""
        with self._lock:
            runs = self._runs.values()
            start_time = max([now_ms, *(run.start_time + 1 for run in runs)])
            run_id = number_for(self._workspace_id, "run", len(runs))
            run = Run(run_id, job_id, name, creator, start_time, state)
            self._runs.put(str(run_id), run)
            return run

    def finish(self, run_id: int, result: str, now_ms: int) -> bool:
        """End a run; return whether there was one."""
        with self._lock:
            run = self._runs.get(str(run_id))
            if run is None:
                return False
            ended = replace(run, state=FINISHED, result=result, end_time=now_ms)
            self._runs.put(str(run_id), ended)
            return True

    def newest_first(self, *, activity: Activity = "any", job_id: int | None = None) -> list[Run]:
        """Return runs by start time, the last one first. Source: databricks-sdk `list_runs`."""
        runs = [
            run
            for run in self._runs.values()
            if (job_id is None or run.job_id == job_id)
            and (activity == "any" or run.is_active == (activity == "active"))
        ]
        return sorted(runs, key=run_position, reverse=True)

    def clear(self) -> None:
        self._runs.clear()


def run_position(run: Run) -> tuple[int, int]:
    """Return what orders runs: start time, then id."""
    return run.start_time, run.run_id


def _run_from_json(document: JsonDict) -> Run:
    return Run(**document)
