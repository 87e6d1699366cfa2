"""What a workspace makes of a job by itself, which is no difference to its definition.

A workspace fills in what a definition leaves out, does not return some of what it is sent, and
spells some values its own way. What it did is seen once, after a job was written, and remembered as
prints: short hashes, so that thousands of jobs are small and no value is kept. A value that
somebody changes later has another print, and is a difference again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.comparing.diff import FieldChange, HiddenDifference, diff_settings
from core.comparing.rules import (
    FILLED_IN_CLUSTER,
    FILLED_IN_JOB,
    FILLED_IN_TASK,
    UNRETURNED_CLUSTER,
    UNRETURNED_JOB,
    Rule,
)
from core.jobsettings.places import (
    KEYED_LISTS,
    element_key,
    join_element,
    join_key,
    list_name,
    steps_of,
    walk,
)
from core.jobsettings.policies import FixedBy, FixedValues, is_fixed
from core.jobsettings.tree import PathTree, settings_tree
from core.json_text import JobSettings, JsonDict, Prints, equal_json, fingerprint, spelled_alike

_FILLED_IN = settings_tree(FILLED_IN_JOB, FILLED_IN_TASK, FILLED_IN_CLUSTER)
_UNRETURNED = settings_tree(UNRETURNED_JOB, (), UNRETURNED_CLUSTER)

_NEVER_BY_ITSELF = frozenset({"name", "run_as"})
_NEVER_FILLED_IN = frozenset({"schedule", "trigger", "triggers", "continuous"})
_PRINT_LENGTH = 16
_SEEN = "seen after the app wrote the job"
_SEEN_REASONS = {  # by whether the workspace has nothing, and whether the definition has nothing
    (False, True): "filled in by this workspace",
    (True, False): "not returned by this workspace, so it cannot be compared or exported",
    (False, False): "spelled this way by this workspace",
}


def _fixes_nothing(_policy: Any) -> FixedValues:
    return {}


@dataclass(frozen=True, slots=True)
class Habits:
    """What is known of how a workspace completes one job.

    `prints` are what it made of the settings that we wrote last, None when we never wrote it: then
    the rules say what a workspace may fill in, unless `has_rules` is False. `fixed_by` returns what
    the policy fixes that a cluster's `policy_id` refers to.
    """

    prints: Prints | None = None
    has_rules: bool = True
    fixed_by: FixedBy = _fixes_nothing


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes when a definition replaces a job, and what only the workspace made different."""

    changes: tuple[FieldChange, ...]
    hidden: tuple[HiddenDifference, ...] = ()


