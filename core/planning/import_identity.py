"""Which job each definition is: by the id of its job at the source first, then by its name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.definitions.folder import DefinitionFile
from core.errors import Issue
from core.ports import LiveJob
from core.state.ledger import ExportedLedger, ImportedJob, ImportedLedger


@dataclass(frozen=True, slots=True)
class Pairing:
    """What each definition, by its file's path, is here; one that is nowhere has no job yet.

    `problems` say why a definition's job is unknown, `notes` what to know of a new one.
    `spoken_of` are the jobs that some definition is, or may be: they are not gone from Git.
    """

    jobs: Mapping[str, LiveJob]
    problems: Mapping[str, Issue]
    notes: Mapping[str, str]
    spoken_of: frozenset[int]


def pair_definitions(
    files: Iterable[DefinitionFile],
    live: Iterable[LiveJob],
    ledger: ImportedLedger,
    unproven: Mapping[int, Issue],
    exported: ExportedLedger | None = None,
) -> Pairing:
    """Find the job of each definition.

    The ledger knows which job came from which id at the source. That id holds whatever the two are
    called by now: a name may have changed hands. A definition whose id says nothing is the one job
    of its name that belongs to no other definition.

    Args:
        unproven: jobs of the ledger that may or may not exist, and why nobody knows.
        exported: knows the jobs whose definitions come from this very workspace.
    """
    own = _own_jobs(exported) if exported else {}
    pairs = _Pairs(tuple(files), {job.job_id: job for job in live}, ledger, own, unproven)
    pairs.refuse_twins()
    pairs.pair_by_source()
    pairs.pair_by_name()
    return Pairing(pairs.jobs, pairs.problems, pairs.notes, frozenset(pairs.spoken_of))


@dataclass(slots=True)
class _Pairs:
    files: Sequence[DefinitionFile]
    live: Mapping[int, LiveJob]
    ledger: ImportedLedger
    own: Mapping[int, ImportedJob]
    unproven: Mapping[int, Issue]
    jobs: dict[str, LiveJob] = field(default_factory=dict)
    problems: dict[str, Issue] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    spoken_of: set[int] = field(default_factory=set)

    def refuse_twins(self) -> None:
        by_name: dict[str, list[DefinitionFile]] = {}
        for file in self.files:
            by_name.setdefault(file.definition.job_name, []).append(file)
        for twins in by_name.values():
            if len(twins) > 1:
                self._refuse(
                    twins, f"{len(twins)} files define this job: {_paths(twins)}. Keep one."
                )

    def pair_by_source(self) -> None:
        """Pair the definitions whose job at the source was imported here before."""
        claims: dict[int, list[DefinitionFile]] = {}
        for file in self.files:
            if file.definition.source_job_id is not None:
                claims.setdefault(file.definition.source_job_id, []).append(file)
        for entries in (self.ledger.jobs, self.own):
            targets: dict[int, list[int]] = {}
            for job_id, entry in entries.items():
                source = entry.source_job_id
                if source in claims and (job_id in self.live or job_id in self.unproven):
                    targets.setdefault(source, []).append(job_id)
            for source, job_ids in targets.items():
                left = [job_id for job_id in job_ids if job_id not in self.spoken_of]
                if left:
                    self._pair_source(claims[source], left, entries)

    def pair_by_name(self) -> None:
        """Pair the rest with the one job of the name that no other definition is."""
        by_name: dict[str, list[LiveJob]] = {}
        for job in self.live.values():
            by_name.setdefault(job.name, []).append(job)
        taken = {job.job_id for job in self.jobs.values()}
        lost = {
            entry.job_name: self.unproven[job_id]
            for job_id, entry in self.ledger.jobs.items()
            if job_id in self.unproven
        }
        for file in self._open(self.files):
            name = file.definition.job_name
            jobs = [job for job in by_name.get(name, ()) if job.job_id not in taken]
            ids = ", ".join(str(job.job_id) for job in jobs)
            if len(jobs) > 1:
                self._refuse(
                    [file], f"{len(jobs)} jobs have this name: {ids}. Rename or delete all but one."
                )
            elif jobs and jobs[0].job_id in self.spoken_of:
                self._refuse(
                    [file], f"Job {ids} has this name, but may belong to another definition."
                )
            elif jobs:
                self._pair(file, jobs[0].job_id)
            elif name in lost:
                self.problems[file.path] = lost[name]
        for name in {file.definition.job_name for file in self.files if file.path in self.problems}:
            self.spoken_of |= {job.job_id for job in by_name.get(name, ())}

    def _pair_source(
        self,
        claims: Sequence[DefinitionFile],
        job_ids: Sequence[int],
        entries: Mapping[int, ImportedJob],
    ) -> None:
        """Share out the jobs that came from one job at the source: by the imported name first."""
        if any(file.path in self.problems for file in claims):
            self.spoken_of |= set(job_ids)
        left = list(job_ids)
        for file in self._open(claims):
            same = [i for i in left if entries[i].job_name == file.definition.job_name]
            chosen = self._choose(file, same, entries)
            if chosen is not None:
                self._pair(file, chosen)
                left.remove(chosen)
        rest = self._open(claims)
        if not left:
            self._note_copies(rest, claims)
        elif len(rest) == 1:
            chosen = self._choose(rest[0], left, entries)
            if chosen is not None:
                self._pair(rest[0], chosen)
            else:
                ids = ", ".join(map(str, left))
                self._refuse(
                    rest, f"Jobs {ids} were all imported from this one. Delete all but one.", left
                )
        elif rest:
            names = ", ".join(f"“{entries[job_id].job_name}”" for job_id in left)
            self._refuse(
                rest,
                f"{len(rest)} definitions have the same job_id: {_paths(rest)}. None has the "
                f"imported name {names}. Remove job_id from the copies.",
                left,
            )

    def _choose(
        self, file: DefinitionFile, job_ids: Sequence[int], entries: Mapping[int, ImportedJob]
    ) -> int | None:
        """Return the one job, or else the one of this name, or of this file."""
        named = [
            i for i in job_ids if i in self.live and self.live[i].name == file.definition.job_name
        ]
        placed = [i for i in job_ids if entries[i].file_path == file.path]
        return next((found[0] for found in (job_ids, named, placed) if len(found) == 1), None)

    def _note_copies(
        self, rest: Sequence[DefinitionFile], claims: Iterable[DefinitionFile]
    ) -> None:
        owners = _paths(file for file in claims if file not in rest)
        for file in rest:
            self.notes[file.path] = (
                f"Has the same job_id as {owners}, so it counts as a copy: a job of its own."
            )

    def _pair(self, file: DefinitionFile, job_id: int) -> None:
        self.spoken_of.add(job_id)
        if job_id in self.live:
            self.jobs[file.path] = self.live[job_id]
        else:
            self.problems[file.path] = self.unproven[job_id]

    def _refuse(
        self, files: Iterable[DefinitionFile], message: str, candidates: Iterable[int] = ()
    ) -> None:
        self.spoken_of.update(candidates)
        self.problems |= {file.path: Issue(message) for file in files}

    def _open(self, files: Iterable[DefinitionFile]) -> list[DefinitionFile]:
        return [f for f in files if f.path not in self.jobs and f.path not in self.problems]


def _own_jobs(exported: ExportedLedger) -> dict[int, ImportedJob]:
    """Return the jobs that this workspace exported: its own ids are in their definitions."""
    return {
        entry.job_id: ImportedJob(entry.job_name, entry.job_id, path)
        for path, entry in exported.files.items()
    }


def _paths(files: Iterable[DefinitionFile]) -> str:
    return ", ".join(file.path for file in files)
