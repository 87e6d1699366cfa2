"""Which buttons may be pressed now, and why not."""

from dataclasses import dataclass

from components import ids
from components.words import TITLES, clock_time
from core.operations.operation import Operation, OperationKind, Status
from core.operations.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Situation:
    """What the buttons depend on.

    `active` is the operation at work, `validation` and `pull` the newest ones of their kind,
    `shown` the operation whose rows the tab shows.
    """

    may_operate: bool
    active: Operation | None = None
    shown: Operation | None = None
    validation: Operation | None = None
    pull: Operation | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """Whether a button may be pressed; an empty reason says yes."""

    reason: str = ""

    @property
    def is_enabled(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reason


_VALIDATE_FIRST = "Validate first."


def export_actions(now: Situation) -> dict[str, Action]:
    """Return the actions of the Export tab by button id."""
    action = Action(_common_reason(now))
    return {ids.EXPORT_PREVIEW: action, ids.EXPORT_START: action}


def import_actions(now: Situation) -> dict[str, Action]:
    """Return the actions of the Import tab by button id."""
    common = _common_reason(now)
    planned = common or _plan_reason(now)
    return {
        ids.IMPORT_PULL: Action(common),
        ids.IMPORT_VALIDATE: Action(common),
        ids.IMPORT_START: Action(planned),
        ids.IMPORT_REMOVE: Action(planned or _incomplete_reason(now)),
        ids.IMPORT_ADOPT: Action(planned),
    }


def reviewed_plan(now: Situation) -> str:
    """Return the id of the validation that may be carried out, empty when there is none."""
    if _plan_reason(now) or now.validation is None:
        return ""
    return now.validation.operation_id


def adoptable(now: Situation) -> int:
    """Return how many equal jobs could be adopted."""
    if not reviewed_plan(now) or now.validation is None:
        return 0
    shown = now.shown
    if shown and shown.kind is OperationKind.ADOPT:
        return 0
    return (now.validation.outcome or Outcome()).plan.adoptable


def running_sentence(operation: Operation) -> str:
    """Say who runs what since when."""
    title, since = TITLES[operation.kind], clock_time(operation.started or operation.created)
    return f"{title} is running, started by {operation.actor} at {since}."


def _common_reason(now: Situation) -> str:
    if now.active:
        return f"{TITLES[now.active.kind]} is running."
    if not now.may_operate:
        return "You may look at everything here; only operators may start something."
    return ""


def _plan_reason(now: Situation) -> str:
    validation = now.validation
    if validation is None or validation.status is not Status.SUCCEEDED:
        return _VALIDATE_FIRST
    pull = now.pull
    if pull and pull.status is not Status.FAILED and pull.created > validation.created:
        return "The Git folder was pulled after the validation. Validate again."
    return ""


def _incomplete_reason(now: Situation) -> str:
    outcome = now.validation.outcome if now.validation else None
    if (outcome or Outcome()).plan.is_complete:
        return ""
    return "Not everything could be read, so a missing file proves nothing. See the rows in error."
