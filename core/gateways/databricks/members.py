"""Which groups users and service principals belong to, directly or through other groups."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from core.gateways.databricks.answers import list_in
from core.identity_names import fold_identity
from core.jobsettings.principals import PrincipalField
from core.json_text import JsonDict
from core.ports import Member

Ask = Callable[[PrincipalField, Sequence[str]], Iterable[JsonDict]]
"""Returns the principals of a kind that have one of these names, in one call."""

_APPLICATION_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BATCH = 20  # names in one call; the URL stays below 4 kB
_LEVELS = 10  # of groups in groups, as many as the workspace allows
_MOST_CALLS = 10  # for groups in groups; a member beyond these is not known as one


@dataclass(frozen=True, slots=True)
class _Found:
    """A principal, and the ids by which groups may list it: its own, and those of its groups."""

    member: Member
    ids: frozenset[str] = frozenset()


def read_members(ask: Ask, names: Collection[str], enough: Collection[str]) -> Mapping[str, Member]:
    """Return the members by the names that were asked for, see `Principals.find_members`."""
    found: dict[str, _Found] = {}
    robots = {name for name in names if _APPLICATION_ID.fullmatch(name)}
    found.update(_read(ask, "service_principal_name", "applicationId", robots))
    found.update(_read(ask, "user_name", "userName", set(names) - found.keys() - robots))
    wanted = frozenset(map(fold_identity, enough))
    open_ones = _not_in(wanted, found)
    above = _groups_above(
        ask, frozenset().union(*(one.member.groups for one in open_ones.values()))
    )
    for name, one in open_ones.items():
        groups = _closure(one.member.groups, above)
        found[name] = replace(one, member=Member(is_active=True, groups=groups))
    found.update(_listed_by(ask, enough, _not_in(wanted, found)))
    return {name: one.member for name, one in found.items()}


def _not_in(wanted: frozenset[str], found: Mapping[str, _Found]) -> dict[str, _Found]:
    """Return who is active and, as far as is known, in none of the groups."""
    return {
        name: one
        for name, one in found.items()
        if one.member.is_active and wanted.isdisjoint(map(fold_identity, one.member.groups))
    }


def _listed_by(
    ask: Ask, groups: Collection[str], people: Mapping[str, _Found]
) -> Iterator[tuple[str, _Found]]:
    """Yield those whom the groups list, where people do not list their groups."""
    if not people:
        return
    for entry in (entry for batch in _batches(groups) for entry in ask("group_name", batch)):
        listed = _ids_in(entry, "members")
        for name, one in people.items():
            if one.ids & listed:
                both = one.member.groups | {str(entry.get("displayName") or "")}
                yield name, replace(one, member=Member(is_active=True, groups=both))


def _read(
    ask: Ask, field: PrincipalField, attribute: str, names: Collection[str]
) -> Iterator[tuple[str, _Found]]:
    for batch in _batches(names):
        by_name = {
            fold_identity(str(entry.get(attribute) or "")): _Found(
                Member(bool(entry.get("active", True)), _groups_of(entry)),
                _ids_in(entry, "groups") | _id_of(entry),
            )
            for entry in ask(field, batch)
        }
        for name in batch:
            if fold_identity(name) in by_name:
                yield name, by_name[fold_identity(name)]


def _groups_above(ask: Ask, groups: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """Return for each group the groups that contain it, from level to level."""
    above: dict[str, frozenset[str]] = {}
    calls = 0
    for _ in range(_LEVELS):
        for batch in _batches(groups - above.keys()):
            if calls == _MOST_CALLS:
                return above
            calls += 1
            above.update(dict.fromkeys(batch, frozenset()))
            for entry in ask("group_name", batch):
                above[str(entry.get("displayName") or "")] = _groups_of(entry)
        groups = frozenset().union(*above.values())
        if groups <= above.keys():
            break
    return above


def _closure(groups: frozenset[str], above: Mapping[str, frozenset[str]]) -> frozenset[str]:
    found, waiting = set(groups), list(groups)
    while waiting:
        for name in above.get(waiting.pop(), ()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return frozenset(found)


def _groups_of(entry: JsonDict) -> frozenset[str]:
    groups = list_in(entry, "groups")
    names = (group.get("display") for group in groups if isinstance(group, dict))
    return frozenset(str(name) for name in names if name)


def _id_of(entry: JsonDict) -> frozenset[str]:
    return frozenset({str(entry["id"])}) if entry.get("id") else frozenset()


def _ids_in(entry: JsonDict, field: str) -> frozenset[str]:
    listed = (one.get("value") for one in list_in(entry, field) if isinstance(one, dict))
    return frozenset(str(one) for one in listed if one)


def _batches(names: Collection[str]) -> Iterator[list[str]]:
    remaining = iter(sorted(names))
    while batch := list(islice(remaining, _BATCH)):
        yield batch
