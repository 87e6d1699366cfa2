"""Clusters, warehouses and the other objects that jobs refer to by id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from emulator.errors import ApiError, invalid_parameter, not_found
from emulator.json_values import JsonDict
from emulator.storage import Storage, Table


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """How one kind of object is seeded, listed and looked up.

    `get_by` is the query argument that holds the id when `get_path` does not. `defaults` are the
    fields that a seed may leave out, `hidden_in_lists` those that only the get endpoint shows.
    """

    seed_key: str
    list_path: str
    list_key: str
    id_field: str
    name_field: str
    paging: Literal["none", "token", "number"] = "token"
    size_argument: str = "page_size"
    default_size: int = 20
    max_size: int = 1000
    get_path: str | None = None
    get_by: str = ""
    missing: str = "{id} was not found."
    missing_error: Callable[[str], ApiError] = not_found
    defaults: Mapping[str, object] = field(default_factory=dict)
    hidden_in_lists: tuple[str, ...] = ()


# Sources: the `list` methods of databricks-sdk compute.py, sql.py, pipelines.py, settings.py,
# dashboards.py. Endpoints, storage and seeds follow from these rows.
KINDS: tuple[ResourceKind, ...] = (
    ResourceKind(
        "clusters",
        "/api/2.1/clusters/list",
        "clusters",
        "cluster_id",
        "cluster_name",
        get_path="/api/2.1/clusters/get",
        get_by="cluster_id",
        missing="Cluster {id} does not exist",  # databricks-sdk errors/overrides.py
        missing_error=invalid_parameter,
        defaults={"cluster_source": "UI", "state": "RUNNING"},
    ),
    ResourceKind(
        "warehouses",
        "/api/2.0/sql/warehouses",
        "warehouses",
        "id",
        "name",
        get_path="/api/2.0/sql/warehouses/<id>",
        missing="SQL warehouse {id} does not exist.",
    ),
    ResourceKind(
        "cluster_policies",
        "/api/2.0/policies/clusters/list",
        "policies",
        "policy_id",
        "name",
        paging="none",
        get_path="/api/2.0/policies/clusters/get",
        get_by="policy_id",
        missing="Can't find a cluster policy with id: {id}.",  # databrickslabs/ucx#358
    ),
    ResourceKind(
        "instance_pools",
        "/api/2.0/instance-pools/list",
        "instance_pools",
        "instance_pool_id",
        "instance_pool_name",
        paging="none",
        get_path="/api/2.0/instance-pools/get",
        get_by="instance_pool_id",
    ),
    ResourceKind(
        "pipelines",
        "/api/2.0/pipelines",
        "statuses",
        "pipeline_id",
        "name",
        size_argument="max_results",
        default_size=25,
        max_size=100,
        get_path="/api/2.0/pipelines/<id>",
        missing="The specified pipeline {id} was not found.",
    ),
    ResourceKind(
        "notification_destinations",
        "/api/2.0/notification-destinations",
        "results",
        "id",
        "display_name",
        get_path="/api/2.0/notification-destinations/<id>",
    ),
    ResourceKind(
        "queries",
        "/api/2.0/sql/queries",
        "results",
        "id",
        "display_name",
        get_path="/api/2.0/sql/queries/<id>",
    ),
    ResourceKind(
        "legacy_alerts",
        "/api/2.0/sql/alerts",
        "results",
        "id",
        "display_name",
        get_path="/api/2.0/sql/alerts/<id>",
    ),
    ResourceKind(
        "alerts",
        "/api/2.0/alerts",
        "alerts",
        "id",
        "display_name",
        get_path="/api/2.0/alerts/<id>",
    ),
    ResourceKind(
        "dashboards",
        "/api/2.0/lakeview/dashboards",
        "dashboards",
        "dashboard_id",
        "display_name",
        get_path="/api/2.0/lakeview/dashboards/<id>",
        hidden_in_lists=("path", "parent_path", "etag"),
    ),
    ResourceKind(
        "legacy_dashboards",
        "/api/2.0/preview/sql/dashboards",
        "results",
        "id",
        "name",
        paging="number",
        default_size=25,
        max_size=250,
    ),
)
# Lists of version 2.0 have no pages: terraform-provider-databricks before 1.0, clusters_api.go.
OLDER_ADDRESSES: tuple[ResourceKind, ...] = tuple(
    replace(
        kind,
        list_path=kind.list_path.replace("/2.1/", "/2.0/"),
        get_path=kind.get_path and kind.get_path.replace("/2.1/", "/2.0/"),
        paging="none",
    )
    for kind in KINDS
    if kind.list_path.startswith("/api/2.1/")
)


class Resources:
    """The objects of each kind, by id."""

    def __init__(self, storage: Storage) -> None:
        self._tables: Mapping[str, Table[JsonDict]] = {
            kind.seed_key: Table(storage, kind.seed_key, to_json=dict, from_json=dict)
            for kind in KINDS
        }

    def put(self, kind: ResourceKind, resource: JsonDict) -> None:
        self._tables[kind.seed_key].put(str(resource[kind.id_field]), resource)

    def get(self, seed_key: str, resource_id: str) -> JsonDict | None:
        return self._tables[seed_key].get(resource_id)

    def all(self, seed_key: str) -> list[JsonDict]:
        return self._tables[seed_key].values()

    def clear(self) -> None:
        for table in self._tables.values():
            table.clear()
