"""Settings with ids ↔ settings with names, for one workspace."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import Issue, SyncError
from core.jobsettings.kinds import THIS_WORKSPACE, UNKNOWN, Kind, name_in, placeholder
from core.jobsettings.known_ids import KnownId, KnownIds
from core.jobsettings.policies import FixedValues, parse_fixed_values
from core.jobsettings.references import DROPPED, Reference, find_references, replace_references
from core.json_text import JobSettings
from core.mapping.mapping_file import DROPPABLE, Mappings, Target, TargetId, section_of
from core.mapping.unmapped import MissingName
from core.ports import NamedResource


@dataclass(frozen=True, slots=True)
class Named:
    """Settings whose references are written by name, and what prevented it for some.

    `ambiguous` are references that a name was written for which several objects have.
    """

    settings: JobSettings
    issues: tuple[Issue, ...]
    missing: tuple[MissingName, ...] = ()
    ambiguous: tuple[Issue, ...] = ()


class NameBook:
    """The ids and names of the objects of one workspace. Filled once, then only read."""

    def __init__(
        self,
        workspace_id: str,
        resources: Mapping[Kind, Iterable[NamedResource]],
        unlisted: Mapping[Kind, str] | None = None,
    ) -> None:
        """Take the objects of each kind, and why some kinds could not be listed."""
        self._unlisted = dict(unlisted or {})
        self._names: dict[tuple[Kind, str], str] = {}
        self._ids: dict[tuple[Kind, str], list[str]] = {}
        self._gone: set[tuple[Kind, str]] = set()
        self._policies: dict[str, FixedValues] = {}
        self.add(Kind.WORKSPACE, NamedResource(workspace_id, THIS_WORKSPACE))
        for kind, members in resources.items():
            for resource in members:
                self.add(kind, resource)

    def add(self, kind: Kind, resource: NamedResource) -> None:
        """Add an object; adding its id again renames it."""
        old = self._names.get((kind, resource.resource_id))
        if old is not None:
            self._ids[kind, old].remove(resource.resource_id)
        self._names[kind, resource.resource_id] = resource.name
        if resource.policy:
            self._policies[resource.resource_id] = parse_fixed_values(resource.policy)
        self._ids.setdefault((kind, resource.name), []).append(resource.resource_id)

    def claim(self, kind: Kind, resource: NamedResource) -> None:
        """Give a name to one object alone: others that carry it too are known by their id only."""
        for other in self._ids.get((kind, resource.name), []):
            del self._names[kind, other]
        self._ids[kind, resource.name] = []
        self.add(kind, resource)

    def why_unlisted(self, kind: Kind) -> str:
        """Return what keeps a kind from being listed, in words for a job that needs it; or ""."""
        reason = self._unlisted.get(kind)
        if reason is None:
            return ""
        plural = kind.plural
        return f"{plural[0].upper()}{plural[1:]} cannot be listed here. {reason}"

    def note_gone(self, kind: Kind, resource_id: str) -> None:
        """Remember that the workspace says this object does not exist."""
        self._gone.add((kind, resource_id))

    def name_of(self, kind: Kind, resource_id: str) -> str | None:
        """Return the name of an id; `unknown` for an object proven gone; None if not looked up."""
        if (kind, resource_id) in self._gone:
            return UNKNOWN
        return self._names.get((kind, resource_id))

    def ids_of(self, kind: Kind, name: str) -> tuple[str, ...]:
        """Return all ids that carry a name."""
        return tuple(self._ids.get((kind, name), ()))

    def fixed_by(self, policy: Any) -> FixedValues:
        """Return what a cluster policy fixes here.

        Args:
            policy: what `policy_id` holds: an id, or a name as settings in Git have it.
        """
        name = name_in(Kind.CLUSTER_POLICY, policy)
        ids = (str(policy),) if name is None else self.ids_of(Kind.CLUSTER_POLICY, name)
        return self._policies.get(ids[0], {}) if len(ids) == 1 else {}

    def names(self, kind: Kind) -> tuple[str, ...]:
        """Return all names of a kind."""
        return tuple(name for (of, name), ids in self._ids.items() if of is kind and ids)

    def known_ids(self) -> KnownIds:
        """Return all objects by id, to be recognised in values that are copied unchanged."""
        return KnownIds(KnownId(kind, one, name) for (kind, one), name in self._names.items())

    def is_gone(self, kind: Kind, resource_id: str) -> bool:
        """Whether the workspace said that this object does not exist."""
        return (kind, resource_id) in self._gone

    def is_foreign(self, reference: Reference) -> bool:
        """Whether the id belongs to another workspace, where nothing can be looked up."""
        if reference.kind is Kind.WORKSPACE:
            value = reference.value
            return (
                self.name_of(Kind.WORKSPACE, str(value)) is None
                and name_in(Kind.WORKSPACE, value) is None
            )
        owner = reference.owner
        if owner is None or name_in(Kind.WORKSPACE, owner) == THIS_WORKSPACE:
            return False
        return self.name_of(Kind.WORKSPACE, str(owner)) is None


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

    def translate(reference: Reference) -> Any:
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
    return Named(result, tuple(issues), tuple(missing))


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
