"""Clusters, warehouses and all other kinds of object that jobs refer to: list and get."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, request

from emulator.api.exchange import (
    caller,
    count_argument,
    json_response,
    text_argument,
)
from emulator.errors import endpoint_not_found, invalid_parameter, not_found, permission_denied
from emulator.json_values import JsonDict
from emulator.paging import page_of
from emulator.resources import KINDS, ResourceKind
from emulator.workspace import Workspace


class ComputeApi:
    """The list and get endpoints of `emulator.resources.KINDS`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint("compute", __name__)
        for kind in KINDS:
            _route(blueprint, kind.list_path, partial(self.list_resources, kind))
            if kind.get_path is not None:
                _route(blueprint, kind.get_path, partial(self.get_resource, kind))
        blueprint.add_url_rule("/api/2.1/clusters/get", view_func=self.get_cluster)
        blueprint.add_url_rule("/api/2.0/policies/clusters/get", view_func=self.get_policy)
        return blueprint

    def list_resources(self, kind: ResourceKind) -> Response:
        self._check_available(kind)
        size = count_argument(kind.size_argument, kind.default_size, largest=kind.max_size)
        resources = self._matching(kind)
        if kind.paging == "none":
            return json_response({kind.list_key: resources} if resources else {})
        if kind.paging == "number":
            first = (count_argument("page", 1, largest=10**6) - 1) * size
            page = resources[first : first + size]
            return json_response({"count": len(resources), kind.list_key: page})
        paged, token = page_of(resources, text_argument("page_token"), size)
        following = {"next_page_token": token} if token else {}
        return json_response({kind.list_key: paged, **following} if paged else {})

    def get_resource(self, kind: ResourceKind, id: str) -> Response:
        resource = self._workspace.resources.get(kind.seed_key, id)
        if resource is None:
            raise not_found(kind.missing.format(id=id))
        return json_response(resource)

    def get_cluster(self) -> Response:
        """Source of the message: databricks-sdk errors/overrides.py."""
        cluster_id = text_argument("cluster_id")
        cluster = self._workspace.resources.get("clusters", cluster_id)
        if cluster is None:
            raise invalid_parameter(f"Cluster {cluster_id} does not exist")
        return json_response(cluster)

    def get_policy(self) -> Response:
        """Source of the message: databrickslabs/ucx#358."""
        policy_id = text_argument("policy_id")
        policy = self._workspace.resources.get("cluster_policies", policy_id)
        if policy is None:
            raise not_found(f"Can't find a cluster policy with id: {policy_id}.")
        return json_response(policy)

    def _matching(self, kind: ResourceKind) -> list[JsonDict]:
        resources = self._workspace.resources.all(kind.seed_key)
        if kind.seed_key == "clusters":
            return [cluster for cluster in resources if _passes_filter(cluster)]
        if kind.seed_key == "dashboards":  # lists leave these out: databricks-sdk dashboards.py
            hidden = ("path", "parent_path", "etag")
            return [
                {name: value for name, value in one.items() if name not in hidden}
                for one in resources
            ]
        return resources

    def _check_available(self, kind: ResourceKind) -> None:
        options = self._workspace.options
        if kind.seed_key == "legacy_dashboards" and options.no_legacy_dashboards:
            raise endpoint_not_found(request.method, request.path)
        guarded = kind.seed_key == "notification_destinations" and options.destinations_need_admin
        if guarded and not self._workspace.people.is_admin(caller()):
            raise permission_denied("Only administrators may list notification destinations.")


def _route(blueprint: Blueprint, path: str, view: Callable[..., Response]) -> None:
    blueprint.add_url_rule(path, endpoint=path.replace(".", "_"), view_func=view)


def _passes_filter(cluster: JsonDict) -> bool:
    """Source: databricks-sdk compute.py, ListClustersFilterBy."""
    sources = request.args.getlist("filter_by.cluster_sources")
    states = request.args.getlist("filter_by.cluster_states")
    pinned = request.args.get("filter_by.is_pinned")
    if sources and cluster.get("cluster_source") not in sources:
        return False
    if states and cluster.get("state") not in states:
        return False
    return pinned is None or bool(cluster.get("is_pinned")) == (pinned.lower() == "true")
