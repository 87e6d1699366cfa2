"""Runs of jobs. Nothing is executed: a run takes its time, or stays until it is finished."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from emulator.identifiers import number_for
from emulator.json_values import JsonDict
from emulator.storage import Storage, Table

# Source: databricks-sdk jobs.py, `list_runs`, parameter active_only.
ACTIVE_STATES = ("QUEUED", "PENDING", "RUNNING", "TERMINATING")
FINISHED = "TERMINATED"
SKIPPED = "SKIPPED"
PENDING_SHARE = 0.1

Activity = Literal["any", "active", "completed"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a new run is asked to do.

    Attributes:
        lasts_ms: how long it takes from when it leaves the queue; None is until it is finished.
        slots: how many runs of the job may be active at once; 0 is any number.
        queues: whether it waits for a free slot; otherwise it is skipped.
        tasks: the job's tasks at the start; each gets a run id.
    """

    lasts_ms: int | None = None
    ends_as: str = "SUCCESS"
    slots: int = 0
    queues: bool = False
    idempotency_token: str = ""
    tasks: tuple[JsonDict, ...] = ()
    job_parameters: tuple[JsonDict, ...] = ()
    overriding_parameters: JsonDict = field(default_factory=dict)


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
    message: str = ""
    began_time: int = 0
    plan: Plan = field(default_factory=Plan)

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_STATES

    @property
    def takes_a_slot(self) -> bool:
        return self.is_active and self.state != "QUEUED"

    def at(self, now_ms: int) -> Run:
        """Return the run as time has taken it on; in the queue time does nothing."""
        lasts = self.plan.lasts_ms
        if lasts is None or self.state not in ("PENDING", "RUNNING"):
            return self
        passed = now_ms - self.began_time
        if passed >= lasts:
            return self.ended(self.plan.ends_as, self.began_time + lasts)
        return replace(self, state="PENDING" if passed < lasts * PENDING_SHARE else "RUNNING")

    def ended(self, result: str, now_ms: int, message: str = "") -> Run:
        return replace(self, state=FINISHED, result=result, end_time=now_ms, message=message)


class RunStore:
    """Holds the runs; those of deleted jobs stay."""

    def __init__(self, storage: Storage, workspace_id: int) -> None:
        self._lock = threading.Lock()
        self._workspace_id = workspace_id
        self._runs = Table(storage, "run", to_json=asdict, from_json=_run_from_json)
        self._numbers: Table[JsonDict] = Table(storage, "run_number", to_json=dict, from_json=dict)

    def start(self, job_id: int, name: str, creator: str, state: str, now_ms: int) -> Run:
        """Add a run that stays in its state until it is finished."""
        with self._lock:
            run = self._new(job_id, name, creator, now_ms, Plan())
            return self._put(replace(run, state=state))

    def run_now(self, job_id: int, name: str, creator: str, now_ms: int, plan: Plan) -> Run:
        """Add a run that takes its time; a token that is known returns its run instead."""
        with self._lock:
            self._settle(now_ms)
            if plan.idempotency_token:
                for run in self._runs.values():
                    if run.plan.idempotency_token == plan.idempotency_token:
                        return run
            return self._put(self._placed(self._new(job_id, name, creator, now_ms, plan)))

    def finish(self, run_id: int, result: str, now_ms: int, message: str = "") -> bool:
        """End a run, unless it has ended; return whether there was one."""
        with self._lock:
            run = self._runs.get(str(run_id))
            if run is None:
                return False
            if run.at(now_ms).is_active:
                self._put(run.ended(result, now_ms, message))
            return True

    def remove(self, run_id: int) -> None:
        with self._lock:
            self._runs.remove(str(run_id))

    def get(self, run_id: int, now_ms: int) -> tuple[Run, JsonDict | None] | None:
        """Return a run by its id or by that of one of its tasks, and then the task too."""
        self.settle(now_ms)
        run = self._runs.get(str(run_id))
        if run is not None:
            return run, None
        for other in self._runs.values():
            for task in other.plan.tasks:
                if task["run_id"] == run_id:
                    return other, task
        return None

    def newest_first(
        self, now_ms: int, *, activity: Activity = "any", job_id: int | None = None
    ) -> list[Run]:
        """Return runs by start time, the last one first. Source: databricks-sdk `list_runs`."""
        self.settle(now_ms)
        runs = [
            run
            for run in self._runs.values()
            if (job_id is None or run.job_id == job_id)
            and (activity == "any" or run.is_active == (activity == "active"))
        ]
        return sorted(runs, key=run_position, reverse=True)

    def settle(self, now_ms: int) -> None:
        """Take all runs to the present."""
        with self._lock:
            self._settle(now_ms)

    def clear(self) -> None:
        self._runs.clear()

    def _settle(self, now_ms: int) -> None:
        for run in self._runs.values():
            present = run.at(now_ms)
            if present != run:
                self._put(present)
        waiting = [run for run in self._runs.values() if run.state == "QUEUED"]
        for run in sorted(waiting, key=run_position):
            if run.plan.lasts_ms is not None and self._has_slot(run):
                self._put(replace(run, state="PENDING", began_time=now_ms))

    def _placed(self, run: Run) -> Run:
        """Begin a run, or queue or skip it. Source: databricks-sdk jobs.py, RunResultState."""
        if self._has_slot(run):
            return replace(run, state="PENDING", began_time=run.start_time)
        if run.plan.queues:
            return replace(run, state="QUEUED")
        message = "The run was skipped because the maximum concurrent runs were reached."
        ended = run.ended("MAXIMUM_CONCURRENT_RUNS_REACHED", run.start_time, message)
        return replace(ended, state=SKIPPED)

    def _has_slot(self, run: Run) -> bool:
        active = [one for one in self._of_job(run.job_id) if one.takes_a_slot]
        return run.plan.slots == 0 or len(active) < run.plan.slots

    def _of_job(self, job_id: int) -> Iterable[Run]:
        return (run for run in self._runs.values() if run.job_id == job_id)

    def _new(self, job_id: int, name: str, creator: str, now_ms: int, plan: Plan) -> Run:
        """Return a run that starts after all others, so that runs have an order."""
        start_time = max([now_ms, *(run.start_time + 1 for run in self._runs.values())])
        tasks = tuple({**task, "run_id": self._next_id()} for task in plan.tasks)
        plan = replace(plan, tasks=tasks)
        return Run(self._next_id(), job_id, name, creator, start_time, "PENDING", plan=plan)

    def _next_id(self) -> int:
        """Return an id that this workspace has never used; older states have no count yet."""
        last = self._numbers.get("last") or {"value": len(self._runs) - 1}
        number = int(last["value"]) + 1
        self._numbers.put("last", {"value": number})
        return number_for(self._workspace_id, "run", number)

    def _put(self, run: Run) -> Run:
        self._runs.put(str(run.run_id), run)
        return run


def run_position(run: Run) -> tuple[int, int]:
    """Return what orders runs: start time, then id."""
    return run.start_time, run.run_id


def _run_from_json(document: JsonDict) -> Run:
    plan = document.get("plan", {})
    lists = {name: tuple(plan[name]) for name in ("tasks", "job_parameters") if name in plan}
    return Run(**{**document, "plan": Plan(**{**plan, **lists})})
