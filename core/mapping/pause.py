"""Who decides whether an imported job starts by itself: Git, the target, or nobody yet."""

from typing import Any

from core.json_text import JobSettings
from core.mapping.mapping_file import PausePolicy

_BLOCKS = ("schedule", "trigger", "continuous")
_PAUSED = "PAUSED"
_ACTIVE = "UNPAUSED"  # what a missing pause_status means to the API


def apply_pause_policy(
    desired: JobSettings, current: JobSettings | None, policy: PausePolicy
) -> JobSettings:
    """Return the settings with the pause status that the policy wants.

    Under `keep_target` and `new_paused`, what the target already has keeps its status. What it
    lacks is as Git says, or paused under `new_paused`.
    """
    if policy is PausePolicy.FROM_GIT:
        return desired
    result = dict(desired)
    for block in _BLOCKS:
        if isinstance(desired.get(block), dict):
            result[block] = _decide(desired[block], (current or {}).get(block), policy)
    if isinstance(desired.get("triggers"), list):
        result["triggers"] = _decide_list(
            desired["triggers"], (current or {}).get("triggers"), policy
        )
    return result


def pause_all(settings: JobSettings) -> JobSettings:
    """Return the settings with every schedule and trigger paused."""
    return apply_pause_policy(settings, None, PausePolicy.NEW_PAUSED)


def _decide(block: dict[str, Any], current: Any, policy: PausePolicy) -> dict[str, Any]:
    if isinstance(current, dict):
        return {**block, "pause_status": current.get("pause_status", _ACTIVE)}
    if policy is PausePolicy.NEW_PAUSED:
        return {**block, "pause_status": _PAUSED}
    return block


def _decide_list(blocks: list[Any], current: Any, policy: PausePolicy) -> list[Any]:
    """Triggers have no key: one is the same as before if its position and kind are."""
    before = current if isinstance(current, list) else []
    return [
        _decide(block, _same_kind(block, before[index : index + 1]), policy)
        if isinstance(block, dict)
        else block
        for index, block in enumerate(blocks)
    ]


def _same_kind(block: dict[str, Any], candidates: list[Any]) -> Any:
    kind = block.keys() - {"pause_status"}
    return next(
        (
            candidate
            for candidate in candidates
            if isinstance(candidate, dict) and candidate.keys() - {"pause_status"} == kind
        ),
        None,
    )
