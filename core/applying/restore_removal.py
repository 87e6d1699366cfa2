"""Removes the jobs that the undone operation created: read first, those that run others first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from core.applying.apply import Applied
from core.applying.work import Work
from core.errors import SyncError
from core.json_text import JsonDict
from core.mapping.names import find_needed_jobs
from core.parallel import in_parallel
from core.planning.forms import manager_of
from core.planning.import_rows import Deleted
from core.planning.restore_rows import RestoreRow
from core.reading.restoring import RestoreSurvey
from core.state.kept_jobs import make_snapshot_item


@dataclass(slots=True)
class Removals:
    """The jobs to be removed, by the name of their row, and who still runs each."""

    found: RestoreSurvey
    todo: Mapping[str, RestoreRow]
    rows: dict[str, Deleted] = field(default_factory=dict)
    errors: dict[str, SyncError] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    _items: dict[str, JsonDict] = field(default_factory=dict)
    _users: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find who runs the jobs now."""
        self.rows = {
            name: row.row for name, row in self.todo.items() if isinstance(row.row, Deleted)
        }
        if not self.rows:
            return
        labels = self.found.labels
        users = labels.find_users(self.found.survey.live)
        for name, row in self.rows.items():
            self._users[name] = {labels.labels[one] for one in users.get(row.job.job_id, ())}

    def read(self, work: Work) -> None:
        """Read the jobs in full, with their permissions: that is the way back."""
        jobs, entries = work.ports.jobs, self.found.ledger.jobs

        def read(name: str) -> JsonDict:
            planned = self.rows[name].job
            job = jobs.get_job(planned.job_id)
            if job.name != planned.name or manager_of(job.marks):
                raise SyncError("The job changed after the preview.", fix="Preview again.")
            granted = jobs.get_permissions(job.job_id)
            return make_snapshot_item(job, entries.get(job.job_id), granted)

        with work.stoppable():
            for name, result in in_parallel(read, self.rows, threads=work.threads):
                if isinstance(result, SyncError):
                    self.errors[name] = result
                else:
                    self._items[name] = result

    def items(self) -> Iterable[JsonDict]:
        """Return what the snapshot keeps of the jobs."""
        return list(self._items.values())

    def keep_needed(self, applied: Mapping[str, Applied]) -> None:
        """Enter the jobs that must stay because something that stays runs them, and so on."""
        found = True
        while found:
            found = False
            for name in self.rows.keys() - self.errors.keys():
                left = [one for one in self._users[name] if not self._frees(one, name, applied)]
                if left:
                    users = f"“{min(left)}” still runs this job"
                    self.errors[name] = SyncError(f"Not removed: {users}.", fix="Restore it, too.")
                    found = True

    def waves(self) -> Iterator[list[str]]:
        """Yield names so that a job is removed before those that it runs; circles come together."""
        left = set(self.rows) - self.errors.keys()
        while left:
            free = [name for name in left if not self._users[name] & left]
            wave = sorted(free or left)
            yield wave
            left -= set(wave)

    def _frees(self, user: str, name: str, applied: Mapping[str, Applied]) -> bool:
        """Whether a job that runs another one no longer does, or is removed itself."""
        if user in applied:
            return name not in find_needed_jobs(applied[user].row.unpack_settings())
        return user in self.rows and user not in self.errors


def remove_created(
    work: Work, removals: Removals, applied: Mapping[str, Applied]
) -> Iterator[tuple[str, bool | SyncError]]:
    """Delete the jobs and yield each with whether it was begun, or with what kept it."""
    if not removals.rows:
        return
    work.listener.on_step("Removing jobs")
    removals.keep_needed(applied)
    for wave in removals.waves():
        removals.keep_needed(applied)
        todo = [name for name in wave if name not in removals.errors]
        for name, result in in_parallel(_Delete(work, removals), todo, threads=work.threads):
            if isinstance(result, SyncError):
                removals.errors[name] = result
            else:
                if result:
                    removals.removed.add(removals.rows[name].job.job_id)
                yield name, result
    for name, error in removals.errors.items():
        yield name, error


@dataclass(frozen=True, slots=True)
class _Delete:
    work: Work
    removals: Removals

    def __call__(self, name: str) -> bool:
        if self.work.listener.should_stop():
            return False
        self.work.session.lease.check()
        self.work.ports.jobs.delete_job(self.removals.rows[name].job.job_id)
        return True
