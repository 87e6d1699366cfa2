"""Carries out the rows of an import plan: referenced jobs first, circles through paused stubs."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from queue import SimpleQueue

from core.applying.granting import set_access
from core.applying.work import Work
from core.errors import AmbiguousAnswerError, Issue, StoppedError, SyncError
from core.identity_names import is_same_identity
from core.jobsettings.kinds import Kind
from core.json_text import JobSettings
from core.mapping.names import find_needed_jobs, write_ids
from core.mapping.pause import pause_all
from core.parallel import Pool, in_parallel
from core.planning.access_change import AccessChange
from core.planning.import_rows import Changed, Importable, New
from core.planning.order import cut_circles, find_circles
from core.ports import NamedResource
from core.reading.survey import Survey


@dataclass(frozen=True, slots=True)
class Applied:
    """A row that is done. `job_id` is the target job's.

    `unset` is why its permissions are not as they should be, although its settings are written.
    """

    row: Importable
    job_id: int
    unset: SyncError | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A row that was not done. `job_id` is set when a job of it was created and exists now.

    That is a paused stub, or, where `is_whole`, all of the job beside others that were not done.
    """

    row: Importable
    error: SyncError
    job_id: int | None = None
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class NotBegun:
    """A row left alone because the operation was asked to stop."""

    row: Importable


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A row that failed, and whose job, created by this import, was deleted again."""

    row: Importable
    error: SyncError
    job_id: int


Outcome = Applied | Failed | NotBegun | Withdrawn


def apply_rows(work: Work, survey: Survey, rows: Mapping[str, Importable]) -> Iterator[Outcome]:
    """Import the selected rows and yield each one's outcome as it ends.

    A row comes twice when the end of the import changes its outcome: the later one holds.

    A row is not tried when a job that it runs could not be created: it would refer to something
    that is not there. A job whose update failed is there, as it was.
    """
    yield from _Import(work, survey, rows).run()


@dataclass(slots=True)
class _Import:
    work: Work
    survey: Survey
    rows: Mapping[str, Importable]
    stubs: dict[str, int] = field(default_factory=dict)
    created: dict[str, int] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    ended: "SimpleQueue[Future[int]]" = field(default_factory=SimpleQueue)
    unfinished: dict[str, SyncError] = field(default_factory=dict)
    updated: set[str] = field(default_factory=set)
    unset: dict[str, SyncError] = field(default_factory=dict)

    @property
    def _operation(self) -> str:
        return self.work.session.operation

    def run(self) -> Iterator[Outcome]:
        graph = {name: find_needed_jobs(row.unpack_settings()) for name, row in self.rows.items()}
        circles = find_circles(graph)
        yield from self._make_stubs(circles)
        sorter = TopologicalSorter(cut_circles(graph, circles))
        sorter.prepare()
        pool = Pool(self.work.threads, thread_name_prefix="import")
        try:
            yield from self._drain(sorter, graph, pool)
        finally:  # whoever stops listening gets no further write
            pool.shutdown(wait=True, cancel_futures=True)
        yield from self._withdraw(graph)

    def _withdraw(self, graph: Mapping[str, frozenset[str]]) -> Iterator[Outcome]:
        """Delete the placeholders that were not completed, and the new jobs that run them.

        What a job of before this import runs now stays: it would refer to nothing.
        """
        going = self._to_withdraw(graph)
        for name in sorted(going):
            row, job_id = self.rows[name], self.created[name]
            error = self.unfinished.get(name) or self._missing(graph[name] & going)
            try:
                self.work.session.lease.check()
                self.work.ports.jobs.delete_job(job_id)
            except SyncError as failure:
                message = f"{error} It could not be deleted either: {failure}"
                yield Failed(row, SyncError(message), job_id, name not in self.unfinished)
            else:
                yield Withdrawn(row, error, job_id)

    def _to_withdraw(self, graph: Mapping[str, frozenset[str]]) -> set[str]:
        """Return the placeholders that failed and the new jobs around them, without what stays."""
        kept: set[str] = set()
        while True:
            going = self._with_users(self.unfinished.keys() - kept, graph, kept)
            whole = self.updated | (kept - self.unfinished.keys())
            needed = set().union(*(graph[name] for name in whole))
            if not needed & going:
                return going
            kept |= needed & going

    def _with_users(
        self, names: set[str], graph: Mapping[str, frozenset[str]], kept: set[str]
    ) -> set[str]:
        """Return the names and the new jobs that run them, directly or through others."""
        found = set(names)
        new = self.created.keys() - kept
        while True:
            users = {name for name in new - found if graph[name] & found}
            if not users:
                return found
            found |= users

    def _make_stubs(self, circles: set[str]) -> Iterator[Outcome]:
        """Give every new job in a circle an id, so that the others can refer to it."""
        new = [row for name, row in self.rows.items() if name in circles and isinstance(row, New)]
        if self.work.listener.should_stop():
            return
        results = in_parallel(
            lambda row: self._create(row, _stub(row.unpack_settings(), self._operation)),
            new,
            threads=self.work.threads,
        )
        for row, result in results:
            if isinstance(result, SyncError):
                self.absent.add(row.job_name)
                yield Failed(row, result)
            else:
                self.stubs[row.job_name] = self.created[row.job_name] = result
                self._enter(row.job_name, result)

    def _drain(
        self,
        sorter: "TopologicalSorter[str]",
        graph: Mapping[str, frozenset[str]],
        pool: Pool,
    ) -> Iterator[Outcome]:
        running: dict[Future[int], Importable] = {}
        while sorter.is_active():
            for name in sorter.get_ready():
                outcome = self._begin(self.rows[name], graph[name], pool, running)
                if outcome is not None:
                    sorter.done(name)
                    yield outcome
                elif name in self.absent:
                    sorter.done(name)
            if not running:
                continue
            future = self.ended.get()  # `wait` would look at all of them for each one that ends
            row = running.pop(future)
            yield self._finish(row, future)
            sorter.done(row.job_name)

    def _begin(
        self,
        row: Importable,
        needs: frozenset[str],
        pool: Pool,
        running: dict[Future[int], Importable],
    ) -> Outcome | None:
        """Start the row's work, or say at once why not. None for a row that is on its way."""
        name = row.job_name
        if name in self.absent:  # its placeholder could not be created, as reported already
            return None
        if self.work.listener.should_stop():
            return self._not_begun(row)
        missing = needs & self.absent
        try:
            if missing:
                raise self._missing(missing)
            settings = write_ids(row.unpack_settings(), self.survey.book)
        except SyncError as error:
            return self._fail(row, error)
        future = pool.submit(self._write, row, settings)
        running[future] = row
        future.add_done_callback(self.ended.put)
        return None

    def _write(self, row: Importable, settings: JobSettings) -> int:
        job_id = row.job.job_id if isinstance(row, Changed) else self.stubs.get(row.job_name)
        if self.work.listener.should_stop():  # it waited in the queue for a thread until now
            raise StoppedError
        if isinstance(row, New) and job_id is None:
            return self._create(row, settings)
        assert job_id is not None  # a changed job has one
        if isinstance(row, New) or row.writes_settings:
            self.work.session.lease.check()
            self.work.ports.jobs.reset_job(job_id, settings)
        if isinstance(row, Changed) and row.access:
            self._grant(row, job_id, row.access)
        return job_id

    def _grant(self, row: Changed, job_id: int, access: AccessChange) -> None:
        """Set the permissions; where the settings are written already, a failure undoes nothing."""
        try:
            self.work.session.lease.check()
            set_access(self.work.ports.jobs, job_id, access)
        except SyncError as error:
            if not row.writes_settings:
                raise SyncError(f"Its permissions were not set. {error}") from error
            self.unset[row.job_name] = error

    def _finish(self, row: Importable, future: "Future[int]") -> Outcome:
        error = future.exception()
        if isinstance(error, StoppedError):
            return self._not_begun(row)
        if isinstance(error, SyncError):
            return self._fail(row, error)
        job_id = future.result()
        self._enter(row.job_name, job_id)
        if isinstance(row, Changed):
            self.updated.add(row.job_name)
        else:
            self.created[row.job_name] = job_id
        return Applied(row, job_id, self.unset.get(row.job_name))

    def _not_begun(self, row: Importable) -> Outcome:
        """Leave a row alone; a placeholder that exists already is reported, so that it is noted."""
        self._note_absent(row)
        if row.job_name in self.stubs:
            return self._fail(row, SyncError(f"Not completed: the {self._operation} was stopped."))
        return NotBegun(row)

    def _fail(self, row: Importable, error: SyncError) -> Failed:
        self._note_absent(row)
        if row.job_name in self.stubs:
            self.unfinished[row.job_name] = error
        return Failed(row, error, self.stubs.get(row.job_name))

    def _missing(self, names: Iterable[str]) -> SyncError:
        done = _DONE.get(self._operation, _DONE["import"])
        return SyncError(f"Not {done}: it runs “{min(names)}”, which was not {done}.")

    def _note_absent(self, row: Importable) -> None:
        """Keep others from referring to a job that was not created, or not completed."""
        if isinstance(row, New):
            self.absent.add(row.job_name)

    def _create(self, row: New, settings: JobSettings) -> int:
        """Create a job once; when the answer is missing, look whether it was made."""
        self.work.session.lease.check()
        try:
            return self.work.ports.jobs.create_job(settings, row.permissions)
        except AmbiguousAnswerError as error:
            made = self._made_meanwhile(str(settings.get("name", "")))
            if len(made) == 1:
                return made[0]
            raise AmbiguousAnswerError(
                f"{error.message} {len(made) or 'No'} new job of this name was found afterwards.",
                fix="Validate again to see whether the job was created after all.",
            ) from error

    def _made_meanwhile(self, name: str) -> list[int]:
        """Return the jobs of this name that are ours and were not in the inventory."""
        known = {job.job_id for job in self.survey.live}
        return [
            job.job_id
            for job in self.work.ports.jobs.find_jobs(name)
            if is_same_identity(job.creator, self.survey.me.name) and job.job_id not in known
        ]

    def _enter(self, name: str, job_id: int) -> None:
        self.survey.book.add(Kind.JOB, NamedResource(str(job_id), name))


_STUB_KEEPS = ("name", "run_as", "tags")
_DONE = {"import": "imported", "restore": "restored"}


def _stub(desired: JobSettings, operation: str) -> JobSettings:
    """Return a job of this name and identity that does nothing and starts by no trigger."""
    kept: JobSettings = {key: desired[key] for key in _STUB_KEEPS if key in desired}
    no_work = {"op": "EQUAL_TO", "left": "1", "right": "1"}
    task = {
        "task_key": "being_imported",
        "description": f"Placeholder of an unfinished {operation}; {operation} again to complete "
        "it.",
        "condition_task": no_work,
    }
    return pause_all({**kept, "tasks": [task]})


def explain_failure(outcome: Failed, operation: str = "import") -> Issue:
    """Return what to say about a failed row."""
    if outcome.job_id is None:
        return Issue(str(outcome.error))
    if outcome.is_whole:
        return Issue(f"{outcome.error} It exists as job {outcome.job_id}; {operation} again.")
    note = (
        f"A paused placeholder of it exists as job {outcome.job_id}; {operation} again to complete "
        "it."
    )
    return Issue(f"{outcome.error} {note}")
