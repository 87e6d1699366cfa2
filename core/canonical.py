"""The comparable form of settings: what the server adds or reorders by itself is left out.

Each rule is data with its reason and its source, so that what a rule hid can be shown.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.field_paths import LIST_KEYS, Place, element_key, element_place, list_name
from core.json_text import JobSettings, equal_json
from core.path_tree import PathTree, settings_tree

Parents = tuple[Mapping[str, Any], ...]
"""The objects around a field, outermost (the settings) first."""

Hides = Callable[[Any, Parents], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """A field that says nothing when `hides` holds for its value.

    `sendable` is False for fields that `jobs/create` and `jobs/reset` refuse or must not get.
    """

    pattern: str
    hides: Hides
    reason: str
    source: str
    sendable: bool = True


def always(_value: Any, _parents: Parents) -> bool:
    """Hide the field whatever it holds."""
    return True


def equal_to(default: Any) -> Hides:
    """Hide the field when it holds the API's default."""
    return lambda value, _parents: equal_json(value, default)


def same_as(field: str) -> Hides:
    """Hide the field when it repeats a sibling."""
    return lambda value, parents: bool(value == parents[-1].get(field))


def beside(field: str, *, levels_up: int = 1) -> Hides:
    """Hide the field when another one is set in the object around it, or further out."""
    return lambda _value, parents: bool(parents[-levels_up].get(field))


def without(field: str) -> Hides:
    """Hide the field when a sibling is missing."""
    return lambda _value, parents: not parents[-1].get(field)


def default_source(value: Any, parents: Parents) -> bool:
    """`source` is GIT by default in a job with a git_source, even an empty one, else WORKSPACE."""
    is_git = isinstance(parents[0].get("git_source"), dict)
    return bool(value == ("GIT" if is_git else "WORKSPACE"))


_FIXUPS = "databricks/cli libs/testserver/jobs.go jobFixUps"
_POOL = "databricks/cli cluster_fixups.go; databricks-sdk-py#771"
_DOC = "Jobs API 2.2 reference"
_FILLED = "the server fills the default in"
_IN_POOL = "the pool decides it; the API refuses both together"

JOB_RULES: tuple[Rule, ...] = (
    Rule("deployment", always, "belongs to the source workspace", _DOC, sendable=False),
    Rule("edit_mode", always, "belongs to the source workspace", _DOC, sendable=False),
    Rule("git_source.git_snapshot", always, "only runs have it", _DOC, sendable=False),
    Rule("format", always, "ignored when written", "jobs.py JobSettings.format"),
    Rule("email_notifications", equal_to({}), _FILLED, _FIXUPS),
    Rule("webhook_notifications", equal_to({}), _FILLED, _FIXUPS),
    Rule("notification_settings", equal_to({}), _FILLED, _DOC),
    Rule("timeout_seconds", equal_to(0), _FILLED, _FIXUPS),
    Rule("max_concurrent_runs", equal_to(1), _FILLED, _DOC),
    Rule("schedule.pause_status", equal_to("UNPAUSED"), _FILLED, _DOC),
    Rule("trigger.pause_status", equal_to("UNPAUSED"), _FILLED, _DOC),
    Rule("continuous.pause_status", equal_to("UNPAUSED"), _FILLED, _DOC),
    Rule("triggers[].pause_status", equal_to("UNPAUSED"), _FILLED, _DOC),
    Rule("tags", equal_to({}), "an empty map is no map", _DOC),
)

TASK_RULES: tuple[Rule, ...] = (
    Rule("email_notifications", equal_to({}), _FILLED, _FIXUPS),
    Rule("webhook_notifications", equal_to({}), _FILLED, _FIXUPS),
    Rule("notification_settings", equal_to({}), _FILLED, _DOC),
    Rule("run_if", equal_to("ALL_SUCCESS"), _FILLED, _FIXUPS),
    Rule("timeout_seconds", equal_to(0), _FILLED, _FIXUPS),
    Rule("retry_on_timeout", equal_to(False), _FILLED, "terraform-provider-databricks jobs"),
    Rule("notebook_task.source", default_source, _FILLED, "terraform-provider-databricks jobs"),
    Rule("spark_python_task.source", default_source, _FILLED, "terraform-provider-databricks jobs"),
    Rule("dbt_task.source", default_source, _FILLED, "terraform-provider-databricks jobs"),
    Rule("sql_task.file.source", default_source, _FILLED, "terraform-provider-databricks jobs"),
    Rule("spark_jar_task.run_as_repl", equal_to(True), _FILLED, "terraform-provider-databricks"),
    Rule("notebook_task.base_parameters", equal_to({}), "an empty map is no map", _DOC),
    Rule("run_job_task.job_parameters", equal_to({}), "an empty map is no map", _DOC),
    Rule("python_wheel_task.named_parameters", equal_to({}), "an empty map is no map", _DOC),
    Rule("sql_task.parameters", equal_to({}), "an empty map is no map", _DOC),
)

