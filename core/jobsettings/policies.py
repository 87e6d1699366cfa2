"""What cluster policies fix, and clusters without it: each workspace's own policy fills it in.

Source: docs "Compute policy reference"; Cluster Policies API, `definition`.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.jobsettings.places import Place, written
from core.json_text import JobSettings, JsonDict, spelled_alike

FixedValues = Mapping[str, Any]
"""What a policy fixes, by dotted path below `new_cluster`: `custom_tags.team`."""

FixedBy = Callable[[Any], FixedValues]
"""Returns what the policy fixes that a cluster's `policy_id` refers to."""


def parse_fixed_values(policy: str) -> FixedValues:
    """Return what the rules of a policy fix. Rules that cannot be read fix nothing."""
    try:
        rules = json.loads(policy)
    except ValueError:
        return {}
    if not isinstance(rules, dict):
        return {}
    return {
        path: rule["value"]
        for path, rule in rules.items()
        if isinstance(rule, dict) and rule.get("type") == "fixed" and "value" in rule
    }


def leave_to_policies(settings: JobSettings, fixed_by: FixedBy) -> tuple[JobSettings, list[str]]:
    """Return the settings without what the policies of their clusters fix, and the paths left out.

    Only a value that equals the fixed one is left out: any other one is the job's own.
    """
    left_out: list[str] = []
    return _without_fixed(settings, None, fixed_by, left_out), left_out


def is_fixed(value: Any, path: str, fixed: FixedValues) -> bool:
    """Whether a policy fixes all of a value at a dotted path below `new_cluster`."""
    return bool(fixed) and all(
        place in fixed and spelled_alike(fixed[place], part) for place, part in _flat(value, path)
    )


def _without_fixed(node: Any, place: Place | None, fixed_by: FixedBy, left_out: list[str]) -> Any:
    """Walk down to the clusters; what holds none is shared with the original."""
    if isinstance(node, list):
        return [
            _without_fixed(item, (place, index, item), fixed_by, left_out)
            for index, item in enumerate(node)
        ]
    if not isinstance(node, dict):
        return node
    result = dict(node)
    for key, value in node.items():
        inner: Place = (place, key, None)
        if key == "new_cluster" and isinstance(value, dict):
            fixed = fixed_by(value.get("policy_id"))
            result[key] = _strip(value, "", inner, fixed, left_out) if fixed else value
        elif key in _LEADS_TO_CLUSTERS:
            result[key] = _without_fixed(value, inner, fixed_by, left_out)
    return result


_LEADS_TO_CLUSTERS = frozenset({"tasks", "job_clusters", "for_each_task", "task"})


def _strip(
    node: JsonDict, path: str, place: Place, fixed: FixedValues, left_out: list[str]
) -> JsonDict:
    """Leave out of an object what is fixed."""
    result: JsonDict = {}
    for key, value in node.items():
        below, inner = f"{path}.{key}" if path else key, (place, key, None)
        if is_fixed(value, below, fixed):
            left_out.append(written(inner))
        elif isinstance(value, dict):
            result[key] = _strip(value, below, inner, fixed, left_out)
        else:
            result[key] = value
    return result


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the single values in a value, by dotted path as policies write them."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}")
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from _flat(inner, f"{path}.{index}")
    else:
        yield path, value
