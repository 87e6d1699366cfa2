"""Filters and orders of the lists in `emulator.api.compute`, as their queries ask for them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import request

from emulator.api.exchange import text_argument
from emulator.errors import invalid_parameter
from emulator.json_values import JsonDict

_PIPELINE_FILTER = re.compile(r"\s*(name\s+like|notebook\s*=)\s*'([^']*)'\s*", re.IGNORECASE)


def asked_for(seed_key: str, resources: Sequence[JsonDict]) -> list[JsonDict]:
    """Return what the query selects of a list, in the order that it wants.

    Raises:
        ApiError: the filter of pipelines is none of the documented ones.
    """
    if seed_key == "clusters":
        found = [cluster for cluster in resources if _passes_filter(cluster)]
        by_name = text_argument("sort_by.field") == "CLUSTER_NAME"
        return _ordered(
            found, "cluster_name" if by_name else "", text_argument("sort_by.direction")
        )
    if seed_key == "cluster_policies":
        by_name = text_argument("sort_column") == "POLICY_NAME"
        return _ordered(resources, "name" if by_name else "", text_argument("sort_order"))
    if seed_key == "pipelines":
        return _filtered_pipelines(resources, text_argument("filter"))
    return list(resources)


def _passes_filter(cluster: JsonDict) -> bool:
    """Source: databricks-sdk compute.py, ListClustersFilterBy."""
    sources = request.args.getlist("filter_by.cluster_sources")
    states = request.args.getlist("filter_by.cluster_states")
    pinned = request.args.get("filter_by.is_pinned")
    policy = text_argument("filter_by.policy_id")
    if sources and cluster.get("cluster_source") not in sources:
        return False
    if states and cluster.get("state") not in states:
        return False
    if policy and cluster.get("policy_id") != policy:
        return False
    return pinned is None or bool(cluster.get("is_pinned")) == (pinned.lower() == "true")


def _ordered(resources: Sequence[JsonDict], field: str, direction: str) -> list[JsonDict]:
    """Sources: databricks-sdk compute.py, ListClustersSortBy, ListSortColumn, ListSortOrder."""
    found = list(resources)
    if field:
        found.sort(key=lambda one: str(one.get(field, "")), reverse=direction == "DESC")
    return found


def _filtered_pipelines(resources: Sequence[JsonDict], text: str) -> list[JsonDict]:
    """Source: databricks-sdk pipelines.py, `list_pipelines`: one of two filters, no composites."""
    if not text:
        return list(resources)
    parts = _PIPELINE_FILTER.fullmatch(text)
    if parts is None:
        raise invalid_parameter(f"Unsupported filter: {text}")
    kind, wanted = parts[1].lower(), parts[2]
    if kind.startswith("notebook"):
        return [one for one in resources if wanted in _notebooks(one)]
    pattern = re.compile(re.escape(wanted).replace("%", ".*").replace("_", "."), re.DOTALL)
    return [one for one in resources if pattern.fullmatch(str(one.get("name", "")))]


def _notebooks(pipeline: JsonDict) -> list[object]:
    spec = pipeline.get("spec")
    libraries = spec.get("libraries", []) if isinstance(spec, dict) else []
    return [one.get("notebook", {}).get("path") for one in libraries]
