"""Reads the mapping file as it is, and what this workspace has that it could map to."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.definitions.folder import GitContents
from core.errors import Issue, NotFoundError, SyncError, UnauthenticatedError, WorkspaceError
from core.jobsettings.kinds import Kind
from core.jobsettings.principals import PRINCIPAL_FIELDS, Principal, PrincipalField
from core.mapping.check import check_mappings
from core.mapping.job_selection import Selector
from core.mapping.mapping_file import (
    RUN_AS_SECTION,
    Mappings,
    Target,
    TargetId,
    section_of,
)
from core.mapping.name_book import NameBook
from core.mapping.names import find_wanted_names
from core.mapping.text.file_version import file_version
from core.mapping.use import list_granted, list_mapping_entries
from core.parallel import in_parallel
from core.planning.outside import side_of_file
from core.ports import FoundPrincipal, Ports
from core.reading.identities import look_up_identities
from core.reading.names import list_kinds, look_up
from core.reporting.mapping_details import Choice, MappingsInformation

_MOST_CHOICES = 5_000  # of one section
_MOST_PRINCIPALS = 1_000  # of one kind: ten calls
_MOST_LOOK_UPS = 200  # of ids that no list shows, each in a call of its own
_NOUNS: Mapping[PrincipalField, str] = {
    "user_name": "users",
    "service_principal_name": "service principals",
    "group_name": "groups",
}
_MAPPED = tuple(kind for kind in Kind if kind.section)


@dataclass(frozen=True, slots=True)
class MappingFile:
    """The mapping file as it is in the workspace; `content` is None where there is none."""

    path: str
    content: bytes | None

    @property
    def version(self) -> str:
        """Return the version that a save must name; empty where there is no file."""
        return "" if self.content is None else file_version(self.content)

    @property
    def text(self) -> str:
        """Return the text without byte order mark; what is not UTF-8 is replaced in it."""
        return (self.content or b"").decode("utf-8-sig", "replace")


def read_mapping_file(ports: Ports, path: str) -> MappingFile:
    """Return the file. Raises WorkspaceError when it can neither be read nor is missing."""
    try:
        return MappingFile(path, ports.files.read(path))
    except NotFoundError:
        return MappingFile(path, None)


def find_folder_id(ports: Ports, path: str) -> int | None:
    """Return the Git folder that a file is in, to link to; None also when that cannot be read."""
    for place in (path, path.rpartition("/")[0]):
        try:
            git = ports.git.find(place)
        except NotFoundError:  # the file is to be created
            continue
        except WorkspaceError:
            return None
        return git.folder_id if git else None
    return None


def present_mappings(ports: Ports, path: str) -> tuple[Mappings | None, tuple[Issue, ...]]:
    """Return the mapping file as it is, empty where there is none; None when it cannot be used."""
    file = read_mapping_file(ports, path)
    if file.content is None:
        return Mappings(path=path), ()
    mappings, problem = check_mappings(file.content, path)
    if problem:
        return None, (Issue(f"The saved file cannot be used. {problem.message}"),)
    return mappings, ()


@dataclass(frozen=True, slots=True)
class Here:
    """What this workspace has, and notes on what could not be listed."""

    book: NameBook
    principals: Mapping[PrincipalField, Sequence[FoundPrincipal]] = field(default_factory=dict)
    notes: tuple[Issue, ...] = ()


def read_mappings_information(
    ports: Ports, file: MappingFile, contents: GitContents, workspace_id: str, threads: int
) -> MappingsInformation:
    """Return what the Mappings tab shows."""
    mappings, problem = Mappings(path=file.path), None
    if file.content is not None:
        read, problem = check_mappings(file.content, file.path)
        mappings = read or mappings
    here = _read_here(ports, contents, mappings, workspace_id, threads)
    is_missing = _missing(ports, here, mappings, threads)
    definitions = [one.definition for one in contents.files]
    information = MappingsInformation(
        path=file.path,
        text=file.text,
        exists=file.content is not None,
        version=file.version,
        entries=list_mapping_entries(
            mappings, definitions, is_missing, _pattern_jobs(mappings, contents)
        ),
        pause_status=mappings.pause.value,
        permissions=mappings.permissions.describe(),
        choices=_choices(here),
        warnings=mappings.warnings,
        notes=here.notes,
        folder_id=find_folder_id(ports, file.path),
        workspace_id=workspace_id,
    )
    return replace(information, problem=problem) if problem else information


def _pattern_jobs(mappings: Mappings, contents: GitContents) -> dict[tuple[str, str], list[str]]:
    """Return the names of the definitions that each pattern of `jobs` fits."""
    selector = Selector(mappings.selection)
    found: dict[tuple[str, str], list[str]] = {}
    for file in contents.files if mappings.selection else ():
        for pattern in selector.find(side_of_file(file)):
            found.setdefault((pattern.section, pattern.text), []).append(file.definition.job_name)
    return found


def _read_here(
    ports: Ports, contents: GitContents, mappings: Mappings, workspace_id: str, threads: int
) -> Here:
    """List all kinds that can be mapped. One that cannot be listed is a note."""
    settings = (file.definition.unpack_settings() for file in contents.files)
    wanted = find_wanted_names(settings, (), mappings)
    targets = {kind: _names_in(mappings, kind) | wanted.get(kind, set()) for kind in _MAPPED}
    found, unlisted = list_kinds(ports.resources, targets, threads=threads)
    book = NameBook(workspace_id, found, unlisted)
    principals, notes = _list_principals(ports, threads)
    return Here(book, principals, (*(Issue(book.why_unlisted(kind)) for kind in unlisted), *notes))


def _names_in(mappings: Mappings, kind: Kind) -> set[str]:
    return {target for target in mappings.names.get(kind, {}).values() if isinstance(target, str)}


def _list_principals(
    ports: Ports, threads: int
) -> tuple[dict[PrincipalField, Sequence[FoundPrincipal]], list[Issue]]:
    listed = in_parallel(
        lambda one: ports.principals.list_principals(one, _MOST_PRINCIPALS),
        PRINCIPAL_FIELDS,
        threads=threads,
    )
    found: dict[PrincipalField, Sequence[FoundPrincipal]] = {}
    notes: list[Issue] = []
    for one, result in listed:
        _raise_if_logged_out(result)
        noun = _NOUNS[one]
        if isinstance(result, SyncError):
            notes.append(Issue(f"{noun.capitalize()} cannot be listed here. {result}"))
            continue
        found[one] = result
        if len(result) >= _MOST_PRINCIPALS:
            notes.append(
                Issue(f"Only the first {_MOST_PRINCIPALS:,} {noun} are listed. Type any other.")
            )
    return found, notes


def _raise_if_logged_out(result: object) -> None:
    if isinstance(result, UnauthenticatedError):
        raise result


def _missing(
    ports: Ports, here: Here, mappings: Mappings, threads: int
) -> Callable[[Kind | None, Target | Principal], bool]:
    """Return what says whether something that an entry maps to is absent here."""
    book = here.book
    look_up(ports, _unlisted_ids(mappings, book), book, proves_gone=False, threads=threads)
    named = [*mappings.run_as.values(), *list_granted(mappings)]
    absent = _absent_principals(ports, named, here)

    def is_missing(kind: Kind | None, target: Target | Principal) -> bool:
        if kind is None or isinstance(target, Principal):
            return target in absent
        if target is None or book.why_unlisted(kind):
            return False
        if isinstance(target, TargetId):
            return book.name_of(kind, target.resource_id) is None
        return len(book.ids_of(kind, target)) != 1

    return is_missing


def _unlisted_ids(mappings: Mappings, book: NameBook) -> list[tuple[Kind, str]]:
    unlisted = {
        (kind, target.resource_id)
        for kind, names in mappings.names.items()
        for target in names.values()
        if isinstance(target, TargetId)
        and not book.why_unlisted(kind)
        and book.name_of(kind, target.resource_id) is None
    }
    return sorted(unlisted)[:_MOST_LOOK_UPS]


def _absent_principals(
    ports: Ports, targets: Collection[Principal], here: Here
) -> frozenset[Principal]:
    """Return who is proven not to be here; those that are listed need no call of their own."""
    listed = {one.principal for found in here.principals.values() for one in found}
    unlisted = set(targets) - listed
    if not unlisted:
        return frozenset()
    identities = look_up_identities(ports.principals, unlisted, unlisted)
    return frozenset(one for one, identity in identities.items() if identity.is_missing)


def _choices(here: Here) -> dict[str, tuple[Choice, ...]]:
    """Return what each section can map to, sorted by what people see."""
    choices = {
        section_of(kind): tuple(_resource_choices(here.book, kind))
        for kind in _MAPPED
        if not here.book.why_unlisted(kind)
    }
    people = (one for found in here.principals.values() for one in found)
    choices[RUN_AS_SECTION] = _sorted(map(_principal_choice, people))
    return choices


def _resource_choices(book: NameBook, kind: Kind) -> tuple[Choice, ...]:
    return _sorted(
        Choice(name, name) if len(ids) == 1 else Choice(f"{name} (id {one})", {"id": one})
        for name in book.names(kind)
        if name
        for ids in (book.ids_of(kind, name),)
        for one in ids
    )


def _principal_choice(found: FoundPrincipal) -> Choice:
    name, noun = found.principal.name, _NOUNS[found.principal.field].removesuffix("s")
    shown = f"{found.display_name} · {name}" if found.display_name not in ("", name) else name
    return Choice(f"{shown} ({noun})", found.principal.as_json())


def _sorted(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    by_label = sorted(choices, key=lambda choice: (choice.label.casefold(), choice.label))
    return tuple(by_label[:_MOST_CHOICES])
