"""What a job that is created again is granted: what it had, as far as the principals exist."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.jobsettings.permissions import (
    IS_OWNER,
    AccessList,
    Permission,
    identity_of,
    is_admins,
    sort_permissions,
)
from core.jobsettings.principals import Principal
from core.planning.access_change import AccessChange
from core.planning.identities import Identity
from core.planning.permissions import find_differences
from core.planning.wanted_permissions import own_principal
from core.ports import CurrentPrincipal
from core.state.kept_jobs import KeptJob

_NOT_KEPT = (
    "Its permissions were not kept: this app's principal will own it, and only workspace admins "
    "will see it beside."
)


@dataclass(frozen=True, slots=True)
class Granted:
    """The entries of a job, none where nobody knows them, and what to say of them."""

    entries: tuple[Permission, ...]
    note: str = ""


def principals_of(kept: KeptJob) -> set[Principal]:
    """Return everybody who must exist for a job to get its permissions back."""
    return {entry.principal for entry in kept.permissions or () if not is_admins(entry.principal)}


def restore_permissions(kept: KeptJob, identities: Mapping[Principal, Identity]) -> Granted:
    """Return the entries of a job that is created again.

    Who no longer exists gets nothing; a job whose owner is gone belongs to whoever creates it.
    """
    if kept.permissions is None:
        return Granted((), _NOT_KEPT)
    entries = [one for one in kept.permissions if not is_admins(one.principal)]
    gone = [one for one in entries if _is_gone(one.principal, identities)]
    here = [one for one in entries if one not in gone]
    owners = [f"the {one.principal}" for one in gone if one.is_owner]
    others = [f"the {one.principal}" for one in gone if not one.is_owner]
    sentences = []
    if owners:
        sentences.append(
            f"Its owner, {owners[0]}, does not exist or is not active: this app's principal will "
            "own it."
        )
    elif not any(one.is_owner for one in here):
        sentences.append("It had no owner: this app's principal will own it.")
    if others:
        verb = "does not exist or is" if len(others) == 1 else "do not exist or are"
        sentences.append(f"Without the permissions of {', '.join(others)}, who {verb} not active.")
    return Granted(sort_permissions(here), " ".join(sentences))


def restore_access(
    kept: KeptJob,
    present: AccessList,
    identities: Mapping[Principal, Identity],
    me: CurrentPrincipal,
) -> AccessChange | None:
    """Return what sets the permissions of a job back, None where they are as they were.

    Without its former owner a job stays with the one that it has.
    """
    granted = restore_permissions(kept, identities)
    after = granted.entries
    if not any(entry.is_owner for entry in after):
        owner = present.owner or own_principal(me)
        others = [one for one in after if identity_of(one.principal) != identity_of(owner)]
        after = sort_permissions([*others, Permission(owner, IS_OWNER)])
    before = [entry for entry in present.direct if not is_admins(entry.principal)]
    changes = find_differences(before, after)
    if not changes:
        return None
    return AccessChange(present, after, after, True, changes)


def _is_gone(principal: Principal, identities: Mapping[Principal, Identity]) -> bool:
    found = identities.get(principal) or identities.get(identity_of(principal))
    return found is not None and found.is_missing