def compare(current: JobSettings, desired: JobSettings, habits: Habits) -> Comparison:
    """Compare a live job with what it should be, without what the workspace made by itself."""
    changes: list[FieldChange] = []
    hidden: list[HiddenDifference] = []
    for change in diff_settings(current, desired):
        explained: list[HiddenDifference] = []
        left: list[FieldChange] = []
        for leaf in _leaves(change):
            reason = _reason(leaf, change, current, desired, habits)
            if reason:
                explained.append(HiddenDifference(leaf.path, leaf.current, leaf.desired, *reason))
            else:
                left.append(leaf)
        if left and (not explained or isinstance(change.current, list)):
            changes.append(change)  # a list without keys is one value
        else:
            changes += left
            hidden += explained
    return Comparison(tuple(changes), tuple(hidden))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a workspace made of the settings that were written.

    `unkept` are the paths of values that were sent and are not returned. `others` are the paths
    that differ for no reason of the workspace's own.
    """

    prints: Prints
    unkept: tuple[str, ...]
    others: tuple[str, ...]


def read_answer(current: JobSettings, written: JobSettings) -> Answer:
    """Hold a job, as it was read after it was written, against what was written."""
    prints: list[str] = []
    unkept: list[str] = []
    others: list[str] = []
    for change in diff_settings(current, written):
        for leaf in _leaves(change):
            if not _is_own_doing(leaf, change):
                others.append(leaf.path)
                continue
            prints.append(_print(leaf))
            if leaf.current is None:
                unkept.append(leaf.path)
    return Answer(frozenset(prints), tuple(unkept), tuple(others))


def _is_own_doing(leaf: FieldChange, change: FieldChange) -> bool:
    """Whether a workspace does this by itself; anything else somebody did since the write."""
    (first, _), *_ = steps_of(leaf.path)
    if first in _NEVER_BY_ITSELF:
        return False
    if leaf.current is not None and leaf.desired is not None:
        return spelled_alike(leaf.current, leaf.desired)
    if leaf.current is None:
        return not isinstance(leaf.desired, dict | list) and not _is_element(change.path)
    return first not in _NEVER_FILLED_IN and not _is_element(change.path)


def _is_element(path: str) -> bool:
    """Whether a path ends in an element of a keyed list: a task, a job cluster, a parameter."""
    return path.endswith("]") and list_name(path) in KEYED_LISTS


def _print(leaf: FieldChange) -> str:
    return fingerprint([leaf.path, leaf.current, leaf.desired])[:_PRINT_LENGTH]


def _leaves(change: FieldChange) -> Iterator[FieldChange]:
    """Split a difference into its smallest parts, each with the path of its own."""
    parts = list(_parts(change))
    if not parts:
        yield change
    for part in parts:
        yield from _leaves(part)


def _parts(change: FieldChange) -> Iterator[FieldChange]:
    """Yield what differs inside a value: of an object by key, of an equally long list by place."""
    path, current, desired = change.path, change.current, change.desired
    left = {} if current is None else current
    right = {} if desired is None else desired
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(left.keys() | right.keys()):
            if not equal_json(left.get(key), right.get(key)):
                yield FieldChange(join_key(path, key), left.get(key), right.get(key))
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (before, after) in enumerate(zip(left, right, strict=True)):
            if not equal_json(before, after):
                place = join_element(path, element_key(path, before, index))
                yield FieldChange(place, before, after)


def _reason(
    leaf: FieldChange,
    change: FieldChange,
    current: JobSettings,
    desired: JobSettings,
    habits: Habits,
) -> tuple[str, str] | None:
    """Return why a difference is the workspace's own, and how that is known; or None."""
    if habits.prints is not None and _print(leaf) in habits.prints:
        return _SEEN_REASONS[leaf.current is None, leaf.desired is None], _SEEN
    rule: Rule | None = None
    if leaf.desired is None:
        if _is_fixed(leaf, current, habits):
            return "fixed by the cluster policy", "Cluster Policies API, policies/clusters/list"
        if habits.prints is None and habits.has_rules:
            rule = _find_rule(_FILLED_IN, leaf.path, current, len(steps_of(change.path)))
    elif leaf.current is None and habits.prints is None:
        rule = _find_rule(_UNRETURNED, leaf.path, desired, len(steps_of(leaf.path)))
    return (rule.reason, rule.source) if rule else None


def _find_rule(
    tree: PathTree[Rule], path: str, settings: JobSettings, most_steps: int
) -> Rule | None:
    """Return the rule for a path or for an object around it, if it holds.

    Args:
        most_steps: how deep the rule's own path may be at most: where a whole cluster is only
            here, no rule for a field of clusters says that the workspace filled it in.
    """
    node: Any = settings
    parents: list[JsonDict] = []
    for number, (step, value) in enumerate(walk(path, settings), start=1):
        if isinstance(node, dict):
            parents.append(node)
        branch = tree.child("[]" if isinstance(node, list) else step)
        if branch is None:
            return None
        tree, node = branch, value
        if number <= most_steps:
            for rule in tree.leaves:
                if rule.hides(value, tuple(parents)):
                    return rule
    return None


def _is_fixed(leaf: FieldChange, current: JobSettings, habits: Habits) -> bool:
    """Whether a value inside a cluster is what the cluster's policy fixes."""
    fixed: FixedValues = {}
    below: list[str] = []
    for step, value in walk(leaf.path, current):
        if step == "new_cluster" and isinstance(value, dict):
            fixed, below = habits.fixed_by(value.get("policy_id")), []
        else:
            below.append(step)
    return is_fixed(leaf.current, ".".join(below), fixed)