CLUSTER_RULES: tuple[Rule, ...] = (
    Rule("apply_policy_default_values", always, "never returned", f"{_FIXUPS}, resources.yml"),
    Rule("node_type_id", beside("instance_pool_id"), _IN_POOL, _POOL, sendable=False),
    Rule("driver_node_type_id", beside("instance_pool_id"), _IN_POOL, _POOL, sendable=False),
    Rule("enable_elastic_disk", beside("instance_pool_id"), _IN_POOL, _POOL, sendable=False),
    Rule(
        "aws_attributes.*",
        beside("instance_pool_id", levels_up=2),
        _IN_POOL,
        _POOL,
        sendable=False,
    ),
    Rule(
        "azure_attributes.*",
        beside("instance_pool_id", levels_up=2),
        _IN_POOL,
        _POOL,
        sendable=False,
    ),
    Rule(
        "gcp_attributes.*",
        beside("instance_pool_id", levels_up=2),
        _IN_POOL,
        _POOL,
        sendable=False,
    ),
    # These two keep their value in a pool: named, so that `*` does not cover them.
    Rule("aws_attributes.instance_profile_arn", equal_to(""), _FILLED, _POOL),
    Rule("gcp_attributes.google_service_account", equal_to(""), _FILLED, _POOL),
    Rule(
        "driver_instance_pool_id",
        without("instance_pool_id"),
        "says nothing without instance_pool_id",
        _POOL,
        sendable=False,
    ),
    Rule("driver_instance_pool_id", same_as("instance_pool_id"), _FILLED, _FIXUPS),
    Rule("driver_node_type_id", same_as("node_type_id"), _FILLED, _FIXUPS),
    Rule("enable_elastic_disk", equal_to(False), _FILLED, _FIXUPS),
    Rule("enable_local_disk_encryption", equal_to(False), _FILLED, _FIXUPS),
    Rule("aws_attributes", equal_to({}), "an empty map is no map", _DOC),
    Rule("azure_attributes", equal_to({}), "an empty map is no map", _DOC),
    Rule("gcp_attributes", equal_to({}), "an empty map is no map", _DOC),
    Rule("spark_conf", equal_to({}), "an empty map is no map", _DOC),
    Rule("spark_env_vars", equal_to({}), "an empty map is no map", _DOC),
    Rule("custom_tags", equal_to({}), "an empty map is no map", _DOC),
)

# These two hold everywhere. Source: the API is protobuf JSON, which has no presence for them.
NULL = Rule("*", lambda value, _: value is None, "null is an absent field", "protobuf JSON")
EMPTY_LIST = Rule("*", equal_to([]), "an empty list is an absent field", "protobuf JSON")

_ALL = settings_tree(JOB_RULES, TASK_RULES, CLUSTER_RULES)
_UNSENDABLE = settings_tree(
    [rule for rule in JOB_RULES if not rule.sendable],
    [rule for rule in TASK_RULES if not rule.sendable],
    # A named field shields itself from `*`, so all cluster rules build the tree.
    CLUSTER_RULES,
)


@dataclass(frozen=True, slots=True)
class Hidden:
    """One field that a rule left out of the comparison."""

    place: Place
    value: Any
    rule: Rule

    @property
    def path(self) -> str:
        """Return where it stood, for people."""
        return str(self.place)


@dataclass(frozen=True, slots=True)
class Canonical:
    """Settings in comparable form, and what was left out of it."""

    settings: JobSettings
    hidden: tuple[Hidden, ...]


def canonicalize(settings: JobSettings) -> Canonical:
    """Return the comparable form: two jobs are equal if and only if these forms are equal."""
    hidden: list[Hidden] = []
    result = _clean(settings, _ALL, (), None, hidden)
    return Canonical(result, tuple(hidden))


