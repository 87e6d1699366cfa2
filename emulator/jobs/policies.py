"""What cluster policies do to the clusters of jobs. Source: docs "Compute policy reference"."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from emulator.errors import invalid_parameter
from emulator.json_values import JsonDict

FindPolicy = Callable[[str], JsonDict | None]
"""Returns the policy of an id as the list shows it, with its `definition` as JSON text."""


def with_policy_values(cluster: JsonDict, find: FindPolicy) -> JsonDict:
    """Fill in what the policy fixes, and its defaults where the cluster asks for them."""
    wants_defaults = cluster.get("apply_policy_default_values") is True
    for path, rule in _rules(cluster, find):
        value = rule.get("value") if rule.get("type") == "fixed" else None
        if value is None and wants_defaults:
            value = rule.get("defaultValue")
        if value is not None:
            cluster = _with(cluster, path, value)
    return cluster


def check_policy(cluster: JsonDict, find: FindPolicy) -> None:
    """Refuse another value than the one that the policy fixes.

    Source of the words for elements of maps: databricks/cli acceptance/bundle/resources/jobs/
    cluster_policy/config_conflicts_policy, recorded on a cloud.
    """
    for path, rule in _rules(cluster, find):
        found = _at(cluster, path)
        if rule.get("type") == "fixed" and found is not None and found != rule.get("value"):
            what = path[1] if len(path) > 1 else "the value"
            raise invalid_parameter(
                f"Cluster validation error: Validation failed for {path[0]}, {what} must be"
                f' {rule.get("value")} (is "{found}")'
            )


def _rules(
    cluster: JsonDict, find: FindPolicy
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    policy = find(str(cluster["policy_id"])) if "policy_id" in cluster else None
    document = json.loads((policy or {}).get("definition", "{}"))
    for path, rule in document.items():
        first, _, rest = path.partition(".")
        yield ((first, rest) if rest else (first,)), rule


def _at(cluster: JsonDict, path: tuple[str, ...]) -> Any:
    value: Any = cluster
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _with(cluster: JsonDict, path: tuple[str, ...], value: Any) -> JsonDict:
    """Return a cluster with a value where it has none; elements of lists are left alone."""
    if len(path) == 1:
        return {path[0]: value, **cluster}
    inner = cluster.get(path[0], {})
    if not isinstance(inner, dict) or path[1].partition(".")[0].isdigit():
        return cluster
    return {**cluster, path[0]: {path[1]: value, **inner}}
