"""Settings with ids ↔ settings with names, for one workspace."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from core.errors import Issue, SyncError
from core.jobsettings.kinds import UNKNOWN, Kind, name_in, placeholder
from core.jobsettings.references import DROPPED, Reference, find_references, replace_references
from core.json_text import JobSettings
from core.mapping.mapped_names import NameTrace
from core.mapping.mapped_value import MappedValue
from core.mapping.mapping_file import DROPPABLE, Mappings, Target, TargetId, section_of
from core.mapping.name_book import NameBook
from core.mapping.unmapped import MissingName


@dataclass(frozen=True, slots=True)
class Named:
    """Settings whose references are written by name, and what prevented it for some.

    `ambiguous` are references that a name was written for which several objects have. `mapped` are
    those that the mapping file gave another name.
    """

    settings: JobSettings
    issues: tuple[Issue, ...]
    missing: tuple[MissingName, ...] = ()
    ambiguous: tuple[Issue, ...] = ()
    mapped: tuple[MappedValue, ...] = ()


def find_wanted_names(
    definitions: Iterable[JobSettings], live: Iterable[JobSettings], mappings: Mappings
) -> dict[Kind, set[str]]:
    """Return which kinds are referred to at all, and by which names of the target.

    Args:
        definitions: settings as Git holds them, by name.
        live: settings as the workspace holds them, by id; they add kinds but no names.
    """
    wanted: dict[Kind, set[str]] = {}
    for settings in definitions:
        for reference in find_references(settings):
            names = wanted.setdefault(reference.kind, set())
            name = name_in(reference.kind, reference.value)
            if name is not None:
                target = mappings.target_of(reference.kind, name)
                if isinstance(target, str):
                    names.add(target)
    for settings in live:
        for reference in find_references(settings):
            wanted.setdefault(reference.kind, set())
    return wanted


def find_unlisted(settings: JobSettings, book: NameBook) -> set[tuple[Kind, str]]:
    """Return the ids in live settings that the book does not know, to be looked up one by one."""
    return {
        (reference.kind, str(reference.value))
        for reference in find_references(settings)
        if not book.is_foreign(reference)
        and _is_id(reference.value)
        and not book.why_unlisted(reference.kind)
        and book.name_of(reference.kind, str(reference.value)) is None
    }


def find_mapped_ids(
    definitions: Iterable[JobSettings], mappings: Mappings, book: NameBook
) -> set[tuple[Kind, str]]:
    """Return the ids in the mapping file that definitions use and no list shows."""
    return {
        (reference.kind, target.resource_id)
        for settings in (definitions if mappings.has_ids else ())
        for reference in find_references(settings)
        if isinstance(target := _target_of(reference, mappings), TargetId)
        and not book.why_unlisted(reference.kind)
        and book.name_of(reference.kind, target.resource_id) is None
    }


def write_names(settings: JobSettings, book: NameBook, *, for_file: bool = False) -> Named:
    """Write the references of live settings by name; what has no name keeps its id.

    Args:
        for_file: write also a name that several objects have. A file can say no more; where two
            jobs are compared, an id says which of them is meant.
    """
    issues: list[Issue] = []
    ambiguous: list[Issue] = []

    def name(reference: Reference) -> Any:
        if book.is_foreign(reference):
            return reference.value
        problem = _naming_problem(reference, book)
        if problem:
            issues.append(Issue(problem, reference.path))
            return reference.value
        found = book.name_of(reference.kind, str(reference.value)) or UNKNOWN
        ids = book.ids_of(reference.kind, found)
        if len(ids) > 1 and found != UNKNOWN:
            problem = _shared_name(reference.kind.noun, found, ids)
            if not for_file:
                return reference.value
            ambiguous.append(Issue(problem, reference.path))
        return placeholder(reference.kind, found)

    return Named(replace_references(settings, name), tuple(issues), ambiguous=tuple(ambiguous))


def map_names(
    settings: JobSettings, mappings: Mappings, book: NameBook, defined_jobs: Collection[str]
) -> Named:
    """Translate a definition's names into those of the target, and check that each exists once.

    Args:
        defined_jobs: names of the jobs in Git; a job that is not yet there will be created.
    """
    issues: list[Issue] = []
    missing: list[MissingName] = []
    trace = NameTrace(mappings)

    def translate(reference: Reference) -> Any:
        result = target_value(reference)
        trace.note(reference, result)
        return result

    def target_value(reference: Reference) -> Any:
        if book.is_foreign(reference):
            return reference.value
        kind, target = reference.kind, _target_of(reference, mappings)
        if target is None:
            return DROPPED
        unlisted = book.why_unlisted(kind)
        if isinstance(target, TargetId):
            return by_id(reference, target.resource_id, unlisted)
        if unlisted:
            issues.append(Issue(unlisted, reference.path))
        elif not (kind is Kind.JOB and target in defined_jobs):
            problem = _target_problem(reference, target, book)
            if problem:
                source = name_in(kind, reference.value) or target
                way_out = _way_out(kind, source, target, book)
                issues.append(Issue(f"{problem} {way_out}", reference.path))
                ids = book.ids_of(kind, target)
                section = section_of(kind)
                missing.append(
                    MissingName(kind.noun, source, section, kind, ids if section else ())
                )
        return placeholder(kind, target)

    def by_id(reference: Reference, resource_id: str, unlisted: str) -> Any:
        """Write an object's name where it is the only one of that name, else its id."""
        kind, is_mapped = reference.kind, name_in(reference.kind, reference.value) is not None
        name = book.name_of(kind, resource_id)
        if name is None or book.is_gone(kind, resource_id):
            problem = _no_such_id(kind, resource_id) if is_mapped else _raw_id_problem(reference)
            issues.append(Issue(unlisted or problem, reference.path))
        elif name and len(book.ids_of(kind, name)) == 1:
            return placeholder(kind, name)
        return resource_id if is_mapped else reference.value

    result = replace_references(settings, translate)
    return Named(result, tuple(issues), tuple(missing), mapped=trace.values())