def sendable(settings: JobSettings) -> JobSettings:
    """Return the settings without what create and reset refuse or must not get; nothing else."""
    result: JobSettings = _strip(settings, _UNSENDABLE, ())
    return result


# The API returns these in another order each time.
# Source: databricks/cli bundle/direct/dresources/job.go; terraform-provider-databricks#2942.
_SHUFFLED = ("depends_on", "webhook_notifications")


def in_steady_order(settings: JobSettings) -> JobSettings:
    """Return the settings with the lists sorted that the API shuffles, for small Git diffs."""
    result: JobSettings = _steady(settings, "", shuffled=False)
    return result


def _steady(node: Any, key: str, *, shuffled: bool) -> Any:
    shuffled = shuffled or key in _SHUFFLED
    if isinstance(node, dict):
        return {name: _steady(value, name, shuffled=shuffled) for name, value in node.items()}
    if isinstance(node, list):
        items = [_steady(item, "", shuffled=shuffled) for item in node]
        return _in_order(items, key) if shuffled else items
    return node


def _clean(
    node: Any,
    tree: PathTree[Rule] | None,
    parents: Parents,
    place: Place | None,
    hidden: list[Hidden],
) -> Any:
    if isinstance(node, list):
        branch = tree.child("[]") if tree else None
        cleaned = [
            _clean(item, branch, parents, element_place(place, item, index), hidden)
            for index, item in enumerate(node)
        ]
        return _in_order(cleaned, place.key if place else "")
    if not isinstance(node, dict):
        return node
    inner = (*parents, node)
    result = {}
    for key, value in node.items():
        branch = tree.child(key) if tree else None
        here = Place(place, key)
        cleaned = _clean(value, branch, inner, here, hidden)
        rule = _hiding(cleaned, branch, inner)
        if rule:
            hidden.append(Hidden(here, value, rule))
        else:
            result[key] = cleaned
    return result


def _in_order(items: list[Any], name: str) -> list[Any]:
    """Sort lists whose order the API does not keep or does not mean; leave the others alone."""
    if name not in LIST_KEYS:
        return items
    if name.startswith("on_") and all(isinstance(item, str) for item in items):  # e-mail lists
        return sorted(items)
    if not has_keys(items, name):
        return items
    keys = [tuple(str(item.get(field)) for field in LIST_KEYS[name]) for item in items]
    if len(set(keys)) == len(keys):
        return [item for _, item in sorted(zip(keys, items, strict=True), key=lambda pair: pair[0])]
    return sorted(items, key=lambda item: json.dumps(_sort_key(item, name), sort_keys=True))


def has_keys(items: list[Any], name: str) -> bool:
    """Whether every element carries the field that identifies it in the list of this name."""
    fields = LIST_KEYS.get(name, ())
    return fields != () and all(
        isinstance(item, dict) and isinstance(item.get(fields[0]), str) for item in items
    )


def _sort_key(item: dict[str, Any], name: str) -> list[Any]:
    """The key fields, then everything else, so that elements of one key have one order, too."""
    return [*(item.get(field) for field in LIST_KEYS[name]), item]


def unique_keys(items: list[Any], path: str) -> bool:
    """Whether every element has a key of its own, so that elements can be matched by it."""
    counts = Counter(element_key(path, item, index) for index, item in enumerate(items))
    return has_keys(items, list_name(path)) and all(count == 1 for count in counts.values())


def _hiding(value: Any, tree: PathTree[Rule] | None, parents: Parents) -> Rule | None:
    if value is None:
        return NULL
    if isinstance(value, list) and not value:
        return EMPTY_LIST
    if tree is None or not tree.leaves:
        return None
    return next((rule for rule in tree.leaves if rule.hides(value, parents)), None)


def _strip(node: Any, tree: PathTree[Rule], parents: Parents) -> Any:
    if isinstance(node, list):
        branch = tree.child("[]")
        return [_strip(item, branch, parents) for item in node] if branch else node
    if not isinstance(node, dict):
        return node
    result = {}
    for key, value in node.items():
        branch = tree.child(key)
        rules = [rule for rule in (branch.leaves if branch else ()) if not rule.sendable]
        if not any(rule.hides(value, (*parents, node)) for rule in rules):
            result[key] = _strip(value, branch, (*parents, node)) if branch else value
    return result
