"""Who decides whether an imported job starts by itself: Git, the target, or nobody yet."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.json_text import JobSettings, JsonDict, equal_json
from core.mapping.mapping_file import PausePolicy

_BLOCKS = ("schedule", "trigger", "continuous")
_PAUSED = "PAUSED"
_ACTIVE = "UNPAUSED"  # what a missing pause_status means to the API


def apply_pause_policy(
    desired: JobSettings, current: JobSettings | None, policy: PausePolicy
) -> JobSettings:
    """Return the settings with the pause status that the policy wants.

    Under `keep_target` and `new_paused`, what the target already has keeps its status, and a job of
    which nothing starts by itself stays so. What the target lacks is as Git says, or paused under
    `new_paused`.
    """
    if policy is PausePolicy.FROM_GIT:
        return desired
    starts = list(_starts(current or {}))
    result = dict(desired)
    for block in _BLOCKS:
        if isinstance(desired.get(block), dict):
            result[block] = _decide(
                desired[block], _Start.of(block, desired[block]), starts, policy
            )
    if isinstance(desired.get("triggers"), list):
        result["triggers"] = [
            _decide(trigger, _Start.of("triggers", trigger), starts, policy)
            if isinstance(trigger, dict)
            else trigger
            for trigger in desired["triggers"]
        ]
    return result


def pause_all(settings: JobSettings) -> JobSettings:
    """Return the settings with every schedule and trigger paused."""
    return apply_pause_policy(settings, None, PausePolicy.NEW_PAUSED)


@dataclass(frozen=True, slots=True)
class _Start:
    """Something that starts a job by itself. `waits_for` is written as an element of `triggers`."""

    block: str
    waits_for: JsonDict
    is_paused: bool

    @classmethod
    def of(cls, block: str, value: JsonDict) -> "_Start":
        rest = {key: inner for key, inner in value.items() if key != "pause_status"}
        is_own_kind = block in {"schedule", "continuous"}
        status = value.get("pause_status", _ACTIVE)
        return cls(block, {block: rest} if is_own_kind else rest, status == _PAUSED)

    def resembles(self, other: "_Start") -> bool:
        """Whether both are the only one of their block, or wait for the same kind of thing."""
        same_block = self.block == other.block != "triggers"
        return same_block or self.waits_for.keys() == other.waits_for.keys()


def _starts(settings: JobSettings) -> Iterator[_Start]:
    for block in _BLOCKS:
        if isinstance(settings.get(block), dict):
            yield _Start.of(block, settings[block])
    triggers = settings.get("triggers")
    for trigger in triggers if isinstance(triggers, list) else ():
        if isinstance(trigger, dict):
            yield _Start.of("triggers", trigger)


def _decide(value: JsonDict, wanted: _Start, starts: list[_Start], policy: PausePolicy) -> JsonDict:
    """Give one start the status of the one that it was: found by what it waits for, not by place.

    Where that has changed, those of its kind decide; if one of them is paused, so is this.
    """
    if starts and all(start.is_paused for start in starts):
        return {**value, "pause_status": _PAUSED}
    same = [start for start in starts if equal_json(start.waits_for, wanted.waits_for)]
    same = same or [start for start in starts if start.resembles(wanted)]
    if same:
        is_paused = any(start.is_paused for start in same)
        return {**value, "pause_status": _PAUSED if is_paused else _ACTIVE}
    if policy is PausePolicy.NEW_PAUSED:
        return {**value, "pause_status": _PAUSED}
    return value
