"""Which file each job has: the one that it was exported to, whatever the two are called by now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from core.definitions.folder import DefinitionFile
from core.errors import Issue
from core.ports import LiveJob
from core.state.ledger import ExportedFile, ExportedLedger, ImportedLedger


@dataclass(frozen=True, slots=True)
class FilePairing:
    """The file of each job, by its id; one without a file is new.

    `problems` say, by job id, why a job's file is unknown. `left_over` are the files, by path,
    that a job was exported to before its definition was elsewhere, with the path of that.
    """

    files: Mapping[int, DefinitionFile]
    problems: Mapping[int, Issue]
    left_over: Mapping[str, str]


def pair_files(
    jobs: Iterable[LiveJob],
    files: Iterable[DefinitionFile],
    ledger: ExportedLedger,
    is_gone: Collection[str],
    imported: ImportedLedger,
) -> FilePairing:
    """Find the file of each job.

    The ledger knows which job a file was exported from; a file that was moved since is known by the
    id inside. A job that was never exported has the definition that it was imported from, or the
    file of its name that is no other job's.

    Args:
        is_gone: paths of files whose job no longer exists: they are in nobody's way.
        imported: knows the definitions of jobs that came from Git, in a workspace that does both.
    """
    pairs = _Pairs(ledger, {file.path: file for file in files}, frozenset(is_gone), imported)
    ordered = sorted(jobs, key=lambda job: (job.name, job.job_id))
    for job in ordered:
        pairs.pair_by_id(job)
    for moved in (False, True):
        for job in ordered:
            pairs.pair_by_import(job, moved=moved)
    for job in ordered:
        pairs.pair_by_name(job)
    return FilePairing(pairs.files, pairs.problems, pairs.left_over)


def follow_moved(
    files: Iterable[DefinitionFile], ledger: ExportedLedger
) -> dict[str, ExportedFile]:
    """Return the entries of files that people moved, by their present path.

    Such a file holds the id and the name of a job that was exported to where nothing is now.
    """
    files = tuple(files)
    present = {file.path for file in files}
    left = {
        (entry.job_id, entry.job_name): entry
        for path, entry in ledger.files.items()
        if path not in present
    }
    moved = {}
    for file in files:
        key = (file.definition.source_job_id, file.definition.job_name)
        if file.path not in ledger.files and key in left:
            moved[file.path] = left[key]
    return moved


@dataclass(slots=True)
class _Pairs:
    ledger: ExportedLedger
    by_path: Mapping[str, DefinitionFile]
    gone: frozenset[str]
    imported: ImportedLedger
    files: dict[int, DefinitionFile] = field(default_factory=dict)
    problems: dict[int, Issue] = field(default_factory=dict)
    left_over: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    by_name: dict[str, list[DefinitionFile]] = field(default_factory=dict)
    by_source: dict[int, list[DefinitionFile]] = field(default_factory=dict)
    exported: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for file in self.by_path.values():
            self.by_name.setdefault(file.definition.job_name, []).append(file)
            if file.definition.source_job_id is not None:
                self.by_source.setdefault(file.definition.source_job_id, []).append(file)
        for path, entry in self.ledger.files.items():
            self.exported.setdefault(entry.job_id, []).append(path)

    def pair_by_id(self, job: LiveJob) -> None:
        """Take the file that the job was exported to, or was moved to; note what it left behind."""
        own = [*self._exported(job), *self._moved(job)]
        named = [file for file in own if file.definition.job_name == job.name]
        chosen = (named or own)[:1]
        if not chosen:
            return
        self.files[job.job_id] = chosen[0]
        self.taken.add(chosen[0].path)
        for file in self._exported(job):
            entry = self.ledger.files[file.path]
            if file is not chosen[0] and file.definition.job_name in (entry.job_name, job.name):
                self.left_over[file.path] = chosen[0].path
                self.taken.add(file.path)

    def pair_by_import(self, job: LiveJob, *, moved: bool) -> None:
        """Take the one definition that the job was imported from: where it was, or moved to."""
        entry = self.imported.jobs.get(job.job_id)
        if entry is None or entry.source_job_id is None or job.job_id in self.files:
            return
        found = [
            file
            for file in self.by_source.get(entry.source_job_id, ())
            if file.path not in self.taken and (moved or file.path == entry.file_path)
        ]
        if len(found) == 1:
            self.files[job.job_id] = found[0]
            self.taken.add(found[0].path)

    def pair_by_name(self, job: LiveJob) -> None:
        """Take the one file of the job's name, unless the job has a file: then there is none."""
        named = [f for f in self.by_name.get(job.name, ()) if f.path not in self.taken]
        own = self.files.get(job.job_id)
        if own:
            named = [own, *(file for file in named if file.path not in self.gone)]
        if len(named) > 1:
            paths = ", ".join(sorted(file.path for file in named))
            self.problems[job.job_id] = Issue(
                f"{len(named)} files define this job: {paths}. Keep one."
            )
            self.taken |= {file.path for file in named}
        elif named:
            self.files[job.job_id] = named[0]

    def _exported(self, job: LiveJob) -> list[DefinitionFile]:
        """Return the files at the paths that the job was exported to, unless others came there."""
        present = (self.by_path.get(path) for path in self.exported.get(job.job_id, ()))
        return [
            file
            for file in present
            if file
            and (
                file.definition.source_job_id == job.job_id
                or file.definition.job_name in (job.name, self.ledger.files[file.path].job_name)
            )
        ]

    def _moved(self, job: LiveJob) -> list[DefinitionFile]:
        """Return files that hold the job's id and name, and are where no job was exported to."""
        names = {
            job.name,
            *(self.ledger.files[p].job_name for p in self.exported.get(job.job_id, ())),
        }
        return [
            file
            for file in self.by_source.get(job.job_id, ())
            if file.path not in self.ledger.files and file.definition.job_name in names
        ]
