"""Who a principal of a definition or of the mapping file is in this workspace."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from core.errors import SyncError
from core.jobsettings.principals import Principal
from core.ports import FoundPrincipal

_SIMILAR = 70  # of 100
_MOST_LISTED = 3
_COMPARED = 128  # characters: comparing two names takes the square of their length


@dataclass(frozen=True, slots=True)
class Identity:
    """A principal as it was looked up.

    `principal` is what a job is given as its `run_as`. `problem` says why that cannot be, or is
    empty; `is_missing` is True when an entry of the mapping file solves it. `note` says what
    else was found out.
    """

    principal: Principal
    problem: str = ""
    is_missing: bool = False
    note: str = ""


def make_absent(wanted: Principal, similar: Iterable[FoundPrincipal] = ()) -> Identity:
    """Return a principal that does not exist here or is not active, and who may be meant."""
    absence = f"The {wanted} does not exist in this workspace or is not active."
    problem = " ".join(filter(None, (absence, _who_is_meant(wanted.name, similar))))
    return Identity(wanted, problem, is_missing=True)


def make_unread(wanted: Principal, error: SyncError) -> Identity:
    """Return a principal of which nobody knows whether it exists."""
    return Identity(wanted, f"The {wanted} could not be looked up. {error}")


def choose_by_display_name(wanted: Principal, found: Iterable[FoundPrincipal]) -> Identity | None:
    """Return the service principal that an entry means by its display name; None for no one.

    The API wants the application id, while people see only the display name in the UI.
    """
    ids = sorted(
        one.principal.name for one in found if one.is_active and one.display_name == wanted.name
    )
    if not ids:
        return None
    if len(ids) > 1:
        problem = (
            f"“{wanted.name}” is the display name of {len(ids)} service principals: "
            f"{', '.join(ids)}. Write the application id of the one that is meant."
        )
        return Identity(wanted, problem, is_missing=True)
    note = f"“{wanted.name}” is the service principal {ids[0]}."
    return Identity(Principal("service_principal_name", ids[0]), note=note)


def _who_is_meant(name: str, similar: Iterable[FoundPrincipal]) -> str:
    scores = {one: _likeness(name, one) for one in similar}
    best = max(scores.values(), default=0.0)
    if best < _SIMILAR:
        return ""
    least = best if best == 100.0 else _SIMILAR
    meant = [one for one in scores if scores[one] >= least]
    meant.sort(key=lambda one: (-scores[one], one.principal))
    return f"Perhaps this is meant: {_list(meant)}."


def _likeness(name: str, one: FoundPrincipal) -> float:
    wanted = name.casefold()[:_COMPARED]
    names = {one.principal.name, one.display_name} - {""}
    return max(fuzz.ratio(wanted, other.casefold()[:_COMPARED]) for other in names)


def _list(found: Sequence[FoundPrincipal]) -> str:
    return " or ".join(_describe(one) for one in found[:_MOST_LISTED])


def _describe(one: FoundPrincipal) -> str:
    """Name a principal as people know it, with what `run_as_mappings` needs beside it."""
    notes = []
    shown = one.principal
    if one.display_name and one.display_name != shown.name:
        if shown.field == "service_principal_name":
            notes, shown = [shown.name], Principal(shown.field, one.display_name)
        else:
            notes = [one.display_name]
    if not one.is_active:
        notes.append("not active")
    return f"the {shown} ({', '.join(notes)})" if notes else f"the {shown}"
