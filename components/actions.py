"""Which buttons may be pressed now, and why not."""

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from components import ids
from components.moments import moment
from components.words import READ_ONLY, WORDS
from core.operations.kinds import KINDS, OperationKind, Traits, kinds_of_tab
from core.operations.operation import Operation, Status
from core.operations.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Situation:
    """What the buttons depend on.

    `active` is the running operation, `validation`, `pull` and `save` the newest ones of their
    kind, `shown` the operation whose rows the tab shows. On the page of Restore `validation` is the
    newest preview of `entry`, the operation of the history that is to be undone. `why_not` says why
    whoever looks may not operate, `trouble` why nothing can be started by anybody. `is_checkout` is
    True where the definitions are in a folder of this machine, which only Git updates.
    """

    may_operate: bool
    active: Operation | None = None
    shown: Operation | None = None
    validation: Operation | None = None
    pull: Operation | None = None
    save: Operation | None = None
    why_not: str = READ_ONLY
    entry: str = ""
    trouble: str = ""
    is_checkout: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """Whether a button may be pressed; an empty reason says yes."""

    reason: str = ""

    @property
    def is_enabled(self) -> bool:
        """Whether the action is allowed."""
        return not self.reason


_VALIDATE_FIRST = "Validate first."
_PREVIEW_FIRST = "Preview first."
_NO_PULL = "The definitions are in a folder of this machine. Update it there: git pull."
_NO_ENTRY = "This address is not that of an operation in the history."


def actions_of(tab: str, now: Situation) -> dict[str, Action]:
    """Return the actions of a tab by button id."""
    return {
        ids.OPERATION_BUTTONS[kind]: Action(_no_pull(kind, now) or _reason(KINDS[kind], now))
        for kind in kinds_of_tab(tab)
    }


def reviewed_plan(now: Situation) -> str:
    """Return the id of the validation that may be carried out, empty when there is none."""
    if _plan_reason(now) or now.validation is None:
        return ""
    return now.validation.operation_id


def adoptable(now: Situation) -> int:
    """Return how many matching jobs could be adopted."""
    if not reviewed_plan(now) or now.validation is None:
        return 0
    shown = now.shown
    if shown and shown.kind is OperationKind.ADOPT:
        return 0
    return (now.validation.outcome or Outcome()).plan.adoptable


def running_sentence(operation: Operation) -> Component:
    """Say who runs what since when."""
    start = f"{WORDS[operation.kind].title} is running, started by {operation.actor} at "
    return html.Span([start, moment(operation.started or operation.created), "."])


def _no_pull(kind: OperationKind, now: Situation) -> str:
    return _NO_PULL if kind is OperationKind.PULL and now.is_checkout else ""


def _reason(kind: Traits, now: Situation) -> str:
    if not kind.is_exclusive:
        return now.trouble
    return (
        _common_reason(now)
        or (_NO_ENTRY if kind.needs_entry and not now.entry else "")
        or (_plan_reason(now) if kind.needs_plan else "")
        or (_incomplete_reason(now) if kind.needs_whole_plan else "")
    )


def _common_reason(now: Situation) -> str:
    if now.active:
        return f"{WORDS[now.active.kind].title} is running."
    if not now.may_operate:
        return now.why_not
    return now.trouble


def _plan_reason(now: Situation) -> str:
    validation = now.validation
    if validation is None or validation.status is not Status.SUCCEEDED:
        return _PREVIEW_FIRST if now.entry else _VALIDATE_FIRST
    if _is_overtaken(validation, now.pull):
        return "The Git folder was pulled after the validation. Validate again."
    if _is_overtaken(validation, now.save):
        return "The mappings were saved after the validation. Validate again."
    return ""


def _is_overtaken(validation: Operation, other: Operation | None) -> bool:
    """Whether something may have changed what was validated."""
    return bool(other and other.status is not Status.FAILED and other.number > validation.number)


def _incomplete_reason(now: Situation) -> str:
    outcome = now.validation.outcome if now.validation else None
    plan = (outcome or Outcome()).plan
    if plan.is_complete:
        return ""
    if not plan.sees_all_jobs:
        return (
            "This app is not known to be a workspace admin, so there may be jobs that it cannot "
            "see, and nothing can be treated as deleted. Add its principal to the group “admins”."
        )
    return (
        "Not everything could be read, so nothing can be treated as deleted. "
        "See the rows with errors."
    )
