"""Which files and jobs do not belong here, and what runs them: the section `jobs`, applied."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from core.definitions.folder import DefinitionFile
from core.errors import Issue
from core.jobsettings.kinds import Kind, name_in
from core.jobsettings.references import find_references
from core.json_text import JobSettings
from core.mapping.job_selection import (
    Exclusion,
    JobPattern,
    JobSelection,
    JobSide,
    PatternKind,
    Selector,
    explain_unused,
)
from core.mapping.names import find_needed_ids
from core.planning.forms import Form
from core.planning.import_rows import Excluded
from core.ports import LiveJob

_MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Outside:
    """The rules by which files, by path, and jobs, by id, are outside. `issues` are warnings."""

    files: Mapping[str, Exclusion] = field(default_factory=dict)
    jobs: Mapping[int, Exclusion] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()

    def row_of(
        self, name: str, job: LiveJob | None, file: DefinitionFile | None
    ) -> Excluded | None:
        """Return the row of a job, its file, or both, when one of them is outside."""
        rule = self.jobs.get(job.job_id) if job else None
        rule = rule or (self.files.get(file.path) if file else None)
        return Excluded(name, job, file, rule.words) if rule else None

    def find_not_exported(self, job: LiveJob, names: Callable[[int], str]) -> tuple[str, ...]:
        """Return the jobs that a job runs and that are outside, each with the place of the rule."""
        if not self.jobs:
            return ()
        needed = (int(one) for one in find_needed_ids(job.unpack_settings()) if one.isdecimal())
        rules = ((names(job_id), self.jobs[job_id]) for job_id in needed if job_id in self.jobs)
        return tuple(sorted(f"“{name}” ({rule.place})" for name, rule in rules))


def find_outside(
    selection: JobSelection,
    files: Iterable[DefinitionFile],
    live: Iterable[LiveJob],
    pairs: Iterable[tuple[str, int]],
    paths: Iterable[tuple[int, str]] = (),
    former: Iterable[tuple[str, int, str]] = (),
) -> Outside:
    """Judge all files and jobs.

    A job and its definition are looked at together: what either of them says counts for both.

    Args:
        pairs: the path of a definition and the id of its job.
        paths: where the definition of a job without one was, or will be. It counts for the job.
        former: the path of a file, and the job that it came from with its creator: the job may be
            gone or have another definition by now. It counts for the file alone.
    """
    if not selection:
        return Outside()
    selector, reads_tags = Selector(selection), selection.uses(PatternKind.TAG)
    of_files = {f.path: selector.find(side_of_file(f, reads_tags=reads_tags)) for f in files}
    of_jobs = {job.job_id: selector.find(side_of_job(job, reads_tags=reads_tags)) for job in live}
    files_too = {path: set(fitting) for path, fitting in of_files.items()}
    jobs_too = {job_id: set(fitting) for job_id, fitting in of_jobs.items()}
    for path, job_id in pairs:
        files_too[path] |= of_jobs[job_id]
        jobs_too[job_id] |= of_files[path]
    for job_id, path in paths:
        jobs_too[job_id] |= selector.find(side_of_path(path))
    for path, job_id, creator in former:
        gone = selector.find(JobSide("", creator=creator)) if job_id not in jobs_too else ()
        files_too[path].update(jobs_too.get(job_id, gone))
    return Outside(
        {path: rule for path, fitting in files_too.items() if (rule := selector.judge(fitting))},
        {job_id: rule for job_id, fitting in jobs_too.items() if (rule := selector.judge(fitting))},
        tuple(_unused(selection, [*files_too.values(), *jobs_too.values()])),
    )


def side_of_job(job: LiveJob, *, reads_tags: bool = True) -> JobSide:
    """Return what the patterns see of a job. Its tags take long to read."""
    tags = _tags(job.unpack_settings()) if reads_tags else {}
    return JobSide(job.name, tags, creator=job.creator)


def side_of_path(path: str) -> JobSide:
    """Return what the patterns see of a definition of which only the path is known, if at all."""
    return JobSide("", folder=path.rpartition("/")[0] if path else None)


def side_of_file(file: DefinitionFile, *, reads_tags: bool = True) -> JobSide:
    """Return what the patterns see of a definition. Its tags take long to read."""
    definition = file.definition
    tags = _tags(definition.unpack_settings()) if reads_tags else {}
    return JobSide(definition.job_name, tags, folder=file.path.rpartition("/")[0])


def _tags(settings: JobSettings) -> Mapping[str, object]:
    tags = settings.get("tags")
    return tags if isinstance(tags, dict) else {}


def _unused(selection: JobSelection, used: Iterable[Collection[JobPattern]]) -> Iterator[Issue]:
    seen = {pattern for fitting in used for pattern in fitting}
    unused = [p for p in (*selection.include, *selection.exclude) if p not in seen]
    yield from (Issue(explain_unused(pattern)) for pattern in unused[:_MOST_LISTED])
    if len(unused) > _MOST_LISTED:
        more = len(unused) - _MOST_LISTED
        yield Issue(f"{more:,} more patterns of the mapping file match no job and no definition.")


class OutsideNeeds:
    """Finds in definitions the jobs that they run and that do not belong here."""

    def __init__(
        self,
        selection: JobSelection,
        outside: Outside,
        files: Iterable[DefinitionFile],
        live: Iterable[LiveJob],
        present: Collection[str],
    ) -> None:
        """Take what is known of all jobs.

        Args:
            present: the names that exactly one job here has, or gets by a rename.
        """
        self._selector = Selector(selection) if selection else None
        self._present = present
        live = tuple(live)
        self._here = {job.name for job in live}
        self._rules = {job.name: rule for job in live if (rule := outside.jobs.get(job.job_id))}
        self._inside: set[str] = set()
        for file in files:
            rule = outside.files.get(file.path)
            if rule:
                self._rules[file.definition.job_name] = rule
            else:
                self._inside.add(file.definition.job_name)

    def note_in(self, form: Form) -> Form:
        """Add to a definition's form what is to be said of the jobs outside that it runs.

        One that exists here can be run; one that does not keeps the definition from being used.
        """
        if self._selector is None:
            return form
        issues: list[Issue] = []
        notes: list[str] = []
        for name, path in _needed(form.settings):
            rule = self._rule_of(name)
            if rule and name in self._present:
                notes.append(f"Runs “{name}”, which is excluded here ({rule.place}).")
            elif rule:
                explain = _explain_shared if name in self._here else _explain_absent
                issues.append(Issue(explain(name, rule), path))
        note = " ".join(filter(None, (form.note, *dict.fromkeys(notes))))
        return replace(form, issues=(*form.issues, *issues), note=note)

    def _rule_of(self, name: str) -> Exclusion | None:
        if name in self._inside or self._selector is None:
            return None
        return self._rules.get(name) or self._selector.rule_for_name(name)


def find_absent_by_name(
    selection: JobSelection, definitions: Iterable[JobSettings]
) -> frozenset[str]:
    """Return the jobs that definitions run and whose name alone says that they are outside."""
    if not selection:
        return frozenset()
    selector = Selector(selection)
    needed = {name for settings in definitions for name, _ in _needed(settings)}
    return frozenset(name for name in needed if selector.rule_for_name(name))


def _needed(settings: JobSettings) -> Iterator[tuple[str, str]]:
    """Yield the name of each job that a definition runs or waits for, and where it says so."""
    for reference in find_references(settings):
        name = name_in(reference.kind, reference.value) if reference.kind is Kind.JOB else None
        if name is not None:
            yield name, reference.path


def _explain_absent(name: str, rule: Exclusion) -> str:
    return (
        f"Runs “{name}”, which is excluded here ({rule.place}) and does not exist in this "
        "workspace. Change that line so that the job belongs here, create the job here, or exclude "
        "this job as well."
    )


def _explain_shared(name: str, rule: Exclusion) -> str:
    return (
        f"Runs “{name}”, which is excluded here ({rule.place}), and several jobs here have this "
        "name. Rename all but one."
    )
