"""What a job that is created again is granted: what it had, as far as the principals exist."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.jobsettings.permissions import Permission, identity_of, is_admins, sort_permissions
from core.jobsettings.principals import Principal
from core.planning.identities import Identity
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


def _is_gone(principal: Principal, identities: Mapping[Principal, Identity]) -> bool:
    found = identities.get(principal) or identities.get(identity_of(principal))
    return found is not None and found.is_missing
