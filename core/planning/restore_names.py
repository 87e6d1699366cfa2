"""What the jobs of a restore are called: one name for each, whatever names they share.

A job that was created again has had several ids; all of them mean the one that it has now, or that
it is about to get.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.jobsettings.kinds import Kind
from core.jobsettings.references import Reference, find_references, replace_references
from core.json_fields import read_id
from core.json_text import JobSettings
from core.ports import LiveJob
from core.state.kept_jobs import KeptJob
from core.state.recreated import Recreated


@dataclass(frozen=True, slots=True)
class JobLabels:
    """How rows and references call the jobs, by id. `gone` are those that are not there now.

    `moved` leads from former ids to the id by which a job is known here. `workspace_id` is this
    workspace's.
    """

    labels: Mapping[int, str]
    gone: frozenset[int]
    moved: Mapping[int, int]
    workspace_id: str

    def point(self, settings: JobSettings) -> JobSettings:
        """Return settings whose references to former ids lead to the ids of now."""
        if not self.moved:
            return settings

        def move(reference: Reference) -> Any:
            job_id = self._job_in(reference)
            if job_id is None or job_id not in self.moved:
                return reference.value
            return type(reference.value)(self.moved[job_id])

        return replace_references(settings, move)

    def runs_former(self, settings: JobSettings) -> bool:
        """Whether settings refer to a job by an id that it no longer has, or will not have."""
        return any(one in self.moved or one in self.gone for one in self.find_needed(settings))

    def find_needed(self, settings: JobSettings) -> set[int]:
        """Return the ids of the jobs of this workspace that settings run or wait for."""
        found = (self._job_in(reference) for reference in find_references(settings))
        return {job_id for job_id in found if job_id is not None}

    def find_users(self, live: Iterable[LiveJob]) -> dict[int, set[int]]:
        """Return by the id of a job those that run it or wait for it, itself excepted."""
        users: dict[int, set[int]] = {}
        for job in live:
            for needed in self.find_needed(job.unpack_settings()) - {job.job_id}:
                users.setdefault(needed, set()).add(job.job_id)
        return users

    def _job_in(self, reference: Reference) -> int | None:
        """Return the job that a reference means; None when it means another workspace's."""
        if reference.kind is not Kind.JOB:
            return None
        is_here = reference.owner is None or str(reference.owner) == self.workspace_id
        return read_id(reference.value) if is_here else None


def label_jobs(
    kept: Iterable[KeptJob],
    live: Mapping[int, LiveJob],
    unproven: Iterable[int],
    recreated: Recreated,
    workspace_id: str,
) -> JobLabels:
    """Give each job of the workspace and of the snapshot a label of its own.

    It is the job's name, and for a job of the snapshot the name that it had; where several have
    it, with the id.
    """
    kept = tuple(kept)
    names = {job_id: job.name for job_id, job in live.items()}
    moved: dict[int, int] = {}
    gone: set[int] = set()
    unsure = set(unproven)
    for one in kept:
        latest = recreated.latest(one.job_id)
        target = latest if latest in live or latest in unsure else one.job_id
        names[target] = one.as_live_job().name
        if target not in live and target not in unsure:
            gone.add(target)
        moved |= {former: target for former in _chain(one.job_id, recreated) if former != target}
    return JobLabels(_unique(names), frozenset(gone), moved, workspace_id)


def _chain(job_id: int, recreated: Recreated) -> list[int]:
    """Return an id and all that the job was created again under."""
    found = [job_id]
    while (following := recreated.jobs.get(found[-1])) is not None and following not in found:
        found.append(following)
    return found


def _unique(names: Mapping[int, str]) -> dict[int, str]:
    counts = Counter(names.values())
    labels: dict[int, str] = {}
    taken = {name for name, count in counts.items() if count == 1}
    for job_id, name in names.items():
        label = name
        if counts[name] > 1 or not name:
            label = f"{name} (job {job_id})"
            while label in taken:  # somebody's job is called so
                label = f"{label} (job {job_id})"
            taken.add(label)
        labels[job_id] = label
    return labels
