"""Looks up the identities that jobs are to run as. What fails is an error of the jobs concerned."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from core.errors import BusyError, UnreachableError, WorkspaceError
from core.jobsettings.principals import PRINCIPAL_FIELDS, Principal
from core.planning.identities import (
    Identity,
    choose_by_display_name,
    make_absent,
    make_unread,
)
from core.ports import FoundPrincipal, Principals

_MOST_LOOK_UPS = 16  # of one kind, to find out for which principals a look-up fails
_WORD = re.compile(r"[^\W_]+")
_SHORTEST_WORD = 3  # characters; shorter ones are in too many names


def look_up_identities(
    principals: Principals, wanted: Collection[Principal], mapped: Collection[Principal]
) -> Mapping[Principal, Identity]:
    """Look up who jobs are to run as.

    Args:
        mapped: what people wrote into the mapping file, where a service principal may have its
            display name. Definitions hold application ids.
    """
    reader = _IdentityReader(principals)
    found: dict[Principal, Identity] = {}
    for field in PRINCIPAL_FIELDS:
        members = sorted(one for one in wanted if one.field == field)
        found |= reader.look_up(members) if members else {}
    absent = [one for one in sorted(mapped) if one in found and found[one].is_missing]
    return {**found, **reader.look_closer(absent)}


class _IdentityReader:
    def __init__(self, principals: Principals) -> None:
        self._principals = principals

    def look_up(self, wanted: Sequence[Principal]) -> dict[Principal, Identity]:
        """Return the principals of one kind: there, absent or, where asking failed, unread.

        When a call fails, its principals are asked for in halves: one name that the workspace
        refuses is not an error of all others.
        """
        found: dict[Principal, Identity] = {}
        waiting, look_ups = [wanted], 0
        while waiting:
            some = waiting.pop()
            look_ups += 1
            try:
                active = self._principals.find_active(some)
            except WorkspaceError as error:
                lost = [some]
                if not _may_concern_one(error) or look_ups >= _MOST_LOOK_UPS:
                    lost, waiting = [some, *waiting], []
                elif len(some) > 1:
                    middle = len(some) // 2
                    lost, waiting = [], [*waiting, some[middle:], some[:middle]]
                found |= {one: make_unread(one, error) for part in lost for one in part}
            else:
                found |= {one: Identity(one) if one in active else make_absent(one) for one in some}
        return found

    def look_closer(self, absent: Sequence[Principal]) -> dict[Principal, Identity]:
        """Find what the mapping file means by names that no principal has as its id."""
        found = self._by_display_name(absent)
        rest = [one for one in absent if one not in found]
        similar = list(self._similar_to(rest))
        return {**found, **{one: make_absent(one, similar) for one in rest}}

    def _by_display_name(self, absent: Sequence[Principal]) -> dict[Principal, Identity]:
        wanted = [one for one in absent if one.field == "service_principal_name"]
        if not wanted:
            return {}
        try:
            named = self._principals.find_service_principals([one.name for one in wanted])
        except WorkspaceError as error:
            return {one: make_unread(one, error) for one in wanted}
        chosen = {one: choose_by_display_name(one, named) for one in wanted}
        return {one: identity for one, identity in chosen.items() if identity}

    def _similar_to(self, absent: Sequence[Principal]) -> Iterator[FoundPrincipal]:
        """Yield principals with similar names. They are only hints: the rows are errors anyway."""
        words = sorted({_telling_word(one.name) for one in absent})
        for field in PRINCIPAL_FIELDS if words else ():
            try:
                yield from self._principals.find_similar(field, words)
            except WorkspaceError:
                continue


def _may_concern_one(error: WorkspaceError) -> bool:
    """Whether a failure may be that of one name. The others took long, and would again."""
    return not isinstance(error, BusyError | UnreachableError)


def _telling_word(name: str) -> str:
    """Return the longest word of a name, leaving out the domain of an e-mail address."""
    own = name.partition("@")[0] or name
    word = max(_WORD.findall(own), key=len, default="")
    return word if len(word) >= _SHORTEST_WORD else own