def _target_of(reference: Reference, mappings: Mappings) -> Target:
    """Return what a reference in a definition means here; an id means itself."""
    name = name_in(reference.kind, reference.value)
    if name is None:
        return TargetId(str(reference.value) if _is_id(reference.value) else "")
    return mappings.target_of(reference.kind, name)


def write_ids(settings: JobSettings, book: NameBook) -> JobSettings:
    """Write the names as ids of this workspace, each in its path's own JSON type.

    Raises:
        SyncError: a name has no id, or more than one.
    """

    def identify(reference: Reference) -> Any:
        name = name_in(reference.kind, reference.value)
        if name is None:
            return reference.value
        ids = book.ids_of(reference.kind, name)
        if len(ids) != 1:
            raise SyncError(
                f"{reference.path}: the {reference.kind.noun} “{name}” does not exist here yet.",
                fix="Import it together with this job.",
            )
        return int(ids[0]) if reference.json_type == "integer" else ids[0]

    return replace_references(settings, identify)


def find_needed_ids(settings: JobSettings) -> frozenset[str]:
    """Return the ids of the jobs that live settings run or wait for."""
    return frozenset(
        str(reference.value)
        for reference in find_references(settings)
        if reference.kind is Kind.JOB
    )


def find_needed_jobs(settings: JobSettings) -> frozenset[str]:
    """Return the names of the jobs that these settings run or wait for."""
    names = (
        name_in(Kind.JOB, reference.value)
        for reference in find_references(settings)
        if reference.kind is Kind.JOB
    )
    return frozenset(name for name in names if name is not None)


def _is_id(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _naming_problem(reference: Reference, book: NameBook) -> str:
    kind, noun = reference.kind, reference.kind.noun
    if not _is_id(reference.value):
        return f"Expected the id of a {noun}."
    if book.is_gone(kind, str(reference.value)):
        return ""
    name = book.name_of(kind, str(reference.value))
    if name is None:
        return book.why_unlisted(kind) or (
            f"The {noun} {reference.value} could not be looked up. Ask a workspace admin "
            "whether it still exists."
        )
    if name in {"", UNKNOWN}:
        return (
            f"The {noun} {reference.value} is named “{name}”, which Git cannot refer to. Rename it."
        )
    return ""


def _no_such_id(kind: Kind, resource_id: str) -> str:
    return (
        f"There is no {kind.noun} with the id {resource_id} in this workspace. Correct the mapping "
        "file."
    )


def _shared_name(noun: str, name: str, ids: Collection[str]) -> str:
    return f"More than one {noun} is named “{name}”: {', '.join(ids)}."


def _raw_id_problem(reference: Reference) -> str:
    if not _is_id(reference.value):
        return f"Expected the name of a {reference.kind.noun} as a string."
    return (
        f"The {reference.kind.noun} {reference.value} was not found in this workspace. Refer to it "
        f"by name: {placeholder(reference.kind, '<name>')}."
    )


def _target_problem(reference: Reference, name: str, book: NameBook) -> str:
    noun = reference.kind.noun
    ids = book.ids_of(reference.kind, name)
    if len(ids) == 1:
        return ""
    if len(ids) > 1:
        return _shared_name(noun, name, ids)
    if name == UNKNOWN:
        return f"The {noun} was deleted in the source workspace."
    return f"There is no {noun} named “{name}” in this workspace."


def _way_out(kind: Kind, source: str, target: str, book: NameBook) -> str:
    section = section_of(kind)
    if not section:
        return "Export its definition, or create it here."
    entry = f"Map “{source}” in {section} of the mapping file"
    ids = book.ids_of(kind, target)
    if ids:
        return f'{entry} to the one that is meant: {{"id": "{ids[0]}"}}.'
    dropping = ", or to null to leave it out" if kind in DROPPABLE else ""
    return f"{entry}{dropping}, or make sure that exactly one object here has this name."
