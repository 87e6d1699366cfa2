"""How the permissions of a job change: what is wanted, held against the live entries.

Our own principal's entry and that of the group “admins” are nobody's to decide here: they are
neither compared nor taken away.
"""

from collections.abc import Iterable, Iterator, Mapping

from core.comparing.diff import FieldChange
from core.jobsettings.permissions import (
    CAN_MANAGE,
    IS_OWNER,
    AccessList,
    Permission,
    identity_of,
    is_admins,
    is_at_least,
    place_of,
    sort_permissions,
)
from core.jobsettings.principals import Principal
from core.mapping.permission_policy import FromGit
from core.planning.access_change import AccessChange
from core.planning.wanted_permissions import Wanted, own_principal
from core.ports import CurrentPrincipal

_Entries = dict[Principal, Permission]
"""Entries by the identity of their principal."""


def make_new_entries(wanted: Wanted, me: Principal) -> tuple[Permission, ...]:
    """Return what a new job gets. It is ours without another owner; we keep managing it anyway."""
    entries = _by_identity(wanted.entries)
    if wanted.owner:
        entries[identity_of(wanted.owner)] = Permission(wanted.owner, IS_OWNER)
        entries[identity_of(me)] = Permission(me, CAN_MANAGE)
    return sort_permissions(entries.values())


def plan_access(
    wanted: Wanted, present: AccessList, me: CurrentPrincipal, mode: FromGit
) -> AccessChange | None:
    """Return what is to be sent, None for nothing."""
    own = own_principal(me)
    direct = _by_identity(entry for entry in present.direct if not is_admins(entry.principal))
    if mode is FromGit.ADD:
        sent = _added(wanted, direct, present.owner, own)
        after = {**direct, **sent}
    else:
        sent = after = _exact(wanted, direct, present.owner, own, is_admin=me.is_admin)
    changes = tuple(_differences(direct, after))
    if not changes:
        return None
    return AccessChange(
        present,
        sort_permissions(after.values()),
        sort_permissions(sent.values()),
        mode is FromGit.EXACT,
        changes,
        _note_owner(present, after),
    )


def _added(wanted: Wanted, direct: _Entries, owner: Principal | None, own: Principal) -> _Entries:
    """Return the entries that differ. Nobody is left out, and no job changes hands.

    A job has one owner: a second one can only manage it.
    """
    entries = _by_identity(wanted.entries)
    if wanted.owner:
        key = identity_of(wanted.owner)
        known = direct.get(key) or entries.get(key)
        level = known.level if known and is_at_least(known.level, CAN_MANAGE) else CAN_MANAGE
        entries[key] = Permission(wanted.owner, level)
    kept = {identity_of(one) for one in (owner, own) if one}
    return {
        key: entry
        for key, entry in _as_live(entries, direct).items()
        if key not in kept and direct.get(key) != entry
    }


def _exact(
    wanted: Wanted,
    direct: _Entries,
    present_owner: Principal | None,
    own: Principal,
    *,
    is_admin: bool,
) -> _Entries:
    """Return all entries that the job shall have: those wanted, one owner, and our own."""
    after = _by_identity(wanted.entries)
    owner = wanted.owner or present_owner or own
    mine = direct.get(identity_of(own))
    if mine:
        level = CAN_MANAGE if mine.is_owner else mine.level
        after[identity_of(own)] = Permission(mine.principal, level)
    elif not is_admin and _loses_manager(direct, after):
        after[identity_of(own)] = Permission(own, CAN_MANAGE)
    after[identity_of(owner)] = Permission(owner, IS_OWNER)
    return _as_live(after, direct)


def _loses_manager(direct: _Entries, after: _Entries) -> bool:
    """Whether a group that manages the job would no longer: we may be in it."""
    return any(
        key.field == "group_name"
        and is_at_least(entry.level, CAN_MANAGE)
        and not (key in after and is_at_least(after[key].level, CAN_MANAGE))
        for key, entry in direct.items()
    )


def _as_live(entries: _Entries, direct: _Entries) -> _Entries:
    """Spell the principals as the job has them: a file may write a name in another case."""
    return {
        key: Permission(direct[key].principal if key in direct else entry.principal, entry.level)
        for key, entry in entries.items()
    }


def find_differences(
    before: Iterable[Permission], after: Iterable[Permission]
) -> tuple[FieldChange, ...]:
    """Return how direct entries differ, one change for each principal."""
    return tuple(_differences(_by_identity(before), _by_identity(after)))


def _differences(before: _Entries, after: _Entries) -> Iterator[FieldChange]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old != new:
            principal = (old or new or Permission(key, "")).principal
            yield FieldChange(
                place_of(principal), old.level if old else None, new.level if new else None
            )


def _note_owner(present: AccessList, after: Mapping[Principal, Permission]) -> str:
    """Say who owns a job that seems to have no owner: one must be named."""
    if present.owner:
        return ""
    owners = [entry.principal for entry in after.values() if entry.is_owner]
    return f"The job has no owner; the {owners[0]} will own it." if owners else ""


def _by_identity(entries: Iterable[Permission]) -> _Entries:
    return {identity_of(entry.principal): entry for entry in entries}
