"""What an admin should look at before a row is carried out, judging by the plan alone."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.comparing.diff import FieldChange
from core.definitions.ignore_rules import IgnoreRule
from core.errors import Issue
from core.jobsettings.verbatim import Verbatim
from core.json_text import JobSettings
from core.secrets.allowed import ALLOWED_FILE

_BLOCKS = ("schedule", "trigger", "continuous")
_PAUSED = "PAUSED"
_MOST_LISTED = 5
_COMPUTE = re.compile(
    r"(^|\.)(existing_cluster_id|warehouse_id|job_cluster_key|environment_key|new_cluster)\b"
    r"|^job_clusters\b|^environments\b"
)
_NOTIFICATION = re.compile(r"(^|\.)(email_notifications|webhook_notifications)\b")
_TASK = re.compile(r"^tasks(\[[^\]]*\])?$")  # one of them, or all


@dataclass(frozen=True, slots=True)
class Risk:
    """One note. `code` is stable, for badges and filters."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class SecretNotes:
    """The secrets of a definition, each as its kind and its place, never its value.

    `refused` are certain and not allowed, `allowed` are by an entry of the file of allowed
    secrets, `likely` may be harmless.
    """

    refused: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.refused or self.allowed or self.likely)


NO_SECRETS = SecretNotes()


def risks_of(
    current: JobSettings | None, desired: JobSettings, changes: tuple[FieldChange, ...]
) -> tuple[Risk, ...]:
    """Return the notes for importing a job. `current` is None for a new one."""
    notes = [rule(changes) for rule in _RULES]
    return (*_activation(current or {}, desired), *(note for note in notes if note))


def risks_of_ignored(rule: IgnoreRule | None) -> tuple[Risk, ...]:
    """Return the note for a definition that Git may not commit. It holds after an export, too."""
    if rule is None:
        return ()
    message = (
        f"Ignored by line {rule.line} of {rule.file} (`{rule.text}`): Git will not commit this "
        "file unless it is tracked already. Change that line to have it committed."
    )
    return (Risk("ignored_by_git", message),)


def risks_of_ambiguous(names: Sequence[Issue]) -> tuple[Risk, ...]:
    """Return the note for names that do not tell which object is meant."""
    if not names:
        return ()
    texts = list(dict.fromkeys(name.message for name in names))
    message = f"{' '.join(texts)} The file contains only the name."
    return (Risk("ambiguous_name", message),)


def risks_of_not_exported(jobs: Sequence[str]) -> tuple[Risk, ...]:
    """Return the note for a definition that refers to jobs whose definitions are not written."""
    if not jobs:
        return ()
    message = f"Runs {_some_of(jobs)}, which is excluded here, so it is not exported."
    if len(jobs) > 1:
        message = f"Runs {_some_of(jobs)}, which are excluded here, so they are not exported."
    return (Risk("not_exported", message),)


def risks_of_policies(paths: Sequence[str]) -> tuple[Risk, ...]:
    """Return the note for values that a definition leaves to the policies of its clusters."""
    if not paths:
        return ()
    message = f"Left to the cluster policy, which fixes it: {_some_of(paths)}."
    return (Risk("left_to_policy", message),)


def risks_of_secrets(notes: SecretNotes) -> tuple[Risk, ...]:
    """Return the notes for the secrets of a definition that is in Git, or will be."""
    risks = []
    if notes.refused:
        message = (
            f"Holds a secret that is in Git: {_some_of(notes.refused)}. Replace it by a reference "
            "to a secret scope and revoke it: the history of Git keeps it."
        )
        risks.append(Risk("secret_in_git", message))
    if notes.allowed:
        message = f"Allowed by {ALLOWED_FILE}: {_some_of(notes.allowed)}."
        risks.append(Risk("secret_allowed", message))
    if notes.likely:
        message = f"May hold a secret: {_some_of(notes.likely)}."
        risks.append(Risk("maybe_secret", message))
    return tuple(risks)


def id_risks(holders: Sequence[Verbatim], words: str) -> tuple[Risk, ...]:
    """Say which values hold ids, and whose they are; the values themselves may be secret."""
    if not holders:
        return ()
    listed = [f"{item.path} ({', '.join(item.ids)})" for item in holders[:_MOST_LISTED]]
    return (Risk("source_ids", f"{words}: {_some_of(listed, len(holders))}."),)


def _some_of(texts: Sequence[str], total: int = 0) -> str:
    more = max(total, len(texts)) - _MOST_LISTED
    return ", ".join(texts[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _activation(current: JobSettings, desired: JobSettings) -> tuple[Risk, ...]:
    """A job that starts by itself after the import and did not before."""
    before, after = _active(current), _active(desired)
    if not after - before:
        return ()
    names = ", ".join(sorted(after - before))
    return (Risk("becomes_active", f"Will start by itself after the import: {names}."),)


def _active(settings: JobSettings) -> set[str]:
    blocks: dict[str, Any] = {name: settings.get(name) for name in _BLOCKS}
    triggers = settings.get("triggers")
    for index, trigger in enumerate(triggers if isinstance(triggers, list) else ()):
        blocks[f"triggers[{index}]"] = trigger
    return {
        name
        for name, block in blocks.items()
        if isinstance(block, dict) and block.get("pause_status") != _PAUSED
    }


def _identity(changes: tuple[FieldChange, ...]) -> Risk | None:
    if any(change.path.startswith("run_as") for change in changes):
        return Risk("run_as", "Will run as another principal after the import.")
    return None


def _compute(changes: tuple[FieldChange, ...]) -> Risk | None:
    return _some(changes, _on_compute, "compute", "Compute changes: {paths}.")


def _on_compute(change: FieldChange) -> bool:
    return bool(_COMPUTE.search(change.path))


def _lost_notifications(changes: tuple[FieldChange, ...]) -> Risk | None:
    return _some(
        changes, _drops_notification, "notifications", "Fewer people are notified: {paths}."
    )


def _drops_notification(change: FieldChange) -> bool:
    if not _NOTIFICATION.search(change.path) or change.current is None:
        return False
    if isinstance(change.current, list) and isinstance(change.desired, list):
        return any(item not in change.desired for item in change.current)
    return change.desired is None


def _removed_tasks(changes: tuple[FieldChange, ...]) -> Risk | None:
    return _some(changes, _drops_task, "tasks_removed", "Tasks will be removed: {paths}.")


def _drops_task(change: FieldChange) -> bool:
    return bool(_TASK.match(change.path)) and change.desired is None


def _some(
    changes: tuple[FieldChange, ...], concerns: Callable[[FieldChange], bool], code: str, text: str
) -> Risk | None:
    paths = [change.path for change in changes if concerns(change)]
    return Risk(code, text.format(paths=", ".join(paths))) if paths else None


_RULES = (_identity, _compute, _lost_notifications, _removed_tasks)


def risks_of_undone(paths: Sequence[str]) -> tuple[Risk, ...]:
    """Return what there is to say of values that the mapping file would change again."""
    if not paths:
        return ()
    return (Risk("undone", f"The next import will map {_some_of(paths)} to another value."),)
