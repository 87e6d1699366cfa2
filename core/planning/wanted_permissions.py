"""Which permissions a definition or the mapping file wants, in words of this workspace."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from core.errors import Issue
from core.identity_names import fold_identity
from core.jobsettings.permissions import (
    CAN_MANAGE,
    Permission,
    identity_of,
    is_admins,
    place_of,
    sort_permissions,
)
from core.jobsettings.principals import Principal, principal_from_name
from core.mapping.mapped_value import MappedValue
from core.mapping.mapping_file import DEFAULT, RUN_AS_SECTION, Mappings
from core.mapping.unmapped import MissingName
from core.planning.identities import Identity
from core.ports import CurrentPrincipal


@dataclass(frozen=True, slots=True)
class Wanted:
    """Entries in words of this workspace, without an owner's, and who shall own the job.

    `owner` is None where nobody is named who can own it: then the present owner stays. `note` says
    what became of an owner that cannot. `missing` are names to map, `mapped` what was mapped.
    """

    entries: tuple[Permission, ...] = ()
    owner: Principal | None = None
    issues: tuple[Issue, ...] = ()
    note: str = ""
    missing: tuple[MissingName, ...] = ()
    mapped: tuple[MappedValue, ...] = ()


def own_principal(me: CurrentPrincipal) -> Principal:
    """Return our own principal as an entry names it."""
    return principal_from_name(me.name)


class MapPrincipal:
    """Maps principals as run-as ones are, but for `default`: it would give one all permissions."""

    def __init__(self, mappings: Mappings) -> None:
        self._mappings = mappings
        self._entries = {fold_identity(name): name for name in mappings.run_as if name != DEFAULT}

    def entry_of(self, principal: Principal) -> str:
        """Return the name of the entry that decides, empty for none."""
        if principal.name in self._mappings.run_as and principal.name != DEFAULT:
            return principal.name
        return self._entries.get(fold_identity(principal.name), "")

    def target_of(self, principal: Principal) -> Principal:
        """Return who the principal is here."""
        entry = self.entry_of(principal)
        return self._mappings.run_as[entry] if entry else principal

    def trace(self, source: Principal, target: Principal) -> Iterator[MappedValue]:
        """Yield what an entry did, if one did anything."""
        entry = self.entry_of(source)
        if entry and source != target:
            line = self._mappings.lines.get((RUN_AS_SECTION, entry), 0)
            yield MappedValue(
                place_of(target), source.as_json(), target.as_json(), RUN_AS_SECTION, entry, line
            )


def find_deciding(
    entries: Iterable[Permission], mapper: MapPrincipal, *, are_from_git: bool
) -> Iterator[Permission]:
    """Yield the entries that decide anything here.

    The owner at the source owns nothing here, unless the mapping file says who that is here.
    """
    for entry in entries:
        leaves_owner = are_from_git and entry.is_owner and not mapper.entry_of(entry.principal)
        if not is_admins(entry.principal) and not leaves_owner:
            yield entry


def make_wanted(
    entries: Iterable[Permission],
    mapper: MapPrincipal,
    identify: Callable[[Principal], Identity],
    me: Principal,
    *,
    are_from_git: bool,
) -> Wanted:
    """Map entries, and check that their principals are here."""
    found: list[Permission] = []
    owner, note = None, ""
    issues: list[Issue] = []
    missing: list[MissingName] = []
    mapped: list[MappedValue] = []
    for entry in find_deciding(entries, mapper, are_from_git=are_from_git):
        source = entry.principal
        identity = identify(mapper.target_of(source))
        target = identity.principal
        if identity.problem:
            issues.append(_explain_absent(source, identity))
            if identity.is_missing:
                missing.append(MissingName("permission", source.name, RUN_AS_SECTION, None))
            continue
        mapped += mapper.trace(source, target)
        if is_same(target, me):
            continue
        if entry.is_owner and target.field == "group_name":
            note = f"The {target} cannot own a job: it gets {CAN_MANAGE}."
            found.append(Permission(target, CAN_MANAGE))
        elif entry.is_owner:
            owner = target
        else:
            found.append(Permission(target, entry.level))
    return Wanted(
        sort_permissions(found), owner, tuple(issues), note, tuple(missing), tuple(mapped)
    )


def is_same(one: Principal, other: Principal) -> bool:
    """Whether two principals are the same one, however they are spelled."""
    return identity_of(one) == identity_of(other)


def _explain_absent(source: Principal, identity: Identity) -> Issue:
    way_out = ""
    if identity.is_missing:
        way_out = f" Map “{source.name}” in {RUN_AS_SECTION} of the mapping file."
        if source.field == "group_name":
            way_out += " A group of the account must be assigned to this workspace."
    return Issue(f"{identity.problem}{way_out}", place_of(source))
