"""Which groups users and service principals belong to, directly or through other groups."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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


def read_members(ask: Ask, names: Collection[str], enough: Collection[str]) -> Mapping[str, Member]:
    """Return the members by the names that were asked for, see `Principals.find_members`."""
    found: dict[str, Member] = {}
    robots = {name for name in names if _APPLICATION_ID.fullmatch(name)}
    found.update(_read(ask, "service_principal_name", "applicationId", robots))
    found.update(_read(ask, "user_name", "userName", set(names) - found.keys() - robots))
    wanted = frozenset(map(fold_identity, enough))
    open_ones = {
        name: member.groups
        for name, member in found.items()
        if member.is_active and wanted.isdisjoint(map(fold_identity, member.groups))
    }
    above = _groups_above(ask, frozenset().union(*open_ones.values()))
    for name, groups in open_ones.items():
        found[name] = Member(is_active=True, groups=_closure(groups, above))
    return found


def _read(
    ask: Ask, field: PrincipalField, attribute: str, names: Collection[str]
) -> Iterator[tuple[str, Member]]:
    for batch in _batches(names):
        by_name = {
            fold_identity(str(entry.get(attribute) or "")): Member(
                bool(entry.get("active", True)), _groups_of(entry)
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


def _batches(names: Collection[str]) -> Iterator[list[str]]:
    remaining = iter(sorted(names))
    while batch := list(islice(remaining, _BATCH)):
        yield batch
